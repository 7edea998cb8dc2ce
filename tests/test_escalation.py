"""The walk of an unanswered page, against a simulation minute by minute, and what is found weak in it."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from time import perf_counter

import pytest

from builders import at, person, span
from watchbill.domain import Travel
from watchbill.escalation import Chain, Finding, OnCall, Step, Timeline, findings, length, nights, stretches, walk
from watchbill.publish.pagerduty.terms import Entry, Level, Policy, Target
from watchbill.times import MINUTE, Dates, Span, merged

DAY = span("2027-01-04", "2027-01-05")
Key = tuple[str, int | None, tuple[str, ...]]


def policy(*levels: tuple[int, str], loops: int = 0) -> Policy:
    """Levels of minutes and the schedules or users (in capitals) that they notify, by one letter each."""
    listed = tuple(Level(m, tuple(Target("user" if t.isupper() else "schedule", t) for t in ts)) for m, ts in levels)
    return Policy("PEP", "On call", listed, loops)


def entry(start: str, end: str, who: str) -> Entry:
    return Entry(at(f"2027-01-{start}"), at(f"2027-01-{end}"), who)


def asked(rotas: Mapping[str, Timeline]) -> OnCall:
    return lambda target, when: (target.id,) if target.kind == "user" else rotas[target.id].at(when)


def changes_of(rotas: Mapping[str, Timeline]) -> list[datetime]:
    return sorted({when for rota in rotas.values() for when in rota.changes})


def found(
    of: Policy,
    *,
    window: Span = DAY,
    asleep: Mapping[str, Sequence[Span]] | None = None,
    **rotas: str | list[Entry],
) -> tuple[Finding, ...]:
    """Findings of a policy; each rota is a name for always, or entries."""
    always = {
        key: [Entry(at("2026-01-01"), at("2028-01-01"), v)] if isinstance(v, str) else v for key, v in rotas.items()
    }
    lines = {key: Timeline(listed) for key, listed in always.items()}
    return findings(of, stretches(of, asked(lines), changes_of(lines), window), asleep or {})


# ------------------------------------------------------------------------------------------------------------ walk


def test_levels_are_reached_after_the_delays_before_them_and_again_in_each_repeat() -> None:
    rotas = {"a": Timeline([entry("04", "05", "ana")]), "b": Timeline([entry("04", "05", "bo")])}
    steps = walk(policy((30, "a"), (15, "bZ"), loops=1), asked(rotas), at("2027-01-04T10"))
    assert [(s.round, s.level, s.at, s.people) for s in steps] == [
        (1, 1, at("2027-01-04T10:00"), ("ana",)),
        (1, 2, at("2027-01-04T10:30"), ("bo", "Z")),
        (2, 1, at("2027-01-04T10:45"), ("ana",)),
        (2, 2, at("2027-01-04T11:15"), ("bo", "Z")),
    ]


def test_a_level_with_nobody_is_passed_over_without_waiting() -> None:
    rotas = {"a": Timeline([]), "b": Timeline([entry("04", "05", "bo")])}
    steps = walk(policy((30, "a"), (15, "b")), asked(rotas), at("2027-01-04T10"))
    assert steps == (Step(1, 1, at("2027-01-04T10"), ()), Step(1, 2, at("2027-01-04T10"), ("bo",)))


def test_who_is_on_call_counts_when_the_level_is_reached() -> None:
    rotas = {"a": Timeline([entry("04", "04T12", "ana"), entry("04T12", "05", "bo")])}
    steps = walk(policy((20, "a"), (20, "a"), (20, "a")), asked(rotas), at("2027-01-04T11:30"))
    assert [step.people for step in steps] == [("ana",), ("ana",), ("bo",)]


def test_somebody_named_twice_in_a_level_is_notified_once() -> None:
    rotas = {"a": Timeline([entry("04", "05", "ana")]), "b": Timeline([entry("04", "05", "ana")])}
    assert walk(policy((5, "ab")), asked(rotas), DAY.start)[0].people == ("ana",)


def simulated(of: Policy, on_call: OnCall, begin: datetime) -> list[tuple[datetime, tuple[str, ...]]]:
    """Who is notified when, with a clock that ticks each minute and a page that knows only where it stands."""
    told: list[tuple[datetime, tuple[str, ...]]] = []
    due, place, places = begin, 0, len(of.levels) * (of.loops + 1)
    clock = begin
    while place < places:
        while clock == due and place < places:
            level = of.levels[place % len(of.levels)]
            people = [one for target in level.targets for one in on_call(target, clock)]
            if people:
                told.append((clock, tuple(sorted(set(people)))))
                due = clock + timedelta(minutes=level.minutes)
            place += 1
        clock += MINUTE
    return told


def any_rota(rng: random.Random) -> Timeline:
    """Entries of odd lengths, with gaps, and sometimes two people at once."""
    listed, when = [], DAY.start - timedelta(minutes=rng.randrange(200))
    while when < DAY.end + timedelta(hours=6):
        lasts = timedelta(minutes=rng.randrange(20, 400))
        if rng.random() < 0.8:
            listed.append(Entry(when, when + lasts + rng.choice((0, 0, 30)) * MINUTE, rng.choice("pqrs")))
        when += lasts
    return Timeline(listed)


def any_policy(rng: random.Random) -> Policy:
    levels = [
        (rng.randrange(1, 40), "".join(rng.sample("abZ", rng.choice((1, 1, 2))))) for _ in range(rng.randrange(1, 4))
    ]
    return policy(*levels, loops=rng.randrange(3))


@pytest.mark.parametrize("seed", range(60))
def test_walks_and_stretches_are_what_a_simulation_of_every_minute_shows(seed: int) -> None:
    rng = random.Random(seed)
    of, rotas = any_policy(rng), {"a": any_rota(rng), "b": any_rota(rng)}
    on_call = asked(rotas)
    ways = list(stretches(of, on_call, changes_of(rotas), DAY))
    assert [way.span.end for way in ways[:-1]] == [way.span.start for way in ways[1:]]
    assert (ways[0].span.start, ways[-1].span.end) == (DAY.start, DAY.end)
    for way in ways:
        minutes = range(int(way.span.length / MINUTE))
        for minute in {0, len(minutes) - 1, *rng.sample(minutes, min(4, len(minutes)))}:
            begin = way.span.start + minute * MINUTE
            expected = simulated(of, on_call, begin)
            assert [(s.at, tuple(sorted(s.people))) for s in walk(of, on_call, begin) if s.people] == expected
            later = [(s.at + minute * MINUTE, tuple(sorted(s.people))) for s in way.steps if s.people]
            assert later == expected
            assert not expected or expected[-1][0] - begin < length(of)


@pytest.mark.parametrize("seed", range(60))
def test_findings_are_what_pages_of_every_minute_show(seed: int) -> None:
    rng = random.Random(1000 + seed)
    of, rotas = any_policy(rng), {"a": any_rota(rng), "b": any_rota(rng)}
    on_call = asked(rotas)
    asleep = {one: nights(person(one, zone), (22 * 60, 7 * 60), DAY) for one, zone in SLEEPERS.items()}
    made = findings(of, stretches(of, on_call, changes_of(rotas), DAY), asleep)
    expected: dict[Key, list[Span]] = {}
    for minute in range(24 * 60):
        begin = DAY.start + minute * MINUTE
        for key in weak(of, walk(of, on_call, begin), asleep):
            expected.setdefault(key, []).append(Span(begin, begin + MINUTE))
    told: dict[Key, list[Span]] = {}
    for one in made:
        for spot in one.spots:
            told.setdefault((one.kind, one.level, spot.people), []).append(spot.span)
    assert {key: tuple(spans) for key, spans in told.items()} == {key: merged(s) for key, s in expected.items()}


SLEEPERS = {"p": "UTC", "q": "Asia/Tokyo", "r": "Europe/Berlin", "s": "America/New_York", "Z": "Europe/Lisbon"}


def weak(of: Policy, steps: Sequence[Step], asleep: Mapping[str, Sequence[Span]]) -> set[Key]:
    """What is weak in one walk, said as plainly as it can be."""
    everyone = {one for step in steps for one in step.people}
    if not everyone:
        return {("nobody", None, ())}
    out: set[Key] = {("alone", None, tuple(everyone))} if len(everyone) == 1 else set()
    first = steps[: len(of.levels)]
    out |= {("gap", step.level, ()) for step in first if not step.people}
    filled = [step for step in first if step.people]
    for one, two in pairwise(filled):
        out |= {("twice", one.level, one.people)} if one.people == two.people and len(one.people) == 1 else set()
    called = [(step.at, one) for step in first for one in step.people]
    if called and all(any(n.start <= when < n.end for n in asleep[one]) for when, one in called):
        out.add(("night", None, tuple(dict.fromkeys(one for _, one in called))))
    return out


# -------------------------------------------------------------------------------------------------------- findings


def test_two_people_on_two_levels_are_a_sound_chain() -> None:
    assert found(policy((30, "a"), (30, "b")), a="ana", b="bo") == ()


def test_a_gap_names_its_level_and_when_pages_begin_that_meet_it() -> None:
    b = [entry("04", "04T10", "bo"), entry("04T12", "06", "bo")]
    (gap,) = found(policy((30, "a"), (30, "b"), (30, "C")), a="ana", b=b)
    assert (gap.kind, gap.level, gap.hard, gap.hours) == ("gap", 2, True, 2.0)
    assert gap.spans == (span("2027-01-04T09:30", "2027-01-04T11:30"),)


def test_a_page_that_reaches_nobody_is_one_finding_and_not_many() -> None:
    a = [entry("04", "04T10", "ana"), entry("04T11", "06", "ana")]
    b = [entry("04", "04T10", "bo"), entry("04T11", "06", "bo")]
    kinds = [(f.kind, f.level) for f in found(policy((30, "a"), (30, "b")), a=a, b=b)]
    assert ("nobody", None) in kinds
    assert kinds.count(("nobody", None)) == 1
    assert ("gap", 1) not in kinds


def test_one_person_on_every_level_is_alone_and_paged_twice() -> None:
    assert [(f.kind, f.level, f.people) for f in found(policy((30, "a"), (30, "b")), a="ana", b="ana")] == [
        ("alone", None, ("ana",)),
        ("twice", 1, ("ana",)),
    ]


def test_a_handoff_between_two_levels_pages_the_same_person_twice() -> None:
    a = [entry("04", "04T12", "ana"), entry("04T12", "06", "bo")]
    b = [entry("04", "04T12", "cy"), entry("04T12", "06", "ana")]
    (twice,) = found(policy((30, "a"), (30, "b"), loops=1), a=a, b=b)
    assert (twice.kind, twice.level, twice.people) == ("twice", 1, ("ana",))
    assert twice.spans == (span("2027-01-04T11:30", "2027-01-04T12"),)


def test_somebody_else_on_the_same_level_makes_it_no_repetition() -> None:
    assert found(policy((30, "a"), (30, "aZ")), a="ana") == ()


def test_a_night_counts_only_where_nobody_is_awake_and_is_no_fault() -> None:
    both = {"ana": [span("2027-01-04T00", "2027-01-04T06")], "bo": [span("2027-01-04T03", "2027-01-04T09")]}
    (night,) = found(policy((30, "a"), (30, "b")), a="ana", b="bo", asleep=both)
    assert (night.kind, night.hard, night.people) == ("night", False, ("ana", "bo"))
    assert night.spans == (span("2027-01-04T02:30", "2027-01-04T06"),)


def test_the_same_weakness_at_many_times_is_one_finding() -> None:
    b = [entry(f"0{n}", f"0{n}T12", "bo") for n in range(4, 8)]
    week = span("2027-01-04", "2027-01-08")
    (gap,) = found(policy((10, "a"), (10, "b"), (10, "C")), window=week, a="ana", b=b)
    assert len(gap.spans) == 4
    assert gap.hours == pytest.approx(4 * 12 + 1 / 6)


# ------------------------------------------------------------------------------------------------ times and nights


def test_what_is_planned_last_lasts_where_no_more_is_known() -> None:
    listed = [entry("04", "04T12", "ana"), entry("04T12", "04T20", "bo")]
    assert Timeline(listed).at(at("2027-01-05")) == ()
    known = Timeline(listed, at("2027-01-04T20"))
    assert known.at(at("2027-01-05")) == ("bo",)
    assert known.changes == (at("2027-01-04"), at("2027-01-04T12"))


def test_before_the_first_entry_nobody_is_on_call() -> None:
    assert Timeline([entry("04", "05", "ana")]).at(at("2027-01-03")) == ()


def test_nights_are_on_the_own_clock_and_travel_with_the_person() -> None:
    hours, window = (22 * 60, 31 * 60), span("2027-01-04", "2027-01-06")
    assert nights(person("ana", "America/Sao_Paulo"), hours, window) == (
        span("2027-01-04T01", "2027-01-04T10"),
        span("2027-01-05T01", "2027-01-05T10"),
    )
    away = Travel(Dates(at("2027-01-05").date(), at("2027-01-09").date()), "Asia/Tokyo")
    assert nights(person("ana", "UTC", travel=(away,)), hours, window) == (
        span("2027-01-03T22", "2027-01-04T07"),
        span("2027-01-04T15", "2027-01-04T22"),
        span("2027-01-05T13", "2027-01-05T22"),
    )


def test_a_night_across_a_clock_change_has_its_real_hours() -> None:
    (night,) = nights(person("bo", "Europe/Berlin"), (22 * 60, 7 * 60), span("2027-03-27T23", "2027-03-28T01"))
    assert night.hours == 8.0


def test_a_chain_differs_by_people_whatever_their_order() -> None:
    step = Step(1, 1, DAY.start, ("ana", "bo"))
    other = Step(1, 1, DAY.start, ("bo", "ana"))
    assert not Chain(policy((5, "a")), (step,), (other,)).differs
    assert Chain(policy((5, "a")), (step,), (Step(1, 1, DAY.start, ("bo",)),)).differs


def test_a_quarter_of_half_days_is_walked_in_a_moment() -> None:
    halves = [DAY.start + timedelta(hours=12 * n) for n in range(184)]
    lists = [[Entry(t, t + timedelta(hours=12), f"{role}{n % 9}") for n, t in enumerate(halves)] for role in "xy"]
    rotas = {"a": Timeline(lists[0]), "b": Timeline(lists[1])}
    of = policy((5, "a"), (10, "b"), (15, "Z"), loops=2)
    begun = perf_counter()
    ways = list(stretches(of, asked(rotas), changes_of(rotas), Span(halves[0], halves[-1])))
    assert len(ways) > 183
    assert findings(of, ways, {}) == ()
    assert perf_counter() - begun < 2


def test_a_weakness_of_several_people_is_one_finding_with_a_spot_for_each() -> None:
    a = [entry("04", "04T12", "ana"), entry("04T12", "06", "bo")]
    (alone,) = found(policy((30, "a")), a=a)
    assert [(spot.people, spot.span) for spot in alone.spots] == [
        (("ana",), span("2027-01-04", "2027-01-04T12")),
        (("bo",), span("2027-01-04T12", "2027-01-05")),
    ]
    assert (alone.people, alone.spans) == (("ana", "bo"), (DAY,))


def test_a_finding_says_what_is_hard() -> None:
    assert Finding("unused", ()).hard
    assert not Finding("night", ()).hard
