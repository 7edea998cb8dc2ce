"""Eligible: who may hold which turns, by role, layer, tag, and the dates at which someone is on the rota."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, Self

from pydantic import model_validator

from watchbill.clocks import off_rota
from watchbill.domain import Layer, Person, Role, Shift, is_guest
from watchbill.fields import Names
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules._blind import blind_board, blind_roster
from watchbill.rules._exceptions import Sight
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
        if (self.roles or self.layers or self.exceptions) and not self.tags:
            raise ValueError("an eligible rule names roles or layers, but not who may serve them. Add tags: [senior].")
        return self

    def post(self, board: Board) -> None:
        """Bars people, or prices each turn that someone without the tags holds."""
        board = blind_board(board, self.exceptions)
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
        roster = blind_roster(roster, self.exceptions)
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
        """Who does not serve a turn's layer or is off the rota in it; with tags, who only serves it by an exception."""
        if not self.tags:
            yield from _strangers(problem, dict.fromkeys((person.id for person in problem.people), problem.turns))
        elif self.hard and self.exceptions:
            sight = Sight(self.exceptions, problem)
            pairs = ((person, turn) for person in problem.people for turn in problem.turns)
            outside = (pair for pair in pairs if not self.admits(pair[0], pair[1].role, pair[1].key))
            yield from ((person.id, turn) for person, turn in outside if not sight.hides(person.id, turn))

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
        if not problem.may_serve(id_, shift.key):
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


def helpers(people: Sequence[Person], roles: Iterable[Role], rules: Sequence[Rule]) -> Mapping[str, tuple[str, ...]]:
    """By layer, where there are any, who serves it by exceptions only."""
    layers = [layer for role in roles for layer in role.layers]
    found = {layer.key: tuple(person.id for person in people if _helps(person, layer, rules)) for layer in layers}
    return {key: listed for key, listed in found.items() if listed}


def _helps(person: Person, layer: Layer, rules: Sequence[Rule]) -> bool:
    """Whether someone serves a layer by exceptions only, to every hard `eligible` rule that does not admit them."""
    if serves(person, layer, rules) or not serves(person, layer):
        return False
    hard = [rule for rule in rules if isinstance(rule, Eligible) and rule.hard]
    closed = [rule for rule in hard if not rule.admits(person, layer.role, layer.key)]
    return all(any(one.concerns(person) for one in rule.exceptions) for rule in closed)


def _strangers(problem: Problem, choices: Mapping[str, tuple[Shift, ...]]) -> Iterator[tuple[str, Shift]]:
    """Who does not serve the layers of which of their choices, or is off the rota in them."""
    serving = {key: frozenset((*people, *problem.helpers.get(key, ()))) for key, people in problem.servers.items()}
    for person in problem.people:
        always = _always_on_rota(person)
        for turn in choices[person.id]:
            if person.id not in serving[turn.key] or (not always and off_rota(person, turn.spans)):
                yield person.id, turn


def _always_on_rota(person: Person) -> bool:
    return person.joined is None and person.left is None and all(step.percent for step in person.shares)
