"""Who holds which seat at an instant, by the published plans: no PagerDuty is needed to know that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from watchbill import workspace
from watchbill.domain import Person
from watchbill.errors import Refused
from watchbill.publish.pagerduty.compile import entries
from watchbill.publish.pagerduty.terms import Entry
from watchbill.results import Draft
from watchbill.times import Span
from watchbill.workspace import Workspace, plans


@dataclass(frozen=True, slots=True)
class Duty:
    """Who holds one seat of a role at an instant, by the plans: `person` over `[since, until)`, None for nobody.

    `then` takes over at `resumes`, which is `until` unless there is a gap; None: nothing more is planned.
    """

    role: str
    seat: int
    person: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    then: str | None = None
    resumes: datetime | None = None


@dataclass(frozen=True)
class Present:
    """Who is on call at an instant in every seat of every role. `planned`: whether a published plan reaches it."""

    team: Workspace
    at: datetime
    duties: tuple[Duty, ...]
    planned: bool
    people: Mapping[str, Person]


def present(folder: Path, at: datetime) -> Present:
    """Who is on call by the published plans at an instant. Refused where nothing is published."""
    team = workspace.read(folder)
    published = plans.read_plans(folder)
    if not published:
        raise Refused("nothing is published yet. Plan and publish a period first: watchbill plan, watchbill publish")
    duties = [
        duty
        for role in team.roles
        for seat in range(1, role.seats + 1)
        for duty in _duties(role.id, seat, held(published, role.id, (seat,)), at)
    ]
    reached = any(hours.start <= at < hours.end for plan in published if (hours := whole(plan)))
    return Present(team, at, tuple(duties), reached, known(team, published))


def whole(plan: Draft) -> Span | None:
    """From the first shift of a plan to its last; None if it has none."""
    if not plan.shifts:
        return None
    return Span(min(a.shift.start for a in plan.shifts), max(a.shift.end for a in plan.shifts))


def held(published: Sequence[Draft], role: str, seats: Sequence[int]) -> tuple[Entry, ...]:
    """Who is on call in some seats of a role by the plans; people by their ids."""
    own = {part.person for plan in published for assigned in plan.shifts for part in assigned.parts}
    return entries(published, role, seats, {person: person for person in own})


def _duties(role: str, seat: int, listed: Sequence[Entry], at: datetime) -> list[Duty]:
    """One for each person on call, or one for nobody."""
    now = [entry for entry in listed if entry.start <= at < entry.end]
    if not now:
        return [Duty(role, seat, None, None, None, *_next(listed, at))]
    return [Duty(role, seat, one.user, one.start, one.end, *_next(listed, one.end)) for one in now]


def _next(listed: Sequence[Entry], at: datetime) -> tuple[str, datetime] | tuple[None, None]:
    """Who begins next from an instant on, and when."""
    for entry in listed:
        if entry.start >= at:
            return entry.user, entry.start
    return None, None


def known(team: Workspace, published: Sequence[Draft]) -> dict[str, Person]:
    """The team, its guests, and who has left it and still holds parts: of these the id and the team's zone only."""
    guests = {id_: guest for plan in published for id_, guest in plan.guests_on(team.zone).items()}
    holders = dict.fromkeys(part.person for plan in published for a in plan.shifts for part in a.parts)
    left = {id_: Person(id_, id_, team.zone) for id_ in holders}
    return {**left, **guests, **{person.id: person for person in team.people}}
