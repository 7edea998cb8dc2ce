"""What rotates on when a plan has ended, so that a late next plan never means silence."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from watchbill import times
from watchbill.domain import Layer, Role, is_guest
from watchbill.expand import uncovered
from watchbill.publish.pagerduty.grid import ahead, next_handoff, turn_seconds, virtual_start, ways
from watchbill.publish.pagerduty.marks import tail_name
from watchbill.publish.pagerduty.render import boundaries
from watchbill.publish.pagerduty.terms import DAY_SECONDS, Meaning, PdLayer
from watchbill.publish.pagerduty.windows import restrictions
from watchbill.results import Assigned, Draft
from watchbill.times import without

_DAYS = {"month": 28, "year": 364}
_LONGEST = 364


def tails(
    plan: Draft,
    role: Role,
    layers: Sequence[Layer],
    seat: int,
    users: Mapping[str, str],
    zone: str,
    gone: Collection[str],
    meaning: Meaning,
) -> tuple[PdLayer, ...]:
    """For each of a role's layers one without end, from its first handoff after the plan on; the lowest first.

    Who held the layer in any seat takes turns, first who held it longest ago; not guests, nor those who are `gone`.
    Another seat begins with the next person, so that nobody has two. A month counts as four weeks, and after the next
    clock change the hours of a layer with another zone than the schedule are off, and so may turns of hours be. Where
    the role is on call round the clock, the lowest has no restrictions: nothing falls silent when zones part.
    """
    out = []
    for layer in layers:
        assigned = [a for a in plan.shifts if a.shift.role == role.id and a.shift.layer == layer.id]
        people = [p for p in next_in_line(assigned) if p in users and p not in gone]
        if people:
            shift = (seat - 1) % len(people)
            listed = tuple(users[person] for person in (*people[shift:], *people[:shift]))
            out.append(_tail(layer, [a.shift.handoff for a in assigned], listed, zone, meaning))
    if out and _round_the_clock(role, plan):
        out[0] = _always(out[0])
    return tuple(out)


def next_in_line(assigned: Iterable[Assigned]) -> list[str]:
    """Who of the team holds any of some shifts, first who held one longest ago."""
    last: dict[str, datetime] = {}
    for one in assigned:
        for part in one.parts:
            ends = [both.end for span in one.shift.spans if (both := part.span.common(span))]
            if ends and not is_guest(part.person):
                last[part.person] = max(ends[-1], last.get(part.person, ends[-1]))
    return sorted(last, key=lambda person: (last[person], person))


def _tail(layer: Layer, handoffs: Sequence[datetime], users: tuple[str, ...], zone: str, meaning: Meaning) -> PdLayer:
    start = next_handoff(layer, max(handoffs))
    seconds = _seconds(layer, sorted(set(handoffs)))
    way = ways(seconds, meaning)[0]
    begins = virtual_start(layer, zone, seconds, way, start, start)
    past = takewhile(lambda turn: turn[1] <= start, boundaries(begins, seconds, times.zone(zone), way, start))
    first = max(k for k, _ in past)
    turned = tuple(users[(n - first) % len(users)] for n in range(len(users)))
    hours = restrictions(layer, ahead(layer, zone, start))
    return PdLayer(tail_name(layer.id), start, None, begins, seconds, turned, hours)


def _seconds(layer: Layer, handoffs: Sequence[datetime]) -> int:
    days = _DAYS.get(layer.turn.unit)
    if days is None:
        return turn_seconds(layer, handoffs)
    return min(days * layer.turn.count, _LONGEST) * DAY_SECONDS


def _always(tail: PdLayer) -> PdLayer:
    return PdLayer(tail.name, tail.start, tail.end, tail.virtual_start, tail.turn, tail.users)


def _round_the_clock(role: Role, plan: Draft) -> bool:
    """Whether a role's layers leave no hole, or have a whole week without one: then only clock changes tear holes."""
    holes = uncovered(role, plan.period)
    whole = plan.period.dates.on(times.zone(role.layers[0].zone))
    return not holes or any(span.length >= timedelta(weeks=1) for span in without((whole,), holes))
