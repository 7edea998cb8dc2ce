"""Work that Ctrl-C ends with the best so far: it runs beside the main thread, which hears the signal."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, NoReturn, TypeVar

from watchbill.endings import ABORTED
from watchbill.solve.limits import Watch

T = TypeVar("T")

STEP_SECONDS = 0.1
GRACE_SECONDS = 1.0  # after Ctrl-C, for another one that drops the plan before it is written


@dataclass(frozen=True, slots=True)
class Worked(Generic[T]):
    """What came out of a call, and whether Ctrl-C ended it before its time."""

    result: T
    interrupted: bool


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


def until_stopped(
    call: Callable[[], T], watch: Watch, *, seconds: float | None, said: Callable[[str], None]
) -> Worked[T]:
    """What the call gives back. After `seconds`, or on Ctrl-C, the watch is stopped; a second Ctrl-C aborts.

    Aborting ends the process with exit code 130: engines in native code cannot be left in any gentler way.
    """
    work = _Work(call)
    with _stops_after(seconds, watch), _hears_ctrl_c(watch, said) as heard:
        work.start()
        while not work.done.wait(STEP_SECONDS):
            if watch.stopped.is_set():
                watch.stop()  # again: an engine that was only just starting has not heard it
    if work.failure:
        raise work.failure
    return Worked(work.result[0], bool(heard))


@contextmanager
def _stops_after(seconds: float | None, watch: Watch) -> Iterator[None]:
    if seconds is None:
        yield
        return
    timer = threading.Timer(seconds, watch.stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def _hears_ctrl_c(watch: Watch, said: Callable[[str], None]) -> Iterator[list[float]]:
    """A handler of our own: an exception in the middle of handling the first Ctrl-C would lose the plan.

    Gives when it heard one. Once it has, it stays, so that a second Ctrl-C ends the process with the same code at any
    moment.
    """
    heard: list[float] = []
    settled: list[bool] = []

    def handle(number: int, frame: object) -> None:
        heard.append(time.monotonic())
        if len(heard) > 1:
            _abort("it is too late to drop the plan: it is written." if settled else "aborted; nothing was written.")
        said("stopping; the best plan so far is kept. Press Ctrl-C again to drop it.")
        watch.stop()

    def settle() -> None:
        if heard:
            # The promise of the sentence: a second Ctrl-C drops the plan, so it is not written at once.
            time.sleep(max(0.0, heard[0] + GRACE_SECONDS - time.monotonic()))
        settled.append(True)

    watch.settle = settle
    usual = signal.signal(signal.SIGINT, handle)
    try:
        yield heard
    finally:
        if not heard:
            signal.signal(signal.SIGINT, usual)


def _abort(word: str) -> NoReturn:
    os.write(sys.stderr.fileno(), f"{word}\n".encode())
    os._exit(ABORTED)
