"""What the inputs say of each person, line by line: what a line blocks, and what a wish weighs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from watchbill.clocks import off_rota
from watchbill.domain import Leave, Person, Shift
from watchbill.errors import Place
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.rules.wishes import stakes, weights
from watchbill.serving import Serving
from watchbill.times import total
from watchbill.workspace import Workspace
from watchbill.workspace.lines import (
    Availability,
    Away,
    counting_never,
    leaves_by_line,
    uncounted_leave,
    wishes_by_line,
)
from watchbill.workspace.moments import Moments
from watchbill.workspace.planning import horizon


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an availability file. `kind` is leave, never, avoid or prefer.

    A hard line `blocks` turns; `uncounted` says which of its dates or days of the week (0 is Monday) the hard budget
    leaves out. A wish has a `weight` and what is left of it within the budget: nothing where it touches no turn.
    """

    place: Place
    kind: str
    moments: Moments | None
    days: tuple[int, ...] = ()
    hours: tuple[tuple[int, int], ...] = ()
    only: str | None = None
    approved: bool = False
    uncounted: tuple[date, ...] | tuple[int, ...] = ()
    blocks: tuple[Shift, ...] = ()
    weight: int = 0
    effective: Fraction = Fraction(0)

    @property
    def hard(self) -> bool:
        """Whether it keeps the person from serving."""
        return self.kind in {"leave", "never"}


@dataclass(frozen=True, slots=True)
class Understood:
    """What the inputs of a period say of one person.

    `leave_days` are the dates of the period with leave that counts; `blocked` are the turns, out of `able` ones, that
    leave and `never` take; `answered` is the last day that the person has answered for.
    """

    person: Person
    leave_days: int
    lines: tuple[Line, ...]
    serves: tuple[str, ...]
    able: int
    blocked: tuple[Shift, ...]
    answered: date | None

    @property
    def wishes(self) -> tuple[Line, ...]:
        """The wishes that touch turns of the person."""
        return tuple(line for line in self.lines if line.effective)

    @property
    def blocked_hours(self) -> float:
        """Hours on call of the blocked turns."""
        return hours_of(self.blocked)


def hours_of(turns: Sequence[Shift]) -> float:
    """Hours on call of some turns."""
    return sum(total(turn.spans).total_seconds() for turn in turns) / 3600


def changes_nothing(problem: Problem, person: str) -> bool:
    """Whether someone's wishes weigh all shifts that they could hold alike, so that no plan is better or worse."""
    own = replace(problem, wishes=tuple(wish for wish in problem.wishes if wish.person == person))
    stake = stakes(own, Loads(own)).get(person)
    turns = [
        turn for turn in own.turns if person in own.servers[turn.key] and not off_rota(own.person[person], turn.spans)
    ]
    return stake is not None and not any(stake.cost_of_turn(turn) for turn in turns)


def understood(team: Workspace, serving: Serving) -> tuple[Understood, ...]:
    """Everyone, in order of people."""
    effective = _effective(team, serving)
    return tuple(_person(team, serving, person, effective[person.id]) for person in team.people)


def _person(team: Workspace, serving: Serving, person: Person, effective: Mapping[Place, Fraction]) -> Understood:
    own, problem = team.availability[person.id], serving.problem
    lines = (*_hard(team, serving, person), *_soft(own, effective))
    return Understood(
        person=person,
        leave_days=sum(day in problem.period.dates for day in _leave_dates(team, own)),
        lines=lines,
        serves=tuple(key for key, people in problem.servers.items() if person.id in people),
        able=len(serving.able[person.id]),
        blocked=serving.blocked(person.id),
        answered=own.answered_through,
    )


def _leave_dates(team: Workspace, own: Availability) -> set[date]:
    """The dates that leave touches and on which it counts."""
    lost = uncounted_leave(own.leave, team.hard_budget.leave)
    return {day for line in own.leave for day in line.moments.dates if line.approved or day not in lost}


def _hard(team: Workspace, serving: Serving, person: Person) -> Iterator[Line]:
    own, budget = team.availability[person.id], team.hard_budget
    by_place: dict[Place, list[Leave]] = {}
    for place, leave in leaves_by_line(person, own, budget, horizon(team, serving.problem.period)):
        by_place.setdefault(place, []).append(leave)
    taken = {place: serving.blocked_by(person.id, (leave.span for leave in each)) for place, each in by_place.items()}
    lost = uncounted_leave(own.leave, budget.leave)
    for line in own.leave:
        blocks = taken.get(line.place, ())
        yield Line(
            line.place, "leave", line.moments, approved=line.approved, uncounted=_lost(line, lost), blocks=blocks
        )
    kept = {line.place: line.days for line in counting_never(person.id, own.never, budget)[0]}
    for never in own.never:
        out = tuple(day for day in never.days if day not in kept.get(never.place, ()))
        blocks = taken.get(never.place, ())
        yield Line(never.place, "never", None, never.days, never.hours, None, never.approved, out, blocks)


def _lost(line: Away, lost: Mapping[date, Place]) -> tuple[date, ...]:
    return () if line.approved or not lost else tuple(day for day in line.moments.dates if day in lost)


def _soft(own: Availability, effective: Mapping[Place, Fraction]) -> Iterator[Line]:
    for wish in own.wishes:
        yield Line(
            wish.place,
            wish.kind,
            wish.moments,
            wish.days,
            wish.hours,
            wish.only,
            weight=wish.weight,
            effective=effective.get(wish.place, Fraction(0)),
        )


def _effective(team: Workspace, serving: Serving) -> Mapping[str, Mapping[Place, Fraction]]:
    """By person and line what a wish weighs within the budget."""
    problem = serving.problem
    around = horizon(team, problem.period)
    places = [(p.id, place) for p in team.people for place, _ in wishes_by_line(p, team.availability[p.id], around)]
    out: dict[str, dict[Place, Fraction]] = {person.id: {} for person in team.people}
    for (person, place), weight in zip(places, weights(problem, Loads(problem)), strict=True):
        out[person][place] = weight
    return out
