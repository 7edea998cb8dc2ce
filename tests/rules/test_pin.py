import pytest

from builders import days, leave, problem, shift
from solving import best, holders
from twins import assert_twins
from watchbill.audit import audit, whole
from watchbill.domain import Part
from watchbill.domain import Pin as Fact
from watchbill.load import Loads
from watchbill.policy import Near
from watchbill.results import Infeasible
from watchbill.rules.cover import Cover
from watchbill.rules.keep import Keep
from watchbill.rules.leave import Leave
from watchbill.rules.pin import Pin
from watchbill.solve.board import PlanBoard

FIRST = "primary/daily/2027-01-04"
SEATS = (*days("primary", 2), shift(f"{FIRST}/2", "2027-01-04T00", seat=2))


def test_model_and_check_agree() -> None:
    assert_twins(problem(shifts=days(count=3), pins=(Fact(FIRST, "bo"),)), [Pin()])


def test_model_and_check_agree_with_several_seats() -> None:
    seats = (*SEATS, shift("primary/daily/2027-01-05/2", "2027-01-05T00", seat=2))
    facts = problem(shifts=seats, seats={"primary": 2}, pins=(Fact(f"{FIRST}/2", "ana"),))
    assert_twins(facts, [Pin()])


def test_model_and_check_agree_on_two_pins_of_one_seat() -> None:
    facts = problem(shifts=days(count=2), pins=(Fact(FIRST, "ana"), Fact(FIRST, "bo")))
    assert_twins(facts, [Pin()], both_kinds=False)
    assert isinstance(best(facts, [Cover(), Pin()]), Infeasible)


def test_a_pin_overrules_what_would_be_best() -> None:
    near = Near({FIRST: "ana", "primary/daily/2027-01-05": "ana"})
    facts = problem(shifts=days(count=2), near=near, pins=(Fact(FIRST, "cy"),))
    assert holders(facts, [Cover(), Keep()]) == ["ana", "ana"]
    assert holders(facts, [Cover(), Keep(), Pin()]) == ["cy", "ana"]


def test_the_other_seat_of_a_pinned_turn_stays_free() -> None:
    two = (shift(FIRST, "2027-01-04T00"), shift(f"{FIRST}/2", "2027-01-04T00", seat=2))
    facts = problem(("ana", "bo"), two, seats={"primary": 2}, pins=(Fact(FIRST, "bo"),))
    assert holders(facts, [Cover(), Pin()]) == ["ana", "bo"]


def test_a_pin_on_someone_who_is_away_cannot_hold() -> None:
    facts = problem(
        shifts=days(count=1), pins=(Fact(FIRST, "bo"),), leaves=(leave("bo", "2027-01-04T10", "2027-01-04T11"),)
    )
    assert isinstance(best(facts, [Leave(), Cover(), Pin()]), Infeasible)
    assert isinstance(best(facts, [Pin(), Cover(), Leave()]), Infeasible)


def test_a_broken_pin_says_whom_it_named_and_who_holds_it() -> None:
    facts = problem(shifts=days(count=1), pins=(Fact(FIRST, "bo"),))
    (found,) = audit(facts, [Pin()], whole(facts, {FIRST: "ana"}))
    assert found.hard
    assert found.sentence == f"{FIRST} is pinned to Bo, but Ana holds it"
    assert found.people == ("bo", "ana")
    (hole,) = audit(facts, [Pin()], {})
    assert hole.sentence == f"{FIRST} is pinned to Bo, but nobody holds it"


def test_a_pin_is_kept_by_whoever_holds_a_part() -> None:
    facts = problem(shifts=days(count=1), pins=(Fact(FIRST, "bo"),))
    (turn,) = facts.shifts
    middle = turn.start + (turn.end - turn.start) / 2
    parts = {FIRST: (Part("bo", turn.start, middle), Part("cy", middle, turn.end))}
    assert not audit(facts, [Pin()], parts)


def test_a_pin_of_another_period_waits_for_its_plan() -> None:
    facts = problem(shifts=days(count=1), pins=(Fact("primary/daily/2028-01-04", "bo"),))
    assert not audit(facts, [Pin()], whole(facts, {FIRST: "ana"}))
    assert not isinstance(best(facts, [Cover(), Pin()]), Infeasible)


def test_a_pin_on_someone_outside_the_team_cannot_hold() -> None:
    facts = problem(shifts=days(count=1), pins=(Fact(FIRST, "zed"),))
    assert isinstance(best(facts, [Cover(), Pin()]), Infeasible)
    (found,) = audit(facts, [Pin()], whole(facts, {FIRST: "ana"}))
    assert "pinned to zed" in found.sentence


def test_a_pin_on_someone_outside_the_team_takes_no_seat() -> None:
    two = (shift(FIRST, "2027-01-04T00"), shift(f"{FIRST}/2", "2027-01-04T00", seat=2))
    facts = problem(shifts=two, seats={"primary": 2}, pins=(Fact(FIRST, "zed"),))
    assert isinstance(best(facts, [Cover(), Pin()]), Infeasible)


def test_nobody_else_is_open_for_a_pinned_turn_of_one_seat() -> None:
    facts = problem(shifts=days(count=2), pins=(Fact(FIRST, "bo"),))
    board = PlanBoard(facts, Loads(facts))
    Pin().post(board)
    assert [list(board.takers(turn)) for turn in facts.turns] == [["bo"], ["ana", "bo", "cy"]]


def test_a_pin_is_always_hard() -> None:
    with pytest.raises(ValueError, match="'must'"):
        Pin.model_validate({"strength": "should"})
