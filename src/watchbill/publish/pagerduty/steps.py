"""The writes that a push consists of, as values: each says what a schedule holds after it.

Each is one request, but for an event that needs a rotation: an empty rotation pages nobody, so it is no state to name.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeVar

from watchbill.publish.pagerduty.terms import (
    AnySchedule,
    CustomShift,
    Event,
    Kind,
    Override,
    PdLayer,
    Rotation,
    Schedule,
    ShiftSchedule,
)


@dataclass(frozen=True, slots=True)
class MakeSchedule:
    """Makes a schedule that does not exist yet; one of layers begins with its layers, the lowest first."""

    name: str
    zone: str
    description: str
    made: Kind
    layers: tuple[PdLayer, ...] = ()
    kind: Literal["make_schedule"] = "make_schedule"


@dataclass(frozen=True, slots=True)
class PutLayers:
    """Replaces all layers that have not ended, the lowest first. A layer that ends in the past is ended now."""

    layers: tuple[PdLayer, ...]
    kind: Literal["put_layers"] = "put_layers"


@dataclass(frozen=True, slots=True)
class MakeOverrides:
    """Makes some overrides in one request. Where one has begun already, it is made from now on."""

    overrides: tuple[Override, ...]
    kind: Literal["make_overrides"] = "make_overrides"


@dataclass(frozen=True, slots=True)
class DropOverride:
    """Removes an override; a running one ends now."""

    override: Override
    kind: Literal["drop_override"] = "drop_override"


@dataclass(frozen=True, slots=True)
class MakeShifts:
    """Makes some custom shifts in one request. Where one has begun already, it is made from now on."""

    shifts: tuple[CustomShift, ...]
    kind: Literal["make_shifts"] = "make_shifts"


@dataclass(frozen=True, slots=True)
class DropShift:
    """Removes a custom shift; a running one ends now."""

    shift: CustomShift
    kind: Literal["drop_shift"] = "drop_shift"


@dataclass(frozen=True, slots=True)
class MakeEvent:
    """Makes an event in a rotation of its own: an empty one that is there, else one that is made for it."""

    event: Event
    kind: Literal["make_event"] = "make_event"


@dataclass(frozen=True, slots=True)
class EndEvent:
    """Ends an event of a rotation at `until`."""

    rotation: str
    event: Event
    until: datetime
    kind: Literal["end_event"] = "end_event"


@dataclass(frozen=True, slots=True)
class DropRotation:
    """Removes a rotation: what is past stays, what runs ends now."""

    rotation: Rotation
    kind: Literal["drop_rotation"] = "drop_rotation"


AnyStep = (
    MakeSchedule
    | PutLayers
    | MakeOverrides
    | DropOverride
    | MakeShifts
    | DropShift
    | MakeEvent
    | EndEvent
    | DropRotation
)
T = TypeVar("T")


def after(state: AnySchedule | None, step: AnyStep) -> AnySchedule:
    """What a schedule holds once a step is carried out; what is made has no id yet. `final` is dropped."""
    match step:
        case MakeSchedule(name, zone, description, "schedule", layers):
            return Schedule("", name, zone, description, layers)
        case MakeSchedule(name, zone, description):
            return ShiftSchedule("", name, zone, description)
    if isinstance(state, Schedule):
        return _after_layers(replace(state, final=()), step)
    if isinstance(state, ShiftSchedule):
        return _after_shifts(replace(state, final=()), step)
    raise ValueError(f"{step.kind} needs a schedule")


def _after_layers(state: Schedule, step: AnyStep) -> Schedule:
    match step:
        case PutLayers(layers):
            return replace(state, layers=layers)
        case MakeOverrides(overrides):
            return replace(state, overrides=(*state.overrides, *overrides))
        case DropOverride(override):
            return replace(state, overrides=_less(state.overrides, override))
    raise ValueError(f"{step.kind} is no step of a schedule of layers")


def _after_shifts(state: ShiftSchedule, step: AnyStep) -> ShiftSchedule:
    match step:
        case MakeShifts(shifts):
            return replace(state, shifts=(*state.shifts, *shifts))
        case DropShift(shift):
            return replace(state, shifts=_less(state.shifts, shift))
        case MakeEvent(event):
            return replace(state, rotations=(*state.rotations, Rotation((event,))))
        case EndEvent(rotation, event, until):
            return replace(state, rotations=tuple(_ended(r, rotation, event, until) for r in state.rotations))
        case DropRotation(rotation):
            return replace(state, rotations=tuple(r for r in state.rotations if r.id != rotation.id))
    raise ValueError(f"{step.kind} is no step of a schedule of shifts")


def _ended(known: Rotation, id_: str, event: Event, until: datetime) -> Rotation:
    """A rotation in which an event ends at another instant, if it is the one of that id."""
    if known.id != id_:
        return known
    return replace(known, events=tuple(replace(e, until=until) if e.id == event.id else e for e in known.events))


def _less(items: tuple[T, ...], item: T) -> tuple[T, ...]:
    """The items without the first one that is equal, as long as there is one."""
    at = items.index(item) if item in items else len(items)
    return (*items[:at], *items[at + 1 :])
