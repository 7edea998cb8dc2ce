"""`what-if`."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from watchbill.cli.base import (
    AsJson,
    PeriodText,
    command,
    end,
    folder_of,
    note,
    now,
    out,
    period_of,
    say,
    say_json,
    today,
)
from watchbill.cli.watching import chosen, end_if, shown, watched
from watchbill.errors import WrongUsage

if TYPE_CHECKING:
    from watchbill.periods import Period
    from watchbill.shelf import Shelf
    from watchbill.whatif import Impossible, Side, Supposed

MOST_BYTES = 1_000_001
MOST_LISTED = 6
NO_PLAN = 3


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

    Without --from everything is planned from scratch. Exit code 3: no plan could exist; 5: out of time without one;
    130: interrupted, and what is shown is as far as it was known.
    """
    from watchbill import supposing, whatif, workspace
    from watchbill.cli.planning import tell_no_plan
    from watchbill.cli.replanning import moment
    from watchbill.results import OutOfTime
    from watchbill.shelf import shelf
    from watchbill.times import wall, zone

    folder = folder_of(context)
    if not (leave or without or change):
        raise WrongUsage("nothing is supposed. Add --leave ana:2027-02-01..2027-05-31, --without bo or --change FILE.")
    team = workspace.read(folder)
    at = moment(since, team.zone, now()) if since is not None else None
    wanted = period_of(period) or period_meant(shelf(folder), wall(at, zone(team.zone)).date() if at else None)
    over = supposing.supposition(
        folder, wanted, leaves=leave or (), gone=without or (), changes=_fragments(change or ()), since=at
    )
    work = chosen(effort)
    worked = watched(
        f"what if, {wanted}",
        lambda watch: whatif.what_if(folder, wanted, over, since=at, effort=work, watch=watch),
        quiet=quiet,
        said=shown,
    )
    outcome, interrupted = worked.result, worked.interrupted
    if isinstance(outcome, whatif.Impossible):
        _tell_impossible(outcome, quiet=quiet, as_json=as_json, interrupted=interrupted)
    if isinstance(outcome, OutOfTime):
        tell_no_plan(outcome, quiet=quiet, as_json=as_json, interrupted=interrupted)
    say_json(_json(outcome)) if as_json else _tell(outcome)
    end_if(interrupted)


def period_meant(found: "Shelf", day: date | None) -> "Period":
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
        lines.append(f"{counted(len(set(held)), 'shift')} of it would lose who holds it:")
        lines += _list(list(dict.fromkeys(held)))
    lines.append(f"What would come out: {_cover(done.then)}.")
    if done.present:
        lines.append(_moved(len(done.changes), len(done.then.draft.shifts)))
    return lines


def _present(side: "Side | None") -> str:
    from watchbill.whatif import PLANNED

    if side is None:
        return "there is no present plan, and as things are none can exist"
    return "the plan as things are (planned now)" if side.source == PLANNED else side.source


def _mode(done: "Supposed | Impossible") -> str:
    from watchbill.report import words

    known = done.then or done.present
    if done.since is None or known is None:
        return "from scratch"
    return f"if as little as possible changed from {words.moment(done.since, known.problem.zone)} on"


def _cover(side: "Side") -> str:
    from watchbill.texts import counted

    holes, count = side.holes, len(side.draft.shifts)
    cover = (
        f"{counted(len(holes), 'hole')} ({', '.join(_first(holes))})" if holes else f"all {count} shifts are covered"
    )
    broken = len(side.faults)
    return f"{cover}, {counted(broken, 'broken hard rule')}" if broken else cover


def _moved(changed: int, count: int) -> str:
    return f"{changed} of {count} shifts would move." if changed else f"None of {count} shifts would move."


def _list(items: Sequence[str]) -> list[str]:
    return [f"  {item}" for item in _first(items)]


def _first(items: Sequence[str]) -> list[str]:
    more = len(items) - MOST_LISTED
    return [*items[:MOST_LISTED], *([f"and {more} more"] if more > 0 else [])]


def _tell_impossible(asked: "Impossible", *, quiet: bool, as_json: bool, interrupted: bool) -> NoReturn:
    """Why no plan would exist, and how much would be uncovered at best; ends the command."""
    from watchbill.cli.planning import tell_no_plan
    from watchbill.report import conflicts

    if as_json:
        say_json(
            {
                "period": asked.period.name,
                **conflicts.as_json(asked.why),
                "present": _side(asked.present) if asked.present else None,
                "best": {**_side(asked.then), "uncovered": _hours(asked)} if asked.then else None,
            }
        )
        if not quiet:
            note("no plan can exist; nothing was written.")
        end(NO_PLAN)
    for line in _at_best(asked):
        say(line)
    tell_no_plan(asked.why, as_json=False, interrupted=interrupted)


def _hours(asked: "Impossible") -> dict[str, float]:
    return {role: hundredths / 100 for role, hundredths in asked.uncovered.items()}


def _at_best(asked: "Impossible") -> list[str]:
    from watchbill.texts import counted, hours

    lines = [f"{asked.period}: {_present(asked.present)}, and what would come out {_mode(asked)}."]
    if asked.present:
        lines.append(f"Present plan: {_cover(asked.present)}.")
    if asked.then is None:
        return [*lines, "What would be uncovered at best was not found within the work allowed."]
    amounts = " and ".join(f"{hours(hundredths)} h of {role}" for role, hundredths in asked.uncovered.items())
    holes, count = asked.then.holes, len(asked.then.draft.shifts)
    return [*lines, f"At best {len(holes)} of {counted(count, 'shift')} would have holes: {amounts}.", *_list(holes)]


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
