"""How much of each layer a person is there for: the share-weighted part of its hours. Exact fractions."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise

from watchbill.domain import Person, percent_at
from watchbill.problem import Problem
from watchbill.times import DAY, EPOCH, Span, merged, midnight, minutes, without, zone

_FIRST, _NEVER = EPOCH.date(), EPOCH.replace(year=9000)


@dataclass(frozen=True, slots=True)
class Covered:
    """The minutes of a layer, one seat: sorted, disjoint starts and ends, and how many minutes lie before each."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]

    @property
    def whole(self) -> int:
        """All of its minutes."""
        return self.before[-1]

    def within(self, span: Span) -> int:
        """How many of its minutes lie in a span."""
        return self._until(minutes(span.end)) - self._until(minutes(span.start))

    def _until(self, minute: int) -> int:
        i = bisect_right(self.starts, minute) - 1
        return self.before[i] + min(minute, self.ends[i]) - self.starts[i] if i >= 0 else 0


def covered(spans: Sequence[Span]) -> Covered:
    """The minutes that some spans hold together."""
    union = merged(spans)
    starts, ends = tuple(minutes(span.start) for span in union), tuple(minutes(span.end) for span in union)
    lengths = (end - start for start, end in zip(starts, ends, strict=True))
    return Covered(starts, ends, tuple(accumulate(lengths, initial=0)))


def layers_covered(problem: Problem) -> dict[str, Covered]:
    """What this plan's turns of each layer cover, by `role/layer`."""
    spans: dict[str, list[Span]] = {key: [] for key in problem.layer}
    for turn in problem.turns:
        spans[turn.key] += turn.spans
    return {key: covered(listed) for key, listed in spans.items()}


def presence(person: Person, problem: Problem, layers: Mapping[str, Covered]) -> dict[str, Fraction]:
    """Presence by `role/layer`, for every layer; 0 where the person may not serve."""
    away = merged(leave.span for leave in problem.leaves_of[person.id] if leave.approved)
    there = [(piece, percent) for span, percent in _shares(person) for piece in without((span,), away)]
    out = dict.fromkeys(layers, Fraction(0))
    for key, layer in layers.items():
        if layer.whole and person.id in problem.servers.get(key, ()):
            out[key] = Fraction(sum(percent * layer.within(span) for span, percent in there), 100 * layer.whole)
    return out


def _shares(person: Person) -> Iterator[tuple[Span, int]]:
    """The stretches of the home clock at which a person works here and is not excused, with the share in percent."""
    changes = {step.since for step in person.shares}
    changes |= {day for day in (person.joined, person.left and person.left + DAY) if day}
    changes |= {day for dates in person.excused for day in (dates.first, dates.last + DAY)}
    days = [_FIRST, *sorted(day for day in changes if day > _FIRST)]
    cuts = [EPOCH, *(midnight(day, zone(person.zone)) for day in days[1:]), _NEVER]
    for day, (start, end) in zip(days, pairwise(cuts), strict=True):
        percent = 0 if any(day in dates for dates in person.excused) else percent_at(person, day)
        if percent:
            yield Span(start, end), percent
