"""What rotates on in a shift-based schedule when a plan has ended: events that recur on a wall clock."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import gcd

from watchbill import times
from watchbill.domain import Layer, Role
from watchbill.publish.pagerduty.grid import ahead, next_handoff
from watchbill.publish.pagerduty.marks import tail_name
from watchbill.publish.pagerduty.tails import next_in_line
from watchbill.publish.pagerduty.terms import Entry, Event
from watchbill.publish.pagerduty.windows import restrictions
from watchbill.publish.pagerduty.zones import for_pagerduty
from watchbill.results import Draft
from watchbill.times import DAY, MINUTE, Span, instant, readings, wall

MOST_MEMBERS = 20
_DAY = 24 * 60
_WEEK = 7 * _DAY
_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKS = {"week": 1, "month": 4, "year": 52}
_NUMBERS = 100
"""How many events one seat may have before their numbers run into the next seat's."""


def tails(
    plan: Draft, role: Role, seats: Sequence[int], users: Mapping[str, str], zone: str, gone: Collection[str]
) -> tuple[Event, ...]:
    """For each of a role's layers events without end, from its first handoff after the plan on.

    One event for each kind of hours, on one clock for all: that of the layers, or the schedule's where they differ.
    Who held the layer takes turns, first who held it longest ago, not guests nor those who are `gone`; each seat
    begins with the next person. Layers that are `over` others take their hours. A month counts as four weeks; turns of
    hours that do not divide a day count as whole days.
    """
    clock = _clock(role, zone)
    found = [_line(plan, role, layer, users, gone) for layer in role.layers]
    lines = [line for line in found if line.users]
    return tuple(event for line in lines for event in _events(line, lines, len(seats), clock))


@dataclass(frozen=True, slots=True)
class _Line:
    """A layer, who takes turns in it, and the handoff at which that begins."""

    layer: Layer
    users: tuple[str, ...]
    since: datetime


def _line(plan: Draft, role: Role, layer: Layer, users: Mapping[str, str], gone: Collection[str]) -> _Line:
    assigned = [a for a in plan.shifts if (a.shift.role, a.shift.layer) == (role.id, layer.id)]
    people = [p for p in next_in_line(assigned) if p in users and p not in gone]
    last = max((a.shift.handoff for a in assigned), default=times.EPOCH)
    return _Line(layer, tuple(users[p] for p in people[:MOST_MEMBERS]), next_handoff(layer, last))


def _clock(role: Role, zone: str) -> str:
    zones = {layer.zone for layer in role.layers}
    return for_pagerduty(zones.pop() if len(zones) == 1 else zone)


# ---------------------------------------------------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class _Hours:
    """Hours on call that are alike: when each begins, in minutes after the week's handoff, and how long it lasts.

    `slot` counts the turns of one day from 0.
    """

    offsets: tuple[int, ...]
    minutes: int
    slot: int


def _events(line: _Line, lines: Sequence[_Line], seats: int, clock: str) -> Iterator[Event]:
    base = _meant(line, clock)
    unit, count = _turn(line.layer)
    hours = _hours(line, lines, clock, base, {"week": _WEEK, "day": _DAY}.get(unit, count * 60))
    slots = len({some.slot for some in hours})
    for seat in range(min(seats, len(line.users))):
        for n, some in enumerate(hours):
            users = _in_turn(line.users, seat + some.slot, slots)
            start, end = _first(base, some, clock, len(line.users) * (count if unit != "hour" else 1))
            yield Event(
                name=tail_name(line.layer.id, seat * _NUMBERS + n + 1),
                start=start,
                end=end,
                zone=clock,
                since=line.since,
                until=None,
                recurrence=(_rule(base, some),),
                users=users,
                per_user={"week": count * len(some.offsets), "day": count}.get(unit, 1),
            )


def _meant(line: _Line, clock: str) -> datetime:
    """The wall time of the first handoff, as the layer means it: one that fell into a gap of the clock was moved."""
    day = wall(line.since, times.zone(line.layer.zone)).date()
    return datetime.combine(day, time()) + line.layer.handoff * MINUTE + ahead(line.layer, clock, line.since)


def _turn(layer: Layer) -> tuple[str, int]:
    """A turn in weeks or days, or in hours that divide a day."""
    unit, count = layer.turn.unit, layer.turn.count
    if unit in _WEEKS:
        return "week", _WEEKS[unit] * count
    if unit == "hour" and count < 24 and 24 % count == 0:
        return "hour", count
    days = count if unit == "day" else max(1, round(count / 24))
    return ("week", days // 7) if days % 7 == 0 else ("day", days)


def _in_turn(users: tuple[str, ...], first: int, slots: int) -> tuple[str, ...]:
    """Who takes every so many-th turn, from one on."""
    cycle = len(users) // gcd(len(users), slots)
    return tuple(users[(first + day * slots) % len(users)] for day in range(cycle))


def _first(base: datetime, some: _Hours, clock: str, weeks: int) -> tuple[datetime, datetime]:
    """The first occurrence; where the clock skips or repeats its ends, one whole rounds before it."""
    tz = times.zone(clock)
    start = base + some.offsets[0] * MINUTE
    end = start + some.minutes * MINUTE
    while any(readings(at, tz).kind != "plain" for at in (start, end)):
        start, end = start - timedelta(weeks=weeks), end - timedelta(weeks=weeks)
    return instant(start, tz), instant(end, tz)


def _rule(base: datetime, some: _Hours) -> str:
    days = {(base + offset * MINUTE).weekday() for offset in some.offsets}
    if len(days) == len(_NAMES):
        return "RRULE:FREQ=DAILY;INTERVAL=1"
    return f"RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY={','.join(_NAMES[day] for day in sorted(days))}"


# ----------------------------------------------------------------------------------------------------------- hours


def _hours(line: _Line, lines: Sequence[_Line], clock: str, base: datetime, step: int) -> list[_Hours]:
    """The hours of a layer's week from its handoff on, cut every `step` minutes, alike ones together."""
    week = _week(line.layer, clock, line.since)
    for other in lines:
        if line.layer.id in other.layer.over and other is not line:
            week = [
                mine and not theirs for mine, theirs in zip(week, _week(other.layer, clock, line.since), strict=True)
            ]
    handoff = base.weekday() * _DAY + base.hour * 60 + base.minute
    alike: dict[tuple[int, int], list[int]] = {}
    for offset, minutes in _runs(week[handoff:] + week[:handoff], step):
        alike.setdefault((offset % _DAY, minutes), []).append(offset)
    slots = sorted({at // step for at, _ in alike} if step < _DAY else {0})
    return [
        _Hours(tuple(offsets), minutes, slots.index(at // step) if step < _DAY else 0)
        for (at, minutes), offsets in alike.items()
    ]


def _week(layer: Layer, clock: str, at: datetime) -> list[bool]:
    """For every minute of the week from Monday's midnight on whether a layer's pattern is on call."""
    rules = restrictions(layer, ahead(layer, clock, at))
    week = [not rules] * _WEEK
    for rule in rules:
        for day in range(7) if rule.weekday is None else (rule.weekday - 1,):
            first = day * _DAY + rule.start // 60
            for minute in range(first, first + rule.seconds // 60):
                week[minute % _WEEK] = True
    return week


def _runs(week: Sequence[bool], step: int) -> Iterator[tuple[int, int]]:
    """Unbroken stretches as offset and length in minutes, cut every `step` minutes."""
    start = 0
    for minute in range(1, _WEEK + 1):
        if minute == _WEEK or minute % step == 0 or week[minute] != week[start]:
            if week[start]:
                yield start, minute - start
            start = minute


# -------------------------------------------------------------------------------------------------------- rendering


def shown(event: Event, window: Span) -> tuple[Entry, ...]:
    """What one of these events shows over a window."""
    tz = times.zone(event.zone)
    start, length = wall(event.start, tz), wall(event.end, tz) - wall(event.start, tz)
    named = event.recurrence[0].partition("BYDAY=")[2]
    days = {_NAMES.index(name) for name in named.split(",")} if named else set(range(7))
    seen = Span(max(window.start, event.since), min(window.end, event.until or window.end))
    out, number = [], 0
    while instant(start, tz) < seen.end:
        if start.weekday() in days:
            both = Span(instant(start, tz), instant(start + length, tz)).common(seen)
            if both:
                out.append(Entry(both.start, both.end, event.users[number // event.per_user % len(event.users)]))
            number += 1
        start += DAY
    return tuple(out)
