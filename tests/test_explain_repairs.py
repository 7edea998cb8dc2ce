"""Ways out of conflicts: what is offered, at what cost, and that it works."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from builders import days, leave, person, problem
from relaxing import STANDING, possible
from test_explain import CASES
from watchbill.audit import audit, whole
from watchbill.domain import Leave
from watchbill.explain import conflict, explained
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.report.conflicts import as_json, edits, lines
from watchbill.results import Infeasible, OutOfTime, Repair
from watchbill.rules import AnyRule, Limit, Pair, Rest, Rule, in_force
from watchbill.solve.existence import OTHER, exists
from watchbill.solve.limits import Watch
from watchbill.workspace.nodes import parse


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
        "edit": [],
    }
    assert told["repairs"][1]["edit"] == ["rest: except: [{people: ana, dates: 2027-01-05..2027-01-06, at_least: 16h}]"]


# ----------------------------------------------------------------------------------------------------- what to write


def rewritten(rules: Sequence[Rule], edit: Sequence[str]) -> list[Rule]:
    """The rules of a case as they are read from a file in which the lines were written."""
    out = list(rules)
    for line in edit:
        where, _, told = line.partition(": ")
        value = read(told)
        if where == "rules":
            out += TypeAdapter(list[AnyRule]).validate_python(value)
            continue
        number = next(n for n, rule in enumerate(out) if rule.kind == where)
        out[number] = TypeAdapter(AnyRule).validate_python({**said(out[number]), **value})
    return out


def read(text: str) -> Any:
    """What a mapping or a list says, read as files are."""
    root, mistakes = parse("team.yaml", f"rules:\n{text}\n".encode() if text[0] == "-" else text.encode())
    assert root
    assert not mistakes
    return root.plain()["rules"] if text[0] == "-" else root.plain()


def said(rule: Rule) -> dict[str, object]:
    return {"kind": rule.kind, **{key: getattr(rule, key) for key in rule.model_fields_set}}


@pytest.mark.parametrize("name", CASES)
def test_what_a_way_out_says_to_write_makes_a_plan_possible(name: str) -> None:
    case, found = CASES[name], answer(name)
    bent = [repair for repair in (*found.repairs, found.whole) if repair and repair.edit and repair.solves]
    assert bent or not any(label in case.kinds for label in ("rest", "limit", "space", "pair", "follow", "eligible"))
    for repair in bent:
        rules = rewritten(case.rules, repair.edit)
        assert possible(case.facts, in_force((*STANDING, *rules), case.facts.people)), repair


def test_lines_to_write_stand_below_their_way_out_and_fit_a_terminal() -> None:
    shown = list(lines(answer("limit, too few turns for too many seats")))
    way = shown.index("  raise `limit` (at_most) from 5 to 7 for Ana on 4 to 10 January (7 points)")
    assert shown[way + 1] == "    limit: except: [{people: ana, dates: 2027-01-04..2027-01-10, at_most: 7}]"
    long = Repair((), (), 5, True, edit=(f"rest: except: [{{people: [{', '.join(map(str, range(99)))}]}}]",))
    assert max(map(len, edits(long))) <= 80
    assert read(" ".join(edits(long))[10:]) == read(long.edit[0][6:])


def test_who_owes_less_than_others_has_a_rule_of_their_own() -> None:
    (repair, *_) = answer("at least").repairs
    assert repair.steps == ("lower `limit` (at_least) from 3 to 1 for Ana",)
    assert repair.edit == (
        "limit: people: [bo]",
        "rules: - {kind: limit, count: shifts, at_least: 1, per: 4 days, people: ana}",
    )


def test_of_several_rules_of_one_kind_the_one_that_is_meant_is_named() -> None:
    case = CASES["rest"]
    found = explained(case.facts, (*STANDING, *case.rules, Rest(at_least=timedelta(hours=1))), Loads(case.facts))
    assert isinstance(found, Infeasible)
    assert found.repairs[1].edit == (
        "rest (at_least: 20h): except: [{people: ana, dates: 2027-01-05..2027-01-06, at_least: 16h}]",
    )


def test_an_exception_of_a_limit_of_ones_own_names_nobody() -> None:
    away = leave("bo", "2027-01-05T00", "2027-01-07T00")
    facts = problem(("ana", "bo"), days(count=4), leaves=(away,))
    own = Limit(count="consecutive_days", at_most=1, people=("ana",))
    found = explained(facts, (*STANDING, own), Loads(facts))
    assert isinstance(found, Infeasible)
    assert "limit: except: [{dates: 2027-01-05..2027-01-06, at_most: 2}]" in [
        line for repair in found.repairs for line in repair.edit
    ]


def test_a_rule_that_has_an_exception_gets_another_one() -> None:
    case = CASES["rest"]
    rest = case.rules[0].but(people="ana", dates="2027-01-05", at_least="18h")
    rules = in_force((*STANDING, rest), case.facts.people)
    found = explained(case.facts, rules, Loads(case.facts))
    assert isinstance(found, Infeasible)
    assert found.repairs[1].steps == ("lower `rest` from 18 h to 16 h for Ana on 5 to 6 January",)
    assert found.repairs[1].edit == (
        "rest: add to except: {people: ana, dates: 2027-01-05..2027-01-06, at_least: 16h}",
    )


# ---------------------------------------------------------------------------------------------- holes, all together


BOTH = (*days(count=2), *days("secondary", 2))
SENIOR = Pair(roles=("primary", "secondary"), at_least_one=("senior",))


def answered(facts: Problem, *rules: Rule) -> Infeasible:
    found = explained(facts, (*STANDING, *rules), Loads(facts))
    assert isinstance(found, Infeasible)
    return found


def each(answer_: Infeasible) -> list[Infeasible]:
    return [answer_, *answer_.others]


def test_no_hole_is_a_way_out_where_a_rule_would_be_broken_all_the_same() -> None:
    team = (person("ana", tags=("senior",)), "bo", "cy")
    found = answered(problem(team, BOTH, leaves=(leave("ana", "2027-01-05T00", "2027-01-06T00"),)), SENIOR)
    assert found.repairs
    assert not [repair for one in each(found) for repair in one.repairs if "uncovered" in repair.kinds]


def test_a_hole_is_a_way_out_where_the_audit_finds_nothing_but_the_hole() -> None:
    """Two learners may not be alone together: with one of them on call nothing is broken but cover."""
    team = (person("ana", tags=("new",)), person("bo", tags=("new",)))
    facts, rule = problem(team, (*days(count=1), *days("secondary", 1))), Pair(never_two=("new",))
    (way,) = [repair for repair in answered(facts, rule).repairs if "uncovered" in repair.kinds]
    (left,) = [shift.id for shift in facts.shifts if shift.id not in way.turns]
    hard = [f for f in audit(facts, (*STANDING, rule), whole(facts, {left: "ana"})) if f.hard]
    assert {(f.rule, *f.shifts) for f in hard} == {("cover", turn) for turn in way.turns}


def test_one_person_for_all_conflicts_is_cheaper_than_one_for_each() -> None:
    """On both days one is lacking: Ana could come on both for 4 points, Bo and Cy on one each for the same."""
    away = (
        leave("ana", "2027-01-04T00", "2027-01-06T00"),
        leave("bo", "2027-01-04T00", "2027-01-05T00"),
        leave("bo", "2027-01-05T00", "2027-01-06T00"),
    )
    team = (person("ana", tags=("senior", "lead")), person("bo", tags=("senior",)), person("cy", tags=("lead",)))
    facts = problem((*team, "dee", "eva"), BOTH, leaves=(*away, leave("cy", "2027-01-04T00", "2027-01-06T00")))
    found = answered(facts, Pair(roles=("primary", "secondary"), at_least_one=("senior", "lead")))
    assert found.others
    assert found.whole is not None
    assert (found.whole.steps, found.whole.cost) == (("ask Ana for 4 to 5 January",), 4)
