"""Static iCalendar feeds of published plans: one for each person, one for each role, one for the team.

Every event is written property by property: icalendar's own shortcuts add random ids, the present time and unescaped
names. Times are in UTC without VTIMEZONE, which calendar apps read in different ways.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from icalendar import Calendar, Event, vText

from watchbill.domain import Part, Person, Shift, is_guest
from watchbill.errors import Refused
from watchbill.files import file_name, inside, write_atomically
from watchbill.results import Assigned, Draft
from watchbill.texts import printable
from watchbill.times import Span, from_iso

PRODID = "-//watchbill//on-call feeds//EN"
REFRESH = timedelta(hours=1)

_END = b"END:VCALENDAR\r\n"
_FOLD = 75
_ATOM = re.compile(r"\\?.", re.DOTALL)


@dataclass(frozen=True)
class Duty:
    """An unbroken stretch that one person holds of a shift: one event. `made` is when the shift last changed."""

    uid: str
    team: str
    shift: Shift
    person: str
    span: Span
    changed: int
    made: datetime


# ----------------------------------------------------------------------------------------------------------- feeds


def feeds(
    plans: Sequence[Draft],
    people: Mapping[str, Person],
    *,
    roles: Sequence[str] = (),
    made: Mapping[tuple[str, int], str] | None = None,
    since: datetime | None = None,
) -> dict[str, bytes]:
    """Relative path to bytes: `people/<id>.ics`, `roles/<role>.ics` and `team.ics`, the same bytes for the same plans.

    `people` and `roles` get a feed even if they hold nothing. `made` says when a revision of a period was published,
    for shifts that last changed in an older one. Duties that ended before `since` are left out. Refused for drafts.
    """
    duties = [duty for plan in plans for duty in _duties(plan, made or {}) if not since or duty.span.end > since]
    duties.sort(key=lambda duty: (duty.span, duty.shift.role, duty.shift.layer, duty.shift.seat))
    guests = {id_: guest for plan in plans for id_, guest in plan.guests_on("UTC").items()}
    events = _Events(duties, {**guests, **people})
    team = printable(plans[0].team) if plans else ""
    out = {"team.ics": events.calendar(f"On call: {team}", duties)}
    for role in dict.fromkeys([*roles, *(duty.shift.role for duty in duties)]):
        own = [duty for duty in duties if duty.shift.role == role]
        out[f"roles/{file_name(role)}.ics"] = events.calendar(f"On call: {team} ({printable(role)})", own)
    holders = (duty.person for duty in duties if not is_guest(duty.person))
    for person in dict.fromkeys([*people, *holders]):
        own = [duty for duty in duties if duty.person == person]
        out[f"people/{file_name(person)}.ics"] = events.calendar(f"On call: {team} – {events.name(person)}", own)
    return out


def _duties(plan: Draft, made: Mapping[tuple[str, int], str]) -> Iterator[Duty]:
    if plan.made is None:
        raise Refused(f"{plan.period} is a draft. Publish it before its feeds are written.")
    for assigned in plan.shifts:
        changed = from_iso(made.get((plan.period.name, assigned.changed), plan.made))
        for uid, person, span in _stretches(plan.team, assigned):
            yield Duty(uid, plan.team, assigned.shift, person, span, assigned.changed, changed)


def _stretches(team: str, assigned: Assigned) -> Iterator[tuple[str, str, Span]]:
    """Each span of a shift cut at the parts. Ids count spans and cuts in order of time and ignore who holds them."""
    for index, span in enumerate(assigned.shift.spans):
        pieces = _joined((part, part.span.common(span)) for part in sorted(assigned.parts, key=lambda p: p.start))
        for cut, (person, piece) in enumerate(pieces):
            yield _uid(team, assigned.shift.id, index, cut), person, piece


def _joined(pieces: Iterable[tuple[Part, Span | None]]) -> list[tuple[str, Span]]:
    """Pieces in order of time; touching ones of one person become one."""
    out: list[tuple[str, Span]] = []
    for part, span in pieces:
        if span and out and out[-1][0] == part.person and out[-1][1].end == span.start:
            out[-1] = (part.person, Span(out[-1][1].start, span.end))
        elif span:
            out.append((part.person, span))
    return out


def _uid(team: str, shift: str, index: int, cut: int) -> str:
    key = "\n".join((team, shift, str(index), str(cut)))
    return hashlib.sha256(key.encode()).hexdigest()[:32] + "@watchbill"


# ---------------------------------------------------------------------------------------------------------- events


class _Events:
    """The bytes of each duty's event, made once and used by every feed that holds it."""

    def __init__(self, duties: Sequence[Duty], people: Mapping[str, Person]) -> None:
        self._duties = duties
        self._people = people
        self._bytes: dict[str, bytes] = {}

    def calendar(self, name: str, duties: Iterable[Duty]) -> bytes:
        """A whole feed."""
        head = _folded(_calendar(name).to_ical()).removesuffix(_END)
        return b"".join([head, *(self._event(duty) for duty in duties), _END])

    def _event(self, duty: Duty) -> bytes:
        if duty.uid not in self._bytes:
            self._bytes[duty.uid] = _folded(self._component(duty).to_ical())
        return self._bytes[duty.uid]

    def _component(self, duty: Duty) -> Event:
        near = [found for found in (self._before.get(_ending(duty)), self._after.get(_beginning(duty))) if found]
        stamp = max(known.made for known in (duty, *near))
        role = printable(duty.shift.role)
        event = Event()
        event.add("uid", duty.uid)
        event.add("dtstamp", stamp)
        event.add("last-modified", stamp)
        event.add("sequence", duty.changed)
        event.add("dtstart", duty.span.start)
        event.add("dtend", duty.span.end)
        event.add("summary", f"On call: {printable(duty.team)} ({role}) – {self.name(duty.person)}")
        event.add("description", self._description(duty))
        event.add("categories", ["on-call", role])
        event.add("transp", "TRANSPARENT")
        event.add("x-microsoft-cdo-busystatus", "FREE")
        return event

    def _description(self, duty: Duty) -> str:
        """From whom and to whom the seat passes, where it passes without a break."""
        before, after = self._before.get(_ending(duty)), self._after.get(_beginning(duty))
        words = [f"Layer {printable(duty.shift.layer)}."]
        if before and before.person != duty.person:
            words.append(f"Takes over from {self.name(before.person)}.")
        if after and after.person != duty.person:
            words.append(f"Hands over to {self.name(after.person)}.")
        return " ".join(words)

    def name(self, person: str) -> str:
        """What a person is called in feeds."""
        return printable(self._people[person].name if person in self._people else person)

    @cached_property
    def _before(self) -> Mapping[tuple[str, int, datetime], Duty]:
        """Who ends at an instant, by role, seat and instant."""
        return {(duty.shift.role, duty.shift.seat, duty.span.end): duty for duty in self._duties}

    @cached_property
    def _after(self) -> Mapping[tuple[str, int, datetime], Duty]:
        """Who begins at an instant, by role, seat and instant."""
        return {(duty.shift.role, duty.shift.seat, duty.span.start): duty for duty in self._duties}


def _ending(duty: Duty) -> tuple[str, int, datetime]:
    return duty.shift.role, duty.shift.seat, duty.span.start


def _beginning(duty: Duty) -> tuple[str, int, datetime]:
    return duty.shift.role, duty.shift.seat, duty.span.end


def _calendar(name: str) -> Calendar:
    """An empty calendar: no METHOD, which looks like an invitation, and no UID, which merges all events into one."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", vText(name))
    calendar.add("x-wr-calname", vText(name))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    return calendar


def _folded(content: bytes) -> bytes:
    """Lines of at most 75 octets, never cut inside a character or an escape, which some readers do not survive."""
    lines = content.replace(b"\r\n ", b"").decode().split("\r\n")
    return "\r\n".join(_fold(line) for line in lines).encode()


def _fold(line: str) -> str:
    if len(line.encode()) <= _FOLD:
        return line
    rows, row, used = [], "", 0
    for atom in _ATOM.findall(line):
        size = len(atom.encode())
        if used + size > _FOLD:
            rows.append(row)
            row, used = " ", 1
        row, used = row + atom, used + size
    return "\r\n".join([*rows, row])


# ----------------------------------------------------------------------------------------------------------- files


def write(folder: Path, feeds_: Mapping[str, bytes]) -> tuple[str, ...]:
    """Writes feeds into a folder and removes those of ours that are not among them; returns what changed, sorted.

    Only files that differ are written. Files that are not ours, by their PRODID, are left alone.
    """
    changed = [name for name, content in feeds_.items() if write_atomically(inside(folder, *name.split("/")), content)]
    stale = [name for name in _ours(folder) if name not in feeds_]
    for name in stale:
        (folder / name).unlink(missing_ok=True)
    return tuple(sorted([*changed, *stale]))


def _ours(folder: Path) -> list[str]:
    paths = [folder / "team.ics", *folder.glob("people/*.ics"), *folder.glob("roles/*.ics")]
    return [path.relative_to(folder).as_posix() for path in paths if path.is_file() and _is_ours(path)]


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return f"PRODID:{PRODID}\r\n".encode() in file.read(1000)
