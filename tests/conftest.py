"""What all tests share: static files as served, and a new cluster of the embedded PostgreSQL."""

import pytest
from django.core.management import call_command

from tests.embedded import open_workshop


@pytest.fixture(scope="session", autouse=True)
def static_files():
    """Collect static files, so that pages name them as they are served."""
    call_command("collectstatic", verbosity=0, interactive=False)


@pytest.fixture(scope="session")
def template():
    """Give the folder of a stopped cluster, to copy."""
    with open_workshop() as workshop:
        server = workshop.server()
        server.start()
        server.stop()
        yield server.root
