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


def standing(state: AnySchedule | None, now: datetime) -> Any:
    """The standing of a schedule from an instant on, as JSON: equal exactly if nothing that counts differs."""
    if state is None:
        return None
    if isinstance(state, Schedule):
        return {"zone": state.zone, "layers": layers(state.layers, now), "overrides": _stretches(state.overrides, now)}
    return {
        "zone": state.zone,
        "shifts": _stretches(state.shifts, now),
        "rotations": _rotations(state, now),
        "overrides": sorted([*_stretch(o, now), o.instead] for o in state.overrides if o.end > now),
    }


def layers(of: Iterable[PdLayer], now: datetime) -> list[Any]:
    """The standing of layers, the lowest first, without those that have ended."""
    return [_layer(layer, now) for layer in of if not ended(layer, now)]


def ended(layer: PdLayer, now: datetime) -> bool:
    """Whether a layer can page nobody any more."""
    return layer.end is not None and (layer.end <= now or layer.end <= layer.start)


def _layer(layer: PdLayer, now: datetime) -> list[Any]:
    return [
        layer.name,
        _from(layer.start, now),
        layer.end and iso(layer.end),
        iso(layer.virtual_start),
        layer.turn,
        list(layer.users),
        sorted(map(_restriction, layer.restrictions)),
    ]


def _restriction(restriction: Restriction) -> list[int]:
    return [restriction.weekday or 0, restriction.start, restriction.seconds]


def _stretches(of: Iterable[Any], now: datetime) -> list[Any]:
    return sorted(_stretch(item, now) for item in of if item.end > now)


def _stretch(item: Any, now: datetime) -> list[str]:
    return [iso(item.end), item.user, _from(item.start, now)]


def _rotations(state: ShiftSchedule, now: datetime) -> list[Any]:
    """Rotations with their events, empty ones too; where they stand among each other does not matter."""
    return sorted(sorted(_event(e, now) for e in r.events if e.until is None or e.until > now) for r in state.rotations)


def _event(event: Event, now: datetime) -> list[Any]:
    return [
        event.name,
        iso(event.start),
        iso(event.end),
        event.zone,
        _from(event.since, now),
        iso(event.until) if event.until else "",
        list(event.recurrence),
        list(event.users),
        event.per_user,
    ]


def _from(start: datetime, now: datetime) -> str:
    return BEGUN if start <= now else iso(start)
