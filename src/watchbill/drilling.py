"""From a folder and PagerDuty to the chains of its escalation policies: at an instant, and over a whole period.

People are keys: those of the team by their ids, others as the guests that PagerDuty's users would be.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from watchbill import workspace
from watchbill.domain import GUEST, Person, guest_id, is_guest
from watchbill.duties import held, known, whole
from watchbill.errors import Refused
from watchbill.escalation import Chain, Finding, OnCall, Spot, Timeline, findings, length, nights, stretches, walk
from watchbill.periods import Period
from watchbill.publish.pagerduty import account, remote
from watchbill.publish.pagerduty.accounts import Accounts
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.proposal import Outlet
from watchbill.publish.pagerduty.pushed import push_path
from watchbill.publish.pagerduty.terms import Entry, Kind, Policy, Target, User
from watchbill.pushing import Link, outlets
from watchbill.times import MINUTE, Span, zone, zone_names
from watchbill.workspace import Workspace, plans

# ---------------------------------------------------------------------------------------------------- in PagerDuty


@dataclass(frozen=True)
class Ours:
    """A schedule of the team: what it is for, and the policies that use it. `id` is None if PagerDuty has none such."""

    outlet: Outlet
    id: str | None
    kind: Kind
    policies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Survey:
    """All it takes to walk the policies that use the team's schedules, for pages that begin within `window`.

    `live` and `planned` say by PagerDuty's id of a schedule who is on call, `planned` for the team's own only.
    `people` are by key, `keys` gives the key of each user. `strangers` are people of the team who cannot be told in
    PagerDuty: they have neither e-mail nor id.
    """

    team: Workspace
    window: Span
    ours: tuple[Ours, ...]
    policies: tuple[Policy, ...]
    live: Mapping[str, Timeline]
    planned: Mapping[str, Timeline]
    people: Mapping[str, Person]
    keys: Mapping[str, str]
    strangers: tuple[str, ...] = ()

    @property
    def reach(self) -> Span:
        """The window, and on for as long as a page that begins in it can be under way."""
        return _reach(self.window, self.policies)

    def rotas(self, *, live: bool) -> Mapping[str, Timeline]:
        """Who is on call, by schedule: as PagerDuty has it, or for the team's own schedules as the plans have it."""
        return self.live if live else {**self.live, **self.planned}

    def on_call(self, *, live: bool) -> OnCall:
        """Whom a target notifies at an instant."""
        rotas = self.rotas(live=live)

        def ask(target: Target, at: datetime) -> tuple[str, ...]:
            return (self.keys[target.id],) if target.kind == "user" else rotas[target.id].at(at)

        return ask


def survey(folder: Path, link: Link, window: Span, *, lasting: bool = False) -> Survey:
    """Reads the team's schedules, the policies that use them, and all that these notify.

    `lasting`: what is planned last is taken to last, so that the end of the last plan is no gap. Refused where
    team.yaml names no schedule.
    """
    calls, team, published = link.calls, workspace.read(folder), plans.read_plans(folder)
    ours = tuple(_ours(calls, outlet, window.start) for outlet in outlets(team))
    policies = tuple(account.policy(calls, id_) for id_ in dict.fromkeys(p for one in ours for p in one.policies))
    reach = _reach(window, policies)
    finals = {id_: remote.read(calls, id_, kind, reach).final for id_, kind in _schedules(ours, policies).items()}
    ids = _users(policies, finals.values())
    users = account.known(Accounts(calls), ids)
    keys = {id_: guest_id(id_) for id_ in ids} | dict(account.holders(users, team.people))
    planned = {one.id: held(published, one.outlet.role.id, one.outlet.seats) for one in ours if one.id}
    guests = {key: _guest(key, users.get(id_), team.zone) for id_, key in keys.items() if is_guest(key)}
    return Survey(
        team=team,
        window=window,
        ours=ours,
        policies=policies,
        live={id_: Timeline(_keyed(final, keys)) for id_, final in finals.items()},
        planned={id_: Timeline(own, _end(own) if lasting else None) for id_, own in planned.items()},
        people=known(team, published) | guests,
        keys=keys,
        strangers=_strangers(team, planned.values()),
    )


def _ours(calls: Calls, outlet: Outlet, at: datetime) -> Ours:
    found = remote.find(calls, outlet.schedule)
    if found is None:
        return Ours(outlet, None, outlet.kind)
    id_, kind = found
    return Ours(outlet, id_, kind, remote.read(calls, id_, kind, Span(at, at + MINUTE)).policies)


def _reach(window: Span, policies: Iterable[Policy]) -> Span:
    return Span(window.start, window.end + max(map(length, policies), default=MINUTE))


def _schedules(ours: Iterable[Ours], policies: Iterable[Policy]) -> dict[str, Kind]:
    """All schedules that matter, the team's own first, with their kinds."""
    found: dict[str, Kind] = {one.id: one.kind for one in ours if one.id}
    for target in _targets(policies):
        if target.kind != "user":
            found.setdefault(target.id, target.kind)
    return found


def _targets(policies: Iterable[Policy]) -> Iterator[Target]:
    return (target for policy in policies for level in policy.levels for target in level.targets)


def _users(policies: Iterable[Policy], finals: Iterable[Sequence[Entry]]) -> Iterable[str]:
    named = [target.id for target in _targets(policies) if target.kind == "user"]
    return dict.fromkeys([*named, *(entry.user for final in finals for entry in final)])


def _guest(key: str, user: User | None, zone_name: str) -> Person:
    """A user as a person, on the team's clock where PagerDuty's is not known."""
    if user is None:
        return Person(key, key.removeprefix(GUEST), zone_name)
    return Person(key, user.name or user.id, user.zone if user.zone in zone_names() else zone_name)


def _keyed(final: Iterable[Entry], keys: Mapping[str, str]) -> Iterator[Entry]:
    return (Entry(entry.start, entry.end, keys[entry.user]) for entry in final)


def _end(own: Sequence[Entry]) -> datetime | None:
    return max((entry.end for entry in own), default=None)


def _strangers(team: Workspace, planned: Iterable[Sequence[Entry]]) -> tuple[str, ...]:
    own = {entry.user for listed in planned for entry in listed}
    return tuple(p.id for p in team.people if p.id in own and not p.email and not p.pagerduty)


# ----------------------------------------------------------------------------------------------------------- chains


def chains(found: Survey, at: datetime) -> tuple[Chain, ...]:
    """How a page that begins at an instant goes, for each policy."""
    planned, live = found.on_call(live=False), found.on_call(live=True)
    return tuple(Chain(policy, walk(policy, planned, at), walk(policy, live, at)) for policy in found.policies)


# ------------------------------------------------------------------------------------------------------------ drill


@dataclass(frozen=True)
class Drilled:
    """What is weak in the chains of a period from now on. `ways`: how many stretches differ in whom a page reaches."""

    period: Period
    survey: Survey
    live: bool
    ways: int
    findings: tuple[Finding, ...]

    @property
    def hard(self) -> tuple[Finding, ...]:
        """What has to be mended."""
        return tuple(finding for finding in self.findings if finding.hard)


def drill(folder: Path, period: Period, link: Link, *, live: bool | None = None) -> Drilled:
    """Walks every policy for every instant of a period, from now on, at which anything changes.

    By the plans for the team's own schedules, or as PagerDuty has everything; None: the latter once the plan was
    pushed. Refused where nothing of the period is left, or it is walked by a plan that is not published.
    """
    live = push_path(folder, period).is_file() if live is None else live
    window = _window(folder, period, link.now(), live=live)
    found = survey(folder, link, window, lasting=True)
    everyone = {key: nights(person, found.team.load.night, found.reach) for key, person in found.people.items()}
    rotas, on_call = found.rotas(live=live), found.on_call(live=live)
    weak, ways = list(_unreached(found)), 0
    for policy in found.policies:
        ids = dict.fromkeys(target.id for target in _targets((policy,)) if target.kind != "user")
        changes = sorted({at for id_ in ids for at in rotas[id_].changes})
        walked = list(stretches(policy, on_call, changes, window))
        weak += findings(policy, walked, everyone)
        ways += len(walked)
    return Drilled(period, found, live, ways, tuple(weak))


def _window(folder: Path, period: Period, now: datetime, *, live: bool) -> Span:
    """From now on until the plan ends, or the first of the team's schedules has no plan any more."""
    team, published = workspace.read(folder), plans.read_plans(folder)
    plan = next((one for one in published if one.period == period), None)
    if plan is None and not live:
        raise Refused(
            f"{period} is not published. Publish it first: watchbill publish {period}. "
            f"Or drill what PagerDuty has: watchbill drill {period} --live"
        )
    hours = (plan and whole(plan)) or period.dates.on(zone(team.zone))
    ends = [_end(held(published, outlet.role.id, outlet.seats)) for outlet in outlets(team)]
    end = hours.end if live else min([hours.end, *(end for end in ends if end)])
    start = max(hours.start, now)
    if start >= end:
        raise Refused(f"{period} is over since {end:%d %b %Y}: there is nothing left of it to drill.")
    return Span(start, end)


def _unreached(found: Survey) -> Iterator[Finding]:
    """The team's schedules that no page can reach."""
    for one in found.ours:
        if one.id is None:
            yield Finding("absent", (Spot(found.window),), schedule=one.outlet.schedule)
        elif not one.policies:
            yield Finding("unused", (Spot(found.window),), schedule=one.outlet.schedule)
