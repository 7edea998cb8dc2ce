"""Load, presence and reference, as `docs/design.md` defines them. Loads are integers: hundredths of an hour.

People whose zone, journeys, holidays and weekend are the same share one count of hours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from watchbill.domain import BUCKETS, Person, Shift
from watchbill.hours import Hours
from watchbill.presence import Covered, layers_covered, presence
from watchbill.problem import Problem
from watchbill.times import Span, minutes

_COUNTS_FROM = 4 * 60
_SLOPES = (1, 2, 4, 8)


@dataclass(slots=True)
class _Clock:
    """One count of hours, and the loads of whole turns on it, by turn, with the spans they rest on."""

    hours: Hours
    known: dict[str, tuple[tuple[Span, ...], dict[str, int]]] = field(default_factory=dict)
    layers: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Whole:
    """What a layer weighs in the mean over those who are present, by bucket, and the sum of their presences."""

    mean: Mapping[str, Fraction]
    presence: Fraction


class Loads:
    """What shifts weigh for whom, and what each person's part is, for one problem. Dicts it returns are shared."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._clocks: dict[object, _Clock] = {}
        self._clock_of: dict[str, _Clock] = {}
        self._presences: dict[str, dict[str, Fraction]] = {}
        self._references: dict[str, dict[str, int]] = {}

    def of(self, person: str, shift: Shift) -> dict[str, int]:
        """Load of a whole shift for a person by bucket."""
        clock = self._clock(person)
        known = clock.known.get(shift.turn)
        if known is None or (known[0] is not shift.spans and known[0] != shift.spans):
            known = (shift.spans, self.of_spans(person, shift.role, shift.spans))
            clock.known[shift.turn] = known
        return known[1]

    def of_spans(self, person: str, role: str, spans: Sequence[Span]) -> dict[str, int]:
        """Load of some spans served in a role for a person by bucket, rounded half up once."""
        weight = self.problem.role[role].weight if role in self.problem.role else 100
        sums = self._sums(person, spans)
        return {bucket: _hundredths(sum_ * weight) for bucket, sum_ in zip(BUCKETS, sums, strict=False)}

    def minutes(self, person: str, spans: Sequence[Span], kind: str) -> int:
        """Minutes of the spans that are `night`, `weekend` or `holiday` on the person's clock and calendar."""
        return self._sums(person, spans)[len(BUCKETS) + BUCKETS.index(kind)]

    def is_kind(self, person: str, spans: Sequence[Span], kind: str) -> bool:
        """Whether spans count as a night, weekend or holiday shift: from four of such hours on."""
        return self.minutes(person, spans, kind) >= _COUNTS_FROM

    def presence(self, person: str) -> dict[str, Fraction]:
        """Presence by `role/layer`, for every layer: the share-weighted part of its hours at which the person is there.

        There means: may serve the layer, is employed, neither excused nor on approved leave. 0 for who may not serve.
        """
        if person not in self._presences:
            known = self.problem.person.get(person)
            found = presence(known, self.problem, self._covered) if known else dict.fromkeys(self._covered, Fraction(0))
            self._presences[person] = found
        return self._presences[person]

    def reference(self, person: str) -> dict[str, int]:
        """The person's part of the whole by bucket."""
        if person not in self._references:
            self._references[person] = {bucket: self._part(person, bucket) for bucket in BUCKETS}
        return self._references[person]

    def buckets(self) -> tuple[str, ...]:
        """The buckets that count for fairness."""
        return tuple(bucket for bucket in BUCKETS if self.problem.fairness.buckets.get(bucket, 0) > 0)

    def mean_reference(self, bucket: str) -> int:
        """Mean of the references of those who have one in a bucket; 0 if nobody has."""
        return self._means[bucket]

    def lightest(self, bucket: str) -> int:
        """The lightest load above 0 that any turn has in a bucket for anyone who may serve it; 0 if there is none."""
        return self._lightest[bucket]

    def thresholds(self, person: str, bucket: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Points and slopes of the cost of a person's distance from their part: nothing up to the first point.

        The free band is the policy's percentage of the mean reference, at least half of the lightest load; the steps
        beyond it are scaled by the person's part, so that half a part is as far away after half as much.
        """
        mean = self._means[bucket]
        band = max(_half_up(Fraction(mean * self.problem.fairness.band, 100)), (self._lightest[bucket] + 1) // 2)
        part = Fraction(self.reference(person)[bucket], mean) if mean else Fraction(1)
        step = max(1, _half_up(max(Fraction(band), Fraction(mean, 10)) * part))
        return (band, band + step, band + 2 * step, band + 4 * step), _SLOPES

    # ------------------------------------------------------------------------------------------------------- hours

    def _sums(self, person: str, spans: Sequence[Span]) -> tuple[int, ...]:
        hours = self._clock(person).hours
        each = [hours.sums(minutes(span.start), minutes(span.end)) for span in spans]
        return tuple(map(sum, zip(*each, strict=True))) if each else (0,) * (2 * len(BUCKETS))

    def _clock(self, person: str) -> _Clock:
        if person not in self._clock_of:
            # Someone who left the team may still hold a shift of a neighbouring plan: the team's clock will do.
            who = self.problem.person.get(person) or Person(person, person, self.problem.zone)
            key = (who.zone, who.travel, who.holidays, who.own_holidays, who.weekend)
            if key not in self._clocks:
                self._clocks[key] = _Clock(Hours(who, self.problem.load, self.problem.lists))
                if self.problem.all_turns:
                    self._clocks[key].hours.reach(*self._range)
            self._clock_of[person] = self._clocks[key]
        return self._clock_of[person]

    @cached_property
    def _range(self) -> tuple[int, int]:
        turns = self.problem.all_turns
        return min(minutes(turn.start) for turn in turns), max(minutes(turn.end) for turn in turns)

    # ---------------------------------------------------------------------------------------------------- reference

    @cached_property
    def _covered(self) -> Mapping[str, Covered]:
        return layers_covered(self.problem)

    @cached_property
    def _wholes(self) -> Mapping[str, _Whole]:
        return {key: whole for key in self.problem.layer if (whole := self._whole(key))}

    def _whole(self, key: str) -> _Whole | None:
        """What all seats of a layer weigh in the mean over those who are present; None if nobody is."""
        there = [person for person in self.problem.servers.get(key, ()) if self.presence(person)[key]]
        if not there:
            return None
        loads = [self._layer_load(self._clock(person), person, key) for person in there]
        mean = {bucket: Fraction(sum(load[bucket] for load in loads), len(there)) for bucket in BUCKETS}
        return _Whole(mean, sum((self.presence(person)[key] for person in there), Fraction(0)))

    def _layer_load(self, clock: _Clock, person: str, key: str) -> dict[str, int]:
        if key not in clock.layers:
            loads = [self.of(person, shift) for shift in self.problem.shifts if shift.key == key]
            clock.layers[key] = {bucket: sum(load[bucket] for load in loads) for bucket in BUCKETS}
        return clock.layers[key]

    def _part(self, person: str, bucket: str) -> int:
        there = self.presence(person)
        parts = (whole.mean[bucket] * there[key] / whole.presence for key, whole in self._wholes.items() if there[key])
        return _half_up(sum(parts, Fraction(0)))

    @cached_property
    def _means(self) -> Mapping[str, int]:
        listed = [self.reference(person.id) for person in self.problem.people]
        above = {bucket: [parts[bucket] for parts in listed if parts[bucket]] for bucket in BUCKETS}
        return {bucket: _half_up(Fraction(sum(parts), len(parts))) if parts else 0 for bucket, parts in above.items()}

    @cached_property
    def _lightest(self) -> Mapping[str, int]:
        people = self.problem.servers.items()
        pairs = {(key, id(self._clock(person))): person for key, listed in people for person in listed}
        loads = [self.of(pairs[pair], turn) for turn in self.problem.turns for pair in pairs if pair[0] == turn.key]
        return {bucket: min((load[bucket] for load in loads if load[bucket]), default=0) for bucket in BUCKETS}


def _hundredths(percent_minutes: int) -> int:
    """Minutes x hour's percent x role's percent, as hundredths of an hour, half up."""
    return (percent_minutes + 3000) // 6000


def _half_up(number: Fraction) -> int:
    return (2 * number.numerator + number.denominator) // (2 * number.denominator)
