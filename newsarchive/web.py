"""gunicorn as a child of `make run`: started, asked, started again, stopped."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from functools import partial
from pathlib import Path

from newsarchive.preflight import Say, StartError, leave_with

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_ANSWER = 30
SECONDS_TO_FINISH = 10
# So many restarts within so long are a fault that one more does not mend.
RESTARTS = 3
SECONDS_OF_RESTARTS = 300


class Web:
    """gunicorn, listening on a socket of ours."""

    def __init__(self, listener: socket.socket, say: Say) -> None:
        self._listener = listener
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._restarts: deque[float] = deque(maxlen=RESTARTS)

    def start(self) -> None:
        """Start gunicorn, in a session of its own: Ctrl-C reaches us, and we tell it."""
        descriptor = self._listener.fileno()
        self._process = subprocess.Popen(  # noqa: S603
            [
                *(sys.executable, "-m", "gunicorn"),
                *("--config", "python:newsarchive.gunicorn_conf"),
                *("--bind", f"fd://{descriptor}", "newsarchive.wsgi"),
            ],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            pass_fds=[descriptor],
            start_new_session=True,
            # Nothing else runs in this process, so the child may run Python before exec.
            preexec_fn=partial(leave_with, os.getpid()),
        )

    def watch(self) -> None:
        """Start gunicorn again if it died; give up if it does so again and again."""
        if self._process is None or self._process.poll() is None:
            return
        code = self._process.returncode
        said = f"signal {-code}" if code < 0 else f"exit code {code}"
        self._end_workers()
        now = time.monotonic()
        if len(self._restarts) == RESTARTS and (
            now - self._restarts[0] < SECONDS_OF_RESTARTS
        ):
            raise StartError(f"gunicorn ended with {said}, after {RESTARTS} restarts")
        self._restarts.append(now)
        self._say(f"gunicorn ended with {said}: starting it again.")
        self.start()

    def first_answer(self, host_header: str) -> int:
        """Return the status of the first page, as soon as gunicorn answers."""
        deadline = time.monotonic() + SECONDS_TO_ANSWER
        request = f"GET / HTTP/1.0\r\nHost: {host_header}\r\n\r\n"
        with socket.create_connection(_reachable(self._listener)) as connection:
            connection.sendall(request.encode("ascii"))
            while not select.select([connection], [], [], 0.05)[0]:
                if self._process is None or self._process.poll() is not None:
                    raise StartError("gunicorn did not start; the lines above say why")
                if time.monotonic() > deadline:
                    raise StartError(
                        f"the archive did not answer within {SECONDS_TO_ANSWER} seconds"
                    )
            words = connection.recv(1024).split(maxsplit=2)
        return int(words[1]) if len(words) > 1 and words[1].isdigit() else 500

    def stop(self) -> None:
        """Let gunicorn finish its requests, then see that nothing of it is left."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            # A little more than gunicorn gives its workers.
            self._process.wait(SECONDS_TO_FINISH + 1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._end_workers()

    def _end_workers(self) -> None:
        """End what a killed master left in its session."""
        assert self._process is not None  # noqa: S101
        try:
            os.killpg(self._process.pid, signal.SIGTERM)
            for _ in range(20):
                time.sleep(0.05)
                os.killpg(self._process.pid, 0)
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # all gone


def _reachable(listener: socket.socket) -> tuple[str, int]:
    host, port = listener.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port  # noqa: S104
