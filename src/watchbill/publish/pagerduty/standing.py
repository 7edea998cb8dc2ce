"""What of a schedule counts: two states with the same standing page the same people from an instant on.

PagerDuty moves starts that are past, orders overrides as it likes and gives ids of its own; none of that is a
difference. What has ended is none either.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from watchbill.publish.pagerduty.terms import (
    AnySchedule,
    Event,
    PdLayer,
    Restriction,
    Schedule,
    ShiftSchedule,
)
from watchbill.times import iso

BEGUN = "begun"
_DEFAULTS = {("INTERVAL", "1"), ("WKST", "MO")}


def standing(state: AnySchedule | None, now: datetime) -> Any:
    """The standing of a schedule from an instant on, as JSON: equal exactly if nothing that counts differs."""
    if state is None:
        return None
    if isinstance(state, Schedule):
        return {"zone": state.zone, "layers": layers(state.layers, now), "overrides": _stretches(state.overrides, now)}
    return {
        "zone": state.zone,
        "shifts": _stretches(state.shifts, now),
        "events": sorted(event(e, now) for r in state.rotations for e in r.events if goes_on(e, now)),
        "overrides": _stood_in(state, now),
    }


def layers(of: Iterable[PdLayer], now: datetime) -> list[Any]:
    """The standing of layers, the lowest first, without those that have ended."""
    return [layer(one, now) for one in of if not ended(one, now)]


def ended(layer: PdLayer, now: datetime) -> bool:
    """Whether a layer can page nobody any more."""
    return layer.end is not None and (layer.end <= now or layer.end <= layer.start)


def layer(of: PdLayer, now: datetime) -> list[Any]:
    """The standing of one layer."""
    return [
        of.name,
        _from(of.start, now),
        of.end and iso(of.end),
        iso(of.virtual_start),
        of.turn,
        list(of.users),
        sorted(map(_restriction, of.restrictions)),
    ]


def _restriction(restriction: Restriction) -> list[int]:
    return [restriction.weekday or 0, restriction.start, restriction.seconds]


def _stretches(of: Iterable[Any], now: datetime) -> list[Any]:
    return sorted(_stretch(item, now) for item in of if item.end > now)


def _stretch(item: Any, now: datetime) -> list[str]:
    return [iso(item.end), item.user, _from(item.start, now)]


def _stood_in(state: ShiftSchedule, now: datetime) -> list[Any]:
    """Overrides of what is still there: with a shift or a rotation goes who stands in for somebody in it."""
    there = {shift.id for shift in state.shifts} | {rotation.id for rotation in state.rotations}
    found = [o for o in state.overrides if o.end > now and (o.custom_shift or o.rotation) in there]
    return sorted([*_stretch(o, now), o.instead] for o in found)


def event(of: Event, now: datetime) -> list[Any]:
    """The standing of an event; in which rotation it is does not matter."""
    return [
        of.name,
        iso(of.start),
        iso(of.end),
        of.zone,
        _from(of.since, now),
        iso(of.until) if of.until else "",
        sorted(map(_rule, of.recurrence)),
        list(of.users),
        of.per_user,
    ]


def goes_on(of: Event, now: datetime) -> bool:
    """Whether an event can page anybody from now on."""
    return of.until is None or of.until > now


def _rule(line: str) -> str:
    """A line of a recurrence, in whatever order and with whatever defaults PagerDuty writes it."""
    head, _, rest = line.partition(":")
    parts = [part.partition("=")[::2] for part in rest.split(";")] if head == "RRULE" else []
    if not parts:
        return line
    kept = [(name, ",".join(sorted(value.split(",")))) for name, value in parts]
    return ";".join(f"{name}={value}" for name, value in sorted(kept) if (name, value) not in _DEFAULTS)


def _from(start: datetime, now: datetime) -> str:
    return BEGUN if start <= now else iso(start)
