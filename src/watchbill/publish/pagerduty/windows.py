"""The hours of a layer as PagerDuty's restrictions, on the wall clock of the schedule."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from watchbill.domain import Layer
from watchbill.publish.pagerduty.terms import Restriction
from watchbill.times import MINUTE

_DAY = 24 * 60
_WEEK = 7 * _DAY

Run = tuple[int, int]
"""Minutes after the week's Monday midnight, and how many minutes from there on."""


def restrictions(layer: Layer, ahead: timedelta) -> tuple[Restriction, ...]:
    """The hours of a layer's pattern, none if they are all hours: daily where every day is alike, else weekly.

    `ahead` is how far the schedule's clock is ahead of the layer's. Hours that touch are one restriction.
    """
    runs = _runs(_hours(layer, ahead // MINUTE))
    if not runs or _whole(runs):
        return ()
    if {((start + _DAY) % _WEEK, length) for start, length in runs} == set(runs):
        return tuple(Restriction(start * 60, length * 60) for start, length in runs if start < _DAY)
    return tuple(Restriction(start % _DAY * 60, length * 60, weekday=start // _DAY + 1) for start, length in runs)


def _hours(layer: Layer, ahead: int) -> Iterator[Run]:
    for window in layer.windows:
        for day in window.days:
            yield (day * _DAY + window.start + ahead) % _WEEK, window.end - window.start
    for stretch in layer.stretches:
        yield (stretch.start + ahead) % _WEEK, stretch.end - stretch.start


def _runs(hours: Iterable[Run]) -> Sequence[Run]:
    """Unbroken runs on the circle of the week, by where they start."""
    # Three weeks in a row, of which the middle one is read: a run over the week's end is seen whole, and only once.
    laps = sorted((start + lap * _WEEK, start + lap * _WEEK + length) for start, length in hours for lap in range(3))
    out: list[list[int]] = []
    for start, end in laps:
        if out and start <= out[-1][1]:
            out[-1][1] = max(out[-1][1], end)
        else:
            out.append([start, end])
    if any(end - start >= _WEEK for start, end in out):
        return [(0, _WEEK)]
    return [(start - _WEEK, end - start) for start, end in out if _WEEK <= start < 2 * _WEEK]


def _whole(runs: Sequence[Run]) -> bool:
    return runs[0][1] >= _WEEK
