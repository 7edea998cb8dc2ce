"""Stretches of wall-clock time as availability files write them, and the budgets that limit them."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated

from pydantic import InstanceOf

from watchbill.fields import TEXT, reads
from watchbill.spellings import meanings, split_clock
from watchbill.times import Dates
from watchbill.timings import backwards, clock, day, ends

_LEAST = timedelta(microseconds=1)
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIMES = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} +[0-9]{1,2}[:.h]")


@dataclass(frozen=True, slots=True, order=True)
class Moments:
    """A stretch of wall-clock time, half open: naive datetimes; `timed` if the text named times of day."""

    start: datetime
    end: datetime
    timed: bool = False

    @property
    def dates(self) -> Dates:
        """The local dates that it touches."""
        return Dates(self.start.date(), (self.end - _LEAST).date())

    def __str__(self) -> str:
        if self.timed:
            return f"{self.start:%Y-%m-%d %H:%M}..{self.end:%Y-%m-%d %H:%M}"
        first, last = self.dates.first, self.dates.last
        return f"{first}" if first == last else f"{first}..{last}"


def moment(text: str) -> tuple[date | None, int | None]:
    """`2027-02-01`, `2027-02-01 13:00` or `13:00`: the date and the minutes after midnight, None if not named."""
    text = text.strip()
    if _ISO.fullmatch(text):
        return day(text), None
    if _CLOCK.fullmatch(text):
        return None, clock(text)
    first, _, last = text.partition(" ")
    if last and _CLOCK.fullmatch(last.strip()):
        return day(first), clock(last)
    if match := re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}).*", text):
        raise ValueError(f'"{text}" is not written as dates are here. Write {match[1]} {match[2]}.')
    if meant := _otherwise(text):
        raise ValueError(f'"{text}" is not written as dates are here. Write {meant}.')
    if _TIMES.match(text):
        raise ValueError(f'"{text}" is no date with times. Write it as 2027-02-01 13:00..18:00.')
    return day(text), None


def _otherwise(text: str) -> str:
    """What `24/12/2026 13:00` or `2026-12-24 1:00 PM` may mean, in our spelling; empty if it is no date with a time."""
    head, clock_ = split_clock(text)
    days = [head] if _ISO.fullmatch(head) else [str(found) for found in meanings(head)]
    return " or ".join(f"{found}{clock_}" for found in days) if clock_ else ""


def dated(text: str) -> tuple[date | None, int | None]:
    """A `moment` that names its date."""
    found = moment(text)
    if found[0] is None:
        raise ValueError(f'"{text}" lacks its date. Write it as 2027-02-01 13:00.')
    return found


@lru_cache(maxsize=2**12)
def moments(text: str) -> Moments:
    """`A..B` (dates, both included), one date, `A 13:00..18:00` or `A 22:00..B 06:00` (the end is not included)."""
    first, dots, last = ends(text)
    start = dated(first)
    if not dots and start[1] is not None:
        raise ValueError(f'"{text}" has a start and no end. Write it as {text.strip()}..18:00.')
    return between(start, moment(last) if dots else start)


def between(start: tuple[date | None, int | None], end: tuple[date | None, int | None]) -> Moments:
    """The stretch from one `moment` to another; an end without a date is on the same or the next day."""
    (first, minute), (last, until) = start, end
    if first is None:
        raise ValueError("the start lacks its date. Write it as 2027-02-01 13:00.")
    if (minute is None) != (until is None):
        raise ValueError("one end has a time of day and the other has none. Write both with a time, or none.")
    if minute is None or until is None:
        whole = Dates(first, last or first)
        if whole.last < whole.first:
            raise ValueError(backwards(whole.last, whole.first))
        return Moments(_at(whole.first, 0), _at(whole.last, 1440))
    begin, finish = _at(first, minute), _at(last or first, until)
    if finish == begin:
        raise ValueError("it ends when it starts. Write a later end, or the date alone for a whole day.")
    if finish < begin and (last is None or last == first):
        finish += timedelta(days=1)
    if finish < begin:
        raise ValueError(backwards(f"{finish:%Y-%m-%d %H:%M}", f"{begin:%Y-%m-%d %H:%M}"))
    return Moments(begin, finish, timed=True)


def _at(day_: date, minute: int) -> datetime:
    return datetime.combine(day_, time()) + timedelta(minutes=minute)


# --------------------------------------------------------------------------------------------------------- budgets


def weekday_budget(text: str) -> int:
    """`1 weekday`, `2 weekdays`: how many days of the week."""
    match = re.fullmatch(r"([0-9])\s*(?:week)?days?", text.strip().lower())
    if not match or int(match[1]) > 7:
        raise ValueError(f'"{text}" is no number of weekdays. Write it as 1 weekday.')
    return int(match[1])


def yearly_budget(text: str) -> int:
    """`30 days per year`: how many days."""
    match = re.fullmatch(r"([0-9]{1,3})\s*days?(?:\s*(?:per|a)\s+year)?", text.strip().lower())
    if not match or int(match[1]) > 366:
        raise ValueError(f'"{text}" is no number of days. Write it as 30 days per year.')
    return int(match[1])


Moment = Annotated[tuple[date | None, int | None], reads(dated), TEXT]
Until = Annotated[tuple[date | None, int | None], reads(moment), TEXT]
Stretched = Annotated[InstanceOf[Moments], reads(moments), TEXT]
WeekdayBudget = Annotated[int, reads(weekday_budget), TEXT]
YearlyBudget = Annotated[int, reads(yearly_budget), TEXT]
