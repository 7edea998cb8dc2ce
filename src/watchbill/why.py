"""Why a shift is whose it is, what it would take for somebody else to hold it, and what became of what one asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from watchbill import drafting, workspace
from watchbill.assemble import Ground, answer_of, assemble, fingerprint_of
from watchbill.audit import whole
from watchbill.domain import Pin, Shift, is_guest
from watchbill.errors import Refused
from watchbill.finding import find, find_person, find_shift
from watchbill.judge import hand_pins, with_pins
from watchbill.periods import Period
from watchbill.policy import Near
from watchbill.problem import Problem
from watchbill.reasons.asked import Got, Respected, Wished, got, respected, wished
from watchbill.reasons.candidates import Candidate, candidates
from watchbill.reasons.prices import Pricer
from watchbill.reasons.reliefs import only_relieves
from watchbill.results import Account, Assigned, Draft, Infeasible, OutOfTime, Solved, Tier
from watchbill.serving import serving
from watchbill.shelf import shelf
from watchbill.understood import understood
from watchbill.workspace import plans
from watchbill.workspace.lines import wishes_by_line
from watchbill.workspace.planning import horizon

if TYPE_CHECKING:
    from watchbill.solve import Effort, Watch


@dataclass(frozen=True)
class Case:
    """A draft or plan as it stands by the inputs of now: the ground with what is pinned by hand, and its prices.

    `stale`: the inputs have changed since it was made.
    """

    plan: Draft
    ground: Ground
    pricer: Pricer
    stale: bool

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


@dataclass(frozen=True)
class Forced:
    """The best plan found in which somebody holds a shift, beside the present one. Nothing of it is written."""

    case: Case
    assigned: Assigned
    person: str
    draft: Draft

    @property
    def rows(self) -> tuple[tuple[Tier, Tier], ...]:
        """Each tier as it is and as it would be."""
        return tuple(zip(self.case.tiers, self.draft.tiers, strict=True))

    @property
    def deciding(self) -> tuple[Tier, Tier] | None:
        """The first tier in which the plan with that person costs more; None if it costs more in none."""
        return next(((now, then) for now, then in self.rows if then.value > now.value), None)

    @property
    def at_least(self) -> int:
        """How much more of the deciding tier every such plan costs that is as good in the tiers before: proven."""
        if self.deciding is None or not self.draft.inputs.reproducible:
            return 0
        now, then = self.deciding
        return max(0, then.bound - now.value)

    @property
    def proven(self) -> bool:
        """Whether no such plan costs less more than this one."""
        return self.deciding is not None and self.at_least == self.deciding[1].value - self.deciding[0].value


@dataclass(frozen=True)
class Impossible:
    """No plan has this person on this shift, and why."""

    case: Case
    assigned: Assigned
    person: str
    why: Infeasible


@dataclass(frozen=True)
class Personal:
    """What one person carries, asked and got."""

    case: Case
    account: Account
    wishes: tuple[Wished, ...]
    leave: tuple[Respected, ...]
    got: Got


# ------------------------------------------------------------------------------------------------------------ read


def explain(folder: Path, text: str, period: Period | None = None, *, draft: bool = False) -> Explained:
    """Why a shift is whose it is, as simple exchanges tell: somebody else on it, everything else the same.

    The shift is looked for in published plans, else in drafts; with `draft` in drafts first. Errors as for `find`.
    """
    case, assigned = _case(folder, text, period, draft=draft)
    return Explained(case, assigned, candidates(case.pricer, case.ground.problem.shift[assigned.shift.id]))


def why_not(
    folder: Path,
    text: str,
    person: str,
    period: Period | None = None,
    *,
    draft: bool = False,
    effort: "Effort | None" = None,
    watch: "Watch | None" = None,
) -> Forced | Impossible | OutOfTime:
    """The best plan in which a person holds a shift, beside the one there is; or why there is none."""
    case, assigned = _case(folder, text, period, draft=draft)
    problem = case.ground.problem
    who = find_person(problem.person, person)
    seats = [a for a in case.plan.shifts if a.shift.turn == assigned.shift.turn]
    if any(_holds(problem, seat, who) for seat in seats):
        name = problem.person[who].name
        raise Refused(f"{name} is on {assigned.shift.turn} already. Why: watchbill explain {assigned.shift.id}")
    return _forced(case, assigned, who, effort, watch)


def explain_person(folder: Path, person: str, period: Period | None = None, *, draft: bool = False) -> Personal:
    """What a person carries in a plan, what they asked for, and what became of it."""
    team = workspace.read(folder)
    who = find_person({known.id: known for known in team.people}, person)
    found = _read(folder, period or shelf(folder).to_read(), draft=draft)
    if found is None:
        raise shelf(folder).missing(period or shelf(folder).to_read())
    case = _opened(folder, found)
    problem = case.ground.problem
    row = next(row for row in understood(team, serving(problem, case.ground.rules)) if row.person.id == who)
    lines = {line.place: line for line in row.lines}
    asked = wishes_by_line(row.person, team.availability[who], horizon(team, found.period))
    hard = (line for line in row.lines if line.hard and line.blocks)
    return Personal(
        case,
        _account(case, who),
        tuple(wished(case.pricer, wish, lines[place]) for place, wish in asked),
        tuple(respected(case.pricer, line, who) for line in hard),
        got(case.pricer, who),
    )


def _holds(problem: Problem, seat: Assigned, person: str) -> bool:
    """Whether somebody holds a shift, if only in part, and does not just take what its holder misses."""
    named = any(part.person == person for part in seat.parts)
    return named and not only_relieves(problem, seat.shift, seat.parts, person)


def _case(folder: Path, text: str, period: Period | None, *, draft: bool) -> tuple[Case, Assigned]:
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
    stale = fingerprint_of(ground.problem, ground.rules) != plan.inputs.fingerprint
    pinned = with_pins(ground, hand_pins(plan, ground.problem), None)
    people = pinned.problem.person
    parts = {
        a.shift.id: tuple(part for part in a.parts if part.person in people or is_guest(part.person))
        for a in plan.shifts
    }
    return Case(plan, pinned, Pricer(pinned.problem, pinned.rules, pinned.loads, parts), stale)


def _account(case: Case, person: str) -> Account:
    draft = assemble(case.ground, case.pricer.parts, inputs=case.plan.inputs, status=case.plan.status, tiers=())
    return next(account for account in draft.people if account.person == person)


# ----------------------------------------------------------------------------------------------------------- force


def _forced(
    case: Case, assigned: Assigned, person: str, effort: "Effort | None", watch: "Watch | None"
) -> Forced | Impossible | OutOfTime:
    from watchbill import explain as conflicts
    from watchbill.solve import Effort, solve
    from watchbill.solve.beside import solve_beside

    effort = effort or Effort()
    known = {a.shift.id: a.person for a in case.plan.shifts if a.person and not is_guest(a.person)}
    ground = _pinned(case, assigned.shift, person, known)
    if case.pricer.broken or len(known) < len(ground.problem.shifts):
        outcome = solve(ground.problem, ground.rules, effort=effort, watch=watch, loads=ground.loads)
    else:
        outcome = solve_beside(
            ground.problem,
            ground.rules,
            case.pricer.parts,
            case.pricer.values,
            turn=assigned.shift.turn,
            effort=effort,
            watch=watch,
            loads=ground.loads,
        )
    if isinstance(outcome, Infeasible):
        agreed = conflicts.explained(ground.problem, ground.rules, ground.loads, watch=watch, most=1)
        return (
            agreed
            if isinstance(agreed, OutOfTime)
            else Impossible(case, assigned, person, _as_asked(agreed, ground, assigned.shift, person))
        )
    return (
        outcome if isinstance(outcome, OutOfTime) else Forced(case, assigned, person, _draft(ground, outcome, effort))
    )


def _as_asked(why: Infeasible, ground: Ground, shift: Shift, person: str) -> Infeasible:
    """The causes, where what was asked is no pin of anybody's, and the ways out that keep it."""
    name = ground.problem.person[person].name
    causes = [
        replace(cause, sentence=f"{name} holds {shift.turn}, as asked")
        if cause.rule == "pin" and cause.turns == (shift.turn,)
        else cause
        for cause in why.causes
    ]
    pinned = f"unpin {shift.turn} "
    ways = (
        way for way in why.repairs if "uncovered" not in way.kinds and not any(s.startswith(pinned) for s in way.steps)
    )
    return replace(why, causes=tuple(causes), repairs=tuple(ways))


def _pinned(case: Case, shift: Shift, person: str, known: Mapping[str, str]) -> Ground:
    """The ground with the person on the shift instead of whoever is pinned to it, near the plan there is."""
    problem = case.ground.problem
    others = tuple(pin for pin in problem.pins if pin.shift != shift.id)
    return with_pins(_with_only(case.ground, others), (Pin(shift.id, person),), Near(known))


def _with_only(ground: Ground, pins: tuple[Pin, ...]) -> Ground:
    """The ground with these pins alone."""
    return replace(ground, problem=replace(ground.problem, pins=pins))


def _draft(ground: Ground, solved: Solved, effort: "Effort") -> Draft:
    """The plan that would come out, audited, without what staying near the present one costs."""
    parts = whole(ground.problem, solved.holders, solved.reliefs)
    inputs = replace(drafting.inputs(ground, effort), reproducible=solved.reproducible)
    draft = assemble(ground, parts, inputs=inputs, status="solved", tiers=solved.tiers)
    drafting.insist(draft, solved.tiers)
    kept = {
        tier.name: sum(f.cost for f in draft.findings if f.rule == "keep" and f.tier == tier.name)
        for tier in draft.tiers
    }
    return replace(
        draft,
        inputs=replace(inputs, answer=answer_of(draft.shifts)),
        findings=tuple(finding for finding in draft.findings if finding.rule != "keep"),
        tiers=tuple(
            replace(t, value=t.value - kept[t.name], best=t.best - kept[t.name], bound=0) if kept[t.name] else t
            for t in draft.tiers
        ),
    )
