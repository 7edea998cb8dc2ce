"""Changes that only overrides which stand already would hide: what was swapped by hand and then adopted is no write."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from watchbill.publish.pagerduty.entries import moves
from watchbill.publish.pagerduty.legacy import Goal
from watchbill.publish.pagerduty.marks import mark_of
from watchbill.publish.pagerduty.render import render
from watchbill.publish.pagerduty.shifts import Goal as ShiftGoal
from watchbill.publish.pagerduty.shifts import stood_in
from watchbill.publish.pagerduty.standing import ended
from watchbill.publish.pagerduty.terms import CustomShift, Meaning, PdLayer, Schedule, ShiftSchedule
from watchbill.times import Span, merged


def still(
    live: Schedule, goal: Goal, window: Span, meaning: Meaning, now: datetime, staying: Collection[str] = ()
) -> Goal:
    """The goal without writes, if all that they would change lies below overrides that stay and already show it.

    What rotates on after the plan counts as the same if everyone who is to take turns does, and else only users who
    are `staying`.
    """
    alive = tuple(layer for layer in live.layers if not ended(layer, now))
    before = render(live.layers, goal.drop, live.zone, window, meaning)
    after = render(goal.layers, goal.make, live.zone, window, meaning)
    hidden = merged(move.span for move in moves(before, after, (window,)))
    if not hidden or moves(live.final, after, hidden):
        return goal
    wanted = [layer for layer in goal.layers if not ended(layer, now)]
    if [layer.name for layer in alive] != [layer.name for layer in wanted]:
        return goal
    if not all(_alike(*pair, staying) for pair in zip(alive, wanted, strict=True)):
        return goal
    return replace(goal, layers=alive, make=(), drop=())


def _alike(is_: PdLayer, wanted: PdLayer, staying: Collection[str]) -> bool:
    """Whether a layer may stay for another of its name. What one of a plan's shows was compared hour by hour."""
    mark = mark_of(is_.name)
    if mark is None or mark.period is not None:
        return True
    return set(wanted.users) <= set(is_.users) <= {*wanted.users, *staying}


def still_shifts(live: ShiftSchedule, goal: ShiftGoal, now: datetime) -> ShiftGoal:
    """The goal without replacing custom shifts by pieces that page just as those do with who stands in already."""
    make, drop = list(goal.make), []
    for shift in goal.drop:
        shown = [CustomShift(e.start, e.end, e.user) for e in stood_in(shift, live.overrides) if e.end > now]
        if shown and all(piece in make for piece in shown):
            make = [piece for piece in make if piece not in shown]
        else:
            drop.append(shift)
    return replace(goal, make=tuple(make), drop=tuple(drop))
