"""Named dangers in what a push would do to one schedule; each has a key for `--allow`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from watchbill.publish.base import Hazard
from watchbill.publish.pagerduty.entries import Held, Move
from watchbill.publish.pagerduty.proposal import Outlet, Scene
from watchbill.texts import counted
from watchbill.times import Span, wall, zone

SHOWN = 3


def lost(scene: Scene, outlet: Outlet, moves: Sequence[Move], now: datetime) -> Iterator[Hazard]:
    """Someone who is on call by PagerDuty within the notice window will not be."""
    near = [m for m in moves if m.span.start < now + scene.notice and set(m.before) - set(m.after)]
    told = [
        f"{scene.name(user)} {told_stretch(scene, m.span)}" for m in near for user in m.before if user not in m.after
    ]
    if told:
        notice = counted(scene.notice.days, "day")
        yield Hazard(f"notice:{outlet.role.id}", f"within the notice of {notice} somebody loses time: {listed(told)}")


def gaps(scene: Scene, outlet: Outlet, moves: Sequence[Move]) -> Iterator[Hazard]:
    """Where somebody is on call now, nobody will be."""
    told = [told_stretch(scene, m.span) for m in moves if m.before and not m.after]
    if told:
        yield Hazard(f"gap:{outlet.role.id}", f"nobody will be on call where somebody is now: {listed(told)}")


def holes(scene: Scene, outlet: Outlet, now: datetime) -> Iterator[Hazard]:
    """Shifts of the plan that nobody holds."""
    mine = [a.shift for a in scene.plan.shifts if a.shift.role == outlet.role.id and a.shift.seat in outlet.seats]
    empty = {a.shift.id for a in scene.plan.shifts if not a.parts}
    told = [shift.id for shift in mine if shift.id in empty and shift.end > now]
    if told:
        yield Hazard(f"holes:{outlet.role.id}", f"nobody holds {listed(told)}")


def covered(scene: Scene, outlet: Outlet, manual: Iterable[Held], moves: Sequence[Move]) -> Iterator[Hazard]:
    """An override that someone made by hand hides a change below it."""
    changed = [move.span for move in moves]
    told = [
        f"{scene.name(o.user)} {told_stretch(scene, Span(o.start, o.end))}"
        for o in manual
        if any(span.meets(Span(o.start, o.end)) for span in changed)
    ]
    if told:
        sentence = f"overrides made by hand stay over what changes below them: {listed(told)}"
        yield Hazard(f"covered:{outlet.role.id}", sentence)


def unknown(scene: Scene, outlet: Outlet, held: Iterable[Held]) -> Iterator[Hazard]:
    """Without a push file, overrides that may be ours or made by hand."""
    told = [f"{scene.name(o.user)} {told_stretch(scene, Span(o.start, o.end))}" for o in held]
    if told:
        yield Hazard(
            f"unknown:{outlet.role.id}",
            f"plans/{scene.plan.period}.push.json is missing, so these overrides cannot be told from overrides made by "
            f"hand, and would stay: {listed(told)}. Restore the file from git if you can",
        )


def told_stretch(scene: Scene, span: Span) -> str:
    """`3 Feb 09:00 to 4 Feb 17:00` on the team's clock."""
    start, end = (wall(at, zone(scene.zone)) for at in (span.start, span.end))
    day = "" if start.date() == end.date() else f"{end.day} {end:%b} "
    return f"{start.day} {start:%b %H:%M} to {day}{end:%H:%M}"


def listed(told: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = len(told) - SHOWN
    return ", ".join(told[:SHOWN]) + (f" and {more} more" if more > 0 else "")
