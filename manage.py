#!/usr/bin/env python
"""Django's command line for the archive."""

import os
import sys


def main() -> None:
    """Run the command named by the arguments."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsarchive.settings")
    # A command typed by hand belongs to the archive on this machine, unless the
    # environment is a production one (newsarchive/settings.py).
    if not {"SECRET_KEY", "ALLOWED_HOSTS"} & os.environ.keys():
        os.environ.setdefault("NEWSARCHIVE_ENV", "local")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
