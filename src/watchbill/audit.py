"""Judges any plan by every rule, without the solver: what people really hold, counted again."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from watchbill.domain import Part, Shift
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules.base import Rule, Stint
from watchbill.times import common, without


class PlanRoster:
    """Implements `rules.base.Roster` for parts by shift id; a shift that is missing is a hole."""

    def __init__(self, problem: Problem, loads: Loads, parts: Mapping[str, Sequence[Part]]) -> None:
        self.problem = problem
        self.loads = loads
        self._parts = parts

    @property
    def given(self) -> Mapping[str, Sequence[Part]]:
        """The parts as the plan names them, by shift id."""
        return self._parts

    @cached_property
    def parts(self) -> Mapping[str, Sequence[Stint]]:
        """Stints by shift id, this plan's only."""
        return {shift.id: _stints(shift, self._parts.get(shift.id, ())) for shift in self.problem.shifts}

    def stints(self, person: str) -> Sequence[Stint]:
        """What a person holds, in order of start, neighbours included."""
        return self._by_person.get(person, ())

    def holders(self, shift: Shift) -> Sequence[str]:
        """Who holds some of this turn, all seats together, in order of people."""
        return self._by_turn.get(shift.turn, ())

    @cached_property
    def _all(self) -> tuple[Stint, ...]:
        own = [stint for stints in self.parts.values() for stint in stints]
        neighbours = (*self.problem.before, *self.problem.after)
        own += [stint for held in neighbours for stint in _stints(held.shift, held.parts, fixed=True)]
        return tuple(sorted(own, key=lambda stint: (stint.spans[0].start, stint.shift.id)))

    @cached_property
    def _by_person(self) -> Mapping[str, tuple[Stint, ...]]:
        out: dict[str, list[Stint]] = {}
        for stint in self._all:
            out.setdefault(stint.person, []).append(stint)
        return {person: tuple(stints) for person, stints in out.items()}

    @cached_property
    def _by_turn(self) -> Mapping[str, tuple[str, ...]]:
        order = {person.id: n for n, person in enumerate(self.problem.people)}
        out: dict[str, set[str]] = {}
        for stint in self._all:
            out.setdefault(stint.shift.turn, set()).add(stint.person)
        return {turn: tuple(sorted(people, key=lambda p: (order.get(p, -1), p))) for turn, people in out.items()}


def _stints(shift: Shift, parts: Iterable[Part], *, fixed: bool = False) -> tuple[Stint, ...]:
    """What each part really holds; parts outside the shift's hours hold nothing."""
    held = ((part.person, common(shift.spans, (part.span,))) for part in parts)
    return tuple(Stint(shift, person, spans, fixed) for person, spans in held if spans)


def whole(
    problem: Problem, holders: Mapping[str, str], reliefs: Mapping[str, Sequence[Part]] | None = None
) -> dict[str, tuple[Part, ...]]:
    """Parts for a plan in which each shift has one holder from start to end, but for what others relieve them of."""
    known = reliefs or {}
    return {
        shift.id: relieved(Part(holders[shift.id], shift.start, shift.end), known.get(shift.id, ()))
        for shift in problem.shifts
        if shift.id in holders
    }


def relieved(part: Part, reliefs: Sequence[Part]) -> tuple[Part, ...]:
    """A part cut around those that others take of it, in order of start."""
    kept = without((part.span,), [taken.span for taken in reliefs])
    own = (Part(part.person, span.start, span.end) for span in kept)
    return tuple(sorted((*own, *reliefs), key=lambda one: one.start))


def audit(
    problem: Problem, rules: Sequence[Rule], parts: Mapping[str, Sequence[Part]], loads: Loads | None = None
) -> tuple[Finding, ...]:
    """Every finding of every rule: hard ones first, then in order of date and rule."""
    roster = PlanRoster(problem, loads or Loads(problem), parts)
    found = [finding for rule in rules for finding in rule.check(roster)]
    return tuple(sorted(found, key=lambda f: (not f.hard, f.day is None, f.day or problem.period.first)))
