"""Each step as the one request that it stands for."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from watchbill.publish.pagerduty import changing
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.legacy import sendable
from watchbill.publish.pagerduty.port import RemoteFailed
from watchbill.publish.pagerduty.steps import (
    AnyStep,
    DropOverride,
    DropRotation,
    DropShift,
    EndEvent,
    MakeEvent,
    MakeOverrides,
    MakeSchedule,
    MakeShifts,
    PutLayers,
)
from watchbill.publish.pagerduty.terms import AnySchedule, CustomShift, Override, Schedule, ShiftSchedule

Begun = TypeVar("Begun", Override, CustomShift)


def write(calls: Calls, state: AnySchedule | None, step: AnyStep, now: datetime) -> str | None:
    """Carries a step out; gives the id of a schedule that it made. RemoteFailed if PagerDuty refuses any part of it."""
    if isinstance(step, MakeSchedule):
        layers = sendable(step.layers, now)
        return changing.make_schedule(calls, step.made, step.name, step.zone, step.description, layers)
    if isinstance(state, Schedule):
        _write_layers(calls, state, step, now)
    elif isinstance(state, ShiftSchedule):
        _write_shifts(calls, state, step, now)
    return None


def _write_layers(calls: Calls, state: Schedule, step: AnyStep, now: datetime) -> None:
    match step:
        case PutLayers(layers):
            changing.put_layers(calls, state, sendable(layers, now))
        case MakeOverrides(overrides):
            if left := _begun(overrides, now):
                _insist(changing.make_overrides(calls, state.id, left))
        case DropOverride(override):
            if there := _there(state.overrides, override):
                changing.drop_override(calls, state.id, there)


def _write_shifts(calls: Calls, state: ShiftSchedule, step: AnyStep, now: datetime) -> None:
    match step:
        case MakeShifts(shifts):
            if left := _begun(shifts, now):
                changing.make_shifts(calls, state.id, left)
        case DropShift(shift):
            there = _there(state.shifts, shift)
            if there and there.end > now:
                changing.drop_shift(calls, state.id, there)
        case MakeEvent(event):
            changing.make_event(calls, state.id, _empty(calls, state), event)
        case EndEvent(rotation, event, until):
            changing.end_event(calls, state.id, rotation, event, until)
        case DropRotation(rotation):
            changing.drop_rotation(calls, state.id, rotation)


def _begun(items: Sequence[Begun], now: datetime) -> tuple[Begun, ...]:
    """What has begun is made from now on; what has ended meanwhile is not made at all."""
    floor = _minute(now)
    return tuple(replace(item, start=max(item.start, floor)) for item in items if item.end > floor)


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _there(items: Iterable[Any], wanted: Any) -> Any:
    """The item that stands now: by its id, or by interval and user where it got another one."""
    known = list(items)
    key = (wanted.start, wanted.end, wanted.user)
    by_id = (item for item in known if wanted.id and item.id == wanted.id)
    return next(by_id, None) or next((item for item in known if (item.start, item.end, item.user) == key), None)


def _empty(calls: Calls, state: ShiftSchedule) -> str:
    """A rotation without events: one that a run before this one made and did not fill, or a new one."""
    found = next((rotation.id for rotation in state.rotations if not rotation.events and rotation.id), None)
    made = found or changing.make_rotation(calls, state.id).id
    if made is None:
        raise RemoteFailed(f"PagerDuty made a rotation in {state.name} and did not say which. Look at it there.")
    return made


def _insist(made: Iterable[Override | str]) -> None:
    refused = [item for item in made if isinstance(item, str)]
    if refused:
        raise RemoteFailed(f"PagerDuty refused {len(refused)} of the overrides: {'; '.join(dict.fromkeys(refused))}")
