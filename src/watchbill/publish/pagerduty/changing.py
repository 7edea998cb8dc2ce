"""PagerDuty's schedules changed, one operation for each kind of change. What may be repeated is up to `calls`.

Every operation may raise RemoteFailed; those that make something may raise Unsure, after which the schedule is to be
read before anything is written again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from watchbill.publish.pagerduty import bodies, nodes, wire
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.port import RemoteFailed
from watchbill.publish.pagerduty.remote import layered_path, shifted_path
from watchbill.publish.pagerduty.terms import (
    BATCH,
    CustomShift,
    Event,
    Kind,
    Override,
    PdLayer,
    Rotation,
    Schedule,
)
from watchbill.publish.pagerduty.zones import for_pagerduty

T = TypeVar("T")

# ----------------------------------------------------------------------------------------------- ------ layers


def make_schedule(
    calls: Calls, kind: Kind, name: str, zone: str, description: str, layers: Sequence[PdLayer] = ()
) -> str:
    """Makes a schedule and gives its id. One of layers needs at least one, the lowest first; v3 begins empty."""
    if kind == "schedule":
        answer = calls.post("/schedules", bodies.schedule(name, for_pagerduty(zone), description, layers))
    else:
        answer = _make_v3(calls, bodies.shift_schedule(name, for_pagerduty(zone), description))
    return nodes.text(nodes.mapping(answer, "schedule"), "id")


def _make_v3(calls: Calls, body: bodies.Body) -> Any:
    """The documents forbid `rotations` here, one of PagerDuty's own clients says they must be there."""
    try:
        return calls.post("/v3/schedules", body)
    except RemoteFailed as failed:
        if failed.status != 400 or "rotations" not in " ".join((str(failed), *failed.errors)).lower():
            raise
        return calls.post("/v3/schedules", {"schedule": {**body["schedule"], "rotations": []}})


def put_layers(calls: Calls, schedule: Schedule, layers: Sequence[PdLayer]) -> Schedule:
    """Replaces the layers, the lowest first, and gives the answer (without `final`); the rest stays.

    A layer without an id is made; then the write is not repeated, and Unsure if it stays unanswered.
    """
    body = bodies.schedule(schedule.name, schedule.zone, schedule.description, layers)
    answer = calls.put(layered_path(schedule.id), body, makes=any(layer.id is None for layer in layers))
    return replace(wire.schedule(answer), id=schedule.id, final=())


def make_overrides(calls: Calls, id_: str, overrides: Sequence[Override]) -> tuple[Override | str, ...]:
    """Makes overrides, one request for each 50, and says for each in order: as it was made, or why it was not."""
    out: list[Override | str] = []
    for batch in _batches(overrides):
        answer = wire.made(calls.post(f"{layered_path(id_)}/overrides", bodies.overrides(batch)))
        out.extend(_told(batch, answer))
    return tuple(out)


def _told(asked: Sequence[Override], answer: tuple[Override | str, ...]) -> Iterator[Override | str]:
    """PagerDuty answers in the order of the request; where the numbers differ, by what was made."""
    if len(answer) == len(asked):
        for wanted, got in zip(asked, answer, strict=True):
            yield _failed(wanted, got) if isinstance(got, str) else got
        return
    made = [got for got in answer if isinstance(got, Override)]
    why = "; ".join(got for got in answer if isinstance(got, str)) or "it is not in the answer"
    for wanted, found in zip(asked, _matched(asked, made), strict=True):
        yield found or _failed(wanted, why)


def _failed(wanted: Override, why: str) -> str:
    return f"The override from {bodies.stamp(wanted.start)} to {bodies.stamp(wanted.end)} was not made: {why}."


def drop_override(calls: Calls, id_: str, override: Override) -> None:
    """Removes an override; a running one ends now. That it is gone already is no error."""
    _drop(calls, f"{layered_path(id_)}/overrides/{nodes.safe_id(override.id)}")


# ----------------------------------------------------------------------------------------------- ------ shifts


def make_shifts(calls: Calls, id_: str, shifts: Sequence[CustomShift]) -> tuple[CustomShift, ...]:
    """Makes custom shifts, one request for each 50, and gives them as they were made, in order of the answers."""
    made: list[CustomShift] = []
    for batch in _batches(shifts):
        answer = calls.post(f"{shifted_path(id_)}/custom_shifts", bodies.custom_shifts(batch))
        made.extend(wire.custom_shifts(nodes.listed(answer, "custom_shifts")))
    return tuple(made)


def drop_shift(calls: Calls, id_: str, shift: CustomShift) -> None:
    """Removes a custom shift; a running one ends now. That it is gone already is no error."""
    _drop(calls, f"{shifted_path(id_)}/custom_shifts/{nodes.safe_id(shift.id)}")


def make_rotation(calls: Calls, id_: str) -> Rotation:
    """Makes an empty rotation."""
    return wire.rotation(nodes.mapping(calls.post(f"{shifted_path(id_)}/rotations", {}), "rotation"))


def make_event(calls: Calls, id_: str, rotation: str, event: Event) -> Event:
    """Adds an event to a rotation and gives it as it was made."""
    answer = calls.post(f"{shifted_path(id_)}/rotations/{rotation}/events", bodies.event(event))
    return replace(event, id=nodes.text(nodes.mapping(answer, "event"), "id"))


def end_event(calls: Calls, id_: str, rotation: str, event: Event, until: datetime) -> None:
    """Ends an event, running or to come."""
    calls.put(f"{shifted_path(id_)}/rotations/{rotation}/events/{nodes.safe_id(event.id)}", bodies.event_end(until))


def drop_rotation(calls: Calls, id_: str, rotation: Rotation) -> None:
    """Removes a rotation: what is past stays, what runs ends now. That it is gone already is no error."""
    _drop(calls, f"{shifted_path(id_)}/rotations/{nodes.safe_id(rotation.id)}")


# ---------------------------------------------------------------------------------------------------------- pieces


def _drop(calls: Calls, path: str) -> None:
    try:
        calls.delete(path)
    except RemoteFailed as failed:
        if failed.status != 404:
            raise


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[n : n + BATCH] for n in range(0, len(items), BATCH))


def _matched(asked: Sequence[Override], made: Sequence[Override]) -> Iterator[Override | None]:
    """For each override asked for the one that was made with its stretch and user, each used once."""
    left = list(made)
    for wanted in asked:
        key = (wanted.start, wanted.end, wanted.user)
        found = next((got for got in left if (got.start, got.end, got.user) == key), None)
        if found:
            left.remove(found)
        yield found
