"""A shift-based schedule: what a push would write to it, by custom shifts and what rotates on after the plan."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from watchbill.domain import Shift
from watchbill.publish.base import Hazard
from watchbill.publish.pagerduty import foreign, hazards, remote, shift_tails
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.compile import as_shifts
from watchbill.publish.pagerduty.entries import clipped
from watchbill.publish.pagerduty.legacy import Ours, stretch
from watchbill.publish.pagerduty.memory import remembered
from watchbill.publish.pagerduty.proposal import Outlet, Scene, Shown
from watchbill.publish.pagerduty.shifts import Goal, Wanted, aim, endless, fits, steps_to, stood_in
from watchbill.publish.pagerduty.standing import goes_on
from watchbill.publish.pagerduty.steps import AnyStep, MakeSchedule
from watchbill.publish.pagerduty.still import still_shifts
from watchbill.publish.pagerduty.terms import AnySchedule, CustomShift, Entry, Event, ShiftOverride, ShiftSchedule
from watchbill.publish.pagerduty.zones import for_pagerduty
from watchbill.results import Draft
from watchbill.texts import counted
from watchbill.times import Span, merged

BESIDE = "rotations that watchbill did not write stay, and page beside ours"
FARTHEST = timedelta(days=365)
"""How far ahead an event may begin."""


def show(calls: Calls, scene: Scene, outlet: Outlet, live: AnySchedule | None, window: Span, now: datetime) -> Shown:
    """What a push would write to a shift-based schedule, or to make one."""
    there = live if isinstance(live, ShiftSchedule) else _new(scene, outlet)
    wanted, notes = _wanted(calls, scene, outlet, there, now)
    ours = remembered(scene, outlet, lambda plan: _told(scene, outlet, plan))
    goal = still_shifts(there, aim(there, wanted, ours, now), now)
    steps = steps_to(there, goal, now, scene.meaning.shifts)
    others = foreign.of_shifts(there, window.end, now)
    turning = remote.turning(calls, there.id, window) if any(r.events for r in there.rotations) else ()
    shown = Shown(
        outlet=outlet,
        kind="schedule_v3",
        live=live,
        steps=steps if live else (_making(there), *steps),
        expected=expected(there, goal, turning, window),
        judged=(window,),
        notes=(*notes, *_doubles(scene, goal, now)),
        manual=clipped([*goal.manual, *_in_place(there, goal)], (window,)),
        cover=cover_of(there, goal, now),
        ours=goal.ours,
        foreign=tuple(one.mark for one in others),
    )
    return shown.with_hazards(_hazards(scene, outlet, there, goal, ours, shown, others, now))


def _new(scene: Scene, outlet: Outlet) -> ShiftSchedule:
    return ShiftSchedule("", outlet.schedule, for_pagerduty(scene.zone), f"{outlet.role.id} of {scene.plan.team}")


def _making(new: ShiftSchedule) -> AnyStep:
    return MakeSchedule(new.name, new.zone, new.description, "schedule_v3")


# ----------------------------------------------------------------------------------------------------------- wanted


def _wanted(
    calls: Calls, scene: Scene, outlet: Outlet, live: ShiftSchedule, now: datetime
) -> tuple[Wanted, tuple[str, ...]]:
    """What the plan compiles to, and what is to be said about it."""
    role, plan = outlet.role, scene.plan
    seats = tuple(as_shifts(plan, role, {seat}, scene.users) for seat in outlet.seats)
    own = list(_shifts(plan, outlet))
    begins: dict[str, datetime] = {}
    for shift in own:
        begins[shift.layer] = min(shift.start, begins.get(shift.layer, shift.start))
    others = [shift for other in scene.plans if other.period != plan.period for shift in _shifts(other, outlet)]
    found = Wanted(seats, _hours(own), _hours(others), begins=begins)
    if _is_later(calls, scene, outlet, live):
        return replace(found, keep=True), ()
    tails, notes = _tails(scene, outlet, live, now) if outlet.after_end else ((), ())
    return replace(found, tails=tails), notes


def _shifts(plan: Draft, outlet: Outlet) -> Iterator[Shift]:
    """The shifts of a plan that go to an outlet."""
    return (a.shift for a in plan.shifts if a.shift.role == outlet.role.id and a.shift.seat in outlet.seats)


def _hours(of: Iterable[Shift]) -> tuple[Span, ...]:
    return merged(span for shift in of for span in shift.spans)


def _tails(
    scene: Scene, outlet: Outlet, live: ShiftSchedule, now: datetime
) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """What rotates on, as far as PagerDuty takes it: where it does not, that is said instead."""
    found = shift_tails.tails(scene.plan, outlet.role, outlet.seats, scene.users, live.zone, scene.gone)
    if any(event.since > now + FARTHEST for event in found):
        return (), ("nothing rotates on after the plan's end: PagerDuty takes events at most 12 months ahead",)
    if not fits(live, found, now):
        return (), (f"nothing rotates on after the plan's end: there is no room for {counted(len(found), 'rotation')}",)
    return found, ()


def _is_later(calls: Calls, scene: Scene, outlet: Outlet, live: ShiftSchedule) -> bool:
    """Whether any of a later period has been pushed."""
    for plan in scene.plans:
        if live.id and plan.period.first > scene.plan.period.last and (told := _told(scene, outlet, plan)):
            window = Span(told[0].start, max(shift.end for shift in told))
            there = remote.read(calls, live.id, "schedule_v3", window)
            if isinstance(there, ShiftSchedule) and set(map(stretch, there.shifts)) & set(map(stretch, told)):
                return True
    return False


def _told(scene: Scene, outlet: Outlet, plan: Draft) -> tuple[CustomShift, ...]:
    """What a plan would have written, as far as those who hold it are known."""
    known = [a for a in plan.shifts if all(part.person in scene.users for part in a.parts)]
    return as_shifts(replace(plan, shifts=tuple(known)), outlet.role, outlet.seats, scene.users)


# ---------------------------------------------------------------------------------------------------------- expected


def expected(live: ShiftSchedule, goal: Goal, turning: Sequence[tuple[str, Entry]], window: Span) -> tuple[Entry, ...]:
    """What is rendered over a window once the writes are made; `turning` is what its rotations render now."""
    dropped = set(goal.drop)
    kept = [shift for shift in live.shifts if shift not in dropped]
    held: list[Entry | CustomShift] = [e for shift in kept for e in stood_in(shift, live.overrides)]
    removed = {rotation.id for rotation in goal.remove}
    ends = {ending.rotation: ending.until for ending in goal.end}
    for id_, entry in turning:
        if id_ not in removed and entry.start < (end := min(entry.end, ends.get(id_, entry.end))):
            held.append(Entry(entry.start, end, entry.user))
    rotating = [entry for event in goal.begin for entry in shift_tails.shown(event, window)]
    return clipped([*held, *goal.make, *rotating], (window,))


def cover_of(live: ShiftSchedule, goal: Goal, now: datetime) -> datetime | None:
    """Until when anybody is on call at all; None for ever."""
    stopped = {*(r.id for r in goal.remove), *(e.rotation for e in goal.end)}
    going = [e for r in live.rotations if r.id not in stopped for e in r.events if goes_on(e, now) and any(e.users)]
    if goal.begin or any(event.until is None for event in going):
        return None
    ends = [s.end for s in (*live.shifts, *goal.make) if s not in goal.drop]
    return max([now, *ends, *(e.until for e in going if e.until), *(e.until for e in goal.end)])


def _in_place(live: ShiftSchedule, goal: Goal) -> Iterator[Entry]:
    """Who stands in for somebody in a shift that stays."""
    gone = {shift.id for shift in goal.drop}
    for o in live.overrides:
        if o.instead and o.custom_shift and o.custom_shift not in gone:
            yield Entry(o.start, o.end, o.instead)


def _doubles(scene: Scene, goal: Goal, now: datetime) -> Iterator[str]:
    """Who is on call beside whom until the last write is made."""
    told = []
    for new in goal.make:
        for old in goal.drop:
            both = Span(max(new.start, now), new.end).common(Span(old.start, old.end))
            if both and new.user != old.user:
                names = f"{scene.name(old.user)} and {scene.name(new.user)}"
                told.append(f"{names} {hazards.told_stretch(scene, both)}")
    if told:
        yield f"until the last write is made both are on call: {hazards.listed(told)}"


# ----------------------------------------------------------------------------------------------------------- hazards


def _hazards(
    scene: Scene,
    outlet: Outlet,
    live: ShiftSchedule,
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
    yield from foreign.hazard(f"foreign:{outlet.role.id}", BESIDE, others, scene.accepted)
    yield from _covered(scene, outlet, live, goal, now)
    if not ours.sure and goal.manual and _pushed_before(live, ours, now):
        yield from _unknown(scene, outlet, goal.manual)


def _covered(scene: Scene, outlet: Outlet, live: ShiftSchedule, goal: Goal, now: datetime) -> Iterator[Hazard]:
    """Someone stands in for somebody in what goes: that would be lost."""
    ends = {e.rotation: e.until for e in goal.end} | {r.id: now for r in goal.remove if r.id}
    ends |= {shift.id: now for shift in goal.drop if shift.id}

    def is_lost(o: ShiftOverride) -> bool:
        return o.end > ends.get(o.custom_shift or o.rotation or "", o.end)

    told = [
        f"{scene.name(o.instead)} {hazards.told_stretch(scene, Span(o.start, o.end))}"
        for o in live.overrides
        if o.end > now and is_lost(o)
    ]
    if told:
        sentence = f"overrides made by hand are lost with the shifts that they are in: {hazards.listed(told)}"
        yield Hazard(f"covered:{outlet.role.id}", sentence)


def _unknown(scene: Scene, outlet: Outlet, manual: Sequence[CustomShift]) -> Iterator[Hazard]:
    """Without a push file, custom shifts that may be ours or made by hand."""
    told = [f"{scene.name(s.user)} {hazards.told_stretch(scene, Span(s.start, s.end))}" for s in manual]
    yield Hazard(
        f"unknown:{outlet.role.id}",
        f"plans/{scene.plan.period}.push.json is missing, so these custom shifts cannot be told from shifts made by "
        f"hand, and would stay: {hazards.listed(told)}. Restore the file from git if you can",
    )


def _pushed_before(live: ShiftSchedule, ours: Ours, now: datetime) -> bool:
    """Whether a schedule shows that the plan was pushed, although no push file tells."""
    return bool(endless(live, now)) or any(stretch(shift) in ours.stretches for shift in live.shifts)
