from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from builders import at, days, person, problem, shift, span
from judging import found, found_in_parts, neighbour, part, sentences
from solving import best, holders
from twins import assert_twins
from watchbill.domain import Shift
from watchbill.problem import Problem
from watchbill.results import Infeasible, Solved
from watchbill.rules import AnyRule
from watchbill.rules.cover import Cover
from watchbill.rules.overlap import Overlap
from watchbill.rules.rest import Rest

STANDING = [Overlap(), Cover()]


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def turns(length: int, count: int, *, role: str = "primary", start: str = "2027-01-04T00") -> tuple[Shift, ...]:
    """Touching turns of so many hours."""
    starts = [at(start) + n * hours(length) for n in range(count)]
    return tuple(shift(f"{role}/turns/{begin:%Y-%m-%dT%H}", f"{begin:%Y-%m-%dT%H}", length) for begin in starts)


def office(day: str, hour: int = 9, length: int = 8) -> Shift:
    return shift(f"primary/office/{day}", f"{day}T{hour:02}", length)


OFFICE = tuple(office(f"2027-01-0{n}") for n in (4, 5, 6))
WEEKLY = shift(
    "primary/days/2027-01-04",
    "2027-01-04T09",
    gaps=[span(f"2027-01-0{n}T09", f"2027-01-0{n}T17") for n in (4, 5)],
)
NIGHTLY = shift(
    "secondary/nights/2027-01-04",
    "2027-01-04T22",
    gaps=[span(f"2027-01-0{n}T22", f"2027-01-0{n + 1}T06") for n in (4, 5)],
)


@pytest.mark.parametrize("strength", ["must", "should"])
@pytest.mark.parametrize(
    ("shifts", "options"),
    [
        (OFFICE, {"at_least": hours(20)}),
        (turns(8, 4), {"at_least": hours(11)}),
        (turns(4, 5), {"at_least": hours(11), "weight": 3}),
        (turns(4, 5), {"at_least": hours(40)}),
        (turns(12, 4), {"at_least": hours(1), "after_night": hours(20)}),
        ((*turns(12, 3), *turns(12, 2, role="secondary")), {"at_least": hours(13)}),
        ((*turns(12, 3), *turns(12, 2, role="secondary")), {"at_least": hours(13), "roles": ("primary",)}),
        ((*turns(8, 3), shift("secondary/long/2027-01-04", "2027-01-04T06", 10)), {"at_least": hours(9)}),
        ((WEEKLY, NIGHTLY, office("2027-01-06", 10)), {"at_least": hours(11)}),
        (turns(8, 5), {"max_stretch": hours(16)}),
        (turns(8, 5), {"max_stretch": hours(15), "weight": 2}),
        ((*turns(8, 3), *turns(6, 2, start="2027-01-05T00")), {"max_stretch": hours(20)}),
        ((*turns(24, 2), *turns(4, 2, start="2027-01-06T00")), {"max_stretch": hours(8)}),
        ((*turns(4, 2), *turns(24, 2, start="2027-01-04T08")), {"max_stretch": hours(8), "at_least": hours(30)}),
    ],
)
def test_model_and_check_agree(strength: str, shifts: tuple[Shift, ...], options: dict[str, object]) -> None:
    people = ("ana", "bo") if len(shifts) > 4 else ("ana", "bo", "cy")
    assert_twins(problem(people, shifts), [*STANDING, Rest(strength=strength, **options)])


SEAMS = {
    "before": (
        neighbour("primary/office/2027-01-03", "2027-01-03T15", 8, "ana"),
        neighbour(
            "secondary/office/2027-01-03",
            "2027-01-03T08",
            20,
            part("bo", "2027-01-03T08", "2027-01-03T12"),
            part("cy", "2027-01-03T22", "2027-01-04T04"),
        ),
    ),
    "after": (
        neighbour("primary/office/2027-01-06", "2027-01-06T02", 6, "bo"),
        neighbour("secondary/office/2027-01-05", "2027-01-05T20", 6, "bo"),
        neighbour("primary/office/2027-01-05", "2027-01-06T00", 2, "ana"),
    ),
}


@pytest.mark.parametrize("strength", ["must", "should"])
@pytest.mark.parametrize(
    "options",
    [
        {"at_least": hours(11)},
        {"at_least": hours(4), "after_night": hours(24)},
        {"max_stretch": hours(20)},
        {"max_stretch": hours(6)},
        {"max_stretch": hours(4), "roles": ("secondary",)},
    ],
)
@pytest.mark.parametrize("seam", ["before", "after"])
def test_model_and_check_agree_across_seams(strength: str, options: dict[str, object], seam: str) -> None:
    facts = problem(("ana", "bo", "cy"), turns(20, 2, start="2027-01-04T04"), **dict[str, Any]({seam: SEAMS[seam]}))
    rule = Rest(strength=strength, **options)
    assert_twins(facts, [*STANDING, rule], both_kinds="roles" not in options)


def test_rest_hands_the_next_day_to_someone_else() -> None:
    facts = problem(("ana", "bo"), OFFICE[:2], servers={"primary/office": ["ana", "bo"]})
    assert isinstance(best(problem(("ana",), OFFICE[:2]), [*STANDING, Rest(at_least=hours(17))]), Infeasible)
    assert holders(problem(("ana",), OFFICE[:2]), [*STANDING, Rest(at_least=hours(16))]) == ["ana", "ana"]
    assert set(holders(facts, [*STANDING, Rest(at_least=hours(17))])) == {"ana", "bo"}


def test_the_plan_before_decides_who_is_rested() -> None:
    held = neighbour("primary/office/2027-01-03", "2027-01-03T20", 8, "ana")
    facts = problem(("ana", "bo"), OFFICE[:1], before=(held,))
    assert holders(facts, [*STANDING, Rest(at_least=hours(11))]) == ["bo"]


def test_a_soft_rest_costs_its_weight_for_each_pair() -> None:
    outcome = best(problem(("ana",), OFFICE), [*STANDING, Rest(at_least=hours(17), strength="should", weight=4)])
    assert isinstance(outcome, Solved)
    assert [(tier.name, tier.value) for tier in outcome.tiers if tier.value] == [("should", 8)]


def test_a_finding_names_both_shifts_and_the_time_between() -> None:
    assert sentences(problem(("ana",), OFFICE[:2]), Rest(at_least=hours(16.5)), "ana", "ana") == [
        "Ana has 16 h of rest between primary/office/2027-01-04 and primary/office/2027-01-05, 16 h 30 min are due"
    ]


def test_touching_turns_are_one_stretch_without_rest() -> None:
    assert found(problem(("ana",), turns(8, 3)), Rest(at_least=hours(11)), "ana", "ana", "ana") == []


def test_time_that_a_third_turn_fills_is_no_rest_that_is_due() -> None:
    facts = problem(("ana", "bo"), turns(4, 3))
    assert found(facts, Rest(at_least=hours(11)), "ana", "ana", "ana") == []
    assert len(found(facts, Rest(at_least=hours(11)), "ana", "bo", "ana")) == 1


def test_the_pauses_of_one_turn_are_its_own_affair() -> None:
    assert found(problem(("ana",), (WEEKLY,)), Rest(at_least=hours(40)), "ana") == []


def test_windows_that_interleave_break_once_with_the_shortest_rest() -> None:
    (finding,) = found(problem(("ana",), (WEEKLY, NIGHTLY)), Rest(at_least=hours(11)), "ana", "ana")
    assert finding.sentence.startswith("Ana has 3 h of rest between primary/days/2027-01-04 and secondary/nights/")


def test_longer_rest_after_a_night_on_the_persons_own_clock() -> None:
    night = shift("primary/x/2027-01-04", "2027-01-04T20", 10)
    late = shift("primary/x/2027-01-05", "2027-01-05T20", 4)
    rule = Rest(at_least=hours(11), after_night=hours(24))
    assert sentences(problem(("ana",), (night, late)), rule, "ana", "ana") == [
        "Ana has 14 h of rest between primary/x/2027-01-04 and primary/x/2027-01-05, 24 h are due"
    ]
    assert found(problem((person("ana", "America/Los_Angeles"),), (night, late)), rule, "ana", "ana") == []


def test_a_part_is_rested_by_the_time_it_leaves_free() -> None:
    facts = problem(("ana", "bo"), OFFICE[:2])
    first = [part("ana", "2027-01-04T09", "2027-01-04T12"), part("bo", "2027-01-04T12", "2027-01-04T17")]
    plan = {OFFICE[0].id: first, OFFICE[1].id: [part("ana", "2027-01-05T09", "2027-01-05T17")]}
    assert found_in_parts(facts, Rest(at_least=hours(17)), plan) == []
    assert len(found(facts, Rest(at_least=hours(17)), "ana", "ana")) == 1


def test_being_relieved_in_the_middle_of_a_shift_is_no_short_rest() -> None:
    start, end = "2027-01-04T09", "2027-01-04T17"
    parts = [
        part("ana", start, "2027-01-04T12"),
        part("bo", "2027-01-04T12", "2027-01-04T13"),
        part("ana", "2027-01-04T13", end),
    ]
    facts = problem(("ana", "bo"), OFFICE[:1])
    assert found_in_parts(facts, Rest(at_least=hours(11)), {OFFICE[0].id: parts}) == []


def test_a_stretch_is_named_with_its_length() -> None:
    rule = Rest(max_stretch=hours(16))
    assert sentences(problem(("ana",), turns(8, 3)), rule, "ana", "ana", "ana") == [
        "Ana is on call for 24 h without a break, from primary/turns/2027-01-04T00 to "
        "primary/turns/2027-01-04T16; at most 16 h are allowed"
    ]


@pytest.mark.parametrize(("count", "cost"), [(2, 0), (3, 1), (4, 2), (5, 3)])
def test_a_stretch_costs_for_each_shift_from_which_it_still_lasts_too_long(count: int, cost: int) -> None:
    findings = found(
        problem(("ana",), turns(8, count)), Rest(max_stretch=hours(16), strength="should"), *["ana"] * count
    )
    assert sum(finding.cost for finding in findings) == cost


def test_one_long_shift_alone_is_never_too_long_but_must_stand_alone() -> None:
    rule = Rest(max_stretch=hours(8))
    facts = problem(("ana", "bo"), days(count=2))
    assert found(facts, rule, "ana", "bo") == []
    assert len(found(facts, rule, "ana", "ana")) == 1
    assert set(holders(facts, [*STANDING, rule])) == {"ana", "bo"}


def test_max_stretch_breaks_a_chain() -> None:
    def longest(facts: Problem, *rules: Rest) -> int:
        held = holders(facts, [*STANDING, *rules])
        return max(len(run) for run in "".join("a" if who == "ana" else " " for who in held).split())

    facts = problem(("ana", "bo"), turns(8, 3), servers={"primary/turns": ["ana", "bo"]})
    assert isinstance(best(problem(("ana",), turns(8, 3)), [*STANDING, Rest(max_stretch=hours(16))]), Infeasible)
    assert longest(facts, Rest(max_stretch=hours(8))) == 1


def test_neighbours_are_not_judged_among_themselves() -> None:
    before = (neighbour("x/y/1", "2027-01-03T00", 4, "ana"), neighbour("x/y/2", "2027-01-03T05", 19, "ana"))
    facts = problem(("ana", "bo"), days(count=1), before=before)
    assert found(facts, Rest(at_least=hours(11)), "bo") == []
    assert found(facts, Rest(max_stretch=hours(4)), "bo") == []


@pytest.mark.parametrize("strength", ["must", "should"])
def test_neighbours_that_touch_or_overlap_each_other_count_once(strength: str) -> None:
    before = (
        neighbour("x/y/1", "2027-01-03T00", 10, "ana"),
        neighbour("x/y/2", "2027-01-03T10", 2, "ana"),
        neighbour("x/z/2", "2027-01-03T10", 2, "ana"),
        neighbour("x/y/3", "2027-01-03T20", 4, "bo"),
        neighbour("x/z/3", "2027-01-03T20", 4, "bo"),
    )
    facts = problem(("ana", "bo"), turns(4, 3), before=before)
    rule = Rest(max_stretch=hours(8), strength=strength)
    assert found(facts, rule, "ana", "bo", "ana") == []
    assert_twins(facts, [*STANDING, rule])


def test_options_are_read_from_text() -> None:
    text = {"kind": "rest", "at_least": "11h", "after_night": "24 hours", "roles": "primary", "strength": "should"}
    rule = TypeAdapter(AnyRule).validate_python(text)
    assert rule == Rest(at_least=hours(11), after_night=hours(24), roles=("primary",), strength="should")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [({}, "asks for nothing"), ({"at_least": hours(11), "after_night": hours(8)}, r"after_night \(8 h\) is shorter")],
)
def test_rules_that_make_no_sense_are_refused(options: dict[str, timedelta], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Rest(**options)
