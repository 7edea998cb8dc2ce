"""Solving in tests: `best` is the whole way from a problem and rules to an audited answer."""

from collections.abc import Sequence

from twins import tier_costs
from watchbill.audit import audit, whole
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import Infeasible, Solved
from watchbill.rules.base import Rule
from watchbill.solve import Effort, Progress, Watch, solve


def best(problem: Problem, rules: Sequence[Rule]) -> Solved | Infeasible:
    """Solves with little work; a plan comes back only after the audit found nothing hard and the same tier values."""
    loads = Loads(problem)
    outcome = solve(problem, rules, effort=Effort(work=5.0), loads=loads)
    assert isinstance(outcome, Solved | Infeasible), outcome
    if isinstance(outcome, Solved):
        findings = audit(problem, rules, whole(problem, outcome.holders, outcome.reliefs), loads)
        assert not [finding for finding in findings if finding.hard]
        costs = {tier.name: tier.value for tier in outcome.tiers if tier.value}
        assert costs == tier_costs(findings)
    return outcome


def holders(problem: Problem, rules: Sequence[Rule]) -> list[str]:
    """Who holds each shift of the best plan, in order of shifts."""
    outcome = best(problem, rules)
    assert isinstance(outcome, Solved), "no plan can exist"
    return [outcome.holders[shift.id] for shift in problem.shifts]


def first_plan() -> Watch:
    """Stops as soon as there is any plan."""
    watch = Watch()

    def stop(progress: Progress) -> None:
        if progress.value is not None:
            watch.stop()

    watch.report = stop
    return watch
