from dataclasses import replace

from builders import days, leave, person, problem, shift, span
from judging import found, found_in_parts, neighbour, part
from solving import best, holders
from twins import assert_twins
from watchbill.domain import Leave as Away
from watchbill.results import Infeasible
from watchbill.rules.cover import Cover
from watchbill.rules.leave import Leave
from watchbill.rules.pin import Pin


def test_model_and_check_agree() -> None:
    leaves = (
        leave("ana", "2027-01-05T23", "2027-01-06T01"),
        leave("bo", "2027-01-04T00", "2027-01-05T00"),
        leave("bo", "2027-01-04T12", "2027-01-04T14"),
    )
    assert_twins(problem(shifts=days(count=4), leaves=leaves), [Leave(), Cover()])


def test_leave_moves_a_turn_to_someone_else() -> None:
    facts = problem(("ana", "bo"), days(count=1), leaves=(leave("bo", "2027-01-04T10", "2027-01-04T11"),))
    assert holders(facts, [Leave(), Cover(), Pin()]) == ["ana"]
    both = replace(facts, leaves=(*facts.leaves, leave("ana", "2027-01-04T23", "2027-01-05T09")))
    assert isinstance(best(both, [Leave(), Cover()]), Infeasible)


def test_leave_touching_the_handoff_does_not_clash() -> None:
    touching = (leave("ana", "2027-01-03T00", "2027-01-04T00"), leave("ana", "2027-01-05T00", "2027-01-06T00"))
    assert found(problem(("ana",), days(count=1), leaves=touching), Leave(), "ana") == []


def test_leave_between_the_spans_of_a_turn_does_not_clash() -> None:
    windows = [span("2027-01-04T09", "2027-01-04T17"), span("2027-01-05T09", "2027-01-05T17")]
    weekly = shift("primary/days/2027-01-04", "2027-01-04T09", gaps=windows)
    between = leave("ana", "2027-01-04T17", "2027-01-05T09")
    facts = problem(("ana", "bo"), (weekly,), leaves=(between, leave("bo", "2027-01-05T16", "2027-01-05T18")))
    assert found(facts, Leave(), "ana") == []
    assert holders(facts, [Leave(), Cover()]) == ["ana"]


def test_a_finding_names_the_date_on_the_persons_clock_and_nothing_else() -> None:
    away = Away("ana", span("2027-01-04T20", "2027-01-04T22"), kind="never")
    facts = problem((person("ana", "Asia/Singapore"),), days(count=1), leaves=(away,))
    (finding,) = found(facts, Leave(), "ana")
    assert finding.sentence == "Ana holds primary/daily/2027-01-04, but is unavailable on 2027-01-05"
    assert (finding.hard, finding.people, finding.shifts) == (True, ("ana",), ("primary/daily/2027-01-04",))


def test_whoever_relieves_someone_during_leave_heals_it() -> None:
    facts = problem(("ana", "bo"), days(count=1), leaves=(leave("ana", "2027-01-04T10", "2027-01-04T12"),))
    relieved = [
        part("ana", "2027-01-04T00", "2027-01-04T10"),
        part("bo", "2027-01-04T10", "2027-01-04T12"),
        part("ana", "2027-01-04T12", "2027-01-05T00"),
    ]
    assert found_in_parts(facts, Leave(), {"primary/daily/2027-01-04": relieved}) == []
    assert len(found(facts, Leave(), "ana")) == 1


def test_neighbouring_plans_are_not_judged() -> None:
    held = neighbour("primary/daily/2027-01-03", "2027-01-03T00", 24, "ana")
    facts = problem(("ana",), days(count=1), before=(held,), leaves=(leave("ana", "2027-01-03T00", "2027-01-04T00"),))
    assert found(facts, Leave(), "ana") == []
