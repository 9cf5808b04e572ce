"""gunicorn's settings: gunicorn -c newsarchive/gunicorn_conf.py newsarchive.wsgi."""

import gc
import os
from typing import Any

from gunicorn.http import message

from newsarchive.preflight import leave_with

# `make run` passes a socket of its own instead.
bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_CONCURRENCY") or "2")
# Without a proxy in front two slow readers would stop two workers of one thread each.
worker_class = "gthread"
threads = 4
preload_app = True
# Against leaks; a new worker has to make its pages anew.
max_requests = 100_000
max_requests_jitter = 10_000
# gunicorn allows no more than 8,190 bytes, and answers longer lines with a page of its own:
# a pasted paragraph is to get ours. 10,000 Chinese characters in an address are 90,000 bytes.
message.MAX_REQUEST_LINE = limit_request_line = 128 * 1024
graceful_timeout = 10
# The heartbeat's file: on a disk, a slow one would look like a worker that hangs.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
accesslog = None
errorlog = "-"
loglevel = "warning"
# gunicorn's own remote control: nobody asked for it.
control_socket_disable = True


def on_starting(server: Any) -> None:
    """Load what every worker needs while there is one process, whose memory all share."""
    from django.db import connections
    from django.urls import get_resolver

    from articles.ingest.page_text import parse_page
    from articles.text.fold import fold
    from articles.text.keywords import keywords, tokens
    from articles.text.pinyin import readings
    from articles.text.segment import segment

    folded = fold("報紙檔案")
    segment(folded)
    keywords(tokens(folded))
    readings(folded)
    parse_page(folded)
    _ = get_resolver().url_patterns
    # A connection used by two processes is none.
    connections.close_all()
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """Let no worker outlive its master, or it would keep the port."""
    leave_with(worker.ppid)


def post_worker_init(worker: Any) -> None:
    """Publish at their time what editors have set a time for."""
    from articles.scheduling import Clock

    Clock().start()
