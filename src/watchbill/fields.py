"""Text of input files to values: each kind of scalar is read here, once, and refused with a sentence and a remedy.

Every reader takes text and returns a value, or raises ValueError. The `Annotated` types at the end let pydantic
models use them; they also accept ready-made values, so that rules can be built in Python.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, WithJsonSchema

from watchbill.errors import did_you_mean
from watchbill.times import WEEKDAYS, Dates, zone_names

T = TypeVar("T")

UNITS = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "minute": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "hour": timedelta(hours=1),
    "d": timedelta(days=1),
    "day": timedelta(days=1),
    "w": timedelta(weeks=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30.5),
    "year": timedelta(days=365),
}
_AMOUNT = re.compile(r"^(\d{1,6})\s*([a-z]+)$")
_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})$")
_DATE = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_OTHER_DATE = re.compile(r"^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$")


def duration(text: str) -> timedelta:
    """`11h`, `90 min`, `14 days`, `3 weeks`, `6 months` (30.5 days each)."""
    match = _AMOUNT.match(text.strip().lower())
    unit = match[2] if match and match[2] in UNITS else match[2].removesuffix("s") if match else ""
    if not match or unit not in UNITS:
        raise ValueError(f'"{text}" is no length of time. Write it as 11h, 90 min, 14 days or 3 weeks.')
    if int(match[1]) * UNITS[unit] > timedelta(days=36_500):
        raise ValueError(f'"{text}" is too long. Write at most 100 years.')
    return int(match[1]) * UNITS[unit]


def percent(text: str) -> int:
    """`80%` or `0.8`: whole percent, 0 to 1000."""
    number = text.strip()
    try:
        value = float(number.removesuffix("%")) * (1 if number.endswith("%") else 100)
        whole = round(value)
    except (ValueError, OverflowError):
        raise ValueError(f'"{text}" is no share. Write it as 80% or 0.8.') from None
    if abs(value - whole) > 1e-6 or not 0 <= whole <= 1000:
        raise ValueError(f'"{text}" is not a whole percentage between 0% and 1000%. Write it as 80%.')
    return whole


def number(text: str) -> int:
    """A whole number from 0 on."""
    if not re.fullmatch(r"\d{1,9}", text.strip()):
        raise ValueError(f'"{text}" is no whole number from 0 on. Write digits only, such as 3.')
    return int(text)


def yes(text: str) -> bool:
    """`true`/`yes` or `false`/`no`."""
    word = text.strip().lower()
    if word not in {"true", "yes", "false", "no"}:
        raise ValueError(f'"{text}" is neither yes nor no. Write true or false.')
    return word in {"true", "yes"}


def day(text: str) -> date:
    """`2027-03-08`; ambiguous and impossible dates are named as such."""
    text = text.strip()
    if other := _OTHER_DATE.match(text):
        raise ValueError(_ambiguous(text, int(other[1]), int(other[2]), int(other[3])))
    match = _DATE.match(text)
    if not match:
        raise ValueError(f'"{text}" is no date. Write it as 2027-03-08.')
    try:
        found = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise ValueError(_impossible(text, int(match[1]), int(match[2]))) from None
    if not 1971 <= found.year <= 2199:
        raise ValueError(f'"{text}" is too far away. Dates lie between 1971 and 2199.')
    if text != found.isoformat():
        raise ValueError(f'"{text}" lacks a zero. Write {found.isoformat()}.')
    return found


def _ambiguous(text: str, first: int, second: int, year: int) -> str:
    readings = []
    for month, day_ in ((second, first), (first, second)):
        try:
            readings.append(date(year, month, day_))
        except ValueError:
            continue
    unique = list(dict.fromkeys(readings))
    if len(unique) == 2:
        one, two = (f"{d.day} {d:%B}" for d in unique)
        return f'"{text}" can be {one} or {two}. Write {unique[0]} or {unique[1]}.'
    return f'"{text}" is not a date as it is written here. Write {unique[0] if unique else "it as 2027-03-08"}.'


def _impossible(text: str, year: int, month: int) -> str:
    if not 1 <= month <= 12:
        return f'"{text}" has no month {month}. Write year-month-day, such as 2027-03-08.'
    days = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day if year < 9999 else 31
    return f'"{text}" does not exist: {date(year, month, 1):%B %Y} has {days} days. Write a day from 1 to {days}.'


def dates(text: str) -> Dates:
    """`2026-12-24..2027-01-02` (both included) or one day."""
    first, dots, last = text.partition("..")
    found = Dates(day(first), day(last if dots else first))
    if found.last < found.first:
        raise ValueError(
            f"the range ends ({found.last}) before it starts ({found.first}). Swap the two dates or mend the year."
        )
    return found


def clock(text: str) -> int:
    """`09:00` to `24:00`, as minutes after midnight."""
    match = _CLOCK.match(text.strip())
    if not match or int(match[2]) > 59 or int(match[1]) * 60 + int(match[2]) > 1440:
        raise ValueError(f'"{text}" is no time of day. Write it as 09:00, at most 24:00.')
    return int(match[1]) * 60 + int(match[2])


def hours(text: str) -> tuple[int, int]:
    """`22:00..07:00`: minutes after midnight; the end is past 1440 if it is on the next day."""
    first, dots, last = text.partition("..")
    if not dots:
        raise ValueError(f'"{text}" is no range of hours. Write it as 09:00..17:00.')
    start, end = clock(first), clock(last)
    if start == 1440:
        raise ValueError(f'"{text}" starts at 24:00. Write 00:00 of the day that is meant.')
    return start, end if end > start else end + 1440


def weekday(text: str) -> int:
    """`mon` to `sun`: 0 to 6."""
    word = text.strip().lower()
    if word not in WEEKDAYS:
        raise ValueError(f'"{text}" is no day of the week. {did_you_mean(word[:3], WEEKDAYS)}'.rstrip())
    return WEEKDAYS.index(word)


def weekdays(texts: str | Iterable[str]) -> tuple[int, ...]:
    """`mon..fri`, `sat` or a list of such: days of the week in order, `fri..mon` running over Sunday."""
    out: set[int] = set()
    for text in [texts] if isinstance(texts, str) else texts:
        first, dots, last = text.partition("..")
        start = weekday(first)
        end = weekday(last) if dots else start
        out.update(n % 7 for n in range(start, (end if end >= start else end + 7) + 1))
    return tuple(sorted(out))


def week_minute(text: str) -> int:
    """`fri 17:00`: minutes after Monday's midnight."""
    first, _, last = text.strip().partition(" ")
    if not last:
        raise ValueError(f'"{text}" is no moment of the week. Write it as fri 17:00.')
    return weekday(first) * 1440 + clock(last)


def stretch(text: str) -> tuple[int, int]:
    """`fri 17:00..mon 09:00`: minutes after Monday's midnight; the end may pass the week's end."""
    first, dots, last = text.partition("..")
    if not dots:
        raise ValueError(f'"{text}" is no stretch of the week. Write it as fri 17:00..mon 09:00.')
    start, end = week_minute(first), week_minute(last)
    return start, end if end > start else end + 7 * 1440


def zone_name(text: str) -> str:
    """An IANA zone name with the rules of a place, such as Europe/Berlin; fixed offsets are refused."""
    name = text.strip()
    if name in zone_names() and (("/" in name and not name.startswith("Etc/")) or name in {"UTC", "GMT"}):
        return name
    if name in zone_names() or re.fullmatch(r"(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?", name):
        raise ValueError(f'"{text}" is a fixed offset or an old name. Write a city, such as Europe/Berlin.')
    cities = {n for n in zone_names() if "/" in n}
    hint = did_you_mean(name, cities) or "Write a city, such as Europe/Berlin."
    raise ValueError(f'unknown time zone "{text}". {hint}')


def names(texts: str | Iterable[str]) -> tuple[str, ...]:
    """One name or a list of names, each once."""
    listed = (texts,) if isinstance(texts, str) else tuple(texts)
    if not all(isinstance(name, str) and name.strip() for name in listed):
        raise ValueError("a name is empty. Write a name or a list of names, such as [primary, secondary].")
    return tuple(dict.fromkeys(name.strip() for name in listed))


def _reads(reader: Callable[..., T], *texts: type) -> BeforeValidator:
    """A validator that applies a reader to text (or the given types) and lets ready-made values through."""

    def read(value: Any) -> Any:
        return reader(value) if isinstance(value, (str, *texts)) else value

    return BeforeValidator(read)


TEXT = WithJsonSchema({"type": "string"})
TEXTS = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})

Duration = Annotated[timedelta, _reads(duration), TEXT]
Percent = Annotated[int, _reads(percent), WithJsonSchema({"type": ["string", "number"]})]
Number = Annotated[int, _reads(number), WithJsonSchema({"type": ["string", "integer"]})]
Yes = Annotated[bool, _reads(yes), WithJsonSchema({"type": ["string", "boolean"]})]
Day = Annotated[date, _reads(day), TEXT]
DateRange = Annotated[Dates, _reads(dates), TEXT]
Clock = Annotated[int, _reads(clock), TEXT]
Hours = Annotated[tuple[int, int], _reads(hours), TEXT]
Weekdays = Annotated[tuple[int, ...], _reads(weekdays, list), TEXTS]
WeekMinute = Annotated[int, _reads(week_minute), TEXT]
Stretches = Annotated[tuple[int, int], _reads(stretch), TEXT]
Zone = Annotated[str, _reads(zone_name), TEXT]
Names = Annotated[tuple[str, ...], _reads(names, list), TEXTS]
