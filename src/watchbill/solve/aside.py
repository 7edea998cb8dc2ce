"""Native engines hear that they are to stop in some of their phases only: whoever asked stops waiting for them."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Generic, TypeVar

from watchbill.endings import ENGINE

T = TypeVar("T")

STEP_SECONDS = 0.1
GRACE_SECONDS = 0.5


class _Aside(Thread, Generic[T]):
    """One call in a thread of its own, which no process waits for."""

    def __init__(self, call: Callable[[], T]) -> None:
        super().__init__(name=ENGINE, daemon=True)
        self._call = call
        self.result: list[T] = []
        self.failure: BaseException | None = None
        self.done = Event()

    def run(self) -> None:
        try:
            self.result.append(self._call())
        except BaseException as failure:
            self.failure = failure
        finally:
            self.done.set()


def unless_deaf(call: Callable[[], T], stopped: Event) -> T | None:
    """What the call gives back, or raises; None where it still runs a little after it was `stopped`.

    Then it is left alone until it ends by itself or with the process, and nothing of it may be used any more.
    """
    aside = _Aside(call)
    aside.start()
    while not aside.done.wait(STEP_SECONDS):
        if stopped.is_set() and not aside.done.wait(GRACE_SECONDS):
            return None
    if aside.failure:
        raise aside.failure
    return aside.result[0]
