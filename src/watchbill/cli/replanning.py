"""`replan`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watchbill.cli.base import AsJson, PeriodText, command, folder_of, note, now, out, period_of, say, say_json
from watchbill.cli.watching import chosen, watched
from watchbill.errors import WrongUsage

if TYPE_CHECKING:
    from watchbill.app import Replanned
    from watchbill.cli.running import Worked
    from watchbill.domain import Person
    from watchbill.periods import Period
    from watchbill.replan import Move
    from watchbill.results import Infeasible, OutOfTime


@command("watchbill replan --from 2027-02-10T14:00")
def replan(
    context: typer.Context,
    period: PeriodText = None,
    since: Annotated[
        str,
        typer.Option("--from", metavar="WHEN", help="now, 2027-02-10T14:00 on the team's clock, or a date."),
    ] = "now",
    effort: Annotated[
        float, typer.Option(metavar="FACTOR", min=0.01, max=1000, help="Work more or less than usual.")
    ] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, and no tables.")] = False,
    as_json: AsJson = False,
) -> None:
    """Change a published plan as little as possible after news, and write the result as a draft.

    What its holder can no longer serve (leave, left, roles) goes to others from WHEN on; a shift that is running then
    is cut there. What was before never changes. Exit code 3: no plan can exist; 5: out of time without one; 130:
    interrupted without one.
    """
    from watchbill import workspace
    from watchbill.app import Replanned
    from watchbill.cli.planning import tell_no_plan
    from watchbill.shelf import shelf
    from watchbill.times import wall, zone

    folder = folder_of(context)
    team = workspace.read(folder)
    at = moment(since, team.zone, now())
    wanted = period_of(period) or shelf(folder).to_replan(wall(at, zone(team.zone)).date())
    done = _solved(folder, wanted, at, effort=effort, quiet=quiet)
    outcome, interrupted = done.result, done.interrupted
    if not isinstance(outcome, Replanned):
        tell_no_plan(outcome, as_json=as_json, quiet=quiet, interrupted=interrupted)
    _tell_json(outcome, at) if as_json else _tell(outcome, at, quiet=quiet)
    if interrupted and outcome.path is not None:
        note("interrupted: the draft is a whole plan, but one that changes less may exist.")


def moment(text: str, zone_name: str, present: datetime) -> datetime:
    """What `now`, a wall time or a date (its midnight) means on a zone's clock, in UTC; `now` to the minute."""
    from watchbill.times import instant, zone

    if text == "now":
        return present.replace(second=0, microsecond=0)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUsage(
            f'"{text}" is no time. Write --from now, --from 2027-02-10T14:00 or --from 2027-02-10.'
        ) from None
    if at.second or at.microsecond:
        raise WrongUsage(f'"{text}" has seconds. Write --from {at:%Y-%m-%dT%H:%M}.')
    return at.astimezone(present.tzinfo) if at.tzinfo else instant(at, zone(zone_name))


def _solved(
    folder: Path, period: "Period", at: datetime, *, effort: float, quiet: bool
) -> "Worked[Replanned | Infeasible | OutOfTime]":
    from watchbill import app

    work = chosen(effort)
    return watched(str(period), lambda watch: app.replan(folder, period, at, effort=work, watch=watch), quiet=quiet)


# ----------------------------------------------------------------------------------------------------------- tell


def _tell(done: "Replanned", at: datetime, *, quiet: bool) -> None:
    from watchbill.report import diff, words
    from watchbill.times import iso

    problem, period = done.problem, done.draft.period
    for finding in done.history:
        note(f"note: {finding.rule}: {finding.sentence}.")
    if done.path is None:
        when = words.moment(at, problem.zone)
        say(f"Nothing has to change in {period} from {when} on: everybody can serve what they hold.")
    elif not quiet:
        out(diff.tables(diff.diff(done.previous, done.draft), problem.person, problem.zone), "")
        for line in lines(done.moves, problem.person, problem.zone):
            say(line)
    for line in long_runs(done, problem.person, problem.zone) if done.path is not None else ():
        note(line)
    if done.path is not None:
        note(f"{done.path} written.")
        say(f"Make it the next revision with: watchbill publish {period}")
    if done.stale:
        again = f"watchbill replan {period} --from {iso(at)}"
        note(f"note: the inputs changed while it was planned, and it is of those before. Take them up with: {again}")
    for other in done.also:
        note(f"{other} is published, too, and somebody cannot serve it as it is. Run: watchbill replan {other}")


def long_runs(done: "Replanned", people: "Mapping[str, Person]", zone_name: str) -> list[str]:
    """Who is then on call for long without a break."""
    from watchbill.replan import unbroken
    from watchbill.report import words
    from watchbill.times import DAY

    out = []
    for person, run in unbroken(done.previous, done.draft):
        when = f"{words.moment(run.start, zone_name)} to {words.moment(run.end, zone_name)}"
        days = f"{run.length / DAY:.1f}".removesuffix(".0")
        out.append(f"note: {words.name(person, people)} is then on call for {days} days without a break, {when}.")
    return out


def lines(moves: "Iterable[Move]", people: "Mapping[str, Person]", zone_name: str) -> list[str]:
    """What each person gives, with the reason, and takes: in order of people, then of time."""
    from watchbill.report import words

    told: dict[str, list[str]] = {}
    for move in moves:
        what = f"{move.shift} from {words.moment(move.start, zone_name)}"
        if move.giver is not None:
            told.setdefault(move.giver, []).append(f"gives {what} ({move.reason})")
        giver = "which nobody held" if move.giver is None else f"from {words.name(move.giver, people)}"
        told.setdefault(move.taker, []).append(f"takes {what}, {giver}")
    order = [*(person for person in people if person in told), *(person for person in told if person not in people)]
    return [f"{words.name(person, people)}: {line}" for person in order for line in told[person]]


def _tell_json(done: "Replanned", at: datetime) -> None:
    from watchbill.report import diff
    from watchbill.times import iso

    say_json(
        {
            "period": done.draft.period.name,
            "from": iso(at),
            "path": done.path and str(done.path),
            "changes": diff.as_json(diff.diff(done.previous, done.draft)) if done.path else [],
            "moves": [_row(move) for move in done.moves],
            "history": [finding.sentence for finding in done.history],
            "also": [period.name for period in done.also],
            "stale": done.stale,
        }
    )


def _row(move: "Move") -> dict[str, Any]:
    from watchbill.times import iso

    return {
        "shift": move.shift,
        "from": iso(move.start),
        "gives": move.giver,
        "takes": move.taker,
        "reason": move.reason,
    }
