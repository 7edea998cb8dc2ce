from builders import days, problem, shift, span
from solving import best, holders
from twins import assert_twins
from watchbill.audit import audit, whole
from watchbill.domain import Part
from watchbill.domain import Pin as Fact
from watchbill.policy import Near
from watchbill.results import Infeasible
from watchbill.rules.cover import Cover
from watchbill.rules.keep import Keep
from watchbill.rules.pin import Pin

IDS = [f"primary/daily/2027-01-0{day}" for day in (4, 5, 6)]
NEAR = Near(dict.fromkeys(IDS, "ana"), notice=span("2027-01-01T00", "2027-01-05T00"))


def test_model_and_check_agree() -> None:
    assert_twins(problem(shifts=days(count=3), near=NEAR), [Keep()])


def test_model_and_check_agree_where_the_plan_knows_some_turns_only() -> None:
    assert_twins(problem(shifts=days(count=3), near=Near({IDS[1]: "bo"})), [Keep()])


def test_model_and_check_agree_where_a_former_holder_has_left() -> None:
    facts = problem(shifts=days(count=2), near=Near({IDS[0]: "zed", IDS[1]: "bo"}))
    assert_twins(facts, [Keep()])
    assert holders(facts, [Cover(), Keep()])[1] == "bo"


def test_model_and_check_agree_with_several_seats() -> None:
    two = [shift(f"{id_}/2", f"{id_[-10:]}T00", seat=2) for id_ in IDS[:2]]
    near = Near({IDS[0]: "ana", f"{IDS[0]}/2": "cy", IDS[1]: "bo"}, notice=NEAR.notice)
    assert_twins(problem(shifts=(*days(count=2), *two), seats={"primary": 2}, near=near), [Keep()])


def test_nothing_moves_without_a_reason() -> None:
    facts = problem(shifts=days(count=3), near=Near(dict(zip(IDS, ("bo", "cy", "bo"), strict=True))))
    assert holders(facts, [Cover(), Keep()]) == ["bo", "cy", "bo"]


def test_only_what_must_move_moves() -> None:
    facts = problem(shifts=days(count=3), near=NEAR, pins=(Fact(IDS[2], "bo"),))
    solved = best(facts, [Cover(), Keep(), Pin()])
    assert not isinstance(solved, Infeasible)
    assert list(solved.holders.values()) == ["ana", "ana", "bo"]
    assert {tier.name: tier.value for tier in solved.tiers}["stability"] == 10


def test_a_change_within_the_notice_costs_three_times_as_much() -> None:
    facts = problem(shifts=days(count=3), near=NEAR)
    findings = audit(facts, [Keep()], whole(facts, dict.fromkeys(IDS, "bo")))
    assert [finding.cost for finding in findings] == [30, 10, 10]
    assert findings[0].sentence == f"{IDS[0]} goes from Ana to Bo, within the notice"
    assert findings[1].sentence == f"{IDS[1]} goes from Ana to Bo"
    assert {finding.tier for finding in findings} == {"stability"}
    assert not any(finding.hard for finding in findings)


def test_seats_are_compared_as_sets() -> None:
    two = (shift(IDS[0], "2027-01-04T00"), shift(f"{IDS[0]}/2", "2027-01-04T00", seat=2))
    team = ("ana", "bo", "cy", "dee")
    facts = problem(team, two, seats={"primary": 2}, near=Near({IDS[0]: "ana", f"{IDS[0]}/2": "bo"}))
    assert not audit(facts, [Keep()], whole(facts, {IDS[0]: "bo", f"{IDS[0]}/2": "ana"}))
    (both,) = audit(facts, [Keep()], whole(facts, {IDS[0]: "cy", f"{IDS[0]}/2": "dee"}))
    assert (both.cost, both.sentence) == (20, f"{IDS[0]} goes from Ana and Bo to Cy and Dee")
    (one,) = audit(facts, [Keep()], whole(facts, {IDS[0]: "bo", f"{IDS[0]}/2": "cy"}))
    assert (one.cost, one.sentence) == (10, f"{IDS[0]} goes from Ana to Cy")


def test_whoever_keeps_a_part_has_not_lost_the_turn() -> None:
    facts = problem(shifts=days(count=1), near=Near({IDS[0]: "ana"}))
    (turn,) = facts.shifts
    middle = turn.start + (turn.end - turn.start) / 2
    assert not audit(facts, [Keep()], {turn.id: (Part("ana", turn.start, middle), Part("bo", middle, turn.end))})


def test_without_a_plan_to_stay_near_nothing_costs() -> None:
    facts = problem(shifts=days(count=1))
    assert not audit(facts, [Keep()], whole(facts, {IDS[0]: "bo"}))
