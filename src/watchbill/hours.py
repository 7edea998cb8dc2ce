"""How much of a stretch of time is night, weekend or holiday on one clock and calendar, and what it weighs.

What a local minute is changes a few times a day, so a line of whole pieces with running sums answers any stretch with
two look-ups. All is integer: minutes since 1970 in UTC, and minutes times percent.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

from watchbill.calendars import person_holidays
from watchbill.clocks import stays
from watchbill.domain import KINDS, Person
from watchbill.policy import LoadPolicy
from watchbill.times import DAY, EPOCH, MINUTE, Dates, Span, minutes, offsets

_DAY = 1440
_BIT = {"night": 1, "weekend": 2, "holiday": 4}
_FIRST = EPOCH.date()

Sums = tuple[int, ...]


@dataclass(slots=True)
class _Line:
    """Pieces from `starts[i]` to the next start: the sums before each, and what each of its minutes adds."""

    end: int = 0
    starts: list[int] = field(default_factory=list)
    sums: list[Sums] = field(default_factory=list)
    rates: list[Sums] = field(default_factory=list)

    def add(self, start: int, rate: Sums) -> None:
        self.sums.append(self.until(start) if self.starts else (0,) * len(rate))
        self.starts.append(start)
        self.rates.append(rate)

    def until(self, minute: int) -> Sums:
        """The sums from the line's start to a minute of it."""
        i = bisect_right(self.starts, minute) - 1
        past = minute - self.starts[i]
        return tuple([before + past * rate for before, rate in zip(self.sums[i], self.rates[i], strict=True)])


class Hours:
    """The hours of everyone who shares a person's zone, journeys, holidays and weekend."""

    def __init__(self, person: Person, policy: LoadPolicy, lists: Mapping[str, tuple[date, ...]]) -> None:
        self._person = person
        self._policy = policy
        self._lists = lists
        self._line = _Line()

    def reach(self, start: int, end: int) -> None:
        """Prepares for stretches of `[start, end)`; any other stretch is answered too, but later."""
        line = self._line
        if line.starts and line.starts[0] <= start and end <= line.end:
            return
        if line.starts:
            start, end = min(start, line.starts[0]), max(end, line.end)
        whole = Span(EPOCH + start // _DAY * DAY, EPOCH + (end // _DAY + 1) * DAY)
        self._line = _line(whole, self._kinds(whole), _rates(self._policy))

    def sums(self, start: int, end: int) -> Sums:
        """For the minutes `[start, end)`: the weight of all, night, weekend and holiday minutes, in percent times
        minutes; then how many all, night, weekend and holiday minutes there are."""
        self.reach(start, end)
        line = self._line
        return tuple([b - a for a, b in zip(line.until(start), line.until(end), strict=True)])

    def _kinds(self, whole: Span) -> Iterator[tuple[int, int]]:
        """The minutes at which a new piece begins, in order, with the kinds of its minutes as bits."""
        days = Dates((whole.start - DAY).date(), (whole.end + DAY).date())
        holidays = {(day - _FIRST).days for day in person_holidays(self._person, days, self._lists)}
        for stay, tz in stays(self._person, whole):
            for start, end, ahead in _constant(stay, tz):
                for minute, day, night in _pieces(start + ahead, end + ahead, self._policy.night):
                    weekend = _BIT["weekend"] if (day + 3) % 7 in self._person.weekend else 0
                    yield minute - ahead, night | weekend | (_BIT["holiday"] if day in holidays else 0)


def _line(whole: Span, kinds: Iterable[tuple[int, int]], rates: tuple[Sums, ...]) -> _Line:
    line = _Line(minutes(whole.end))
    last = -1
    for start, bits in kinds:
        if bits != last:
            line.add(start, rates[bits])
        last = bits
    return line


def _rates(policy: LoadPolicy) -> tuple[Sums, ...]:
    """What one minute adds to each sum, by the bits of its kinds."""
    out = []
    for bits in range(8):
        inside = [1, *(int(bool(bits & _BIT[kind])) for kind in KINDS)]
        percent = 100 + sum(policy.extra.get(kind, 0) for kind in KINDS if bits & _BIT[kind])
        out.append((*(percent * one for one in inside), *inside))
    return tuple(out)


def _pieces(start: int, end: int, night: tuple[int, int]) -> Iterator[tuple[int, int, int]]:
    """Local minutes `[start, end)` cut at midnights and at the night's ends: start, day since 1970, the night's bit."""
    edges = sorted({0, night[0] % _DAY, night[1] % _DAY})
    bits = [_BIT["night"] if _in_night(edge, night) else 0 for edge in edges]
    stops = [*edges[1:], _DAY]
    for day in range(start // _DAY, (end - 1) // _DAY + 1):
        for edge, stop, bit in zip(edges, stops, bits, strict=True):
            low = max(day * _DAY + edge, start)
            if low < min(day * _DAY + stop, end):
                yield low, day, bit


def _in_night(minute: int, night: tuple[int, int]) -> bool:
    """Whether a minute of the day is in the night, whose end may be written as 07:00 or as 31:00."""
    return (minute - night[0]) % _DAY < ((night[1] - night[0]) % _DAY or _DAY)


@cache
def _constant(span: Span, tz: ZoneInfo) -> tuple[tuple[int, int, int], ...]:
    """A span cut where the zone's offset changes: start and end in minutes, and how far the clock is ahead of UTC."""
    return tuple((minutes(piece.start), minutes(piece.end), offset // MINUTE) for piece, offset in offsets(span, tz))
