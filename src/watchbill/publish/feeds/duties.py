"""Who holds which stretch of the published plans, and when that was last published: what events are made of."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from watchbill.domain import Part, Shift
from watchbill.errors import Refused
from watchbill.results import Assigned, Draft
from watchbill.times import Span, from_iso, iso


@dataclass(frozen=True, slots=True)
class Duty:
    """An unbroken stretch that one person holds of a span of a shift: one event.

    `changed` is the revision in which the shift last changed, `made` when that was published.
    """

    uid: str
    team: str
    shift: Shift
    person: str
    span: Span
    changed: int
    made: datetime


class Times:
    """When the revisions of each period were published. Refused for drafts."""

    def __init__(self, plans: Iterable[Draft], made: Mapping[tuple[str, int], str]) -> None:
        self._known: dict[str, dict[int, datetime]] = {}
        for (name, revision), at in made.items():
            self._known.setdefault(name, {})[revision] = from_iso(at)
        for plan in plans:
            if plan.made is None:
                raise Refused(f"{plan.period} is a draft. Publish it before its feeds are made.")
            self._known.setdefault(plan.period.name, {})[plan.revision] = from_iso(plan.made)

    def at(self, plan: Draft, revision: int) -> datetime:
        """When a revision of a plan's period was published; of one that nobody kept, when the next one was."""
        known = self._known[plan.period.name]
        return known[min((kept for kept in known if kept >= revision), default=max(known))]


def duties(plan: Draft, times: Times) -> Iterator[Duty]:
    """The duties of a published plan, shift by shift."""
    for assigned in plan.shifts:
        made = times.at(plan, assigned.changed)
        for planned, person, span in stretches(assigned):
            uid = _uid(plan.team, assigned.shift.id, planned.start, span.start)
            yield Duty(uid, plan.team, assigned.shift, person, span, assigned.changed, made)


def stretches(assigned: Assigned) -> Iterator[tuple[Span, str, Span]]:
    """Each span of a shift cut at the parts: the span as planned, who holds a stretch of it, and the stretch."""
    parts = sorted(assigned.parts, key=lambda part: part.start)
    for span in assigned.shift.spans:
        for person, piece in _joined((part, part.span.common(span)) for part in parts):
            yield span, person, piece


def _joined(pieces: Iterable[tuple[Part, Span | None]]) -> list[tuple[str, Span]]:
    """Pieces in order of time; touching ones of one person become one."""
    out: list[tuple[str, Span]] = []
    for part, span in pieces:
        if span and out and out[-1][0] == part.person and out[-1][1].end == span.start:
            out[-1] = (part.person, Span(out[-1][1].start, span.end))
        elif span:
            out.append((part.person, span))
    return out


def _uid(team: str, shift: str, planned: datetime, start: datetime) -> str:
    """Keyed to when the span is planned to start, and to where a stretch that begins later is cut off.

    Who holds it, how long, and what else there is do not count: so it outlives every change but that of the start.
    """
    cut = [] if start == planned else [iso(start)]
    key = "\n".join((team, shift, iso(planned), *cut))
    return hashlib.sha256(key.encode()).hexdigest()[:32] + "@watchbill"
