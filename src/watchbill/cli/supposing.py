"""`what-if` and `staffing`."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watchbill.cli.base import (
    AsJson,
    PeriodText,
    command,
    folder_of,
    note,
    now,
    out,
    period_of,
    say,
    say_json,
    today,
)
from watchbill.errors import WrongUsage

if TYPE_CHECKING:
    from watchbill.needs import Staffing
    from watchbill.periods import Period
    from watchbill.results import Infeasible, OutOfTime
    from watchbill.shelf import Shelf
    from watchbill.solve.limits import Effort
    from watchbill.whatif import Side, Supposed
    from watchbill.workspace.overlay import Overlay

MOST_BYTES = 1_000_001


@command("watchbill what-if --leave ana:2027-02-01..2027-05-31", name="what-if")
def what_if(
    context: typer.Context,
    period: PeriodText = None,
    leave: Annotated[
        list[str] | None, typer.Option(metavar="PERSON:DATES", help="Somebody is away; as if the lead approved it.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="PERSON", help="Somebody leaves: before the period, or at --from.")
    ] = None,
    change: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE.yaml", help="Keys of team.yaml, and availability: {person: {...}}, laid over."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="WHEN", help="Change as little as possible of the present plan, from then on."),
    ] = None,
    effort: Annotated[
        float, typer.Option(metavar="FACTOR", min=0.01, max=1000, help="Work more or less than usual.")
    ] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the plan that would come out if something were otherwise, beside the present one. Nothing is written.

    Without --from everything is planned from scratch. Exit code 3: no plan could exist; 5: out of time without one.
    """
    from watchbill import workspace
    from watchbill.cli.planning import tell_no_plan
    from watchbill.cli.replanning import moment
    from watchbill.shelf import shelf
    from watchbill.solve.limits import Effort
    from watchbill.times import wall, zone
    from watchbill.whatif import Supposed, supposition

    folder = folder_of(context)
    if not (leave or without or change):
        raise WrongUsage("nothing is supposed. Add --leave ana:2027-02-01..2027-05-31, --without bo or --change FILE.")
    team = workspace.read(folder)
    at = moment(since, team.zone, now()) if since is not None else None
    wanted = period_of(period) or _period(shelf(folder), wall(at, zone(team.zone)).date() if at else None)
    over = supposition(
        folder, wanted, leaves=leave or (), gone=without or (), changes=_fragments(change or ()), since=at
    )
    usual = Effort()
    chosen = Effort(work=usual.work * effort, nodes=max(1, round(usual.nodes * effort)))
    outcome = _solved(folder, wanted, over, at, chosen, quiet=quiet)
    if not isinstance(outcome, Supposed):
        tell_no_plan(outcome, as_json=as_json)
    say_json(_json(outcome)) if as_json else _tell(outcome)


def _period(found: "Shelf", day: date | None) -> "Period":
    """The period that is meant where none is named: what runs on a day, else what there is, else what is next."""
    if day is not None and found.plans:
        return found.to_replan(day)
    return found.to_read() if found.drafts or found.plans else found.to_plan(today())


def _fragments(paths: Sequence[Path]) -> list[tuple[str, bytes]]:
    return [(str(path), _content(path)) for path in paths]


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise WrongUsage(f"{path} cannot be read: {reason}. Name a file that can with --change.") from None


def _solved(
    folder: Path, period: "Period", over: "Overlay", at: datetime | None, effort: "Effort", *, quiet: bool
) -> "Supposed | Infeasible | OutOfTime":
    from watchbill import whatif
    from watchbill.cli.progress import progress
    from watchbill.cli.running import until_stopped
    from watchbill.solve.limits import Watch

    with progress(f"what if, {period}", quiet=quiet) as report:
        watch = Watch(report)
        return until_stopped(
            lambda: whatif.what_if(folder, period, over, since=at, effort=effort, watch=watch),
            watch,
            seconds=None,
            said=_stopping,
        )


def _stopping(_: str) -> None:
    note("stopping; what is known so far is shown. Press Ctrl-C again to end at once.")


# ----------------------------------------------------------------------------------------------------------- tell


def _tell(done: "Supposed") -> None:
    from watchbill.report import diff, whatif

    present, then = done.present, done.then
    for line in _head(done):
        say(line)
    say("")
    was = present.draft if present else None
    out(whatif.tables(was, then.draft, present.held() if present else {}, then.held(), done.people), "")
    if done.since is not None:
        out(diff.tables(done.changes, done.people, then.problem.zone), "")
    if not then.draft.inputs.reproducible:
        say("Stopped early, so a better plan may exist.")
    note("nothing was written.")


def _head(done: "Supposed") -> list[str]:
    """What is compared, cover, and how much changes, in sentences."""
    from watchbill.report import words
    from watchbill.texts import counted

    lines = [f"{done.period}: {_present(done.present)}, and what would come out {_mode(done)}."]
    if done.present:
        lines.append(f"Present plan: {_cover(done.present)}.")
    if done.lost:
        held = [f"{piece.shift.id} ({words.name(piece.holder, done.people)})" for piece in done.lost]
        lines.append(f"{counted(len(held), 'shift')} of it would lose who holds it: {_listed(held)}.")
    lines.append(f"What would come out: {_cover(done.then)}.")
    if done.present:
        lines.append(_moved(len(done.changes), len(done.then.draft.shifts)))
    return lines


def _present(side: "Side | None") -> str:
    from watchbill.whatif import PLANNED

    if side is None:
        return "there is no present plan, and as things are none can exist"
    return "the plan as things are (planned now)" if side.source == PLANNED else side.source


def _mode(done: "Supposed") -> str:
    from watchbill.report import words

    if done.since is None:
        return "from scratch"
    return f"if as little as possible changed from {words.moment(done.since, done.then.problem.zone)} on"


def _cover(side: "Side") -> str:
    from watchbill.texts import counted

    holes, count = side.holes, len(side.draft.shifts)
    cover = f"{counted(len(holes), 'hole')} ({_listed(list(holes))})" if holes else f"all {count} shifts are covered"
    broken = len(side.faults)
    return f"{cover}, {counted(broken, 'broken hard rule')}" if broken else cover


def _moved(changed: int, count: int) -> str:
    return f"{changed} of {count} shifts would move." if changed else f"None of {count} shifts would move."


def _listed(words: list[str], most: int = 6) -> str:
    return ", ".join([*words[:most], *([f"and {len(words) - most} more"] if len(words) > most else [])])


def _json(done: "Supposed") -> dict[str, Any]:
    from watchbill.report import diff
    from watchbill.times import iso

    return {
        "period": done.period.name,
        "from": iso(done.since) if done.since else None,
        "present": _side(done.present) if done.present else None,
        "then": _side(done.then),
        "lost": [{"shift": p.shift.id, "person": p.holder, "reason": p.reason} for p in done.lost],
        "moved": len(done.changes),
        "changes": diff.as_json(done.changes),
    }


def _side(side: "Side") -> dict[str, Any]:
    from watchbill.report import whatif

    return {
        "source": side.source,
        "shifts": len(side.draft.shifts),
        "holes": list(side.holes),
        "hard": list(side.faults),
        "reproducible": side.draft.inputs.reproducible,
        **whatif.side_json(side.draft, side.held()),
    }


# ------------------------------------------------------------------------------------------------------- staffing


@command("watchbill staffing 2027-Q1 --at-most 25%")
def staffing(
    context: typer.Context,
    period: PeriodText = None,
    at_most: Annotated[
        str, typer.Option(metavar="PERCENT", help="How much of anyone's time may be on call, for the third number.")
    ] = "25%",
    no_growth: Annotated[
        bool, typer.Option("--no-growth", help="Do not ask which month breaks first as leave grows.")
    ] = False,
    seed: Annotated[
        int, typer.Option(metavar="NUMBER", min=0, max=2**31 - 1, help="For the leave that is simulated.")
    ] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show how many people it takes at each site, and which month breaks first as leave grows. Nothing is written.

    Fewer are ruled out by counting, or by two solves that agree. Ctrl-C ends with what is known.
    """
    from watchbill.report import staffing as tables
    from watchbill.shelf import shelf

    folder = folder_of(context)
    wanted = period_of(period) or _period(shelf(folder), None)
    percent = _percent(at_most)
    done = _staffed(folder, wanted, percent, growth=not no_growth, seed=seed, quiet=quiet)
    if as_json:
        say_json(tables.as_json(done))
        return
    say(f"{done.period}: how many people it takes{'' if done.complete else ', as far as it was asked'}.")
    for site in done.sites:
        out("", tables.site(site, percent))


def _percent(text: str) -> int:
    from watchbill.fields import percent

    try:
        found = percent(text)
    except ValueError as error:
        raise WrongUsage(f"--at-most: {error}") from None
    if not 1 <= found <= 100:
        raise WrongUsage(f'--at-most: "{text}" is not between 1% and 100%. Write it as 25%.')
    return found


def _staffed(folder: Path, period: "Period", percent: int, *, growth: bool, seed: int, quiet: bool) -> "Staffing":
    from watchbill import staffing
    from watchbill.cli.progress import progress
    from watchbill.cli.running import until_stopped
    from watchbill.solve.limits import Watch

    with progress(f"staffing, {period}", quiet=quiet) as report:
        watch = Watch(report)
        return until_stopped(
            lambda: staffing.staffing(folder, period, at_most=percent, growth=growth, seed=seed, watch=watch),
            watch,
            seconds=None,
            said=_stopping,
        )
