"""Text of input files to times: lengths, dates, clocks, weekdays and turns, each read here, once.

Every reader takes text and returns a value, or raises ValueError with a sentence and a remedy.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from watchbill.domain import TurnLength
from watchbill.errors import did_you_mean
from watchbill.spellings import MONTHS, loose_clock, loose_hours, loose_range, meanings, serial, stretch_of_days
from watchbill.times import DAY, WEEKDAYS, Dates, Days
from watchbill.tongues import WEEKDAYS as FOREIGN_WEEKDAYS
from watchbill.tongues import plain

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


def duration(text: str) -> timedelta:
    """`11h`, `90 min`, `14 days`, `3 weeks`, `6 months` (30.5 days each)."""
    not_below_zero(text)
    match = _AMOUNT.fullmatch(text.strip().lower())
    unit = match[2] if match and match[2] in UNITS else match[2].removesuffix("s") if match else ""
    if not match or unit not in UNITS:
        raise ValueError(f'"{text}" is no length of time. Write it as 11h, 90 min, 14 days or 3 weeks.')
    if int(match[1]) * UNITS[unit] > timedelta(days=36_500):
        raise ValueError(f'"{text}" is too long. Write at most 100 years.')
    return int(match[1]) * UNITS[unit]


def lapse(text: str) -> timedelta:
    """What `duration` reads, as `Days` where it is written in days or longer units and comes to whole days."""
    found = duration(text)
    by_clock = re.search(r"[dwy]|month", text.lower()) is None
    return found if by_clock or not found or found % DAY else Days(found // DAY)


def not_below_zero(text: str) -> None:
    """Refuses a number with a minus before it."""
    if re.match(r"\s*[-\u2212]\s*[0-9]", text):
        raise ValueError(f'"{text.strip()}" is below zero. Write 0 or more.')


def reminder(text: str) -> timedelta:
    """How long before a shift an alarm rings: up to four weeks."""
    found = duration(text)
    if found > timedelta(weeks=4):
        raise ValueError(f'"{text}" is too early for a reminder. Write at most 4 weeks.')
    return found


# ---------------------------------------------------------------------------------------------------------------- dates


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
    if _DATE.fullmatch(text.strip()):
        return text, "", ""
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


# --------------------------------------------------------------------------------------------------------------- clocks


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
