"""Plans in which others take what a holder may miss (`may_miss`): every one of them, for twins and brute force."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations, permutations, product

from twins import tier_costs
from watchbill.audit import audit, relieved, whole
from watchbill.domain import Part, Relief, Shift
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.rules.base import Rule
from watchbill.solve.board import PlanBoard
from watchbill.solve.cpsat import CpSat
from watchbill.solve.limits import Effort, Watch
from watchbill.solve.model import Model, Objective, Row


@dataclass(frozen=True)
class Given:
    """A plan: holders by shift id, who takes what of it, and the same as choices of people by id of the choice."""

    holders: Mapping[str, str]
    reliefs: Mapping[str, tuple[Part, ...]]
    choices: frozenset[tuple[str, str]]


def lax(problem: Problem, hours: float, *roles: str) -> Problem:
    """The problem with so much `may_miss` in the layers of some roles, all if none is named."""
    return replace(
        problem,
        roles=tuple(
            replace(role, layers=tuple(replace(layer, may_miss=timedelta(hours=hours)) for layer in role.layers))
            if not roles or role.id in roles
            else role
            for role in problem.roles
        ),
    )


def every_given(problem: Problem) -> Iterator[Given]:
    """Every plan: whoever may miss some of a turn holds it whole, or is relieved by any others."""
    turns = [list(_ways(problem, turn)) for turn in problem.turns]
    for picked in product(*turns):
        holders: dict[str, str] = {}
        reliefs: dict[str, tuple[Part, ...]] = {}
        chosen: set[tuple[str, str]] = set()
        for held, taken, choices in picked:
            holders |= held
            reliefs |= taken
            chosen |= choices
        yield Given(holders, reliefs, frozenset(chosen))


def every_holding(problem: Problem, shift: Shift, person: str) -> Iterator[tuple[Part, ...]]:
    """The parts of a shift that someone holds: the whole, and every way in which others take what they may miss."""
    for taken, _ in _held(problem, shift, person):
        yield relieved(Part(person, shift.start, shift.end), taken)


Way = tuple[dict[str, str], dict[str, tuple[Part, ...]], set[tuple[str, str]]]


def _ways(problem: Problem, turn: Shift) -> Iterator[Way]:
    seats = [shift.id for shift in problem.shifts if shift.turn == turn.turn]
    for people in combinations([person.id for person in problem.people], len(seats)):
        for each in product(*(_held(problem, turn, person) for person in people)):
            held = dict(zip(seats, people, strict=True))
            taken = {seat: parts for seat, (parts, _) in zip(seats, each, strict=True) if parts}
            choices = [choice for _, chosen in each for choice in chosen]
            if len({person for person, _ in choices}) == len(choices):
                yield held, taken, set(choices)


def _held(problem: Problem, turn: Shift, holder: str) -> Iterator[tuple[tuple[Part, ...], list[tuple[str, str]]]]:
    yield (), [(holder, turn.turn)]
    for relief in problem.reliefs_of.get(turn.turn, ()):
        if relief.person == holder:
            yield from _relieved(problem, relief)


def _relieved(problem: Problem, relief: Relief) -> Iterator[tuple[tuple[Part, ...], list[tuple[str, str]]]]:
    others = [person.id for person in problem.people if person.id != relief.person]
    for runs in _tilings(relief):
        for people in permutations(others, len(runs)):
            parts: list[Part] = []
            for person, (run, _) in zip(people, runs, strict=True):
                parts += [Part(person, s[0].start, s[-1].end) for s in relief.missed[run.start : run.stop]]
            taken = [(person, offer.turn) for person, (_, offer) in zip(people, runs, strict=True)]
            yield tuple(sorted(parts, key=lambda part: part.start)), [(relief.person, relief.kept.turn), *taken]


def _tilings(relief: Relief, first: int = 0) -> Iterator[list[tuple[range, Shift]]]:
    if first == len(relief.missed):
        yield []
    for run, offer in relief.offers:
        if run.start == first:
            for rest in _tilings(relief, run.stop):
                yield [(run, offer), *rest]


def judged(problem: Problem, rules: Sequence[Rule], given: Given, loads: Loads) -> dict[str, int] | None:
    """What a plan costs by tier, counted by the audit; None if it is no plan."""
    findings = audit(problem, rules, whole(problem, given.holders, given.reliefs), loads)
    return None if any(finding.hard for finding in findings) else tier_costs(findings)


def assert_relief_twins(problem: Problem, rules: Sequence[Rule]) -> None:
    """Holds `post` against `check` on every plan with reliefs; that some have them, and are judged differently."""
    loads = Loads(problem)
    board = PlanBoard(problem, loads)
    for rule in rules:
        rule.post(board)
    seen, relieved = set(), False
    for given in every_given(problem):
        cost = judged(problem, rules, given, loads)
        assert model_costs(board, given) == cost, (
            given,
            audit(problem, rules, whole(problem, given.holders, given.reliefs)),
        )
        seen.add(repr(cost))
        relieved |= bool(given.reliefs) and cost is not None
    assert relieved, "nobody was relieved in any plan: the test cannot fail"
    assert len(seen) > 1, "every plan was judged alike: the test cannot fail"


def model_costs(board: PlanBoard, given: Given) -> dict[str, int] | None:
    """The least cost by tier that the model admits for a plan, without zeros; None if it refuses the plan."""
    model = board.model
    if any(choice not in board.choices for choice in given.choices):
        return None
    fixed = Model(list(model.lower), list(model.upper), rows=list(model.rows), tiers=model.tiers)
    for choice, variable in board.choices.items():
        fixed.rows.append(Row([variable], [1], int(choice in given.choices), int(choice in given.choices), "plan"))
    out = {}
    for tier, objective in {"": Objective(), **model.tiers}.items():
        answer = CpSat(fixed).solve(objective, None, Effort(), Watch(), work=10)
        if answer.values is None:
            return None
        out[tier] = objective.value(answer.values)
    return {tier: cost for tier, cost in sorted(out.items()) if cost}
