from datetime import date

import pytest

from builders import at, person, problem, shift, span
from solving import best, holders
from twins import assert_twins
from watchbill.audit import audit, whole
from watchbill.domain import Held, Part, Travel
from watchbill.policy import Near
from watchbill.results import Infeasible
from watchbill.rules.cover import Cover
from watchbill.rules.keep import Keep
from watchbill.rules.waking import Waking
from watchbill.times import Dates

BERLIN = person("ana", "Europe/Berlin")
TOKYO = person("bo", "Asia/Tokyo")
UTC_DAY = shift("primary/sun/2027-01-04", "2027-01-04T08", 8)
UTC_NIGHT = shift("primary/sun/2027-01-05", "2027-01-05T00", 8)


@pytest.mark.parametrize("strength", ["must", "should"])
@pytest.mark.parametrize("options", [{}, {"spans": False}, {"handoffs": False}, {"hours": (9 * 60, 17 * 60)}])
def test_model_and_check_agree(strength: str, options: dict[str, object]) -> None:
    facts = problem((BERLIN, TOKYO, person("cy", "America/New_York")), (UTC_DAY, UTC_NIGHT))
    assert_twins(facts, [Waking(strength=strength, weight=4, **options)])


def test_turns_go_where_it_is_day() -> None:
    near = Near({UTC_DAY.id: "bo", UTC_NIGHT.id: "ana"})
    facts = problem((BERLIN, TOKYO), (UTC_DAY, UTC_NIGHT), near=near)
    assert holders(facts, [Cover(), Keep()]) == ["bo", "ana"]
    for strength in ("must", "should"):
        assert holders(facts, [Cover(), Keep(), Waking(hours=(480, 1320), strength=strength)]) == ["ana", "bo"]


def test_a_turn_at_which_everyone_sleeps_makes_a_plan_impossible() -> None:
    facts = problem((BERLIN,), (UTC_NIGHT,))
    assert isinstance(best(facts, [Cover(), Waking()]), Infeasible)
    solved = best(facts, [Cover(), Waking(strength="should", weight=7)])
    assert not isinstance(solved, Infeasible)
    assert solved.tiers[0].value == 7


@pytest.mark.parametrize(
    ("start", "hours", "wakes"),
    [
        ("2027-01-04T06", 15, False),  # 07:00 to 22:00 in Berlin, both ends included
        ("2027-01-04T05:45", 2, True),
        ("2027-01-04T20", 1.25, True),
        ("2027-03-29T05", 15, False),  # summer time: an hour earlier in UTC
        ("2027-03-29T05", 15.5, True),
        ("2027-01-04T06", 24 + 15, True),  # awake at both ends, but not through the night between
    ],
)
def test_hours_are_those_of_the_holders_clock(start: str, hours: float, wakes: bool) -> None:
    assert Waking().wakes(BERLIN, shift("primary/x/2027-01-04", start, hours).spans) is wakes


def test_nights_off_inside_a_turn_are_no_matter() -> None:
    office = [span(f"2027-01-0{day}T08", f"2027-01-0{day}T16") for day in (4, 5, 6)]
    assert not Waking().wakes(BERLIN, office)


def test_handoffs_alone_let_a_whole_week_pass() -> None:
    week = shift("primary/week/2027-01-04", "2027-01-04T08", 168)
    assert not Waking(spans=False).wakes(BERLIN, week.spans)
    assert Waking(spans=False).wakes(TOKYO, shift("primary/week/2027-01-04", "2027-01-04T14", 168).spans)


def test_the_handoff_at_the_end_counts_as_well() -> None:
    late = shift("primary/x/2027-01-04", "2027-01-04T08", 15)
    assert Waking(spans=False).wakes(BERLIN, late.spans)
    assert not Waking(spans=False, hours=(7 * 60, 24 * 60)).wakes(BERLIN, late.spans)


def test_waking_hours_may_pass_midnight() -> None:
    owl = Waking(hours=(12 * 60, 26 * 60))
    assert not owl.wakes(BERLIN, shift("primary/x/2027-01-04", "2027-01-04T20", 5).spans)
    assert not owl.wakes(BERLIN, shift("primary/x/2027-01-04", "2027-01-04T23:30", 1).spans)
    assert owl.wakes(BERLIN, shift("primary/x/2027-01-04", "2027-01-04T20", 6).spans)
    assert owl.wakes(BERLIN, shift("primary/x/2027-01-04", "2027-01-04T10", 4).spans)


def test_all_hours_wake_nobody() -> None:
    assert not Waking(hours=(0, 1440)).wakes(BERLIN, shift("primary/x/2027-01-04", "2027-01-04T03", 100).spans)


def test_a_traveller_lives_by_the_clock_of_the_place() -> None:
    away = person("ana", "Europe/Berlin", travel=(Travel(Dates(date(2027, 1, 5), date(2027, 1, 8)), "Asia/Tokyo"),))
    assert not Waking().wakes(away, shift("primary/x/2027-01-04", "2027-01-04T06", 9).spans)
    assert Waking().wakes(away, UTC_DAY.spans)  # in Tokyo from 15:00 UTC on
    assert Waking().wakes(away, shift("primary/x/2027-01-06", "2027-01-06T08", 8).spans)
    assert not Waking().wakes(away, shift("primary/x/2027-01-06", "2027-01-06T01", 8).spans)


def test_other_roles_and_neighbouring_plans_are_not_judged() -> None:
    night = Held(UTC_NIGHT, (Part("ana", UTC_NIGHT.start, UTC_NIGHT.end),))
    facts = problem((BERLIN,), (UTC_DAY, shift("shadow/sun/2027-01-04", "2027-01-04T00", 8)), after=(night,))
    plan = whole(facts, dict.fromkeys((s.id for s in facts.shifts), "ana"))
    assert not audit(facts, [Waking(roles=("primary",))], plan)
    assert not audit(facts, [Waking(layers=("primary/sun",))], plan)
    (found,) = audit(facts, [Waking()], plan)
    assert found.shifts == ("shadow/sun/2027-01-04",)
    assert found.sentence == "Ana holds shadow/sun/2027-01-04 outside 07:00..22:00 on their own clock"


def test_parts_are_judged_by_the_hours_really_held() -> None:
    turn = shift("primary/sun/2027-01-04", "2027-01-04T00", 16)
    facts = problem((BERLIN, TOKYO), (turn,))
    relieved = {turn.id: (Part("bo", turn.start, at("2027-01-04T07")), Part("ana", at("2027-01-04T07"), turn.end))}
    assert not audit(facts, [Waking()], relieved)
    (found,) = audit(facts, [Waking()], {turn.id: (Part("ana", turn.start, turn.end),)})
    assert found.people == ("ana",)


def test_a_rule_that_looks_at_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="waking looks at nothing"):
        Waking(spans=False, handoffs=False)


def test_options_are_read_from_text() -> None:
    rule = Waking.model_validate({"kind": "waking", "hours": "08:00..23:00", "handoffs": "no", "roles": "primary"})
    assert rule == Waking(hours=(480, 1380), handoffs=False, roles=("primary",))
