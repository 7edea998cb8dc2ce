from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from builders import days, person, problem, shift, span
from judging import found, found_in_parts, neighbour, part, sentences
from solving import best, holders
from twins import assert_twins
from watchbill.domain import Shift
from watchbill.results import Infeasible
from watchbill.rules import AnyRule, Limit
from watchbill.rules.cover import Cover
from watchbill.rules.overlap import Overlap

STANDING = [Overlap(), Cover()]
ANA = person("ana", tags=("junior",))
BO = person("bo", "Asia/Singapore", weekend=(4, 5))
# 2027-01-08 is a Friday.
OVER_WEEKEND = (
    shift("primary/fri/2027-01-08", "2027-01-08T12", 10),
    shift("primary/fri/2027-01-08T22", "2027-01-08T22", 12),
    shift("secondary/sun/2027-01-10", "2027-01-10T18", 10),
    shift("secondary/mon/2027-01-11", "2027-01-11T08", 10),
    shift("primary/sat/2027-01-16", "2027-01-16T08", 10),
)
TWO_ROLES = (*days("primary", 3), *days("secondary", 2, "2027-01-05"))


def daily(count: int = 4) -> tuple[Shift, ...]:
    return days(count=count)


def in_days(count: int) -> timedelta:
    return timedelta(days=count)


@pytest.mark.parametrize("strength", ["must", "should"])
@pytest.mark.parametrize(
    ("shifts", "options"),
    [
        (daily(), {"count": "shifts", "at_most": 1, "per": in_days(2)}),
        (daily(), {"count": "shifts", "at_most": 2, "per": in_days(3), "weight": 3}),
        (daily(), {"count": "shifts", "at_most": 2}),
        (daily(), {"count": "shifts", "at_most": 3, "at_least": 1, "people": ("ana",)}),
        (daily(), {"count": "shifts", "at_least": 1, "per": in_days(2), "people": ("ana",)}),
        (daily(), {"count": "shifts", "at_least": 2, "tags": ("junior",)}),
        (daily(), {"count": "shifts", "at_least": 1, "each": "all", "people": ("ana", "bo"), "per": in_days(2)}),
        (daily(), {"count": "shifts", "at_most": 3, "each": "all", "tags": ("junior",), "people": ("bo",)}),
        (daily(), {"count": "hours", "at_most": 40, "per": in_days(2)}),
        (daily(), {"count": "hours", "at_most": timedelta(hours=30, minutes=30), "per": in_days(3)}),
        (daily(), {"count": "hours", "at_least": 20, "weight": 2}),
        (daily(), {"count": "consecutive_days", "at_most": 2}),
        (daily(), {"count": "consecutive_days", "at_most": 1, "tags": ("junior",)}),
        (OVER_WEEKEND, {"count": "nights", "at_most": 1, "per": in_days(5)}),
        (OVER_WEEKEND, {"count": "weekends", "at_most": 1, "per": in_days(10)}),
        (OVER_WEEKEND, {"count": "weekends", "at_most": 1}),
        (OVER_WEEKEND, {"count": "weekends", "at_least": 3, "each": "all"}),
        (OVER_WEEKEND, {"count": "consecutive_days", "at_most": 2}),
        (OVER_WEEKEND, {"count": "hours", "at_most": 15, "per": in_days(1)}),
        (TWO_ROLES, {"count": "shifts", "at_most": 2, "per": in_days(3), "roles": ("primary",)}),
        (TWO_ROLES, {"count": "shifts", "at_most": 1, "per": in_days(3), "layers": ("secondary/daily",)}),
    ],
)
def test_model_and_check_agree(strength: str, shifts: tuple[Shift, ...], options: dict[str, Any]) -> None:
    people = (ANA, BO) if len(shifts) > 4 else (ANA, BO, person("cy"))
    assert_twins(problem(people, shifts), [*STANDING, Limit(strength=strength, **options)])


@pytest.mark.parametrize("strength", ["must", "should"])
def test_model_and_check_agree_on_holidays(strength: str) -> None:
    people = (person("ana", own_holidays=(date(2027, 1, 5), date(2027, 1, 6))), BO)
    rule = Limit(count="holidays", at_most=1, strength=strength)
    assert_twins(problem(people, daily()), [*STANDING, rule])


SEAMS: dict[str, Any] = {
    "before": (
        neighbour("primary/daily/2027-01-03", "2027-01-03T00", 24, "ana"),
        neighbour("secondary/daily/2027-01-03", "2027-01-03T00", 24, "ana"),
        neighbour("third/daily/2027-01-03", "2027-01-03T00", 24, "cy", part("bo", "2027-01-03T06", "2027-01-03T12")),
    ),
    "after": (neighbour("primary/daily/2027-01-07", "2027-01-07T00", 24, "bo"),),
}


@pytest.mark.parametrize("strength", ["must", "should"])
@pytest.mark.parametrize(
    "options",
    [
        {"count": "shifts", "at_most": 2, "per": in_days(3)},
        {"count": "shifts", "at_most": 1},
        {"count": "shifts", "at_least": 2, "per": in_days(3), "people": ("bo",)},
        {"count": "hours", "at_most": 30, "per": in_days(2)},
        {"count": "hours", "at_most": 30, "per": in_days(2), "each": "all", "people": ("ana", "bo")},
        {"count": "consecutive_days", "at_most": 2},
        {"count": "weekends", "at_most": 1, "per": in_days(14)},
    ],
)
def test_model_and_check_agree_across_seams(strength: str, options: dict[str, Any]) -> None:
    facts = problem((ANA, BO, person("cy")), daily(3), **SEAMS)
    assert_twins(facts, [*STANDING, Limit(strength=strength, **options)], both_kinds=options["count"] != "weekends")


def test_a_limit_spreads_the_turns() -> None:
    facts = problem(("ana", "bo"), daily(2))
    one_a_plan = Limit(count="shifts", at_most=1)
    assert set(holders(facts, [*STANDING, one_a_plan])) == {"ana", "bo"}
    assert holders(problem(("ana",), daily(2)), STANDING) == ["ana", "ana"]
    assert isinstance(best(problem(("ana",), daily(2)), [*STANDING, one_a_plan]), Infeasible)


def test_a_rolling_window_lets_turns_return_after_it() -> None:
    facts = problem(("ana", "bo"), daily(4))
    held = holders(facts, [*STANDING, Limit(count="shifts", at_most=1, per=in_days(2))])
    assert held in (["ana", "bo", "ana", "bo"], ["bo", "ana", "bo", "ana"])


def test_the_plan_before_counts_in_a_rolling_window_but_not_in_the_whole_plan() -> None:
    facts = problem(
        ("ana", "bo"), daily(1), before=(neighbour("primary/daily/2027-01-03", "2027-01-03T00", 24, "ana"),)
    )
    assert holders(facts, [*STANDING, Limit(count="shifts", at_most=1, per=in_days(2))]) == ["bo"]
    assert found(facts, Limit(count="shifts", at_most=1), "ana") == []


def test_at_least_gives_everyone_a_turn() -> None:
    facts = problem(("ana", "bo", "cy"), daily(3))
    assert sorted(holders(facts, [*STANDING, Limit(count="shifts", at_least=1)])) == ["ana", "bo", "cy"]


def test_nothing_is_due_from_nobody() -> None:
    rule = Limit(count="shifts", at_least=1, each="all", tags=("contractor",))
    assert holders(problem(("ana",), daily(1)), [*STANDING, rule]) == ["ana"]


def test_nothing_is_due_from_someone_who_is_not_on_the_rota_all_the_time() -> None:
    joiner = person("ana", joined=date(2027, 1, 6))
    facts = problem((joiner, "bo"), daily(4))
    assert found(facts, Limit(count="shifts", at_least=1), *["bo"] * 4) == []
    rolling = Limit(count="shifts", at_least=1, per=in_days(2))
    assert [str(f.day) for f in found(facts, rolling, *["bo"] * 4)] == ["2027-01-06"]


def test_a_window_that_does_not_fit_in_the_plan_asks_for_nothing() -> None:
    assert found(problem(("ana", "bo"), daily(4)), Limit(count="shifts", at_least=1, per=in_days(6)), *["bo"] * 4) == []


def test_a_finding_names_person_number_window_and_bound() -> None:
    facts = problem(("ana", "bo"), daily(4))
    rule = Limit(count="shifts", at_most=1, per=in_days(3))
    (finding,) = found(facts, rule, "ana", "bo", "ana", "bo")[:1]
    assert finding.sentence == ("Ana has 2 shifts within 3 days (2027-01-04 to 2027-01-06); at most 1 shift allowed")
    assert finding.shifts == ("primary/daily/2027-01-04", "primary/daily/2027-01-06")
    assert sentences(facts, Limit(count="shifts", at_least=1), *["bo"] * 4) == [
        "Ana has 0 shifts in the whole plan; at least 1 shift due"
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"count": "hours", "at_most": timedelta(hours=30, minutes=30), "per": in_days(2), "strength": "should"},
            "Ana has 48 h within 2 days (2027-01-04 to 2027-01-05); at most 30 h 30 min wanted",
        ),
        (
            {"count": "consecutive_days", "at_most": 1},
            "Ana has 2 days on call running (2027-01-04 to 2027-01-05); at most 1 day on call running allowed",
        ),
        (
            {"count": "hours", "at_most": 20, "per": in_days(1), "people": "ana"},
            "Ana has 24 h on 2027-01-04; at most 20 h allowed",
        ),
        (
            {"count": "shifts", "at_most": 1, "each": "all"},
            "Ana and Bo have 2 shifts in the whole plan; at most 1 shift allowed",
        ),
    ],
)
def test_sentences(options: dict[str, Any], sentence: str) -> None:
    assert sentences(problem(("ana", "bo"), daily(2)), Limit(**options), "ana", "ana")[0] == sentence


def test_hard_findings_are_not_repeated_for_windows_inside_others() -> None:
    facts = problem(("ana",), daily(4))
    assert len(found(facts, Limit(count="shifts", at_most=1, per=in_days(4)), *["ana"] * 4)) == 1


def test_closer_turns_cost_more() -> None:
    rule = Limit(count="shifts", at_most=1, per=in_days(3), strength="should")

    def cost(*held: str) -> int:
        return sum(
            finding.cost for finding in found(problem(("ana", "bo"), daily(4)), rule, *held) if "ana" in finding.people
        )

    assert cost("bo", "ana", "ana", "bo") > cost("bo", "ana", "bo", "ana") > cost("bo", "ana", "bo", "bo") == 0


def test_hours_cost_by_begun_hours() -> None:
    rule = Limit(count="hours", at_most=timedelta(hours=22, minutes=30), strength="should", weight=5)
    assert [finding.cost for finding in found(problem(("ana",), daily(1)), rule, "ana")] == [10]


def test_a_shift_counts_on_the_date_of_its_start_where_the_holder_is() -> None:
    late = (shift("primary/late/2027-01-04", "2027-01-04T20", 4), shift("primary/early/2027-01-05", "2027-01-05T08", 4))
    rule = Limit(count="shifts", at_most=1, per=in_days(1))
    assert found(problem(("ana",), late), rule, "ana", "ana") == []
    assert len(found(problem((person("ana", "Asia/Singapore"),), late), rule, "ana", "ana")) == 1


def test_hours_count_on_the_dates_on_which_they_fall() -> None:
    night = shift("primary/night/2027-01-04", "2027-01-04T18", 14)
    facts = problem(("ana",), (night,))
    assert found(facts, Limit(count="hours", at_most=8, per=in_days(1)), "ana") == []
    assert len(found(facts, Limit(count="hours", at_most=7, per=in_days(1)), "ana")) == 1


def test_an_hour_that_the_clock_skips_is_not_counted() -> None:
    spring = shift("primary/spring/2027-03-28", "2027-03-27T23", 23)
    facts = problem((person("ana", "Europe/Berlin"),), (spring,))
    rule = Limit(count="hours", at_most=22, per=in_days(1))
    assert sentences(facts, rule, "ana") == ["Ana has 23 h on 2027-03-28; at most 22 h allowed"]


def test_a_night_shift_has_four_hours_of_night() -> None:
    three = shift("primary/x/2027-01-04", "2027-01-04T17", 8)
    four = shift("primary/x/2027-01-05", "2027-01-05T17", 9)
    facts = problem(("ana",), (three, four))
    assert found(facts, Limit(count="nights", at_most=0), "ana", "ana")[0].shifts == (four.id,)


def test_both_days_of_one_weekend_are_one_weekend() -> None:
    saturday, sunday = (shift(f"primary/x/{day}", f"{day}T08", 10) for day in ("2027-01-09", "2027-01-10"))
    facts = problem(("ana",), (saturday, sunday))
    assert found(facts, Limit(count="weekends", at_most=1), "ana", "ana") == []
    assert len(found(facts, Limit(count="weekends", at_most=0), "ana", "ana")) == 1


def test_three_hours_do_not_spoil_a_weekend() -> None:
    friday = shift("primary/x/2027-01-08", "2027-01-08T20", 7)
    assert found(problem(("ana",), (friday,)), Limit(count="weekends", at_most=0), "ana") == []
    longer = shift("primary/x/2027-01-08", "2027-01-08T20", 8)
    assert len(found(problem(("ana",), (longer,)), Limit(count="weekends", at_most=0), "ana")) == 1


def test_a_person_may_have_another_weekend() -> None:
    friday = shift("primary/x/2027-01-08", "2027-01-08T02", 10)
    rule = Limit(count="weekends", at_most=0)
    assert found(problem(("ana",), (friday,)), rule, "ana") == []
    assert len(found(problem((BO,), (friday,)), rule, "bo")) == 1


def test_days_running_see_every_date_that_is_touched() -> None:
    nights = tuple(shift(f"primary/n/2027-01-0{n}", f"2027-01-0{n}T22", 10) for n in (4, 6))
    facts = problem(("ana",), nights)
    (run,) = found(facts, Limit(count="consecutive_days", at_most=3, strength="should"), "ana", "ana")
    assert (run.cost, run.sentence.split(";")[0]) == (1, "Ana has 4 days on call running (2027-01-04 to 2027-01-07)")


def test_parts_count_for_who_really_holds_them() -> None:
    facts = problem(("ana", "bo"), daily(1))
    halves = [part("ana", "2027-01-04T00", "2027-01-04T06"), part("bo", "2027-01-04T06", "2027-01-05T00")]
    plan = {"primary/daily/2027-01-04": halves}
    assert sentences(facts, Limit(count="hours", at_most=5, people="ana"), "ana")[0].startswith("Ana has 24 h")
    assert [f.sentence for f in found_in_parts(facts, Limit(count="hours", at_most=5), plan)] == [
        "Ana has 6 h in the whole plan; at most 5 h allowed",
        "Bo has 18 h in the whole plan; at most 5 h allowed",
    ]


def test_two_parts_of_one_turn_are_one_shift() -> None:
    facts = problem(("ana", "bo"), daily(1))
    start, end = "2027-01-04T00", "2027-01-05T00"
    parts = [
        part("ana", start, "2027-01-04T06"),
        part("bo", "2027-01-04T06", "2027-01-04T12"),
        part("ana", "2027-01-04T12", end),
    ]
    plan = {"primary/daily/2027-01-04": parts}
    assert found_in_parts(facts, Limit(count="shifts", at_most=1), plan) == []


def test_what_neighbours_did_is_not_held_against_the_plan() -> None:
    before = tuple(neighbour(f"x{n}/y/2027-01-03", "2027-01-03T00", 12, "ana") for n in range(3))
    facts = problem(("ana", "bo"), daily(1), before=before)
    rule = Limit(count="shifts", at_most=1, per=in_days(3), strength="should")
    assert found(facts, rule, "bo") == []
    assert [finding.cost for finding in found(facts, rule, "ana")] == [1]


def test_a_turn_in_windows_counts_once_from_its_first_day() -> None:
    windows = [span(f"2027-01-0{n}T09", f"2027-01-0{n}T17") for n in (4, 5, 6)]
    weekly = shift("primary/days/2027-01-04", "2027-01-04T09", gaps=windows)
    facts = problem(("ana",), (weekly,))
    assert found(facts, Limit(count="shifts", at_most=1), "ana") == []
    assert len(found(facts, Limit(count="consecutive_days", at_most=2), "ana")) == 1


def test_options_are_read_from_text() -> None:
    read = TypeAdapter(AnyRule).validate_python
    assert read({"kind": "limit", "count": "hours", "at_most": "40", "per": "1 week", "roles": ["primary"]}) == Limit(
        count="hours", at_most=40, per=in_days(7), roles=("primary",)
    )
    assert read({"kind": "limit", "count": "hours", "at_most": "36h"}) == Limit(
        count="hours", at_most=timedelta(hours=36)
    )


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"count": "shifts"}, "a limit has no number"),
        ({"count": "shifts", "at_most": 1, "at_least": 2}, "at_least is more than at_most"),
        ({"count": "nights", "at_most": timedelta(hours=3)}, "counted, not measured"),
        ({"count": "shifts", "at_most": 1, "per": timedelta(hours=36)}, "the window 36 h is not made of whole days"),
        ({"count": "shifts", "at_most": 1, "per": timedelta()}, "not made of whole days"),
        ({"count": "consecutive_days", "at_least": 1}, "takes at_most only"),
        ({"count": "consecutive_days", "at_most": 2, "each": "all"}, "takes at_most only"),
        ({"count": "consecutive_days", "at_most": 0}, "bars everyone"),
        ({"count": "shifts", "at_most": "many"}, "no length of time"),
    ],
)
def test_limits_that_make_no_sense_are_refused(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Limit(**options)
