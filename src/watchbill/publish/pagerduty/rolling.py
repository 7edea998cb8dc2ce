"""Rolling back: from now on every schedule pages as it did before the last push. What is past stays as it was."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from watchbill.errors import Refused
from watchbill.publish.pagerduty import hazards, legacy, remote, shifted, shifts
from watchbill.publish.pagerduty.apply import untouched
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.entries import Held, moves
from watchbill.publish.pagerduty.journal import PushFile, Written
from watchbill.publish.pagerduty.layered import cover_of, overlaid
from watchbill.publish.pagerduty.memory import made_by
from watchbill.publish.pagerduty.proposal import Outlet, Proposal, Scene, Shown, found, proposal, window_of
from watchbill.publish.pagerduty.render import render
from watchbill.publish.pagerduty.terms import AnySchedule, Entry, Schedule, ShiftSchedule
from watchbill.publish.pagerduty.undo import undoing
from watchbill.times import Span, wall, zone


def propose_back(
    calls: Calls, scene: Scene, outlets: Sequence[Outlet], written: PushFile, allowed: Sequence[str], now: datetime
) -> Proposal:
    """What rolling back would write. `written` is the push file of the push to roll back. Refused if it was none."""
    window = window_of(scene.plan, now)
    shown = tuple(_back(calls, scene, o, found(calls, scene, o, window), written, window, now) for o in outlets)
    return proposal(scene, now, window, shown, allowed)


def _back(
    calls: Calls,
    scene: Scene,
    outlet: Outlet,
    live: AnySchedule | None,
    file: PushFile,
    window: Span,
    now: datetime,
) -> Shown:
    written = file.of(outlet.role.id, outlet.seats[0])
    if live is None or written is None:
        raise Refused(f"{outlet.role.id}: nothing was pushed to {outlet.schedule}, so there is nothing to roll back.")
    if written.rolled_back:
        day = wall(written.rolled_back, zone(scene.zone))
        raise Refused(
            f"{outlet.role.id}: {live.name} was rolled back on {day:%d %b %Y} already: it pages as before the push. "
            "To bring the plan back: watchbill push"
        )
    if written.before is None:
        raise Refused(
            f"{outlet.role.id}: {outlet.schedule} was made by the push and holds nothing else. Take it out of the "
            "escalation policies, and delete it in PagerDuty."
        )
    pending = [d for d in (file.pending.targets if file.pending else ()) if d.schedule == live.id]
    made = (*written.overrides, *written.shifts, *(item for doing in pending for item in made_by(doing)))
    expected, cover = _expected(calls, scene, written, live, made, window, now)
    judged = (window,)
    steps = undoing(written.before, live, made, now, scene.meaning)
    shown = Shown(outlet, live.kind, live, steps, expected, judged, cover=cover)
    changed = moves(live.final, expected, judged)
    dangers = (*hazards.lost(scene, outlet, changed, now), *hazards.gaps(scene, outlet, changed))
    return shown.with_hazards(dangers)


def _expected(
    calls: Calls,
    scene: Scene,
    written: Written,
    live: AnySchedule,
    made: Sequence[Held],
    window: Span,
    now: datetime,
) -> tuple[tuple[Entry, ...], datetime | None]:
    """What is rendered afterwards, and until when anybody is on call then; None for ever."""
    before = written.before
    if isinstance(live, Schedule) and isinstance(before, Schedule):
        goal = legacy.back_to(before, live, made, now)
        shown = render(goal.layers, overlaid(live, goal), live.zone, window, scene.meaning)
        return shown, cover_of(goal, live, now)
    if isinstance(live, ShiftSchedule) and isinstance(before, ShiftSchedule):
        turning = remote.turning(calls, live.id, window) if any(r.events for r in live.rotations) else ()
        back = shifts.back_to(before, live, made, now)
        return shifted.expected(live, back, turning, window), shifted.cover_of(live, back, now)
    raise Refused(f"{written.role}: {live.name} is of another kind than before the push. Put it back in PagerDuty.")


def rolled_back(file: PushFile, after: Proposal, digest: str) -> PushFile:
    """The push file once everything is as before: nothing of ours stands, and there is nothing more to go back to."""
    others = untouched(file, after)
    back = (_back_at(w, after.now) for w in file.written if w not in others)
    return PushFile(file.period, 0, digest, after.now, (*others, *back))


def _back_at(written: Written, now: datetime) -> Written:
    """What is known of a schedule still: where it is, and what of others was allowed there."""
    return replace(written, overrides=(), shifts=(), rotations=(), before=None, rolled_back=now)
