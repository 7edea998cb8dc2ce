"""Taking what PagerDuty has into a plan: who is really on call becomes who holds the parts of its next revision."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from watchbill import drafting, workspace
from watchbill.domain import Part, Shift, is_guest
from watchbill.drifting import Drift, Who, chosen_plans, drift, live, pushed
from watchbill.errors import Refused
from watchbill.judge import Audited, judge, publishable, told
from watchbill.locking import Told, one_writer
from watchbill.periods import Period
from watchbill.publish.pagerduty import history, remote
from watchbill.publish.pagerduty.proposal import Outlet
from watchbill.publish.pagerduty.terms import Entry
from watchbill.pushing import Link, meaning, outlets
from watchbill.results import Assigned, Draft, Finding
from watchbill.shelf import draft_path, plan_path
from watchbill.times import Span
from watchbill.workspace import plans


@dataclass(frozen=True)
class Adopted:
    """A plan's new revision, in which PagerDuty's present is the plan, and the revision before it."""

    plan: Draft
    previous: Draft
    audited: Audited
    path: Path

    @property
    def hard(self) -> tuple[Finding, ...]:
        """What rules find in what really happens: it is kept, since no rule can undo it."""
        return self.audited.hard


@dataclass(frozen=True)
class Adoption:
    """What was adopted, and what still differs: None where every plan is over.

    `left_out` are roles of a period that were never pushed: what their schedules have is no change of the plan.
    """

    done: tuple[Adopted, ...]
    left: Drift | None
    left_out: tuple[tuple[Period, str], ...] = ()


def adopt(folder: Path, link: Link, period: Period | None = None) -> Adoption:
    """Publishes a revision of each plan in which others are on call in PagerDuty than planned, past hours included.

    Hours in which PagerDuty has nobody stay with who holds them in the plan, and so do roles that were never pushed,
    or whose push was rolled back. Refused where a draft of the period would be overtaken, or the inputs do
    not know the plan's shifts and people any more.
    """
    team = workspace.read(folder)
    now = link.now()
    who = Who(link, team)
    done: list[Adopted] = []
    left_out: dict[tuple[Period, str], None] = {}
    for plan in chosen_plans(folder, period, now):
        mine = [(outlet, _pushed(folder, link, plan, outlet, who)) for outlet in outlets(team)]
        left_out |= {(plan.period, outlet.role.id): None for outlet, was in mine if not was}
        real = _real(link, plan, [outlet for outlet, was in mine if was], who)
        if found := _adopted(folder, plan, real, who, now, link.told):
            done.append(found)
    chosen = chosen_plans(folder, period, now)
    left = drift(folder, link, period) if any(a.shift.end > now for plan in chosen for a in plan.shifts) else None
    return Adoption(tuple(done), left, tuple(left_out))


def _pushed(folder: Path, link: Link, plan: Draft, outlet: Outlet, who: Who) -> bool:
    """Whether the plan ever reached an outlet; one without shifts in it, or without a schedule, tells nothing."""
    shifts = [a.shift for a in plan.shifts if a.shift.role == outlet.role.id and a.shift.seat in outlet.seats]
    if not shifts:
        return True
    window = Span(min(shift.start for shift in shifts), max(shift.end for shift in shifts))
    return pushed(folder, plan, outlet, live(link, outlet, window, meaning(folder)), who)


def _adopted(folder: Path, plan: Draft, real: "Real", who: Who, now: datetime, told_: Told) -> Adopted | None:
    shifts = tuple(held for outlet, live in real for held in _of_outlet(plan, outlet, live))
    changed = {assigned.shift.id: assigned for assigned in shifts}
    new = tuple(changed.get(assigned.shift.id, assigned) for assigned in plan.shifts)
    if new == plan.shifts:
        return None
    with one_writer(folder, told_):
        _insist_same(folder, plan)
        return _revised(folder, plan, new, who, now)


def _insist_same(folder: Path, plan: Draft) -> None:
    """Refused where a draft, or another revision, was made of the plan that was compared with PagerDuty."""
    if draft_path(folder, plan.period).is_file():
        raise Refused(
            f"drafts/{plan.period}.json was made from the plan before, and publishing it would undo what is adopted. "
            "Publish or remove it first."
        )
    if plans.read_plan(folder, plan.period) != plan:
        raise Refused(f"plans/{plan.period}.json changed meanwhile; it was not adopted. Run the same again.")


def _revised(folder: Path, plan: Draft, new: Sequence[Assigned], who: Who, now: datetime) -> Adopted:
    """The plan's next revision, in which other shifts are held."""
    _insist_in_team(folder, plan)
    holders = {part.person for assigned in new for part in assigned.parts}
    guests = {id_: name for id_, name in {**plan.guests, **who.guests}.items() if id_ in holders}
    stored = replace(plan, shifts=tuple(new), guests=guests)
    audited = judge(drafting.ground(folder, plan.period), stored, plan_path(folder, plan.period))
    _insist_known(audited)
    return Adopted(plans.publish(folder, publishable(audited), now), plan, audited, plan_path(folder, plan.period))


def _insist_in_team(folder: Path, plan: Draft) -> None:
    """Refused where someone who holds something is gone from the team file: they would be taken for a guest."""
    team = {person.id for person in workspace.read(folder).people}
    gone = {p.person for a in plan.shifts for p in a.parts if not is_guest(p.person)} - team
    if gone:
        raise Refused(
            f"{plan.period} has shifts held by {', '.join(sorted(gone))}, who is not in team.yaml; nothing was "
            "adopted. Restore that entry, with left: DATE."
        )


def _insist_known(audited: Audited) -> None:
    """Refused where the inputs have moved away from the plan: what is adopted would lose shifts."""
    lost = [finding for finding in audited.hard if finding.rule == "inputs"]
    if lost:
        head = f"the inputs do not fit {audited.stored.period} any more; nothing was adopted:"
        raise Refused("\n".join([head, *(f"  {told(finding)}" for finding in lost[:5])]))


# ------------------------------------------------------------------------------------------------------------ real

Real = Sequence[tuple[Outlet, tuple[Entry, ...]]]


def _real(link: Link, plan: Draft, found: Iterable[Outlet], who: Who) -> Real:
    """Who is, and was, on call at each outlet over the time of a plan; an outlet without a schedule tells nothing."""
    window = Span(min(a.shift.start for a in plan.shifts), max(a.shift.end for a in plan.shifts))
    out = []
    for outlet in found:
        if there := remote.find(link.calls, outlet.schedule):
            listed = map(_whole_minutes, history.rendered(link.calls, *there, window))
            out.append((outlet, who.held(entry for entry in listed if entry.start < entry.end)))
    return out


def _whole_minutes(entry: Entry) -> Entry:
    """PagerDuty cuts at the second of a write; plans are in minutes."""
    start, end = (at.replace(second=0, microsecond=0) for at in (entry.start, entry.end))
    return Entry(start, end, entry.user)


def _of_outlet(plan: Draft, outlet: Outlet, live: Sequence[Entry]) -> Iterator[Assigned]:
    """The shifts of an outlet, with the parts that were really held."""
    seats = [a for a in plan.shifts if a.shift.role == outlet.role.id and a.shift.seat in outlet.seats]
    held: dict[str, list[tuple[Span, str | None]]] = {a.shift.id: [] for a in seats}
    for piece in _pieces(seats, live):
        on_call = {entry.user for entry in live if entry.start <= piece.start < entry.end}
        running = [a for a in seats if any(s.start <= piece.start < s.end for s in a.shift.spans)]
        for id_, person in _seated(running, piece.start, on_call).items():
            held[id_].append((piece, person))
    for assigned in seats:
        yield replace(assigned, parts=_parts(assigned, held[assigned.shift.id]))


def _pieces(seats: Sequence[Assigned], live: Sequence[Entry]) -> Iterator[Span]:
    """The time cut wherever a shift, a part or an entry begins or ends."""
    stretches = [span for a in seats for span in (*a.shift.spans, *(part.span for part in a.parts))]
    cuts = sorted({at for span in (*stretches, *(entry.span for entry in live)) for at in (span.start, span.end)})
    return (Span(start, end) for start, end in pairwise(cuts))


def _seated(running: Sequence[Assigned], at: datetime, on_call: set[str]) -> Mapping[str, str | None]:
    """Who holds each running shift: whoever is planned and there stays, others take the seats that are left.

    A seat for which nobody is there stays as planned.
    """
    planned = {a.shift.id: next((p.person for p in a.parts if p.start <= at < p.end), None) for a in running}
    stay: dict[str, str | None] = {}
    for id_, person in planned.items():
        if person in on_call and person not in stay.values():
            stay[id_] = person
    others = iter(sorted(on_call - {person for person in stay.values() if person}))
    return {id_: stay[id_] if id_ in stay else next(others, person) for id_, person in planned.items()}


def _parts(assigned: Assigned, held: Sequence[tuple[Span, str | None]]) -> tuple[Part, ...]:
    """Parts from who holds each piece on call; just as they were where nothing changed."""
    if all(_holder(assigned.parts, span.start) == person for span, person in held):
        return assigned.parts
    runs: list[tuple[datetime, str | None]] = []
    for span, person in held:
        if not runs or runs[-1][1] != person:
            runs.append((span.start, person))
    return tuple(_tiled(assigned.shift, runs))


def _tiled(shift: Shift, runs: Sequence[tuple[datetime, str | None]]) -> Iterator[Part]:
    """From the shift's start to its end, each until the next begins."""
    ends = [start for start, _ in runs[1:]] + [shift.end]
    for (start, person), end in zip(runs, ends, strict=True):
        if person is not None:
            yield Part(person, start, end)


def _holder(parts: Sequence[Part], at: datetime) -> str | None:
    return next((part.person for part in parts if part.start <= at < part.end), None)
