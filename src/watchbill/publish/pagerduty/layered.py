"""A schedule of layers: what a push would write to it, by layers or overrides, and the proof that this is the plan."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from watchbill.errors import Refused
from watchbill.publish.base import Hazard
from watchbill.publish.pagerduty import foreign, hazards, remote
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.compile import Compiled, as_layers, as_overrides, entries
from watchbill.publish.pagerduty.entries import Move, clipped, moves, painted, spans_of
from watchbill.publish.pagerduty.legacy import Goal, Ours, aim, sendable, steps_to, stretch
from watchbill.publish.pagerduty.marks import mark_of
from watchbill.publish.pagerduty.memory import remembered
from watchbill.publish.pagerduty.proposal import Outlet, Scene, Shown
from watchbill.publish.pagerduty.render import render
from watchbill.publish.pagerduty.standing import ended
from watchbill.publish.pagerduty.steps import AnyStep, MakeSchedule, PutLayers
from watchbill.publish.pagerduty.still import still
from watchbill.publish.pagerduty.terms import AnySchedule, Entry, Override, Schedule
from watchbill.publish.pagerduty.zones import for_pagerduty
from watchbill.results import Draft
from watchbill.times import Span

BELOW = "layers that watchbill did not write stay, below ours"


def show(calls: Calls, scene: Scene, outlet: Outlet, live: AnySchedule | None, window: Span, now: datetime) -> Shown:
    """What a push would write to a schedule of layers, or to make one.

    PagerDuty itself is asked how it would render the layers. Where it does so in another way than we do, overrides
    make up for the difference.
    """
    there = live if isinstance(live, Schedule) else _new(scene, outlet)
    wanted = compiled(scene, outlet, there.zone, scene.plan)
    ours = _ours(scene, outlet, there)
    published = {plan.period.name for plan in scene.plans}
    goal = aim(there, wanted, scene.plan.period, published, ours, now)
    staying = [id_ for person, id_ in scene.users.items() if person not in scene.gone]
    goal = still(there, goal, window, scene.meaning, now, staying)
    if outlet.form == "overrides":
        return _shown(scene, outlet, live, there, goal, ours, window, now, told=False)
    seen = remote.preview(calls, there, sendable(goal.layers, now), window)
    off = moves(render(goal.layers, (), there.zone, window, scene.meaning), seen, (window,))
    if not off:
        return _shown(scene, outlet, live, there, goal, ours, window, now, told=True)
    wanted = _made_up(scene, outlet, off, seen, wanted, window)
    goal = aim(there, wanted, scene.plan.period, published, ours, now)
    return _shown(scene, outlet, live, there, goal, ours, window, now, told=False, made_up=len(wanted.overrides))


def compiled(scene: Scene, outlet: Outlet, zone: str, plan: Draft) -> Compiled:
    """A plan in PagerDuty's terms, in the form of its outlet."""
    role, seat = outlet.role, outlet.seats[0]
    if outlet.form == "overrides":
        return as_overrides(plan, role, seat, scene.users)
    return as_layers(
        plan,
        role,
        seat,
        scene.users,
        zone,
        after_end=outlet.after_end,
        gone=scene.gone,
        meaning=scene.meaning,
    )


def _new(scene: Scene, outlet: Outlet) -> Schedule:
    return Schedule("", outlet.schedule, for_pagerduty(scene.zone), f"{outlet.role.id} of {scene.plan.team}")


def _ours(scene: Scene, outlet: Outlet, live: Schedule) -> Ours:
    def stretches(plan: Draft) -> Iterable[Override]:
        return compiled(scene, outlet, live.zone, plan).overrides

    return remembered(scene, outlet, stretches)


def _made_up(
    scene: Scene, outlet: Outlet, off: tuple[Move, ...], seen: tuple[Entry, ...], wanted: Compiled, window: Span
) -> Compiled:
    """The layers with overrides wherever PagerDuty would not render the plan. Refused where none can help."""
    if over := [move for move in off if move.after and not move.before]:
        at = hazards.told_stretch(scene, over[0].span)
        raise Refused(
            f"{outlet.role.id}: PagerDuty would have somebody on call {at}, where the plan has nobody, and no override "
            f"can help. Write as: overrides in publish.pagerduty.{outlet.role.id} of team.yaml."
        )
    mine = clipped(wanted.entries, (window,))
    wrong = moves(seen, mine, spans_of(mine))
    return replace(wanted, overrides=tuple(Override(m.span.start, m.span.end, m.after[0]) for m in wrong))


# ---------------------------------------------------------------------------------------------------------- shown


def _shown(
    scene: Scene,
    outlet: Outlet,
    live: AnySchedule | None,
    there: Schedule,
    goal: Goal,
    ours: Ours,
    window: Span,
    now: datetime,
    *,
    told: bool,
    made_up: int = 0,
) -> Shown:
    expected, judged = _expected(scene, outlet, there, goal, window, told=told)
    others = foreign.of_layers(there.id, goal.layers, now) if outlet.form == "layers" else ()
    shown = Shown(
        outlet=outlet,
        kind="schedule",
        live=live,
        steps=_steps(scene, live, there, goal, now),
        expected=expected,
        judged=judged,
        notes=(f"PagerDuty renders our layers in its own way: overrides make up for it ({made_up})",)
        if made_up
        else (),
        manual=clipped(goal.manual, (window,)),
        cover=cover_of(goal, there, now),
        ours=tuple(
            o for o in there.overrides if o.end > now and o not in goal.manual and stretch(o) not in ours.others
        ),
        foreign=tuple(one.mark for one in others),
    )
    return shown.with_hazards(_hazards(scene, outlet, there, goal, ours, shown, others, now))


def _steps(scene: Scene, live: AnySchedule | None, there: Schedule, goal: Goal, now: datetime) -> tuple[AnyStep, ...]:
    steps = steps_to(there, goal, now, scene.meaning.overrides)
    if live is not None:
        return steps
    rest = tuple(step for step in steps if not isinstance(step, PutLayers))
    return (MakeSchedule(there.name, there.zone, there.description, "schedule", goal.layers), *rest)


def _expected(
    scene: Scene, outlet: Outlet, live: Schedule, goal: Goal, window: Span, *, told: bool
) -> tuple[tuple[Entry, ...], tuple[Span, ...]]:
    """What has to be rendered afterwards, and over which time that is judged.

    As a rule everything counts. Where only overrides are ours, or PagerDuty's reading is another one, what is below
    them shows outside the plan's hours and is none of our business.
    """
    mine = clipped(entries((scene.plan,), outlet.role.id, outlet.seats, scene.users), (window,))
    plan = clipped(painted(mine, goal.manual), (window,))
    if not told:
        return plan, spans_of(mine)
    whole = render(goal.layers, overlaid(live, goal), live.zone, window, scene.meaning)
    if off := moves(plan, whole, spans_of(mine)):
        at = hazards.told_stretch(scene, off[0].span)
        raise Refused(
            f"{outlet.role.id}: {live.name} cannot be made to show the plan {at}. Write as: overrides instead."
        )
    return whole, (window,)


def overlaid(live: Schedule, goal: Goal) -> tuple[Override, ...]:
    """The overrides as they stand afterwards; those made by hand win, since ours are cut around them."""
    kept = [o for o in live.overrides if o not in goal.drop and o not in goal.manual]
    return (*kept, *goal.make, *goal.manual)


def cover_of(goal: Goal, live: Schedule, now: datetime) -> datetime | None:
    """Until when anybody is on call at all; None for ever."""
    alive = [layer for layer in goal.layers if not ended(layer, now)]
    if any(layer.end is None for layer in alive):
        return None
    overrides = [o.end for o in (*live.overrides, *goal.make) if o not in goal.drop]
    ends = [layer.end for layer in alive if layer.end] + overrides
    return max(ends, default=now)


def _hazards(
    scene: Scene,
    outlet: Outlet,
    live: Schedule,
    goal: Goal,
    ours: Ours,
    shown: Shown,
    others: Sequence[foreign.Foreign],
    now: datetime,
) -> Iterable[Hazard]:
    changed = shown.moves
    yield from hazards.lost(scene, outlet, changed, now)
    yield from hazards.gaps(scene, outlet, changed)
    yield from hazards.holes(scene, outlet, now)
    yield from foreign.hazard(f"foreign:{outlet.role.id}", BELOW, others, scene.accepted)
    beneath = render(live.layers, (), live.zone, Span(now, max(shown.judged[-1].end, now)), scene.meaning)
    below = moves(
        beneath, render(goal.layers, (), live.zone, Span(now, shown.judged[-1].end), scene.meaning), shown.judged
    )
    yield from hazards.covered(scene, outlet, goal.manual, below)
    if not ours.sure and _pushed_before(scene, live, ours):
        yield from hazards.unknown(scene, outlet, goal.manual)


def _pushed_before(scene: Scene, live: Schedule, ours: Ours) -> bool:
    """Whether a schedule shows that the plan was pushed, although no push file tells."""
    marks = (mark_of(layer.name) for layer in live.layers)
    return any(mark and mark.period == scene.plan.period.name for mark in marks) or any(
        stretch(o) in ours.stretches for o in live.overrides
    )
