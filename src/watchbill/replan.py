"""After news on a published plan: what its holders can no longer serve goes to others, and as little else as possible.

First only what is free is given away, all else being fixed: if that works, no plan changes less. If not, shifts that
have not begun may move too, then also what is running and what is held in parts; every such move costs, in the tiers
`notice` and `changes`, before anything else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watchbill.assemble import Ground, Parts, answer_of, assemble, valued
from watchbill.audit import audit, whole
from watchbill.clocks import minute
from watchbill.domain import Part, is_guest
from watchbill.drafting import insist
from watchbill.errors import Refused
from watchbill.history import allowed, forgiven, joined
from watchbill.judge import hand_pins, told, with_pins
from watchbill.remaining import Decided, Piece, Remaining, held_before, pieces, remaining
from watchbill.results import Assigned, Draft, Finding, Infeasible, Inputs, OutOfTime, Solved, Tier
from watchbill.times import DAY, Span, common, iso, merged

if TYPE_CHECKING:
    from watchbill.solve import Effort, Watch

MANY = 5
LONG = 10 * DAY
MAKING_ROOM = "to keep the rules"


@dataclass(frozen=True, slots=True)
class Move:
    """A stretch of a shift, from `start` to the end of the shift or part, that goes from one person to another.

    `reason` says why the giver does not keep it; `giver` is None for a shift that nobody held.
    """

    shift: str
    start: datetime
    giver: str | None
    taker: str
    reason: str


@dataclass(frozen=True)
class Smallest:
    """The draft that changes least, and what moves in it: nothing if the plan can stay as it is."""

    draft: Draft
    moves: tuple[Move, ...]


def smallest_change(
    ground: Ground,
    plan: Draft,
    at: datetime,
    *,
    notice: timedelta,
    inputs: Inputs,
    effort: "Effort",
    watch: "Watch | None" = None,
) -> Smallest | Infeasible | OutOfTime:
    """The draft on this ground that changes a published plan least from an instant on; nothing before it changes.

    Refused if the inputs do not know any more what happened before, or if a rule that reaches across the instant
    cannot be kept.
    """
    _insist_on_history(ground, plan, at)
    listed = pieces(ground.problem, plan, at)
    task = _Task(_pinned(ground, plan, listed), plan, at, listed, Span(at, at + notice), inputs)
    same = task.draft({}, ())
    if not any(piece.free for piece in listed) and not _hard(same):
        return Smallest(same, ())
    best: Smallest | Infeasible = Smallest(same, ())
    for chosen in _wider(listed):
        left = task.left(chosen)
        found = task.solved(left, effort, watch)
        if isinstance(found, OutOfTime) or (isinstance(found, Smallest) and not _hard(found.draft)):
            return found
        best = found
    if isinstance(best, Smallest):
        raise _broken(best.draft, minute(at, ground.problem.zone))
    return _explained(left, watch)


def unbroken(before: Draft, after: Draft) -> tuple[tuple[str, Span], ...]:
    """Who is on call for more than ten days without a break after a change, and was not for as long before; when."""
    was, is_ = _longest(before), _longest(after)
    return tuple(
        (person, run)
        for person, run in sorted(is_.items())
        if run.length > LONG and (person not in was or run.length > was[person].length)
    )


def _longest(plan: Draft) -> dict[str, Span]:
    """The longest time that each person is on call without a break, in whatever shifts."""
    held: dict[str, list[Span]] = {}
    for assigned in plan.shifts:
        for part in assigned.parts:
            held.setdefault(part.person, []).extend(common(assigned.shift.spans, (part.span,)))
    return {person: max(merged(spans), key=lambda span: span.length) for person, spans in held.items() if spans}


def with_holes(
    ground: Ground,
    plan: Draft,
    at: datetime,
    *,
    notice: timedelta,
    inputs: Inputs,
    effort: "Effort",
    watch: "Watch | None" = None,
) -> Draft | OutOfTime:
    """Where no change helps: the draft that leaves as little as possible uncovered from an instant on."""
    from watchbill.holes import best_effort

    listed = pieces(ground.problem, plan, at)
    task = _Task(_pinned(ground, plan, listed), plan, at, listed, Span(at, at + notice), inputs)
    *_, widest = _wider(listed)
    left = task.left(widest)
    made = best_effort(left.ground, inputs, effort, watch)
    if isinstance(made, OutOfTime):
        return made
    found = {(piece.shift.id, piece.span.start): made.holders[id_] for id_, piece in left.pieces.items()}
    return task.draft(found, made.tiers)


def _wider(listed: Sequence[Piece]) -> Iterator[tuple[Piece, ...]]:
    """What may be decided: what is free; also shifts that have not begun; everything that no guest holds."""
    seen: tuple[Piece, ...] = ()
    ours = tuple(piece for piece in listed if piece.free or not is_guest(piece.holder or ""))
    movable = tuple(piece for piece in ours if piece.free or piece.movable)
    for chosen in (tuple(piece for piece in ours if piece.free), movable, ours):
        if len(chosen) > len(seen):
            yield chosen
        seen = chosen


def _hard(draft: Draft) -> list[Finding]:
    return [finding for finding in draft.findings if finding.hard]


def _explained(left: Remaining, watch: "Watch | None") -> Infeasible | OutOfTime:
    from watchbill import explain

    return explain.explained(left.ground.problem, left.ground.rules, left.ground.loads, watch=watch)


def _broken(draft: Draft, at: str) -> Refused:
    faults = [f"  {told(finding)}" for finding in _hard(draft)]
    head = (
        f"what was held before {at} cannot change, and beside it these rules cannot be kept; nothing was "
        "written. Make them strength: should, or choose another time with --from:"
    )
    return Refused("\n".join([head, *faults[:MANY]]))


# -------------------------------------------------------------------------------------------------------- history


def _insist_on_history(ground: Ground, plan: Draft, at: datetime) -> None:
    faults = [fault for assigned in plan.shifts if assigned.shift.start < at for fault in _gone(ground, assigned, at)]
    if faults:
        more = [f"and {len(faults) - MANY} more"] if len(faults) > MANY else []
        when = minute(at, ground.problem.zone)
        head = f"what was held before {when} cannot change, but the inputs do not fit it; nothing was written:"
        raise Refused("\n".join([head, *(f"  {fault}" for fault in [*faults[:MANY], *more])]))


def _gone(ground: Ground, assigned: Assigned, at: datetime) -> Iterator[str]:
    """What the inputs do not know any more of a shift that has begun."""
    shift = assigned.shift
    known = ground.problem.shift.get(shift.id)
    if known is None or known.spans != shift.spans:
        what = "is no shift of the inputs any more" if known is None else "has other hours in the inputs now"
        yield f"{shift.id} {what}. Restore its layer; change it for the next period."
    for part in assigned.parts:
        if part.start < at and part.person not in ground.problem.person and not is_guest(part.person):
            yield f"{shift.id} was held by {part.person}, who is not in team.yaml. Restore that entry, with left: DATE."


def _pinned(ground: Ground, plan: Draft, listed: Sequence[Piece]) -> Ground:
    """The ground with what was pinned by hand in the plan and can stay so."""
    free = {piece.shift.turn for piece in listed if piece.free}
    known = ground.problem.shift
    pins = tuple(pin for pin in hand_pins(plan, ground.problem) if known[pin.shift].turn not in free)
    return with_pins(ground, pins, None)


# ---------------------------------------------------------------------------------------------------------- solve


@dataclass(frozen=True)
class _Task:
    """A plan, the instant from which it may change, and everything from there on."""

    ground: Ground
    plan: Draft
    at: datetime
    listed: tuple[Piece, ...]
    notice: Span
    inputs: Inputs

    def left(self, chosen: Sequence[Piece]) -> Remaining:
        """The problem of giving these pieces away."""
        return remaining(self.ground, held_before(self.plan, self.at), self.listed, chosen, self.notice)

    def solved(self, left: Remaining, effort: "Effort", watch: "Watch | None") -> Smallest | Infeasible | OutOfTime:
        """The best way to do so."""
        from watchbill.solve import solve

        if watch is not None and watch.stopped.is_set():
            return OutOfTime()
        on = left.ground
        match solve(on.problem, on.rules, effort=effort, watch=watch, loads=on.loads):
            case Solved() as solved:
                return self._smallest(left, solved)
            case no_plan:
                return no_plan

    def _smallest(self, left: Remaining, solved: Solved) -> Smallest:
        on, tiers = left.ground, solved.tiers
        findings = audit(on.problem, on.rules, whole(on.problem, solved.holders, solved.reliefs), on.loads)
        decided = left.decided(solved)
        known = replace(self, inputs=replace(self.inputs, reproducible=solved.reproducible))
        draft = known.draft(decided, tiers, [finding for finding in findings if finding.rule == "keep"])
        insist(replace(draft, findings=findings, tiers=valued(tiers, findings)), tiers)
        return Smallest(_rebased(draft, tiers), tuple(self._moves(decided)))

    def draft(self, decided: Decided, tiers: Sequence[Tier], kept: Sequence[Finding] = ()) -> Draft:
        """The whole plan with what was decided, judged; `kept` is what staying near the plan costs."""
        parts = self._parts(decided)
        made = assemble(self.ground, parts, inputs=self.inputs, status="solved", tiers=tiers)
        judged = allowed(
            (*self.plan.decisions, *self.ground.agreed), forgiven(self.ground, parts, made.findings, self.at)
        )
        findings = (*judged, *kept)
        return replace(
            made,
            inputs=replace(self.inputs, answer=answer_of(made.shifts)),
            tiers=valued(tiers, findings),
            findings=findings,
            since=iso(self.at),
            guests=self.plan.guests,
            decisions=self.plan.decisions,
        )

    def _parts(self, decided: Decided) -> Parts:
        """Parts by shift id: what was held before, then who holds or takes each piece."""
        before = held_before(self.plan, self.at)
        out = {shift.id: list(before.get(shift.id, ())) for shift in self.ground.problem.shifts}
        for piece in self.listed:
            out[piece.shift.id] += decided.get((piece.shift.id, piece.span.start), piece.parts)
        known = self.plan.holders
        return {id_: _as_known(parts, known.get(id_, ())) for id_, parts in out.items()}

    def _moves(self, decided: Decided) -> Iterator[Move]:
        """One for each taker of each piece: whoever holds it from now on, and whoever relieves them."""
        for piece in self.listed:
            starts: dict[str, datetime] = {}
            for part in decided.get((piece.shift.id, piece.span.start), ()):
                starts.setdefault(part.person, part.start)
            for taker, start in starts.items():
                if taker != piece.holder:
                    reason = piece.reason or (MAKING_ROOM if piece.holder else "")
                    yield Move(piece.shift.id, start, piece.holder, taker, reason)


def _as_known(parts: Sequence[Part], known: tuple[Part, ...]) -> tuple[Part, ...]:
    """Parts without cuts between the same person's; just as they were if nobody holds anything else."""
    found = joined(parts)
    return known if found == joined(known) else found


def _rebased(draft: Draft, tiers: Sequence[Tier]) -> Draft:
    """The tiers with what is fixed counted in: it moves value, best and bound alike."""
    more = {tier.name: seen.value - tier.value for tier, seen in zip(tiers, draft.tiers, strict=True)}
    based = (
        replace(tier, best=tier.best + more[tier.name], bound=tier.bound + more[tier.name]) for tier in draft.tiers
    )
    return replace(draft, tiers=tuple(based))
