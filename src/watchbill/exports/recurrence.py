"""Rules of repetition, checked before a library follows them: it would search some of them to the year 9999.

A rule passes if it is made of what calendar programs write, and comes to a day within its first repetitions.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from watchbill.times import DAY, Dates

MOST_STEPS = 40_000
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_TOO_FINE = {"SECONDLY": "second", "MINUTELY": "minute", "HOURLY": "hour"}
_TRIES = {"DAILY": 1500, "WEEKLY": 300, "MONTHLY": 120, "YEARLY": 12}
_DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 30, "YEARLY": 365}
_WORK = {"DAILY": 1, "WEEKLY": 1, "MONTHLY": 3, "YEARLY": 10}
_UNTIL = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")
_BY_CLOCK = {"BYHOUR": 0, "BYMINUTE": 1, "BYSECOND": 2}
_ODD = "Remove the event from the export, and write its dates into the availability file by hand."

Wall = date | datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """One RRULE: its parts as numbers. `days` are ordinals (0: every) and weekdays; `until` is on the event's clock."""

    freq: str
    interval: int
    count: int | None
    until: Wall | None
    months: tuple[int, ...] = ()
    monthdays: tuple[int, ...] = ()
    days: tuple[tuple[int, int], ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0

    def text(self, last: date) -> str:
        """The rule as an RRULE that ends with a date at the latest, without times of day."""
        parts = [f"FREQ={self.freq}", f"INTERVAL={self.interval}", f"WKST={_WEEKDAYS[self.week_start]}"]
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        else:
            parts.append(f"UNTIL={_written(self.until, last)}")
        for name, numbers in (("BYMONTH", self.months), ("BYMONTHDAY", self.monthdays), ("BYSETPOS", self.positions)):
            if numbers:
                parts.append(f"{name}={','.join(map(str, numbers))}")
        if self.days:
            parts.append("BYDAY=" + ",".join(f"{n or ''}{_WEEKDAYS[day]}" for n, day in self.days))
        return ";".join(parts)


def _written(until: Wall | None, last: date) -> str:
    latest = datetime.combine(last, time.max)
    at = latest if until is None else until if isinstance(until, datetime) else datetime.combine(until, time.max)
    return f"{min(at, latest):%Y%m%dT%H%M%S}"


def too_fine(text: str) -> str:
    """What is wrong with a rule that repeats within a day; empty for others."""
    match = re.search(r"(?:^|[;:])\s*FREQ\s*=\s*(SECONDLY|MINUTELY|HOURLY)", text.upper())
    return f"this event repeats every {_TOO_FINE[match[1]]}, which no absence does. {_ODD}" if match else ""


def rule(text: str, start: Wall, clock: Callable[[datetime], datetime]) -> Rule:
    """Reads an RRULE of an event that starts at a wall time; ValueError with a sentence otherwise.

    `clock` turns an UNTIL in UTC (naive) into the wall time of the event.
    """
    if sentence := too_fine(text):
        raise ValueError(sentence)
    parts = _split(text)
    freq = parts.pop("FREQ", "")
    if freq not in _TRIES:
        raise ValueError(f"the rule of repetition cannot be read. {_ODD}")
    found = Rule(
        freq=freq,
        interval=_number(parts.pop("INTERVAL", "1"), 1, 1000),
        count=_number(parts.pop("COUNT"), 1, 1_000_000) if "COUNT" in parts else None,
        until=_until(parts.pop("UNTIL"), clock) if "UNTIL" in parts else None,
        months=_numbers(parts.pop("BYMONTH", ""), 1, 12),
        monthdays=_numbers(parts.pop("BYMONTHDAY", ""), -31, 31),
        days=_weekdays(parts.pop("BYDAY", "")),
        positions=_numbers(parts.pop("BYSETPOS", ""), -366, 366),
        week_start=_weekday(parts.pop("WKST", "MO")),
    )
    _by_clock(parts, start)
    if parts:
        raise ValueError(f"the rule of repetition has a part that is not read here ({sorted(parts)[0]}). {_ODD}")
    return _sound(found, start)


def _split(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.strip().rstrip(";").upper().split(";"):
        name, equals, value = part.partition("=")
        if not equals or name in parts or not re.fullmatch("[A-Z-]{3,20}", name) or not value.strip():
            raise ValueError(f"the rule of repetition cannot be read. {_ODD}")
        parts[name] = value.strip()
    return parts


def _number(text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,7}", text) or not least <= int(text) <= most or (least < 0 and not int(text)):
        raise ValueError(f"the rule of repetition holds a number that is not possible. {_ODD}")
    return int(text)


def _numbers(text: str, least: int, most: int) -> tuple[int, ...]:
    return tuple(sorted({_number(part, least, most) for part in text.split(",")})) if text else ()


def _weekday(text: str) -> int:
    if text not in _WEEKDAYS:
        raise ValueError(f"the rule of repetition names a weekday that is none. {_ODD}")
    return _WEEKDAYS.index(text)


def _weekdays(text: str) -> tuple[tuple[int, int], ...]:
    found = []
    for part in text.split(",") if text else ():
        number = part[:-2]
        found.append((_number(number, -53, 53) if number else 0, _weekday(part[-2:])))
    return tuple(sorted(set(found)))


def _until(text: str, clock: Callable[[datetime], datetime]) -> Wall:
    match = _UNTIL.fullmatch(text)
    try:
        if not match:
            raise ValueError(text)
        day = date.fromisoformat(match[1])
        if not match[2]:
            return day
        at = datetime.combine(day, time(int(match[2][:2]), int(match[2][2:4]), min(59, int(match[2][4:]))))
    except ValueError:
        raise ValueError(f"the rule of repetition ends (UNTIL) at what is no date. {_ODD}") from None
    return clock(at) if match[3] and 1971 <= at.year <= 9990 else at


def _by_clock(parts: dict[str, str], start: Wall) -> None:
    """Times of day in a rule are fine as long as they repeat the event's own."""
    at = (start.hour, start.minute, start.second) if isinstance(start, datetime) else (0, 0, 0)
    for name, which in _BY_CLOCK.items():
        value = parts.pop(name, None)
        if value is not None and (not value.isdigit() or len(value) > 2 or int(value) != at[which]):
            raise ValueError(f"the event repeats at several times of a day. {_ODD}")


def _sound(found: Rule, start: Wall) -> Rule:
    """The rule, with an end of the same kind as the start; ValueError if it leads nowhere or breaks RFC 5545."""
    ordinals = any(n for n, _ in found.days)
    if ordinals and found.freq in {"DAILY", "WEEKLY"}:
        raise ValueError(f"the rule of repetition counts weekdays in days or weeks. {_ODD}")
    if found.freq == "WEEKLY" and found.monthdays:
        raise ValueError(f"the rule of repetition counts days of the month in weeks. {_ODD}")
    if found.positions and not (found.days or found.monthdays or found.months):
        raise ValueError(f"the rule of repetition picks (BYSETPOS) from nothing. {_ODD}")
    if isinstance(found.until, datetime) and not isinstance(start, datetime):
        found = replace(found, until=found.until.date())
    if not any(_periods(found, _day(start))):
        raise ValueError(f"the event repeats by a rule that comes to no day. {_ODD}")
    return found


def _day(at: Wall) -> date:
    return at.date() if isinstance(at, datetime) else at


def steps(found: Rule, start: Wall, window: Dates) -> tuple[int, int]:
    """What following the rule to the end of a window takes, and at most how many days in the window it comes to.

    The first is in days of a daily rule: a month or a year is more work for the library.
    """
    day = _day(start)
    last = min(window.last, _day(found.until)) if found.until else window.last
    dense = {"DAILY": 1, "WEEKLY": max(1, len(found.days)), "MONTHLY": 1, "YEARLY": 1}[found.freq]
    if found.freq in {"MONTHLY", "YEARLY"} and (found.days or found.monthdays or found.months):
        dense = max(1, *(len(_matching(found, _stepped(found, day, n), day)) for n in range(12)))

    def counted(first: date, each: int) -> int:
        periods = max(0, (last - first).days) // (_DAYS[found.freq] * found.interval) + 1
        return min(periods * each, (found.count or MOST_STEPS * 10) * max(1, each)) if last >= first else 0

    return counted(day, max(dense, _WORK[found.freq])), counted(max(day, window.first), dense)


# ---------------------------------------------------------------------------------------------------------- trial


def _periods(found: Rule, start: date) -> Iterator[bool]:
    """Whether each of the first periods has a day that the rule allows."""
    for n in range(_TRIES[found.freq]):
        try:
            day = _stepped(found, start, n * found.interval)
        except (ValueError, OverflowError):
            return
        yield _picked(found, len(_matching(found, day, start)))


def _stepped(found: Rule, start: date, count: int) -> date:
    if found.freq in {"DAILY", "WEEKLY"}:
        return start + count * _DAYS[found.freq] * DAY
    months = start.year * 12 + start.month - 1 + count * (12 if found.freq == "YEARLY" else 1)
    return date(months // 12, months % 12 + 1 if found.freq == "MONTHLY" else 1, 1)


def _picked(found: Rule, count: int) -> bool:
    return count > 0 and (not found.positions or any(abs(n) <= count for n in found.positions))


def _matching(found: Rule, day: date, start: date | None = None) -> list[date]:
    """The days that the rule allows in the day, week, month or year that holds a day."""
    start = start or day
    return [one for one in _whole(found, day) if _fits(found, one, start)]


def _whole(found: Rule, day: date) -> list[date]:
    if found.freq == "DAILY":
        return [day]
    if found.freq == "WEEKLY":
        first = day - (day.weekday() - found.week_start) % 7 * DAY
        return [first + n * DAY for n in range(7)]
    first = day.replace(day=1) if found.freq == "MONTHLY" else day.replace(month=1, day=1)
    following = first + timedelta(days=31 if found.freq == "MONTHLY" else 366)
    days = (following.replace(day=1) - first).days if found.freq == "MONTHLY" else 365 + _leap(first.year)
    return [first + n * DAY for n in range(days)]


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _fits(found: Rule, day: date, start: date) -> bool:
    if found.months and day.month not in found.months:
        return False
    if found.monthdays and day.day not in found.monthdays and day.day - _length(day) - 1 not in found.monthdays:
        return False
    if found.days:
        return any(day.weekday() == weekday and _nth(found, day, n) for n, weekday in found.days)
    if found.monthdays or found.freq == "DAILY":
        return True
    if found.freq == "WEEKLY":
        return day.weekday() == start.weekday()
    return day.day == start.day and (found.freq == "MONTHLY" or bool(found.months) or day.month == start.month)


def _length(day: date) -> int:
    return (day.replace(day=28) + 4 * DAY).replace(day=1).toordinal() - day.replace(day=1).toordinal()


def _nth(found: Rule, day: date, n: int) -> bool:
    """Whether a day is the n-th of its weekday in its month, or in its year for rules by the year without months."""
    if not n:
        return True
    of_year = found.freq == "YEARLY" and not found.months
    first = day.replace(month=1, day=1) if of_year else day.replace(day=1)
    length = 365 + _leap(day.year) if of_year else _length(day)
    index = (day - first).days
    return index // 7 + 1 == n if n > 0 else (length - 1 - index) // 7 + 1 == -n
