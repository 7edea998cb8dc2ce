"""Turns in order of time, to be found by it: of a year's turns, a week of leave reaches few."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import timedelta

from watchbill.domain import Shift
from watchbill.times import Span


class Timeline:
    """Turns that are given in order of start."""

    def __init__(self, turns: Sequence[Shift]) -> None:
        self._turns = turns
        self._starts = [turn.start for turn in turns]
        self._ends = [turn.end for turn in turns]
        self._has_breaks = any(len(turn.spans) > 1 for turn in turns)
        self._longest = max((turn.end - turn.start for turn in turns), default=timedelta())

    def sharing(self, spans: Iterable[Span]) -> tuple[Shift, ...]:
        """The turns that share time with any of some spans, in order; touching is none."""
        found: set[int] = set()
        for span in spans:
            found.update(self._around(span))
        return tuple(self._turns[n] for n in sorted(found))

    def _around(self, span: Span) -> Iterable[int]:
        first, last = bisect_left(self._starts, span.start - self._longest), bisect_left(self._starts, span.end)
        near = [n for n in range(first, last) if self._ends[n] > span.start]
        return near if not self._has_breaks else [n for n in near if _shares(self._turns[n], span)]


def _shares(turn: Shift, span: Span) -> bool:
    return any(part.meets(span) for part in turn.spans)
