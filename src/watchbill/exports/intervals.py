"""Occurrences on a person's own clock, as the lines of an availability file say them: merged, disjoint, in order."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from watchbill.domain import Person
from watchbill.times import DAY, MINUTE, Dates, Span, instant, zone
from watchbill.workspace.lines import generous, zone_on
from watchbill.workspace.moments import Moments

Wall = date | datetime


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that an event takes place: wall times on the clock of `zone`; None is the person's own clock.

    Dates are whole days, the end not included. `exact` is set if the length is in real time.
    """

    start: Wall
    end: Wall
    zone: ZoneInfo | None = None
    exact: timedelta | None = None

    @property
    def span(self) -> Span | None:
        """The same in UTC; None for what is on the person's own clock."""
        if self.zone is None or not isinstance(self.start, datetime) or not isinstance(self.end, datetime):
            return None
        start = instant(self.start, self.zone)
        return Span(start, start + self.exact if self.exact is not None else instant(self.end, self.zone))


def on_clock(person: Person, found: Occurrence, window: Dates) -> Moments | None:
    """What of an occurrence lies in a window, on the person's clock in whole minutes; None if nothing does."""
    span = found.span
    if span is None:
        made = _cut(_floor(_full(found.start)), _ceiling(_full(found.end)), window)
    else:
        made = _cut(*_walls(person, span), window)
    return made


def _cut(start: datetime, end: datetime, window: Dates) -> Moments | None:
    start = max(start, datetime.combine(window.first, time()))
    end = min(end, datetime.combine(window.last + DAY, time()))
    return _moments(start, end) if start < end else None


def _moments(start: datetime, end: datetime) -> Moments:
    return Moments(start, end, timed=(start.time(), end.time()) != (time(), time()))


def _full(at: Wall) -> datetime:
    return at if isinstance(at, datetime) else datetime.combine(at, time())


def _floor(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _ceiling(at: datetime) -> datetime:
    down = _floor(at)
    return down if down == at else down + MINUTE


def _walls(person: Person, span: Span) -> tuple[datetime, datetime]:
    """Wall times that a reader of the file takes for at least this span: journeys change the clock between days."""
    start = _floor(_wall(person, span.start, timedelta()))
    end = _ceiling(_wall(person, span.end, timedelta(microseconds=1)))
    if span.start == span.end:
        return start, start
    end = max(end, start + MINUTE)
    for _ in range(3):
        read = generous(person, Moments(start, end, timed=True))
        if read.start > span.start:
            start = datetime.combine((start - MINUTE).date(), time())
        if read.end < span.end:
            end = datetime.combine((end + DAY).date(), time())
    return start, end


def _wall(person: Person, at: datetime, back: timedelta) -> datetime:
    """What the person's clock shows at an instant: by the zone that holds on the day that it shows."""
    names = dict.fromkeys([person.zone, *(journey.zone for journey in person.travel)])
    shown = {name: at.astimezone(zone(name)).replace(tzinfo=None, fold=0) for name in names}
    fitting = (wall for name, wall in shown.items() if zone_on(person, (wall - back).date()) is zone(name))
    return next(fitting, shown[person.zone])


# --------------------------------------------------------------------------------------------------------- merging


def joined(found: Iterable[Moments]) -> tuple[Moments, ...]:
    """The same wall time as sorted, disjoint, non-touching stretches."""
    out: list[Moments] = []
    for one in sorted(found):
        if out and one.start <= out[-1].end:
            out[-1] = _moments(out[-1].start, max(out[-1].end, one.end))
        else:
            out.append(_moments(one.start, one.end))
    return tuple(out)


def without(found: Sequence[Moments], holes: Sequence[Moments]) -> tuple[Moments, ...]:
    """What of `joined` stretches lies outside other `joined` ones."""
    return tuple(piece for one in found for piece in _pieces(one, holes))


def _pieces(one: Moments, holes: Sequence[Moments]) -> Iterator[Moments]:
    start = one.start
    for hole in holes:
        if hole.end <= start or hole.start >= one.end:
            continue
        if hole.start > start:
            yield _moments(start, hole.start)
        start = max(start, hole.end)
    if start < one.end:
        yield _moments(start, one.end)
