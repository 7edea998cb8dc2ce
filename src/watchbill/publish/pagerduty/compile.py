"""A plan in PagerDuty's terms, in three ways, each exact: layers with overrides, overrides alone, custom shifts."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from watchbill.domain import Layer, Role
from watchbill.errors import Refused
from watchbill.publish.pagerduty.fit import Fitted, fewest
from watchbill.publish.pagerduty.grid import Course, Turn, course
from watchbill.publish.pagerduty.limits import check
from watchbill.publish.pagerduty.marks import layer_name
from watchbill.publish.pagerduty.render import USUAL, differences, render, settled
from watchbill.publish.pagerduty.tails import tails
from watchbill.publish.pagerduty.terms import CustomShift, Entry, Meaning, Override, PdLayer
from watchbill.results import Assigned, Draft
from watchbill.times import Span, iso, merged


@dataclass(frozen=True, slots=True)
class Compiled:
    """What stands in a schedule for one seat of a role: layers and overrides, and the `entries` that they render to.

    Layers and tails are the lowest first. `tails` rotate on when the plan has ended; they lie below all other layers.
    """

    layers: tuple[PdLayer, ...] = ()
    tails: tuple[PdLayer, ...] = ()
    overrides: tuple[Override, ...] = ()
    entries: tuple[Entry, ...] = ()


# --------------------------------------------------------------------------------------------------------- entries


def entries(plans: Iterable[Draft], role: str, seats: Collection[int], users: Mapping[str, str]) -> tuple[Entry, ...]:
    """Who is on call in some seats of a role: the plans' own parts within the hours of their shifts, settled.

    `users` maps people to PagerDuty's ids. For one seat they are disjoint. Refused where someone has no user.
    """
    assigned = [one for plan in plans for one in _of(plan, role, seats)]
    _known(assigned, users)
    return settled(Entry(span.start, span.end, users[person]) for one in assigned for person, span in _stretches(one))


def as_overrides(plan: Draft, role: Role, seat: int, users: Mapping[str, str]) -> Compiled:
    """Every stretch of a plan as an override, neighbours of one person as one.

    Refused where someone has no user, two people hold the seat at once, or PagerDuty cannot take it.
    """
    wanted = _one_at_a_time(entries((plan,), role.id, {seat}, users), role, seat, users)
    overrides = tuple(Override(entry.start, entry.end, entry.user) for entry in wanted)
    check((), overrides)
    return Compiled(overrides=overrides, entries=wanted)


def as_shifts(plan: Draft, role: Role, seats: Collection[int], users: Mapping[str, str]) -> tuple[CustomShift, ...]:
    """Every stretch of a plan as a custom shift, sorted; touching ones of one shift and person are one.

    Refused where someone has no user.
    """
    assigned = list(_of(plan, role.id, seats))
    _known(assigned, users)
    found = {
        Entry(span.start, span.end, users[person]): None
        for one in assigned
        for person in dict.fromkeys(part.person for part in one.parts)
        for span in merged(span for other, span in _stretches(one) if other == person)
    }
    return tuple(CustomShift(entry.start, entry.end, entry.user) for entry in sorted(found))


def _of(plan: Draft, role: str, seats: Collection[int]) -> Iterator[Assigned]:
    return (one for one in plan.shifts if one.shift.role == role and one.shift.seat in seats)


def _stretches(one: Assigned) -> Iterator[tuple[str, Span]]:
    """Who is on call when: each part within each span of its shift."""
    for part in one.parts:
        for span in one.shift.spans:
            both = part.span.common(span)
            if both:
                yield part.person, both


def _known(assigned: Iterable[Assigned], users: Mapping[str, str]) -> None:
    holders = dict.fromkeys(part.person for one in assigned for part in one.parts)
    missing = sorted(person for person in holders if person not in users)
    if missing:
        raise Refused(
            f"no PagerDuty user is known for {', '.join(missing)}. Write their e-mail in team.yaml as PagerDuty has "
            "it, or give the shifts to someone else."
        )


def _one_at_a_time(found: tuple[Entry, ...], role: Role, seat: int, users: Mapping[str, str]) -> tuple[Entry, ...]:
    for left, right in pairwise(found):
        if right.start < left.end:
            both = " and ".join(_name(entry.user, users) for entry in (left, right))
            raise Refused(
                f"{role.id} seat {seat} has {both} on call at once from {iso(right.start)} on, and a schedule of "
                "layers takes one at a time. Write `over:` for the layer that wins, or `as: custom_shifts`."
            )
    return found


def _name(user: str | None, users: Mapping[str, str]) -> str:
    return next((person for person, id_ in users.items() if id_ == user), user or "nobody")


# ---------------------------------------------------------------------------------------------------------- layers


def as_layers(
    plan: Draft,
    role: Role,
    seat: int,
    users: Mapping[str, str],
    zone: str,
    *,
    after_end: bool = True,
    gone: Collection[str] = (),
    meaning: Meaning = USUAL,
) -> Compiled:
    """A plan as one layer of PagerDuty for each layer of the role, in as few pieces and overrides as it takes.

    `zone` is the schedule's. Turns of hours come out right in whichever way PagerDuty counts them. With `after_end`
    each layer rotates on after the plan without those who are `gone`. Refused where someone has no user, two people
    hold the seat at once, or PagerDuty cannot take it.
    """
    wanted = _one_at_a_time(entries((plan,), role.id, {seat}, users), role, seat, users)
    layers = in_order(role.layers)
    courses = [of for layer in layers if (of := _course(plan, layer, seat, users, zone, meaning))]
    if not courses:
        return as_overrides(plan, role, seat, users)
    window = _window(courses, wanted)
    pieces, overrides = fewest(courses, wanted, zone, window, meaning)
    found = Compiled(
        _named(plan, courses, pieces),
        tails(plan, role, layers, seat, users, zone, gone, meaning) if after_end else (),
        overrides,
        wanted,
    )
    check((*found.tails, *found.layers), found.overrides)
    _prove(found, zone, window, meaning, users)
    return found


def in_order(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Layers with those that are `over` others after them, as they are listed otherwise: the lowest first."""
    left, out = list(layers), []
    while left:
        free = [layer for layer in left if not any(other.id in layer.over for other in left if other is not layer)]
        out.append((free or left)[0])
        left.remove(out[-1])
    return tuple(out)


def _course(
    plan: Draft, layer: Layer, seat: int, users: Mapping[str, str], zone: str, meaning: Meaning
) -> Course | None:
    assigned = [one for one in _of(plan, layer.role, {seat}) if one.shift.layer == layer.id]
    turns = [
        Turn(
            one.shift.handoff,
            Span(one.shift.start, one.shift.end),
            settled(Entry(span.start, span.end, users[person]) for person, span in _stretches(one)),
        )
        for one in sorted(assigned, key=lambda one: one.shift.start)
    ]
    return course(layer, turns, zone, meaning) if turns else None


def _window(courses: Iterable[Course], wanted: Sequence[Entry]) -> Span:
    """All the time of a plan."""
    spans = [entry.span for entry in wanted] + [turn.hours for of in courses for turn in of.turns]
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def _named(plan: Draft, courses: Sequence[Course], pieces: Iterable[Fitted]) -> tuple[PdLayer, ...]:
    numbers = [0] * len(courses)
    out = []
    for fitted in pieces:
        numbers[fitted.course] += 1
        name = layer_name(plan.period.name, courses[fitted.course].layer.id, numbers[fitted.course])
        out.append(replace(fitted.layer, name=name))
    return tuple(out)


def _prove(found: Compiled, zone: str, window: Span, meaning: Meaning, users: Mapping[str, str]) -> None:
    """Refused if what was compiled does not render to the plan: a mistake of ours must not get out."""
    shown = render(found.layers, found.overrides, zone, window, meaning)
    for wrong in differences(found.entries, shown):
        raise Refused(
            f"what was compiled for PagerDuty is not the plan: from {iso(wrong.span.start)} to {iso(wrong.span.end)} "
            f"it has {_name(wrong.rendered, users)} on call instead of {_name(wrong.planned, users)}. This is a "
            "mistake in watchbill; nothing was sent. Write `as: overrides` for this role and report it."
        )
