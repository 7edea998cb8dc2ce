"""A draft from who holds what: every load, sum and finding is recomputed, nothing stored is believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from watchbill.audit import audit
from watchbill.domain import BUCKETS, Part, Shift, is_guest
from watchbill.ledger import carried, settle
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import Account, Assigned, Decision, Draft, Finding, Inputs, Tier
from watchbill.rules.base import Rule
from watchbill.times import common, iso, total

Parts = Mapping[str, Sequence[Part]]


@dataclass(frozen=True)
class Ground:
    """What a plan of one period stands on: the facts, the policy, and what shifts weigh for whom.

    `agreed` is what was decided by hand in the plans around it: what that may break, it may break here, too.
    """

    problem: Problem
    rules: tuple[Rule, ...]
    loads: Loads
    agreed: tuple[Decision, ...] = ()


def assemble(ground: Ground, parts: Parts, *, inputs: Inputs, status: str, tiers: Sequence[Tier]) -> Draft:
    """The draft in which these people hold these parts; tier values are those of its findings.

    Of `tiers` the names, best values and bounds are taken. A plan that breaks rules is a draft too: look at its
    `findings`.
    """
    problem, loads = ground.problem, ground.loads
    kept = {shift.id: tuple(parts.get(shift.id, ())) for shift in problem.shifts}
    findings = audit(problem, ground.rules, kept, loads)
    pins = _pins(problem)
    shifts = tuple(_assigned(loads, shift, kept[shift.id], pins) for shift in problem.shifts)
    return Draft(
        team=problem.team,
        period=problem.period,
        inputs=inputs,
        status=status,
        tiers=valued(tiers, findings),
        shifts=shifts,
        people=_accounts(ground, kept),
        findings=findings,
    )


def valued(tiers: Sequence[Tier], findings: Sequence[Finding]) -> tuple[Tier, ...]:
    """The tiers with the values that findings add up to."""
    sums = {tier.name: sum(f.cost for f in findings if f.tier == tier.name) for tier in tiers}
    return tuple(Tier(t.name, sums[t.name], t.best, t.bound, t.slack) for t in tiers)


def answer_of(shifts: Sequence[Assigned]) -> str:
    """The fingerprint of what a person may edit: who holds what, and what is pinned."""
    rows = [(a.shift.id, a.pinned, [(p.person, iso(p.start), iso(p.end)) for p in a.parts]) for a in shifts]
    return _digest(repr(sorted(rows)))


def fingerprint_of(problem: Problem, rules: Sequence[Rule]) -> str:
    """The fingerprint of everything a plan is made from: facts, neighbouring plans, balances and policy."""
    return _digest(f"{problem!r}\n{rules!r}")


def is_stale(ground: Ground, fingerprint: str) -> bool:
    """Whether a plan of this fingerprint was made from other inputs; a later plan that came since is no such thing."""
    alone = replace(ground.problem, after=())
    return fingerprint not in {fingerprint_of(problem, ground.rules) for problem in (ground.problem, alone)}


def main_holder(shift: Shift, parts: Sequence[Part]) -> str | None:
    """Who holds most of a shift's hours: the first one of equals, None where nobody holds any."""
    held: dict[str, float] = {}
    for part in parts:
        hours = total(common(shift.spans, (part.span,))).total_seconds()
        held[part.person] = held.get(part.person, 0.0) + hours
    most = max(held.values(), default=0.0)
    return next((person for person, hours in held.items() if hours == most and hours), None)


def _assigned(loads: Loads, shift: Shift, parts: tuple[Part, ...], pins: set[tuple[str, str | None]]) -> Assigned:
    own = [part for part in parts if not is_guest(part.person)]
    weights = [loads.of_spans(p.person, shift.role, common(shift.spans, (p.span,))) for p in own]
    load = {bucket: sum(weight[bucket] for weight in weights) for bucket in BUCKETS}
    person = main_holder(shift, parts)
    return Assigned(shift, person, parts, (shift.turn, person) in pins, load=load)


def _pins(problem: Problem) -> set[tuple[str, str | None]]:
    """Turns and the people who are pinned to them, whatever the seat."""
    return {(problem.shift[pin.shift].turn, pin.person) for pin in problem.pins if pin.shift in problem.shift}


def _accounts(ground: Ground, parts: Parts) -> tuple[Account, ...]:
    problem, loads = ground.problem, ground.loads
    held = carried(loads, parts)
    presence = {person.id: loads.presence(person.id) for person in problem.people}
    days = len(problem.period.dates)
    after = settle(held, presence, problem.balances, days, problem.fairness.half_life)
    return tuple(
        Account(
            person=person.id,
            presence=presence[person.id],
            reference=loads.reference(person.id),
            load={
                bucket: sum(layer.get(person.id, {}).get(bucket, 0) for layer in held.values()) for bucket in BUCKETS
            },
            before={bucket: problem.balances.get(person.id, {}).get(bucket, 0) for bucket in BUCKETS},
            after=after[person.id],
        )
        for person in problem.people
    )


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]
