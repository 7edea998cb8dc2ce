"""Dates as people and spreadsheets write them elsewhere: which days a text may mean, so that a refusal can name them.

Nothing here is ever taken for what was meant: `03/04/2026` is two days.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

from watchbill.tongues import plain

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_NUMBERS = re.compile(r"([0-9]{1,4})\s*([/.\- ])\s*([0-9]{1,2})\s*\2\s*([0-9]{1,4})\.?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})(?:\.|st|nd|rd|th)?[ -]*([a-z]{3,9})\.?[ ,-]*([0-9]{4}|[0-9]{2})?")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? *([0-9]{1,2})(?:st|nd|rd|th)?(?:[ ,]+([0-9]{4}))?")
_CLOCK = re.compile(r"[ T]+([0-9]{1,2}:[0-9]{2})(?::[0-9]{2})?(?: *([AaPp])\.?[Mm]\.?)?$")
# A year of two digits is one from 2020 on: others are likelier to be days.
_CENTURY = 20
_EXCEL = date(1899, 12, 30)
# Of the days that a spreadsheet counts, those from 2015 to 2064: other numbers are likelier to be something else.
_SERIALS = range(42005, 60000)


def meanings(text: str) -> tuple[date, ...]:
    """The days that a text may mean, in order of likelihood, each once; nothing if it looks like no date."""
    found = (*_numbers(text), *_named(plain(text)), *_weekless(text))
    return tuple(dict.fromkeys(day for day in found if 1971 <= day.year <= 2199))


def serial(text: str) -> str | None:
    """The date, with its time of day if it has one, behind a number as spreadsheets count days: `46380`."""
    match = re.fullmatch(r"([0-9]{5})(?:[.,]([0-9]{1,12}))?", text.strip())
    if not match or int(match[1]) not in _SERIALS:
        return None
    day = _EXCEL + timedelta(days=int(match[1]))
    minutes = round(float(f"0.{match[2]}") * 1440) if match[2] else 0
    day += timedelta(days=minutes // 1440)
    return f"{day} {minutes // 60 % 24:02}:{minutes % 60:02}" if minutes % 1440 else f"{day}"


def split_clock(text: str) -> tuple[str, str]:
    """A text and the time of day, as `13:00`, that it ends with; empty if there is none."""
    match = _CLOCK.search(text)
    if not match or int(match[1].partition(":")[0]) > 23:
        return text, ""
    hour, _, minute = match[1].partition(":")
    hours = int(hour) % 12 + (12 if match[2] in {"P", "p"} else 0) if match[2] else int(hour)
    return text[: match.start()], f" {hours:02}:{minute}"


def _numbers(text: str) -> Iterator[date]:
    match = _NUMBERS.fullmatch(text.strip())
    if not match:
        return
    first, second, third = (int(match[n]) for n in (1, 3, 4))
    if len(match[1]) == 4:
        yield from _days((first, second, third))
    elif len(match[4]) == 4:
        yield from _days((third, second, first), (third, first, second))
    elif len(match[4]) == 2:
        readings = [(third, second, first), (third, first, second)]
        readings += [(first, second, third)] if match[2] == "-" else []
        yield from _days(*((2000 + year, month, day) for year, month, day in readings if year >= _CENTURY))


def _named(text: str) -> Iterator[date]:
    """`24 Dec 2026`, `24-dez-26`, `December 24, 2026`."""
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = match[1], _month(match[2]), match[3]
    elif match := _MONTH_FIRST.fullmatch(text):
        day, month, year = match[2], _month(match[1]), match[3]
    else:
        return
    if month and year:
        yield from _days((int(year) if len(year) == 4 else 2000 + int(year), month, int(day)))


_OTHER_BEGINNINGS = dict(
    enumerate(("ene gen", "fev", "mrz maa mae", "avr abr", "mai mag mei", "giu", "lug", "aou ago", "set"), 1)
) | {10: "okt out ott", 12: "dez dic"}
_BEGINNINGS = {name[:3].lower(): n for n, name in enumerate(MONTHS, 1)} | {
    word: n for n, words in _OTHER_BEGINNINGS.items() for word in words.split()
}


def _month(word: str) -> int:
    """The number of a month by its first letters, 0 if unknown; `juin` and `juillet` differ in the fourth."""
    if word.startswith("jui"):
        return 7 if word.startswith("juil") else 6
    return _BEGINNINGS.get(word[:3], 0)


def _weekless(text: str) -> Iterator[date]:
    """`20261224`."""
    if match := re.fullmatch(r"(20[0-9]{2})([0-9]{2})([0-9]{2})", text.strip()):
        yield from _days((int(match[1]), int(match[2]), int(match[3])))


def _days(*readings: tuple[int, int, int]) -> Iterator[date]:
    for year, month, day in readings:
        try:
            yield date(year, month, day)
        except ValueError:
            continue


def week(text: str) -> tuple[date, date] | None:
    """The Monday and the Sunday of `2027-W05` or `KW 5 2027`."""
    match = re.fullmatch(r"(20[0-9]{2})-?[WwKk]{1,2} ?([0-9]{1,2})", text.strip())
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
    except ValueError:
        return None
    return (monday, monday + timedelta(days=6)) if monday else None


_PERIOD = re.compile(r"(20[0-9]{2})-(?:[Qq]([1-4])|([0-9]{2}))")


def stretch_of_days(text: str) -> tuple[date, date] | None:
    """The first and last day of a week, month or quarter: `2027-W05`, `2027-02`, `2027-Q1`."""
    match = _PERIOD.fullmatch(text.strip())
    if not match or (match[3] and not 1 <= int(match[3]) <= 12):
        return week(text)
    first, count = (int(match[2]) * 3 - 2, 3) if match[2] else (int(match[3]), 1)
    index = int(match[1]) * 12 + first - 1 + count
    return date(int(match[1]), first, 1), date(index // 12, index % 12 + 1, 1) - timedelta(days=1)


_LOOSE_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.h]([0-9]{2})?)?(?: *([ap])\.?m\.?)?(?: *(?:h|uhr))?", re.IGNORECASE)


def loose_clock(text: str) -> str:
    """What `9`, `13.00`, `13h`, `1pm` may mean as a time of day, as `13:00`; empty if nothing."""
    match = _LOOSE_CLOCK.fullmatch(text.strip())
    hour, minute = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
    if match and match[3] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if match[3].lower() == "p" else 0)
    return f"{hour:02}:{minute:02}" if hour * 60 + minute <= 1440 and minute < 60 else ""


_DASHED = re.compile(r"(.+?)\s*(?:[-\u2013\u2014\u2026]|\bto\b|\buntil\b|\btill\b|\bbis\b)\s*(.+)")


def loose_hours(text: str) -> str:
    """What `9-17` or `9am to 5pm` may mean as hours, as `09:00..17:00`; empty if nothing."""
    match = _DASHED.fullmatch(text.strip())
    ends = (loose_clock(match[1]), loose_clock(match[2])) if match else ("", "")
    unclear = ends[1] <= ends[0] <= "12:00" and "m" not in text.lower()  # 9-5 ends in the afternoon
    return "..".join(ends) if all(ends) and not unclear else ""


_OTHER_DAY = r"([0-9]{1,2}[/.][0-9]{1,2}[/.][0-9]{2,4})"
_OTHER_DAYS = re.compile(_OTHER_DAY + r"\s*(?:\.\.|[-\u2013\u2014\u2026]|to|until|till|bis)\s*" + _OTHER_DAY)


def loose_range(text: str) -> str:
    """What `24.12.2026-13.01.2027` may mean, as `2026-12-24..2027-01-13`; empty if nothing."""
    match = _OTHER_DAYS.fullmatch(text.strip())
    pairs = product(meanings(match[1]), meanings(match[2])) if match else ()
    return " or ".join(f"{first}..{last}" for first, last in pairs if first <= last)
