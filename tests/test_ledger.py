from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import at, days, problem, shift, span
from watchbill.audit import whole
from watchbill.domain import BUCKETS, Part
from watchbill.ledger import carried, settle
from watchbill.load import Loads

LAYERS = ("primary/days", "primary/nights", "secondary/weeks")
PEOPLE = ("ana", "bo", "cy", "dee")


def all_of(amounts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    return {person: {"all": amount} for person, amount in amounts.items()}


def there(**parts: float | Fraction) -> dict[str, dict[str, Fraction]]:
    return {person: {"primary/days": Fraction(part)} for person, part in parts.items()}


def settled(
    load: Mapping[str, int],
    presence: Mapping[str, Mapping[str, Fraction]],
    before: Mapping[str, int] | None = None,
    *,
    days: int = 90,
    half_life: int = 90,
) -> dict[str, int]:
    """Balances after in the bucket `all`, of one layer."""
    after = settle({"primary/days": all_of(load)}, presence, all_of(before or {}), days, half_life)
    return {person: sums["all"] for person, sums in after.items()}


def test_who_carries_more_than_their_part_is_in_credit() -> None:
    assert settled({"ana": 900, "bo": 300}, there(ana=1, bo=1)) == {"ana": 300, "bo": -300}


def test_parts_follow_presence() -> None:
    assert settled({"ana": 600, "bo": 600}, there(ana=1, bo=Fraction(1, 2))) == {"ana": -200, "bo": 200}


def test_a_balance_halves_in_a_half_life() -> None:
    assert settled({}, there(ana=1, bo=1), {"ana": 400, "bo": -400}) == {"ana": 200, "bo": -200}
    assert settled({}, there(ana=1, bo=1), {"ana": 400, "bo": -400}, days=180) == {"ana": 100, "bo": -100}


def test_a_half_life_may_be_as_short_as_a_day() -> None:
    assert settled({}, there(ana=1, bo=1), {"ana": 400, "bo": -400}, days=2, half_life=1) == {"ana": 100, "bo": -100}


def test_a_balance_without_half_life_stays() -> None:
    assert settled({}, there(ana=1, bo=1), {"ana": 400, "bo": -400}, half_life=0) == {"ana": 400, "bo": -400}


def test_who_is_absent_waits_undecayed_and_the_others_make_up_for_it_by_presence() -> None:
    after = settled({}, there(ana=0, bo=1, cy=Fraction(1, 2)), {"ana": 600, "bo": -300, "cy": -300})

    assert after == {"ana": 600, "bo": -150 - 200, "cy": -150 - 100}


def test_who_left_the_team_waits_too() -> None:
    assert settled({}, there(bo=1), {"ana": 600, "bo": -600}) == {"ana": 600, "bo": -600}


def test_if_nobody_is_present_every_balance_waits() -> None:
    assert settled({"ana": 100}, {}, {"ana": 400, "bo": -400}) == {"ana": 400, "bo": -400}


def test_help_by_someone_without_presence_is_credited() -> None:
    assert settled({"ana": 100, "bo": 300}, there(ana=0, bo=1)) == {"ana": 100, "bo": -100}


def test_a_newcomer_starts_at_zero() -> None:
    after = settled({"ana": 100, "bo": 100, "cy": 100}, there(ana=1, bo=1, cy=1), {"ana": 90, "bo": -90})

    assert after["cy"] == 0


def test_parts_that_do_not_come_out_even_lose_nothing_and_go_by_name() -> None:
    assert settled({"cy": 100}, there(cy=1, bo=1, ana=1)) == {"ana": -34, "bo": -33, "cy": 67}


def test_a_remainder_goes_where_it_is_largest() -> None:
    # Parts of 33 1/3 and 66 2/3.
    assert settled({"cy": 100}, there(ana=1, bo=2)) == {"ana": -33, "bo": -67, "cy": 100}


def test_each_bucket_is_an_account_of_its_own() -> None:
    load = {"primary/days": {"ana": {"all": 200, "night": 100}, "bo": {"all": 200}}}
    after = settle(load, there(ana=1, bo=1), {}, 90, 90)

    assert after["ana"] == {"all": 0, "night": 50, "weekend": 0, "holiday": 0}


amounts = st.dictionaries(st.sampled_from(BUCKETS), st.integers(0, 10_000))
loads_by_layer = st.dictionaries(st.sampled_from(LAYERS), st.dictionaries(st.sampled_from(PEOPLE), amounts))
fractions = st.fractions(0, 2, max_denominator=400)
presences = st.dictionaries(st.sampled_from(PEOPLE), st.dictionaries(st.sampled_from(LAYERS), fractions))
balances = st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.integers(-5000, 5000)), max_size=4)


@given(loads_by_layer, presences, balances, st.integers(1, 800), st.integers(1, 800))
def test_what_summed_to_zero_sums_to_zero(
    load: dict[str, dict[str, dict[str, int]]],
    presence: dict[str, dict[str, Fraction]],
    debts: list[tuple[str, str, int]],
    days: int,
    half_life: int,
) -> None:
    before = {person: dict.fromkeys(BUCKETS, 0) for person in PEOPLE}
    for creditor, debtor, amount in debts:
        for bucket in BUCKETS:
            before[creditor][bucket] += amount
            before[debtor][bucket] -= amount
    after = settle(load, presence, before, days, half_life)

    assert {bucket: sum(sums[bucket] for sums in after.values()) for bucket in BUCKETS} == dict.fromkeys(BUCKETS, 0)


@given(presences, st.permutations(PEOPLE))
def test_the_order_of_people_changes_nothing(presence: dict[str, dict[str, Fraction]], order: list[str]) -> None:
    load = {"primary/days": all_of({"ana": 101, "bo": 50})}
    shuffled = {person: presence[person] for person in order if person in presence}

    assert settle(load, presence, {}, 90, 90) == settle(load, shuffled, {}, 90, 90)


def test_load_is_carried_by_who_really_held_the_hours() -> None:
    plan = problem(shifts=days(count=2))
    first, second = (shift.id for shift in plan.shifts)
    parts = {
        first: (
            Part("ana", at("2027-01-04T00"), at("2027-01-04T09")),
            Part("bo", at("2027-01-04T09"), at("2027-01-05T00")),
        ),
        second: whole(plan, {second: "bo"})[second],
    }
    found = carried(Loads(plan), parts)["primary/daily"]

    # Nights are 22:00 to 07:00 and weigh 150 % extra.
    assert found["ana"] == {"all": 900 + 1050, "night": 700 * 5 // 2, "weekend": 0, "holiday": 0}
    assert found["bo"]["all"] == 1500 + 300 + 2400 + 1350


def test_only_the_hours_of_the_shift_are_carried() -> None:
    afternoons = [span(f"2027-01-0{day}T12", f"2027-01-0{day}T15") for day in (4, 5)]
    late = shift("primary/late/2027-01-04", "2027-01-04", gaps=afternoons)
    change = at("2027-01-05T13")
    parts = {late.id: (Part("ana", late.start, change), Part("bo", change, late.end))}
    found = carried(Loads(problem(shifts=(late,))), parts)["primary/late"]

    assert {person: sums["all"] for person, sums in found.items()} == {"ana": 400, "bo": 200}


def test_a_hole_is_carried_by_nobody() -> None:
    assert carried(Loads(problem(shifts=days(count=2))), {}) == {"primary/daily": {}}


def test_a_plan_that_gives_all_their_part_changes_no_balance() -> None:
    plan = problem(("ana", "bo"), days(count=2))
    loads = Loads(plan)
    holders = {shift.id: person for shift, person in zip(plan.shifts, ("ana", "bo"), strict=True)}
    after = settle(
        carried(loads, whole(plan, holders)), {person: loads.presence(person) for person in ("ana", "bo")}, {}, 2, 183
    )

    assert after == {person: dict.fromkeys(BUCKETS, 0) for person in ("ana", "bo")}


@pytest.mark.parametrize("who", ["ana", "bo"])
def test_ledger_and_reference_agree_when_everyone_weighs_alike(who: str) -> None:
    plan = problem(("ana", "bo"), days(count=6))
    loads = Loads(plan)
    holders = {shift.id: "ana" for shift in plan.shifts}
    held = carried(loads, whole(plan, holders))
    after = settle(held, {person: loads.presence(person) for person in ("ana", "bo")}, {}, 6, 183)
    load = held["primary/daily"].get(who, dict.fromkeys(BUCKETS, 0))

    assert after[who] == {bucket: load[bucket] - loads.reference(who)[bucket] for bucket in BUCKETS}
