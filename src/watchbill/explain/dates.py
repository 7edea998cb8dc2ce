"""Dates and stretches of turns in sentences, without the machine's locale."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from watchbill.domain import Shift
from watchbill.problem import Problem
from watchbill.spellings import MONTHS
from watchbill.times import DAY, Span, wall, zone

T = TypeVar("T")
K = TypeVar("K")
WEEKEND = timedelta(days=4)


class Calendar:
    """Writes dates of one problem: the year only where it is not the one in which the period begins."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._year = problem.period.first.year

    def day(self, day: date) -> str:
        """`8 February`, or `8 February 2028` in another year."""
        year = "" if day.year == self._year else f" {day.year}"
        return f"{day.day} {MONTHS[day.month - 1]}{year}"

    def days(self, first: date, last: date) -> str:
        """`8 February`, `8 to 12 February`, `29 January to 2 February`; both ends included."""
        if first == last:
            return self.day(first)
        same = (first.year, first.month) == (last.year, last.month)
        return f"{first.day if same else self.day(first)} to {self.day(last)}"

    def away(self, span: Span, zone_name: str) -> str:
        """Time on somebody's clock: `from 8 to 12 February`, `on 8 February from 13:00 to 18:00`."""
        start, end = (wall(at, zone(zone_name)) for at in (span.start, span.end))
        first, last = start.date(), (end - datetime.resolution).date()
        if start == _midnight(start) and end == _midnight(end):
            return f"on {self.day(first)}" if first == last else f"from {self.days(first, last)}"
        if first == last:
            return f"on {self.day(first)} from {start:%H:%M} to {end:%H:%M}"
        return f"from {self.day(first)} {start:%H:%M} to {self.day(end.date())} {end:%H:%M}"

    def turns(self, turns: Iterable[Shift]) -> str:
        """When some turns are, by their handoffs: `in the week of 8 February`, `on 8 to 10 and 13 February`."""
        listed = tuple(turns)
        weeks, days = (sorted({self.handoff(t) for t in listed if self._is_week(t) is week}) for week in (True, False))
        told = [f"in the {'week' if len(weeks) == 1 else 'weeks'} of {self._weeks(weeks)}"] if weeks else []
        told += [f"on {listing([self.days(*run) for run in runs(days)])}"] if days else []
        return " and ".join(told)

    def _weeks(self, days: Sequence[date]) -> str:
        """`4 January and 11 January`; three in a row and more as `4 January to 22 March`."""
        told: list[str] = []
        for first, last in runs(days, 7 * DAY):
            long = last - first > 7 * DAY
            between = [first] if first == last else [first, last]
            told += [f"{self.day(first)} to {self.day(last)}"] if long else [self.day(day) for day in between]
        return listing(told)

    def handoff(self, turn: Shift) -> date:
        """The date of a turn's handoff on the clock of its layer: the one in its id."""
        return wall(turn.handoff, zone(self._problem.layer[turn.key].zone)).date()

    def _is_week(self, turn: Shift) -> bool:
        """Whether a turn is a week, or its working days; a weekend is none, though its turn comes once a week."""
        length = self._problem.layer[turn.key].turn
        return (length.unit, length.count) in {("week", 1), ("day", 7)} and turn.end - turn.start > WEEKEND


def runs(days: Sequence[date], step: timedelta = DAY) -> list[tuple[date, date]]:
    """Sorted dates as runs of consecutive ones, or of such that lie a step apart: first and last."""
    out: list[tuple[date, date]] = []
    for day in days:
        if out and day == out[-1][1] + step:
            out[-1] = out[-1][0], day
        else:
            out.append((day, day))
    return out


def listing(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *rest, last = words
    return f"{', '.join(rest)} and {last}" if rest else last


def gathered(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Items by a key, in order of first appearance."""
    out: dict[K, list[T]] = {}
    for item in items:
        out.setdefault(key(item), []).append(item)
    return out


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
