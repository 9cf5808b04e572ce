"""The embedded PostgreSQL, from the command line."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsarchive.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError

NOT_RUNNING = 3  # the exit code of `systemctl status` for the same


class Command(BaseCommand):
    help = "Start, stop, show, back up or restore the PostgreSQL that the archive brings along."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Define one subcommand for each action."""
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser(
            "start", help="start the server, and keep it until `db stop`"
        )
        stop = actions.add_parser("stop", help="stop the server")
        actions.add_parser(
            "status", help="show the server; exit code 3 if it does not run"
        )
        backup = actions.add_parser("backup", help="write the archive to a file")
        backup.add_argument(
            "file", nargs="?", type=Path, help="default: in VAR_DIR/backups"
        )
        restore = actions.add_parser("restore", help="replace the archive by a backup")
        restore.add_argument("file", type=Path)
        for action in (stop, restore):
            action.add_argument(
                "--force", action="store_true", help="although it is in use"
            )

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        """Do the action; whatever goes wrong is one line."""
        if os.environ.get("DATABASE_URL"):
            raise CommandError("the embedded server is not in use: DATABASE_URL is set")
        server = EmbeddedPostgres(settings.EMBEDDED_POSTGRES_ROOT)
        try:
            getattr(self, action)(server, options)
        except EmbeddedPostgresError as error:
            raise CommandError(str(error)) from error

    def start(self, server: EmbeddedPostgres, options: dict[str, Any]) -> None:
        """Start the server for longer than this process."""
        server.start(self.stdout.write, keep=True)
        self.stdout.write(
            f"PostgreSQL runs (process {server.status().pid}) until `db stop`."
        )

    def stop(self, server: EmbeddedPostgres, options: dict[str, Any]) -> None:
        """Stop the server unless someone uses it."""
        if not options["force"]:
            self._refuse_if_used(server.users())
        server.stop()
        self.stdout.write("PostgreSQL does not run.")

    def status(self, server: EmbeddedPostgres, options: dict[str, Any]) -> None:
        """Show the server."""
        status = server.status()
        if status.running:
            state = f"runs, process {status.pid}"
        else:
            state = (
                f"is not ready, process {status.pid}" if status.pid else "does not run"
            )
        self.stdout.write(f"PostgreSQL {status.version} {state}")
        self.stdout.write(f"data: {status.data_dir}")
        self.stdout.write(f"socket: {status.socket_dir}")
        self.stdout.write(f"kept until `db stop`: {'yes' if status.kept else 'no'}")
        for user in server.users():
            self.stdout.write(f"in use by {user}")
        if not status.running:
            raise SystemExit(NOT_RUNNING)

    def backup(self, server: EmbeddedPostgres, options: dict[str, Any]) -> None:
        """Write the archive to a file."""
        name = f"newsarchive-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.dump"
        target = server.backup(options["file"] or settings.VAR_DIR / "backups" / name)
        self.stdout.write(f"Wrote {target} ({target.stat().st_size:,} bytes).")

    def restore(self, server: EmbeddedPostgres, options: dict[str, Any]) -> None:
        """Replace the archive unless someone is connected to it."""
        if not options["force"]:
            self._refuse_if_used(server.connections())
        server.restore(options["file"])
        self.stdout.write(f"Restored {options['file']}.")

    def _refuse_if_used(self, users: list[str]) -> None:
        if users:
            raise CommandError(
                f"the server is in use by {'; '.join(users)} (--force: do it anyway)"
            )
