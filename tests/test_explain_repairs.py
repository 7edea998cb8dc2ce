"""Ways out of conflicts: what is offered, at what cost, and that it works."""

import pytest

from builders import days, leave, person, problem
from relaxing import STANDING
from test_explain import CASES
from watchbill.domain import Leave
from watchbill.explain import conflict, explained
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.report.conflicts import as_json, lines
from watchbill.results import Infeasible, OutOfTime, Repair
from watchbill.solve.existence import OTHER, exists
from watchbill.solve.limits import Watch


def answer(name: str) -> Infeasible:
    case = CASES[name]
    found = explained(case.facts, (*STANDING, *case.rules), Loads(case.facts))
    assert isinstance(found, Infeasible)
    return found


def ways(name: str) -> list[tuple[int, str]]:
    return [(repair.cost, "; ".join(repair.steps)) for repair in answer(name).repairs]


def mended(facts: Problem) -> list[Repair]:
    found = explained(facts, STANDING, Loads(facts))
    assert isinstance(found, Infeasible)
    return list(found.repairs)


@pytest.mark.parametrize("name", CASES)
def test_each_conflict_has_ways_out_the_cheapest_first(name: str) -> None:
    costs = [repair.cost for repair in answer(name).repairs]
    assert costs
    assert costs == sorted(costs)


def test_people_are_asked_before_rules_are_bent_and_holes_come_last() -> None:
    assert ways("rest") == [
        (2, "ask Bo for 5 January"),
        (6, "lower `rest` from 20 h to 16 h for Ana on 5 to 6 January"),
        (16, "lower `rest` from 20 h to 16 h for everyone"),
        (40, "find one more person who can take primary on 5 to 6 January"),
        (100, "leave primary uncovered on 5 January"),
    ]


def test_only_the_days_that_are_needed_are_asked_for() -> None:
    facts = problem(("ana",), days(count=4), leaves=(leave("ana", "2027-01-05T00", "2027-02-01T00"),))
    assert mended(facts)[0].steps == ("ask Ana for 5 to 7 January",)


def test_days_are_those_of_the_clock_of_who_is_asked() -> None:
    singapore = person("ana", "Asia/Singapore")
    facts = problem((singapore,), days(count=1), leaves=(leave("ana", "2027-01-03T16", "2027-01-06T16"),))
    assert mended(facts)[0].steps == ("ask Ana for 4 to 5 January",)


def test_approved_leave_costs_more_than_other_leave() -> None:
    dear = Leave("ana", leave("ana", "2027-01-04T00", "2027-01-05T00").span, approved=True)
    facts = problem(("ana", "bo"), days(count=1), leaves=(dear, leave("bo", "2027-01-04T00", "2027-01-05T00")))
    told = [(repair.cost, repair.steps) for repair in mended(facts)[:2]]
    assert told == [(2, ("ask Bo for 4 January",)), (6, ("ask Ana for 4 January (approved leave)",))]


def test_the_least_change_of_a_number_that_works_is_offered() -> None:
    assert (7, "raise `limit` (at_most) from 5 to 7 for Ana on 4 to 10 January") in ways(
        "limit, too few turns for too many seats"
    )


def test_someone_can_be_trained() -> None:
    assert (20, "let Cy serve primary") in ways("three roles between two people who serve two of them")


def test_pins_can_be_lifted() -> None:
    assert (8, "unpin primary/daily/2027-01-05 from Ana") in ways("pinned to someone away")


def test_where_no_step_is_enough_two_are() -> None:
    away = tuple(leave(id_, "2027-01-04T00", "2027-01-05T00") for id_ in ("ana", "bo"))
    facts = problem(("ana", "bo"), (*days("primary", 1), *days("secondary", 1)), leaves=away)
    found = explained(facts, STANDING, Loads(facts))
    assert isinstance(found, Infeasible)
    assert found.whole
    assert found.whole.steps == ("ask Ana for 4 January", "ask Bo for 4 January")


def test_conflicts_that_share_nothing_are_told_apart_and_ended_together() -> None:
    away = (leave("ana", "2027-01-05T00", "2027-01-06T00"), leave("bo", "2027-01-05T00", "2027-01-06T00"))
    later = (leave("ana", "2027-01-08T00", "2027-01-09T00"), leave("bo", "2027-01-08T06", "2027-01-09T00"))
    facts = problem(("ana", "bo"), days(count=6), leaves=(*away, *later))
    found = explained(facts, STANDING, Loads(facts))
    assert isinstance(found, Infeasible)
    assert len(found.others) == 1
    assert not any(repair.solves for repair in found.repairs)
    assert found.whole
    assert found.whole.cost == 4
    assert list(lines(found))[-1] == f"With this a plan exists: {'; and '.join(found.whole.steps)} (4 points)"


def test_no_more_conflicts_are_shown_than_asked_for() -> None:
    away = tuple(leave("ana", f"2027-01-{day:02}T00", f"2027-01-{day:02}T12") for day in (4, 6, 8, 10))
    facts = problem(("ana",), days(count=8), leaves=away)
    few, every = (explained(facts, STANDING, Loads(facts), most=most) for most in (2, 50))
    assert isinstance(few, Infeasible)
    assert isinstance(every, Infeasible)
    assert (len(few.others), few.unseen) == (1, 2)
    assert (len(every.others), every.unseen) == (3, 0)


def test_no_is_not_said_of_a_problem_that_has_a_plan() -> None:
    facts = problem(shifts=days(count=2))
    found = explained(facts, STANDING, Loads(facts))
    assert isinstance(found, OutOfTime)
    assert "disagree" not in found.doubt
    assert "one of them is wrong" in found.doubt


def test_no_is_not_said_before_a_second_solve_agrees() -> None:
    case, watch = CASES["rest"], Watch()
    watch.stop()
    found = explained(case.facts, (*STANDING, *case.rules), Loads(case.facts), watch=watch)
    assert isinstance(found, OutOfTime)
    assert "no second one" in found.doubt


@pytest.mark.parametrize("name", CASES)
def test_other_settings_find_no_plan_either(name: str) -> None:
    case = CASES[name]
    assert exists(case.facts, (*STANDING, *case.rules), Loads(case.facts), settings=OTHER) is False


def test_a_conflict_by_itself_has_no_ways_out() -> None:
    case = CASES["rest"]
    assert conflict(case.facts, (*STANDING, *case.rules), Loads(case.facts)).repairs == ()


def test_programs_get_steps_costs_and_what_they_are_worth() -> None:
    told = as_json(answer("rest"))
    assert told["outcome"] == "infeasible"
    assert told["repairs"][0] == {
        "steps": ["ask Bo for 5 January"],
        "kinds": ["leave"],
        "cost": 2,
        "solves": True,
    }
