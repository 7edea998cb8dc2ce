"""A workspace and a period to a problem: shifts, who may serve them, and everybody's time in UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from watchbill import rules
from watchbill.domain import Held, Pin, Shift, TurnLength
from watchbill.errors import InputError, Mistake
from watchbill.expand import expand
from watchbill.periods import Period
from watchbill.policy import Near
from watchbill.problem import Problem
from watchbill.rules import Rule
from watchbill.times import DAY, Span, zone
from watchbill.workspace import lines
from watchbill.workspace.folder import Workspace, servers
from watchbill.workspace.sense import pinned_date

_UNIT_DAYS = {"hour": 1, "day": 1, "week": 7, "month": 31, "year": 366}


def problem(
    workspace: Workspace,
    period: Period,
    *,
    before: Sequence[Held] = (),
    after: Sequence[Held] = (),
    balances: Mapping[str, Mapping[str, int]] | None = None,
    near: Near | None = None,
    head: bool = True,
    extra_pins: Sequence[Pin] = (),
) -> tuple[Problem, tuple[Rule, ...]]:
    """What a plan of a period is made from, and every rule that is in force.

    `head`: take the turn that runs at the period's start too. InputError for a pin on a shift that does not exist.
    """
    shifts = expand(workspace.roles, period, head=head)
    around = horizon(workspace, period)
    facts = Problem(
        team=workspace.team,
        zone=workspace.zone,
        period=period,
        people=workspace.people,
        roles=workspace.roles,
        shifts=shifts,
        servers={layer.key: servers(workspace, layer) for role in workspace.roles for layer in role.layers},
        helpers=rules.helpers(workspace.people, workspace.roles, workspace.rules),
        leaves=tuple(
            leave
            for person in workspace.people
            for leave in lines.leaves(person, workspace.availability[person.id], workspace.hard_budget, around)
        ),
        wishes=tuple(
            wish
            for person in workspace.people
            for wish in lines.wishes(person, workspace.availability[person.id], around)
        ),
        pins=(*_pins(workspace, period, shifts), *extra_pins),
        before=tuple(before),
        after=tuple(after),
        balances=dict(balances or {}),
        lists=workspace.lists,
        load=workspace.load,
        fairness=workspace.fairness,
        tiers=workspace.tiers,
        wish_budget=workspace.wish_budget,
        near=near,
    )
    return facts, rules.in_force((*rules.standing(), *workspace.rules), workspace.people)


def horizon(workspace: Workspace, period: Period) -> Span:
    """The period and, on both sides, the longest turn: rules look across the seams."""
    longest = max((_days(layer.turn) for role in workspace.roles for layer in role.layers), default=1)
    span = period.dates.on(zone(workspace.zone))
    margin = timedelta(days=longest) + 2 * DAY
    return Span(span.start - margin, span.end + margin)


def _days(turn: TurnLength) -> int:
    return turn.count * _UNIT_DAYS[turn.unit]


def _pins(workspace: Workspace, period: Period, shifts: Sequence[Shift]) -> tuple[Pin, ...]:
    """The pins of this period; those whose date lies outside are for another one."""
    known = {shift.id for shift in shifts}
    found: list[Pin] = []
    mistakes: list[Mistake] = []
    for n, pin in enumerate(workspace.pins):
        day = pinned_date(pin.shift)
        if pin.shift in known:
            found.append(replace(pin))
        elif day is not None and day in period.dates:
            sentence = f'{period} has no shift "{pin.shift}". {_nearest(pin.shift, day, shifts)}'.rstrip()
            mistakes.append(Mistake(workspace.finder.value("pins", n, "shift"), sentence))
    if mistakes:
        raise InputError(mistakes)
    return tuple(found)


def _nearest(id_: str, day: date, shifts: Sequence[Shift]) -> str:
    """The shift of the same layer whose date is nearest to the one that was meant."""
    alike = [shift.id for shift in shifts if shift.key == "/".join(id_.split("/")[:2])]
    close = min(alike, key=lambda other: abs((pinned_date(other) or day) - day), default=None)
    return f'Did you mean "{close}"?' if close else ""
