"""A watch over a stretch of a schedule: after every write it says where nobody, or too many, would be on call."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from watchbill.sandbox import render, shift_render
from watchbill.sandbox.quirks import Quirks
from watchbill.sandbox.world import World
from watchbill.times import Span, iso, merged, without


@dataclass(slots=True)
class Watch:
    """What is watched, and what was seen: `seats` are how many may be on call at once, in a v3 schedule."""

    schedule: str
    window: Span
    seats: int = 1
    records: list[dict[str, Any]] = field(default_factory=list)

    def look(self, world: World, quirks: Quirks, number: int, request: str) -> None:
        """Renders the window after write `number` and keeps what is wrong with it."""
        spans = self._spans(world, quirks)
        self.records.append(
            {
                "write": number,
                "request": request,
                "gaps": _pairs(without((self.window,), merged(spans))),
                "doubles": _pairs(crowded(spans, self.seats)),
            }
        )

    def as_json(self) -> dict[str, Any]:
        """The watch, its records, and whether any of them holds a gap or a double."""
        return {
            "schedule": self.schedule,
            "since": iso(self.window.start),
            "until": iso(self.window.end),
            "seats": self.seats,
            "gaps": any(record["gaps"] for record in self.records),
            "doubles": any(record["doubles"] for record in self.records),
            "records": self.records,
        }

    def _spans(self, world: World, quirks: Quirks) -> list[Span]:
        if self.schedule in world.schedules:
            entries = render.final(world.schedules[self.schedule], self.window, quirks.turns, quirks.merged)
            return [Span(entry.start, entry.end) for entry in entries]
        if self.schedule in world.shift_schedules:
            assignments = shift_render.final(world.shift_schedules[self.schedule], self.window, gaps=False)
            return [assignment.span for assignment in assignments if assignment.user]
        return []


def crowded(spans: list[Span], seats: int) -> tuple[Span, ...]:
    """The time that more than so many spans hold."""
    edges = sorted({at for span in spans for at in (span.start, span.end)})
    pieces = [Span(start, end) for start, end in pairwise(edges)]
    return merged(piece for piece in pieces if sum(span.meets(piece) for span in spans) > seats)


def _pairs(spans: tuple[Span, ...]) -> list[list[str]]:
    return [[iso(span.start), iso(span.end)] for span in spans]
