"""`plan`."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from watchbill.cli.base import AsJson, PeriodText, command, end, folder_of, note, out, period_of, say, say_json, today

if TYPE_CHECKING:
    from watchbill.app import Planned
    from watchbill.results import Infeasible, OutOfTime
    from watchbill.solve.limits import Effort, Progress
    from watchbill.times import Period

NO_PLAN, OUT_OF_TIME = 3, 5


@command("watchbill plan 2027-Q1 --time-limit 60")
def plan(
    context: typer.Context,
    period: PeriodText = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Ignore the draft that exists, with what is pinned in it.")
    ] = False,
    fast: Annotated[
        bool, typer.Option("--fast", help="Race on all cores: sooner, but not the same plan every time.")
    ] = False,
    time_limit: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0, help="End with the best plan after so many seconds.")
    ] = None,
    effort: Annotated[
        float, typer.Option(metavar="FACTOR", min=0.01, max=1000, help="Work more or less than usual.")
    ] = 1,
    seed: Annotated[
        int,
        typer.Option(
            metavar="NUMBER", min=0, max=2**31 - 1, help="Another seed finds another of the equally good plans."
        ),
    ] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, and no tables.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find the fairest plan of a period and write it as a draft.

    An existing draft is kept if it answers the same inputs, and stayed near if it was edited or news came. Ctrl-C ends
    with the best plan so far. Exit code 3: no plan can exist; 5: out of time without one.
    """
    from watchbill.shelf import shelf
    from watchbill.solve.limits import Effort

    folder = folder_of(context)
    usual = Effort()
    nodes = max(1, round(usual.nodes * effort))
    chosen = Effort(work=usual.work * effort, nodes=nodes, seed=seed, race=fast)
    wanted = period_of(period) or shelf(folder).to_plan(today())
    _tell(solved(folder, wanted, chosen, fresh=fresh, seconds=time_limit, quiet=quiet), quiet=quiet, as_json=as_json)


def solved(
    folder: Path, period: "Period", effort: "Effort", *, fresh: bool, seconds: float | None, quiet: bool
) -> "Planned | Infeasible | OutOfTime":
    """Plans with progress on a terminal; Ctrl-C and the time limit end with the best so far."""
    from watchbill import app
    from watchbill.cli.running import until_stopped
    from watchbill.solve.limits import Watch

    with progress(str(period), quiet=quiet) as report:
        watch = Watch(report)
        return until_stopped(
            lambda: app.plan(folder, period, effort=effort, watch=watch, fresh=fresh), watch, seconds=seconds, said=note
        )


def _tell(outcome: "Planned | Infeasible | OutOfTime", *, quiet: bool, as_json: bool) -> None:
    from watchbill.app import Planned

    if isinstance(outcome, Planned):
        _tell_plan(outcome, quiet=quiet, as_json=as_json)
    else:
        tell_no_plan(outcome, as_json=as_json)


def tell_no_plan(outcome: "Infeasible | OutOfTime", *, as_json: bool) -> NoReturn:
    """Says why there is no plan, and ends the command."""
    from watchbill.results import Infeasible

    if isinstance(outcome, Infeasible):
        causes = [cause.sentence for cause in outcome.causes]
        if as_json:
            told = {"summary": outcome.summary, "causes": causes, "minimal": outcome.minimal}
            say_json({"outcome": "infeasible", **told})
        for line in _no_plan(outcome, causes):
            note(line)
        end(NO_PLAN)
    if as_json:
        say_json({"outcome": "out of time"})
    note("out of time before any plan was found; nothing was written. Allow more time, or more work with --effort.")
    end(OUT_OF_TIME)


def _no_plan(outcome: "Infeasible", causes: Sequence[str]) -> list[str]:
    head = "no plan can exist; nothing was written."
    if not causes:
        return [head, "Its causes were not found within the work that is allowed for it."]
    sure = "" if outcome.minimal else " Some of them may not be needed for that; the work allowed was used up."
    return [head, outcome.summary, f"These cannot all hold:{sure}", *(f"  {cause}" for cause in causes)]


def _tell_plan(planned: "Planned", *, quiet: bool, as_json: bool) -> None:
    from watchbill.workspace.plan_text import encode

    if as_json:
        say(encode(planned.draft).decode())
    elif not quiet:
        _show_plan(planned)
    how = "kept, since it answers these inputs already" if planned.kept else "written"
    near = ", near the draft before it" if planned.near else ""
    sure = "" if planned.draft.inputs.reproducible else "; stopped early or raced, so another run may end elsewhere"
    note(f"{planned.path} {how}{near}{sure}.")
    if not as_json and not quiet:
        period = planned.draft.period
        say(f"Look at it with: watchbill show {period}. Make it the plan with: watchbill publish {period}")


def _show_plan(planned: "Planned") -> None:
    from watchbill.report import sums

    people = planned.problem.person
    out(sums.loads(planned.draft, people), sums.tiers(planned.draft), "")
    if any(finding.tier == "should" for finding in planned.draft.findings):
        out(sums.findings(planned.draft), "")


# ------------------------------------------------------------------------------------------------------- progress


@contextmanager
def progress(title: str, *, quiet: bool) -> Iterator[Callable[["Progress"], None]]:
    """A line on a terminal's standard error that follows the solve; silence everywhere else."""
    if quiet or not sys.stderr.isatty():
        yield lambda progress: None
        return
    from rich.console import Console

    line = _Line(title, time.monotonic())
    with Console(stderr=True).status(line):
        yield line.follow


@dataclass
class _Line:
    """The latest report, told anew whenever the terminal is drawn: the seconds go on while an engine is silent."""

    title: str
    began: float
    latest: "Progress | None" = None

    def follow(self, progress: "Progress") -> None:
        """Takes a report."""
        self.latest = progress

    def __rich__(self) -> str:
        seconds = time.monotonic() - self.began
        return f"{self.title}: {described(self.latest, seconds) if self.latest else f'reading, {seconds:.0f} s'}"


def described(progress: "Progress", seconds: float) -> str:
    """One report in words: `fairness 120, bound 100, gap 16.7 %, 3 s`."""
    words = [progress.tier if progress.value is None else f"{progress.tier} {progress.value}"]
    if progress.bound is not None:
        words.append(f"bound {progress.bound}")
    if progress.value is not None and progress.bound is not None:
        words.append(f"gap {(progress.value - progress.bound) / max(abs(progress.value), 1):.1%}")
    if progress.parts > 1:
        words.append(f"part {progress.part} of {progress.parts}")
    return ", ".join([*words, f"{seconds:.0f} s"])
