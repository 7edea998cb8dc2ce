"""Work that Ctrl-C ends with the best so far: it runs beside the main thread, which hears the signal."""

import os
import sys
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from watchbill.solve.limits import Watch

T = TypeVar("T")

STEP_SECONDS = 0.1
ABORTED = 130


class _Work(threading.Thread, Generic[T]):
    """One call in a thread of its own; keeps what came out of it."""

    def __init__(self, call: Callable[[], T]) -> None:
        super().__init__(daemon=True)
        self._call = call
        self.result: list[T] = []
        self.failure: BaseException | None = None
        self.done = threading.Event()

    def run(self) -> None:
        try:
            self.result.append(self._call())
        except BaseException as failure:
            self.failure = failure
        finally:
            self.done.set()


def until_stopped(call: Callable[[], T], watch: Watch, *, seconds: float | None, said: Callable[[str], None]) -> T:
    """What the call gives back. After `seconds`, or on Ctrl-C, the watch is stopped; a second Ctrl-C aborts.

    Aborting ends the process with exit code 130: engines in native code cannot be left in any gentler way.
    """
    work = _Work(call)
    timer = threading.Timer(seconds, watch.stop) if seconds is not None else None
    if timer:
        timer.daemon = True
        timer.start()
    work.start()
    try:
        _wait(work.done, watch, said)
    finally:
        if timer:
            timer.cancel()
    if work.failure:
        raise work.failure
    return work.result[0]


def _wait(done: threading.Event, watch: Watch, said: Callable[[str], None]) -> None:
    """Waits for an event, not for the thread: a `join` that Ctrl-C interrupts takes the thread for ended."""
    interrupted = False
    while not done.is_set():
        try:
            done.wait(STEP_SECONDS)
        except KeyboardInterrupt:
            if interrupted:
                _abort()
            interrupted = True
            said("stopping; the best plan so far is kept. Press Ctrl-C again to drop it.")
            watch.stop()


def _abort() -> None:
    sys.stderr.write("aborted; nothing was written.\n")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ABORTED)
