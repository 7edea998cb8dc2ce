"""What RFC 5545 (and 7986) ask of a feed, judged on its bytes alone: no parser that could be as mistaken as the writer.

`lint(content)` gives one sentence for each fault, none for a sound feed. Stricter than the RFC where clients are: no
METHOD, no UID of the calendar, times in UTC, ends instead of durations, no line break inside a character or escape.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

LONGEST = 75

_NAME = re.compile(r"[A-Za-z0-9-]+")
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"\x00-\x1f\x7f]*"|[^";:,\x00-\x1f\x7f]*)')
_UTC = re.compile(r"\d{8}T\d{6}Z")
_DURATION = re.compile(r"[+-]?P(\d+W|(?=\d|T\d)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?)")
_TEXT = re.compile(r"(?:[^\\;,\x00-\x08\x0a-\x1f\x7f]|\\[\\;,nN])*")
_LISTS = {"CATEGORIES", "RESOURCES"}
_TEXTS = {"SUMMARY", "DESCRIPTION", "NAME", "X-WR-CALNAME", "UID", "PRODID", "COMMENT", "LOCATION"}
_TIMES = ("DTSTAMP", "DTSTART", "DTEND", "LAST-MODIFIED", "CREATED")
_CALENDAR = {"VERSION": "2.0", "CALSCALE": "GREGORIAN"}
_EVENT_NEEDS = ("UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "TRANSP")
_NOT_HERE = ("DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "ATTENDEE", "ORGANIZER", "CONTACT", "STATUS")


@dataclass
class Property:
    """One content line, unfolded."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass
class Component:
    """What stands between BEGIN and END."""

    name: str
    properties: list[Property] = field(default_factory=list)
    inside: list["Component"] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        return [found.value for found in self.properties if found.name == name]

    def value(self, name: str) -> str:
        return next(iter(self.values(name)), "")


def lint(content: bytes) -> list[str]:
    """Every fault of a feed."""
    faults = list(_bytes(content))
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        return [*faults, f"not UTF-8: {error}"]
    rows = text.split("\r\n")
    faults += _folds(rows)
    lines = text.replace("\r\n ", "").replace("\r\n\t", "").split("\r\n")
    if lines.pop() != "":
        faults.append("the last line does not end with CRLF")
    tree = Component("")
    faults += _parse(lines, tree)
    if [found.name for found in tree.inside] != ["VCALENDAR"] or tree.properties:
        return [*faults, "there is not exactly one VCALENDAR"]
    return [*faults, *_calendar(tree.inside[0])]


# ----------------------------------------------------------------------------------------------------------- lines


def _bytes(content: bytes) -> Iterator[str]:
    if content.startswith(b"\xef\xbb\xbf"):
        yield "begins with a byte order mark"
    if not content.count(b"\r\n") == content.count(b"\r") == content.count(b"\n"):
        yield "a CR or LF stands alone"
    if found := re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", content):
        yield f"control character {found[0]!r}"
    for line in content.split(b"\r\n"):
        if len(line) > LONGEST:
            yield f"a line of {len(line)} octets: {line[:40]!r}"
        try:
            line.decode()
        except UnicodeDecodeError:
            yield f"a fold cuts a character: {line[:40]!r}"


def _folds(rows: list[str]) -> Iterator[str]:
    for row, after in pairwise(rows):
        if after[:1] in {" ", "\t"}:
            if (len(row) - len(row.rstrip("\\"))) % 2:
                yield f"a fold cuts an escape: {row!r}"
            if len(after) == 1:
                yield f"an empty continuation after {row!r}"
    if any(not row for row in rows[:-1]):
        yield "an empty line"


def _parse(lines: list[str], tree: Component) -> Iterator[str]:
    open_ = [tree]
    for line in lines:
        found = _property(line)
        if found is None:
            yield f"no content line: {line[:60]!r}"
        elif found.name == "BEGIN":
            open_.append(Component(found.value))
            open_[-2].inside.append(open_[-1])
        elif found.name == "END":
            if len(open_) == 1 or open_.pop().name != found.value:
                yield f"END:{found.value} closes nothing"
                return
        else:
            open_[-1].properties.append(found)
    if len(open_) > 1:
        yield f"{open_[-1].name} does not end"


def _property(line: str) -> Property | None:
    name = _NAME.match(line)
    if name is None:
        return None
    parameters, at = {}, name.end()
    while found := _PARAMETER.match(line, at):
        parameters[found[1].upper()], at = found[2], found.end()
    return Property(name[0].upper(), parameters, line[at + 1 :]) if line[at : at + 1] == ":" else None


# ------------------------------------------------------------------------------------------------------- components


def _calendar(calendar: Component) -> Iterator[str]:
    for name, value in _CALENDAR.items():
        if calendar.values(name) != [value]:
            yield f"VCALENDAR has no {name}:{value}"
    for name in ("PRODID", "NAME", "X-WR-CALNAME"):
        if len(calendar.values(name)) != 1 or not calendar.value(name):
            yield f"VCALENDAR has not exactly one {name}"
    if calendar.value("NAME") != calendar.value("X-WR-CALNAME"):
        yield "NAME and X-WR-CALNAME differ"
    for name in ("METHOD", "UID", "SOURCE", "URL", "LAST-MODIFIED"):
        if calendar.values(name):
            yield f"VCALENDAR has {name}"
    yield from _refresh(calendar)
    yield from _texts(calendar)
    yield from _events(calendar)


def _refresh(calendar: Component) -> Iterator[str]:
    for found in calendar.properties:
        if found.name == "REFRESH-INTERVAL" and found.parameters != {"VALUE": "DURATION"}:
            yield "REFRESH-INTERVAL is not marked VALUE=DURATION"
        if found.name in {"REFRESH-INTERVAL", "X-PUBLISHED-TTL"} and not _DURATION.fullmatch(found.value):
            yield f"{found.name} is no duration: {found.value}"


def _events(calendar: Component) -> Iterator[str]:
    for event in calendar.inside:
        if event.name == "VEVENT":
            yield from (f"{event.value('UID')[:16]}: {fault}" for fault in _event(event))
        else:
            yield f"VCALENDAR holds {event.name}"
    uids = Counter(event.value("UID") for event in calendar.inside)
    yield from (f"the UID {uid} stands {count} times" for uid, count in uids.items() if count > 1)


def _event(event: Component) -> Iterator[str]:
    names = Counter(found.name for found in event.properties)
    yield from (f"{name} is missing" for name in _EVENT_NEEDS if not event.value(name))
    yield from (f"{name} stands {count} times" for name, count in names.items() if count > 1)
    yield from (f"{name} has no place in a feed" for name in _NOT_HERE if names[name])
    for found in event.properties:
        if found.name in _TIMES and (found.parameters or not _is_utc(found.value)):
            yield f"{found.name} is no time in UTC: {found.value}"
    if event.value("DTEND") <= event.value("DTSTART"):
        yield "DTEND is not after DTSTART"
    if not re.fullmatch(r"\d{1,9}", event.value("SEQUENCE")):
        yield f"SEQUENCE is no number: {event.value('SEQUENCE')}"
    busy = event.value("TRANSP"), event.value("X-MICROSOFT-CDO-BUSYSTATUS")
    if busy not in {("TRANSPARENT", "FREE"), ("OPAQUE", "BUSY")}:
        yield f"TRANSP and X-MICROSOFT-CDO-BUSYSTATUS disagree: {busy}"
    yield from _texts(event)
    for alarm in event.inside:
        yield from _alarm(alarm)


def _alarm(alarm: Component) -> Iterator[str]:
    if alarm.name != "VALARM" or alarm.inside:
        yield f"VEVENT holds {alarm.name}"
    if alarm.values("ACTION") != ["DISPLAY"]:
        yield f"a VALARM does not display: {alarm.values('ACTION')}"
    if len(alarm.values("DESCRIPTION")) != 1 or not alarm.value("DESCRIPTION"):
        yield "a VALARM has not exactly one DESCRIPTION"
    triggers = [found for found in alarm.properties if found.name == "TRIGGER"]
    if len(triggers) != 1 or not _DURATION.fullmatch(triggers[0].value) or triggers[0].value.startswith("+"):
        yield f"a VALARM has not exactly one TRIGGER that is a duration: {[found.value for found in triggers]}"
    yield from (f"a VALARM has {name}" for name in ("ATTENDEE", "SUMMARY", "ATTACH") if alarm.values(name))
    yield from _texts(alarm)


def _texts(component: Component) -> Iterator[str]:
    for found in component.properties:
        items = re.split(r"(?<!\\)(?:\\\\)*,", found.value) if found.name in _LISTS else [found.value]
        if found.name in _TEXTS | _LISTS and not all(_TEXT.fullmatch(item) for item in items):
            yield f"{found.name} is not escaped: {found.value[:60]!r}"


def _is_utc(value: str) -> bool:
    if not _UTC.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
