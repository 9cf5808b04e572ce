"""Work shared out to processes, a bounded part of it at a time."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TypeVar

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")
WORKERS = 2
# A Pool's imap reads all that it is given, however slowly its results are taken.
_AHEAD = 8


def in_order(
    make: Callable[[_Given], _Made], given: Iterable[_Given]
) -> Iterator[_Made]:
    """Yield what is made of each, in their order, read by the caller's own thread."""
    waiting: deque[Future[_Made]] = deque()
    with ProcessPoolExecutor(WORKERS) as pool:
        for each in given:
            waiting.append(pool.submit(make, each))
            if len(waiting) == _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
