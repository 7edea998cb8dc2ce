"""Text of input files to values: each kind of scalar is read here, once, and refused with a sentence and a remedy.

Every reader takes text and returns a value, or raises ValueError. The `Annotated` types at the end let pydantic
models use them; they also accept ready-made values, so that rules can be built in Python.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, InstanceOf, WithJsonSchema

from watchbill.domain import TurnLength
from watchbill.errors import did_you_mean
from watchbill.spellings import MONTHS, loose_clock, loose_hours, loose_range, meanings, serial, stretch_of_days
from watchbill.times import WEEKDAYS, Dates, zone_names
from watchbill.tongues import WEEKDAYS as FOREIGN_WEEKDAYS
from watchbill.tongues import plain

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
_AMOUNT = re.compile(r"([0-9]{1,6})\s*([a-z]+)")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_ISO = "([0-9]{4}-[0-9]{2}-[0-9]{2})"
_OTHER_RANGE = re.compile(_ISO + r"\s*(?:[-\u2013\u2014\u2026/]|\.|\.{3,}|to|until|till)\s*" + _ISO)
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


def duration(text: str) -> timedelta:
    """`11h`, `90 min`, `14 days`, `3 weeks`, `6 months` (30.5 days each)."""
    _not_negative(text)
    match = _AMOUNT.fullmatch(text.strip().lower())
    unit = match[2] if match and match[2] in UNITS else match[2].removesuffix("s") if match else ""
    if not match or unit not in UNITS:
        raise ValueError(f'"{text}" is no length of time. Write it as 11h, 90 min, 14 days or 3 weeks.')
    if int(match[1]) * UNITS[unit] > timedelta(days=36_500):
        raise ValueError(f'"{text}" is too long. Write at most 100 years.')
    return int(match[1]) * UNITS[unit]


def _not_negative(text: str) -> None:
    if re.match(r"\s*[-\u2212]\s*[0-9]", text):
        raise ValueError(f'"{text.strip()}" is below zero. Write 0 or more.')


def percent(text: str) -> int:
    """`80%` or `0.8`: whole percent, 0 to 1000."""
    _not_negative(text)
    number = text.strip()
    try:
        value = float(number.removesuffix("%")) * (1 if number.endswith("%") else 100)
        whole = round(value)
    except (ValueError, OverflowError):
        raise ValueError(f'"{text}" is no share. Write it as 80% or 0.8.') from None
    if abs(value - whole) > 1e-6 or not 0 <= whole <= 1000:
        raise ValueError(f'"{text}" is not a whole percentage between 0% and 1000%. {_as_percent(number)}')
    return whole


def _as_percent(number: str) -> str:
    """How to write what was probably meant: 50 as 50%."""
    plain_ = number.removesuffix("%").strip().replace(",", ".")
    try:
        meant = round(float(plain_))
    except (ValueError, OverflowError):
        meant = -1
    return f"Write it as {meant}%." if 0 <= meant <= 1000 else "Write it as 80%."


def number(text: str) -> int:
    """A whole number from 0 on."""
    _not_negative(text)
    if not re.fullmatch(r"[0-9]{1,9}", text.strip()):
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
    match = _DATE.fullmatch(text)
    if not match:
        raise ValueError(_no_date(text))
    try:
        found = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise ValueError(_impossible(text, int(match[1]), int(match[2]))) from None
    if not 1971 <= found.year <= 2199:
        raise ValueError(f'"{text}" is too far away. Dates lie between 1971 and 2199.')
    if text != found.isoformat():
        raise ValueError(f'"{text}" lacks a zero. Write {found.isoformat()}.')
    return found


def _no_date(text: str) -> str:
    """The sentence for what is no date here, with the days that it may mean."""
    if not text:
        return "a date is missing here. Write it as 2027-03-08."
    if days := stretch_of_days(text):
        return f'"{text}" is no single day. Write {days[0]}..{days[1]}, or one day of these.'
    if counted := serial(text):
        return f'"{text}" is a date as spreadsheets count days. Write {counted}.'
    meant = meanings(text)
    if len(meant) == 1:
        return f'"{text}" is not a date as it is written here. Write {meant[0]}.'
    if meant:
        named = " or ".join(f"{d.day} {MONTHS[d.month - 1]}" for d in meant)
        if len({(d.month, d.day) for d in meant}) < len(meant) or len({d.year for d in meant}) > 1:
            named = " or ".join(f"{d.day} {MONTHS[d.month - 1]} {d.year}" for d in meant)
        return f'"{text}" can be {named}. Write {" or ".join(map(str, meant))}.'
    if noted := re.fullmatch(_ISO + r"\s+([^\W\d].*)", text):
        return f"text stands after the date. Write {{date: {noted[1]}, note: …}}."
    return f'"{text}" is no date. Write it as 2027-03-08.'


def _impossible(text: str, year: int, month: int) -> str:
    if not 1 <= month <= 12:
        return f'"{text}" has no month {month}. Write year-month-day, such as 2027-03-08.'
    days = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day if year < 9999 else 31
    return f'"{text}" does not exist: {MONTHS[month - 1]} {year} has {days} days. Write a day from 1 to {days}.'


def ends(text: str) -> tuple[str, str, str]:
    """A range in its pieces: start, `..` (empty if there is none), end. Other spellings of a range are refused."""
    if other := _OTHER_RANGE.fullmatch(text.strip()):
        raise ValueError(f'"{text}" is no range of dates. Write {other[1]}..{other[2]} with two dots.')
    if meant := loose_range(text):
        raise ValueError(f'"{text}" is not written as ranges are here. Write {meant}.')
    first, dots, last = text.partition("..")
    if dots and not (first.strip() and last.strip()):
        raise ValueError(
            f'"{text}" lacks its {"end" if first.strip() else "start"}. Write it as 2026-12-24..2027-01-02.'
        )
    return first, dots, last


def backwards(end: object, start: object) -> str:
    """The sentence for a range whose end comes before its start."""
    return f"the range ends ({end}) before it starts ({start}). Swap the two or mend the year."


def dates(text: str) -> Dates:
    """`2026-12-24..2027-01-02` (both included) or one day."""
    first, dots, last = ends(text)
    found = Dates(day(first), day(last if dots else first))
    if found.last < found.first:
        raise ValueError(backwards(found.last, found.first))
    return found


def clock(text: str) -> int:
    """`09:00` to `24:00`, as minutes after midnight."""
    match = _CLOCK.fullmatch(text.strip())
    if not match or int(match[2]) > 59 or int(match[1]) * 60 + int(match[2]) > 1440:
        meant = loose_clock(text)
        remedy = f"Write {meant}." if meant else "Write it as 09:00, at most 24:00."
        raise ValueError(f'"{text}" is no time of day. {remedy}')
    return int(match[1]) * 60 + int(match[2])


def hours(text: str) -> tuple[int, int]:
    """`22:00..07:00`: minutes after midnight; the end is past 1440 if it is on the next day."""
    first, dots, last = text.partition("..")
    if not dots:
        raise ValueError(f'"{text}" is no range of hours. Write {loose_hours(text) or "it as 09:00..17:00"}.')
    start, end = clock(first), clock(last)
    if start == 1440:
        raise ValueError(f'"{text}" starts at 24:00. Write 00:00 of the day that is meant.')
    return start, end if end > start else end + 1440


def weekday(text: str) -> int:
    """`mon` to `sun`: 0 to 6."""
    word = text.strip().lower()
    if word not in WEEKDAYS:
        meant = FOREIGN_WEEKDAYS.get(plain(word))
        several = [part[:3] for part in re.split(r"[^a-z]+", word)]
        if len(several) > 1 and all(part in WEEKDAYS for part in several):
            meant = ", ".join(several) if "," in word else "..".join(several)
            raise ValueError(f'"{text}" is no day of the week. Write {f"[{meant}]" if "," in word else meant}.')
        if word in {"night", "nights", "weekend", "weekends", "holiday", "holidays"}:
            raise ValueError(f'"{text}" is a kind of hours, no day of the week. Write on: {word.removesuffix("s")}s.')
        hint = f'Did you mean "{meant}"?' if meant else did_you_mean(word[:3], WEEKDAYS)
        raise ValueError(f'"{text}" is no day of the week. {hint}'.rstrip())
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


def identity(text: str) -> str:
    """A short name that is safe in ids and file names: small letters, digits, `.`, `_` and `-`."""
    name = text.strip()
    if _ID.fullmatch(name):
        return name
    plain = re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._")[:40]
    hint = f', such as "{plain}"' if _ID.fullmatch(plain) else ""
    raise ValueError(f'"{text}" is no id. Write at most 40 small letters, digits, ".", "_" or "-"{hint}.')


def text_line(text: str) -> str:
    """Some text that is not blank."""
    if not text.strip():
        raise ValueError("the text is empty. Write some, or remove the key.")
    return text.strip()


def pagerduty_id(text: str) -> str:
    """An id as PagerDuty makes them."""
    if not re.fullmatch(r"[A-Z0-9]{5,26}", text.strip()):
        raise ValueError(
            f'"{text}" is no id of PagerDuty\'s. Ids are like PABC123: the end of the address of the page.'
        )
    return text.strip()


def address(text: str) -> str:
    """An e-mail address, as far as one can tell by its looks."""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", text.strip()):
        raise ValueError(f'"{text}" is no e-mail address. Write it as ana@example.com.')
    return text.strip()


def web_address(text: str) -> str:
    """The address of a folder on the web, without the slash at its end: `https://calendars.example.com/feeds`."""
    said = text.strip().rstrip("/")
    if said.lower().startswith("webcal:"):
        raise ValueError(f'"{text}" is for calendar apps only. Write it with https:// here; both links are shown.')
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?", said):
        example = "https://calendars.example.com/feeds"
        raise ValueError(f'"{text}" is no web address without name, password and "?". Write it as {example}.')
    return said


def reminder(text: str) -> timedelta:
    """How long before a shift an alarm rings: up to four weeks."""
    found = duration(text)
    if found > timedelta(weeks=4):
        raise ValueError(f'"{text}" is too early for a reminder. Write at most 4 weeks.')
    return found


# ----------------------------------------------------------------------------------------------------------- turns

_TURN = re.compile(r"([0-9]{1,3})\s*(h|d|w|hour|day|week|month|year)s?")
_TURN_UNITS = {"h": "hour", "d": "day", "w": "week"}
_LONGEST_TURN = {"hour": 24, "day": 366, "week": 52, "month": 12, "year": 1}


def turn(text: str) -> TurnLength:
    """`12 hours`, `1 day`, `2 weeks`, `1 month`: an hour to a year; hours divide 24."""
    match = _TURN.fullmatch(text.strip().lower())
    if not match:
        raise ValueError(f'"{text}" is no length of a turn. Write it as 12 hours, 1 day, 1 week, 2 weeks or 1 month.')
    found = TurnLength(int(match[1]), _TURN_UNITS.get(match[2], match[2]))
    if not 1 <= found.count <= _LONGEST_TURN[found.unit]:
        raise ValueError(f'a turn of "{text}" is not possible. Turns last from one hour to one year.')
    if found.unit == "hour" and 24 % found.count:
        raise ValueError(f'a turn of "{text}" does not divide a day. Write 1, 2, 3, 4, 6, 8, 12 or 24 hours, or days.')
    return found


def handoff(text: str) -> tuple[int | None, int]:
    """`mon 09:00` or `09:00`: the weekday (None for every day) and minutes after midnight."""
    first, _, last = text.strip().rpartition(" ")
    minute = clock(last)
    if minute == 1440:
        raise ValueError(f'"{text}" is the next day\'s 00:00. Write 00:00 of the day that is meant.')
    return (weekday(first) if first else None), minute


# ----------------------------------------------------------------------------------------------------------- types


def reads(reader: Callable[..., T], *, lists: bool = False) -> BeforeValidator:
    """A validator that applies a reader to text (or lists of text) and lets ready-made values through."""

    def read(value: Any) -> Any:
        if isinstance(value, str):
            return reader(value)
        if isinstance(value, dict) or (isinstance(value, list) and not lists):
            raise ValueError(f"expected one value, found a {'list' if isinstance(value, list) else 'mapping'}.")
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise ValueError("expected a list of plain values, found one inside another.")
        return reader(value) if isinstance(value, list) else value

    return BeforeValidator(read)


TEXT = WithJsonSchema({"type": "string"})
TEXTS = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})

Duration = Annotated[timedelta, reads(duration), TEXT]
Percent = Annotated[int, reads(percent), WithJsonSchema({"type": ["string", "number"]})]
Number = Annotated[int, reads(number), WithJsonSchema({"type": ["string", "integer"]})]
Yes = Annotated[bool, reads(yes), WithJsonSchema({"type": ["string", "boolean"]})]
Day = Annotated[date, reads(day), TEXT]
DateRange = Annotated[Dates, reads(dates), TEXT]
Clock = Annotated[int, reads(clock), TEXT]
Hours = Annotated[tuple[int, int], reads(hours), TEXT]
Weekdays = Annotated[tuple[int, ...], reads(weekdays, lists=True), TEXTS]
WeekMinute = Annotated[int, reads(week_minute), TEXT]
Stretches = Annotated[tuple[int, int], reads(stretch), TEXT]
Zone = Annotated[str, reads(zone_name), TEXT]
Names = Annotated[tuple[str, ...], reads(names, lists=True), TEXTS]
Identity = Annotated[str, reads(identity), TEXT]
Line = Annotated[str, reads(text_line), TEXT]
WebAddress = Annotated[str, reads(web_address), TEXT]
Reminder = Annotated[timedelta, reads(reminder), TEXT]
Email = Annotated[str, reads(address), TEXT]
PagerDutyId = Annotated[str, reads(pagerduty_id), TEXT]
Turn = Annotated[InstanceOf[TurnLength], reads(turn), TEXT]
Handoff = Annotated[tuple[int | None, int], reads(handoff), TEXT]
