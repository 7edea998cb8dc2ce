"""What it would take for somebody else to hold a shift: the plan that would come out, or why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from watchbill import drafting
from watchbill.assemble import Ground, answer_of, assemble
from watchbill.audit import audit, whole
from watchbill.domain import Part, Pin, Shift, is_guest
from watchbill.errors import Refused
from watchbill.finding import find_person
from watchbill.history import joined
from watchbill.judge import with_pins
from watchbill.periods import Period
from watchbill.policy import Near, TierSpec
from watchbill.problem import Problem
from watchbill.reasons.reliefs import only_relieves
from watchbill.remaining import Remaining, held_before, pieces, remaining
from watchbill.results import Assigned, Draft, Finding, Infeasible, Outcome, OutOfTime, Solved, Tier
from watchbill.rules import Keep
from watchbill.rules import Pin as PinRule
from watchbill.times import Span, from_iso, merged, wall, without, zone
from watchbill.why import Case, case_of

if TYPE_CHECKING:
    from watchbill.solve import Effort, Watch


@dataclass(frozen=True)
class Forced:
    """The best plan found in which somebody holds a shift, beside the present one. Nothing of it is written.

    `cut`: shifts in parts that no choice of the solver expresses, because they were cut by hand.
    """

    case: Case
    assigned: Assigned
    person: str
    draft: Draft
    cut: tuple[str, ...] = ()

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

    def is_proven(self, tier: str) -> bool:
        """Whether what a tier would cost is more than a price found: no more than now, or the proven least."""
        now, then = next(row for row in self.rows if row[0].name == tier)
        return then.value <= now.value or (self.proven and self.deciding == (now, then))

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
    case, assigned = case_of(folder, text, period, draft=draft)
    problem = case.ground.problem
    who = find_person(problem.person, person)
    seats = [a for a in case.plan.shifts if a.shift.turn == assigned.shift.turn]
    if any(_holds(problem, seat, who) for seat in seats):
        name = problem.person[who].name
        raise Refused(f"{name} is on {assigned.shift.turn} already. Why: watchbill explain {assigned.shift.id}")
    return _forced(case, assigned, who, effort, watch)


def _holds(problem: Problem, seat: Assigned, person: str) -> bool:
    """Whether somebody holds a shift, if only in part, and does not just take what its holder misses."""
    named = any(part.person == person for part in seat.parts)
    return named and not only_relieves(problem, seat.shift, seat.parts, person)


# ----------------------------------------------------------------------------------------------------------- force


def _forced(
    case: Case, assigned: Assigned, person: str, effort: "Effort | None", watch: "Watch | None"
) -> Forced | Impossible | OutOfTime:
    from watchbill import explain as conflicts
    from watchbill.solve import Effort

    effort = effort or Effort()
    task = _remaining(case, assigned, person) if case.plan.since else _whole(case, assigned, person)
    outcome = task.solved(effort, watch)
    if isinstance(outcome, OutOfTime):
        return outcome
    if isinstance(outcome, Solved):
        return Forced(case, assigned, person, _draft(case, task, outcome, effort), _cut(case))
    on = task.ground
    agreed = conflicts.explained(on.problem, on.rules, on.loads, watch=watch, most=1)
    if isinstance(agreed, OutOfTime):
        return agreed
    return Impossible(case, assigned, person, _as_asked(agreed, on, assigned.shift, person))


@dataclass(frozen=True)
class _Task:
    """What is to be decided with somebody on a shift: all of a plan, or what is left of one that was made again.

    `known` are the parts of the plan there is, by the ids of the ground's shifts; `left` says what they are pieces of.
    """

    ground: Ground
    known: Mapping[str, Sequence[Part]]
    turn: str
    left: Remaining | None = None

    def solved(self, effort: "Effort", watch: "Watch | None") -> Outcome:
        """The best plan beside the known one; the best of all where that breaks a hard rule anyway."""
        from watchbill.solve import solve
        from watchbill.solve.beside import solve_beside

        on = self.ground
        without_pin = [rule for rule in on.rules if not isinstance(rule, Keep | PinRule)]
        found = audit(on.problem, without_pin, self.known, on.loads)
        if any(finding.hard for finding in found):
            return solve(on.problem, on.rules, effort=effort, watch=watch, loads=on.loads)
        values = {t.name: sum(f.cost for f in found if f.tier == t.name) for t in on.problem.tiers}
        return solve_beside(
            on.problem, on.rules, self.known, values, turn=self.turn, effort=effort, watch=watch, loads=on.loads
        )

    def parts(self, solved: Solved) -> Mapping[str, Sequence[Part]]:
        """Who holds what of the ground's shifts."""
        return whole(self.ground.problem, solved.holders, solved.reliefs)


def _whole(case: Case, assigned: Assigned, person: str) -> _Task:
    """The whole plan with the person on the shift instead of whoever is pinned to it, near the plan there is."""
    problem = case.ground.problem
    others = tuple(pin for pin in problem.pins if pin.shift != assigned.shift.id)
    known = {a.shift.id: a.person for a in case.plan.shifts if a.person and not is_guest(a.person)}
    ground = with_pins(_with_only(case.ground, others), (Pin(assigned.shift.id, person),), Near(known))
    return _Task(ground, case.pricer.parts, assigned.shift.turn)


def _remaining(case: Case, assigned: Assigned, person: str) -> _Task:
    """What a plan that was made again still had to decide then: nothing that had been before can change."""
    at = _since(case)
    if assigned.shift.end <= at:
        clock = wall(at, zone(case.ground.problem.zone))
        raise Refused(
            f"{assigned.shift.id} was over by {clock:%Y-%m-%d %H:%M}, when the plan was last changed; what was does "
            "not change. Ask about a shift that was still to come."
        )
    listed = pieces(case.ground.problem, case.plan, at)
    ours = tuple(piece for piece in listed if not is_guest(piece.holder or ""))
    left = remaining(case.ground, held_before(case.plan, at), listed, ours, Span(at, at))
    known = {id_: piece.parts for id_, piece in left.pieces.items()}
    wanted = _pieces_of(left, assigned.shift, person)
    return _Task(
        _asked(left, wanted, person, case.ground.problem.tiers), known, left.ground.problem.shift[wanted[0]].turn, left
    )


def _pieces_of(left: Remaining, shift: Shift, person: str) -> list[str]:
    """What is left of a shift, but for stretches that the person is away for all of."""
    own = [id_ for id_, piece in left.pieces.items() if piece.shift.id == shift.id]
    away = merged(leave.span for leave in left.ground.problem.leaves_of[person])
    return [id_ for id_ in own if without(left.pieces[id_].spans, away)] or own


def _asked(left: Remaining, wanted: Sequence[str], person: str, tiers: tuple[TierSpec, ...]) -> Ground:
    """The ground of what is left, with the person on some pieces of it, near the plan there is."""
    problem = left.ground.problem
    pins = (*(pin for pin in problem.pins if pin.shift not in wanted), *(Pin(id_, person) for id_ in wanted))
    near = Near({id_: piece.holder for id_, piece in left.pieces.items() if piece.holder})
    return replace(left.ground, problem=replace(problem, tiers=tiers, pins=pins, near=near))


def _since(case: Case) -> datetime:
    return from_iso(case.plan.since or "")


def _cut(case: Case) -> tuple[str, ...]:
    """Shifts in parts that are not one holder's, and what others take of it because they are away.

    None of a plan that was made again: there each part is decided by itself.
    """
    if case.plan.since:
        return ()
    problem = case.ground.problem
    several = [a for a in case.plan.shifts if len({part.person for part in a.parts}) > 1]
    return tuple(
        a.shift.id
        for a in several
        if not any(
            all(only_relieves(problem, a.shift, a.parts, p.person) for p in a.parts if p.person != main.person)
            for main in a.parts
        )
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


def _with_only(ground: Ground, pins: tuple[Pin, ...]) -> Ground:
    """The ground with these pins alone."""
    return replace(ground, problem=replace(ground.problem, pins=pins))


def _draft(case: Case, task: _Task, solved: Solved, effort: "Effort") -> Draft:
    """The plan that would come out, audited, without what staying near the present one costs."""
    on = task.ground
    inputs = replace(drafting.inputs(on, effort), reproducible=solved.reproducible)
    draft = assemble(on, task.parts(solved), inputs=inputs, status="solved", tiers=solved.tiers)
    drafting.insist(draft, solved.tiers)
    if task.left is not None:
        draft = _put_together(case, task.left, solved, draft)
    kept = {t.name: sum(f.cost for f in draft.findings if f.rule == "keep" and f.tier == t.name) for t in draft.tiers}
    return replace(
        draft,
        inputs=replace(inputs, answer=answer_of(draft.shifts)),
        findings=tuple(finding for finding in draft.findings if finding.rule != "keep"),
        tiers=tuple(
            replace(t, value=t.value - kept[t.name], best=t.best - kept[t.name], bound=0) if kept[t.name] else t
            for t in draft.tiers
        ),
    )


def _put_together(case: Case, left: Remaining, solved: Solved, draft: Draft) -> Draft:
    """The whole plan of what had been and what was decided, with bounds that count in what is fixed."""
    at = _since(case)
    parts = {id_: list(held) for id_, held in held_before(case.plan, at).items()}
    decided = left.decided(solved)
    for piece in pieces(case.ground.problem, case.plan, at):
        parts[piece.shift.id] += decided.get((piece.shift.id, piece.span.start), piece.parts)
    known = {id_: joined(held) for id_, held in parts.items()}
    made = assemble(case.ground, known, inputs=draft.inputs, status="solved", tiers=solved.tiers)
    keep = [finding for finding in draft.findings if finding.rule == "keep"]
    tiers = (_with_fixed(tier, old, keep) for tier, old in zip(made.tiers, draft.tiers, strict=True))
    return replace(made, tiers=tuple(tiers), findings=(*made.findings, *keep))


def _with_fixed(whole: Tier, left: Tier, keep: Sequence[Finding]) -> Tier:
    """A tier of the whole plan: what is fixed moves value, best and bound of what was left to decide alike."""
    value = whole.value + sum(finding.cost for finding in keep if finding.tier == whole.name)
    more = value - left.value
    return replace(whole, value=value, best=left.best + more, bound=left.bound + more)
