"""The pydantic types of input files, and the readers of words and numbers; those of times are in `timings`.

Every reader takes text and returns a value, or raises ValueError with a sentence and a remedy. The `Annotated` types at
the end let pydantic models use them; they also accept ready-made values, so that rules can be built in Python.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, InstanceOf, WithJsonSchema

from watchbill import timings
from watchbill.domain import TurnLength
from watchbill.errors import did_you_mean
from watchbill.times import Dates, zone_names
from watchbill.timings import not_below_zero

T = TypeVar("T")

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


def percent(text: str) -> int:
    """`80%` or `0.8`: whole percent, 0 to 1000."""
    not_below_zero(text)
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
    not_below_zero(text)
    if not re.fullmatch(r"[0-9]{1,9}", text.strip()):
        raise ValueError(f'"{text}" is no whole number from 0 on. Write digits only, such as 3.')
    return int(text)


def yes(text: str) -> bool:
    """`true`/`yes` or `false`/`no`."""
    word = text.strip().lower()
    if word not in {"true", "yes", "false", "no"}:
        raise ValueError(f'"{text}" is neither yes nor no. Write true or false.')
    return word in {"true", "yes"}


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

Duration = Annotated[timedelta, reads(timings.duration), TEXT]
Lapse = Annotated[timedelta, reads(timings.lapse), TEXT]
Percent = Annotated[int, reads(percent), WithJsonSchema({"type": ["string", "number"]})]
Number = Annotated[int, reads(number), WithJsonSchema({"type": ["string", "integer"]})]
Yes = Annotated[bool, reads(yes), WithJsonSchema({"type": ["string", "boolean"]})]
Day = Annotated[date, reads(timings.day), TEXT]
DateRange = Annotated[Dates, reads(timings.dates), TEXT]
Hours = Annotated[tuple[int, int], reads(timings.hours), TEXT]
Weekdays = Annotated[tuple[int, ...], reads(timings.weekdays, lists=True), TEXTS]
Stretches = Annotated[tuple[int, int], reads(timings.stretch), TEXT]
Zone = Annotated[str, reads(zone_name), TEXT]
Names = Annotated[tuple[str, ...], reads(names, lists=True), TEXTS]
Identity = Annotated[str, reads(identity), TEXT]
Line = Annotated[str, reads(text_line), TEXT]
WebAddress = Annotated[str, reads(web_address), TEXT]
Reminder = Annotated[timedelta, reads(timings.reminder), TEXT]
Email = Annotated[str, reads(address), TEXT]
PagerDutyId = Annotated[str, reads(pagerduty_id), TEXT]
Turn = Annotated[InstanceOf[TurnLength], reads(timings.turn), TEXT]
Handoff = Annotated[tuple[int | None, int], reads(timings.handoff), TEXT]
