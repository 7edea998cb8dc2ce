"""Local dates of a person's time on call, on the clock of where they are."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache

from watchbill.clocks import stays, wall_at
from watchbill.domain import Person, Travel, percent_at
from watchbill.times import DAY, MINUTE, Dates, Span, offsets


def local_date(person: Person, at: datetime) -> date:
    """The date that the person's clock shows at an instant."""
    return wall_at(person, at).date()


def minutes_by_date(person: Person, spans: Iterable[Span]) -> dict[date, int]:
    """Real minutes of the spans on each local date that they touch, in order of time."""
    out: dict[date, int] = {}
    for span in spans:
        for day, count in _minutes(person.zone, person.travel, span):
            out[day] = out.get(day, 0) + count
    return out


@cache
def _minutes(home: str, travel: tuple[Travel, ...], span: Span) -> tuple[tuple[date, int], ...]:
    someone = Person("", "", home, travel=travel)
    out: list[tuple[date, int]] = []
    for stay, tz in stays(someone, span):
        for piece, offset in offsets(stay, tz):
            start, end = (at.replace(tzinfo=None) + offset for at in (piece.start, piece.end))
            while start < end:
                stop = min(end, datetime.combine(start.date() + DAY, datetime.min.time()))
                out.append((start.date(), (stop - start) // MINUTE))
                start = stop
    return tuple(out)


def weekend_of(day: date, weekend: tuple[int, ...]) -> date | None:
    """The first day of the run of weekend days that holds a date; None on a weekday."""
    if day.weekday() not in weekend:
        return None
    first = day
    while (first - DAY).weekday() in weekend and day - first < timedelta(days=6):
        first -= DAY
    return first


def on_rota(person: Person, dates: Dates) -> bool:
    """Whether the person is on the rota on each of some local dates."""
    if person.joined is None and person.left is None and not person.shares:
        return True
    return all(percent_at(person, day) for day in dates)
