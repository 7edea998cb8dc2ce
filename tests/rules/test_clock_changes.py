"""Lengths in days are days by the clock of the layer, also in the weeks in which clocks change."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from builders import problem
from judging import found, sentences
from solving import best, holders
from twins import assert_twins
from watchbill.domain import Held, Layer, Part, Role, Shift, TurnLength
from watchbill.explain.looser import looser
from watchbill.problem import Problem
from watchbill.results import Infeasible
from watchbill.rules import Cover, Follow, Limit, Overlap, Rest, Rule, Space
from watchbill.times import Days, Span, instant, later, zone
from watchbill.timings import lapse

STANDING = [Overlap(), Cover()]
HOUR = timedelta(hours=1)
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
WEEKS_OF = {"spring": "2027-03-15", "autumn": "2026-10-12", "no change": "2027-01-04"}
DAYS_OF = {"spring": "2027-03-26", "autumn": "2026-10-23", "no change": "2027-01-04"}


def turns(first: str, days: int, count: int, *, layer: str = "primary/turns", tz: str = BERLIN) -> tuple[Shift, ...]:
    """Turns of some days, from 09:00 to 09:00 on a clock."""
    clock = [datetime.fromisoformat(f"{first}T09:00") + timedelta(days=days * n) for n in range(count + 1)]
    spans = [Span(instant(start, zone(tz)), instant(end, zone(tz))) for start, end in pairwise(clock)]
    role, name = layer.split("/")
    ids = [f"{layer}/{at:%Y-%m-%d}" for at in clock[:-1]]
    return tuple(Shift(id_, id_, role, name, 1, s.start, (s,)) for id_, s in zip(ids, spans, strict=True))


def facts(
    people: Sequence[str], listed: Sequence[Shift], days: int, clocks: Mapping[str, str] | None = None
) -> Problem:
    """A problem whose layers have turns of so many days, in Berlin where no other zone is given."""
    base = problem(people, listed)
    layers = [
        replace(layer, zone=(clocks or {}).get(layer.key, BERLIN), turn=TurnLength(days, "day"))
        for layer in base.layer.values()
    ]
    return replace(base, roles=tuple(_role(role, layers) for role in base.roles))


def _role(role: Role, layers: Sequence[Layer]) -> Role:
    return replace(role, layers=tuple(layer for layer in layers if layer.role == role.id))


@pytest.mark.parametrize(
    ("text", "days"), [("7 days", 7), ("2 weeks", 14), ("1d", 1), ("168h", None), ("1440 min", None), ("1 month", None)]
)
def test_what_is_written_in_days_or_weeks_is_days_by_the_clock(text: str, days: int | None) -> None:
    read = lapse(text)
    assert (read // timedelta(days=1) if isinstance(read, Days) else None) == days


def test_a_day_later_is_the_same_time_on_the_clock() -> None:
    berlin = zone(BERLIN)
    for day, hours in (("2027-03-27", 23), ("2026-10-24", 25), ("2027-01-04", 24)):
        at = instant(datetime.fromisoformat(f"{day}T09:00"), berlin)
        assert later(at, Days(1), berlin) - at == hours * HOUR
        assert later(at, 24 * HOUR, berlin) - at == 24 * HOUR


@pytest.mark.parametrize("season", WEEKS_OF)
def test_from_monday_to_monday_is_seven_days_in_every_week(season: str) -> None:
    two = facts(("ana", "bo"), turns(WEEKS_OF[season], 7, 4), 7)
    assert holders(two, [*STANDING, Space(at_least="7 days")]) in (["ana", "bo"] * 2, ["bo", "ana"] * 2)
    assert found(two, Space(at_least="7 days"), "ana", "bo", "ana", "bo") == []
    assert found(two, Rest(at_least="1 week"), "ana", "bo", "ana", "bo") == []


def test_hours_are_hours_in_every_week() -> None:
    spring = facts(("ana", "bo"), turns(WEEKS_OF["spring"], 7, 3), 7)
    assert isinstance(best(spring, [*STANDING, Space(at_least="168h")]), Infeasible)
    assert sentences(spring, Space(at_least="168h"), "ana", "bo", "ana") == [
        "Ana holds primary/turns/2027-03-15 and primary/turns/2027-03-29 167 h apart; 168 h are due"
    ]


def test_an_hour_more_in_autumn_is_no_rest_of_two_days() -> None:
    autumn = facts(("ana", "bo"), turns(DAYS_OF["autumn"], 1, 3), 1)
    assert sentences(autumn, Rest(at_least="2 days"), "ana", "bo", "ana") == [
        "Ana has 1 day of rest between primary/turns/2026-10-23 and primary/turns/2026-10-25, 2 days are due"
    ]
    assert found(autumn, Rest(at_least="1 day"), "ana", "bo", "ana") == []
    assert found(autumn, Rest(at_least="25h"), "ana", "bo", "ana") == []


@pytest.mark.parametrize("season", DAYS_OF)
def test_a_stretch_of_two_days_is_as_long_in_every_week(season: str) -> None:
    listed = facts(("ana", "bo"), turns(DAYS_OF[season], 1, 3), 1)
    assert found(listed, Rest(max_stretch="2 days"), "ana", "ana", "bo") == []
    assert [f.sentence.split(",")[0] for f in found(listed, Rest(max_stretch="2 days"), "ana", "ana", "ana")] == [
        "Ana is on call for 3 days without a break"
    ]


@pytest.mark.parametrize("season", WEEKS_OF)
def test_the_turn_that_follows_a_week_later_is_the_next_one_in_every_week(season: str) -> None:
    first, _, third = turns(WEEKS_OF[season], 7, 3)
    listed = facts(("ana", "bo"), (first, third), 7)
    assert len(found(listed, Follow(first="primary", then="primary"), "ana", "bo")) == 1


@pytest.mark.parametrize("season", WEEKS_OF)
def test_windows_of_a_limit_hold_the_same_turns_in_every_week(season: str) -> None:
    listed = facts(("ana",), turns(WEEKS_OF[season], 7, 3), 7)
    assert found(listed, Limit(count="shifts", at_most=2, per="2 weeks"), "ana", "ana", "ana") == []
    assert len(found(listed, Limit(count="shifts", at_most=2, per="15 days"), "ana", "ana", "ana")) == 1


RULES: dict[str, Rule] = {
    "space": Space(at_least="1 day"),
    "soft space": Space(at_least="1 day", strength="should"),
    "ideal space": Space(ideally="2 days"),
    "rest": Rest(at_least="1 day"),
    "soft rest": Rest(at_least="2 days", strength="should"),
    "rest in hours": Rest(at_least="24h"),
    "stretch": Rest(max_stretch="2 days"),
    "soft stretch": Rest(max_stretch="2 days", strength="should"),
    "follow": Follow(first="primary", then="primary", person="other"),
}


@pytest.mark.parametrize("season", ["spring", "autumn"])
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_model_and_check_agree_where_clocks_change(rule: Rule, season: str) -> None:
    held = turns(DAYS_OF[season], 1, 1)[0]
    before = (Held(held, (Part("ana", held.start, held.end),)),)
    listed = facts(("ana", "bo"), turns(DAYS_OF[season], 1, 5)[1:], 1)
    assert_twins(replace(listed, before=before), [*STANDING, rule], both_kinds=False)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_model_and_check_agree_where_layers_have_clocks_of_their_own(rule: Rule) -> None:
    """New York puts its clocks forward two weeks before Berlin: on 14 March 2027."""
    there = turns("2027-03-12", 1, 3, layer="primary/west", tz=NEW_YORK)
    here = turns("2027-03-13", 1, 2, layer="primary/east")
    clocks = {"primary/west": NEW_YORK}
    assert_twins(facts(("ana", "bo", "cy"), (*there, *here), 1, clocks), [*STANDING, rule], both_kinds=False)


def test_days_are_those_of_the_layer_whose_turn_ends() -> None:
    there = turns("2027-03-01", 7, 3, layer="primary/west", tz=NEW_YORK)
    listed = facts(("ana", "bo"), there, 7, {"primary/west": NEW_YORK})
    assert found(listed, Space(at_least="7 days"), "ana", "bo", "ana") == []
    assert len(found(facts(("ana", "bo"), there, 7), Space(at_least="7 days"), "ana", "bo", "ana")) == 1


def test_milder_numbers_of_days_are_whole_days() -> None:
    spring = facts(("ana", "bo"), turns(WEEKS_OF["spring"], 7, 3), 7)
    assert [one.told for one in looser(Space(at_least="8 days"), spring, spring.turns)] == [
        "lower `space` from 8 days to 7 days"
    ]
    assert next(one.told for one in looser(Rest(max_stretch="8 days"), spring, spring.turns)) == (
        "raise `rest` (max_stretch) from 8 days to 14 days"
    )
    assert [one.told for one in looser(Space(at_least="192h"), spring, spring.turns)] == [
        "lower `space` from 192 h to 167 h",
    ]
