"""`pair`: who is on call together, looked at for every set of turns that ever run at the same time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self, TypeVar

from pydantic import PrivateAttr, model_validator

from watchbill.domain import Shift, turn_of
from watchbill.fields import Names
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules._blind import blind_board, blind_roster
from watchbill.rules._exceptions import Excepted, Sight
from watchbill.rules.base import Board, Linear, Roster, Rule, Stint, in_scope, names
from watchbill.times import Span

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Crew:
    """People of whom at least one, or at most one, is on call at a time; `words` name them in a sentence."""

    words: str
    people: frozenset[str]
    needed: bool


class Pair(Rule):
    """At least one person with a tag among those on call together, never two with a tag, some people apart.

    `roles` and `layers` (`role/layer`) say whose turns count; empty means all.
    """

    kind: Literal["pair"] = "pair"
    roles: Names = ()
    layers: Names = ()
    at_least_one: Names = ()
    never_two: Names = ()
    apart: Names = ()
    _unasked: frozenset[frozenset[str]] = PrivateAttr(default=frozenset())

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not (self.at_least_one or self.never_two or self.apart):
            raise ValueError("pair asks for nothing. Add at_least_one: TAG, never_two: TAG or apart: [PERSON, PERSON].")
        if len(self.apart) == 1:
            raise ValueError(f'apart names only "{self.apart[0]}". Name two people or more.')
        return self

    def post(self, board: Board) -> None:
        """Bounds, for every set of turns that run together, how many of its seats go to each crew."""
        board = blind_board(board, self.exceptions)
        turns = [turn for turn in board.problem.all_choices if self._in_scope(turn)]
        own: dict[tuple[str, ...], list[tuple[Shift, ...]]] = {}
        for running in together(turns):
            if not all(board.is_fixed(turn) for turn in running):
                own.setdefault(_where(board.problem, running), []).append(running)
        for crew in self._crews(board.problem):
            sums = {turn.turn: _held_by(board, turn, crew.people) for turn in turns}
            for moments in own.values():
                if self._applies(crew, moments[0], board.problem):
                    self._post_one(board, crew, [[sums[turn.turn] for turn in running] for running in moments])

    def _post_one(self, board: Board, crew: Crew, moments: Sequence[Sequence[Linear]]) -> None:
        """The same turns at several moments differ in who is relieved: softly, the worst one costs."""
        held = [_sum(sums) for sums in moments]
        # The constant is what neighbouring plans have decided: not this plan's fault.
        over = [Linear(constant=1) - sum_ if crew.needed else sum_ + _beyond(sum_) for sum_ in held]
        if not self.hard:
            board.penalise_worst(over, at_most=0, tier="should", weight=self.weight)
            return
        for sum_ in held:
            if crew.needed:
                board.require(sum_, at_least=1, rule=self.kind)
            else:
                board.require(sum_, at_most=max(1, sum_.constant), rule=self.kind)

    def check(self, roster: Roster) -> Iterator[Finding]:
        """One finding for each set of turns that run together and each group of people that breaks the rule.

        Softly only the worst one for each set of turns, whoever is relieved by whom in between.
        """
        found: dict[tuple[int, tuple[str, ...]], list[Finding]] = {}
        for key, finding in self._found(blind_roster(roster, self.exceptions)):
            found.setdefault(key, []).append(finding)
        for listed in found.values():
            yield from listed if self.hard else [max(listed, key=lambda finding: finding.cost)]

    def _found(self, roster: Roster) -> Iterator[tuple[tuple[int, tuple[str, ...]], Finding]]:
        """Everything that breaks the rule, by crew and turns."""
        crews = self._crews(roster.problem)
        seen: set[tuple[int, tuple[str, ...], tuple[tuple[str, str], ...]]] = set()
        for turns, stints in self._moments(roster):
            for n, crew in enumerate(crews):
                members = [stint for stint in stints if stint.person in crew.people]
                where = tuple(turn.turn for turn in turns)
                key = (n, where, tuple((stint.shift.turn, stint.person) for stint in members))
                if key not in seen and self._applies(crew, turns, roster.problem):
                    seen.add(key)
                    for finding in self._judge(crew, turns, members, stints, roster.problem):
                        yield (n, where), finding

    def _judge(
        self, crew: Crew, turns: Sequence[Shift], members: Sequence[Stint], stints: Sequence[Stint], problem: Problem
    ) -> Iterator[Finding]:
        named = sorted(turns, key=lambda turn: turn.id not in problem.shift)
        together_on = " + ".join(turn.turn for turn in turns)
        if crew.needed and not members:
            people = tuple(dict.fromkeys(stint.person for stint in stints))
            sentence = f"nobody {crew.words} is on call in {together_on}: {names(problem, people)}"
            yield self.finding(sentence, people=people, shifts=named)
        fixed = sum(stint.fixed for stint in members)
        if not crew.needed and len(members) > max(1, fixed):
            people = tuple(dict.fromkeys(stint.person for stint in members))
            sentence = f"{names(problem, people)} {crew.words} are on call together in {together_on}"
            yield self.finding(sentence, len(members) - max(1, fixed), people=people, shifts=named)

    def _moments(self, roster: Roster) -> Iterator[tuple[Sequence[Shift], Sequence[Stint]]]:
        """What runs at each moment of this plan: the turns, and who really holds them (each person once a turn)."""
        turns = [turn for turn in roster.problem.all_turns if self._in_scope(turn)]
        order = {turn.turn: n for n, turn in enumerate(turns)}
        stints = [stint for p in roster.problem.people for stint in roster.stints(p.id) if stint.shift.turn in order]
        stints.sort(key=lambda stint: order[stint.shift.turn])
        items: list[tuple[Sequence[Span], Shift | Stint]] = [(turn.spans, turn) for turn in turns]
        for running in sweep([*items, *((stint.spans, stint) for stint in stints)]):
            on = [item for item in running if isinstance(item, Shift)]
            if any(turn.id in roster.problem.shift for turn in on):
                held = {(s.shift.turn, s.person): s for s in running if isinstance(s, Stint)}
                yield on, tuple(held.values())

    def not_asking(self, turns: Iterable[str]) -> "Pair":
        """The rule without what it asks for while exactly these turns run, by id."""
        rule = self.model_copy()
        rule._unasked = self._unasked | {frozenset(turns)}
        return rule

    def _against(self, one: Excepted) -> Iterator[tuple[str, str]]:
        if self.at_least_one and not one.for_all:
            key = "people" if one.people else "tags"
            remedy = f"Leave {key} out, or write at_least_one in a rule of its own."
            yield key, f"at_least_one asks for somebody, so it cannot overlook single people. {remedy}"
        yield from super()._against(one)

    def _in_scope(self, turn: Shift) -> bool:
        return in_scope(turn, (*self.roles, *self.layers))

    def _crews(self, problem: Problem) -> list[Crew]:
        def tagged(tag: str) -> frozenset[str]:
            return frozenset(person.id for person in problem.people if tag in person.tags)

        out = [Crew(f'with the tag "{tag}"', tagged(tag), True) for tag in self.at_least_one]
        out += [Crew(f'with the tag "{tag}"', tagged(tag), False) for tag in self.never_two]
        return out + ([Crew("of one group", frozenset(self.apart), False)] if self.apart else [])

    def _applies(self, crew: Crew, running: Sequence[Shift], problem: Problem) -> bool:
        """A needed tag is asked for where two of the roles run, or where the one role runs that is named.

        But not where turns run that nobody is seen in.
        """
        if self._unasked and _own(running, problem) in self._unasked:
            return False
        if crew.needed and self.exceptions:
            sight = Sight(self.exceptions, problem)
            if any(sight.hides_from_all(turn) for turn in running):
                return False
        scope = (*self.roles, *self.layers)
        roles = {la.role for la in problem.layer.values() if not scope or la.role in scope or la.key in scope}
        return not crew.needed or len({turn.role for turn in running}) >= min(2, len(roles))


def together(turns: Sequence[Shift]) -> list[tuple[Shift, ...]]:
    """Every distinct set of turns that run at the same time, in order of time."""
    return list({tuple(t.turn for t in on): on for on in sweep([(turn.spans, turn) for turn in turns])}.values())


def sweep(items: Sequence[tuple[Sequence[Span], T]]) -> Iterator[tuple[T, ...]]:
    """What runs between each two moments at which anything starts or ends, in the order given; never nothing."""
    changes: dict[datetime, list[tuple[int, bool]]] = {}
    for n, (spans, _) in enumerate(items):
        for span in spans:
            changes.setdefault(span.start, []).append((n, True))
            changes.setdefault(span.end, []).append((n, False))
    running: set[int] = set()
    for moment in sorted(changes):
        running.difference_update(n for n, starts in changes[moment] if not starts)
        running.update(n for n, starts in changes[moment] if starts)
        if running:
            yield tuple(items[n][1] for n in sorted(running))


def _where(problem: Problem, running: Sequence[Shift]) -> tuple[str, ...]:
    """The turns that run, whoever serves which part of them."""
    return tuple(turn.turn for turn in running if problem.is_whole(turn))


def _own(running: Sequence[Shift], problem: Problem) -> frozenset[str]:
    """The turns of this plan among those that run."""
    known = {shift.turn for shift in problem.shifts}
    return frozenset(turn for turn in (turn_of(one.turn) for one in running) if turn in known)


def _sum(sums: Sequence[Linear]) -> Linear:
    out = Linear()
    for part in sums:
        out.add(part)
    return out


def _beyond(held: Linear) -> Linear:
    return Linear(constant=-max(1, held.constant))


def _held_by(board: Board, turn: Shift, people: frozenset[str]) -> Linear:
    """How many seats of a turn go to these people."""
    out = Linear()
    for person in board.takers(turn):
        if person in people and person in board.problem.person:
            out.add(board.holds(person, turn))
    return out
