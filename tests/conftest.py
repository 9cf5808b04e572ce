"""What all tests share: static files as served, and an archive with one issue."""

import pytest
from django.core.management import call_command


@pytest.fixture(scope="session", autouse=True)
def static_files():
    """Collect static files, so that pages name them as they are served."""
    call_command("collectstatic", verbosity=0, interactive=False)
