"""Components of a calendar to events: their times, lengths and marks are read here, or refused with the line."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from watchbill.errors import Mistake, Place
from watchbill.exports.content import Component, Property
from watchbill.exports.events import At, Event, Wall, full
from watchbill.exports.recurrence import too_fine
from watchbill.exports.zones import Zones
from watchbill.texts import printable
from watchbill.times import DAY

_STAMP = re.compile(r"([0-9]{8})(?:T([0-9]{2})([0-9]{2})([0-9]{2})?(Z?))?")
_LENGTH = re.compile(
    r"([+-]?)P(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?(?:T(?:([0-9]{1,5})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,8})S)?)?"
)
_MAIL = re.compile(r"[^@\s:;,<>\"]+@[^@\s:;,<>\"]+")
_BUSY = ("X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-MSNCALENDAR-BUSYSTATUS")
_WHOLE_DAYS = ("X-MICROSOFT-CDO-ALLDAYEVENT", "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT")
_MOST_DATES = 3_000
_MEND = "Mend it in the calendar and export again, or remove the event from the export."


class Reader:
    """Reads the events of one calendar of a file; `mistakes` are all that stand in it."""

    def __init__(self, file: str, number: int, calendar: Component, zones: Zones) -> None:
        self.file = file
        self.number = number
        self.calendar = calendar
        self.zones = zones
        self.mistakes: list[Mistake] = []
        self.home = self._home()

    def events(self) -> Iterator[Event]:
        """Every event in the order of the file. Working hours, tasks and the like are none."""
        if self.calendar.name == "VAVAILABILITY":
            yield from self._one(self.calendar, self._availability)
        for part in self.calendar.children:
            if part.name == "VEVENT":
                yield from self._one(part, self._event)
            elif part.name == "VFREEBUSY":
                yield from self._busy(part)
            elif part.name == "VAVAILABILITY":
                yield from self._one(part, self._availability)

    def _one(self, part: Component, read: Callable[[Component], Event | None]) -> Iterator[Event]:
        try:
            found = read(part)
        except _Wrong as wrong:
            self.mistakes.append(Mistake(Place(self.file, wrong.line), wrong.sentence))
            return
        if found is not None:
            yield found

    def _home(self) -> ZoneInfo | None:
        """The zone of floating times, if the calendar names one."""
        stated = self.calendar.first("X-WR-TIMEZONE")
        if stated is None or not stated.value.strip():
            return None
        try:
            return self.zones.find(stated.value, stated.line)
        except ValueError as error:
            self.mistakes.append(Mistake(Place(self.file, stated.line), str(error)))
            return None

    # ---------------------------------------------------------------------------------------------------- events

    def _event(self, part: Component) -> Event | None:
        rule, old = part.first("RRULE"), part.first("EXRULE")
        if rule and (sentence := too_fine(rule.value)):
            raise _Wrong(rule.line, sentence)
        if old is not None:
            raise _Wrong(old.line, f"exceptions by a rule (EXRULE) are not read. {_MEND}")
        if len(list(part.all("RRULE"))) > 1:
            raise _Wrong(part.line, f"this event has two rules of repetition. {_MEND}")
        start, end, exact = self._times(part)
        replaced = part.first("RECURRENCE-ID")
        return Event(
            file=self.file,
            line=part.line,
            calendar=self.number,
            uid=part.text("UID"),
            start=start,
            end=end,
            exact=exact,
            status=part.text("STATUS").upper(),
            transparent=part.text("TRANSP").upper() == "TRANSPARENT",
            busy=next((part.text(name).upper() for name in _BUSY if part.text(name)), ""),
            title=" ".join(one.value for name in ("SUMMARY", "CATEGORIES") for one in part.all(name)),
            guests=tuple(_guests(part)),
            sequence=int(part.text("SEQUENCE")) if re.fullmatch("[0-9]{1,9}", part.text("SEQUENCE")) else 0,
            replaces=self._at(replaced, replaced.value) if replaced else None,
            onward=bool(replaced and replaced.params.get("RANGE", "").upper() == "THISANDFUTURE"),
            rule=rule,
            dates=tuple(self._many(part, "RDATE")),
            but=tuple(self._many(part, "EXDATE")),
        )

    def _times(self, part: Component) -> tuple[At, Wall, timedelta | None]:
        stated = part.first("DTSTART")
        if stated is None:
            raise _Wrong(part.line, f"this {part.name} has no DTSTART, so nobody knows when it is. {_MEND}")
        start = self._at(stated, stated.value)
        end, exact = self._end(part, start)
        start, end = _whole_days(part, start, end)
        if exact is None and full(end) < full(start.wall):
            line = (part.first("DTEND") or part.first("DURATION") or stated).line
            raise _Wrong(line, f"this event ends before it starts. {_MEND}")
        if isinstance(start.wall, datetime):
            return start, end, exact
        return start, max(end, start.wall + DAY), None

    def _end(self, part: Component, start: At) -> tuple[Wall, timedelta | None]:
        stated, length = part.first("DTEND"), part.first("DURATION")
        if stated is not None:
            return _as_kind(start, self._at(stated, stated.value)), None
        if length is None:
            return start.wall, None
        days, exact = _length(length)
        if isinstance(start.wall, datetime):
            return start.wall + days + exact, (days + exact if exact and start.zone and not days else None)
        return start.wall + days + (DAY if exact else timedelta()), None

    def _many(self, part: Component, name: str) -> Iterator[At]:
        count = 0
        for stated in part.all(name):
            for text in stated.value.split(","):
                count += 1
                if count > _MOST_DATES:
                    raise _Wrong(stated.line, f"{name} names more than {_MOST_DATES:,} dates. {_MEND}")
                if text.strip():
                    yield self._at(stated, text.partition("/")[0])

    def _at(self, stated: Property, text: str) -> At:
        match = _STAMP.fullmatch(text.strip())
        try:
            if not match:
                raise ValueError(text)
            day = date.fromisoformat(match[1])
            at = None
            if match[2]:
                at = datetime.combine(day, time(int(match[2]), int(match[3]), min(59, int(match[4] or 0))))
        except ValueError:
            shown = printable(text.strip())[:40]
            raise _Wrong(stated.line, f'{stated.name} is "{shown}", which is no date. {_MEND}') from None
        if not 1600 <= day.year <= 3000:
            raise _Wrong(stated.line, f"{stated.name} is in the year {day.year}, out of reach. {_MEND}")
        if at is None:
            return At(day)
        return At(at, self._zone(stated, utc=bool(match[5])))

    def _zone(self, stated: Property, *, utc: bool) -> ZoneInfo | None:
        if utc:
            return self.zones.find("UTC", stated.line)
        name = stated.params.get("TZID", "")
        if not name.strip():
            return self.home
        try:
            return self.zones.find(name, stated.line)
        except ValueError as error:
            raise _Wrong(stated.line, str(error)) from None

    # ------------------------------------------------------------------------------------------- other components

    def _busy(self, part: Component) -> Iterator[Event]:
        """The periods of a VFREEBUSY."""
        for stated in part.all("FREEBUSY"):
            for text in stated.value.split(","):
                try:
                    yield self._period(stated, text)
                except _Wrong as wrong:
                    self.mistakes.append(Mistake(Place(self.file, wrong.line), wrong.sentence))

    def _period(self, stated: Property, text: str) -> Event:
        first, slash, last = text.strip().partition("/")
        start = self._at(stated, first)
        if not slash or not isinstance(start.wall, datetime):
            raise _Wrong(stated.line, f"FREEBUSY is no period here. {_MEND}")
        if last.strip()[:1].isdigit():
            end = self._at(stated, last).on(start.zone)
        else:
            end = start.wall + sum(_length(Property("FREEBUSY", {}, last, stated.line)), timedelta())
        if not isinstance(end, datetime) or end < start.wall:
            raise _Wrong(stated.line, f"this period ends before it starts. {_MEND}")
        mark = stated.params.get("FBTYPE", "BUSY").upper()
        busy = {"BUSY-UNAVAILABLE": "OOF", "BUSY-TENTATIVE": "TENTATIVE", "FREE": "FREE"}.get(mark, "BUSY")
        return Event(self.file, stated.line, self.number, "", start, end, kind="busy time", busy=busy)

    def _availability(self, part: Component) -> Event | None:
        """A stretch without working hours (RFC 7953) is one of absence; with them, or without end, it is none."""
        if any(inner.name == "AVAILABLE" for inner in part.children) or not part.first("DTSTART"):
            return None
        start, end, exact = self._times(part)
        if full(end) == full(start.wall):
            return None
        busy = "TENTATIVE" if part.text("BUSYTYPE").upper() == "BUSY-TENTATIVE" else "OOF"
        return Event(
            self.file, part.line, self.number, part.text("UID"), start, end, exact, "unavailability", busy=busy
        )


class _Wrong(Exception):
    """Something in an event that cannot be read."""

    def __init__(self, line: int, sentence: str) -> None:
        self.line = line
        self.sentence = sentence
        super().__init__(sentence)


def _as_kind(start: At, end: At) -> Wall:
    """An end of the same kind as the start, on its clock: some programs mix dates and times."""
    if isinstance(start.wall, datetime):
        return end.on(start.zone) if isinstance(end.wall, datetime) else datetime.combine(end.wall, time())
    if not isinstance(end.wall, datetime):
        return end.wall
    return end.wall.date() + (DAY if end.wall.time() > time() else timedelta())


def _whole_days(part: Component, start: At, end: Wall) -> tuple[At, Wall]:
    """Exchange writes whole days as midnight to midnight with a mark."""
    marked = any(part.text(name).upper() == "TRUE" for name in _WHOLE_DAYS)
    if not (marked and isinstance(start.wall, datetime) and isinstance(end, datetime)):
        return start, end
    midnights = start.wall.time() == time() == end.time()
    return (At(start.wall.date()), end.date()) if midnights else (start, end)


def _length(stated: Property) -> tuple[timedelta, timedelta]:
    """A DURATION as whole days, which follow the calendar, and hours, which are real ones."""
    match = _LENGTH.fullmatch(stated.value.strip().upper())
    if not match or not any(match.groups()[1:]):
        raise _Wrong(stated.line, f"the length of this event cannot be read. {_MEND}")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    if match[1] == "-" and (weeks or days or hours or minutes or seconds):
        raise _Wrong(stated.line, f"this event ends before it starts. {_MEND}")
    found = timedelta(weeks=weeks, days=days), timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if sum(found, timedelta()) > timedelta(days=36_500):
        raise _Wrong(stated.line, f"this event lasts longer than a century. {_MEND}")
    return found


def _guests(part: Component) -> Iterator[tuple[str, str]]:
    for name in ("ATTENDEE", "ORGANIZER"):
        for stated in part.all(name):
            found = _MAIL.search(stated.value) or _MAIL.search(stated.params.get("EMAIL", ""))
            if found:
                yield found[0].casefold(), stated.params.get("PARTSTAT", "").upper() if name == "ATTENDEE" else name
