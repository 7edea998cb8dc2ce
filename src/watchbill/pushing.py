"""From a folder to PagerDuty: which schedules a plan goes to, what would change there, and the verbs that change it."""

from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from watchbill import workspace
from watchbill.domain import GUEST, Part, Person, is_guest
from watchbill.errors import Refused, did_you_mean
from watchbill.files import inside, write_atomically
from watchbill.publish.pagerduty import account, answers
from watchbill.publish.pagerduty.apply import Again, Applied, Keep, apply, written
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.carry import Hands
from watchbill.publish.pagerduty.journal import PushFile, decode, encode
from watchbill.publish.pagerduty.layered import show as show_layers
from watchbill.publish.pagerduty.port import RemoteFailed
from watchbill.publish.pagerduty.proposal import WALL, Outlet, Proposal, Scene, Show, propose, window_of
from watchbill.publish.pagerduty.rolling import propose_back, rolled_back
from watchbill.publish.pagerduty.shifted import show as show_shifts
from watchbill.publish.pagerduty.terms import Kind, User
from watchbill.results import Assigned, Draft
from watchbill.shelf import shelf
from watchbill.times import Period
from watchbill.workspace import Workspace, plans

SHOWS: Mapping[Kind, Show] = {"schedule": show_layers, "schedule_v3": show_shifts}


def _silent(_: str) -> None:
    """Says nothing."""


@dataclass(frozen=True)
class Link:
    """PagerDuty, the patience to wait for it, and who hears of progress: one line before each write."""

    calls: Calls
    sleep: Callable[[float], None]
    told: Callable[[str], None] = _silent

    def now(self) -> datetime:
        """PagerDuty's own present: its clock decides what is past."""
        if self.calls.date is None:
            self.calls.get("/users", {"limit": 1})
        if self.calls.date is None:
            raise RemoteFailed(
                "PagerDuty's answers carry no date, so what is past cannot be told. Is the address right?"
            )
        return self.calls.date


# ----------------------------------------------------------------------------------------------------------- verbs


def push(
    folder: Path,
    period: Period,
    link: Link,
    *,
    roles: Collection[str] = (),
    allowed: Sequence[str] = (),
    create: bool = False,
) -> Proposal:
    """What a push of a period's plan would write, for some roles or all. Writes nothing."""
    stage = _stage(folder, period, link, roles=roles, create=create)
    return stage.propose(push_file(folder, period), allowed)


def push_apply(
    folder: Path,
    period: Period,
    link: Link,
    digest: str,
    *,
    roles: Collection[str] = (),
    allowed: Sequence[str] = (),
    create: bool = False,
) -> Applied:
    """Writes what was shown under a digest, and keeps what was written in `plans/<period>.push.json`."""
    stage = _stage(folder, period, link, roles=roles, create=create)
    proposal = stage.propose(push_file(folder, period), allowed)
    return _carried(folder, period, stage, proposal, digest, again=lambda file: stage.propose(file, ()), keep=written)


def rollback(
    folder: Path, period: Period, link: Link, *, roles: Collection[str] = (), allowed: Sequence[str] = ()
) -> Proposal:
    """What it would take to page, from now on, as before the last push of a period's plan. Writes nothing."""
    stage = _stage(folder, period, link, roles=roles, create=False)
    return stage.propose_back(_pushed(folder, period), allowed)


def rollback_apply(
    folder: Path, period: Period, link: Link, digest: str, *, roles: Collection[str] = (), allowed: Sequence[str] = ()
) -> Applied:
    """Rolls back as it was shown under a digest."""
    stage = _stage(folder, period, link, roles=roles, create=False)
    file = _pushed(folder, period)
    proposal = stage.propose_back(file, allowed)

    def again(_: PushFile) -> Proposal:
        return stage.propose_back(file, ())

    return _carried(folder, period, stage, proposal, digest, again=again, keep=rolled_back)


def _carried(
    folder: Path, period: Period, stage: "_Stage", proposal: Proposal, digest: str, *, again: Again, keep: Keep
) -> Applied:
    link = stage.link
    hands = Hands(link.calls, link.now, link.sleep, proposal.window, proposal.scene.meaning)
    said: list[str] = []

    def save(file: PushFile) -> None:
        write_atomically(push_path(folder, period), encode(file))
        if (progress := _progress(file)) and progress not in said:
            said.append(progress)
            link.told(progress)

    return apply(hands, proposal, digest, again=again, save=save, keep=keep)


def _progress(file: PushFile) -> str:
    """`write 2 of 5`, while there is one to make."""
    targets = file.pending.targets if file.pending else ()
    done, all_ = sum(doing.done for doing in targets), sum(len(doing.steps) for doing in targets)
    return f"write {done + 1} of {all_}" if done < all_ else ""


# ----------------------------------------------------------------------------------------------------------- stage


@dataclass(frozen=True)
class _Stage:
    """Everything that stays the same while a push looks at PagerDuty again and again."""

    link: Link
    scene: Scene
    outlets: tuple[Outlet, ...]

    def propose(self, file: PushFile | None, allowed: Sequence[str]) -> Proposal:
        """What is to be written now."""
        return propose(self.link.calls, replace(self.scene, file=file), self.outlets, SHOWS, allowed, self.link.now())

    def propose_back(self, file: PushFile, allowed: Sequence[str]) -> Proposal:
        """What is to be written now to page as before a push."""
        scene = replace(self.scene, file=file)
        return propose_back(self.link.calls, scene, self.outlets, file, allowed, self.link.now())


def _stage(folder: Path, period: Period, link: Link, *, roles: Collection[str], create: bool) -> _Stage:
    team = workspace.read(folder)
    known = answers.kept(folder)
    found = outlets(team, roles)
    published = plans.read_plans(folder)
    plan = next((one for one in published if one.period == period), None)
    if plan is None:
        raise _unpublished(folder, period)
    now = link.now()
    window_of(plan, now)
    plan, users = _resolved(link.calls, team, _only(plan, found), now)
    older = plans.older(folder, period)
    users |= _once(link.calls, team, older, users)
    scene = Scene(
        plan=plan,
        plans=tuple(plan if one.period == period else one for one in published),
        older=older,
        users={person: user.id for person, user in users.items()},
        zone=team.zone,
        notice=team.notice,
        gone=frozenset(p.id for p in team.people if p.left and p.left <= plan.period.last),
        create=create,
        meaning=known.meaning() if known else WALL,
        name=account.Names(link.calls, users.values()),
        policy=account.PolicyNames(link.calls),
    )
    return _Stage(link, scene, found)


def outlets(team: Workspace, roles: Collection[str] = ()) -> tuple[Outlet, ...]:
    """Where a team's roles are published, in their order: one outlet for each schedule."""
    known = {role.id: role for role in team.roles if role.id in team.publish}
    if not known:
        raise Refused(
            "team.yaml names no PagerDuty schedule. Write under publish, pagerduty for each role: "
            "primary: {schedule: PXXXXXX}"
        )
    for name in roles:
        if name not in known:
            raise Refused(f"{name} has no PagerDuty schedule in team.yaml. {did_you_mean(name, known)}".rstrip())
    found = []
    for role in known.values():
        if roles and role.id not in roles:
            continue
        entry = team.publish[role.id]
        seats = (
            [tuple(range(1, role.seats + 1))]
            if len(entry.schedule) < role.seats
            else [(n + 1,) for n in range(role.seats)]
        )
        found += [
            Outlet(role, seat, schedule, entry.form, entry.after_end == "rotate")
            for seat, schedule in zip(seats, entry.schedule, strict=True)
        ]
    return tuple(found)


def _unpublished(folder: Path, period: Period) -> Refused:
    there = shelf(folder)
    if period in there.drafts:
        return Refused(
            f"{period} is a draft, and only published plans are pushed. Publish it: watchbill publish {period}"
        )
    return there.missing(period)


def _only(plan: Draft, found: Sequence[Outlet]) -> Draft:
    """The plan with the shifts of some outlets only."""
    seats = {(outlet.role.id, seat) for outlet in found for seat in outlet.seats}
    return replace(plan, shifts=tuple(a for a in plan.shifts if (a.shift.role, a.shift.seat) in seats))


# ----------------------------------------------------------------------------------------------------------- users


def _resolved(calls: Calls, team: Workspace, plan: Draft, now: datetime) -> tuple[Draft, dict[str, User]]:
    """The users of everyone who holds a part. Who holds none any more may have left PagerDuty: the past is cut off."""
    people = {person.id: person for person in team.people}
    coming = _holders(plan, now)
    users = dict(account.resolve(calls, [_known(people, id_) for id_ in coming if not is_guest(id_)]))
    users |= account.resolve(calls, [_known(people, id_) for id_ in coming if is_guest(id_)])
    past = [id_ for id_ in _holders(plan, None) if id_ not in users]
    for id_ in past:
        try:
            users |= account.resolve(calls, [_known(people, id_)])
        except Refused:
            plan = _from(plan, now)
    return plan, users


def _once(calls: Calls, team: Workspace, older: Iterable[Draft], known: Container[str]) -> dict[str, User]:
    """The users of those who held parts in earlier revisions only: what was written for them is known by its user."""
    people = {person.id: person for person in team.people}
    found: dict[str, User] = {}
    for id_ in dict.fromkeys(id_ for plan in older for id_ in _holders(plan, None) if id_ not in known):
        with suppress(Refused):
            found |= account.resolve(calls, [_known(people, id_)])
    return found


def _holders(plan: Draft, now: datetime | None) -> tuple[str, ...]:
    """Who holds a part that ends after an instant, or any, in order of the plan."""
    parts = (part for assigned in plan.shifts for part in assigned.parts)
    return tuple(dict.fromkeys(part.person for part in parts if now is None or part.end > now))


def _known(people: Mapping[str, Person], id_: str) -> Person:
    return people.get(id_) or Person(id_, id_, "UTC", pagerduty=id_.removeprefix(GUEST) if is_guest(id_) else "")


def _from(plan: Draft, now: datetime) -> Draft:
    """The plan without parts that are over."""
    kept = [replace(a, parts=tuple(part for part in a.parts if part.end > now)) for a in plan.shifts]
    return replace(plan, shifts=tuple(_cut(a) for a in kept if a.shift.end > now))


def _cut(assigned: Assigned) -> Assigned:
    """A shift that begins where its first part does."""
    parts: tuple[Part, ...] = assigned.parts
    if not parts:
        return assigned
    start = min(part.start for part in parts)
    spans = tuple(span for span in assigned.shift.spans if span.end > start)
    spans = tuple(replace(span, start=max(span.start, start)) for span in spans)
    return replace(assigned, shift=replace(assigned.shift, spans=spans))


# ------------------------------------------------------------------------------------------------------- push file


def push_path(folder: Path, period: Period) -> Path:
    """Where it is kept what a push wrote."""
    return inside(folder / "plans", f"{period}.push.json")


def _pushed(folder: Path, period: Period) -> PushFile:
    file = push_file(folder, period)
    if file is None or not any(one.schedule for one in file.written):
        raise Refused(f"{period} was not pushed from here: there is no plans/{period}.push.json. Restore it from git.")
    return file


def push_file(folder: Path, period: Period) -> PushFile | None:
    """What a push of a period's plan wrote; None where there is no such file."""
    path = push_path(folder, period)
    return decode(f"plans/{path.name}", path.read_bytes()) if path.is_file() else None
