from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from builders import at, days, person, problem, shift, span, wish
from solving import holders
from twins import assert_twins
from watchbill.audit import audit, whole
from watchbill.domain import Held, Part, Wish
from watchbill.load import Loads
from watchbill.policy import Near
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules.cover import Cover
from watchbill.rules.keep import Keep
from watchbill.rules.wishes import Wishes, stakes

MONDAY = ("2027-01-04T00", "2027-01-05T00")


def judged(facts: Problem, *held_by: str) -> list[Finding]:
    plan = dict(zip((s.id for s in facts.shifts), held_by, strict=True))
    return list(audit(facts, [Wishes()], whole(facts, plan)))


def costs(facts: Problem, person_id: str = "ana") -> list[int]:
    """What each shift costs a person, if they hold them all."""
    found = {finding.shifts[0]: finding.cost for finding in judged(facts, *[person_id] * len(facts.shifts))}
    return [found.get(shift.id, 0) for shift in facts.shifts]


WISHES: Mapping[str, tuple[Wish, ...]] = {
    "one to avoid": (wish("ana", "avoid", *MONDAY, weight=3),),
    "one to prefer": (wish("bo", "prefer", "2027-01-05T10", "2027-01-06T07"),),
    "several over budget": (
        wish("ana", "avoid", *MONDAY, weight=7),
        wish("ana", "prefer", "2027-01-05T00", "2027-01-06T13", weight=6),
        wish("ana", "avoid", "2027-01-05T23", "2027-01-06T01", weight=5),
        wish("cy", "avoid", *MONDAY),
    ),
    "kinds of hours": (
        Wish("ana", "prefer", (), 2, "night"),
        Wish("bo", "avoid", (span("2027-01-02T00", "2027-01-10T00"),), 2, "night"),
        wish("bo", "avoid", *MONDAY),
    ),
}


@pytest.mark.parametrize("name", WISHES)
def test_model_and_check_agree(name: str) -> None:
    assert_twins(problem(shifts=days(count=4, hours=17), wishes=WISHES[name]), [Wishes()])


def test_model_and_check_agree_with_two_seats_a_joiner_and_neighbours() -> None:
    eve = shift("primary/daily/2027-01-03", "2027-01-03T00")
    people = ("ana", person("bo", joined=date(2027, 1, 5)), "cy")
    seats = (*days(count=3), *(shift(f"primary/daily/2027-01-0{n}/2", f"2027-01-0{n}T00", seat=2) for n in (4, 5, 6)))
    wishes = (
        wish("ana", "avoid", "2027-01-03T00", "2027-01-05T00"),
        wish("bo", "prefer", "2027-01-04T12", "2027-01-06T12"),
    )
    facts = problem(
        people,
        seats,
        seats={"primary": 2},
        before=(Held(eve, (Part("ana", eve.start, eve.end),)),),
        wishes=wishes,
    )
    assert_twins(facts, [Wishes()])


def test_a_wish_moves_a_turn() -> None:
    shifts = days(count=2)
    facts = problem(("ana", "bo"), shifts, wishes=(wish("ana", "avoid", *MONDAY),))
    stay = replace(facts, near=Near({shifts[0].id: "ana", shifts[1].id: "bo"}))
    assert holders(stay, [Cover(), Keep()]) == ["ana", "bo"]
    assert holders(stay, [Cover(), Keep(), Wishes()]) == ["bo", "ana"]


def test_a_preferred_turn_is_given() -> None:
    shifts = days(count=2)
    near = Near({s.id: "bo" for s in shifts})
    facts = problem(("ana", "bo"), shifts, wishes=(wish("ana", "prefer", *MONDAY),), near=near)
    assert holders(facts, [Cover(), Keep(), Wishes()]) == ["ana", "bo"]


def test_a_turn_costs_its_weight_less_the_mean_of_all_turns() -> None:
    facts = problem(shifts=days(count=4), wishes=(wish("ana", "avoid", *MONDAY, weight=3),))
    assert costs(facts) == [2250, -750, -750, -750]
    assert costs(facts, "bo") == [0, 0, 0, 0]


def test_a_preference_is_the_mirror_of_an_aversion() -> None:
    facts = problem(shifts=days(count=4), wishes=(wish("ana", "prefer", *MONDAY, weight=3),))
    assert costs(facts) == [-2250, 750, 750, 750]


def test_half_of_the_hours_wished_is_half_of_the_weight() -> None:
    facts = problem(shifts=days(count=2), wishes=(wish("ana", "avoid", "2027-01-04T12", "2027-01-05T12", weight=4),))
    assert costs(facts) == [0, 0]
    longer = problem(shifts=days(count=4), wishes=(wish("ana", "avoid", "2027-01-04T12", "2027-01-05T12", weight=4),))
    assert costs(longer) == [1000, 1000, -1000, -1000]


def test_who_avoids_everything_alike_gains_nothing() -> None:
    everything = (wish("ana", "avoid", "2027-01-01T00", "2027-02-01T00", weight=9),)
    facts = problem(shifts=(*days(count=3), *days("secondary", 2, hours=7)), wishes=everything)
    assert costs(facts) == [0, 0, 0, 0, 0]
    every_day = tuple(wish("ana", "avoid", f"2027-01-0{n}T00", f"2027-01-0{n + 1}T00") for n in (4, 5, 6, 7))
    assert costs(problem(shifts=days(count=4), wishes=every_day)) == [0, 0, 0, 0]


def test_a_wish_that_no_turn_touches_costs_nothing() -> None:
    elsewhere = wish("ana", "avoid", "2027-03-01T00", "2027-03-02T00", weight=9)
    between = wish("ana", "avoid", "2027-01-04T20", "2027-01-04T22", weight=9)
    shifts = days(count=2, hours=17)
    assert costs(problem(shifts=shifts, wishes=(elsewhere, between))) == [0, 0]
    wished = wish("ana", "avoid", *MONDAY, weight=2)
    alone, among = (problem(shifts=shifts, wishes=(wished, *rest)) for rest in ((), (elsewhere, between)))
    assert costs(alone) == costs(among) != [0, 0]


def test_wishes_together_weigh_no_more_than_the_budget() -> None:
    modest = problem(shifts=days(count=4), wishes=(wish("ana", "avoid", *MONDAY, weight=10),), wish_budget=10)
    greedy = problem(shifts=days(count=4), wishes=(wish("ana", "avoid", *MONDAY, weight=1000),), wish_budget=10)
    assert costs(modest) == costs(greedy) == [7500, -2500, -2500, -2500]
    two = (wish("ana", "avoid", *MONDAY, weight=10), wish("ana", "avoid", "2027-01-05T00", "2027-01-06T00", weight=10))
    assert costs(problem(shifts=days(count=4), wishes=two, wish_budget=10)) == [2500, 2500, -2500, -2500]


def test_the_budget_is_no_quota() -> None:
    small = problem(shifts=days(count=4), wishes=(wish("ana", "avoid", *MONDAY, weight=1),), wish_budget=10)
    assert costs(small) == [750, -250, -250, -250]


def test_hours_outside_the_plan_are_not_wished_for_in_it() -> None:
    inside, reaching = MONDAY, ("2026-12-01T00", "2027-01-05T00")
    one, other = (problem(shifts=days(count=4), wishes=(wish("ana", "avoid", *when),)) for when in (inside, reaching))
    assert costs(one) == costs(other)


def test_the_mean_is_taken_over_turns_that_the_person_could_hold() -> None:
    shifts = (*days("primary", 2), *days("secondary", 4))
    servers = {"primary/daily": ["ana"], "secondary/daily": ["bo"]}
    facts = problem(("ana", "bo"), shifts, servers=servers, wishes=(wish("ana", "avoid", *MONDAY),))
    held = {finding.shifts[0]: finding.cost for finding in judged(facts, "ana", "bo", "ana", "bo", "bo", "bo")}
    assert held == {"primary/daily/2027-01-04": 500, "primary/daily/2027-01-05": -500}
    late = problem((person("ana", joined=date(2027, 1, 6)),), days(count=4), wishes=(wish("ana", "avoid", *MONDAY),))
    assert stakes(late, Loads(late)) == {}


def test_a_kind_of_hours_is_wished_for_on_the_persons_clock() -> None:
    shifts = (shift("primary/a/2027-01-04", "2027-01-04T00", 12), shift("primary/b/2027-01-04", "2027-01-04T12", 12))
    wishes = tuple(Wish(who, "prefer", (), 2, "night") for who in ("ana", "bo"))
    facts = problem((person("ana"), person("bo", "Asia/Tokyo")), shifts, wishes=wishes)
    # Ana sleeps 7 h of the first turn and 2 h of the second; Bo, 9 h ahead, 9 h of the second alone.
    assert costs(facts, "ana") == [-556, 556]
    assert costs(facts, "bo") == [1000, -1000]


def test_parts_pay_for_the_hours_they_really_hold() -> None:
    facts = problem(shifts=days(count=4), wishes=(wish("ana", "avoid", *MONDAY, weight=3),))
    first, noon = facts.shifts[0], at("2027-01-04T06")
    parts = {first.id: (Part("ana", first.start, noon), Part("bo", noon, first.end))}
    (found,) = audit(facts, [Wishes()], parts)
    assert (found.people, found.cost) == (("ana",), 3000 // 4 - 750 // 4 - 1)


def test_a_sentence_says_whether_a_wish_was_met() -> None:
    wishes = (wish("ana", "avoid", *MONDAY, weight=3), wish("bo", "prefer", "2027-01-05T00", "2027-01-06T00"))
    facts = problem(shifts=days(count=4), wishes=wishes)
    assert [f.sentence for f in judged(facts, "ana", "bo", "ana", "cy")] == [
        "Ana holds primary/daily/2027-01-04 against a wish, which costs 2.25 points",
        "Bo holds primary/daily/2027-01-05 as wished, which gains 0.75 points",
        "Ana holds primary/daily/2027-01-06 beside other wishes, which gains 0.75 points",
    ]


def test_long_wishes_name_the_same_hours_as_short_ones() -> None:
    fridays_of_two_months = [date(2027, 1, 1) + timedelta(days=n) for n in range(0, 56, 7)]
    fridays = tuple(span(f"{day}T00", f"{day}T18") for day in fridays_of_two_months)
    facts = problem(shifts=days(count=20), wishes=(Wish("ana", "avoid", fridays, 4),))
    assert costs(facts)[4] == max(costs(facts)) == costs(facts)[11] == costs(facts)[18]
    assert sum(cost > 0 for cost in costs(facts)) == 3
