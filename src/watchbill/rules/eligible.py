"""Eligible: who may hold which turns, by role, layer, tag, and the dates at which someone is on the rota."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, Self

from pydantic import model_validator

from watchbill.clocks import off_rota
from watchbill.domain import Layer, Person, Shift, is_guest
from watchbill.fields import Names
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules._held import open_turns
from watchbill.rules.base import Board, Linear, Roster, Rule, in_scope, names
from watchbill.times import Span


class Eligible(Rule):
    """Without options, always in force: layers are held by those who serve them, while they are on the rota.

    With `tags`: only people with one of them may hold turns of the `roles` and `layers` (all if none are named).
    """

    kind: Literal["eligible"] = "eligible"
    roles: Names = ()
    layers: Names = ()
    tags: Names = ()

    @model_validator(mode="after")
    def _says_who(self) -> Self:
        if (self.roles or self.layers) and not self.tags:
            raise ValueError("an eligible rule names roles or layers, but not who may serve them. Add tags: [senior].")
        return self

    def post(self, board: Board) -> None:
        """Bars people, or prices each turn that someone without the tags holds."""
        if not self.tags:
            for id_, turn in _strangers(board.problem, board.problem.choices_of):
                board.bar(id_, turn, self.kind)
        elif self.hard:
            for person, turn in self._outsiders(board):
                board.bar(person.id, turn, self.kind)
        else:
            what = Linear()
            for person, turn in self._outsiders(board):
                what.add(board.holds(person.id, turn, self.weight))
            board.cost(what, tier="should")

    def check(self, roster: Roster) -> Iterator[Finding]:
        """One finding for each person and turn."""
        seen = set()
        for stints in roster.parts.values():
            for stint in stints:
                reason = self._objection(roster.problem, stint.person, stint.shift, stint.spans)
                if reason and (stint.person, stint.shift.turn) not in seen:
                    seen.add((stint.person, stint.shift.turn))
                    who = names(roster.problem, [stint.person])
                    yield self.finding(f"{who} {reason}", people=[stint.person], shifts=[stint.shift])

    def admits(self, person: Person, role: str, key: str) -> bool:
        """Whether this rule lets a person serve a layer, given by its role and its `role/layer`."""
        scope = (*self.roles, *self.layers)
        concerned = not scope or role in scope or key in scope
        return not self.tags or not concerned or not set(self.tags).isdisjoint(person.tags)

    def bars(self, problem: Problem) -> Iterator[tuple[str, Shift]]:
        """Who does not serve a turn's layer or is off the rota in it; without tags only, which `servers` knows of."""
        if not self.tags:
            yield from _strangers(problem, dict.fromkeys((person.id for person in problem.people), problem.turns))

    def _outsiders(self, board: Board) -> Iterator[tuple[Person, Shift]]:
        for person in board.problem.people:
            if set(self.tags).isdisjoint(person.tags):
                for turn in open_turns(board, person.id):
                    if in_scope(turn, (*self.roles, *self.layers)):
                        yield person, turn

    def _objection(self, problem: Problem, id_: str, shift: Shift, spans: tuple[Span, ...]) -> str | None:
        person = problem.person.get(id_)
        if is_guest(id_):
            return None
        if person is None:
            return f"holds {shift.id}, but is not in the team"
        if self.tags:
            tags = " or ".join(self.tags)
            return None if self.admits(person, shift.role, shift.key) else f"holds {shift.id}, but is not {tags}"
        if id_ not in problem.servers[shift.key]:
            return f"holds {shift.id}, but does not serve {shift.key}"
        off = off_rota(person, spans)
        return f"holds {shift.id}, but is not on the rota on {off}" if off else None


def serves(person: Person, layer: Layer, rules: Iterable[Rule] = ()) -> bool:
    """Whether someone serves a layer: by their roles, by the layer's `who`, and by every hard `eligible` rule."""
    if person.roles is not None and layer.role not in person.roles and layer.key not in person.roles:
        return False
    if layer.who is not None and not {person.id, *person.tags} & set(layer.who):
        return False
    hard = (rule for rule in rules if isinstance(rule, Eligible) and rule.hard)
    return all(rule.admits(person, layer.role, layer.key) for rule in hard)


def _strangers(problem: Problem, choices: Mapping[str, tuple[Shift, ...]]) -> Iterator[tuple[str, Shift]]:
    """Who does not serve the layers of which of their choices, or is off the rota in them."""
    serving = {key: frozenset(people) for key, people in problem.servers.items()}
    for person in problem.people:
        always = _always_on_rota(person)
        for turn in choices[person.id]:
            if person.id not in serving[turn.key] or (not always and off_rota(person, turn.spans)):
                yield person.id, turn


def _always_on_rota(person: Person) -> bool:
    return person.joined is None and person.left is None and all(step.percent for step in person.shares)
