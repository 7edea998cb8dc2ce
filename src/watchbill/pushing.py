"""From a folder to PagerDuty: which schedules a plan goes to, what would change there, and the verbs that change it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from watchbill import workspace
from watchbill.errors import Refused, WrongUsage, did_you_mean
from watchbill.files import write_atomically
from watchbill.locking import one_writer
from watchbill.periods import Period
from watchbill.publish.pagerduty import account, answers, holders
from watchbill.publish.pagerduty.accounts import Accounts
from watchbill.publish.pagerduty.apply import Again, Applied, Keep, apply, written
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.carry import Hands
from watchbill.publish.pagerduty.journal import PushFile, encode
from watchbill.publish.pagerduty.layered import show as show_layers
from watchbill.publish.pagerduty.memory import tells
from watchbill.publish.pagerduty.port import RemoteFailed
from watchbill.publish.pagerduty.proposal import WALL, Outlet, Proposal, Scene, Show, propose, window_of
from watchbill.publish.pagerduty.pushed import accepted, push_file, push_path
from watchbill.publish.pagerduty.rolling import propose_back, rolled_back
from watchbill.publish.pagerduty.shifted import show as show_shifts
from watchbill.publish.pagerduty.terms import Kind, Meaning
from watchbill.results import Draft
from watchbill.shelf import shelf
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
    """Writes what was shown under a digest, and keeps what was written in `plans/<period>.push.json`.

    One push of a folder at a time: what is to be written is found while no other one writes.
    """
    with one_writer(folder, link.told, "push"):
        stage = _stage(folder, period, link, roles=roles, create=create)
        file = push_file(folder, period)
        proposal = _proposed(lambda keys: stage.propose(file, keys), file, digest, allowed)

        def again(file: PushFile) -> Proposal:
            return stage.propose(file, ())

        return _carried(folder, period, stage, proposal, digest, again=again, keep=written)


def rollback(
    folder: Path, period: Period, link: Link, *, roles: Collection[str] = (), allowed: Sequence[str] = ()
) -> Proposal:
    """What it would take to page, from now on, as before the last push of a period's plan. Writes nothing."""
    stage = _stage(folder, period, link, roles=roles, create=False)
    return stage.propose_back(_pushed(folder, period), allowed)


def rollback_apply(
    folder: Path, period: Period, link: Link, digest: str, *, roles: Collection[str] = (), allowed: Sequence[str] = ()
) -> Applied:
    """Rolls back as it was shown under a digest; one at a time, as pushes."""
    with one_writer(folder, link.told, "push"):
        stage = _stage(folder, period, link, roles=roles, create=False)
        file = _pushed(folder, period)
        proposal = _proposed(lambda keys: stage.propose_back(file, keys), file, digest, allowed)

        def again(_: PushFile) -> Proposal:
            return stage.propose_back(file, ())

        return _carried(folder, period, stage, proposal, digest, again=again, keep=rolled_back)


def _proposed(
    propose_: Callable[[Sequence[str]], Proposal], file: PushFile | None, digest: str, allowed: Sequence[str]
) -> Proposal:
    """What is to be written still. A run of that digest may have written what a hazard was allowed for already."""
    if file and file.pending and file.pending.digest == digest:
        return propose_(())
    if file and file.digest == digest and (left := propose_(())).settled:
        return left
    return propose_(allowed)


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
    """`write 2 of 5`, while there is one to make, or `taking back: write 1 of 2`."""
    every = file.pending.targets if file.pending else ()
    back = [doing for doing in every if doing.undoes]
    targets = back or every
    done, all_ = sum(doing.done for doing in targets), sum(len(doing.steps) for doing in targets)
    return f"{'taking back: ' if back else ''}write {done + 1} of {all_}" if done < all_ else ""


# ----------------------------------------------------------------------------------------------------------- stage


@dataclass(frozen=True)
class _Stage:
    """Everything that stays the same while a push looks at PagerDuty again and again; `every`: the team's outlets."""

    link: Link
    scene: Scene
    outlets: tuple[Outlet, ...]
    every: tuple[Outlet, ...]

    def propose(self, file: PushFile | None, allowed: Sequence[str]) -> Proposal:
        """What is to be written now."""
        scene = replace(self.scene, file=file)
        calls, now = self.link.calls, self.link.now()
        return propose(calls, scene, self.outlets, self.every, SHOWS, allowed, now)

    def propose_back(self, file: PushFile, allowed: Sequence[str]) -> Proposal:
        """What is to be written now to page as before a push."""
        scene = replace(self.scene, file=file)
        return propose_back(self.link.calls, scene, self.outlets, file, allowed, self.link.now())


def _stage(folder: Path, period: Period, link: Link, *, roles: Collection[str], create: bool) -> _Stage:
    team = workspace.read(folder)
    found = outlets(team, roles)
    published = plans.read_plans(folder)
    plan = next((one for one in published if one.period == period), None)
    if plan is None:
        raise _unpublished(folder, period)
    now = link.now()
    window_of(plan, now)
    people = {person.id: person for person in team.people}
    accounts = Accounts(link.calls)
    plan, users = holders.resolved(accounts, people, _only(plan, found), now)
    older = _older(folder, period, found)
    users |= holders.once(accounts, people, older, users)
    scene = Scene(
        plan=plan,
        plans=tuple(plan if one.period == period else one for one in published),
        older=older,
        users={person: user.id for person, user in users.items()},
        zone=team.zone,
        notice=team.notice,
        gone=frozenset(p.id for p in team.people if p.left and p.left <= plan.period.last),
        create=create,
        meaning=meaning(folder),
        accepted=accepted(folder, (one.period for one in published)),
        name=account.Names(accounts, users),
        policy=account.PolicyNames(link.calls),
    )
    return _Stage(link, scene, found, outlets(team))


def _older(folder: Path, period: Period, found: Iterable[Outlet]) -> tuple[Draft, ...]:
    """The earlier revisions, by which ours is known where the push file does not tell; none are read where it does."""
    file = push_file(folder, period)
    told = file is not None and all(tells(file, outlet.role.id, outlet.seats[0]) for outlet in found)
    return () if told else plans.older(folder, period)


def meaning(folder: Path) -> Meaning:
    """How to read PagerDuty, by what a probe found out; as usual where none was made."""
    known = answers.kept(folder)
    return known.meaning() if known else WALL


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
            raise WrongUsage(f"{name} has no PagerDuty schedule in team.yaml. {did_you_mean(name, known)}".rstrip())
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


def _pushed(folder: Path, period: Period) -> PushFile:
    file = push_file(folder, period)
    if file is None or not any(one.schedule for one in file.written):
        raise Refused(f"{period} was not pushed from here: there is no plans/{period}.push.json. Restore it from git.")
    return file
