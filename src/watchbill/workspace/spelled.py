"""What was understood of one person, as the YAML that says the same: the way back of `person_file`.

Notes are written too: the text is for the person's own file.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from watchbill.rules import Limit
from watchbill.rules.limit import LimitExcepted
from watchbill.times import DAY, MINUTE, WEEKDAYS
from watchbill.workspace.moments import Moments
from watchbill.workspace.person_file import WORDS, AvailabilityFile, AwayFile, NeverFile, WishFile

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*(?: [A-Za-z0-9][A-Za-z0-9._/-]*)*")
# Line ends to YAML, but not to JSON.
_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029\ufeff"}
_HOUR = timedelta(hours=1)
_KINDS = {kind: word for word, kind in WORDS.items()}


def spelled(file: AvailabilityFile) -> str:
    """The text of a file that is read as `file`."""
    out = [f"person: {_scalar(file.person)}"]
    if file.answered_through:
        out.append(f"answered_through: {file.answered_through}")
    for key, lines in _lists(file).items():
        out += [f"{key}:", *(f"  - {line}" for line in lines)] if lines else []
    if file.imported.leave or file.imported.avoid:
        out.append("imported:")
        for key, found in (("leave", file.imported.leave), ("avoid", file.imported.avoid)):
            out += [f"  {key}:", *(f"    - {stretch(one)}" for one in found)] if found else []
    return "\n".join(out) + "\n"


def stretch(moments: Moments) -> str:
    """Wall time as a line writes it: `2027-01-04..2027-01-06`, `2027-02-01 13:00..18:00`."""
    if not moments.timed:
        return str(moments)
    start, end = moments.start, moments.end
    if end - start < DAY:
        return f"{start:%Y-%m-%d %H:%M}..{_clock(end.hour * 60 + end.minute or 1440)}"
    last = end - MINUTE
    return f"{start:%Y-%m-%d %H:%M}..{last:%Y-%m-%d} {_clock(last.hour * 60 + last.minute + 1)}"


def _lists(file: AvailabilityFile) -> dict[str, list[str]]:
    return {
        "leave": [_mapping(_away(line)) for line in file.leave],
        "avoid": [_mapping(_wish(line)) for line in file.avoid],
        "prefer": [_mapping(_wish(line)) for line in file.prefer],
        "never": [_mapping(_never(line)) for line in file.never],
        "travel": [
            _mapping({"dates": f"{line.dates.first}..{line.dates.last}", "timezone": line.timezone, "note": line.note})
            for line in file.travel
        ],
        "limits": [_mapping(dict(_limit(line))) for line in file.limits],
        "holidays": [f"{dates.first}..{dates.last}" for dates in file.holidays],
        "offers": [_scalar(shift) for shift in file.offers],
    }


def _away(line: AwayFile) -> dict[str, Any]:
    return {"date": line.moments, "approved": line.approved or None, "note": line.note}


def _wish(line: WishFile) -> dict[str, Any]:
    return {
        "date": line.moments,
        "days": _days(line.days or ()),
        "hours": _hours(line.hours),
        "on": _KINDS.get(line.on or ""),
        "weight": line.weight,
        "note": line.note,
    }


def _never(line: NeverFile) -> dict[str, Any]:
    return {
        "days": _days(line.days),
        "hours": _hours(line.hours),
        "approved": line.approved or None,
        "note": line.note,
    }


def _limit(limit: Limit) -> Iterator[tuple[str, Any]]:
    for key, value in limit:
        if key in limit.model_fields_set - {"kind", "exceptions"} and value is not None:
            yield key, _length(value)
    yield "except", [_exception(one) for one in limit.exceptions]


def _exception(one: LimitExcepted) -> dict[str, Any]:
    dates = [f"{dates.first}..{dates.last}" for dates in one.dates]
    return {"dates": dates, "at_most": _length(one.at_most)}


def _length(value: Any) -> Any:
    return _duration(value) if isinstance(value, timedelta) else value


def _duration(length: timedelta) -> str:
    return f"{length // MINUTE} min" if length % _HOUR else f"{length // _HOUR}h"


def _days(days: tuple[int, ...]) -> list[str]:
    return [WEEKDAYS[day] for day in days]


def _hours(hours: tuple[tuple[int, int], ...]) -> list[str]:
    return [f"{_clock(start)}..{_clock(end if end <= 1440 else end - 1440)}" for start, end in hours]


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _mapping(entries: Mapping[str, Any]) -> str:
    said = (f"{key}: {_value(value)}" for key, value in entries.items() if value is not None and value not in ((), []))
    return "{" + ", ".join(said) + "}"


def _value(value: Any) -> str:
    if isinstance(value, Moments):
        return stretch(value)
    if isinstance(value, dict):
        return _mapping(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _scalar(value) if isinstance(value, str) else str(value)


def _scalar(text: str) -> str:
    """Text as one word where that is safe, else in double quotes."""
    if _PLAIN.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False).translate(_ENDS)
