"""The solver against every plan there is: each tier's value is the least one that the tiers before it leave."""

from dataclasses import replace

from builders import days, leave, person, problem, shift, wish
from solving import best
from twins import every_plan, tier_costs
from watchbill.audit import audit, whole
from watchbill.load import Loads
from watchbill.policy import TierSpec
from watchbill.problem import Problem
from watchbill.results import Infeasible, OutOfTime, Solved
from watchbill.rules import Limit, Rest, standing
from watchbill.rules.base import Rule
from watchbill.solve import Effort, Watch, solve

HARD_TIERS = tuple(TierSpec(name) for name in ("should", "fairness", "burden", "evenness", "wishes", "stability"))


def _lexicographic(problem_: Problem, rules: tuple[Rule, ...]) -> list[int]:
    """The best vector of tier values over all plans, by enumeration."""
    loads = Loads(problem_)
    vectors = []
    for holders in every_plan(problem_):
        findings = audit(problem_, rules, whole(problem_, holders), loads)
        if not any(finding.hard for finding in findings):
            costs = tier_costs(findings)
            vectors.append([costs.get(tier.name, 0) for tier in problem_.tiers])
    return min(vectors)


def _mixed() -> Problem:
    shifts = (*days("primary", 5), *days("secondary", 3, "2027-01-05"))
    people = (person("ana", "Europe/Berlin"), person("bo", "Asia/Singapore"), person("cy", "America/New_York"))
    wishes = (
        wish("ana", "avoid", "2027-01-04T00", "2027-01-06T00", 2),
        wish("bo", "prefer", "2027-01-07T00", "2027-01-08T00"),
    )
    away = (leave("cy", "2027-01-06T00", "2027-01-07T00"),)
    return problem(people, shifts, tiers=HARD_TIERS, wishes=wishes, leaves=away)


def test_every_tier_is_the_least_that_enumeration_finds() -> None:
    mixed = _mixed()
    rules = (*standing(), Limit(count="shifts", at_most=2, strength="should", weight=3))
    outcome = best(mixed, rules)
    assert isinstance(outcome, Solved)
    assert [tier.value for tier in outcome.tiers] == _lexicographic(mixed, rules)
    assert all(tier.proven for tier in outcome.tiers)


def test_the_order_of_tiers_decides_who_gives_way() -> None:
    mixed = _mixed()
    wishes_first = replace(mixed, tiers=tuple(sorted(HARD_TIERS, key=lambda tier: tier.name != "wishes")))
    rules = standing()
    first = best(wishes_first, rules)
    last = best(mixed, rules)
    assert isinstance(first, Solved)
    assert isinstance(last, Solved)
    value = {tier.name: tier.value for tier in last.tiers}
    assert [tier.value for tier in first.tiers] == _lexicographic(wishes_first, rules)
    assert first.tiers[0].value < value["wishes"]


def test_slack_lets_a_later_tier_use_what_an_earlier_one_gave_up() -> None:
    mixed = _mixed()
    loose = tuple(replace(tier, slack=20 * (tier.name == "burden")) for tier in HARD_TIERS)
    tight, slack = best(mixed, standing()), best(replace(mixed, tiers=loose), standing())
    assert isinstance(tight, Solved)
    assert isinstance(slack, Solved)
    before, after = ({tier.name: tier for tier in found.tiers} for found in (tight, slack))
    assert before["burden"].best == after["burden"].best < after["burden"].value <= before["burden"].value * 120 // 100
    assert after["evenness"].value < before["evenness"].value


def test_the_same_problem_is_answered_alike_and_another_seed_is_as_good() -> None:
    mixed = _mixed()
    answers = [solve(mixed, standing(), effort=Effort(work=5, seed=seed)) for seed in (1, 1, 2)]
    assert answers[0] == answers[1]
    assert isinstance(answers[0], Solved)
    assert isinstance(answers[2], Solved)
    assert [tier.value for tier in answers[0].tiers] == [tier.value for tier in answers[2].tiers]


def test_an_impossible_problem_is_infeasible_rather_than_out_of_time() -> None:
    shifts = (shift("primary/daily/2027-01-04", "2027-01-04T00"), shift("secondary/daily/2027-01-04", "2027-01-04T00"))
    assert isinstance(solve(problem(("ana",), shifts), standing()), Infeasible)


def test_stopped_before_the_first_plan_it_is_out_of_time() -> None:
    watch = Watch()
    watch.stop()
    assert isinstance(solve(_mixed(), standing(), watch=watch), OutOfTime)


def test_a_stop_after_the_first_tier_keeps_a_whole_plan_and_says_so() -> None:
    watch = Watch()

    def stop_in_burden(progress: object) -> None:
        if getattr(progress, "tier", "") == "burden":
            watch.stop()

    watch.report = stop_in_burden
    mixed = _mixed()
    rules = (*standing(), Rest(at_least="11h"))
    outcome = solve(mixed, rules, watch=watch)
    assert isinstance(outcome, Solved)
    assert not outcome.reproducible
    assert set(outcome.holders) == {shift_.id for shift_ in mixed.shifts}
    assert not any(finding.hard for finding in audit(mixed, rules, whole(mixed, outcome.holders)))
