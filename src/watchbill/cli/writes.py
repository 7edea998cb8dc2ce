"""The writes of a push in words."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from watchbill.texts import counted
from watchbill.times import EPOCH

if TYPE_CHECKING:
    from watchbill.publish.pagerduty.steps import AnyStep
    from watchbill.publish.pagerduty.terms import CustomShift, Override, PdLayer


def words(steps: Sequence["AnyStep"], zone: str) -> list[str]:
    """Writes in words, on a zone's clock, for `pushes.line`: of one kind that follow each other, counted together."""
    return [line for _, alike in groupby(steps, key=lambda step: step.kind) for line in _told(tuple(alike), zone)]


def _told(alike: tuple["AnyStep", ...], zone: str) -> list[str]:
    from watchbill.publish.pagerduty import steps
    from watchbill.report.words import moment

    made = [item for step in alike if isinstance(step, steps.MakeOverrides) for item in step.overrides]
    shifts = [item for step in alike if isinstance(step, steps.MakeShifts) for item in step.shifts]
    if made or shifts:
        many = counted(len(made), "override") if made else counted(len(shifts), "custom shift")
        return [f"make {many}{f', in {len(alike)} writes' if len(alike) > 1 else ''}"]
    if gone := [*_dropped(alike)]:
        what = "override" if isinstance(alike[0], steps.DropOverride) else "custom shift"
        first, last = min(one.start for one in gone), max(one.end for one in gone)
        return [f"take away {counted(len(gone), what)}, {moment(first, zone)} to {moment(last, zone)}"]
    return [_words(step, zone) for step in alike]


def _dropped(alike: Sequence["AnyStep"]) -> "Iterator[Override | CustomShift]":
    from watchbill.publish.pagerduty import steps

    for step in alike:
        match step:
            case steps.DropOverride(item) | steps.DropShift(item):
                yield item


def _words(step: "AnyStep", zone: str) -> str:
    """One write in words."""
    from watchbill.publish.pagerduty import steps
    from watchbill.report.words import moment

    match step:
        case steps.MakeSchedule(name, zone, _, "schedule", layers):
            return f'make the schedule "{name}" in {zone} with {counted(len(layers), "layer")}'
        case steps.MakeSchedule(name, zone):
            return f'make the shift-based schedule "{name}" in {zone}'
        case steps.PutLayers(layers):
            return _layers(layers)
        case steps.MakeEvent(event):
            return f'make the event "{event.name}"'
        case steps.EndEvent(_, event, until):
            return f'end the event "{event.name}" at {moment(until, zone)}'
        case steps.DropRotation(rotation):
            return f"take away the rotation {', '.join(_quoted(event.name) for event in rotation.events)}"
    return step.kind.replace("_", " ")


def _quoted(name: str) -> str:
    return f'"{name}"'


def _layers(layers: Sequence["PdLayer"]) -> str:
    from watchbill.report.pushes import bound

    ending = [bound(layer.name) for layer in layers if layer.end == EPOCH]
    kept = [bound(layer.name + ("" if layer.id else " (new)")) for layer in layers if layer.end != EPOCH]
    told = [f"write the layers, from the lowest: {', '.join(kept)}"] if kept else []
    return "; ".join([*told, *([f"end {', '.join(ending)}"] if ending else [])])
