"""Changes that only overrides which stand already would hide: what was swapped by hand and then adopted is no write."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from watchbill.publish.pagerduty.entries import moves, spans_of
from watchbill.publish.pagerduty.legacy import Goal
from watchbill.publish.pagerduty.marks import mark_of
from watchbill.publish.pagerduty.render import render
from watchbill.publish.pagerduty.standing import ended
from watchbill.publish.pagerduty.terms import Meaning, PdLayer, Schedule
from watchbill.times import Span, without


def still(live: Schedule, goal: Goal, window: Span, meaning: Meaning, now: datetime) -> Goal:
    """The goal without writes, if all that they would change lies below overrides that stay and already show it.

    What rotates on after the plan counts as the same if the same people take turns in it.
    """
    alive = tuple(layer for layer in live.layers if not ended(layer, now))
    kept = [o for o in live.overrides if o not in goal.drop]
    before = render(live.layers, goal.drop, live.zone, window, meaning)
    hidden = moves(before, render(goal.layers, goal.make, live.zone, window, meaning), (window,))
    below = spans_of(kept)
    if not hidden or any(without((move.span,), below) for move in hidden):
        return goal
    if _roles(alive) != _roles(layer for layer in goal.layers if not ended(layer, now)):
        return goal
    return replace(goal, layers=alive, make=(), drop=())


def _roles(layers: Iterable[PdLayer]) -> list[tuple[str, frozenset[str]]]:
    """Which layers there are; of tails also who takes turns in them."""
    listed = ((layer.name, mark_of(layer.name), layer.users) for layer in layers)
    return [(name, frozenset(users if mark is None or mark.period is None else ())) for name, mark, users in listed]
