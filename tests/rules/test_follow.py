from collections.abc import Mapping

import pytest

from builders import days, problem, shift
from solving import best, holders
from twins import assert_twins
from watchbill.audit import audit, whole
from watchbill.domain import Held, Part
from watchbill.policy import Near
from watchbill.problem import Problem
from watchbill.results import Finding, Infeasible
from watchbill.rules.cover import Cover
from watchbill.rules.follow import Follow
from watchbill.rules.keep import Keep

BOTH = (*days("primary", 2), *days("secondary", 2))


def judged(facts: Problem, rule: Follow, *held_by: str) -> list[Finding]:
    plan = dict(zip((s.id for s in facts.shifts), held_by, strict=True))
    return list(audit(facts, [rule], whole(facts, plan)))


def neighbour(id_: str, start: str, holder: str) -> Held:
    turn = shift(id_, start)
    return Held(turn, (Part(holder, turn.start, turn.end),))


RULES: Mapping[str, Follow] = {
    "next primary was secondary": Follow(first="secondary", then="primary"),
    "nobody twice running": Follow(first="primary", then="primary", person="other"),
    "softly the same": Follow(first="secondary", then="primary", strength="should", weight=3),
    "softly another": Follow(first="secondary", then="primary", person="other", strength="should"),
}


@pytest.mark.parametrize("name", RULES)
def test_model_and_check_agree(name: str) -> None:
    assert_twins(problem(("ana", "bo", "cy"), BOTH), [RULES[name]])


@pytest.mark.parametrize("name", RULES)
def test_model_and_check_agree_across_both_seams(name: str) -> None:
    facts = problem(
        ("ana", "bo", "cy"),
        BOTH,
        before=(
            neighbour("secondary/daily/2027-01-03", "2027-01-03T00", "cy"),
            neighbour("primary/daily/2027-01-03", "2027-01-03T00", "bo"),
        ),
        after=(neighbour("primary/daily/2027-01-06", "2027-01-06T00", "ana"),),
    )
    assert_twins(facts, [RULES[name]])


@pytest.mark.parametrize("name", RULES)
def test_model_and_check_agree_with_several_seats(name: str) -> None:
    turns = [*days("primary", 2), *days("secondary", 1)]
    second = [shift(f"{turn.id}/2", f"{turn.start:%Y-%m-%dT%H}", seat=2) for turn in turns]
    facts = problem(("ana", "bo", "cy", "dee"), (*turns, *second), seats={"primary": 2, "secondary": 2})
    assert_twins(facts, [RULES[name]])


def test_the_next_primary_is_drawn_from_the_last_secondary() -> None:
    near = Near(dict.fromkeys((s.id for s in BOTH), "ana") | {"secondary/daily/2027-01-04": "bo"})
    facts = problem(("ana", "bo"), BOTH, near=near)
    assert holders(facts, [Cover(), Keep()]) == ["ana", "bo", "ana", "ana"]
    solved = best(facts, [Cover(), Keep(), Follow(first="secondary", then="primary")])
    assert not isinstance(solved, Infeasible)
    assert solved.holders["secondary/daily/2027-01-04"] == solved.holders["primary/daily/2027-01-05"]
    assert {tier.name: tier.value for tier in solved.tiers}["stability"] == 10


def test_another_person_takes_the_weekend() -> None:
    week = shift("primary/days/2027-01-04", "2027-01-04T09", 4 * 24 + 8)
    weekend = shift("primary/weekend/2027-01-08", "2027-01-08T17", 64)
    near = Near({week.id: "ana", weekend.id: "ana"})
    facts = problem(("ana", "bo"), (week, weekend), near=near)
    rule = Follow(first="primary/days", then="primary/weekend", person="other")
    assert holders(facts, [Cover(), Keep()]) == ["ana", "ana"]
    assert sorted(holders(facts, [Cover(), Keep(), rule])) == ["ana", "bo"]


def test_a_break_says_who_and_whom_after() -> None:
    facts = problem(("ana", "bo"), BOTH)
    (found,) = judged(facts, Follow(first="secondary", then="primary"), "ana", "bo", "ana", "bo")
    assert found.hard
    assert found.sentence == "Ana holds primary/daily/2027-01-05, but Bo held secondary/daily/2027-01-04"
    assert found.people == ("ana", "bo")
    (twice,) = judged(facts, Follow(first="primary", then="primary", person="other"), "ana", "bo", "ana", "bo")
    assert twice.sentence == "Ana holds primary/daily/2027-01-05 right after primary/daily/2027-01-04"


def test_a_turn_that_comes_later_than_one_turn_is_not_the_next() -> None:
    near, far = shift("primary/daily/2027-01-06", "2027-01-06T00"), shift("primary/daily/2027-01-06", "2027-01-06T01")
    first = shift("secondary/daily/2027-01-04", "2027-01-04T00")
    rule = Follow(first="secondary", then="primary")
    assert judged(problem(("ana", "bo"), (first, near)), rule, "ana", "bo")
    assert not judged(problem(("ana", "bo"), (first, far)), rule, "ana", "bo")


def test_a_daily_turn_of_office_hours_is_followed_by_the_next_day() -> None:
    facts = problem(("ana", "bo"), days("primary", 2, hours=8))
    assert judged(facts, Follow(first="primary", then="primary", person="other"), "ana", "ana")


def test_only_the_earliest_of_several_later_turns_is_the_next() -> None:
    facts = problem(("ana", "bo"), days("primary", 3))
    assert not judged(facts, Follow(first="primary", then="primary", person="other"), "ana", "bo", "ana")


def test_a_turn_that_runs_already_is_not_the_next() -> None:
    first, running = (
        shift("secondary/daily/2027-01-04", "2027-01-04T00"),
        shift("primary/odd/2027-01-04", "2027-01-04T23"),
    )
    assert not judged(problem(("ana", "bo"), (first, running)), Follow(first="secondary", then="primary"), "ana", "bo")


def test_two_turns_of_neighbouring_plans_are_not_judged() -> None:
    facts = problem(
        ("ana", "bo"),
        days("primary", 1),
        before=(
            neighbour("secondary/daily/2027-01-01", "2027-01-01T00", "ana"),
            neighbour("primary/daily/2027-01-02", "2027-01-02T00", "bo"),
        ),
    )
    assert not judged(facts, Follow(first="secondary", then="primary"), "ana")


def test_someone_who_left_the_team_is_not_asked_to_go_on() -> None:
    facts = problem(
        ("ana", "bo"), days("primary", 1), after=(neighbour("primary/daily/2027-01-05", "2027-01-05T00", "zed"),)
    )
    rule = Follow(first="primary", then="primary")
    assert not judged(facts, rule, "ana")
    assert not isinstance(best(facts, [Cover(), rule]), Infeasible)
    assert_twins(facts, [rule], both_kinds=False)


def test_whoever_holds_a_part_of_the_first_turn_may_go_on() -> None:
    facts = problem(("ana", "bo"), days("primary", 2))
    first, second = facts.shifts
    middle = first.start + (first.end - first.start) / 2
    parts = {
        first.id: (Part("ana", first.start, middle), Part("bo", middle, first.end)),
        second.id: (Part("bo", second.start, second.end),),
    }
    assert not audit(facts, [Follow(first="primary", then="primary")], parts)
    assert audit(facts, [Follow(first="primary", then="primary", person="other")], parts)


def test_options_are_read_from_text() -> None:
    rule = Follow.model_validate({"kind": "follow", "first": "secondary", "then": "primary", "person": "other"})
    assert rule == Follow(first="secondary", then="primary", person="other")
    with pytest.raises(ValueError, match="'same' or 'other'"):
        Follow.model_validate({"first": "secondary", "then": "primary", "person": "anyone"})
