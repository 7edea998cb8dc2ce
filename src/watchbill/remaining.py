"""What is left to decide of a published plan from an instant on: a problem of its own, in which the rest is fixed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from watchbill.assemble import Ground
from watchbill.audit import relieved
from watchbill.clocks import off_rota
from watchbill.domain import BUCKETS, Held, Part, Pin, Shift, is_guest
from watchbill.history import clipped
from watchbill.policy import Near, TierSpec
from watchbill.problem import Problem
from watchbill.results import Draft, Solved
from watchbill.rules import Limit, Rule, in_force
from watchbill.rules._exceptions import Sight
from watchbill.rules._tally import counter
from watchbill.rules.base import in_scope
from watchbill.times import EPOCH, MINUTE, Span, common, iso, merged, without

NOTICE, CHANGES = "notice", "changes"
LEAVE = "leave"

Decided = Mapping[tuple[str, datetime], tuple[Part, ...]]


# --------------------------------------------------------------------------------------------------------- pieces


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a shift that is still to come: who holds it in the plan, and why they no longer can (or "").

    `movable`: it is the whole of a shift that has not begun, so that it may go to somebody else for the others' sake.
    """

    shift: Shift
    span: Span
    holder: str | None
    reason: str
    movable: bool

    @property
    def spans(self) -> tuple[Span, ...]:
        """Its hours on call."""
        return common(self.shift.spans, (self.span,))

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its holder's part, if it has a holder."""
        return (Part(self.holder, self.span.start, self.span.end),) if self.holder else ()

    @property
    def free(self) -> bool:
        """Whether somebody has to be found for it."""
        return self.holder is None or bool(self.reason)


def held_before(plan: Draft, at: datetime) -> dict[str, tuple[Part, ...]]:
    """What was held of each shift before an instant: parts by shift id."""
    return {assigned.shift.id: clipped(assigned.parts, Span(EPOCH, at)) for assigned in plan.shifts}


def pieces(problem: Problem, plan: Draft, at: datetime) -> tuple[Piece, ...]:
    """Everything of the inputs' shifts that lies after an instant, in order of shifts and time."""
    known = {assigned.shift.id: assigned for assigned in plan.shifts}
    out: list[Piece] = []
    for shift in problem.shifts:
        if shift.end > at:
            stored = known.get(shift.id)
            same = stored is not None and stored.shift.spans == shift.spans
            parts = stored.parts if stored and same else _moved(shift, stored.person if stored else None)
            out += _of_shift(problem, shift, parts, Span(max(shift.start, at), shift.end))
    return tuple(out)


def _moved(shift: Shift, person: str | None) -> tuple[Part, ...]:
    return (Part(person, shift.start, shift.end),) if person else ()


def _of_shift(problem: Problem, shift: Shift, parts: Sequence[Part], left: Span) -> Iterator[Piece]:
    held = clipped(parts, left)
    holes = without((left,), merged(part.span for part in held))
    stretches = [(part.span, part.person) for part in held] + [(hole, None) for hole in holes]
    pinned = [pin.person for pin in problem.pins if pin.shift == shift.id]
    elsewhere = pinned and not {part.person for part in parts} & set(pinned)
    for span, person in sorted(stretches, key=lambda stretch: stretch[0]):
        if spans := common(shift.spans, (span,)):
            reason = why_not(problem, person, shift, spans) if person else ""
            reason = reason or ("pinned to somebody else" if elsewhere and person else "")
            yield Piece(shift, span, person, reason, len(parts) <= 1 and span.start == shift.start)


def why_not(problem: Problem, person: str, shift: Shift, spans: Sequence[Span]) -> str:
    """What keeps someone from serving some hours of a shift, in a word or two; empty if nothing does."""
    known = problem.person.get(person)
    if is_guest(person):
        return ""
    if known is None:
        return "left"
    if off := off_rota(known, spans):
        return "left" if known.left and off > known.left else "not on the rota"
    if not problem.may_serve(person, shift.key):
        return "roles"
    away = merged(leave.span for leave in problem.leaves_of[person])
    return LEAVE if common(tuple(spans), away) else ""


# ---------------------------------------------------------------------------------------------------- the problem


@dataclass(frozen=True)
class Remaining:
    """A problem of what is to be decided; `pieces` are its shifts, by id, as stretches of the inputs' shifts."""

    ground: Ground
    pieces: Mapping[str, Piece]

    def decided(self, solved: Solved) -> Decided:
        """Who holds each piece from now on, in parts: in a turn of several seats people keep theirs."""
        out: dict[tuple[str, datetime], tuple[Part, ...]] = {}
        for turn in self.ground.problem.turns:
            ids = [s.id for s in self.ground.problem.shifts if s.turn == turn.turn]
            seats = [self.pieces[id_] for id_ in ids]
            taken = {solved.holders[id_]: solved.reliefs.get(id_, ()) for id_ in ids}
            stay = {piece.shift.id: piece.holder for piece in seats if piece.holder in taken}
            others = iter(person for person in taken if person not in stay.values())
            for piece in seats:
                person = stay.get(piece.shift.id) or next(others)
                part = Part(person, piece.span.start, piece.span.end)
                out[piece.shift.id, piece.span.start] = relieved(part, taken[person])
        return out


def remaining(
    ground: Ground,
    before: Mapping[str, Sequence[Part]],
    listed: Sequence[Piece],
    chosen: Sequence[Piece],
    notice: Span,
) -> Remaining:
    """The problem of the `chosen` pieces; `before` and what else is `listed` is fixed, and counts.

    What people hold already is in their balances, so fairness is judged over the whole period. Giving a piece that
    its holder could keep to somebody else costs, first of all if it starts in `notice`.
    """
    problem = ground.problem
    fixed = {shift.id: list(before.get(shift.id, ())) for shift in problem.shifts}
    for piece in listed:
        if piece not in chosen and piece.holder:
            fixed[piece.shift.id].append(Part(piece.holder, piece.span.start, piece.span.end))
    shifts = _shifts(chosen)
    pieces_ = {shift.id: piece for shift, piece in shifts}
    held = tuple(_held(problem, fixed, {piece.shift.turn for piece in chosen}))
    made = replace(
        problem,
        wholes={shift.turn: piece.shift.spans for shift, piece in shifts},
        shifts=tuple(shift for shift, _ in shifts),
        before=(*problem.before, *held),
        balances=_balances(ground, fixed),
        pins=_pins(problem, fixed, shifts),
        tiers=(TierSpec(NOTICE), TierSpec(CHANGES), *problem.tiers),
    )
    made = replace(made, near=Near(_staying(made, shifts), notice, CHANGES, NOTICE))
    rules = in_force((rule for one in ground.rules for rule in _left_of(one, ground, held)), ground.problem.people)
    return Remaining(Ground(made, rules, ground.loads), pieces_)


def _staying(problem: Problem, shifts: Sequence[tuple[Shift, Piece]]) -> dict[str, str]:
    """Who could keep which pieces: all of one, or all but what they may miss."""
    lax = {(relief.turn.turn, relief.person) for relief in problem.reliefs}
    return {
        shift.id: piece.holder
        for shift, piece in shifts
        if piece.holder and (not piece.free or (piece.reason == LEAVE and (shift.turn, piece.holder) in lax))
    }


def _shifts(chosen: Sequence[Piece]) -> list[tuple[Shift, Piece]]:
    """Pieces as shifts: those of one turn that run at the same time are its seats, any others turns of their own."""
    turns: dict[tuple[str, tuple[Span, ...]], list[Piece]] = {}
    for piece in chosen:
        turns.setdefault((piece.shift.turn, piece.spans), []).append(piece)
    seen: set[str] = set()
    out = []
    for (turn, spans), seats in turns.items():
        name = f"{turn} from {iso(spans[0].start)}" if turn in seen else turn
        seen.add(turn)
        for n, piece in enumerate(seats, 1):
            id_ = name if n == 1 else f"{name}/{n}"
            out.append((replace(piece.shift, id=id_, turn=name, seat=n, spans=spans), piece))
    return sorted(out, key=lambda item: item[0].start)


def _held(problem: Problem, fixed: Mapping[str, Sequence[Part]], open_: set[str]) -> Iterator[Held]:
    """What is fixed of this plan, as shifts of a plan before: with ids of their own where a turn is partly open."""
    for shift in problem.shifts:
        parts = tuple(fixed[shift.id])
        spans = common(shift.spans, merged(part.span for part in parts))
        if not spans:
            continue
        id_ = f"{shift.id} as it was"
        own = shift.turn not in open_ and spans == shift.spans
        yield Held(shift if own else replace(shift, id=id_, turn=id_, seat=1, spans=spans), parts)


def _balances(ground: Ground, fixed: Mapping[str, Sequence[Part]]) -> dict[str, dict[str, int]]:
    """Carried balances and what people hold already in this plan."""
    known = ground.problem.balances
    out = {p.id: {b: known.get(p.id, {}).get(b, 0) for b in BUCKETS} for p in ground.problem.people}
    for shift in ground.problem.shifts:
        for part in fixed[shift.id]:
            if part.person in out:
                load = ground.loads.of_spans(part.person, shift.role, common(shift.spans, (part.span,)))
                for bucket in BUCKETS:
                    out[part.person][bucket] += load[bucket]
    return {**{person: dict(carried) for person, carried in known.items()}, **out}


def _pins(
    problem: Problem, fixed: Mapping[str, Sequence[Part]], shifts: Sequence[tuple[Shift, Piece]]
) -> tuple[Pin, ...]:
    """Pins of what is open, except where the person holds a fixed part of the turn already."""
    out = []
    for pin in problem.pins:
        turn = problem.shift[pin.shift].turn if pin.shift in problem.shift else ""
        holds = {part.person for s in problem.shifts if s.turn == turn for part in fixed[s.id]}
        open_ = [shift.id for shift, piece in shifts if piece.shift.turn == turn]
        if open_ and pin.person not in holds:
            out.append(replace(pin, shift=open_[0]))
    return tuple(out)


# ---------------------------------------------------------------------------------------------------------- rules


def _left_of(rule: Rule, ground: Ground, held: Sequence[Held]) -> Iterator[Rule]:
    """The rule for what is left: a limit on the whole plan counts what is fixed of it; other rules see it anyway."""
    if not isinstance(rule, Limit) or rule.per is not None or rule.count == "consecutive_days":
        yield rule
        return
    people = [person for person in ground.problem.people if rule.binds(person)]
    amounts = {p.id: _amount(rule, ground, p.id, held) for p in people}
    if rule.each == "all":
        yield from _lowered(rule, sum(amounts.values()), tuple(amounts))
        return
    for person, amount in amounts.items():
        yield from _lowered(rule, amount, (person,))


def _amount(rule: Limit, ground: Ground, person: str, held: Sequence[Held]) -> int:
    """What of a limit somebody has used up already: a number, or minutes."""
    count, sight = counter(rule.count, ground.loads), Sight(rule.exceptions, ground.problem)
    days: list[tuple[object, int]] = []
    for one in held:
        spans = common(one.shift.spans, merged(part.span for part in one.parts if part.person == person))
        seen = in_scope(one.shift, (*rule.roles, *rule.layers)) and not sight.hides(person, one.shift)
        if spans and seen:
            days += count(ground.problem.person[person], spans).items()
    return len({day for day, _ in days}) if rule.count == "weekends" else sum(amount for _, amount in days)


def _lowered(rule: Limit, by: int, people: tuple[str, ...]) -> Iterator[Rule]:
    def less(amount: int | timedelta | None) -> int | timedelta | None:
        if amount is None:
            return None
        left = amount - by * MINUTE if isinstance(amount, timedelta) else amount - by
        return max(left, type(left)())

    by_hour = rule.count == "hours"
    most, least = (_in_minutes(a) if by_hour else a for a in (rule.at_most, rule.at_least))
    lowered = {"people": people, "tags": (), "at_most": less(most), "at_least": less(least)}
    yield rule.model_copy(update=lowered).on_its_own()


def _in_minutes(amount: int | timedelta | None) -> timedelta | None:
    return timedelta(hours=amount) if isinstance(amount, int) else amount
