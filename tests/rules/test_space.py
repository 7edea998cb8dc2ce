from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from builders import days, person, problem, shift, span
from judging import found, found_in_parts, neighbour, part, sentences
from solving import best, holders
from twins import assert_twins
from watchbill.domain import Shift
from watchbill.results import Infeasible
from watchbill.rules import AnyRule, Space
from watchbill.rules.cover import Cover
from watchbill.rules.overlap import Overlap
from watchbill.times import Days

STANDING = [Overlap(), Cover()]
TWO_ROLES = (*days("primary", 3), *days("secondary", 2, "2027-01-05"))
WINDOWS = (
    shift(
        "primary/days/2027-01-04",
        "2027-01-04T09",
        gaps=[span(f"2027-01-0{n}T09", f"2027-01-0{n}T17") for n in (4, 5)],
    ),
    shift("secondary/night/2027-01-04", "2027-01-04T18", 12),
    shift("primary/days/2027-01-06", "2027-01-06T09", 8),
)


def in_days(count: float) -> timedelta:
    return Days(count) if count == int(count) else timedelta(days=count)


@pytest.mark.parametrize("strength", ["must", "should"])
@pytest.mark.parametrize(
    ("shifts", "options"),
    [
        (days(count=4), {"at_least": in_days(1)}),
        (days(count=4), {"at_least": in_days(0.5), "weight": 3}),
        (days(count=4), {"ideally": in_days(2), "weight": 2}),
        (days(count=4), {"at_least": in_days(0.5), "ideally": in_days(2), "people": ("ana", "bo")}),
        (TWO_ROLES, {"at_least": in_days(1), "roles": ("secondary",)}),
        (TWO_ROLES, {"ideally": in_days(1.5), "layers": ("primary/daily",)}),
        (TWO_ROLES, {"ideally": in_days(1.5)}),
        (WINDOWS, {"at_least": in_days(0.5), "ideally": in_days(1)}),
    ],
)
def test_model_and_check_agree(strength: str, shifts: tuple[Shift, ...], options: dict[str, Any]) -> None:
    people = ("ana", "bo") if len(shifts) > 4 else ("ana", "bo", "cy")
    assert_twins(problem(people, shifts), [*STANDING, Space(strength=strength, **options)])


SEAMS: dict[str, Any] = {
    "before": (
        neighbour("primary/daily/2027-01-03", "2027-01-03T00", 24, "ana", part("bo", "2027-01-03T03", "2027-01-03T07")),
        neighbour("secondary/daily/2027-01-02", "2027-01-02T12", 24, "ana"),
    ),
    "after": (
        neighbour("primary/daily/2027-01-07", "2027-01-07T00", 24, part("bo", "2027-01-07T05", "2027-01-08T00")),
    ),
}


@pytest.mark.parametrize("strength", ["must", "should"])
@pytest.mark.parametrize(
    "options",
    [
        {"at_least": in_days(1)},
        {"at_least": timedelta(hours=18)},
        {"ideally": in_days(2)},
        {"ideally": in_days(3), "roles": ("primary",)},
    ],
)
def test_model_and_check_agree_across_seams(strength: str, options: dict[str, Any]) -> None:
    facts = problem(("ana", "bo", "cy"), days(count=3), **SEAMS)
    assert_twins(facts, [*STANDING, Space(strength=strength, **options)])


def test_turns_are_kept_apart() -> None:
    facts = problem(("ana", "bo"), days(count=4))
    assert isinstance(best(facts, [*STANDING, Space(at_least=in_days(2))]), Infeasible)
    held = holders(facts, [*STANDING, Space(at_least=in_days(1))])
    assert held in (["ana", "bo", "ana", "bo"], ["bo", "ana", "bo", "ana"])


def test_the_plan_before_decides_who_is_next() -> None:
    held = neighbour("primary/daily/2027-01-03", "2027-01-03T00", 24, "ana")
    facts = problem(("ana", "bo"), days(count=1), before=(held,))
    assert holders(facts, [*STANDING, Space(at_least=in_days(1))]) == ["bo"]


def test_ideally_spreads_turns_out_where_it_can() -> None:
    facts = problem(("ana", "bo", "cy"), days(count=3))
    assert sorted(holders(facts, [*STANDING, Space(ideally=in_days(3))])) == ["ana", "bo", "cy"]


def test_ideally_costs_in_the_tier_of_stability_the_more_the_closer() -> None:
    facts = problem(("ana", "bo"), days(count=4))
    rule = Space(ideally=in_days(2), weight=2)
    near, far = found(facts, rule, "ana", "ana", "bo", "bo"), found(facts, rule, "ana", "bo", "bo", "ana")
    assert {finding.tier for finding in near} == {"stability"}
    assert not any(finding.hard for finding in near)
    assert [(f.people, f.cost) for f in near] == [(("ana",), 4), (("bo",), 2)]
    assert [(f.people, f.cost) for f in far] == [(("bo",), 4)]


def test_exactly_the_time_that_is_due_is_enough() -> None:
    facts = problem(("ana", "bo"), days(count=3))
    assert found(facts, Space(at_least=in_days(1)), "ana", "bo", "ana") == []
    assert len(found(facts, Space(at_least=timedelta(hours=25)), "ana", "bo", "ana")) == 1


@pytest.mark.parametrize(
    ("held", "options", "sentence"),
    [
        (
            ("ana", "bo", "ana"),
            {"at_least": in_days(2)},
            "Ana holds primary/daily/2027-01-04 and primary/daily/2027-01-06 1 day apart; 2 days are due",
        ),
        (
            ("ana", "ana", "bo"),
            {"at_least": in_days(1), "strength": "should"},
            "Ana holds primary/daily/2027-01-04 and primary/daily/2027-01-05 back to back; 1 day is wanted",
        ),
    ],
)
def test_sentences(held: tuple[str, ...], options: dict[str, Any], sentence: str) -> None:
    assert sentences(problem(("ana", "bo"), days(count=3)), Space(**options), *held) == [sentence]


def test_only_chosen_turns_and_people_count() -> None:
    facts = problem(("ana", "bo"), (*days("primary", 1), *days("secondary", 1, "2027-01-05")))
    assert len(found(facts, Space(at_least=in_days(1)), "ana", "ana")) == 1
    assert found(facts, Space(at_least=in_days(1), roles=("primary",)), "ana", "ana") == []
    assert found(facts, Space(at_least=in_days(1), layers=("secondary/daily",)), "ana", "ana") == []
    assert found(facts, Space(at_least=in_days(1), people=("bo",)), "ana", "ana") == []


def test_a_part_is_apart_by_what_was_really_held() -> None:
    facts = problem(("ana", "bo"), days(count=2))
    second = [part("bo", "2027-01-05T00", "2027-01-05T20"), part("ana", "2027-01-05T20", "2027-01-06T00")]
    plan = {facts.shifts[0].id: [part("ana", "2027-01-04T00", "2027-01-05T00")], facts.shifts[1].id: second}
    assert found_in_parts(facts, Space(at_least=timedelta(hours=20)), plan) == []
    assert [f.people for f in found_in_parts(facts, Space(at_least=timedelta(hours=21)), plan)] == [("ana",)]
    soft = Space(at_least=timedelta(hours=21), strength="should")
    assert [f.cost for f in found_in_parts(facts, soft, plan)] == [1]


def test_what_neighbours_did_is_not_held_against_the_plan() -> None:
    facts = problem((person("ana"), "bo"), days(count=1), before=SEAMS["before"])
    assert found(facts, Space(at_least=in_days(3)), "bo")[0].people == ("bo",)
    assert found(facts, Space(at_least=timedelta(hours=12)), "bo") == []


def test_options_are_read_from_text() -> None:
    text = {"kind": "space", "at_least": "1 week", "ideally": "21 days", "roles": ["primary"], "weight": "3"}
    rule = Space(at_least=in_days(7), ideally=in_days(21), roles=("primary",), weight=3)
    assert TypeAdapter(AnyRule).validate_python(text) == rule


@pytest.mark.parametrize(
    ("options", "complaint"),
    [({}, "asks for nothing"), ({"at_least": in_days(3), "ideally": in_days(2)}, "ideally is shorter than at_least")],
)
def test_rules_that_make_no_sense_are_refused(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Space(**options)
