"""Reasons held against the audit of the whole plan, and forced plans against every plan that there is."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from random import Random
from typing import Any

import pytest

from builders import at, days, leave, person, problem, shift, wish
from relieving import every_given, judged, lax
from watchbill.audit import audit, whole
from watchbill.domain import BUCKETS, Leave, Part, Pin, ShareStep, Shift
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.reasons.asked import got
from watchbill.reasons.candidates import Candidate, candidates, standing
from watchbill.reasons.prices import Exchange, Pricer
from watchbill.report import reasons as words
from watchbill.rules import Eligible, Follow, Limit, Pair, Rest, Rule, Space, Waking
from watchbill.rules import standing as in_force
from watchbill.times import Span

TEAM = ("ana", "bo", "cy", "dee")
EVERY_RULE: tuple[Rule, ...] = (
    Rest(kind="rest", at_least="11h", strength="should"),
    Limit(kind="limit", count="shifts", at_most=1, per="2 days", strength="should", weight=3),
    Limit(kind="limit", count="shifts", at_most=2, per="4 days"),
    Limit(kind="limit", count="hours", at_most=40, each="all", per="2 days", strength="should"),
    Space(kind="space", ideally="2 days"),
    Pair(kind="pair", roles=["primary", "secondary"], at_least_one="senior"),
    Waking(kind="waking", strength="should"),
    Eligible(kind="eligible", tags=["senior"], roles=["primary"], strength="should", weight=2),
)


def rules(*more: Rule) -> tuple[Rule, ...]:
    return (*in_force(), *more)


def any_problem(rng: Random) -> Problem:
    """A few days of two roles, zones, tags, shares, leave, wishes, balances and pins at random."""
    team = [
        person(
            id_,
            zone=rng.choice(("UTC", "Asia/Tokyo", "America/New_York")),
            tags=("senior",) if rng.random() < 0.5 else (),
            joined=date(2027, 1, 6) if rng.random() < 0.2 else None,
            shares=(ShareStep(date(2026, 1, 1), 50),) if rng.random() < 0.3 else (),
        )
        for id_ in TEAM
    ]
    count = rng.randint(3, 5)
    hours = rng.choice((9, 12, 24))
    listed = (*days("primary", count, hours=hours), *days("secondary", count, hours=hours))
    start, length = rng.randint(4, 7), rng.randint(1, 2)
    away = leave(rng.choice(TEAM), f"2027-01-{start:02}T06", f"2027-01-{start + length:02}T06")
    wishes = tuple(
        wish(rng.choice(TEAM), rng.choice(("avoid", "prefer")), f"2027-01-{n:02}T00", f"2027-01-{n + 1:02}T00", n - 3)
        for n in range(4, rng.randint(5, 8))
    )
    balances = {id_: {bucket: rng.randint(-2000, 2000) for bucket in BUCKETS} for id_ in TEAM[: rng.randint(0, 4)]}
    pins = (Pin(listed[0].id, rng.choice(TEAM)),) if rng.random() < 0.3 else ()
    return problem(team, listed, leaves=(away,), wishes=wishes, balances=balances, pins=pins)


def any_parts(rng: Random, facts: Problem) -> dict[str, tuple[Part, ...]]:
    """Anybody holds anything; some shifts in two parts, some not at all."""
    out = dict(whole(facts, {s.id: rng.choice(TEAM) for s in facts.shifts if rng.random() < 0.9}))
    for s in facts.shifts:
        if rng.random() < 0.2:
            middle = s.start + (s.end - s.start) / 2
            out[s.id] = (Part(rng.choice(TEAM), s.start, middle), Part(rng.choice(TEAM), middle, s.end))
    return out


def pricer(facts: Problem, held: Mapping[str, Sequence[Part]], *more: Rule) -> Pricer:
    return Pricer(facts, rules(*more), Loads(facts), held)


def held_by(facts: Problem, holders: str, *more: Rule) -> Pricer:
    return pricer(facts, whole(facts, dict(zip((s.id for s in facts.shifts), holders.split(), strict=True))), *more)


def costs(facts: Problem, held: Mapping[str, Sequence[Part]], more: Sequence[Rule]) -> dict[str, int]:
    found = audit(facts, rules(*more), held)
    return {tier.name: sum(f.cost for f in found if f.tier == tier.name) for tier in facts.tiers}


# -------------------------------------------------------------------------------------------------------- exchanges


@pytest.mark.parametrize("seed", range(25))
def test_an_exchange_says_what_two_audits_of_the_whole_plan_say(seed: int) -> None:
    rng = Random(seed)
    facts = any_problem(rng)
    held = any_parts(rng, facts)
    more = rng.sample(EVERY_RULE, 4)
    prices = pricer(facts, held, *more)
    before = Counter(audit(facts, rules(*more), held))
    for one in rng.sample(facts.shifts, 3):
        for who in TEAM:
            after = {**held, one.id: (Part(who, one.start, one.end),)}
            found, judged = prices.exchange(one, who), Counter(audit(facts, rules(*more), after))
            assert Counter(found.new) == judged - before
            assert Counter(found.gone) == before - judged
            assert {step.name: step.before for step in found.tiers} == costs(facts, held, more)
            assert {step.name: step.after for step in found.tiers} == costs(facts, after, more)


@pytest.mark.parametrize("seed", range(12))
def test_every_number_in_a_line_is_counted_again(seed: int) -> None:
    rng = Random(1000 + seed)
    facts = any_problem(rng)
    held = any_parts(rng, facts)
    more = rng.sample(EVERY_RULE, 4)
    one = rng.choice(facts.shifts)
    seen = 0
    for candidate in candidates(pricer(facts, held, *more), one):
        after = {**held, one.id: (Part(candidate.person, one.start, one.end),)}
        text = words.line(candidate, facts.person)
        if not candidate.exchange.possible:
            assert ": cannot; " in text
            continue
        seen += 1
        assert tiers_in(text) == differences(costs(facts, held, more), costs(facts, after, more))
        for percent, bucket, now in standings_in(text):
            assert percent == percentage(facts, after, candidate.person, bucket)
            assert now == percentage(facts, held, candidate.person, bucket)
    assert seen or not any(c.exchange.possible for c in candidates(pricer(facts, held, *more), one))


def tiers_in(text: str) -> dict[str, int]:
    """What a line says that each tier costs more."""
    found = re.findall(r"([\d ]+) (more|less) (\w+)", text.split(": ", 1)[1].split(";")[0])
    return {tier: int(n.replace(" ", "")) * (1 if side == "more" else -1) for n, side, tier in found}


def differences(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    return {tier: after[tier] - before[tier] for tier in before if after[tier] != before[tier]}


def standings_in(text: str) -> list[tuple[int, str, int]]:
    """What a line says of somebody's part: percent after, bucket, percent now."""
    side = r"(?:(\d+) % (above|below)|at)"
    found = re.findall(rf"{side} their part of (?:(\w+) )?load \(now {side}\)", text)
    return [(signed(a, b), bucket or "all", signed(c, d)) for a, b, bucket, c, d in found]


def signed(number: str, side: str) -> int:
    return int(number or 0) * (-1 if side == "below" else 1)


def percentage(facts: Problem, held: Mapping[str, Sequence[Part]], who: str, bucket: str) -> int:
    """Carried balance plus load, beyond the reference, in percent of it, from the definitions."""
    loads = Loads(facts)
    carried = sum(
        loads.of_spans(who, s.role, [span for p in held.get(s.id, ()) if p.person == who for span in cut(s, p)])[bucket]
        for s in facts.shifts
    )
    part = loads.reference(who)[bucket]
    away = facts.balances.get(who, {}).get(bucket, 0) + carried - part
    return (200 * away + part) // (2 * part)


def cut(one: Shift, part: Part) -> list[Span]:
    return [both for span in one.spans if (both := span.common(part.span))]


def test_possible_exchanges_come_first_and_the_cheapest_leads() -> None:
    facts = problem(TEAM, days(count=4), leaves=(leave("dee", "2027-01-04T00", "2027-01-05T00"),))
    found = candidates(held_by(facts, "ana bo cy ana"), facts.shifts[0])
    assert [one.person for one in found][-1] == "dee"
    possible = [one.exchange.cost for one in found if one.exchange.possible]
    assert len(possible) == 2
    assert possible == sorted(possible)


def test_leave_is_told_by_its_dates_alone() -> None:
    facts = problem(TEAM, days(count=2), leaves=(leave("bo", "2027-01-04T00", "2027-01-06T00"),))
    (bo,) = [one for one in candidates(held_by(facts, "ana cy"), facts.shifts[0]) if one.person == "bo"]
    assert bo.reasons == ("unavailable from 2027-01-04 to 2027-01-05",)


def test_leave_of_some_hours_is_told_with_its_hours() -> None:
    facts = problem(TEAM, days(count=2), leaves=(leave("bo", "2027-01-04T13", "2027-01-04T15"),))
    (bo,) = [one for one in candidates(held_by(facts, "ana cy"), facts.shifts[0]) if one.person == "bo"]
    assert bo.reasons == ("unavailable on 2027-01-04 from 13:00 to 15:00",)


TWO_DAYS = tuple(shift(f"primary/day/2027-01-{day:02}", f"2027-01-{day:02}T00", 48) for day in (4, 6))
OFF = (leave("bo", "2027-01-04T13", "2027-01-04T15"), leave("bo", "2027-01-05T01", "2027-01-05T07"))


def of_two_days(*leaves: Leave, **facts: Any) -> Problem:
    """Two turns, of the first of which Bo may miss eight hours in two stretches."""
    return lax(problem(TEAM, TWO_DAYS, leaves=(*OFF, *leaves), **facts), 9)


def of(found: Sequence[Candidate], who: str) -> Candidate:
    (one,) = [candidate for candidate in found if candidate.person == who]
    return one


@pytest.mark.parametrize("seed", range(10))
def test_who_may_miss_some_is_priced_with_those_who_take_it_for_the_least(seed: int) -> None:
    rng = Random(seed)
    away = leave(rng.choice(("ana", "cy")), f"2027-01-04T{rng.randint(10, 14)}", "2027-01-04T16")
    wishes = tuple(wish(who, "avoid", "2027-01-04T13", f"2027-01-05T0{rng.randint(2, 6)}") for who in ("cy", "dee"))
    balances = {id_: {bucket: rng.randint(-2000, 2000) for bucket in BUCKETS} for id_ in TEAM}
    facts = of_two_days(away, wishes=wishes, balances=balances)
    first, second = facts.shifts
    prices = pricer(facts, whole(facts, {first.id: "ana", second.id: "cy"}))
    now, loads = costs(facts, prices.parts, ()), Loads(facts)
    every = [given for given in every_given(facts) if given.holders == {first.id: "bo", second.id: "cy"}]
    legal = [cost for given in every if (cost := judged(facts, rules(), given, loads)) is not None]
    least = min(tuple(cost.get(tier, 0) - now[tier] for tier in now) for cost in legal)
    exchange = prices.exchange(first, "bo")
    assert exchange.cost == least
    assert {part.person for part in exchange.relievers} <= {"ana", "cy", "dee"}
    assert tuple(step.after for step in exchange.tiers) == tuple(costs(facts, prices.after(exchange), ()).values())


def test_who_takes_the_hours_is_named_with_them() -> None:
    facts = of_two_days(wishes=(wish("dee", "prefer", "2027-01-04T00", "2027-01-06T00"),))
    bo = of(candidates(held_by(facts, "ana cy"), facts.shifts[0]), "bo")
    assert bo.exchange.possible
    assert bo.reasons[:2] == (
        "unavailable on 2027-01-04 from 13:00 to 15:00, which Dee takes",
        "unavailable on 2027-01-05 from 01:00 to 07:00, which Dee takes",
    )


def test_where_nobody_can_take_the_hours_that_is_what_stands_in_the_way() -> None:
    facts = of_two_days(*(leave(who, "2027-01-04T13", "2027-01-04T14") for who in ("ana", "cy", "dee")))
    bo = of(candidates(pricer(facts, whole(facts, {TWO_DAYS[1].id: "cy"})), facts.shifts[0]), "bo")
    assert bo.reasons[-1] == "may miss that, but nobody else can take it as the plan stands"


def test_who_only_takes_what_the_holder_misses_could_hold_it_too() -> None:
    facts = of_two_days()
    taken = tuple(Part("dee", away.span.start, away.span.end) for away in OFF)
    held = whole(facts, {TWO_DAYS[0].id: "bo", TWO_DAYS[1].id: "cy"}, {TWO_DAYS[0].id: taken})
    found = candidates(pricer(facts, held), facts.shifts[0])
    assert sorted(one.person for one in found) == ["ana", "cy", "dee"]
    dee, loads = of(found, "dee"), Loads(facts)
    assert dee.exchange.parts == (Part("dee", TWO_DAYS[0].start, TWO_DAYS[0].end),)
    was = sum(loads.of_spans("dee", "primary", [part.span])["all"] for part in taken)
    (distance,) = [distance for distance in dee.distances if distance.bucket == "all"]
    assert (distance.before, distance.after) == (was, loads.of("dee", facts.shifts[0])["all"])


def test_facts_about_the_person_come_before_rules_and_every_rule_before_more_of_one() -> None:
    tight = Limit(kind="limit", count="shifts", at_most=1, per="3 days")
    facts = problem(TEAM, days(count=5), leaves=(leave("bo", "2027-01-06T00", "2027-01-07T00"),))
    (bo,) = [o for o in candidates(held_by(facts, "bo ana cy dee bo", tight), facts.shifts[2]) if o.person == "bo"]
    assert bo.reasons[0] == "unavailable on 2027-01-06"
    assert bo.reasons[1].startswith("has 2 shifts within 3 days")
    assert not bo.exchange.possible


def test_a_pinned_shift_says_so_to_everybody_else() -> None:
    first = days(count=2)[0].id
    facts = problem(TEAM, days(count=2), pins=(Pin(first, "ana", "private reason"),))
    found = candidates(held_by(facts, "ana bo"), facts.shifts[0])
    assert {reason for one in found for reason in one.reasons} == {f"{first} is pinned to somebody else"}


def test_a_wish_is_a_reason_only_where_it_is_touched() -> None:
    facts = problem(("ana", "bo"), days(count=3), wishes=(wish("bo", "avoid", "2027-01-04T00", "2027-01-05T00"),))
    prices = held_by(facts, "ana bo ana")
    (first,) = candidates(prices, facts.shifts[0])
    (last,) = candidates(prices, facts.shifts[2])
    assert any(reason.startswith("against a wish, which costs 0.67 points") for reason in first.reasons)
    assert not any("wish" in reason for reason in last.reasons)


def test_what_somebody_got_is_counted_from_four_hours_of_a_kind_on() -> None:
    listed = (shift("primary/day/2027-01-04", "2027-01-04T09", 8), shift("primary/day/2027-01-09", "2027-01-09T20", 5))
    facts = problem(TEAM, listed)
    found = got(held_by(facts, "ana ana"), "ana")
    assert found.kinds == {"night": 0, "weekend": 1, "holiday": 0}
    assert len(found.shifts) == 2


def test_nobody_is_named_twice_and_holders_are_not_among_the_others() -> None:
    facts = problem(TEAM, days(count=2))
    found = candidates(held_by(facts, "ana bo"), facts.shifts[0])
    assert sorted(one.person for one in found) == ["bo", "cy", "dee"]


def test_of_a_distance_the_sides_are_told() -> None:
    facts = problem(("ana", "bo"), days(count=4))
    (bo,) = candidates(held_by(facts, "ana ana ana bo"), facts.shifts[0])
    assert isinstance(bo, Candidate)
    assert isinstance(bo.exchange, Exchange)
    assert standing(bo.distances[0]).startswith("at their part of load (now ")
    assert standing(bo.distances[0]).endswith(" % below)")


def test_follow_is_judged_over_the_whole_team() -> None:
    listed = (*days("primary", 3), *days("secondary", 3))
    facts = problem(TEAM, listed)
    order = Follow(kind="follow", first="primary", then="secondary", strength="should")
    prices = held_by(facts, "ana bo ana cy bo dee", order)
    one = facts.shifts[0]
    exchange = prices.exchange(one, "cy")
    found = Counter(audit(facts, rules(order), prices.after(exchange)))
    assert Counter(exchange.new) == found - Counter(audit(facts, rules(order), prices.parts))
    assert at("2027-01-04T00") == one.start
