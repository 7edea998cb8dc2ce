"""What `limit` counts: amounts by local date of the holder, and the windows of dates over which they add up."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from watchbill.domain import Person, Shift
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.rules._dates import local_date, minutes_by_date, weekend_of
from watchbill.rules._held import Holding
from watchbill.rules.base import Board, Linear
from watchbill.times import DAY, Dates, Span

WHOLE_PLAN = Dates(date.min, date.max)
WEEKEND_FROM = 4 * 60
KIND = {"nights": "night", "holidays": "holiday"}

Amounts = Mapping[date, int]
_Alike = Mapping[tuple[Span, ...], Sequence[Shift]]
Counter = Callable[[Person, tuple[Span, ...]], Amounts]


def counter(count: str, loads: Loads) -> Counter:
    """How to count the spans that one person holds of one turn: amounts above 0 by local date.

    A shift counts on the date of its start; hours, in minutes, on the dates on which they fall; a weekend on its
    first day, if four of the shift's hours fall into it; for `consecutive_days`, every date that is touched.
    """

    def shifts(person: Person, spans: tuple[Span, ...]) -> Amounts:
        return {local_date(person, spans[0].start): 1}

    def kinds(person: Person, spans: tuple[Span, ...]) -> Amounts:
        return shifts(person, spans) if loads.is_kind(person.id, spans, KIND[count]) else {}

    def weekends(person: Person, spans: tuple[Span, ...]) -> Amounts:
        hours: dict[date, int] = {}
        for day, minutes in minutes_by_date(person, spans).items():
            if first := weekend_of(day, person.weekend):
                hours[first] = hours.get(first, 0) + minutes
        return {first: 1 for first, minutes in hours.items() if minutes >= WEEKEND_FROM}

    def days(person: Person, spans: tuple[Span, ...]) -> Amounts:
        return dict.fromkeys(minutes_by_date(person, spans), 1)

    return {
        "shifts": shifts,
        "hours": minutes_by_date,
        "nights": kinds,
        "holidays": kinds,
        "weekends": weekends,
        "consecutive_days": days,
    }[count]


@dataclass(frozen=True, slots=True)
class Facts:
    """What can be said without any plan about people who are counted together.

    `possible`: by person, turns that count alike and their amounts; `fixed`: what neighbours hold; `dates`: all
    dates at which anything can count, in order; `whole`: those at which whole turns or neighbours can.
    """

    possible: Mapping[str, Sequence[tuple[Sequence[Shift], Amounts]]]
    fixed: Amounts
    dates: tuple[date, ...]
    whole: tuple[date, ...]


class Tally:
    """Counts turns and holdings in scope; `distinct`: a date counts once, however many turns touch it."""

    def __init__(
        self,
        counts: Counter,
        distinct: bool,
        turns: Iterable[Shift],
        near: Mapping[str, Sequence[Holding]],
        parts: Mapping[str, Iterable[Shift]],
    ) -> None:
        self.counts = counts
        self.distinct = distinct
        self.near = near
        self._alike = _alike(turns)
        self._parts = parts

    def facts(self, people: Iterable[Person]) -> Facts:
        """What can be said without any plan."""
        listed = tuple(people)
        possible = {person.id: self._counted(person, self._alike) for person in listed}
        fixed = self.held(listed, self.near)
        whole = {day for counted in possible.values() for _, amounts in counted for day in amounts}.union(fixed)
        parts = {person.id: self._counted(person, _alike(self._parts.get(person.id, ()))) for person in listed}
        dates = whole.union(day for counted in parts.values() for _, amounts in counted for day in amounts)
        every = {person: [*counted, *parts[person]] for person, counted in possible.items()}
        return Facts(every, fixed, tuple(sorted(dates)), tuple(sorted(whole)))

    def held(self, people: Iterable[Person], holdings: Mapping[str, Sequence[Holding]]) -> Amounts:
        """What people hold, by date, each on their own clock."""
        out: dict[date, int] = {}
        for person in people:
            own: dict[date, int] = {}
            for holding in holdings.get(person.id, ()):
                for day, amount in self.counts(person, holding.spans).items():
                    own[day] = 1 if self.distinct else own.get(day, 0) + amount
            for day, amount in own.items():
                out[day] = out.get(day, 0) + amount
        return out

    def posted(self, board: Board, people: Iterable[Person], facts: Facts) -> Mapping[date, Linear]:
        """What people would hold, by date, as expressions; what neighbours fix is in the constant."""
        out: dict[date, Linear] = {}
        for person in people:
            turns: dict[date, list[tuple[Shift, int]]] = {}
            for alike, amounts in facts.possible[person.id]:
                for day, amount in amounts.items():
                    turns.setdefault(day, []).extend((turn, amount) for turn in alike)
            fixed = self.held([person], self.near)
            for day in sorted({*turns, *fixed}):
                out.setdefault(day, Linear()).add(self._on(board, person, turns.get(day, ()), fixed.get(day, 0)))
        return out

    def _on(self, board: Board, person: Person, turns: Sequence[tuple[Shift, int]], fixed: int) -> Linear:
        if not self.distinct:
            return board.weigh(person.id, turns).add(Linear(constant=fixed))
        return Linear(constant=1) if fixed else board.any_of(person.id, (turn for turn, _ in turns))

    def _counted(self, person: Person, turns: _Alike) -> list[tuple[Sequence[Shift], Amounts]]:
        return [(alike, self.counts(person, spans)) for spans, alike in turns.items()]


def _alike(turns: Iterable[Shift]) -> _Alike:
    out: dict[tuple[Span, ...], list[Shift]] = {}
    for turn in turns:
        out.setdefault(turn.spans, []).append(turn)
    return out


def windows_from(dates: Iterable[date], days: int | None) -> tuple[Dates, ...]:
    """Windows of so many days that begin at a date at which anything can count; without days, the whole plan.

    A window that holds too much still does when it is moved on to the first date that counts: these are enough.
    """
    if days is None:
        return (WHOLE_PLAN,)
    return tuple(Dates(day, day + timedelta(days=days - 1)) for day in dates)


def windows_within(problem: Problem, dates: Iterable[date], days: int | None) -> tuple[Dates, ...]:
    """Windows inside the plan's period that begin with it or right after a date at which anything can count.

    A window that holds too little still does when it is moved back until such a date lies right before it.
    """
    if days is None:
        return (WHOLE_PLAN,)
    first, last = problem.period.first, problem.period.last - timedelta(days=days - 1)
    starts = sorted({first, *(day + DAY for day in dates)})
    return tuple(Dates(day, day + timedelta(days=days - 1)) for day in starts if first <= day <= last)
