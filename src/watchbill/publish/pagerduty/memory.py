"""What of a schedule is ours: by the push files, and where one is missing by exact interval and person."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from watchbill.errors import Refused
from watchbill.publish.pagerduty.journal import Doing
from watchbill.publish.pagerduty.legacy import Ours, Stretch, stretch
from watchbill.publish.pagerduty.proposal import Outlet, Scene
from watchbill.publish.pagerduty.steps import MakeOverrides, MakeShifts
from watchbill.publish.pagerduty.terms import CustomShift, Override
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
    file = scene.file
    if file is None:
        return None
    key = (outlet.role.id, outlet.seats[0])
    written = file.of(*key)
    doing = [d for d in (file.pending.targets if file.pending else ()) if (d.role, d.seat) == key]
    if written is None and not doing:
        return None
    kept = [*written.overrides, *written.shifts] if written else []
    return kept + [item for one in doing for item in made_by(one)]


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
