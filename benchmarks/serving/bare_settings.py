"""The project's settings with the addresses of bare_urls.py besides."""

from newsarchive.settings import *  # noqa: F403

ROOT_URLCONF = "bare_urls"
