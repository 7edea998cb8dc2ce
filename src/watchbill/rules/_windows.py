"""Windows that hold too much or too little, put together where they say the same."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from watchbill.times import Dates


@dataclass(frozen=True, slots=True)
class Broken:
    """Windows with the same contents that hold too much or too little: the first one, what it holds, the cost."""

    window: Dates
    dates: Sequence[date]
    amount: int
    units: int


def inside(days: Sequence[date], window: Dates) -> Sequence[date]:
    """Those of sorted dates that lie in a window."""
    return days[bisect_left(days, window.first) : bisect_right(days, window.last)]


def joined(found: Sequence[Broken], widest: bool) -> Iterator[Broken]:
    """Windows with the same contents as one; `widest`: without those whose contents lie inside their neighbour's."""
    groups: list[Broken] = []
    for broken in found:
        if groups and groups[-1].dates == broken.dates:
            groups[-1] = replace(groups[-1], units=groups[-1].units + broken.units)
        else:
            groups.append(broken)
    after = [widest and set(one.dates) < set(two.dates) for one, two in pairwise(groups)] + [False]
    before = [False] + [widest and set(two.dates) < set(one.dates) for one, two in pairwise(groups)]
    return (group for group, a, b in zip(groups, after, before, strict=False) if not a and not b)


def runs(found: Sequence[Broken]) -> Iterator[Broken]:
    """Windows of consecutive dates that follow on each other as one run."""
    run: Broken | None = None
    for broken in found:
        if run and broken.window.first <= run.window.last:
            dates = sorted({*run.dates, *broken.dates})
            window = Dates(run.window.first, broken.window.last)
            run = Broken(window, dates, len(dates), run.units + broken.units)
        else:
            if run:
                yield run
            run = broken
    if run:
        yield run
