"""What others have in a schedule and is on call in our window: it stays, and is allowed once, until it changes."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from watchbill.publish.base import Hazard, digest
from watchbill.publish.pagerduty import standing
from watchbill.publish.pagerduty.hazards import listed
from watchbill.publish.pagerduty.marks import mark_of
from watchbill.publish.pagerduty.shifts import is_ours
from watchbill.publish.pagerduty.standing import ended, goes_on
from watchbill.publish.pagerduty.terms import PdLayer, ShiftSchedule

# Everything has begun by then: PagerDuty moves starts that are past, and that is no change.
_LATE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Foreign:
    """A layer or rotation that is not ours: what it is called, and a mark that changes when it pages otherwise."""

    name: str
    mark: str


def of_layers(schedule: str, goal: Sequence[PdLayer], now: datetime) -> tuple[Foreign, ...]:
    """The layers of others that are on call while any of some layers with an end is."""
    last = max((layer.end for layer in goal if layer.end), default=now)
    there = (layer for layer in goal if mark_of(layer.name) is None and not ended(layer, now) and layer.start < last)
    return tuple(Foreign(layer.name, digest([schedule, standing.layer(layer, _LATE)])) for layer in there)


def of_shifts(live: ShiftSchedule, until: datetime, now: datetime) -> tuple[Foreign, ...]:
    """The events of rotations of others that are on call before an instant."""
    others = [rotation for rotation in live.rotations if not is_ours(rotation, now)]
    there = [e for r in others for e in r.events if goes_on(e, now) and e.since < until and any(e.users)]
    return tuple(Foreign(event.name, digest([live.id, standing.event(event, _LATE)])) for event in there)


def hazard(key: str, what: str, found: Sequence[Foreign], accepted: Collection[str]) -> Iterator[Hazard]:
    """What of it is new; what was accepted before is told as known once nothing is new."""
    new = [one for one in found if one.mark not in accepted]
    if found:
        yield Hazard(key, f"{what}: {listed([one.name for one in new or found])}", known=not new)
