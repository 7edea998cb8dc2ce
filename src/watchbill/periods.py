"""Periods: what one plan is for, how it is written, and which one comes next."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from watchbill.times import DAY, Dates


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """What one plan is for: a name that is safe as a file name, and its dates (both ends included)."""

    name: str
    dates: Dates

    @property
    def first(self) -> date:
        """The first day."""
        return self.dates.first

    @property
    def last(self) -> date:
        """The last day."""
        return self.dates.last

    def __str__(self) -> str:
        return self.name


_PERIOD = re.compile(r"^(\d{4})(?:-(?:Q([1-4])|(\d{2})))?$", re.IGNORECASE)


def period(text: str) -> Period:
    """Reads `2027`, `2027-Q1`, `2027-02` or `2027-01-04..2027-04-04`; ValueError with a sentence otherwise."""
    text = text.strip()
    if ".." in text:
        first, _, last = text.partition("..")
        dates = Dates(_day(first), _day(last))
        if dates.last < dates.first:
            raise ValueError(f"the period ends ({dates.last}) before it starts ({dates.first}). Swap the two dates.")
        return _checked(Period(f"{dates.first}..{dates.last}", dates))
    match = _PERIOD.match(text)
    month = int(match[3]) if match and match[3] else 0
    if not match or month > 12 or (match[3] and month < 1):
        raise ValueError(f'"{text}" is no period. Write 2027-Q1, 2027-02, 2027 or 2027-01-04..2027-04-04.')
    return _checked(_calendar_period(int(match[1]), int(match[2] or 0), month))


def _checked(found: Period) -> Period:
    if not 1971 <= found.first.year <= found.last.year <= 2199:
        raise ValueError(f'"{found.name}" is too far away. Periods lie between 1971 and 2199.')
    if len(found.dates) > 800:
        raise ValueError(f'"{found.name}" holds {len(found.dates)} days. Plan at most 800 days at once.')
    return found


def _calendar_period(year: int, quarter: int, month: int) -> Period:
    first_month, count = (quarter * 3 - 2, 3) if quarter else (month, 1) if month else (1, 12)
    name = f"{year}-Q{quarter}" if quarter else f"{year}-{month:02}" if month else f"{year}"
    index = year * 12 + first_month - 1 + count
    if not 1 <= year < 9999:
        raise ValueError(f'"{name}" is too far away. Periods lie between 1971 and 2199.')
    return Period(name, Dates(date(year, first_month, 1), date(index // 12, index % 12 + 1, 1) - DAY))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f'"{text.strip()}" is no date. Write it as 2027-01-04.') from None


def following(done: Period) -> Period:
    """The period of the same kind that comes next: the next quarter, month, year, or the next as many days."""
    if ".." in done.name:
        dates = Dates(done.last + DAY, done.last + timedelta(days=len(done.dates)))
        return Period(f"{dates.first}..{dates.last}", dates)
    start = done.last + DAY
    if "Q" in done.name:
        return quarter_of(start)
    return period(f"{start.year}-{start.month:02}" if "-" in done.name else f"{start.year}")


def quarter_of(day: date) -> Period:
    """The calendar quarter that holds a day."""
    return period(f"{day.year}-Q{(day.month + 2) // 3}")
