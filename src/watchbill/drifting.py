"""Drift: who is on call in PagerDuty against who is in the published plans, from now on. Reads, and writes nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from watchbill import workspace
from watchbill.domain import guest_id
from watchbill.errors import Refused
from watchbill.periods import Period
from watchbill.publish.pagerduty import account, origin, remote
from watchbill.publish.pagerduty.accounts import Accounts
from watchbill.publish.pagerduty.compile import entries
from watchbill.publish.pagerduty.entries import Held, Move, clipped, moves, spans_of
from watchbill.publish.pagerduty.legacy import stretch
from watchbill.publish.pagerduty.proposal import Outlet, ordered
from watchbill.publish.pagerduty.pushed import push_file, was_pushed
from watchbill.publish.pagerduty.terms import AnySchedule, Entry, Meaning, User
from watchbill.pushing import Link, meaning, outlets
from watchbill.results import Draft
from watchbill.shelf import shelf
from watchbill.times import Span, merged, without
from watchbill.workspace import Workspace, plans

BEYOND = timedelta(days=60)
NOBODY = "nobody is on call"
NO_SCHEDULE = "there is no such schedule"


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch in which other people are on call in PagerDuty (`live`) than in a plan; nobody is an empty tuple."""

    period: Period
    role: str
    schedule: str
    span: Span
    planned: tuple[str, ...]
    live: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Covered:
    """Until when anybody is on call in a schedule: None is without end. `open` are planned hours without anybody."""

    role: str
    schedule: str
    until: datetime | None
    open: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Drift:
    """How PagerDuty differs from the plans of some periods, from `now` on. `guests` are names of people by id.

    `unpushed` are the roles of a period whose schedule never had its plan, so that nothing there is to be adopted.
    """

    now: datetime
    zone: str
    periods: tuple[Period, ...]
    differences: tuple[Difference, ...]
    cover: tuple[Covered, ...]
    guests: Mapping[str, str] = field(default_factory=dict)
    unpushed: tuple[tuple[Period, str], ...] = ()


def drift(folder: Path, link: Link, period: Period | None = None) -> Drift:
    """The drift of one published plan, or of all that are not over and whose roles have a schedule.

    Refused where there is no such plan, or none has a schedule.
    """
    team = workspace.read(folder)
    now = link.now()
    chosen = tuple(plan for plan in chosen_plans(folder, period, now) if _ends(plan) > now)
    if not chosen:
        raise Refused(f"{period} is over, so PagerDuty pages nobody by it. What was adopts: watchbill drift --adopt")
    found: list[Difference] = []
    cover: list[Covered] = []
    unpushed: dict[tuple[Period, str], None] = {}
    seen = Who(link, team)
    for outlet in outlets(team):
        mine = [plan for plan in chosen if any(_of(plan, outlet))]
        if mine:
            state = live(link, outlet, Span(now, max(map(_ends, mine)) + BEYOND), meaning(folder))
            for plan in mine:
                was = pushed(folder, plan, outlet, state, seen)
                unpushed |= {} if was else {(plan.period, outlet.role.id): None}
                found += _differences(_Reasons(folder, plan, outlet, state, seen, was), now)
            cover.append(_covered(mine, outlet, state, now))
    found.sort(key=lambda difference: (difference.span.start, difference.role))
    periods = tuple(plan.period for plan in chosen)
    return Drift(now, team.zone, periods, tuple(found), tuple(cover), seen.guests, tuple(unpushed))


def chosen_plans(folder: Path, period: Period | None, now: datetime) -> tuple[Draft, ...]:
    """The published plan of a period, or every one that is not over. Refused where there is none."""
    published = plans.read_plans(folder)
    if period is not None:
        plan = next((one for one in published if one.period == period), None)
        if plan is None:
            raise Refused(f"{period} is not published. Publish it first: watchbill publish {period}")
        return (plan,)
    coming = tuple(plan for plan in published if _ends(plan) > now)
    if not coming:
        there = ", ".join(p.name for p in shelf(folder).plans) or "none"
        raise Refused(f"no published plan reaches {now:%Y-%m-%d}. Published: {there}. Publish the next one first.")
    return coming


def live(link: Link, outlet: Outlet, window: Span, meant: Meaning) -> AnySchedule | None:
    """The schedule of an outlet as it stands, of whichever kind it is; None where there is none."""
    there = remote.find(link.calls, outlet.schedule)
    return ordered(remote.read(link.calls, *there, window), window, meant) if there else None


def pushed(folder: Path, plan: Draft, outlet: Outlet, state: AnySchedule | None, who: "Who") -> bool:
    """Whether a plan was ever written to the schedule of an outlet, and not rolled back since."""
    wrote = {stretch(e) for one in (plan, *plans.older(folder, plan.period)) for e in _planned(one, outlet)}

    def ours(held: Held) -> bool:
        return stretch(who.held((held,))[0]) in wrote

    file = push_file(folder, plan.period)
    return was_pushed(file, plan.period, outlet.role.id, outlet.seats[0], state, ours)


class Who:
    """Which person of the team each PagerDuty user is, or which guest: users are asked for once."""

    def __init__(self, link: Link, team: Workspace) -> None:
        self._accounts, self._team = Accounts(link.calls), team
        self._users: dict[str, User] = {}
        self._ids: dict[str, str] = {}

    def held(self, live_: Iterable[Held]) -> tuple[Entry, ...]:
        """Entries with our people, and guests, instead of users."""
        listed = tuple(live_)
        self._ask(tuple(dict.fromkeys(entry.user for entry in listed if entry.user not in self._ids)))
        return tuple(Entry(entry.start, entry.end, self._ids[entry.user]) for entry in listed)

    def user(self, id_: str) -> str:
        """The user who a person or guest was told to be."""
        return next(user for user, known in self._ids.items() if known == id_)

    @property
    def guests(self) -> Mapping[str, str]:
        """Names of the guests that were met, by id."""
        met = {guest_id(user): self._users.get(user) for user, id_ in self._ids.items() if id_ == guest_id(user)}
        return {id_: user.name if user else id_ for id_, user in sorted(met.items())}

    def _ask(self, users: Sequence[str]) -> None:
        self._users |= account.known(self._accounts, users)
        people = account.holders(self._users, self._team.people)
        self._ids |= {user: people.get(user) or guest_id(user) for user in users}


# ------------------------------------------------------------------------------------------------------ one outlet


def _of(plan: Draft, outlet: Outlet) -> Iterator[Span]:
    """The hours of a plan that are published at an outlet, holes included."""
    for assigned in plan.shifts:
        if assigned.shift.role == outlet.role.id and assigned.shift.seat in outlet.seats:
            yield from assigned.shift.spans


def _judged(plan: Draft, outlet: Outlet, now: datetime) -> tuple[Span, ...]:
    return without(merged(_of(plan, outlet)), (Span(datetime.min.replace(tzinfo=now.tzinfo), now),))


def _planned(plan: Draft, outlet: Outlet) -> tuple[Entry, ...]:
    people = {part.person: part.person for assigned in plan.shifts for part in assigned.parts}
    return entries((plan,), outlet.role.id, outlet.seats, people)


def _differences(reasons: "_Reasons", now: datetime) -> Iterator[Difference]:
    plan, outlet, state, who = reasons.plan, reasons.outlet, reasons.state, reasons.who
    is_ = who.held(state.final) if state else ()
    for move in moves(_planned(plan, outlet), is_, _judged(plan, outlet, now)):
        for span, why in reasons.of(move):
            name = state.name if state else outlet.schedule
            yield Difference(plan.period, outlet.role.id, name, span, move.before, move.after, why)


@dataclass(frozen=True)
class _Reasons:
    """Why a schedule differs from a plan, piece by piece."""

    folder: Path
    plan: Draft
    outlet: Outlet
    state: AnySchedule | None
    who: Who
    pushed: bool

    def of(self, move: Move) -> Iterator[tuple[Span, str]]:
        """The pieces of a difference with a reason of their own each."""
        out: list[tuple[Span, str]] = []
        for piece in origin.pieces(self.state, move.span):
            why = self._why(piece.start, move)
            if out and out[-1][1] == why:
                out[-1] = (Span(out[-1][0].start, piece.end), why)
            else:
                out.append((piece, why))
        yield from out

    def _why(self, at: datetime, move: Move) -> str:
        if self.state is None:
            return NO_SCHEDULE
        strangers = [id_ for id_ in move.after if id_ not in move.before]
        if not strangers:
            return NOBODY if self.pushed else origin.NOT_PUSHED
        found = origin.why(self.state, at, self.who.user(strangers[0]), self._ours)
        by_hand = found in (origin.BY_HAND, origin.SHIFT_BY_HAND)
        return found if by_hand or self.pushed else origin.NOT_PUSHED

    def _ours(self, held: Held, id_: str | None) -> bool:
        """Whether an override or custom shift was written for this plan, or for an older revision of it."""
        file = push_file(self.folder, self.plan.period)
        written = file.of(self.outlet.role.id, self.outlet.seats[0]) if file else None
        if written is not None:
            return id_ in {o.id for o in written.overrides} | {shift.id for shift in written.shifts}
        was = [e for old in plans.older(self.folder, self.plan.period) for e in _planned(old, self.outlet)]
        return any(stretch(one) == stretch(self.who.held((held,))[0]) for one in was)


def _covered(mine: Sequence[Draft], outlet: Outlet, state: AnySchedule | None, now: datetime) -> Covered:
    wanted = merged(span for plan in mine for span in _judged(plan, outlet, now))
    there = spans_of(clipped(state.final, wanted)) if state else ()
    name = state.name if state else outlet.schedule
    return Covered(outlet.role.id, name, origin.covered_until(state, now), without(wanted, there))


def _ends(plan: Draft) -> datetime:
    return max(assigned.shift.end for assigned in plan.shifts)
