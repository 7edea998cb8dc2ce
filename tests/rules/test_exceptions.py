"""Exceptions to rules: both faces agree on every plan, and an exception only ever lets more plans pass."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from builders import days, leave, person, problem, shift
from judging import neighbour
from relieving import assert_relief_twins, lax
from solving import best, holders
from test_replan import change, plan
from twins import assert_twins, every_plan, tier_costs
from watchbill.audit import audit, whole
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.replan import Smallest
from watchbill.results import Infeasible
from watchbill.rules import (
    Cover,
    Eligible,
    Follow,
    Leave,
    Limit,
    Overlap,
    Pair,
    Rest,
    Rule,
    Space,
    Waking,
    helpers,
    in_force,
)

STANDING: tuple[Rule, ...] = (Overlap(), Cover())
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FOUR = days(count=4)
SHORT = days(count=4, hours=8)
EIGHT = tuple(
    shift(f"primary/x/2027-01-{4 + n // 3:02}T{n % 3 * 8:02}", f"2027-01-{4 + n // 3:02}T{n % 3 * 8:02}", 8)
    for n in range(5)
)
CHAIN = (
    *(shift(f"primary/x/2027-01-{4 + n:02}", f"2027-01-04T{n * 8:02}", 8) for n in range(3)),
    shift("secondary/x/2027-01-05", "2027-01-05T02", 8),
)
TWO_ROLES = (*days("primary", 2), *days("secondary", 2))
LEADS = (person("ana", tags=("lead",)), person("bo", tags=("lead", "new")), person("cy"))
CLOCKS = (person("ana"), person("bo", "Asia/Tokyo"), person("cy", "America/Los_Angeles"))
AWAKE = Waking(hours=(6 * 60, 24 * 60))
BEFORE = (neighbour("primary/daily/2027-01-03", "2027-01-03T00", 20, "ana"),)
ANA, ALL = {"people": "ana", "dates": "2027-01-05"}, {"dates": "2027-01-05"}

Case = tuple[Problem, Rule, Mapping[str, object]]
CASES: dict[str, Case] = {
    "eligible": (problem(LEADS, SHORT), Eligible(tags=("lead",)), {"people": "cy", "dates": "2027-01-05..2027-01-06"}),
    "eligible, everyone": (problem(LEADS, SHORT), Eligible(tags=("new",)), ALL),
    "rest": (problem(("ana", "bo"), SHORT), Rest(at_least=20 * HOUR), ANA),
    "rest, milder": (problem(("ana", "bo"), SHORT), Rest(at_least=44 * HOUR), {**ANA, "at_least": "12h"}),
    "rest, milder and still too long": (
        problem(shifts=SHORT),
        Rest(at_least=44 * HOUR),
        {**ANA, "at_least": "20h"},
    ),
    "rest, the plan before": (
        problem(("ana", "bo"), SHORT[:3], before=BEFORE),
        Rest(at_least=20 * HOUR),
        {"people": "ana", "dates": "2027-01-03"},
    ),
    "rest, what is not seen fills the gap": (problem(("ana", "bo"), CHAIN), Rest(at_least=11 * HOUR), ANA),
    "rest, after nights": (
        problem(("ana", "bo"), EIGHT),
        Rest(at_least=9 * HOUR, after_night=24 * HOUR),
        {"people": "bo", "dates": "2027-01-04", "after_night": "10h"},
    ),
    "rest, stretches": (problem(("ana", "bo"), EIGHT), Rest(max_stretch=16 * HOUR), ANA),
    "rest, longer stretches": (
        problem(("ana", "bo"), EIGHT),
        Rest(max_stretch=8 * HOUR),
        {**ANA, "max_stretch": "16h"},
    ),
    "limit": (problem(("ana", "bo"), FOUR), Limit(count="shifts", at_most=2), ANA),
    "limit, milder": (problem(shifts=FOUR[:3]), Limit(count="shifts", at_most=1), {**ANA, "at_most": "2"}),
    "limit, hours in a window": (
        problem(("ana", "bo"), FOUR),
        Limit(count="hours", at_most=24 * HOUR, per=2 * DAY),
        {**ANA, "at_most": "48h"},
    ),
    "limit, days running": (problem(("ana", "bo"), FOUR), Limit(count="consecutive_days", at_most=1), ANA),
    "limit, days running and the plan before": (
        problem(("ana", "bo"), FOUR, before=BEFORE),
        Limit(count="consecutive_days", at_most=1),
        {"people": "ana", "dates": "2027-01-03"},
    ),
    "limit, all together": (
        problem(("ana", "bo"), FOUR),
        Limit(count="nights", at_most=2, each="all", people=("ana",)),
        {**ALL, "at_most": "3"},
    ),
    "space": (problem(("ana", "bo"), FOUR), Space(at_least=DAY), ANA),
    "space, milder": (problem(shifts=FOUR), Space(at_least=2 * DAY), {**ANA, "at_least": "1 day"}),
    "space, ideally": (problem(("ana", "bo"), SHORT), Space(at_least=DAY, ideally=2 * DAY), {**ANA, "at_least": "9h"}),
    "pair, never two": (problem(LEADS, TWO_ROLES), Pair(never_two=("lead",)), ANA),
    "pair, apart": (problem(shifts=TWO_ROLES), Pair(apart=("ana", "bo")), ANA),
    "pair, at least one": (
        problem(("ana", *LEADS[1:]), TWO_ROLES),
        Pair(at_least_one=("lead",), never_two=("new",)),
        ALL,
    ),
    "follow, the same": (problem(shifts=FOUR[:3]), Follow(first="primary", then="primary"), ANA),
    "follow, another one": (problem(shifts=FOUR), Follow(first="primary", then="primary", person="other"), ANA),
    "follow, everyone": (problem(shifts=FOUR), Follow(first="primary", then="primary"), ALL),
    "waking": (problem(CLOCKS, EIGHT[:4]), AWAKE, {"people": "bo", "dates": "2027-01-04"}),
    "waking, wider": (problem(CLOCKS, EIGHT[:4]), AWAKE, {"dates": "2027-01-04", "hours": "00:00..24:00"}),
}
SOFT = {name: case for name, case in CASES.items() if case[2].keys() <= {"people", "tags", "dates"}}


def ruled(rule: Rule, exception: Mapping[str, object], facts: Problem) -> tuple[Rule, ...]:
    return in_force([rule.but(**exception)], facts.people)


@pytest.mark.parametrize("name", CASES)
def test_model_and_check_agree(name: str) -> None:
    facts, rule, exception = CASES[name]
    assert_twins(facts, [*STANDING, *ruled(rule, exception, facts)])


@pytest.mark.parametrize("name", SOFT)
def test_model_and_check_agree_about_costs(name: str) -> None:
    facts, rule, exception = SOFT[name]
    soft = rule.model_copy(update={"strength": "should", "weight": 3})
    assert_twins(facts, [*STANDING, *ruled(soft, exception, facts)])


def judged(facts: Problem, rules: Sequence[Rule]) -> list[tuple[bool, int]]:
    """Of every plan, whether it breaks something hard, and what it costs."""
    out = []
    for held in every_plan(facts):
        found = audit(facts, rules, whole(facts, held), Loads(facts))
        out.append((any(finding.hard for finding in found), sum(tier_costs(found).values())))
    return out


@pytest.mark.parametrize("name", CASES)
def test_an_exception_lets_more_plans_pass_and_none_cost_more(name: str) -> None:
    facts, rule, exception = CASES[name]
    strict, milder = (judged(facts, rules) for rules in ([rule], ruled(rule, exception, facts)))
    assert all(m <= s for (s, _), (m, _) in zip(strict, milder, strict=True))
    assert all(m <= s for (hard, s), (_, m) in zip(strict, milder, strict=True) if not hard)
    assert milder != strict


# ---------------------------------------------------------------------------------------------- parts, and meetings

LONG = (shift("primary/day/2027-01-04", "2027-01-04T00", 48), shift("primary/day/2027-01-06", "2027-01-06T00", 48))
BESIDE = shift("secondary/day/2027-01-06", "2027-01-06T00", 24)
OFF = (leave("ana", "2027-01-04T10", "2027-01-04T20"), leave("bo", "2027-01-06T10", "2027-01-06T20"))
LAX = lax(problem(shifts=(*LONG, BESIDE), leaves=OFF), 14)
FIRST = {"people": "cy", "dates": "2027-01-04"}


@pytest.mark.parametrize("strength", ["must", "should"])
@pytest.mark.parametrize(
    ("rule", "exception"),
    [
        (Rest(at_least=20 * HOUR), FIRST),
        (Rest(max_stretch=60 * HOUR), FIRST),
        (Limit(count="shifts", at_most=1), FIRST),
        (Limit(count="hours", at_most=40 * HOUR, per=3 * DAY), FIRST),
        (Space(at_least=12 * HOUR), FIRST),
        (Pair(apart=("ana", "cy")), {"people": "cy", "dates": "2027-01-06"}),
        (Follow(first="primary", then="primary", person="other"), FIRST),
        (Waking(hours=(0, 19 * 60), spans=False), {"people": ("ana", "cy"), "dates": "2027-01-04"}),
    ],
    ids=lambda value: value.kind if isinstance(value, Rule) else "",
)
def test_model_and_check_agree_where_others_take_hours(rule: Rule, exception: dict[str, object], strength: str) -> None:
    strong = rule.model_copy(update={"strength": strength, "weight": 2})
    assert_relief_twins(LAX, [*STANDING, *ruled(strong, exception, LAX)])


def test_where_two_exceptions_meet_the_milder_one_counts() -> None:
    facts = problem(("ana", "bo"), SHORT)
    rule = Rest(at_least=44 * HOUR).but(people="ana", dates="2027-01-05", at_least="17h")
    both = rule.but(people="ana", dates="2027-01-06", at_least="16h")
    assert_twins(facts, [*STANDING, *in_force([both], facts.people)])
    assert not accepted(facts, [rule], "ana", "ana", "bo", "bo")
    assert accepted(problem(("ana", "bo"), SHORT[:3]), [both], "bo", "ana", "ana")
    assert not accepted(problem(("ana", "bo"), SHORT[:3]), [rule], "bo", "ana", "ana")


def test_who_is_excused_is_excused_from_what_stands_in_for_the_rule_too() -> None:
    facts = problem(("ana", "bo"), SHORT[:3])
    rule = Rest(at_least=44 * HOUR).but(people="ana", dates="2027-01-04", at_least="17h")
    assert not accepted(facts, [rule], "ana", "ana", "bo")
    assert accepted(facts, [rule.but(people="ana", dates="2027-01-05")], "ana", "ana", "bo")


def test_whoever_is_excused_from_the_first_turn_may_hold_the_next_one() -> None:
    other = Follow(first="primary", then="primary", person="other")
    assert not accepted(problem(shifts=FOUR), [other], "bo", "ana", "ana", "bo")
    assert accepted(problem(shifts=FOUR), [other.but(**ANA)], "bo", "ana", "ana", "bo")
    assert accepted(problem(shifts=FOUR), [other.but(**ANA)], "ana", "ana", "cy", "bo")


def test_a_milder_number_leaves_the_other_number_as_it_is() -> None:
    facts, space = problem(("ana", "bo"), SHORT), Space(at_least=DAY, ideally=2 * DAY)
    parts = whole(facts, dict(zip((s.id for s in SHORT), ("bo", "ana", "ana", "bo"), strict=True)))
    found = (
        audit(facts, in_force(rules, facts.people), parts)
        for rules in ([Space(ideally=2 * DAY)], [space.but(**ANA, at_least="9h")], [space.but(**ANA)])
    )
    alone, milder, excused = (tier_costs(findings) for findings in found)
    assert alone == milder != excused


def test_nobody_at_all_may_be_some_for_somebody() -> None:
    none = Limit(count="shifts", at_most=0, people=("ana",)).but(dates="2027-01-05", at_most="1")
    assert accepted(problem(shifts=FOUR), [none], "bo", "ana", "cy", "bo")
    assert not accepted(problem(shifts=FOUR), [none], "ana", "bo", "cy", "bo")


def test_after_news_a_limit_keeps_its_exceptions() -> None:
    weeks = tuple(shift(f"primary/week/2027-01-{day:02}", f"2027-01-{day:02}T00", 168) for day in (4, 11, 18))
    ill = leave("cy", "2027-01-18T00", "2027-01-25T00")
    facts = problem(shifts=weeks)
    old, limit = plan(facts, "ana bo cy"), Limit(count="shifts", at_most=1)
    sick = replace(facts, leaves=(ill,))
    assert isinstance(change(sick, old, "2027-01-13T00", limit), Infeasible)
    rules = in_force([limit.but(people="ana", dates="2027-01-18", at_most="2")], facts.people)
    made = change(sick, old, "2027-01-13T00", *rules)
    assert isinstance(made, Smallest)
    assert made.draft.holders[weeks[2].id][0].person == "ana"


def accepted(facts: Problem, rules: Sequence[Rule], *held_by: str) -> bool:
    held = dict(zip((s.id for s in facts.shifts), held_by, strict=True))
    return not audit(facts, in_force(rules, facts.people), whole(facts, held))


def test_the_solver_uses_an_exception_where_it_has_to() -> None:
    away = leave("bo", "2027-01-05T00", "2027-01-07T00")
    facts = problem(("ana", "bo"), SHORT, leaves=(away,))
    rule, rules = Rest(at_least=20 * HOUR), (*STANDING, Leave())
    assert isinstance(best(facts, [*rules, rule]), Infeasible)
    excused = rule.but(people="ana", dates="2027-01-05..2027-01-06", at_least="16h")
    assert holders(facts, [*rules, *in_force([excused], facts.people)])[1:3] == ["ana", "ana"]


def test_whom_an_exception_lets_in_may_hold_that_turn_and_no_other() -> None:
    rule = Eligible(tags=("lead",)).but(people="cy", dates="2027-01-05")
    narrow = problem(LEADS, SHORT[:3], servers={"primary/daily": ["ana", "bo"]})
    facts = replace(narrow, helpers=helpers(narrow.people, narrow.roles, [rule]))
    assert facts.helpers == {"primary/daily": ("cy",)}
    assert_twins(facts, [*STANDING, Eligible(), rule])
    assert set(rule.bars(facts)) == {("cy", facts.shifts[0]), ("cy", facts.shifts[2])}


def test_two_exceptions_of_different_numbers_still_bind_what_lies_between_them() -> None:
    """One lowers the rest after the first shift, the other lets a stretch from the second one on be longer."""
    facts = problem(("ana", "bo"), (*SHORT[:2],))
    first, second = (turn.id.rsplit("/", 1)[1] for turn in facts.shifts)
    rule = Rest(at_least=44 * HOUR, max_stretch=24 * HOUR).but(people="ana", dates=first, at_least="17h")
    rule = rule.but(people="ana", dates=second, max_stretch="48h")
    gap = facts.shifts[1].start - facts.shifts[0].end
    assert gap < 17 * HOUR
    rules = in_force([rule], facts.people)
    assert rules[-1].model_dump(include={"at_least", "max_stretch"}) == {
        "at_least": 17 * HOUR,
        "max_stretch": 48 * HOUR,
    }
    plan = whole(facts, dict.fromkeys(facts.shift, "ana"))
    assert [f.rule for f in audit(facts, rules, plan)] == ["rest"]
    assert_twins(facts, [*STANDING, *rules], both_kinds=False)
