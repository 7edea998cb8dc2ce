"""Takers, swaps of two and round swaps of three: complete, sound by the audit, and nobody worse off in a round."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from random import Random
from time import process_time

import pytest

from builders import at, days, leave, problem, wish
from rounds import EARLY, hard_and_wishes, round_of
from rounds import planted as planted_round
from rounds import search as search_round
from solving import first_plan
from tiny import PERIOD, write_team
from watchbill import app, deciding, drafting, swapping
from watchbill.assemble import Ground, assemble
from watchbill.audit import audit, whole
from watchbill.decisions import known
from watchbill.domain import Leave, Part
from watchbill.errors import WrongUsage
from watchbill.exchanging import Lot
from watchbill.load import Loads
from watchbill.periods import period
from watchbill.problem import Problem
from watchbill.results import Draft, Inputs, Tier
from watchbill.rules import Limit, Pair, Rest, Rule, Space, standing
from watchbill.swapping import Exchange, Swaps
from watchbill.times import Span
from watchbill.workspace import plans

SCENARIOS = Path(__file__).parents[1] / "scenarios"
TIERS = tuple(Tier(name, 0, 0, 0) for name in ("should", "fairness", "burden", "evenness", "wishes", "stability"))
DAYS = days(count=4)
IDS = [shift.id for shift in DAYS]


def plan(facts: Problem, holders: Sequence[str], *rules: Rule) -> tuple[Ground, Draft]:
    on = Ground(facts, (*standing(), *rules), Loads(facts))
    held = whole(facts, dict(zip((s.id for s in facts.shifts), holders, strict=True)))
    return on, known(on, assemble(on, held, inputs=Inputs(""), status="solved", tiers=TIERS))


def search(on: Ground, draft: Draft, n: int = 0, most: int = 500) -> Swaps:
    assigned = draft.shifts[n]
    lot = Lot(assigned, Span(assigned.shift.start, assigned.shift.end), str(assigned.person))
    return swapping.search(on, draft, lot, EARLY, most=most)


def told(found: Sequence[Exchange]) -> set[tuple[tuple[str, str], ...]]:
    """What each one is: shifts and who takes them."""
    return {tuple(zip((lot.shift.id for lot in one.lots), one.takers, strict=True)) for one in found}


# ---------------------------------------------------------------------------------------------------------- planted


def planted() -> Problem:
    """Only a round helps ana: bo can take her day, cy alone can take bo's, and ana alone can take cy's."""
    away = {"ana": (1, 3), "bo": (2, 3), "cy": (0, 3), "dee": (0, 1, 2)}
    leaves = [day_off(who, n) for who, listed in away.items() for n in listed]
    return problem(("ana", "bo", "cy", "dee"), DAYS, leaves=tuple(leaves))


def day_off(who: str, n: int) -> Leave:
    return leave(who, f"2027-01-0{4 + n}T06", f"2027-01-0{4 + n}T07")


def test_a_round_swap_of_three_that_is_planted_is_found_and_nothing_else() -> None:
    once = Limit(count="shifts", at_most=1)
    found = search(*plan(planted(), ("ana", "bo", "cy", "dee"), once))
    assert (found.gives, found.pairs) == ((), ())
    assert told(found.rounds) == {((IDS[0], "bo"), (IDS[1], "cy"), (IDS[2], "ana"))}


def test_a_round_in_which_somebody_ends_worse_off_by_their_own_wishes_is_not_shown() -> None:
    once = Limit(count="shifts", at_most=1)
    unwilling = wish("cy", "avoid", "2027-01-05T00", "2027-01-06T00")
    found = search(*plan(replace(planted(), wishes=(unwilling,)), ("ana", "bo", "cy", "dee"), once))
    assert found.rounds == ()
    willing = wish("cy", "prefer", "2027-01-05T00", "2027-01-06T00")
    found = search(*plan(replace(planted(), wishes=(willing,)), ("ana", "bo", "cy", "dee"), once))
    assert len(found.rounds) == 1
    (cost,) = [(was, is_) for person, was, is_ in found.rounds[0].effect.costs if person == "cy"]
    assert cost[1] < cost[0]


def test_takers_come_in_the_order_of_the_tiers() -> None:
    facts = problem(("ana", "bo", "cy"), DAYS)
    found = search(*plan(facts, ("ana", "bo", "bo", "cy")))
    assert [one.taker for one in found.gives] == ["cy", "bo"]
    for kind in (found.gives, found.pairs, found.rounds):
        assert [one.tiers for one in kind] == sorted(one.tiers for one in kind)


def test_what_is_pinned_has_begun_or_is_shared_is_not_asked_for_in_return() -> None:
    facts = problem(("ana", "bo"), DAYS)
    on, draft = plan(facts, ("ana", "bo", "bo", "bo"))
    one, two, three, four = draft.shifts
    parts = (Part("bo", four.shift.start, at("2027-01-07T12")), Part("ana", at("2027-01-07T12"), four.shift.end))
    draft = replace(draft, shifts=(one, replace(two, pinned=True), three, replace(four, parts=parts)))
    assert told(search(on, draft).pairs) == {((IDS[0], "bo"), (IDS[2], "ana"))}
    lot = Lot(one, Span(one.shift.start, one.shift.end), "ana")
    assert swapping.search(on, draft, lot, at("2027-01-06T12")).pairs == ()


# --------------------------------------------------------------------------------------------------------- complete


@pytest.mark.parametrize("seed", [0, 2, 3, 5, 7, *range(9, 14)])
def test_every_exchange_that_an_audit_of_the_whole_plan_accepts_is_found(seed: int) -> None:
    rng = Random(seed)
    facts, holders, rules = any_plan(rng)
    on, draft = plan(facts, holders, *rules)
    found = search(on, draft)
    expected = set(accepted(on, draft))
    assert expected
    assert told(found.gives) | told(found.pairs) | told(found.rounds) == expected


def any_plan(rng: Random) -> tuple[Problem, list[str], list[Rule]]:
    people = ("ana", "bo", "cy", "dee")
    listed = [*days(count=6), *days("secondary", count=3)]
    leaves = tuple(day_off(rng.choice(people), rng.randrange(6)) for _ in range(3))
    spans = [f"2027-01-0{rng.randrange(4, 9)}" for _ in range(3)]
    wishes = tuple(
        wish(rng.choice(people), rng.choice(("avoid", "prefer")), f"{day}T00", f"{day[:-1]}{int(day[-1]) + 1}T00")
        for day in spans
    )
    facts = problem(people, listed, leaves=leaves, wishes=wishes)
    holders = [rng.choice(people) for _ in listed]
    rules: list[Rule] = [
        Limit(count="shifts", at_most=rng.randrange(2, 4)),
        Limit(count="shifts", at_least=1),
        Space(at_least=timedelta(hours=rng.choice((1, 25)))),
        Rest(at_least=timedelta(hours=11), max_stretch=timedelta(hours=48)),
        Limit(count="shifts", at_most=2, per=timedelta(days=4), strength="should"),
    ]
    return facts, holders, rng.sample(rules, 3)


def accepted(on: Ground, draft: Draft) -> Iterator[tuple[tuple[str, str], ...]]:
    """Every way to hand over the first shift, by brute force: no new hard finding; rounds make nobody worse off."""
    rows = [(assigned.shift.id, str(assigned.person)) for assigned in draft.shifts]
    first, others = rows[0], [row for row in rows[1:] if row[1] != rows[0][1]]
    before, wished = hard_and_wishes(on, dict(rows))
    for size in (1, 2, 3):
        for rest in permutations(others, size - 1):
            givers = [first[1], *(who for _, who in rest)]
            ends = [first[1]] if size > 1 else [person for person in on.problem.person if person != first[1]]
            for end in ends if len(set(givers)) == size else ():
                moved = tuple(zip([first[0], *(id_ for id_, _ in rest)], [*givers[1:], end], strict=True))
                hard, wishes = hard_and_wishes(on, dict(rows) | dict(moved))
                worse = size == 3 and any(wishes[who] > wished[who] for who in givers)
                if hard <= before and not worse:
                    yield moved


def test_rules_that_look_at_several_people_hold_in_what_is_shown() -> None:
    """Whoever takes ana's day stands beside bo, and not both may be new."""
    listed = [*days(count=2), *days("secondary", count=2)]
    facts = problem(("ana", "bo", "cy", "dee"), listed)
    news = {"bo", "cy"}
    facts = replace(facts, people=tuple(replace(p, tags=("new",) if p.id in news else ()) for p in facts.people))
    rule = Pair(roles=("primary", "secondary"), never_two=("new",))
    found = search(*plan(facts, ("ana", "bo", "dee", "dee"), rule))
    assert [one.taker for one in found.gives] == ["dee"]


# ---------------------------------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize("seed", range(4))
def test_every_number_of_an_exchange_is_counted_again_by_the_audit(seed: int) -> None:
    facts, holders, rules = any_plan(Random(100 + seed))
    on, draft = plan(facts, holders, *rules)
    for one in search(on, draft, most=3).every:
        moved = dict(zip((lot.shift.id for lot in one.lots), one.takers, strict=True))
        now = {assigned.shift.id: str(assigned.person) for assigned in draft.shifts}
        found = [audit(facts, on.rules, whole(facts, held), on.loads) for held in (now, now | moved)]
        sums = [[sum(f.cost for f in listed if f.tier == tier.name) for tier in TIERS] for listed in found]
        assert one.tiers == tuple(new - old for old, new in zip(*sums, strict=True))
        for person, *costs in one.effect.costs:
            assert costs == [sum(f.cost for f in x if f.tier == "wishes" and f.people == (person,)) for x in found]


# ---------------------------------------------------------------------------------------------------------- folders


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_team(tmp_path_factory.mktemp("made") / "team")
    assert isinstance(app.plan(folder, period(PERIOD)), app.Planned)
    app.publish(folder, period(PERIOD), EARLY)
    return folder


@pytest.fixture
def team(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "team"))


def test_what_is_shown_can_be_decided_as_it_is_written(team: Path) -> None:
    found = swapping.swaps(team, "primary/week/2027-01-18", EARLY)
    assert found.every
    for one in found.every:
        pairs = list(zip(one.words[::2], one.words[1::2], strict=True))
        assert deciding.assign(team, pairs, EARLY).after.holders == one.effect.after.holders


def test_only_what_a_person_has_a_part_in_is_shown_if_they_are_named(team: Path) -> None:
    every = swapping.swaps(team, "primary/week/2027-01-18", EARLY, most=50)
    taker = every.every[0].effect.people[-1]
    some = swapping.swaps(team, "primary/week/2027-01-18", EARLY, person=taker, most=50)
    assert told(some.every) == {row for one in every.every for row in told([one]) if taker in one.effect.people}


def test_shifts_on_offer_are_listed_with_takers_and_what_is_wrong_with_an_offer(team: Path) -> None:
    plan_ = plans.read_plan(team, period(PERIOD))
    assert plan_ is not None
    who = {assigned.shift.id: str(assigned.person) for assigned in plan_.shifts}
    mine = who["primary/week/2027-01-18"]
    foreign = next(id_ for id_, person in who.items() if person != mine)
    path = team / "availability" / f"{mine}.yaml"
    path.write_text(f"person: {mine}\noffers: [primary/week/2027-01-18, {foreign}]\n", encoding="utf-8")
    good, bad = swapping.offers(team, EARLY)
    assert good.swaps is not None
    assert good.swaps.lot.holder == mine
    assert (bad.swaps, bad.problem) == (None, f"{foreign} is not theirs any more. Remove the offer.")


def test_a_shift_in_parts_needs_to_be_told_whose_part_is_meant(team: Path) -> None:
    path = team / "plans" / f"{PERIOD}.json"
    plan_ = plans.read_plan(team, period(PERIOD))
    assert plan_ is not None
    last = plan_.shifts[-1]
    other = next(who for who in ("ana", "bo", "cy", "dee") if who not in {last.person, plan_.shifts[-2].person})
    cut = last.shift.start + timedelta(days=5)
    parts = (Part(str(last.person), last.shift.start, cut), Part(other, cut, last.shift.end))
    from watchbill.workspace.plan_text import encode

    path.write_bytes(encode(replace(plan_, shifts=(*plan_.shifts[:-1], replace(last, parts=parts)))))
    with pytest.raises(WrongUsage, match=rf"is held by {last.person} and {other}\. Name whose part is meant, such as"):
        swapping.swaps(team, last.shift.id, EARLY)
    assert swapping.swaps(team, f"{other} 2027-01-31", EARLY).lot.span == Span(cut, last.shift.end)


# -------------------------------------------------------------------------------------------------------------- bar


def test_a_round_swap_of_three_planted_in_a_large_rota_is_found(tmp_path: Path) -> None:
    """The bar: among 364 shifts of twelve people, where leave leaves hardly anything else."""
    folder = Path(shutil.copytree(SCENARIOS / "day-night-12", tmp_path / "team"))
    quarter = period("2027-01-04..2027-04-04")
    made = app.plan(folder, quarter, watch=first_plan())
    assert isinstance(made, app.Planned)
    on, lots = planted_round(drafting.ground(folder, quarter), made.draft)
    began = process_time()
    found = search_round(on, made.draft, lots[0])
    assert process_time() - began < 10
    assert round_of(lots) in [round_of(one.lots) for one in found.rounds]
    assert len(found.rounds) < 20
