"""What a push would do to each schedule, with its hazards and the digest of it all. Reads PagerDuty, writes nothing."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from watchbill.domain import Role
from watchbill.errors import Refused
from watchbill.publish.base import Hazard, digest, withheld
from watchbill.publish.pagerduty import remote
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.entries import Move, moves
from watchbill.publish.pagerduty.journal import Doing, PushFile, steps_json
from watchbill.publish.pagerduty.render import render
from watchbill.publish.pagerduty.standing import standing
from watchbill.publish.pagerduty.steps import AnyStep
from watchbill.publish.pagerduty.terms import AnySchedule, CustomShift, Entry, Kind, Meaning, Override, Schedule
from watchbill.results import Draft
from watchbill.times import Span

WALL = Meaning()
Form = Literal["layers", "overrides", "custom_shifts"]


@dataclass(frozen=True)
class Outlet:
    """Where one seat of a role is published, or several: `schedule` is an id or a name."""

    role: Role
    seats: tuple[int, ...]
    schedule: str
    form: Form = "layers"
    after_end: bool = True

    @property
    def kind(self) -> Kind:
        """The kind of schedule that the form needs."""
        return "schedule_v3" if self.form == "custom_shifts" else "schedule"

    @property
    def schedule_is_id(self) -> bool:
        """Whether `schedule` looks like an id, and so cannot be the name of one to make."""
        return re.fullmatch(r"[PQ][A-Z0-9]{6,13}", self.schedule) is not None


@dataclass(frozen=True)
class Scene:
    """What a proposal is made from, apart from PagerDuty: the plan, the plans around it, and who is who.

    `older` are earlier revisions of the plan, needed only where `file` does not tell what is ours. `users` gives
    PagerDuty's id of each person who holds a part, `gone` are people who have left by the plan's end. `notice`:
    changes nearer than this hurt. `zone` is the team's, for new schedules and for messages. `accepted` are the marks of
    what others have in schedules and earlier pushes allowed. `name` says who a PagerDuty user is, `policy` what an
    escalation policy is called.
    """

    plan: Draft
    plans: tuple[Draft, ...]
    older: tuple[Draft, ...]
    users: Mapping[str, str]
    zone: str
    notice: timedelta
    gone: frozenset[str] = frozenset()
    create: bool = False
    meaning: Meaning = WALL
    file: PushFile | None = None
    accepted: frozenset[str] = frozenset()
    name: Callable[[str], str] = str
    policy: Callable[[str], str] = str


@dataclass(frozen=True)
class Shown:
    """What would be written to one schedule. Afterwards it has to render as `expected` over the `judged` time.

    `live` is None for a schedule that does not exist yet. `cover` is until when somebody is on call, None for ever.
    `ours` are the overrides or custom shifts there that are ours, whether they stay or go. `foreign` are the marks of
    layers or rotations that are not, and are on call in our window.
    """

    outlet: Outlet
    kind: Kind
    live: AnySchedule | None
    steps: tuple[AnyStep, ...]
    expected: tuple[Entry, ...]
    judged: tuple[Span, ...]
    hazards: tuple[Hazard, ...] = ()
    notes: tuple[str, ...] = ()
    manual: tuple[Entry, ...] = ()
    cover: datetime | None = None
    ours: tuple[Override | CustomShift, ...] = ()
    foreign: tuple[str, ...] = ()

    @property
    def final(self) -> tuple[Entry, ...]:
        """What the schedule renders now."""
        return self.live.final if self.live else ()

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """Where other people will be on call than are now."""
        return moves(self.final, self.expected, self.judged)

    @property
    def settled(self) -> bool:
        """Whether there is nothing left to write, and the schedule renders what it should."""
        return not self.steps and not self.moves

    def with_hazards(self, found: Iterable[Hazard]) -> "Shown":
        """The same with what is dangerous about it: nothing new is, where nothing is written."""
        return replace(self, hazards=tuple(hazard for hazard in found if self.steps or hazard.known))

    def doing(self) -> Doing:
        """The writes, before any of them is made."""
        outlet, before = self.outlet, self.live
        return Doing(
            role=outlet.role.id,
            seat=outlet.seats[0],
            name=before.name if before else outlet.schedule,
            schedule=before.id if before else None,
            kind=self.kind,
            before=bare(before),
            steps=self.steps,
            foreign=self.foreign,
        )


def bare(state: AnySchedule | None) -> AnySchedule | None:
    """A schedule without what is rendered from it."""
    return replace(state, final=()) if state else None


@dataclass(frozen=True)
class Proposal:
    """Everything that a push would do, from `now` on. `withheld` are the hazards that are not allowed.

    The digest stands for what the schedules are, what would be written, and what was allowed; None while a hazard is
    withheld or nothing is to be written.
    """

    scene: Scene
    now: datetime
    window: Span
    shown: tuple[Shown, ...]
    withheld: tuple[Hazard, ...]
    digest: str | None

    @property
    def hazards(self) -> tuple[Hazard, ...]:
        """All hazards, allowed or not."""
        return tuple(hazard for shown in self.shown for hazard in shown.hazards)

    @property
    def settled(self) -> bool:
        """Whether PagerDuty stands as the plan wants it."""
        return all(shown.settled for shown in self.shown)


Show = Callable[[Calls, Scene, Outlet, AnySchedule | None, Span, datetime], Shown]


def propose(
    calls: Calls,
    scene: Scene,
    outlets: Sequence[Outlet],
    every: Sequence[Outlet],
    show: Mapping[Kind, Show],
    allowed: Sequence[str],
    now: datetime,
) -> Proposal:
    """Reads every schedule and works out what to write. Refused where it cannot be done at all, with the remedy.

    `every` are the outlets of the team, also those that are left alone: no two may be one schedule.
    """
    window = window_of(scene.plan, now)
    live = [found(calls, scene, o, window) for o in outlets]
    _insist_apart(zip(outlets, live, strict=True), every)
    shown = tuple(show[o.kind](calls, scene, o, state, window, now) for o, state in zip(outlets, live, strict=True))
    return proposal(scene, now, window, shown, allowed)


def proposal(scene: Scene, now: datetime, window: Span, shown: tuple[Shown, ...], allowed: Sequence[str]) -> Proposal:
    """A proposal with its digest."""
    left = withheld((hazard for one in shown for hazard in one.hazards), allowed)
    to_do = any(one.steps for one in shown)
    mark = digest(_told(scene, shown, allowed, now)) if to_do and not left else None
    return Proposal(scene, now, window, shown, left, mark)


def _told(scene: Scene, shown: Sequence[Shown], allowed: Sequence[str], now: datetime) -> object:
    return {
        "plan": [scene.plan.period.name, scene.plan.revision],
        "allowed": sorted(allowed),
        "schedules": [
            [one.outlet.role.id, one.outlet.seats, one.outlet.schedule, standing(one.live, now), steps_json(one.steps)]
            for one in shown
        ],
    }


def window_of(plan: Draft, now: datetime) -> Span:
    """From now on to the end of a plan. Refused where that is past."""
    end = max((assigned.shift.end for assigned in plan.shifts), default=now)
    if end <= now:
        raise Refused(f"{plan.period} is over since {end:%d %b %Y}: nothing of it can be pushed any more.")
    return Span(now, end)


def found(calls: Calls, scene: Scene, outlet: Outlet, window: Span) -> AnySchedule | None:
    """The schedule of an outlet as it stands; None if it is to be made. Refused if it is of the other kind."""
    there = remote.find(calls, outlet.schedule)
    if there is None:
        if scene.create and not outlet.schedule_is_id:
            return None
        raise Refused(_absent(outlet))
    id_, kind = there
    if kind != outlet.kind:
        raise Refused(_wrong_kind(outlet, kind))
    return ordered(remote.read(calls, id_, kind, window), window, scene.meaning)


def _insist_apart(looked: Iterable[tuple[Outlet, AnySchedule | None]], every: Sequence[Outlet]) -> None:
    """Refused where one schedule is named twice, by its id and by its name: each would undo what the other wrote."""
    for outlet, state in looked:
        names = (state.id, state.name) if state else (outlet.schedule,)
        for other in every:
            if (other.role.id, other.seats) != (outlet.role.id, outlet.seats) and other.schedule in names:
                whom = sorted({outlet.role.id, other.role.id})
                who = " and ".join(whom) if len(whom) > 1 else f"two seats of {whom[0]}"
                raise Refused(
                    f'"{names[-1]}" is the schedule of {who}, and each would undo what the other wrote. Give each its '
                    f"own in publish.pagerduty of team.yaml{_or_together(outlet, other)}."
                )


def _or_together(one: Outlet, other: Outlet) -> str:
    """A shift-based schedule holds all seats of a role, if it is named once."""
    together = one.role.id == other.role.id and one.form == "custom_shifts"
    return ", or name it once for all seats" if together else ""


def ordered(state: AnySchedule, window: Span, meaning: Meaning) -> AnySchedule:
    """A schedule with its layers in the order that renders as PagerDuty does."""
    if not isinstance(state, Schedule):
        return state
    overrides, zone = state.overrides, state.zone
    return remote.in_order(state, lambda layers: render(layers, overrides, zone, window, meaning))


def _absent(outlet: Outlet) -> str:
    role = outlet.role.id
    if outlet.schedule_is_id:
        return (
            f"{role}: PagerDuty has no schedule {outlet.schedule}. Mend publish.pagerduty.{role}.schedule in team.yaml."
        )
    return (
        f'{role}: PagerDuty has no schedule called "{outlet.schedule}". Mend publish.pagerduty.{role}.schedule in '
        "team.yaml, or make it with: watchbill push --create"
    )


def _wrong_kind(outlet: Outlet, kind: Kind) -> str:
    role = outlet.role.id
    if kind == "schedule_v3":
        return (
            f"{role}: {outlet.schedule} is a shift-based schedule, which has no layers. "
            f"Write as: custom_shifts in publish.pagerduty.{role} of team.yaml."
        )
    return (
        f"{role}: {outlet.schedule} is a layer-based schedule, which has no custom shifts. "
        f"Write as: layers or as: overrides in publish.pagerduty.{role} of team.yaml."
    )
