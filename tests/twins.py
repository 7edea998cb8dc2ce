"""The twin test: on tiny problems the model accepts a plan exactly when `check` finds nothing hard, at the same cost.

Every plan is enumerated: for each turn every choice of as many people as it has seats.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from watchbill.audit import audit, whole
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules.base import Rule
from watchbill.solve.board import PlanBoard
from watchbill.solve.cpsat import CpSat
from watchbill.solve.limits import Effort, Watch
from watchbill.solve.model import Model, Objective, Row


def assert_twins(problem: Problem, rules: Sequence[Rule], *, both_kinds: bool = True) -> None:
    """Holds `post` against `check` on every plan; also that the test saw plans of both kinds, or of several costs."""
    loads = Loads(problem)
    board = PlanBoard(problem, loads)
    for rule in rules:
        rule.post(board)
    seen = set()
    for holders in every_plan(problem):
        findings = audit(problem, rules, whole(problem, holders), loads)
        accepted = not any(finding.hard for finding in findings)
        cost = tier_costs(findings) if accepted else None
        assert model_costs(board, holders) == cost, f"{holders}\n" + "\n".join(map(str, findings))
        seen.add(repr(cost))
    assert len(seen) > 1 or not both_kinds, "every plan was judged alike: the test cannot fail"


def every_plan(problem: Problem) -> Iterator[dict[str, str]]:
    """Every way to fill every seat, as shift id to person; the seats of a turn are filled in order of people."""
    ids = [person.id for person in problem.people]
    choices = [list(combinations(ids, problem.seats(turn))) for turn in problem.turns]
    seats = {turn.turn: [s.id for s in problem.shifts if s.turn == turn.turn] for turn in problem.turns}
    for picked in product(*choices):
        plan: dict[str, str] = {}
        for turn, people in zip(problem.turns, picked, strict=True):
            plan.update(zip(seats[turn.turn], people, strict=True))
        yield plan


def tier_costs(findings: Sequence[Finding]) -> dict[str, int]:
    """The sum of the costs by tier, without zeros."""
    out: dict[str, int] = {}
    for finding in findings:
        if finding.tier:
            out[finding.tier] = out.get(finding.tier, 0) + finding.cost
    return {tier: cost for tier, cost in sorted(out.items()) if cost}


def model_costs(board: PlanBoard, holders: dict[str, str]) -> dict[str, int] | None:
    """The least cost by tier that the model admits for a plan, without zeros; None if it refuses the plan."""
    problem, model = board.problem, board.model
    held = {(person, problem.shift[shift].turn) for shift, person in holders.items()}
    if any(pair not in board.choices and pair in board.reasons for pair in held):
        return None
    fixed = Model(list(model.lower), list(model.upper), rows=list(model.rows), tiers=model.tiers)
    for pair, variable in board.choices.items():
        fixed.rows.append(Row([variable], [1], int(pair in held), int(pair in held), "plan"))
    out = {}
    for tier, objective in model.tiers.items():
        answer = CpSat(fixed).solve(objective, None, Effort(), Watch(), work=10)
        if answer.values is None:
            return None
        out[tier] = objective.value(answer.values)
    if not model.tiers and CpSat(fixed).solve(Objective(), None, Effort(), Watch(), work=10).infeasible:
        return None
    return {tier: cost for tier, cost in sorted(out.items()) if cost}
