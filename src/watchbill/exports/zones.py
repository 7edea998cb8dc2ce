"""The zones that a calendar speaks of: by IANA name, by what programs call them, or as the calendar itself lays down.

A zone of the calendar's own becomes a real one in memory, for this calendar alone: nothing is kept by name, so Ana's
"Customized Time Zone" cannot become Bo's.
"""

import io
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from watchbill.errors import Mistake, Place, did_you_mean
from watchbill.exports import series
from watchbill.exports.content import Component, Property, unescaped
from watchbill.exports.recurrence import rule
from watchbill.exports.zonenames import windows
from watchbill.texts import printable
from watchbill.times import EPOCH, Dates, zone, zone_names

_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})([0-9]{2})?")
_STAMP = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")
_DISPLAY = re.compile(r"\((?:UTC|GMT)[^)]*\)\s*", re.IGNORECASE)
_MOST_ONSETS = 500
_MOST_PARTS = 100
_MOST_OWN = 40


@dataclass(slots=True)
class Zones:
    """The zones of one calendar of a file; `aliases` are the team's own names. `told` are warnings, once each."""

    file: str
    calendar: Component
    aliases: Mapping[str, str]
    window: Dates
    told: dict[str, Mistake] = field(default_factory=dict)
    _made: dict[str, ZoneInfo] = field(default_factory=dict)
    _own_ones: int = 0

    def find(self, name: str, line: int) -> ZoneInfo:
        """The zone that a TZID on a line means; ValueError with a sentence if nothing says which it is."""
        key = name.strip().strip('"')
        if key not in self._made:
            self._made[key] = self._found(key, line)
        return self._made[key]

    def _found(self, name: str, line: int) -> ZoneInfo:
        own = self._own(name)
        place = self.aliases.get(name) or known_zone(name)
        if place is None:
            if own is None:
                raise ValueError(_unknown(name))
            return self._built(own)
        if own is not None and name not in self.aliases:
            self._compare(name, place, own, line)
        return zone(place)

    def _own(self, name: str) -> Component | None:
        """What the calendar itself lays down for a name."""
        for part in self.calendar.children:
            if part.name == "VTIMEZONE" and unescaped(part.text("TZID")).strip('"') in (name, unescaped(name)):
                return part
        return None

    def _built(self, own: Component) -> ZoneInfo:
        self._own_ones += 1
        if self._own_ones > _MOST_OWN:
            raise ValueError(
                f"the file lays down more than {_MOST_OWN} zones of its own. Export fewer calendars at once."
            )
        try:
            return built(own, self.window)
        except ValueError as error:
            reason = str(error).partition(". ")[0]
            raise ValueError(
                f"the zone that line {own.line} lays down cannot be read ({reason}). {_alias(own.text('TZID'))}"
            ) from None

    def _compare(self, name: str, place: str, own: Component, line: int) -> None:
        """Warns where the calendar's own rules and the zone database disagree in the window."""
        try:
            theirs = self._built(own)
        except ValueError:
            return
        middays = (datetime.combine(day, time(12), UTC) for day in self.window)
        for at in middays:
            if at.astimezone(theirs).utcoffset() != at.astimezone(zone(place)).utcoffset():
                sentence = (
                    f'this file has rules of its own for "{_shown(name)}", which differ from {place} on {at:%Y-%m-%d}; '
                    f"{place} counts. Look at the times around then."
                )
                self.told[name] = Mistake(Place(self.file, line), sentence, warning=True)
                return


def known_zone(name: str) -> str | None:
    """The IANA name that a TZID means by itself, or None."""
    if name in zone_names():
        return name
    plain = name.casefold()
    if plain in _by_small_letters():
        return _by_small_letters()[plain]
    short = _DISPLAY.sub("", plain, count=1) if _DISPLAY.match(plain) else plain
    if found := windows().get(short) or windows().get(plain):
        return found
    steps = name.split("/")
    tails = ("/".join(steps[-count:]) for count in (3, 2) if name.startswith("/") and len(steps) > count)
    return next((tail for tail in tails if tail in zone_names()), None)


@cache
def _by_small_letters() -> dict[str, str]:
    return {name.casefold(): name for name in sorted(zone_names()) if "/" in name}


def _unknown(name: str) -> str:
    hint = did_you_mean(name, zone_names())
    return f'unknown zone "{_shown(name)}", and the file does not say what it is. {hint} {_alias(name)}'.replace(
        "  ", " "
    )


def _alias(name: str) -> str:
    return f'In team.yaml, say which zone it is: import: {{ics: {{zones: {{"{_shown(name)}": Europe/Berlin}}}}}}'


def _shown(name: str) -> str:
    return printable(unescaped(name)).replace('"', "'")[:80]


# ---------------------------------------------------------------------------------------------------- own zones


def built(own: Component, window: Dates) -> ZoneInfo:
    """A zone from a VTIMEZONE, right in a window; ValueError with a reason if it cannot be."""
    parts = [part for part in own.children if part.name in {"STANDARD", "DAYLIGHT"}]
    if not parts or len(parts) > _MOST_PARTS:
        raise ValueError("it has no STANDARD and no DAYLIGHT" if not parts else "it has too many parts")
    until = Dates(window.first - timedelta(days=800), window.last + timedelta(days=400))
    onsets: dict[datetime, tuple[timedelta, timedelta]] = {}
    for part in parts:
        before, after = (_offset(part, name) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
        for wall in _onsets(part, before, until):
            onsets.setdefault(wall - before, (before, after))
    ordered = sorted(onsets.items())
    return _zone_info(ordered[0][1][0], [(at, after) for at, (_, after) in ordered])


def _offset(part: Component, name: str) -> timedelta:
    match = _OFFSET.fullmatch(part.text(name))
    if not match or int(match[2]) > 23 or int(match[3]) > 59:
        raise ValueError(f"line {part.line} has no {name}")
    length = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
    return -length if match[1] == "-" else length


def _onsets(part: Component, before: timedelta, window: Dates) -> list[datetime]:
    """Wall times, by the clock before the change, at which a part of a zone begins to hold."""
    start = _stamp(part.first("DTSTART"), before)
    listed = [_stamp(one, before, text) for one in part.all("RDATE") for text in one.value.split(",")]
    text = part.text("RRULE")
    if text:
        found = rule(text, start, lambda at: at + before)
        if found.freq != "YEARLY" or len(listed) > _MOST_ONSETS:
            raise ValueError(f"line {part.line} changes the clock more than yearly")
        reach = window if found.until is None and found.count is None else Dates(date(1970, 1, 1), window.last)
        # Windows begins its rules in 1601: following them from there would take most of the time of a reading.
        late = start.year < 1904 and found.interval == 1 and found.count is None
        begin = start.replace(year=1904) if late else start
        step = series.Step(begin, begin, found.text(window.last))
        listed += [datetime.fromisoformat(str(at)) for _, at, _ in series.expanded([step], reach)]
    return [start, *listed[:_MOST_ONSETS]]


def _stamp(stated: Property | None, before: timedelta, text: str | None = None) -> datetime:
    match = _STAMP.fullmatch((text if text is not None else stated.value if stated else "").strip())
    if not match:
        raise ValueError("its DTSTART or RDATE is no date")
    at = datetime.fromisoformat(f"{match[1]}T{match[2] or '000000'}")
    if not 1600 <= at.year <= 3000:
        raise ValueError("its DTSTART or RDATE is out of reach")
    return at + before if match[3] else at


def _zone_info(first: timedelta, changes: list[tuple[datetime, timedelta]]) -> ZoneInfo:
    """A zone with these offsets, each from an instant (naive, UTC) on, in the form of the database (RFC 8536)."""
    offsets = list(dict.fromkeys([first, *(offset for _, offset in changes)]))
    times = [int((at.replace(tzinfo=UTC) - EPOCH).total_seconds()) for at, _ in changes]
    index = bytes(offsets.index(offset) for _, offset in changes)
    types = b"".join(struct.pack(">lbb", int(offset.total_seconds()), 0, 0) for offset in offsets)

    def header(count: int, kinds: int) -> bytes:
        return struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, count, kinds, 1)

    old = header(0, 1) + struct.pack(">lbb", 0, 0, 0) + b"\0"
    new = header(len(times), len(offsets)) + struct.pack(f">{len(times)}q", *times) + index + types + b"\0" + b"\n\n"
    return ZoneInfo.from_file(io.BytesIO(old + new))
