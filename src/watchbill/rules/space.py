"""Space: the turns of one person lie apart."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from watchbill.domain import Person, Shift
from watchbill.fields import Lapse, Names
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules._blind import blind_board, blind_roster
from watchbill.rules._exceptions import Excepted, SpaceExcepted
from watchbill.rules._held import Holding, holdings, neighbours
from watchbill.rules._lapse import After, after, lasting
from watchbill.rules._words import length, verb
from watchbill.rules.base import Board, Linear, Roster, Rule, in_scope, names
from watchbill.times import Span

TIER = "stability"
Reach = Mapping[datetime, Sequence[Shift]]


class Space(Rule):
    """From the end of one turn to the start of the next one of the same person lies some time.

    Lengths in days are counted on the clock of the layer whose turn ends.

    `at_least` is as hard as the strength says; `ideally` costs in the tier of stability: the weight, for each start
    of a turn that lies within that time of one turn too many. `people`, `roles` and `layers` choose whose turns count,
    and which.
    """

    milder: ClassVar[Mapping[str, str]] = {"at_least": "less"}
    exempting: ClassVar[type[Excepted]] = SpaceExcepted
    kind: Literal["space"] = "space"
    at_least: Lapse | None = None
    ideally: Lapse | None = None
    people: Names = ()
    roles: Names = ()
    layers: Names = ()
    exceptions: tuple[SpaceExcepted, ...] = Field(default=(), alias="except")

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if self.at_least is None and self.ideally is None:
            raise ValueError("a space rule asks for nothing. Add at_least: 7 days or ideally: 21 days.")
        if self.at_least and self.ideally and self.ideally < self.at_least:
            raise ValueError("ideally is shorter than at_least. Swap the two lengths of time.")
        return self

    def post(self, board: Board) -> None:
        """One row for each person and moment: how many of their turns are too near to it to have another one."""
        for gap, tier, exceptions in self._demands():
            self._post_demand(blind_board(board, exceptions), gap, tier)

    def _post_demand(self, board: Board, gap: timedelta, tier: str | None) -> None:
        near = neighbours(board.problem)
        turns = [turn for turn in board.problem.turns if self._counts(turn)]
        until = after(board.problem, gap)
        reach = _reach(turns, self._moments(board.problem), until)
        lost = frozenset() if tier else _inside_next(reach)
        for person in self._chosen(board.problem):
            held = [holding for holding in near.get(person.id, ()) if self._counts(holding.shift)]
            if board.problem.reliefs:
                self._post_parts(board, person, held, until, tier)
                continue
            extra = _reach(turns, [h.start for h in held if h.start not in reach], until)
            for moment, nearby in (*reach.items(), *extra.items()):
                fixed = len(_reaching(held, moment, until))
                if fixed or moment not in lost:
                    what = board.count(person.id, nearby).add(Linear(constant=fixed))
                    self._post_row(board, what, max(1, fixed), tier)

    def _post_parts(
        self, board: Board, person: Person, held: Sequence[Holding], until: After, tier: str | None
    ) -> None:
        """The same where turns can be held in part; softly, the start of a part counts for whoever holds it."""
        turns = [choice for choice in board.problem.choices_of[person.id] if self._counts(choice)]
        always = {*self._moments(board.problem), *(holding.start for holding in held)}
        starting: dict[datetime, list[Shift]] = {}
        for choice in turns:
            starting.setdefault(choice.start, []).append(choice)
        for moment, nearby in _reach(turns, always | starting.keys(), until).items():
            fixed = len(_reaching(held, moment, until))
            what = board.count(person.id, nearby).add(Linear(constant=fixed))
            most = max(1, fixed)
            if tier and moment not in always:
                unless = len(nearby) + fixed
                what.add(board.count(person.id, starting[moment]), unless)
                most += unless
            self._post_row(board, what, most, tier)

    def check(self, roster: Roster) -> Iterator[Finding]:
        """One finding for each pair that is too close; where it is soft, for each set of turns that are."""
        facts = self._moments(roster.problem)
        for gap, tier, exceptions in self._demands():
            seen, until = blind_roster(roster, exceptions), after(roster.problem, gap)
            for person in self._chosen(roster.problem):
                held = [holding for holding in holdings(seen, person.id) if self._counts(holding.shift)]
                close = _too_close(held, facts, until) if tier else _pairs(held, until)
                for listed, units in close.items():
                    yield self._finding(roster.problem, person, [held[n] for n in listed], gap, tier, units)

    def derived(self, people: Iterable[Person], source: int) -> Iterator[Self]:
        """As for every rule; `ideally` stays with the rule itself."""
        return (rule.model_copy(update={"ideally": None}) for rule in super().derived(people, source))

    def _demands(self) -> Iterator[tuple[timedelta, str | None, Sequence[Excepted]]]:
        """Each length of time with the tier in which it costs, None if it is hard, and what it does not see.

        An exception with a number changes that number alone.
        """
        if self.at_least:
            yield self.at_least, None if self.hard else "should", self.exceptions
        if self.ideally:
            yield self.ideally, TIER, [one for one in self.exceptions if not one.numbers]

    def _counts(self, turn: Shift) -> bool:
        return in_scope(turn, (*self.roles, *self.layers))

    def _chosen(self, problem: Problem) -> Sequence[Person]:
        return [person for person in problem.people if self.binds(person)]

    def _moments(self, problem: Problem) -> Sequence[datetime]:
        return sorted({turn.start for turn in problem.all_turns if self._counts(turn)})

    def _post_row(self, board: Board, what: Linear, most: int, tier: str | None) -> None:
        if tier is None:
            board.require(what, at_most=most, rule=self.kind)
        else:
            board.penalise(what, at_most=most, tier=tier, weight=self.weight)

    def _finding(
        self, problem: Problem, person: Person, held: Sequence[Holding], gap: timedelta, tier: str | None, units: int
    ) -> Finding:
        shifts = [holding.shift for holding in held]
        least = min(_apart(problem, earlier, later, gap) for earlier, later in pairwise(held))
        apart = f"{length(least)} apart" if least > timedelta() else "back to back" if not least else "at once"
        ids = " and ".join(shift.id for shift in shifts)
        wanted = f"{length(gap)} {verb(gap)} {'due' if tier is None else 'wanted'}"
        sentence = f"{names(problem, [person.id])} holds {ids} {apart}; {wanted}"
        finding = self.finding(sentence, people=[person.id], shifts=shifts)
        return replace(finding, hard=tier is None, tier=tier, cost=units * self.weight if tier else 0)


def _reach(turns: Sequence[Shift], moments: Iterable[datetime], until: After) -> Reach:
    """For each moment, the turns that have begun and whose end, and the gap after it, lie not yet behind."""
    out: dict[datetime, list[Shift]] = {}
    wanted = sorted(moments)
    for turn in sorted(turns, key=lambda turn: (turn.start, turn.turn)):
        for moment in wanted[bisect_left(wanted, turn.start) : bisect_left(wanted, until(turn, turn.end))]:
            out.setdefault(moment, []).append(turn)
    return {moment: out.get(moment, []) for moment in wanted}


def _inside_next(reach: Reach) -> frozenset[datetime]:
    """Moments whose turns all reach the next moment too: hard, the next row says it all."""
    ids = [(moment, {turn.turn for turn in turns}) for moment, turns in reach.items()]
    return frozenset(moment for (moment, turns), (_, later) in pairwise(ids) if turns <= later)


def _reaching(held: Sequence[Holding], moment: datetime, until: After) -> tuple[int, ...]:
    return tuple(n for n, h in enumerate(held) if h.start <= moment < until(h.shift, h.end))


def _apart(problem: Problem, earlier: Holding, later: Holding, gap: timedelta) -> timedelta:
    """The time from the end of one to the start of the next; below zero where they share time."""
    if later.start <= earlier.end:
        return later.start - earlier.end
    return lasting(problem, earlier.shift, Span(earlier.end, later.start), gap)


def _pairs(held: Sequence[Holding], until: After) -> Mapping[tuple[int, ...], int]:
    """Pairs of holdings that are too close and not both fixed."""
    ends = [until(holding.shift, holding.end) for holding in held]
    numbered = combinations(range(len(held)), 2)
    return {(n, m): 1 for n, m in numbered if held[m].start < ends[n] and not (held[n].fixed and held[m].fixed)}


def _too_close(held: Sequence[Holding], facts: Sequence[datetime], until: After) -> Mapping[tuple[int, ...], int]:
    """Sets of holdings that reach the same moments, and by how many they are too many, over all moments."""
    out: dict[tuple[int, ...], int] = {}
    for moment in sorted({*facts, *(holding.start for holding in held)}):
        near = _reaching(held, moment, until)
        over = len(near) - max(1, sum(held[n].fixed for n in near))
        if over > 0:
            out[near] = out.get(near, 0) + over
    return out
