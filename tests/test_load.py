from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import at, days, person, problem, shift, span
from watchbill.domain import BUCKETS, KINDS, Leave, Person, Role, ShareStep, Travel
from watchbill.load import Loads
from watchbill.policy import FairnessPolicy, LoadPolicy
from watchbill.problem import Problem
from watchbill.times import EPOCH, Dates, Span, minutes, wall, zone

QUARTER_HOUR = timedelta(minutes=15)


def load(who: Person | str, start: str, end: str, **facts: Any) -> dict[str, int]:
    """Load of one stretch in the role primary, for one person of a small problem."""
    listed = who if isinstance(who, Person) else person(who)
    plan = problem((listed,), days(), **facts)
    return Loads(plan).of_spans(listed.id, "primary", (span(start, end),))


def buckets(total: int, night: int = 0, weekend: int = 0, holiday: int = 0) -> dict[str, int]:
    return dict(zip(BUCKETS, (total, night, weekend, holiday), strict=True))


# ------------------------------------------------------------------------------------------------------------ load


def test_an_hour_of_a_quiet_afternoon_weighs_one_hour() -> None:
    assert load("ana", "2027-01-04T13", "2027-01-04T14") == buckets(100)


def test_a_night_hour_weighs_its_extra_and_counts_as_night() -> None:
    assert load("ana", "2027-01-04T21", "2027-01-04T23") == buckets(100 + 250, night=250)


def test_the_extras_of_every_kind_that_an_hour_is_add_up() -> None:
    newyear = person("ana", own_holidays=(date(2027, 1, 2),))

    # Saturday, 2 January, 23:00 to 24:00: night, weekend and holiday.
    assert load(newyear, "2027-01-02T23", "2027-01-03") == buckets(550, 550, 550, 550)


def test_the_same_hours_are_day_for_one_person_and_night_for_another() -> None:
    hours = ("2027-01-04T02", "2027-01-04T03")

    assert load(person("cy", "Asia/Singapore"), *hours)["night"] == 0
    assert load(person("ana", "Europe/Berlin"), *hours)["night"] == 250


def test_a_travelling_person_lives_by_the_clock_of_the_destination() -> None:
    ana = person("ana", "Europe/Berlin", travel=(Travel(Dates(date(2027, 1, 5), date(2027, 1, 6)), "Asia/Tokyo"),))

    assert load(ana, "2027-01-04T14", "2027-01-04T16") == buckets(100 + 250, night=250)
    assert load(ana, "2027-01-06T14", "2027-01-06T16") == buckets(250 + 100, night=250)


def test_a_persons_weekend_may_be_other_days() -> None:
    friday = ("2027-01-08T12", "2027-01-08T13")

    assert load(person("ana", weekend=(4, 5)), *friday) == buckets(200, weekend=200)
    assert load("ana", *friday) == buckets(100)


def test_a_holiday_is_one_on_the_holders_calendar_and_clock() -> None:
    ana = person("ana", "Europe/Berlin", holidays=("DE-BE",))

    assert load(ana, "2027-03-07T22", "2027-03-07T23")["holiday"] == 0
    assert load(ana, "2027-03-08T12", "2027-03-08T13") == buckets(300, holiday=300)
    assert load("bo", "2027-03-08T12", "2027-03-08T13") == buckets(100)


def test_a_team_list_makes_holidays() -> None:
    ana = person("ana", holidays=("company",))

    assert load(ana, "2027-03-19T12", "2027-03-19T13", lists={"company": (date(2027, 3, 19),)})["holiday"] == 300


def test_a_night_of_nine_hours_on_the_wall_has_eight_in_spring_and_ten_in_autumn() -> None:
    ana = person("ana", "Europe/Berlin")

    assert load(ana, "2027-03-27T21", "2027-03-28T05")["night"] == 8 * 350
    assert load(ana, "2027-10-30T20", "2027-10-31T06")["night"] == 10 * 350


def test_the_weight_of_the_role_scales_the_load() -> None:
    plan = problem(("ana",), days())
    half = replace(plan, roles=(replace(plan.roles[0], weight=50),))

    assert Loads(half).of_spans("ana", "primary", (span("2027-01-04T13", "2027-01-04T15"),)) == buckets(100)


def test_a_load_is_rounded_half_up_once_for_all_spans_together() -> None:
    plan = problem(("ana",), days())
    third = replace(plan, roles=(replace(plan.roles[0], weight=30),))
    minutes_ = [span(f"2027-01-04T13:0{n}", f"2027-01-04T13:0{n + 1}") for n in (0, 2, 4)]

    # One minute is half a hundredth of an hour here.
    assert Loads(third).of_spans("ana", "primary", minutes_[:1])["all"] == 1
    assert Loads(third).of_spans("ana", "primary", minutes_)["all"] == 2


def test_nights_may_be_written_with_an_end_past_midnight_or_before_it() -> None:
    hours = ("2027-01-04T20", "2027-01-05T10")
    written = [load("ana", *hours, load=LoadPolicy(night=night)) for night in ((1320, 420), (1320, 1860))]

    assert written[0] == written[1]
    assert load("ana", *hours, load=LoadPolicy(night=(0, 300)))["night"] == 5 * 250


def test_no_time_weighs_nothing() -> None:
    assert Loads(problem()).of_spans("ana", "primary", ()) == buckets(0)


def test_a_whole_shift_weighs_what_its_spans_weigh_in_every_seat() -> None:
    gaps = (span("2027-01-04T20", "2027-01-04T23"), span("2027-01-05T20", "2027-01-05T23"))
    one, two = (
        shift("primary/late/2027-01-04" + end, "2027-01-04", seat=n, gaps=gaps) for n, end in ((1, ""), (2, "/2"))
    )
    loads = Loads(problem(shifts=(one, two), seats={"primary": 2}))

    assert loads.of("ana", one) == loads.of("ana", two) == loads.of_spans("ana", "primary", gaps) == buckets(900, 500)


def test_a_shift_that_was_cut_is_weighed_anew() -> None:
    (whole,) = days(count=1)
    loads = Loads(problem(shifts=(whole,)))
    cut = replace(whole, spans=(span("2027-01-04T12", "2027-01-04T13"),))

    assert (loads.of("ana", whole)["all"], loads.of("ana", cut)["all"]) == (2400 + 9 * 150, 100)


def test_who_left_the_team_is_weighed_on_the_teams_clock() -> None:
    loads = Loads(problem(shifts=days(), zone="Asia/Singapore"))

    assert loads.of_spans("zoe", "primary", (span("2027-01-04T15", "2027-01-04T16"),)) == buckets(250, night=250)


def test_people_who_differ_in_one_fact_share_no_loads() -> None:
    friday = date(2027, 1, 8)
    facts: list[dict[str, Any]] = [
        {},
        {"own_holidays": (friday,)},
        {"weekend": (4, 5)},
        {"travel": (Travel(Dates(friday, friday), "Asia/Tokyo"),)},
        {"holidays": ("company",)},
        {"zone": "Asia/Kolkata"},
    ]
    listed = [person(f"p{n}", **fact) for n, fact in enumerate(facts)]
    lists = {"company": (friday, date(2027, 1, 7))}
    night = shift("primary/night/2027-01-07", "2027-01-07T18", 10)
    together = Loads(problem(listed, (night,), lists=lists))
    alone = [Loads(problem((who,), (night,), lists=lists)).of(who.id, night) for who in listed]

    assert [together.of(who.id, night) for who in listed] == alone
    assert len({tuple(load.values()) for load in alone}) == len(facts)


def test_time_far_outside_the_plan_is_weighed_too() -> None:
    ana = person("ana", "Europe/Berlin", holidays=("DE",))

    assert load(ana, "2019-10-03T10", "2019-10-03T11") == buckets(300, holiday=300)
    assert load(ana, "2035-10-03T10", "2035-10-03T11") == buckets(300, holiday=300)


def test_minutes_are_counted_by_kind() -> None:
    loads = Loads(problem(shifts=days()))
    weekend = (span("2027-01-08T20", "2027-01-09T08:30"),)

    assert [loads.minutes("ana", weekend, kind) for kind in ("all", *KINDS)] == [750, 540, 510, 0]


def test_a_shift_is_a_night_shift_from_four_night_hours_on() -> None:
    loads = Loads(problem(shifts=days()))

    assert loads.is_kind("ana", (span("2027-01-04T20", "2027-01-05T02"),), "night")
    assert not loads.is_kind("ana", (span("2027-01-04T20", "2027-01-05T01:59"),), "night")


# --------------------------------------------------------------------------------------------------- brute-force oracle

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "America/Santiago",
)
NIGHTS = ((1320, 420), (1320, 1860), (0, 360), (1380, 150), (90, 165))


def walked(who: Person, spans: tuple[Span, ...], policy: LoadPolicy, weight: int) -> dict[str, int]:
    """Loads by looking at the wall every quarter of an hour."""
    sums = dict.fromkeys(BUCKETS, 0)
    for stretch in spans:
        moment = stretch.start
        while moment < stretch.end:
            kinds = kinds_at(who, moment, policy)
            worth = weight * (100 + sum(policy.extra[kind] for kind in kinds))
            for bucket in ("all", *kinds):
                sums[bucket] += worth
            moment += QUARTER_HOUR
    return {bucket: (sum_ + 200) // 400 for bucket, sum_ in sums.items()}


def kinds_at(who: Person, moment: datetime, policy: LoadPolicy) -> list[str]:
    shown = wall(moment, zone(who.zone))
    for travel in who.travel:
        there = wall(moment, zone(travel.zone))
        if there.date() in travel.dates:
            shown = there
    of_day, (start, end) = shown.hour * 60 + shown.minute, policy.night
    night = start <= of_day < end if start < end <= 1440 else of_day >= start or of_day < end % 1440
    is_ = {"night": night, "weekend": shown.weekday() in who.weekend, "holiday": shown.date() in who.own_holidays}
    return [kind for kind in KINDS if is_[kind]]


dates = st.dates(date(2027, 3, 1), date(2027, 4, 10)) | st.dates(date(2027, 9, 1), date(2027, 11, 10))
quarters = st.integers(minutes(at("2027-03-01T00")) // 15, minutes(at("2027-04-08T00")) // 15) | st.integers(
    minutes(at("2027-09-01T00")) // 15, minutes(at("2027-11-08T00")) // 15
)
stretches = st.builds(
    lambda start, length: Span(EPOCH + start * QUARTER_HOUR, EPOCH + (start + length) * QUARTER_HOUR),
    quarters,
    st.integers(1, 300),
)
journeys = st.builds(
    lambda first, length, to: Travel(Dates(first, first + timedelta(days=length)), to),
    dates,
    st.integers(0, 12),
    st.sampled_from(ZONES),
)
people = st.builds(
    lambda tz, weekend, holidays, travel: person(
        "ana", tz, weekend=tuple(weekend), own_holidays=tuple(holidays), travel=tuple(travel)
    ),
    st.sampled_from(ZONES),
    st.sampled_from([(5, 6), (4, 5), ()]),
    st.lists(dates, max_size=20),
    st.lists(journeys, max_size=2),
)


@settings(max_examples=150, deadline=None)
@given(people, st.lists(stretches, max_size=3), st.sampled_from(NIGHTS), st.sampled_from([100, 50, 33]))
def test_loads_agree_with_a_walk_along_the_wall_clock(
    who: Person, spans: list[Span], night: tuple[int, int], weight: int
) -> None:
    policy = LoadPolicy(night=night)
    plan = problem((who,), days(), roles=(Role("primary", (), weight=weight),), load=policy)

    assert Loads(plan).of_spans("ana", "primary", spans) == walked(who, tuple(spans), policy, weight)


@pytest.mark.parametrize("tz", ZONES)
def test_every_half_day_around_the_changes_of_clocks_agrees_with_the_wall_clock(tz: str) -> None:
    who = person("ana", tz, own_holidays=(date(2027, 3, 28), date(2027, 10, 28), date(2027, 4, 3), date(2027, 9, 5)))
    firsts = [f"2027-{day}" for day in ("03-12", "03-26", "04-02", "04-29", "09-03", "10-01", "10-27", "11-05")]
    for night in NIGHTS:
        policy = LoadPolicy(night=night)
        loads = Loads(problem((who,), days(), load=policy))
        for start in (at(first) + n * timedelta(hours=12) for first in firsts for n in range(10)):
            stretch = Span(start, start + timedelta(hours=12))
            assert loads.of_spans("ana", "primary", (stretch,)) == walked(who, (stretch,), policy, 100), stretch


# -------------------------------------------------------------------------------------------------------- presence


def presence(who: Person, plan: Problem | None = None) -> Fraction:
    """Presence in a layer of four whole days, Monday 4 to Thursday 7 January."""
    return Loads(plan or problem((who, "bo"), days(count=4))).presence(who.id)["primary/daily"]


def test_full_time_is_presence_one() -> None:
    assert presence(person("ana")) == 1


def test_who_may_not_serve_a_layer_has_no_presence_in_it() -> None:
    assert presence(person("ana"), problem((person("ana"), "bo"), days(), servers={"primary/daily": ["bo"]})) == 0


def test_shares_count_from_their_dates_on() -> None:
    half = person("ana", shares=(ShareStep(date(2026, 1, 1), 50),))
    later = person("ana", shares=(ShareStep(date(2027, 1, 5), 60), ShareStep(date(2027, 1, 7), 20)))

    assert presence(half) == Fraction(1, 2)
    assert presence(later) == (1 + Fraction(6, 10) * 2 + Fraction(2, 10)) / 4


def test_employment_counts_from_the_first_to_the_last_day_on_the_home_clock() -> None:
    assert presence(person("ana", joined=date(2027, 1, 5), left=date(2027, 1, 6))) == Fraction(1, 2)
    assert presence(person("ana", "Asia/Tokyo", joined=date(2027, 1, 5))) == Fraction(3 * 24 + 9, 4 * 24)
    assert presence(person("ana", left=date(2027, 1, 3))) == 0


def test_excused_days_do_not_count() -> None:
    excused = (Dates(date(2027, 1, 4), date(2027, 1, 4)), Dates(date(2027, 1, 7), date(2027, 2, 1)))

    assert presence(person("ana", excused=excused)) == Fraction(1, 2)


def test_only_approved_leave_lowers_presence() -> None:
    ana, away = person("ana"), Leave("ana", span("2027-01-04T12", "2027-01-05T12"))
    plans = [problem((ana,), days(count=4), leaves=(replace(away, approved=ok),)) for ok in (False, True)]

    assert [presence(ana, plan) for plan in plans] == [1, Fraction(3, 4)]


def test_presence_looks_at_the_hours_of_the_layer_in_one_seat() -> None:
    short = [shift("primary/short/2027-01-04", "2027-01-04", 6), shift("primary/short/2027-01-05", "2027-01-05", 2)]
    second = [replace(one, id=f"{one.id}/2", seat=2) for one in short]
    ana = person("ana", joined=date(2027, 1, 5))
    loads = Loads(problem((ana,), (*short, *second, *days(count=2)), seats={"primary": 2}))

    assert loads.presence("ana") == {"primary/daily": Fraction(1, 2), "primary/short": Fraction(1, 4)}


def test_a_stranger_has_no_presence_and_no_reference() -> None:
    loads = Loads(problem(shifts=days()))

    assert loads.presence("zoe") == {"primary/daily": 0}
    assert loads.reference("zoe") == buckets(0)


# ------------------------------------------------------------------------------------------------------- reference


def afternoons(count: int, role: str = "primary") -> tuple[Any, ...]:
    """Afternoons of 4 hours from Monday 4 January on."""
    return tuple(shift(f"{role}/noon/2027-01-{day:02}", f"2027-01-{day:02}T12", 4) for day in range(4, 4 + count))


def test_alike_people_have_equal_references_that_sum_to_the_whole() -> None:
    loads = Loads(problem(("ana", "bo"), afternoons(4)))

    assert [loads.reference(who)["all"] for who in ("ana", "bo")] == [800, 800]


def test_half_a_share_has_half_the_reference_of_a_full_one() -> None:
    half = person("ana", shares=(ShareStep(date(2026, 1, 1), 50),))
    loads = Loads(problem((half, "bo"), afternoons(3)))

    assert [loads.reference(who)["all"] for who in ("ana", "bo")] == [400, 800]


def test_what_a_layer_weighs_is_the_mean_over_those_present() -> None:
    # Noon to four in London is a quiet afternoon; in Tokyo the last three hours are night: 400 and 100 + 750.
    tokyo, absent = person("ana", "Asia/Tokyo"), person("zoe", "Asia/Tokyo", left=date(2026, 1, 1))
    loads = Loads(problem((tokyo, "bo", absent), afternoons(1)))

    assert [loads.reference(who)["all"] for who in ("ana", "bo", "zoe")] == [313, 313, 0]
    assert loads.reference("bo")["night"] == (750 // 2 + 1) // 2


def test_all_seats_of_a_layer_count() -> None:
    one = afternoons(1)
    seats = (*one, replace(one[0], id=f"{one[0].id}/2", seat=2))
    loads = Loads(problem(("ana", "bo"), seats, seats={"primary": 2}))

    assert loads.reference("ana")["all"] == 400


def test_references_of_layers_add_up_over_those_who_serve_them() -> None:
    servers = {"primary/noon": ("ana", "bo"), "secondary/noon": ("bo",)}
    loads = Loads(problem(("ana", "bo"), (*afternoons(1), *afternoons(2, "secondary")), servers=servers))

    assert [loads.reference(who)["all"] for who in ("ana", "bo")] == [200, 200 + 800]


def test_the_mean_reference_leaves_out_who_has_none() -> None:
    absent = person("zoe", left=date(2026, 1, 1))
    loads = Loads(problem((absent, "ana", "bo"), afternoons(4)))

    assert (loads.mean_reference("all"), loads.mean_reference("night")) == (800, 0)


def test_the_lightest_load_is_the_least_above_zero_for_anyone_who_may_serve() -> None:
    # The afternoons begin at 21:00 in Tokyo and at 20:00 in Singapore.
    people = (person("ana", "Asia/Tokyo"), "bo", person("cy", "Asia/Singapore"))
    turns = (*afternoons(2), *afternoons(1, "secondary"))
    lightest = [
        Loads(problem(people, turns, servers={"primary/noon": ("ana", "bo"), "secondary/noon": second})).lightest
        for second in (("bo",), ("cy",))
    ]

    assert [of(bucket) for of in lightest for bucket in ("all", "night", "weekend")] == [400, 750, 0, 400, 500, 0]


# ------------------------------------------------------------------------------------------------------ thresholds


def test_buckets_that_weigh_nothing_do_not_count() -> None:
    policy = FairnessPolicy(buckets={"holiday": 1, "all": 2, "night": 0})

    assert Loads(problem(shifts=days(), fairness=policy)).buckets() == ("all", "holiday")


def test_the_free_band_is_half_of_the_lightest_load_where_that_is_more() -> None:
    loads = Loads(problem(("ana", "bo"), afternoons(4)))

    # Mean reference 800, of which 5 % are 40; half of the lightest load are 200.
    assert loads.thresholds("ana", "all") == ((200, 400, 600, 1000), (1, 2, 4, 8))


def test_the_free_band_is_a_percentage_of_the_mean_reference_where_that_is_more() -> None:
    loads = Loads(problem(("ana",), afternoons(21), fairness=FairnessPolicy(band=5)))

    # 21 afternoons, six of them on weekends; half of the lightest load are 200.
    assert loads.mean_reference("all") == 21 * 400 + 6 * 400
    assert loads.thresholds("ana", "all")[0] == (540, 540 + 1080, 540 + 2 * 1080, 540 + 4 * 1080)


def test_the_steps_are_scaled_by_the_persons_part() -> None:
    half = person("ana", shares=(ShareStep(date(2026, 1, 1), 50),))
    loads = Loads(problem((half, "bo"), afternoons(3)))

    # References 400 and 800, mean 600.
    assert loads.thresholds("ana", "all")[0] == (200, 200 + 133, 200 + 267 - 1, 200 + 4 * 133)
    assert loads.thresholds("bo", "all")[0] == (200, 200 + 267, 200 + 2 * 267, 200 + 4 * 267)


def test_points_ascend_even_where_nothing_weighs_anything() -> None:
    loads = Loads(problem(("ana", "bo"), afternoons(4)))

    assert loads.thresholds("ana", "holiday") == ((0, 1, 2, 4), (1, 2, 4, 8))
