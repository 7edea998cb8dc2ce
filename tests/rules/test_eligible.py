from datetime import date
from typing import Any

import pytest

from builders import days, person, problem, shift, span
from judging import found, found_in_parts, neighbour, part, sentences
from solving import best, holders
from twins import assert_twins
from watchbill.domain import Layer, Person, ShareStep, TurnLength
from watchbill.results import Infeasible, Solved
from watchbill.rules import Eligible, serves
from watchbill.rules.cover import Cover

SENIOR = person("ana", tags=("senior",))
JUNIOR = person("bo", tags=("junior",))
PLAIN = person("cy")
TEAM = (SENIOR, JUNIOR, PLAIN)
TWO_ROLES = (*days("primary", 2), *days("secondary", 1))


def test_model_and_check_agree_on_servers() -> None:
    facts = problem(shifts=TWO_ROLES, servers={"primary/daily": ["bo", "cy"], "secondary/daily": ["ana"]})
    assert_twins(facts, [Eligible(), Cover()])


@pytest.mark.parametrize(
    "fact",
    [
        {"joined": date(2027, 1, 5)},
        {"left": date(2027, 1, 5)},
        {"shares": (ShareStep(date(2027, 1, 5), 0), ShareStep(date(2027, 1, 6), 50))},
        {"joined": date(2027, 1, 5), "zone": "America/Sao_Paulo"},
    ],
)
def test_model_and_check_agree_on_employment(fact: dict[str, Any]) -> None:
    assert_twins(problem((person("ana", **fact), PLAIN), days(count=4)), [Eligible(), Cover()])


@pytest.mark.parametrize("strength", ["must", "should"])
@pytest.mark.parametrize(
    "options",
    [{}, {"roles": ("primary",)}, {"layers": ("secondary/daily",), "weight": 3}, {"tags": ("senior", "junior")}],
)
def test_model_and_check_agree_on_tags(strength: str, options: dict[str, object]) -> None:
    rule = Eligible(**{"tags": ("senior",), "strength": strength, **options})
    assert_twins(problem(TEAM, TWO_ROLES), [Cover(), rule])


@pytest.mark.parametrize("strength", ["must", "should"])
def test_model_and_check_agree_with_two_seats(strength: str) -> None:
    seats = tuple(shift(f"primary/daily/2027-01-04{end}", "2027-01-04T00", seat=n) for n, end in [(1, ""), (2, "/2")])
    facts = problem(TEAM, seats, seats={"primary": 2})
    assert_twins(facts, [Cover(), Eligible(tags=("junior",), strength=strength, weight=2)], both_kinds=False)


def test_a_tag_decides_who_is_chosen() -> None:
    facts = problem(TEAM, days(count=2))
    assert holders(facts, [Cover(), Eligible(tags=("junior",))]) == ["bo", "bo"]
    assert holders(facts, [Cover(), Eligible(tags=("senior",))]) == ["ana", "ana"]


def test_a_soft_rule_gives_way_and_costs_its_weight_for_each_turn() -> None:
    facts = problem((PLAIN,), days(count=2))
    outcome = best(facts, [Cover(), Eligible(tags=("senior",), strength="should", weight=3)])
    assert isinstance(outcome, Solved)
    assert [(tier.name, tier.value) for tier in outcome.tiers if tier.value] == [("should", 6)]
    assert isinstance(best(facts, [Cover(), Eligible(tags=("senior",))]), Infeasible)


def test_the_last_day_counts_and_the_day_before_the_first_does_not() -> None:
    joiner = person("ana", joined=date(2027, 1, 5), left=date(2027, 1, 5))
    facts = problem((joiner,), days(count=3))
    assert sentences(facts, Eligible(), "ana", "ana", "ana") == [
        "Ana holds primary/daily/2027-01-04, but is not on the rota on 2027-01-04",
        "Ana holds primary/daily/2027-01-06, but is not on the rota on 2027-01-06",
    ]


def test_a_night_that_runs_past_the_last_day_needs_the_next_one() -> None:
    night = shift("primary/night/2027-01-05", "2027-01-05T18", 12)
    facts = problem((person("ana", left=date(2027, 1, 5)),), (night,))
    assert sentences(facts, Eligible(), "ana") == [
        "Ana holds primary/night/2027-01-05, but is not on the rota on 2027-01-06"
    ]


def test_dates_are_those_of_the_home_clock() -> None:
    late = shift("primary/late/2027-01-05", "2027-01-05T20", 4)
    assert found(problem((person("ana", left=date(2027, 1, 5)),), (late,)), Eligible(), "ana") == []
    assert found(problem((person("ana", "Asia/Singapore", left=date(2027, 1, 5)),), (late,)), Eligible(), "ana")


def test_days_between_the_spans_of_a_turn_do_not_count() -> None:
    spans = [span("2027-01-04T09", "2027-01-04T17"), span("2027-01-06T09", "2027-01-06T17")]
    weekly = shift("primary/days/2027-01-04", "2027-01-04T09", gaps=spans)
    off = (ShareStep(date(2027, 1, 5), 0), ShareStep(date(2027, 1, 6), 100))
    assert found(problem((person("ana", shares=off),), (weekly,)), Eligible(), "ana") == []


def test_a_stranger_in_an_edited_plan() -> None:
    facts = problem(shifts=days(count=1), servers={"primary/daily": ["ana"]})
    assert sentences(facts, Eligible(), "zoe") == ["zoe holds primary/daily/2027-01-04, but is not in the team"]
    assert sentences(facts, Eligible(), "bo") == ["Bo holds primary/daily/2027-01-04, but does not serve primary/daily"]


def test_a_part_is_judged_by_its_own_dates() -> None:
    facts = problem((person("ana", left=date(2027, 1, 4)), "bo"), (shift("primary/x/2027-01-04", "2027-01-04T00", 48),))
    parts = [part("ana", "2027-01-04T00", "2027-01-05T00"), part("bo", "2027-01-05T00", "2027-01-06T00")]
    assert found_in_parts(facts, Eligible(), {"primary/x/2027-01-04": parts}) == []
    assert found(facts, Eligible(), "ana")


def test_two_parts_of_one_person_cost_once() -> None:
    facts = problem((PLAIN,), days(count=1))
    parts = [part("cy", "2027-01-04T00", "2027-01-04T05"), part("cy", "2027-01-04T05", "2027-01-05T00")]
    rule = Eligible(tags=("senior",), strength="should", weight=4)
    assert [f.cost for f in found_in_parts(facts, rule, {"primary/daily/2027-01-04": parts})] == [4]


def test_neighbouring_plans_are_not_judged() -> None:
    facts = problem((PLAIN,), days(count=1), before=(neighbour("primary/daily/2027-01-03", "2027-01-03T00", 24, "cy"),))
    rule = Eligible(tags=("senior",), strength="should")
    assert [f.shifts for f in found(facts, rule, "cy")] == [("primary/daily/2027-01-04",)]
    assert_twins(facts, [Cover(), rule], both_kinds=False)


def layer(role: str, id_: str, *who: str) -> Layer:
    return Layer(role, id_, "UTC", TurnLength(1, "week"), 0, who=who or None)


@pytest.mark.parametrize(
    ("someone", "where", "rules", "answer"),
    [
        (PLAIN, layer("primary", "week"), (), True),
        (person("dee", roles=("secondary",)), layer("primary", "week"), (), False),
        (person("dee", roles=("secondary",)), layer("secondary", "week"), (), True),
        (SENIOR, layer("primary", "week", "senior", "bo"), (), True),
        (JUNIOR, layer("primary", "week", "senior", "bo"), (), True),
        (PLAIN, layer("primary", "week", "senior", "bo"), (), False),
        (PLAIN, layer("primary", "week"), (Eligible(tags=("senior",)),), False),
        (SENIOR, layer("primary", "week"), (Eligible(tags=("senior",)),), True),
        (PLAIN, layer("primary", "week"), (Eligible(tags=("senior",), strength="should"),), True),
        (PLAIN, layer("primary", "week"), (Eligible(tags=("senior",), roles=("secondary",)),), True),
        (PLAIN, layer("primary", "week"), (Eligible(tags=("senior",), layers=("primary/week",)),), False),
    ],
)
def test_who_serves_a_layer(someone: Person, where: Layer, rules: tuple[Eligible, ...], answer: bool) -> None:
    assert serves(someone, where, rules) is answer


def test_a_rule_without_tags_is_refused() -> None:
    with pytest.raises(ValueError, match=r"not who may serve them. Add tags: \[senior\]"):
        Eligible(roles=("primary",))
