"""`plan`."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from watchbill.cli.base import (
    AsJson,
    PeriodText,
    command,
    end,
    folder_of,
    note,
    out,
    period_of,
    say,
    say_data,
    say_json,
    today,
)
from watchbill.cli.watching import chosen, watched
from watchbill.endings import ABORTED

if TYPE_CHECKING:
    from watchbill.app import Planned
    from watchbill.cli.running import Worked
    from watchbill.periods import Period
    from watchbill.results import Infeasible, OutOfTime
    from watchbill.solve.limits import Watch

NO_PLAN, OUT_OF_TIME = 3, 5
FEW, EVERY = 3, 50


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
    best_effort: Annotated[
        bool, typer.Option("--best-effort", help="If no plan can exist: the draft with the fewest holes, each named.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="If no plan can exist: every conflict, not three only.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, and no tables.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find the fairest plan of a period and write it as a draft.

    An existing draft is kept if it answers the same inputs, and stayed near if it was edited or news came. Ctrl-C ends
    with the best plan so far. Exit code 3: no plan can exist; 5: out of time without one; 130: interrupted without one.
    """
    from watchbill import app
    from watchbill.shelf import shelf

    folder = folder_of(context)
    work = replace(chosen(effort), seed=seed, race=fast)
    wanted = period_of(period) or shelf(folder).to_plan(today())

    def call(watch: "Watch") -> "Planned | Infeasible | OutOfTime":
        most = EVERY if every else FEW
        return app.plan(folder, wanted, effort=work, watch=watch, fresh=fresh, best_effort=best_effort, conflicts=most)

    done = solved(wanted, call, seconds=time_limit, quiet=quiet)
    _tell(done.result, quiet=quiet, as_json=as_json, interrupted=done.interrupted)


def solved(
    period: "Period",
    call: "Callable[[Watch], Planned | Infeasible | OutOfTime]",
    *,
    seconds: float | None,
    quiet: bool,
) -> "Worked[Planned | Infeasible | OutOfTime]":
    """Plans and says how far it is; Ctrl-C and the time limit end with the best so far."""
    return watched(str(period), call, quiet=quiet, seconds=seconds)


def _tell(outcome: "Planned | Infeasible | OutOfTime", *, quiet: bool, as_json: bool, interrupted: bool) -> None:
    from watchbill.app import Planned
    from watchbill.results import Infeasible

    if isinstance(outcome, Planned):
        _tell_plan(outcome, quiet=quiet, as_json=as_json, interrupted=interrupted)
    elif isinstance(outcome, Infeasible):
        more = "All conflicts are told with --all. " if outcome.unseen else ""
        hint = f"{more}A draft with the holes named is made with --best-effort."
        tell_no_plan(outcome, hint, quiet=quiet, as_json=as_json, interrupted=interrupted)
    else:
        tell_no_plan(outcome, quiet=quiet, as_json=as_json, interrupted=interrupted)


def tell_no_plan(
    outcome: "Infeasible | OutOfTime",
    hint: str = "",
    *,
    as_json: bool,
    interrupted: bool,
    quiet: bool = False,
) -> NoReturn:
    """Says why there is no plan, with a hint at the end, and ends the command. With JSON in a line at most."""
    from watchbill.report import conflicts
    from watchbill.results import Infeasible

    if not isinstance(outcome, Infeasible):
        _tell_nothing_found(outcome, quiet=quiet, as_json=as_json, interrupted=interrupted)
    lines = [*conflicts.lines(outcome), *([hint] if hint else [])]
    if interrupted:
        lines[1:1] = ["Interrupted, so causes and ways out may be missing."]
    if as_json:
        say_json(conflicts.as_json(outcome))
        lines = [] if quiet else lines[:1]
    for line in lines:
        note(line)
    end(NO_PLAN)


def _tell_nothing_found(outcome: "OutOfTime", *, quiet: bool, as_json: bool, interrupted: bool) -> NoReturn:
    """Neither a plan nor a proof that there is none: interrupted, out of time, or two solves do not agree."""
    how = "interrupted" if interrupted else "out of time"
    if as_json:
        say_json({"outcome": how, **({"doubt": outcome.doubt} if outcome.doubt and not interrupted else {})})
    told = f"{how} before any plan was found"
    if interrupted:
        note(f"{told}; nothing was written.")
        end(ABORTED)
    if not (as_json and quiet):
        note(f"{outcome.doubt or told}; nothing was written. Allow more time, or more work with --effort.")
    end(OUT_OF_TIME)


def _tell_plan(planned: "Planned", *, quiet: bool, as_json: bool, interrupted: bool) -> None:
    from watchbill.holes import needs
    from watchbill.workspace.plan_text import encode

    if as_json:
        say_data(encode(planned.draft).decode())
    elif not quiet:
        _show_plan(planned)
    how = "kept, since it answers these inputs already" if planned.kept else "written"
    near = ", near the draft before it" if planned.near else ""
    note(f"{planned.path} {how}{near}{_sure(planned, interrupted=interrupted)}.")
    if planned.stale:
        again = f"watchbill plan {planned.draft.period}"
        note(f"note: the inputs changed while it was planned, and it is of those before. Take them up with: {again}")
    for line in _dropped(planned):
        note(line)
    if planned.holes:
        note(
            "It has a hole where nobody can be on call:"
            if len(planned.holes) == 1
            else f"It has {len(planned.holes)} holes:"
        )
    for hole in planned.holes:
        note(f"  {hole.shift}{': ' if hole.sentence else ''}{hole.sentence}")
    for line in _given_way(planned):
        note(line)
    if not as_json and not quiet:
        period, keys = planned.draft.period, "".join(f" --allow {key}" for key in needs(planned.draft))
        say(f"Look at it with: watchbill show {period}. Make it the plan with: watchbill publish {period}{keys}")


def _given_way(planned: "Planned") -> list[str]:
    """What else than the holes makes it no plan."""
    from watchbill.holes import gave_way
    from watchbill.judge import told

    broken = gave_way(planned.draft)
    head = "A hard rule gives way, too:" if len(broken) == 1 else "Hard rules give way, too:"
    return [head, *(f"  {told(finding)}" for finding in broken)] if broken else []


def _sure(planned: "Planned", *, interrupted: bool) -> str:
    if planned.draft.inputs.reproducible:
        return ""
    if interrupted and not planned.kept:
        return "; interrupted, so it is a whole plan, but a better one may exist"
    return "; stopped early or raced, so another run may end elsewhere"


def _dropped(planned: "Planned") -> list[str]:
    """What was decided by hand and is not kept, and how to keep it."""
    from watchbill.report import decisions

    rows = decisions.moves(planned.dropped, planned.problem.person, planned.problem.zone)
    remedy = "Decide it again with watchbill assign --pin, or watchbill relieve."
    return [*(f"note: decided by hand before, and not kept: {row}." for row in rows), *([remedy] if rows else [])]


def _show_plan(planned: "Planned") -> None:
    from watchbill.report import sums

    people = planned.problem.person
    out(sums.loads(planned.draft, people), sums.tiers(planned.draft), "")
    if any(finding.tier == "should" for finding in planned.draft.findings):
        out(sums.findings(planned.draft), "")
