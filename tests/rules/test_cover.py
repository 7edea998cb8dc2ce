from dataclasses import replace

from builders import days, leave, person, problem, shift, span
from judging import found, found_in_parts, part, sentences
from solving import best
from twins import assert_twins
from watchbill.domain import Layer, Role, TurnLength
from watchbill.results import Infeasible, Solved
from watchbill.rules.cover import Cover
from watchbill.rules.leave import Leave
from watchbill.rules.overlap import Overlap

ONE = shift("primary/daily/2027-01-04", "2027-01-04T08", 10)
SEATS = (
    shift("primary/daily/2027-01-04", "2027-01-04T08", 10),
    shift("primary/daily/2027-01-04/2", "2027-01-04T08", 10, seat=2),
)


def test_model_and_check_agree() -> None:
    assert_twins(problem(shifts=days(count=3)), [Cover()], both_kinds=False)


def test_model_and_check_agree_with_two_seats() -> None:
    assert_twins(problem(shifts=(*SEATS, *days("secondary", 2)), seats={"primary": 2}), [Cover()], both_kinds=False)


def test_each_seat_takes_a_person() -> None:
    facts = problem(("ana", "bo"), SEATS, seats={"primary": 2})
    outcome = best(facts, [Cover(), Overlap()])
    assert isinstance(outcome, Solved)
    assert outcome.holders == {SEATS[0].id: "ana", SEATS[1].id: "bo"}
    assert isinstance(best(problem(("ana",), SEATS, seats={"primary": 2}), [Cover(), Overlap()]), Infeasible)


def test_a_turn_that_nobody_can_take_makes_a_plan_impossible() -> None:
    facts = problem(("ana",), days(count=2), leaves=(leave("ana", "2027-01-05T00", "2027-01-05T01"),))
    assert isinstance(best(facts, [Cover(), Leave()]), Infeasible)


def test_a_plan_with_every_shift_held_is_fine() -> None:
    assert found(problem(shifts=days(count=2)), Cover(), "ana", "ana") == []


def test_a_hole_is_hard_and_names_the_shift() -> None:
    facts = problem(shifts=days(count=2))
    (hole,) = found_in_parts(facts, Cover(), {facts.shifts[0].id: [part("ana", "2027-01-04T00", "2027-01-05T00")]})
    assert hole.sentence == "nobody holds primary/daily/2027-01-05"
    assert (hole.hard, hole.tier, hole.cost, hole.shifts) == (True, None, 0, ("primary/daily/2027-01-05",))
    assert str(hole.day) == "2027-01-05"


def test_a_hole_between_parts_names_the_hours_on_the_layers_clock() -> None:
    berlin = Role("primary", (Layer("primary", "daily", "Europe/Berlin", TurnLength(1, "day"), 0),))
    facts = replace(problem(shifts=(ONE,)), roles=(berlin,))
    parts = [part("ana", "2027-01-04T08", "2027-01-04T10"), part("bo", "2027-01-04T12", "2027-01-04T18")]
    (hole,) = found_in_parts(facts, Cover(), {ONE.id: parts})
    assert hole.sentence == ("nobody holds primary/daily/2027-01-04 on Mon 2027-01-04 11:00 to 13:00 (Europe/Berlin)")


def test_parts_that_tile_a_shift_are_fine_and_may_rest_between_its_spans() -> None:
    windows = [span("2027-01-04T09", "2027-01-04T17"), span("2027-01-05T09", "2027-01-05T17")]
    weekly = shift("primary/days/2027-01-04", "2027-01-04T09", gaps=windows)
    parts = [part("ana", "2027-01-04T09", "2027-01-04T18"), part("bo", "2027-01-05T08", "2027-01-05T17")]
    assert found_in_parts(problem(shifts=(weekly,)), Cover(), {weekly.id: parts}) == []


def test_two_parts_at_once_in_one_seat() -> None:
    parts = [part("ana", "2027-01-04T08", "2027-01-04T13"), part("bo", "2027-01-04T12", "2027-01-04T18")]
    (double,) = found_in_parts(problem(shifts=(ONE,)), Cover(), {ONE.id: parts})
    assert double.sentence == "Ana and Bo both hold primary/daily/2027-01-04 on Mon 2027-01-04 12:00 to 13:00 (UTC)"
    assert double.people == ("ana", "bo")


def test_the_same_stretch_given_twice_to_one_person() -> None:
    twice = [part("ana", "2027-01-04T08", "2027-01-04T18")] * 2
    (double,) = found_in_parts(problem(shifts=(ONE,)), Cover(), {ONE.id: twice})
    assert double.sentence.startswith("Ana holds primary/daily/2027-01-04 twice on Mon 2027-01-04 08:00")


def test_a_part_outside_its_shift() -> None:
    parts = [part("ana", "2027-01-04T07", "2027-01-04T18")]
    (stray,) = found_in_parts(problem(shifts=(ONE,)), Cover(), {ONE.id: parts})
    assert stray.sentence == (
        "the part of Ana in primary/daily/2027-01-04 is not inside the shift: Mon 2027-01-04 07:00 to 18:00 (UTC)"
    )


def test_a_part_that_ends_before_it_starts() -> None:
    parts = [part("ana", "2027-01-04T08", "2027-01-04T18"), part("bo", "2027-01-04T12", "2027-01-04T10")]
    (stray,) = found_in_parts(problem(shifts=(ONE,)), Cover(), {ONE.id: parts})
    assert stray.sentence == "the part of Bo in primary/daily/2027-01-04 ends before it starts"


def test_a_shift_that_does_not_exist() -> None:
    parts = {ONE.id: [part("ana", "2027-01-04T08", "2027-01-04T18")], "primary/daily/2026-01-04": []}
    (unknown,) = found_in_parts(problem(shifts=(ONE,)), Cover(), parts)
    assert unknown.sentence == ("the plan names primary/daily/2026-01-04, which is no shift of 2027-01-04..2027-01-04")


def test_only_the_first_three_holes_are_spelt_out() -> None:
    windows = [span(f"2027-01-0{d}T09", f"2027-01-0{d}T17") for d in range(4, 9)]
    weekly = shift("primary/days/2027-01-04", "2027-01-04T09", gaps=windows)
    held = {weekly.id: [part("ana", "2027-01-04T09", "2027-01-04T10")]}
    (hole,) = found_in_parts(problem(shifts=(weekly,)), Cover(), held)
    assert hole.sentence.endswith("Wed 2027-01-06 09:00 to 17:00 and 2 more (UTC)")


def test_people_who_left_the_team_are_named_by_id() -> None:
    facts = problem((person("ana"),), (ONE,))
    assert sentences(facts, Cover(), "zoe") == []
    parts = [part("zoe", "2027-01-04T08", "2027-01-04T18"), part("zoe", "2027-01-04T12", "2027-01-04T10")]
    (stray,) = found_in_parts(facts, Cover(), {ONE.id: parts})
    assert stray.sentence.startswith("the part of zoe in")
