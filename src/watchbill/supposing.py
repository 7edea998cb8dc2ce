"""What is supposed, laid over the files of a folder in memory: leave, people who go, fragments of files."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from watchbill import workspace
from watchbill.domain import Person
from watchbill.errors import WrongUsage
from watchbill.finding import find_person
from watchbill.periods import Period
from watchbill.times import DAY, Dates, wall, zone
from watchbill.workspace import overlay
from watchbill.workspace.moments import Moments, moments
from watchbill.workspace.overlay import NOTHING, Overlay

EXAMPLE = "--leave ana:2027-02-01..2027-05-31"
# The last turns of a period may run on into the days after it.
BESIDE = 7 * DAY


def supposition(
    folder: Path,
    period: Period,
    *,
    leaves: Sequence[str] = (),
    gone: Sequence[str] = (),
    changes: Sequence[tuple[str, bytes]] = (),
    since: datetime | None = None,
) -> Overlay:
    """What to lay over the folder: `ana:2027-02-01..2027-05-31`, people who go, and fragments (name, bytes).

    Who goes does so before the period, or at `since`. WrongUsage for an unknown person or dates that are none.
    """
    out = sum((overlay.fragment(name, data) for name, data in changes), NOTHING)
    people = {person.id: person for person in workspace.read(folder, out).people}
    for text in leaves:
        who, _, dates = text.partition(":")
        person = _known(who, people, EXAMPLE)
        _insist_touching(text, _dates(text, dates), person, period)
        out += overlay.away(person.id, [dates.strip()])
    for text in gone:
        out += _going(_known(text, people, "--without ana"), period, since)
    return out


def _known(text: str, people: Mapping[str, Person], example: str) -> Person:
    try:
        return people[find_person(people, text)]
    except WrongUsage as error:
        raise WrongUsage(f"{error} Write it as {example}.") from None


def _dates(text: str, dates: str) -> Moments:
    try:
        return moments(dates)
    except ValueError as error:
        raise WrongUsage(f'"{text}": {error} Write it as {EXAMPLE}.') from None


def _insist_touching(text: str, off: Moments, person: Person, period: Period) -> None:
    """WrongUsage for dates that lie outside of the period and the days beside it, to which its last shifts may run."""
    reach = Dates(period.first - BESIDE, period.last + BESIDE)
    if off.dates.last < reach.first or reach.last < off.dates.first:
        raise WrongUsage(
            f'"{text}" touches nothing of {period}, so nothing would change for {person.name}. Name dates of '
            f"{period.first} to {period.last}, or the period that is meant: watchbill what-if PERIOD --leave …"
        )


def _going(person: Person, period: Period, since: datetime | None) -> Overlay:
    """Someone whose last day is before the period, or who is away from an instant on and gone the next day."""
    if since is None:
        return overlay.gone(person.id, person.joined, period.first - 2 * DAY)
    at = wall(since, zone(person.zone))
    if (at.hour, at.minute) == (0, 0):
        return overlay.gone(person.id, person.joined, at.date() - DAY)
    rest = overlay.away(person.id, [f"{at:%Y-%m-%d %H:%M}..24:00"])
    return overlay.gone(person.id, person.joined, at.date()) + rest
