"""What differs between two plans of one period: which shifts change hands, and what that means for whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from watchbill.domain import Part, Shift
from watchbill.report.tables import literal_lines, table, titled
from watchbill.report.words import NOBODY, People, labels, literal, moment, name, weekly
from watchbill.results import Assigned, Draft
from watchbill.texts import hours
from watchbill.times import common, iso, total

# How long names may be in two columns of parts.
NAME = 10
# As long as a week can be on a clock that is put back in it.
WEEK = timedelta(days=7, hours=1)


@dataclass(frozen=True, slots=True)
class Change:
    """A shift whose hours or holders differ. `old` or `new` is None where the shift is in one plan only.

    `start` is when the shift begins, in the newer plan that has it.
    """

    id: str
    start: datetime
    old: Shift | None
    new: Shift | None
    before: tuple[Part, ...]
    after: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """What changes for one person: shifts gained and lost, and the real hours on call, in hundredths."""

    person: str
    gained: int
    lost: int
    hours: int


def diff(old: Draft | None, new: Draft) -> tuple[Change, ...]:
    """Every shift that is new, gone, moved or held by others, in order of time; all of `new` if there is no `old`."""
    left = {assigned.shift.id: assigned for assigned in old.shifts} if old else {}
    right = {assigned.shift.id: assigned for assigned in new.shifts}
    changes = []
    for id_ in dict.fromkeys((*left, *right)):
        was, is_ = left.get(id_), right.get(id_)
        if was is None or is_ is None or (was.shift, was.parts) != (is_.shift, is_.parts):
            changes.append(_change(id_, was, is_))
    return tuple(sorted(changes, key=lambda change: (change.start, change.id)))


def _change(id_: str, was: Assigned | None, is_: Assigned | None) -> Change:
    starts = [assigned.shift.start for assigned in (is_, was) if assigned]
    return Change(
        id=id_,
        start=starts[0],
        old=was.shift if was else None,
        new=is_.shift if is_ else None,
        before=was.parts if was else (),
        after=is_.parts if is_ else (),
    )


def sums(changes: Sequence[Change]) -> tuple[Sum, ...]:
    """What the changes mean for each person who gains or loses anything, in order of ids."""
    found: dict[str, list[int]] = {}
    for change in changes:
        was, is_ = _held(change.old, change.before), _held(change.new, change.after)
        for person in dict.fromkeys((*was, *is_)):
            row = found.setdefault(person, [0, 0, 0])
            row[0] += person in is_ and person not in was
            row[1] += person in was and person not in is_
            row[2] += is_.get(person, 0) - was.get(person, 0)
    return tuple(Sum(person, *row) for person, row in sorted(found.items()))


def _held(shift: Shift | None, parts: Sequence[Part]) -> dict[str, int]:
    """Real hundredths of an hour on call by person."""
    out: dict[str, int] = {}
    for part in parts:
        spans = common(shift.spans, (part.span,)) if shift else ()
        out[part.person] = out.get(part.person, 0) + round(total(spans) / timedelta(hours=1) * 100)
    return out


# ------------------------------------------------------------------------------------------------------------ show


def tables(changes: Sequence[Change], people: People, zone_name: str) -> RenderableType:
    """The changes on one clock and the sums for each person."""
    if not changes:
        return literal("Nothing changes.")
    title = f"{len(changes)} {'shift changes' if len(changes) == 1 else 'shifts change'} · times in {zone_name}"
    made = table()
    made.add_column("from", no_wrap=True)
    for head in ("shift", "was", "becomes"):
        made.add_column(head, overflow="fold")
    called = _called(changes, people)
    for change in changes:
        before, after = _cells(change, called, zone_name)
        made.add_row(moment(change.start, zone_name), literal(_label(change)), before, after)
    return Group(titled(title, made), Text(), _sum_table(changes, people))


def _label(change: Change) -> str:
    """`primary weekly`, or the id where it says more: a second seat."""
    shift = change.new or change.old
    return f"{shift.role} {shift.layer}" if shift and shift.seat == 1 else change.id


def _sum_table(changes: Sequence[Change], people: People) -> Table:
    made = table()
    made.add_column("person", overflow="fold", max_width=30)
    for head in ("gains", "loses", "hours"):
        made.add_column(head, justify="right")
    for row in sums(changes):
        label = literal(name(row.person, people))
        made.add_row(label, str(row.gained), str(row.lost), hours(row.hours, sign=True))
    return made


def _called(changes: Sequence[Change], people: People) -> People:
    """People by the names that fit where both sides of a change are in parts, and as they are elsewhere."""
    both = [change for change in changes if min(len(change.before), len(change.after)) > 1]
    ids = dict.fromkeys(part.person for change in both for part in (*change.before, *change.after))
    called = labels(ids, people, NAME)
    return {**people, **{id_: replace(people[id_], name=called[id_]) for id_ in ids if id_ in people}}


def _cells(change: Change, people: People, zone_name: str) -> tuple[Text, Text]:
    """The holders before and after, each part on a line of its own."""
    if change.old and change.new and max(len(change.before), len(change.after)) > 1:
        was, is_ = (_handed(*side, people, zone_name) for side in _both(change))
        return literal_lines(was), literal_lines(is_)
    before, after = sides(change, people, zone_name)
    return literal(before), literal(after)


def _both(change: Change) -> Iterator[tuple[Shift, tuple[Part, ...]]]:
    yield from ((s, parts) for s, parts in ((change.old, change.before), (change.new, change.after)) if s)


def _handed(shift: Shift, parts: Sequence[Part], people: People, zone_name: str) -> str:
    """`Ana`, then `→ Bo Wed 14:00` for each who goes on, with the date where a shift is longer than a week."""
    if not parts:
        return NOBODY
    first, *others = parts
    long = shift.end - shift.start > WEEK
    when = [moment(p.start, zone_name) if long else weekly(p.start, zone_name) for p in others]
    then = (f"→ {name(part.person, people)} {at}" for part, at in zip(others, when, strict=True))
    return "\n".join([name(first.person, people), *then])


def sides(change: Change, people: People, zone_name: str) -> tuple[str, str]:
    """The holders before and after in words; times only where they tell the two apart."""
    before = _words(change.old, change.before, people, zone_name)
    after = _words(change.new, change.after, people, zone_name)
    if before == after and change.old and change.new:
        ends = (f"{moment(s.start, zone_name)} to {moment(s.end, zone_name)}" for s in (change.old, change.new))
        was, is_ = ends
        return f"{before}, {was}", f"{after}, {is_}"
    return before, after


def _words(shift: Shift | None, parts: Sequence[Part], people: People, zone_name: str) -> str:
    if shift is None:
        return "no shift"
    if len(parts) <= 1:
        return name(parts[0].person if parts else None, people)
    first, *others = parts
    then = (f"{name(part.person, people)} from {moment(part.start, zone_name)}" for part in others)
    return ", ".join((name(first.person, people), *then))


def lines(changes: Sequence[Change], people: People, zone_name: str) -> str:
    """The changes as plain text, one line for each, to paste into a message."""
    out = []
    for change in changes:
        before, after = sides(change, people, zone_name)
        out.append(f"{moment(change.start, zone_name)}  {change.id}: {before} -> {after}\n")
    return "".join(out)


def as_json(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The changes as JSON values: shift id, start, and the parts before and after."""
    return [{"shift": c.id, "start": iso(c.start), "before": _rows(c.before), "after": _rows(c.after)} for c in changes]


def _rows(parts: Sequence[Part]) -> list[dict[str, str]]:
    return [{"person": part.person, "start": iso(part.start), "end": iso(part.end)} for part in parts]
