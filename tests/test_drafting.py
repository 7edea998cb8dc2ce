from collections.abc import Sequence
from typing import Any

import pytest

from builders import days, problem
from watchbill.assemble import Ground, assemble
from watchbill.audit import whole
from watchbill.domain import Part
from watchbill.drafting import insist
from watchbill.load import Loads
from watchbill.results import Draft, Inputs, Tier
from watchbill.rules import standing

SHIFTS = days(count=3)
IDS = tuple(shift.id for shift in SHIFTS)


def draft(holders: Sequence[str], tiers: Sequence[Tier] = (), **facts: Any) -> Draft:
    facts_ = problem(shifts=SHIFTS, **facts)
    ground = Ground(facts_, tuple(standing()), Loads(facts_))
    parts = whole(facts_, dict(zip(IDS, holders, strict=False)))
    return assemble(ground, parts, inputs=Inputs(""), status="solved", tiers=tiers)


def test_loads_of_shifts_and_people_add_up() -> None:
    made = draft(["ana", "bo", "ana"])
    held = {account.person: account.load["all"] for account in made.people}
    assert held["ana"] == made.shifts[0].load["all"] + made.shifts[2].load["all"]
    assert held["bo"] == made.shifts[1].load["all"] > 0
    assert held["cy"] == 0
    assert sum(account.after["all"] for account in made.people) == 0


def test_a_shift_in_parts_weighs_for_each_what_they_hold() -> None:
    facts = problem(shifts=SHIFTS)
    ground = Ground(facts, tuple(standing()), Loads(facts))
    first = SHIFTS[0]
    noon = first.start + (first.end - first.start) / 2
    parts = whole(facts, dict(zip(IDS, ["bo", "bo", "bo"], strict=True)))
    parts[first.id] = (Part("ana", first.start, noon), Part("bo", noon, first.end))
    made = assemble(ground, parts, inputs=Inputs(""), status="edited", tiers=())
    held = {account.person: account.load["all"] for account in made.people}
    expected = ground.loads.of_spans("ana", "primary", [parts[first.id][0].span])["all"]
    assert held["ana"] == expected
    assert sum(held.values()) == sum(assigned.load["all"] for assigned in made.shifts)
    assert made.shifts[0].person == "ana"


def test_what_breaks_a_rule_is_never_taken_for_an_answer() -> None:
    with pytest.raises(AssertionError, match=r"solver and audit disagree.*nothing was written"):
        insist(draft(["ana", "bo"]), ())


@pytest.mark.parametrize(("told", "bound"), [(-1, -5), (7, 3)])
def test_an_answer_that_costs_other_than_the_solver_says_is_refused(told: int, bound: int) -> None:
    tier = Tier("should", told, told, bound)
    made = draft(["ana", "bo", "cy"], [tier])
    assert made.tiers[0].value == 0
    with pytest.raises(AssertionError, match=r'tier "should" costs -?\d+ by the solver'):
        insist(made, [tier])
