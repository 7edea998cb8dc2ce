"""Plans in which somebody holds a turn, beside a known plan: held against the audit and against every plan there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import pytest

from builders import days, leave, person, problem, shift, wish
from relieving import Given, every_given, lax
from watchbill.audit import audit, whole
from watchbill.domain import BUCKETS, Part, Pin
from watchbill.load import Loads
from watchbill.policy import Near
from watchbill.problem import Problem
from watchbill.results import Infeasible, Outcome, Solved
from watchbill.rules import Rule, Space, standing
from watchbill.solve import Effort, beside
from watchbill.solve.beside import solve_beside

TEAM = ("ana", "bo", "cy")
ZONES = ("UTC", "Asia/Tokyo", "America/New_York")
PAIR = tuple(shift(f"primary/day/2027-01-{day:02}", f"2027-01-{day:02}T00", 48) for day in (4, 6))
RULES: tuple[Rule, ...] = (*standing(), Space(kind="space", at_least="1 h", ideally="2 days"))
Vector = tuple[int, ...]


@dataclass(frozen=True)
class Known:
    """A tiny problem, its best plan, and what every plan that keeps the hard rules costs, tier by tier."""

    facts: Problem
    rules: tuple[Rule, ...]
    plan: Given
    legal: tuple[tuple[Given, Vector], ...]

    @property
    def parts(self) -> Mapping[str, Sequence[Part]]:
        return whole(self.facts, self.plan.holders, self.plan.reliefs)

    @property
    def values(self) -> dict[str, int]:
        vector = next(vector for given, vector in self.legal if given == self.plan)
        return {tier.name: cost for tier, cost in zip(self.facts.tiers, vector, strict=True)}

    def forced(self, number: int, who: str, values: Mapping[str, int] | None = None) -> Outcome:
        one = self.facts.shifts[number]
        asked = replace(self.facts, pins=(Pin(one.id, who),), near=Near(self.plan.holders))
        known = values or self.values
        return solve_beside(
            asked, self.rules, self.parts, known, turn=one.turn, effort=Effort(work=5), loads=Loads(asked)
        )

    def of(self, number: int, who: str) -> list[Vector]:
        """What every plan costs in which somebody holds a shift."""
        return [vector for given, vector in self.legal if given.holders[self.facts.shifts[number].id] == who]


def best(facts: Problem, rules: tuple[Rule, ...] = RULES) -> Known:
    loads = Loads(facts)
    legal = []
    for given in every_given(facts):
        found = audit(facts, rules, whole(facts, given.holders, given.reliefs), loads)
        if not any(finding.hard for finding in found):
            legal.append((given, tuple(sum(f.cost for f in found if f.tier == tier.name) for tier in facts.tiers)))
    return Known(facts, rules, min(legal, key=lambda one: one[1])[0], tuple(legal))


def any_days(rng: Random) -> Problem:
    """Some days of one role, people in three zones, a wish and balances."""
    return problem(
        [person(id_, zone=zone) for id_, zone in zip(TEAM, ZONES, strict=True)],
        days(count=rng.randint(4, 6), hours=10),
        wishes=(wish(rng.choice(TEAM), "avoid", "2027-01-05T00", "2027-01-06T00"),),
        balances={id_: {bucket: rng.randint(-3000, 3000) for bucket in BUCKETS} for id_ in TEAM},
    )


def any_reliefs(rng: Random) -> Problem:
    """Two turns of two days; Ana may miss two stretches of the first, Bo one of either, and Cy is away once."""
    off, turn = rng.randint(8, 14), rng.choice((4, 6))
    leaves = (
        leave("ana", f"2027-01-04T{off:02}", "2027-01-04T20"),
        leave("ana", "2027-01-05T06", "2027-01-05T09"),
        leave("bo", f"2027-01-{turn:02}T22", f"2027-01-{turn + 1:02}T02"),
        leave("cy", "2027-01-06T01", f"2027-01-06T{rng.randint(3, 9):02}"),
    )
    balances = {id_: {bucket: rng.randint(-3000, 3000) for bucket in BUCKETS} for id_ in TEAM}
    return lax(problem(TEAM, PAIR, leaves=leaves, balances=balances), 16)


KINDS = {"whole turns": any_days, "turns in parts": any_reliefs}


@dataclass(frozen=True)
class Asked:
    """Somebody on a shift, and what the known plan may cost: a little more than it does in some tiers."""

    known: Known
    number: int
    who: str
    values: Mapping[str, int]

    @property
    def outcome(self) -> Outcome:
        return self.known.forced(self.number, self.who, self.values)


def asked(kind: str, seed: int) -> Asked:
    rng = Random(seed)
    known = best(KINDS[kind](rng), RULES if kind == "whole turns" else standing())
    number = rng.randrange(len(known.facts.shifts))
    who = rng.choice([p for p in TEAM if p != known.plan.holders[known.facts.shifts[number].id]])
    values = {name: cost + rng.choice((0, 2500)) for name, cost in known.values.items()}
    return Asked(known, number, who, values)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_a_forced_plan_is_legal_and_its_bounds_hold_for_every_plan(
    seed: int, kind: str, large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if large:
        monkeypatch.setattr(beside, "PROOF_VARIABLES", 20)
    one = asked(kind, seed)
    outcome, every = one.outcome, one.known.of(one.number, one.who)
    if not every:
        assert isinstance(outcome, Infeasible)
        return
    assert isinstance(outcome, Solved)
    assert outcome.holders[one.known.facts.shifts[one.number].id] == one.who
    assert_audited(one.known, one.number, one.who, outcome)
    assert_bounds(one.values, outcome, every)


@pytest.mark.parametrize("seed", [19, 23, 49])
def test_what_a_tier_may_cost_and_does_not_is_left_to_the_tiers_after_it(seed: int) -> None:
    one = asked("turns in parts", seed)
    outcome = one.outcome
    assert isinstance(outcome, Solved)
    first = outcome.tiers[1]
    assert first.best < one.values[first.name]
    assert_bounds(one.values, outcome, one.known.of(one.number, one.who))


def assert_audited(known: Known, number: int, who: str, outcome: Solved) -> None:
    """The plan breaks nothing, and its tiers are what the audit says."""
    pinned = replace(known.facts, pins=(Pin(known.facts.shifts[number].id, who),), near=Near(known.plan.holders))
    found = audit(pinned, known.rules, whole(pinned, outcome.holders, outcome.reliefs))
    assert not any(finding.hard for finding in found)
    for tier in outcome.tiers:
        assert sum(f.cost for f in found if f.tier == tier.name) == tier.value


def assert_bounds(values: Mapping[str, int], outcome: Solved, every: Sequence[Vector]) -> None:
    """No plan that costs no more than the known one in the tiers before is below the bound of a tier."""
    for n, tier in enumerate(outcome.tiers[:-1]):
        as_good = [v for v in every if all(v[k] <= values[outcome.tiers[k].name] for k in range(n))]
        assert all(v[n] >= tier.bound for v in as_good), tier
        if tier.value > values[tier.name]:
            return


def test_where_the_person_fits_without_loss_the_plan_costs_no_more() -> None:
    known = replace(best(problem(("ana", "bo"), days(count=4))), rules=standing())
    ids = [one.id for one in known.facts.shifts]
    plan = next(given for given, _ in known.legal if [given.holders[id_] for id_ in ids] == ["ana", "bo", "ana", "bo"])
    outcome = replace(known, plan=plan).forced(0, "bo")
    assert isinstance(outcome, Solved)
    for tier in outcome.tiers[:-1]:
        assert tier.value <= known.values[tier.name]
    assert sum(plan.holders[id_] != who for id_, who in outcome.holders.items()) == 2


def test_who_may_miss_some_of_a_turn_can_be_asked_for() -> None:
    facts = lax(problem(TEAM, PAIR, leaves=(leave("ana", "2027-01-04T10", "2027-01-04T20"),)), 16)
    known = best(facts, standing())
    plan = next(given for given, _ in known.legal if list(given.holders.values()) == ["bo", "ana"])
    outcome = replace(known, plan=plan).forced(0, "ana")
    assert isinstance(outcome, Solved)
    assert outcome.holders[PAIR[0].id] == "ana"
    (taken,) = outcome.reliefs[PAIR[0].id]
    assert (taken.start, taken.end) == (facts.leaves[0].span.start, facts.leaves[0].span.end)


def test_what_others_take_of_a_turn_stays_as_it_is_where_another_turn_changes() -> None:
    leaves = (leave("ana", "2027-01-04T10", "2027-01-04T20"), leave("bo", "2027-01-04T00", "2027-01-04T02"))
    facts = lax(problem((*TEAM, "dee"), PAIR, leaves=leaves), 16)
    known = best(facts, standing())
    dees = [g for g, _ in known.legal if list(g.holders.values()) == ["ana", "bo"] and g.reliefs]
    plan = next(g for g in dees if {part.person for part in g.reliefs[PAIR[0].id]} == {"dee"})
    # Whatever the tiers say of it: beside a plan that may cost as much as this, nothing else has to move.
    values = {name: cost + 100_000 for name, cost in replace(known, plan=plan).values.items()}
    outcome = replace(known, plan=plan).forced(1, "cy", values)
    assert isinstance(outcome, Solved)
    assert outcome.holders == {PAIR[0].id: "ana", PAIR[1].id: "cy"}
    assert outcome.reliefs[PAIR[0].id] == plan.reliefs[PAIR[0].id]
