"""Calm tables for the terminal, 80 columns wide: shifts by week, person and role."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from watchbill.domain import BUCKETS, Part, Person
from watchbill.report.words import (
    NOBODY,
    People,
    clock,
    day,
    heading,
    labels,
    literal,
    moment,
    name,
    until,
    weekday,
    weekly,
)
from watchbill.results import Assigned, Draft
from watchbill.texts import hours
from watchbill.times import Span, common, total, wall, zone

_COLUMNS = 6
_LABEL = 10
_BETWEEN = 3


def table(*, tight: bool = False) -> Table:
    """An empty table in the style of all of them: one rule under the head, nothing else."""
    padding = (0, 0) if tight else (0, 1)
    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=padding)


def titled(title: str, made: Table, *notes: str) -> Group:
    """A table under its title and above its notes, which are as wide as they like: rich's own wrap at the table."""
    return Group(literal(title, "bold"), made, *(literal(note) for note in notes))


# --------------------------------------------------------------------------------------------------------- by week


@dataclass(frozen=True)
class _Column:
    """A layer of a role: its shifts, and the local time at which most of them begin."""

    role: str
    layer: str
    shifts: tuple[Assigned, ...]
    usual: str


def by_week(draft: Draft, people: People, zone_name: str, *, width: int = 80) -> RenderableType:
    """Who is on call, a column for each layer, on one clock: a row for each week, or for each day with a handoff.

    The head shows when most shifts of a layer begin; a shift that begins at another time says so.
    """
    daily = any(_is_daily(own, zone_name) for own in _by_layer(draft.shifts).values())
    columns = _columns(draft.shifts, zone_name, daily=daily)
    chunks = [columns[n : n + _COLUMNS] for n in range(0, len(columns), _COLUMNS)]
    title = heading(draft, f"times in {zone_name}")
    if not columns:
        return literal(f"{title}: no shifts.")
    tables = [_weeks(chunk, people, zone_name, daily=daily, width=width) for chunk in chunks]
    notes = [literal("* pinned")] if any(assigned.pinned for assigned in draft.shifts) else []
    return Group(literal(title, "bold"), *spaced(tables), *notes)


def spaced(tables: Sequence[RenderableType]) -> list[RenderableType]:
    """Tables with an empty line between each two."""
    return [part for made in tables for part in (made, Text())][:-1]


def _by_layer(shifts: Iterable[Assigned]) -> dict[tuple[str, str], list[Assigned]]:
    found: dict[tuple[str, str], list[Assigned]] = {}
    for assigned in shifts:
        found.setdefault((assigned.shift.role, assigned.shift.layer), []).append(assigned)
    return found


def _columns(shifts: Iterable[Assigned], zone_name: str, *, daily: bool) -> list[_Column]:
    found = _by_layer(shifts)
    roles = list(dict.fromkeys(role for role, _ in found))
    ordered = sorted(found.items(), key=lambda item: roles.index(item[0][0]))
    return [_Column(*key, tuple(own), _usual(own, zone_name, daily=daily)) for key, own in ordered]


def _usual(shifts: Iterable[Assigned], zone_name: str, *, daily: bool) -> str:
    return Counter(_begin(assigned, zone_name, daily=daily) for assigned in shifts).most_common(1)[0][0]


def _begin(assigned: Assigned, zone_name: str, *, daily: bool) -> str:
    """`09:00` where rows are days, `Mon 09:00` where they are weeks."""
    start = clock(assigned.shift.start, zone_name)
    return start if daily else f"{weekday(_start(assigned, zone_name))} {start}"


def _is_daily(shifts: Sequence[Assigned], zone_name: str) -> bool:
    """Whether a week can hold more than one turn of a layer."""
    weeks = {assigned.shift.turn: _monday(_start(assigned, zone_name)) for assigned in shifts}
    return len(set(weeks.values())) < len(weeks)


def _start(assigned: Assigned, zone_name: str) -> date:
    return wall(assigned.shift.start, zone(zone_name)).date()


def _monday(day_: date) -> date:
    return day_ - timedelta(days=day_.weekday())


def _weeks(columns: Sequence[_Column], people: People, zone_name: str, *, daily: bool, width: int) -> Table:
    room = (width - _LABEL) // len(columns) - _BETWEEN
    held = (part.person for column in columns for assigned in column.shifts for part in assigned.parts)
    called = labels(held, people, room)
    made = table()
    made.add_column("day" if daily else "week of", no_wrap=True)
    for column in columns:
        head = "\n".join(dict.fromkeys((column.role, column.layer, column.usual)))
        made.add_column(literal_lines(head), max_width=room, overflow="fold")
    cells_of = [_cells(column, called, zone_name, daily=daily) for column in columns]
    for row in sorted({row for cells in cells_of for row in cells}):
        cells = [Text("\n").join(cells.get(row, ())) for cells in cells_of]
        made.add_row(day(row), *cells, end_section=daily and row.weekday() == 6)
    return made


def literal_lines(text: str) -> Text:
    """Several lines of literal text."""
    return Text("\n").join(literal(line) for line in text.split("\n"))


def _row(assigned: Assigned, zone_name: str, *, daily: bool) -> date:
    start = _start(assigned, zone_name)
    return start if daily else _monday(start)


def _cells(column: _Column, called: Mapping[str, str], zone_name: str, *, daily: bool) -> dict[date, list[Text]]:
    """The lines of a column by row."""
    out: dict[date, list[Text]] = {}
    for assigned in column.shifts:
        begin = _begin(assigned, zone_name, daily=daily)
        unusual = "" if begin == column.usual else f" {begin}"
        lines = _lines(assigned, unusual, called, zone_name)
        out.setdefault(_row(assigned, zone_name, daily=daily), []).extend(lines)
    return out


def _lines(assigned: Assigned, begin: str, called: Mapping[str, str], zone_name: str) -> list[Text]:
    """Who holds a shift; `begin` is said where it is not the usual one."""
    pinned = "*" if assigned.pinned else ""
    if not assigned.parts:
        return [literal(f"{NOBODY}{begin}", "bold red")]
    first, *others = assigned.parts
    out = [literal(f"{called[first.person]}{pinned}{begin}")]
    for part in others:
        out.append(literal(f"→ {called[part.person]} {weekly(part.start, zone_name)}"))
    return out


# --------------------------------------------------------------------------------------------- by person, by role


def by_person(draft: Draft, person: Person) -> RenderableType:
    """One person's shifts in order of time, on the clock of their home, with what they weigh.

    Load stands beside whole shifts only: that of a part is in the sums.
    """
    held = [(a, part) for a in draft.shifts for part in a.parts if part.person == person.id]
    held.sort(key=lambda pair: (pair[1].start, pair[0].shift.id))
    title = heading(draft, person.name or person.id, f"times in {person.zone}")
    if not held:
        return literal(f"{title}: no shifts.")
    weighed = [b for b in BUCKETS if b == "all" or any(assigned.load.get(b) for assigned, _ in held)]
    made = table(tight=len(weighed) > 2)
    for head in ("from", "until"):
        made.add_column(head, no_wrap=True)
    made.add_column("role", overflow="fold")
    for head in ("hours", *("load" if b == "all" else b for b in weighed)):
        made.add_column(head, justify="right", no_wrap=True)
    for assigned, part in held:
        made.add_row(*_own_row(assigned, part, person.zone), *_own_load(assigned, weighed), style=_style(assigned))
    sums = next((account.load for account in draft.people if account.person == person.id), {})
    made.add_section()
    whole = hours(sum(_minutes(assigned, part) for assigned, part in held) * 100 // 60)
    made.add_row(f"{len(held)} shifts", "", "", whole, *(hours(sums.get(b, 0)) for b in weighed))
    return titled(title, made)


def _own_row(assigned: Assigned, part: Part, zone_name: str) -> tuple[Text, ...]:
    spans = common(assigned.shift.spans, (part.span,)) or (Span(part.start, part.end),)
    start, end = spans[0].start, spans[-1].end
    cells = (moment(start, zone_name), until(end, start, zone_name), _where(assigned), _real(assigned, part))
    return tuple(literal(cell) for cell in cells)


def _where(assigned: Assigned) -> str:
    return f"{assigned.shift.role} {assigned.shift.layer}{'*' if assigned.pinned else ''}"


def _own_load(assigned: Assigned, weighed: Iterable[str]) -> list[str]:
    whole = len(assigned.parts) == 1
    return [hours(assigned.load.get(bucket, 0)) if whole else "" for bucket in weighed]


def _style(assigned: Assigned) -> str:
    return "bold" if assigned.pinned else ""


def _minutes(assigned: Assigned, part: Part) -> int:
    """Real minutes on call of a part."""
    return int(total(common(assigned.shift.spans, (part.span,))) / timedelta(minutes=1))


def _real(assigned: Assigned, part: Part) -> str:
    return hours(_minutes(assigned, part) * 100 // 60)


def by_role(draft: Draft, role: str, people: People, zone_name: str) -> RenderableType:
    """Every shift of one role in order of time on one clock: a row for each part, and for each hole."""
    title = heading(draft, role, f"times in {zone_name}")
    shifts = sorted((a for a in draft.shifts if a.shift.role == role), key=lambda a: (a.shift.start, a.shift.id))
    if not shifts:
        return literal(f"{title}: no shifts.")
    made = table()
    for head in ("from", "until"):
        made.add_column(head, no_wrap=True)
    made.add_column("layer", overflow="fold")
    made.add_column("person", overflow="fold")
    made.add_column("hours", justify="right")
    for assigned in shifts:
        hole = Part(NOBODY, assigned.shift.start, assigned.shift.end)
        for part in assigned.parts or (hole,):
            start, end, _, real = _own_row(assigned, part, zone_name)
            style = "" if assigned.parts else "bold red"
            called = name(part.person, people) if assigned.parts else NOBODY
            pinned = "*" if assigned.pinned else ""
            made.add_row(start, end, literal(assigned.shift.layer), literal(called + pinned, style), real)
    return titled(title, made)
