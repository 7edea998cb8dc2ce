"""What of a schedule is ours: by the push files, and where one is missing by exact interval and person."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from watchbill.errors import Refused
from watchbill.publish.pagerduty.journal import Doing, Pending, PushFile, Written
from watchbill.publish.pagerduty.legacy import Ours, Stretch, stretch
from watchbill.publish.pagerduty.proposal import Outlet, Proposal, Scene, Shown, bare
from watchbill.publish.pagerduty.standing import standing
from watchbill.publish.pagerduty.steps import MakeOverrides, MakeShifts
from watchbill.publish.pagerduty.terms import AnySchedule, CustomShift, Override, Schedule, ShiftSchedule
from watchbill.results import Draft

Kept = TypeVar("Kept", Override, CustomShift)
Wrote = Callable[[Draft], Iterable[Any]]


def remembered(scene: Scene, outlet: Outlet, wrote: Wrote) -> Ours:
    """What is ours in the schedule of an outlet. `wrote` says what a plan compiles to: overrides or custom shifts."""
    own = _remembered(scene, outlet)
    ids = frozenset(item.id for item in own or () if item.id)
    others = frozenset(found for plan in scene.plans if plan.period != scene.plan.period for found in _of(plan, wrote))
    if own is not None:
        return Ours(ids, frozenset(map(stretch, own)), others)
    guessed = frozenset(found for plan in (scene.plan, *scene.older) for found in _of(plan, wrote))
    return Ours(ids, guessed, others - guessed, sure=False)


def _remembered(scene: Scene, outlet: Outlet) -> list[Any] | None:
    """What the push file tells, a run that was cut off included; None if it tells nothing of this seat."""
    file, role, seat = scene.file, outlet.role.id, outlet.seats[0]
    return known_in(file, role, seat) if file and tells(file, role, seat) else None


def tells(file: PushFile, role: str, seat: int) -> bool:
    """Whether a push file knows what is ours in the schedule of a seat, so that nothing has to be guessed."""
    return file.of(role, seat) is not None or bool(doings(file, role, seat))


def known_in(file: PushFile, role: str, seat: int) -> list[Any]:
    """The overrides and custom shifts that a push file knows as ours, whether or not they were made in the end."""
    written = file.of(role, seat)
    kept = [*written.overrides, *written.shifts] if written else []
    return kept + [item for doing in doings(file, role, seat) for item in made_by(doing)]


def doings(file: PushFile, role: str, seat: int) -> list[Doing]:
    """The writes of a run that was cut off, to the schedule of one seat."""
    return [d for d in (file.pending.targets if file.pending else ()) if (d.role, d.seat) == (role, seat)]


def begun(proposal: Proposal) -> PushFile:
    """The push file as a run finds it. Where it tells nothing of a schedule, what turned out to be ours is added."""
    file = proposal.scene.file or PushFile(proposal.scene.plan.period.name, 0)
    new = [
        _recognised(one)
        for one in proposal.shown
        if one.ours and not tells(file, one.outlet.role.id, one.outlet.seats[0])
    ]
    return replace(file, written=(*file.written, *new))


def _recognised(one: Shown) -> Written:
    overrides = tuple(item for item in one.ours if isinstance(item, Override))
    shifts = tuple(item for item in one.ours if isinstance(item, CustomShift))
    live = one.live.id if one.live else ""
    seats = one.outlet.seats
    before = bare(one.live)
    return Written(one.outlet.role.id, seats[0], live, one.kind, overrides, shifts, before=before, seats=seats)


def folded(file: PushFile, proposal: Proposal, pending: Pending) -> PushFile:
    """A push file at the begin of a run: what a run before it, cut off, has made and begun from is not forgotten."""
    if file.pending is None or pending is file.pending:
        return replace(file, pending=pending)
    kept = [_folded(file, one, proposal.now) for one in proposal.shown if one.live]
    seen = {(w.role, w.seat) for w in kept}
    others = [w for w in file.written if (w.role, w.seat) not in seen]
    targets = tuple(replace(d, origin=_origin(file, d, proposal.now)) for d in pending.targets)
    return replace(file, written=(*others, *kept), pending=replace(pending, targets=targets))


def _folded(file: PushFile, one: Shown, now: datetime) -> Written:
    role, seat, live = one.outlet.role.id, one.outlet.seats[0], one.live
    known = known_in(file, role, seat)
    old = file.of(role, seat) or Written(role, seat, live.id if live else "", one.kind)
    if isinstance(live, Schedule):
        return replace(old, overrides=still_there(known, live.overrides, now))
    if isinstance(live, ShiftSchedule):
        return replace(old, shifts=still_there(known, live.shifts, now))
    return old


def _origin(file: PushFile, doing: Doing, now: datetime) -> AnySchedule | None:
    """What stood before the runs that were cut off, if any of them wrote anything here."""
    for old in doings(file, doing.role, doing.seat):
        if old.origin or old.done or standing(old.before, now) != standing(doing.before, now):
            return old.origin or old.before
    return None


def made_by(doing: Doing) -> list[Any]:
    """The overrides and custom shifts that the writes of a run make."""
    return [
        item
        for step in doing.steps
        for item in (
            step.overrides if isinstance(step, MakeOverrides) else step.shifts if isinstance(step, MakeShifts) else ()
        )
    ]


def _of(plan: Draft, wrote: Wrote) -> tuple[Stretch, ...]:
    """What a plan would have written; nothing where it cannot be compiled any more."""
    try:
        return tuple(map(stretch, wrote(plan)))
    except Refused:
        return ()


def still_there(known: Iterable[Any], live: Iterable[Kept], now: datetime) -> tuple[Kept, ...]:
    """What of a schedule is among what we know as ours: what has begun was made from a later instant on."""
    ours = list(known)
    return tuple(item for item in live if any(_alike(item, one, now) for one in ours))


def _alike(one: Any, other: Any, now: datetime) -> bool:
    starts = one.start == other.start or (one.start <= now and other.start <= now)
    return starts and (one.end, one.user) == (other.end, other.user)
