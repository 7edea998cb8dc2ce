"""Who can serve which turns before anything is decided: by the rules that bar people, the same that planning posts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from watchbill.domain import Layer, Shift
from watchbill.problem import Problem
from watchbill.rules import Rule
from watchbill.rules.leave import clashes
from watchbill.timeline import Timeline
from watchbill.times import DAY, Span, merged, wall, zone

RESERVE = 1


@dataclass(frozen=True)
class Serving:
    """Who is barred from which turns: `away` by leave and `never`, `barred` by anything else, as (person, turn)."""

    problem: Problem
    barred: frozenset[tuple[str, str]]
    away: frozenset[tuple[str, str]]

    @cached_property
    def able(self) -> Mapping[str, tuple[Shift, ...]]:
        """By person the turns that they could hold if they were never away, in order of start."""
        turns = self.problem.turns
        return {p.id: tuple(t for t in turns if (p.id, t.turn) not in self.barred) for p in self.problem.people}

    @cached_property
    def able_by_layer(self) -> Mapping[str, Mapping[str, int]]:
        """By person and layer how many turns that is."""
        return {person: Counter(turn.key for turn in turns) for person, turns in self.able.items()}

    @cached_property
    def takers(self) -> Mapping[str, tuple[str, ...]]:
        """By turn everyone who can hold it, in order of people."""
        out: dict[str, list[str]] = {turn.turn: [] for turn in self.problem.turns}
        for person, turns in self.able.items():
            for turn in turns:
                if (person, turn.turn) not in self.away:
                    out[turn.turn].append(person)
        return {turn: tuple(people) for turn, people in out.items()}

    def blocked(self, person: str) -> tuple[Shift, ...]:
        """The turns that someone could hold if they were not away."""
        return tuple(turn for turn in self.able[person] if (person, turn.turn) in self.away)

    def blocked_by(self, person: str, away: Iterable[Span]) -> tuple[Shift, ...]:
        """The turns that these spans of absence alone take from someone."""
        spans = merged(away)
        touched, may_miss = self._timelines[person].sharing(spans), self._may_miss
        return tuple(turn for turn in touched if clashes(turn, spans, may_miss[turn.key])) if may_miss else touched

    @cached_property
    def _may_miss(self) -> Mapping[str, timedelta]:
        """By layer how much of a turn one may miss; empty where nobody may miss anything."""
        layers = self.problem.layer
        return {key: one.may_miss for key, one in layers.items()} if any(o.may_miss for o in layers.values()) else {}

    @cached_property
    def _timelines(self) -> Mapping[str, Timeline]:
        return {person: Timeline(turns) for person, turns in self.able.items()}


def serving(problem: Problem, rules: Sequence[Rule]) -> Serving:
    """Who can serve what under these rules."""
    away: set[tuple[str, str]] = set()
    barred: set[tuple[str, str]] = set()
    for rule in rules:
        found = away if rule.kind == "leave" else barred
        found.update((person, turn.turn) for person, turn in rule.bars(problem))
    return Serving(problem, frozenset(barred), frozenset(away))


# ---------------------------------------------------------------------------------------------------------- weeks


@dataclass(frozen=True, slots=True)
class Staffed:
    """A layer and its weeks: by Monday, on the layer's clock, how many can serve the turn with the fewest."""

    layer: Layer
    seats: int
    weeks: Mapping[date, int]

    @property
    def enough(self) -> int:
        """The seats, and one in reserve."""
        return self.seats + RESERVE


def staffed(serving: Serving) -> tuple[Staffed, ...]:
    """Every layer of a problem, in order of the file."""
    turns: dict[str, list[Shift]] = {}
    for turn in serving.problem.turns:
        turns.setdefault(turn.key, []).append(turn)
    layers = serving.problem.layer.values()
    return tuple(_staffed(serving, layer, turns[layer.key]) for layer in layers if layer.key in turns)


def _staffed(serving: Serving, layer: Layer, turns: Sequence[Shift]) -> Staffed:
    least: dict[date, int] = {}
    for turn in turns:
        many = len(serving.takers[turn.turn])
        for monday in _mondays(turn, layer):
            least[monday] = min(many, least.get(monday, many))
    return Staffed(layer, serving.problem.role[layer.role].seats, dict(sorted(least.items())))


def _mondays(turn: Shift, layer: Layer) -> Iterable[date]:
    """The weeks that a turn is in: the end of its last day belongs to the week in which that day began."""
    tz = zone(layer.zone)
    first = wall(turn.start, tz).date()
    last = max(first, wall(turn.end - DAY, tz).date())
    monday, end = (day - timedelta(days=day.weekday()) for day in (first, last))
    return (monday + timedelta(weeks=n) for n in range((end - monday).days // 7 + 1))
