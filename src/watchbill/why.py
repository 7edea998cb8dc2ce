"""Why a shift is whose it is, and what became of what somebody asked for."""

from dataclasses import dataclass, replace
from pathlib import Path

from watchbill import drafting, workspace
from watchbill.assemble import Ground, is_stale
from watchbill.domain import Person, Pin, is_guest
from watchbill.errors import Place, Refused
from watchbill.finding import find, find_person, find_shift
from watchbill.judge import hand_pins, judge, with_pins
from watchbill.ledger import faded
from watchbill.periods import Period
from watchbill.reasons.asked import Got, Limited, Respected, Wished, got, limited, respected, wished
from watchbill.reasons.candidates import Candidate, candidates
from watchbill.reasons.prices import Exchange, Pricer
from watchbill.remaining import CHANGES
from watchbill.results import Account, Assigned, Draft, Finding, Tier
from watchbill.rules import Limit
from watchbill.serving import serving
from watchbill.shelf import shelf
from watchbill.times import Span, from_iso
from watchbill.understood import understood
from watchbill.workspace import plans
from watchbill.workspace.lines import leaves_by_line, wishes_by_line
from watchbill.workspace.planning import horizon

PAST, STALE, NEWS, HAND, SLACK = "past", "inputs", "news", "hand", "slack"


@dataclass(frozen=True)
class Case:
    """A draft or plan as it stands by the inputs of now: the ground with what is pinned by hand, and its prices.

    `judged` is what `audit` says of it: sums and findings. `stale`: the inputs have changed since it was made.
    """

    plan: Draft
    ground: Ground
    pricer: Pricer
    judged: Draft
    stale: bool

    @property
    def broken(self) -> tuple[Finding, ...]:
        """Hard findings: not those that are history, or were allowed when they were decided."""
        return tuple(finding for finding in self.judged.findings if finding.hard)

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The stored tiers with the values that an audit finds now; a tier that was not stored has no bound."""
        known = {tier.name: tier for tier in self.plan.tiers}
        return tuple(
            replace(known.get(name, Tier(name, value, value, min(0, value))), value=value)
            for name, value in self.pricer.values.items()
        )


@dataclass(frozen=True)
class Explained:
    """One shift: who holds it, and everybody else, those who could first, the cheapest first."""

    case: Case
    assigned: Assigned
    others: tuple[Candidate, ...]

    def undone(self, exchange: Exchange) -> str:
        """The cause for which the plan leaves an exchange undone that costs less, in a word; empty if none is known."""
        plan, step = self.case.plan, exchange.deciding
        if plan.since and self.assigned.shift.start < from_iso(plan.since):
            return PAST
        tier = next((tier for tier in self.case.tiers if step and tier.name == step.name), None)
        causes = (
            (STALE, self.case.stale),
            (NEWS, any(known.name == CHANGES for known in plan.tiers)),
            (HAND, bool(plan.decisions) or self.case.judged.status == "edited" or bool(self._pins)),
            (SLACK, tier is not None and 0 < tier.value - tier.best <= abs(tier.best) * tier.slack // 100),
        )
        return next((cause for cause, holds in causes if holds), "")

    @property
    def _pins(self) -> tuple[Pin, ...]:
        return self.case.ground.problem.pins


@dataclass(frozen=True)
class Personal:
    """What one person carries, asked and got."""

    case: Case
    account: Account
    wishes: tuple[Wished, ...]
    leave: tuple[Respected, ...]
    limits: tuple[Limited, ...]
    got: Got

    @property
    def faded(self) -> dict[str, int]:
        """What is left of the balance carried in when the plan is over, by bucket; all of it for who is not present."""
        days, half_life = len(self.case.plan.period.dates), self.case.ground.problem.fairness.half_life
        there = any(self.account.presence.values())
        return {b: faded(sum_, days, half_life) if there else sum_ for b, sum_ in self.account.before.items()}


# ------------------------------------------------------------------------------------------------------------ read


def explain(folder: Path, text: str, period: Period | None = None, *, draft: bool = False) -> Explained:
    """Why a shift is whose it is, as simple exchanges tell: somebody else on it, everything else the same.

    The shift is looked for in published plans, else in drafts; with `draft` in drafts first. Errors as for `find`.
    """
    case, assigned = case_of(folder, text, period, draft=draft)
    return Explained(case, assigned, candidates(case.pricer, case.ground.problem.shift[assigned.shift.id]))


def explain_person(folder: Path, person: str, period: Period | None = None, *, draft: bool = False) -> Personal:
    """What a person carries in a plan, what they asked for, and what became of it."""
    team = workspace.read(folder)
    who = find_person({known.id: known for known in team.people}, person)
    found = _read(folder, period or shelf(folder).to_read(), draft=draft)
    if found is None:
        raise shelf(folder).missing(period or shelf(folder).to_read())
    case = _opened(folder, found)
    problem, since = case.ground.problem, from_iso(found.since) if found.since else None
    row = next(row for row in understood(team, serving(problem, case.ground.rules)) if row.person.id == who)
    lines = {line.place: line for line in row.lines}
    asked = wishes_by_line(row.person, team.availability[who], horizon(team, found.period))
    away = _spans(row.person, team, found.period)
    kept = (respected(case.pricer, line, who, away.get(line.place, ()), since) for line in row.lines if line.hard)
    return Personal(
        case,
        next(account for account in case.judged.people if account.person == who),
        tuple(wished(case.pricer, wish, lines[place]) for place, wish in asked),
        tuple(line for line in kept if line.touched),
        tuple(
            limited(case.pricer, rule, who) for rule in team.rules if isinstance(rule, Limit) and rule.people == (who,)
        ),
        got(case.pricer, who),
    )


def _spans(person: Person, team: workspace.Workspace, period: Period) -> dict[Place, list[Span]]:
    """When each hard line of somebody keeps them away."""
    out: dict[Place, list[Span]] = {}
    lines = leaves_by_line(person, team.availability[person.id], team.hard_budget, horizon(team, period))
    for place, leave in lines:
        out.setdefault(place, []).append(leave.span)
    return out


def case_of(folder: Path, text: str, period: Period | None, *, draft: bool) -> tuple[Case, Assigned]:
    """The shift that a text names, in the plan or draft that it is found in. Errors as for `find`."""
    team = workspace.read(folder)
    people = {person.id: person for person in team.people}
    if period is not None:
        plan = _read(folder, period, draft=draft)
        if plan is None:
            raise shelf(folder).missing(period)
        assigned = find_shift(plan, text, people, team.zone)
    else:
        found = find(folder, text, lambda wanted: _read(folder, wanted, draft=draft), people, team.zone)
        plan, assigned = found.plan, found.assigned
    case = _opened(folder, plan)
    known = case.ground.problem.shift.get(assigned.shift.id)
    if known is None or known.spans != assigned.shift.spans:
        raise Refused(f"{assigned.shift.id} is not as the inputs have it now. Plan the period again, then ask.")
    return case, assigned


def _read(folder: Path, period: Period, *, draft: bool) -> Draft | None:
    first, second = plans.read_plan(folder, period), plans.read_draft(folder, period)
    return (second or first) if draft else (first or second)


def _opened(folder: Path, plan: Draft) -> Case:
    ground = drafting.ground(folder, plan.period)
    stale = is_stale(ground, plan.inputs.fingerprint)
    pinned = with_pins(ground, hand_pins(plan, ground.problem), None)
    people = pinned.problem.person
    parts = {
        a.shift.id: tuple(part for part in a.parts if part.person in people or is_guest(part.person))
        for a in plan.shifts
    }
    judged = judge(ground, plan, Path()).draft
    return Case(plan, pinned, Pricer(pinned.problem, pinned.rules, pinned.loads, parts), judged, stale)
