"""A round swap of three planted in a large plan, where leave leaves hardly anything else; and how long it takes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import process_time

from watchbill import drafting, swapping
from watchbill.assemble import Ground
from watchbill.audit import audit, whole
from watchbill.decisions import known
from watchbill.domain import Leave
from watchbill.exchanging import Lot, Table
from watchbill.periods import Period
from watchbill.results import Draft
from watchbill.times import Span, iso
from watchbill.workspace import plans

EARLY = datetime(2026, 12, 1, tzinfo=UTC)


def measure(home: Path, wanted: Period, run: Callable[..., object], say: Callable[[str], None]) -> None:
    """`swap` for some shifts, each in a process of its own, and the planted round."""
    plan = plans.read_plan(home, wanted)
    assert plan is not None
    for assigned in plan.shifts[1 :: len(plan.shifts) // 4]:
        say(f"swap {assigned.shift.id:28} {run('-C', str(home), 'swap', assigned.shift.id, '--from', iso(EARLY))}")
    on, lots = planted(drafting.ground(home, wanted), plan)
    began = process_time()
    found = round_of(lots) in [round_of(one.lots) for one in search(on, plan, lots[0]).rounds]
    say(f"a round of three planted: {'found' if found else 'NOT FOUND'}, {process_time() - began:.2f} s cpu")


def search(on: Ground, plan: Draft, lot: Lot) -> swapping.Swaps:
    """Everything that can be done with a lot, the best twenty of each kind."""
    return swapping.search(on, known(on, plan), lot, EARLY, most=20)


def round_of(lots: Sequence[Lot]) -> tuple[tuple[str, str], ...]:
    """What a round is: shifts and who holds them, in its order."""
    return tuple((lot.shift.id, lot.holder) for lot in lots)


def planted(usual: Ground, plan: Draft) -> tuple[Ground, tuple[Lot, ...]]:
    """Ground on which a plan holds a round of three, and little else can be exchanged; and the lots of that round."""
    lots = _round(usual, plan)
    return _only(usual, plan, lots), lots


def hard_and_wishes(on: Ground, holders: dict[str, str]) -> tuple[set[tuple[str, str]], dict[str, int]]:
    found = audit(on.problem, on.rules, whole(on.problem, holders), on.loads)
    wishes = dict.fromkeys(on.problem.person, 0)
    for finding in found:
        if finding.tier == "wishes":
            wishes[finding.people[0]] += finding.cost
    return {(finding.rule, finding.sentence) for finding in found if finding.hard}, wishes


def _round(on: Ground, draft: Draft) -> tuple[Lot, ...]:
    """Three shifts of three people that can go round, by the audit."""
    rng = Random(1)
    now = {assigned.shift.id: str(assigned.person) for assigned in draft.shifts}
    before, wished = hard_and_wishes(on, now)
    table = Table(on, draft)
    while True:
        chosen = rng.sample([assigned for assigned in draft.shifts if assigned.shift.key == "primary/day"], 3)
        givers = [str(assigned.person) for assigned in chosen]
        lots = tuple(Lot(a, Span(a.shift.start, a.shift.end), str(a.person)) for a in chosen)
        takes = zip([*givers[1:], givers[0]], lots, [*lots[1:], lots[0]], strict=True)
        if len(set(givers)) < 3 or not all(table.gladly(*move) for move in takes):
            continue
        moved = dict(zip((assigned.shift.id for assigned in chosen), [*givers[1:], givers[0]], strict=True))
        hard, wishes = hard_and_wishes(on, now | moved)
        if hard <= before and not any(wishes[who] > wished[who] for who in givers):
            return lots


def _only(on: Ground, draft: Draft, lots: Sequence[Lot]) -> Ground:
    """The ground on which hardly anything but this round is possible, for want of people who are there."""
    first, second, third = lots
    away = [Leave(who, first.span) for who in on.problem.person if who not in {first.holder, second.holder}]
    away += [Leave(who, second.span) for who in on.problem.person if who not in {second.holder, third.holder}]
    for assigned in draft.shifts:
        span = Span(assigned.shift.start, assigned.shift.end)
        if not span.meets(third.span):
            away.append(Leave(first.holder, span))
        if assigned.person == second.holder and not span.meets(second.span):
            away.append(Leave(third.holder, span))
    facts = replace(on.problem, leaves=(*on.problem.leaves, *_harmless(draft, away)))
    return Ground(facts, on.rules, on.loads)


def _harmless(draft: Draft, away: Sequence[Leave]) -> Iterator[Leave]:
    """Leave that breaks nothing in the plan as it is."""
    for one in away:
        own = (a for a in draft.shifts if a.person == one.person)
        if not any(Span(a.shift.start, a.shift.end).meets(one.span) for a in own):
            yield one
