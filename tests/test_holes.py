"""Best effort: as few holes as can be, each with its reasons, and no hole gets published unless it is allowed."""

import pytest

from builders import days, leave, person, problem, shift
from relaxing import STANDING
from relieving import lax
from test_explain import CASES
from watchbill.assemble import Ground
from watchbill.holes import best_effort, gave_way, holes, needs, refused
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import Draft, Inputs
from watchbill.rules import Fair, Keep, Pair, Rule, Wishes
from watchbill.solve import Effort

LET_GO = {"cover", "limit", "pair", "pin"}


def ground(facts: Problem, *rules: Rule) -> Ground:
    return Ground(facts, (*STANDING, Fair(), Wishes(), Keep(), *rules), Loads(facts))


def draft(on: Ground) -> Draft:
    made = best_effort(on, Inputs("x"), Effort(work=2.0), None)
    assert isinstance(made, Draft)
    return made


def empty(made: Draft) -> list[str]:
    return [assigned.shift.id for assigned in made.shifts if not assigned.parts]


@pytest.mark.parametrize("name", CASES)
def test_a_draft_with_holes_breaks_nothing_but_what_is_due(name: str) -> None:
    on = ground(CASES[name].facts, *CASES[name].rules)
    made = draft(on)
    assert made.status == "best effort"
    hard = {finding.rule for finding in made.findings if finding.hard}
    assert hard
    assert hard <= LET_GO
    assert [hole.shift for hole in holes(on, made)] == empty(made)


def test_as_little_as_possible_is_left_uncovered() -> None:
    away = (leave("ana", "2027-01-05T00", "2027-01-06T00"), leave("bo", "2027-01-05T00", "2027-01-06T00"))
    made = draft(ground(problem(("ana", "bo"), days(count=4), leaves=away)))
    assert empty(made) == ["primary/daily/2027-01-05"]


def test_hours_count_and_not_turns() -> None:
    short = [shift(f"secondary/short/2027-01-04T{hour}:00", f"2027-01-04T{hour}", 6) for hour in ("00", "12")]
    facts = problem(("ana",), (*days("primary", 1), *short))
    assert empty(draft(ground(facts))) == [turn.id for turn in short]


def test_each_hole_says_what_keeps_everyone_from_it() -> None:
    on = ground(CASES["rest"].facts, *CASES["rest"].rules)
    assert [hole.sentence for hole in holes(on, draft(on))] == [
        "nobody takes primary on 5 January: Bo is unavailable; rule `rest` keeps Ana from it"
    ]


def test_holes_are_allowed_by_role_and_nothing_else_is() -> None:
    made = draft(ground(CASES["everyone away on one day"].facts))
    assert refused([made], ()) == [
        "  cover: nobody holds primary/daily/2027-01-05 (2027-01-05)",
        "If these holes are meant, add: --allow holes:primary",
    ]
    assert refused([made], ["holes:primary"]) == []
    assert refused([made], ["holes:primary", "holes:secondary"]) == [
        "  nothing needs --allow holes:secondary. Leave it out."
    ]


def test_other_hard_findings_are_not_allowed() -> None:
    made = draft(ground(CASES["pinned to someone away"].facts))
    assert any("is pinned to Ana" in line for line in refused([made], ["holes:primary"]))


def test_a_shift_that_nobody_could_hold_whole_may_be_a_hole_and_parts_are_no_shifts_of_their_own() -> None:
    away = (leave("ana", "2027-01-05T06", "2027-01-05T08"), leave("ana", "2027-01-06T06", "2027-01-06T08"))
    gone = leave("bo", "2027-01-05T00", "2027-01-06T00")
    made = draft(ground(lax(problem(("ana", "bo"), days(count=3), leaves=(*away, gone)), 4)))
    assert empty(made) == ["primary/daily/2027-01-05"]
    assert {part.person for part in made.shifts[2].parts} == {"bo"}


BESIDE = (*days(count=2), *days("secondary", 2))
SENIOR = Pair(roles=("primary", "secondary"), at_least_one=("senior",))


def nobody_senior_and_one_too_few() -> Ground:
    """On 5 January one is left for two roles, and it is none of those with the tag."""
    away = [leave(who, "2027-01-05T00", "2027-01-06T00") for who in ("ana", "bo")]
    team = (person("ana", tags=("senior",)), "bo", "cy")
    return ground(problem(team, BESIDE, leaves=tuple(away)), SENIOR)


def test_rules_that_give_way_beside_the_holes_are_named() -> None:
    made = draft(nobody_senior_and_one_too_few())
    assert [finding.rule for finding in gave_way(made)] == ["pair"]
    (hole,) = empty(made)
    assert needs(made) == (f"holes:{hole.split('/')[0]}", "pair")


def test_with_exactly_what_is_named_nothing_keeps_a_draft_from_being_published() -> None:
    made = draft(nobody_senior_and_one_too_few())
    hole, rule = needs(made)
    assert refused([made], ())[-1] == f"If this is meant, add: --allow {hole} --allow {rule}"
    assert refused([made], [hole])[-1] == "If this is meant, add: --allow pair"
    assert refused([made], [rule])[-1] == f"If these holes are meant, add: --allow {hole}"
    assert refused([made], needs(made)) == []
    assert refused([made], [*needs(made), "space"]) == ["  nothing needs --allow space. Leave it out."]


def test_what_cannot_be_allowed_has_to_be_mended_first() -> None:
    facts = CASES["pinned to someone away"].facts
    made = draft(ground(facts, *CASES["pinned to someone away"].rules))
    told = refused([made], ())
    assert any("is pinned to Ana" in line for line in told)
    assert "pin" not in needs(made)
