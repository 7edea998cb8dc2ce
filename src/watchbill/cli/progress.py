"""What a long command says while it works: a line on a terminal that follows it, a line now and then in a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING

from watchbill.cli.base import note

if TYPE_CHECKING:
    from rich.text import Text

    from watchbill.solve.limits import Progress

FIRST_SECONDS, NEWS_SECONDS, LIFE_SECONDS = 30, 10, 60
STEP_SECONDS = 1.0


@contextmanager
def progress(title: str, *, quiet: bool = False, doing: str = "reading") -> Iterator[Callable[["Progress"], None]]:
    """Tells on standard error how far the work inside is, by the reports that it gives; silence with `quiet`.

    `doing` is told until there is a report. Off a terminal short work says nothing.
    """
    if quiet:
        yield lambda progress: None
        return
    work = Work(title, doing)
    with _drawn(work, time.monotonic()) if sys.stderr.isatty() else _logged(work, time.monotonic()):
        yield work.follow


@dataclass
class Work:
    """What is done, and the latest report of it. `told` is what the log had last, `told_at` when it had it."""

    title: str
    doing: str
    latest: "Progress | None" = None
    told: str = ""
    told_at: float = 0.0

    def follow(self, progress: "Progress") -> None:
        """Takes a report."""
        self.latest = progress

    def line(self, seconds: float) -> str:
        """How far it is after so many seconds: `2027-Q1: fairness 120, bound 100, gap 16.7%, 3 s`."""
        return f"{self.title}: {self._words()}, {seconds:.0f} s"

    def due(self, seconds: float) -> str | None:
        """The line that a log should have after so many seconds, if any.

        The first one shows that it takes long; then what is new, not too often, and a sign of life each minute.
        """
        words = self._words()
        wait = FIRST_SECONDS if not self.told else NEWS_SECONDS if words != self.told else LIFE_SECONDS
        if seconds - self.told_at < wait:
            return None
        self.told, self.told_at = words, seconds
        return self.line(seconds)

    def _words(self) -> str:
        return described(self.latest) if self.latest else self.doing


def described(progress: "Progress") -> str:
    """One report in words: `fairness 120, bound 100, gap 16.7%`."""
    words = [progress.tier if progress.value is None else f"{progress.tier} {progress.value}"]
    if progress.bound is not None:
        words.append(f"bound {progress.bound}")
    if progress.value is not None and progress.bound is not None:
        gap = (progress.value - progress.bound) / max(abs(progress.value), 1)
        words += [f"gap {gap:.1%}"] if gap <= 1 else []  # more than all of it says less than the two numbers
    if progress.parts > 1:
        words.append(f"part {progress.part} of {progress.parts}")
    return ", ".join(words)


@contextmanager
def _drawn(work: Work, began: float) -> Iterator[None]:
    from rich.console import Console

    with Console(stderr=True).status(_Line(work, began)):
        yield


@dataclass
class _Line:
    """Told anew whenever the terminal is drawn: the seconds go on while an engine is silent."""

    work: Work
    began: float

    def __rich__(self) -> "Text":
        from rich.text import Text

        return Text(self.work.line(time.monotonic() - self.began))


@contextmanager
def _logged(work: Work, began: float) -> Iterator[None]:
    over = Event()

    def keep() -> None:
        while not over.wait(STEP_SECONDS):
            if line := work.due(time.monotonic() - began):
                note(line)

    clerk = Thread(target=keep, daemon=True)
    clerk.start()
    try:
        yield
    finally:
        over.set()
        clerk.join()
