"""Rolling back: from now on every schedule pages as it did before the last push. What is past stays as it was."""

from collections.abc import Sequence
from datetime import datetime

from watchbill.errors import Refused
from watchbill.publish.pagerduty import hazards
from watchbill.publish.pagerduty.apply import untouched
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.entries import Held, moves
from watchbill.publish.pagerduty.journal import PushFile, Written
from watchbill.publish.pagerduty.layered import overlaid
from watchbill.publish.pagerduty.legacy import back_to
from watchbill.publish.pagerduty.memory import made_by
from watchbill.publish.pagerduty.proposal import Outlet, Proposal, Scene, Shown, found, proposal, window_of
from watchbill.publish.pagerduty.render import render
from watchbill.publish.pagerduty.terms import AnySchedule, Entry, Schedule
from watchbill.publish.pagerduty.undo import undoing
from watchbill.times import Span


def propose_back(
    calls: Calls, scene: Scene, outlets: Sequence[Outlet], written: PushFile, allowed: Sequence[str], now: datetime
) -> Proposal:
    """What rolling back would write. `written` is the push file of the push to roll back. Refused if it was none."""
    window = window_of(scene.plan, now)
    shown = tuple(_back(scene, o, found(calls, scene, o, window), written, window, now) for o in outlets)
    return proposal(scene, now, window, shown, allowed)


def _back(scene: Scene, outlet: Outlet, live: AnySchedule | None, file: PushFile, window: Span, now: datetime) -> Shown:
    written = file.of(outlet.role.id, outlet.seats[0])
    if live is None or written is None:
        raise Refused(f"{outlet.role.id}: nothing was pushed to {outlet.schedule}, so there is nothing to roll back.")
    if written.before is None:
        raise Refused(
            f"{outlet.role.id}: {outlet.schedule} was made by the push and holds nothing else. Take it out of the "
            "escalation policies, and delete it in PagerDuty."
        )
    pending = [d for d in (file.pending.targets if file.pending else ()) if d.schedule == live.id]
    made = (*written.overrides, *written.shifts, *(item for doing in pending for item in made_by(doing)))
    expected, judged = _expected(scene, written, live, made, window, now)
    steps = undoing(written.before, live, made, now, scene.meaning)
    shown = Shown(outlet, live.kind, live, steps, expected, judged)
    changed = moves(live.final, expected, judged)
    dangers = (*hazards.lost(scene, outlet, changed, now), *hazards.gaps(scene, outlet, changed))
    return shown.with_hazards(dangers)


def _expected(
    scene: Scene, written: Written, live: AnySchedule, made: Sequence[Held], window: Span, now: datetime
) -> tuple[tuple[Entry, ...], tuple[Span, ...]]:
    """What is rendered afterwards; of shifts only what is written can be told, not what it renders to."""
    if not isinstance(live, Schedule) or not isinstance(written.before, Schedule):
        return live.final, ()
    goal = back_to(written.before, live, made, now)
    return render(goal.layers, overlaid(live, goal), live.zone, window, scene.meaning), (window,)


def rolled_back(file: PushFile, after: Proposal, digest: str) -> PushFile:
    """The push file once everything is as before: nothing of ours stands, and there is nothing more to go back to."""
    others = untouched(file, after)
    back = (Written(w.role, w.seat, w.schedule, w.kind) for w in file.written if w not in others)
    return PushFile(file.period, 0, digest, after.now, (*others, *back))
