"""Long work with progress, which Ctrl-C ends with what is known so far; and how much of it is done."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from watchbill.cli.base import end, note
from watchbill.endings import ABORTED

if TYPE_CHECKING:
    from watchbill.cli.running import Worked
    from watchbill.solve.limits import Effort, Watch

T = TypeVar("T")


def chosen(factor: float) -> "Effort":
    """So many times the usual work."""
    from watchbill.solve.limits import Effort

    usual = Effort()
    return Effort(work=usual.work * factor, nodes=max(1, round(usual.nodes * factor)))


def watched(
    title: str,
    call: "Callable[[Watch], T]",
    *,
    quiet: bool,
    seconds: float | None = None,
    said: Callable[[str], None] = note,
) -> "Worked[T]":
    """What the call gives back, and whether it was interrupted.

    It is stopped after some seconds, or by Ctrl-C, which is answered by `said`.
    """
    from watchbill.cli.progress import progress
    from watchbill.cli.running import until_stopped
    from watchbill.solve.limits import Watch

    with progress(title, quiet=quiet) as report:
        watch = Watch(report, told=note)
        return until_stopped(lambda: call(watch), watch, seconds=seconds, said=said)


def shown(_: str) -> None:
    """Answers Ctrl-C where nothing is going to be written."""
    note("stopping; what is known so far is shown. Press Ctrl-C again to end at once.")


def end_if(interrupted: bool) -> None:
    """Ends a command that only answers, once it has told what was known when Ctrl-C came: that is not the answer."""
    if interrupted:
        note("interrupted: this is as far as it was known by then.")
        end(ABORTED)
