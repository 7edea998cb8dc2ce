"""Conflicts held against the real solver: problems in which only some causes are in force."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from watchbill.domain import Held, Person
from watchbill.explain.dates import gathered
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import Infeasible, Solved
from watchbill.rules import Cover, Eligible, Leave, Overlap, Pin, Rule
from watchbill.rules.base import Board
from watchbill.solve import Effort, solve
from watchbill.solve.labelled import Label

STANDING: tuple[Rule, ...] = (Eligible(), Leave(), Pin(), Overlap(), Cover())
FACTS = {"cover", "serves", "leave", "held", "pin", "joined", "left", "share"}


@dataclass
class Within:
    """A rule for some people or turns only."""

    rule: Rule
    people: Collection[str] | None = None
    turns: Collection[str] | None = None
    hard: bool = True

    def post(self, board: Board) -> None:
        whole = board.problem
        people = tuple(p for p in whole.people if self.people is None or p.id in self.people)
        shifts = tuple(s for s in whole.shifts if self.turns is None or s.turn in self.turns)
        board.problem = replace(whole, people=people, shifts=shifts)
        self.rule.post(board)
        board.problem = whole


class Pinned:
    """What pins ask for, without barring anybody else."""

    hard = True

    def post(self, board: Board) -> None:
        for pin in board.problem.pins:
            board.require(board.holds(pin.person, board.problem.shift[pin.shift]), at_least=1, rule="pin")


def possible(problem: Problem, rules: Sequence[Any]) -> bool:
    outcome = solve(problem, rules, effort=Effort(work=2.0), loads=Loads(problem))
    assert isinstance(outcome, Solved | Infeasible)
    return isinstance(outcome, Solved)


def possible_with(labels: Collection[Label], problem: Problem, rules: Sequence[Rule]) -> bool:
    """Whether a plan exists when nothing but these causes is in force; other turns may have any holders or none."""
    needed = {turn for label in labels if label.kind == "cover" for turn in label.turns}
    standing = (Eligible(), Leave(), Pinned(), Overlap(), Within(Cover(), turns=needed))
    return possible(_facts(labels, problem), [*standing, *_policies(labels, rules)])


def _facts(labels: Collection[Label], problem: Problem) -> Problem:
    served = {label.layer for label in labels if label.kind == "serves"}
    everyone = tuple(person.id for person in problem.people)
    return replace(
        problem,
        people=tuple(_person(person, labels) for person in problem.people),
        servers={key: people if key in served else everyone for key, people in problem.servers.items()},
        leaves=tuple(
            leave
            for leave in problem.leaves
            if any(la.person == leave.person and la.away and la.away.meets(leave.span) for la in labels)
        ),
        pins=tuple(
            pin
            for pin in problem.pins
            if any(
                la.kind == "pin" and la.person == pin.person and problem.shift[pin.shift].turn in la.turns
                for la in labels
            )
        ),
        before=tuple(_held(problem.before, labels)),
        after=tuple(_held(problem.after, labels)),
    )


def _person(person: Person, labels: Iterable[Label]) -> Person:
    kinds = {label.kind for label in labels if label.person == person.id}
    return replace(
        person,
        joined=person.joined if "joined" in kinds else None,
        left=person.left if "left" in kinds else None,
        shares=person.shares if "share" in kinds else (),
    )


def _held(held: Iterable[Held], labels: Iterable[Label]) -> Iterable[Held]:
    """Neighbours count where a cause names them, or where a rule for their holder may look at them."""
    listed = list(labels)
    fixed = {turn for label in listed if label.kind == "held" for turn in label.turns}
    ruled = {label.person for label in listed if label.kind not in FACTS}
    return [h for h in held if h.shift.turn in fixed or any(part.person in ruled for part in h.parts)]


def _policies(labels: Iterable[Label], rules: Sequence[Rule]) -> Iterator[Within]:
    own = gathered((label for label in labels if label.kind not in FACTS), lambda label: label.rule)
    for number, group in own.items():
        people = {label.person for label in group if label.person}
        turns = {turn for label in group for turn in label.turns}
        yield Within(rules[number], people or None, turns or None)
