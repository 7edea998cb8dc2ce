"""What `check` understood, as plain text of 80 columns.

Aligned by hand: loading a library for tables would double the time of `check`.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from textwrap import wrap

from watchbill.checking import Checked
from watchbill.domain import Person
from watchbill.naming import own_name
from watchbill.problem import Problem
from watchbill.report import said
from watchbill.rules import Limit
from watchbill.serving import Staffed
from watchbill.spellings import MONTHS
from watchbill.texts import printable
from watchbill.understood import Line, Understood, changes_nothing, hours_of

WIDTH = 80
_NAME = 22
_MANY_PEOPLE = 24
_FEW_WEEKS = 15
_LABEL = 20
_WEEKS_IN_ROW = 53
_NAMED = 8


def many(count: int, one: str, more: str = "") -> str:
    """`1 person`, `2 people`."""
    return f"{count} {one if count == 1 else more or one + 's'}"


# --------------------------------------------------------------------------------------------------------- people


def people(rows: Sequence[Understood], *, everyone: bool) -> str:
    """One row for each person; of many people only those who are worth a look, unless `everyone` is asked for."""
    shown = [row for row in rows if everyone or len(rows) <= _MANY_PEOPLE or _is_notable(row)]
    head = ("person", "away", "cannot serve", "hours", "wishes", "weight", "answered")
    cells = [head, *(_cells(row) for row in shown)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(head))]
    lines = [_row(row, widths) for row in cells] if shown else []
    rest = len(rows) - len(shown)
    if rest:
        told = f"{many(rest, 'person', 'people')} who can serve most shifts; --verbose lists everyone"
        lines.append(f"… and {told}" if shown else told)
    return "\n".join(lines)


def _is_notable(row: Understood) -> bool:
    return row.answered is None or 2 * len(row.blocked) > row.able or any(line.uncounted for line in row.lines)


def _cells(row: Understood) -> tuple[str, ...]:
    weight = sum(line.effective for line in row.wishes)
    asked = sum(line.weight for line in row.wishes)
    return (
        _called(row.person),
        f"{row.leave_days} d",
        f"{len(row.blocked)} of {row.able}",
        f"{row.blocked_hours:.0f}",
        str(len(row.wishes)),
        said.number(weight) + (f" of {asked}" if weight != asked else ""),
        str(row.answered or "not yet"),
    )


def _called(person: Person) -> str:
    """A name, cut where it is too long; ids are never cut, as they tell apart those who share a name."""
    text = printable(person.name)
    return person.id if len(text) > _NAME and text.endswith(f"({person.id})") else _cut(text, _NAME)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    """The first and the last column to the left, numbers to the right."""
    last = len(cells) - 1
    aligned = (
        cell.ljust(w) if n in {0, last} else cell.rjust(w)
        for n, (cell, w) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(aligned).rstrip()


def silent(checked: Checked) -> str:
    """Who has not answered for the period, in one sentence; empty if everybody has."""
    if not checked.silent or checked.team is None:
        return ""
    last = checked.period.last
    ids = [p for p in checked.team.people if (checked.team.answered.get(p.id) or date.min) < last]
    names = [printable(person.name) for person in ids][: len(checked.silent)]
    first = names if len(names) <= _NAMED + 1 else [*names[:_NAMED], f"and {len(names) - _NAMED} more"]
    text = f"Not answered through {last} ({len(names)} of {len(checked.people)}): {', '.join(first)}."
    return "\n".join(wrap(text, WIDTH, subsequent_indent="  "))


def counted(checked: Checked, problem: Problem) -> str:
    """`8 people, 2 roles, 2 layers; 26 shifts in 2027-Q1`."""
    counts = (many(len(problem.people), "person", "people"), many(len(problem.roles), "role"))
    layers, shifts = many(len(problem.layer), "layer"), many(len(problem.shifts), "shift")
    return f"{', '.join(counts)}, {layers}; {shifts} in {checked.period}"


# ---------------------------------------------------------------------------------------------------------- weeks


def weeks(layers: Sequence[Staffed]) -> str:
    """How many can serve each layer, week by week: in numbers, or in one sign for each week of a long period."""
    mondays = _mondays(layers)
    label = min(max([len(row.layer.key) for row in layers] + [5]), _LABEL)
    long = len(mondays) > _FEW_WEEKS
    chunk = _WEEKS_IN_ROW if long else _FEW_WEEKS
    lines = ["How many can serve, by week: of each week the shift that fewest can."]
    for at in range(0, len(mondays), chunk):
        part = mondays[at : at + chunk]
        lines += _sign_rows(layers, part, label) if long else _number_rows(layers, part, label)
    lines += _legend(layers, long=long)
    return "\n".join(line.rstrip() for line in lines)


def _mondays(layers: Sequence[Staffed]) -> list[date]:
    """Every week from the first to the last one of any layer."""
    known = [monday for row in layers for monday in row.weeks]
    first, last = min(known), max(known)
    return [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]


def _number_rows(layers: Sequence[Staffed], mondays: Sequence[date], label: int) -> Iterator[str]:
    yield "".rjust(label) + "".join(_month(mondays, n).rjust(4) for n in range(len(mondays)))
    yield "week".ljust(label) + "".join(f"{monday.day:02}".rjust(3) + " " for monday in mondays)
    for row in layers:
        cells = (f"{row.weeks[m]}".rjust(3) + _mark(row, m) if m in row.weeks else "    " for m in mondays)
        yield _cut(row.layer.key, label).ljust(label) + "".join(cells)


def _sign_rows(layers: Sequence[Staffed], mondays: Sequence[date], label: int) -> Iterator[str]:
    yield "".ljust(label + 2) + "".join(_month(mondays, n)[:1] or " " for n in range(len(mondays)))
    for row in layers:
        yield _cut(row.layer.key, label).ljust(label) + "  " + "".join(_sign(row, m) for m in mondays)


def _month(mondays: Sequence[date], n: int) -> str:
    """The month's short name above its first week."""
    fresh = n == 0 or mondays[n - 1].month != mondays[n].month
    return MONTHS[mondays[n].month - 1][:3] if fresh else ""


def _mark(row: Staffed, monday: date) -> str:
    able = row.weeks[monday]
    return "x" if able < row.seats else "!" if able < row.enough else " "


def _sign(row: Staffed, monday: date) -> str:
    if monday not in row.weeks:
        return " "
    return _mark(row, monday).strip() or ("+" if row.weeks[monday] > 9 else str(row.weeks[monday]))


def _legend(layers: Sequence[Staffed], *, long: bool) -> Iterator[str]:
    marks = {_mark(row, monday) for row in layers for monday in row.weeks}
    told = ["x: too few"] * ("x" in marks) + ["!: nobody in reserve"] * ("!" in marks)
    if long and any(able > 9 for row in layers for able in row.weeks.values()):
        told.append("+: ten or more")
    if told:
        yield "  ".join(told)


# ----------------------------------------------------------------------------------------------------- one person


def person(checked: Checked, row: Understood) -> str:
    """One person's file, line by line: what was understood, and what it blocks or weighs in the period."""
    serves = ", ".join(row.serves) or "nothing"
    name = printable(own_name(row.person.id, row.person.name))
    lines = wrap(f"{name} ({row.person.id}), {row.person.zone}, serves {serves}", WIDTH)
    lines += [*wrap(_answered(checked, row), WIDTH), ""]
    for line in sorted(row.lines, key=lambda line: line.place):
        lines += _told(checked, row, line)
    more = [f"travel: {said.journey(travel)}" for travel in row.person.travel]
    more += [f"limit: {said.limit(rule)}" for rule in _limits(checked, row)]
    more += [f"holiday: {said.day(day)}" for day in row.person.own_holidays]
    lines += [piece for text in more for piece in wrap(text, WIDTH, subsequent_indent="    ")]
    if not row.lines:
        lines.append("No leave and no wishes.")
    lines += ["", *_together(checked, row)]
    return "\n".join(lines)


def alike(checked: Checked, row: Understood) -> str:
    """A sentence for who wishes everything alike; empty for everybody else. Looks at every shift: for one person."""
    if checked.problem is None or not changes_nothing(checked.problem, row.person.id):
        return ""
    return "These wishes weigh every shift alike, so they change nothing. Name what matters most."


def _answered(checked: Checked, row: Understood) -> str:
    last = checked.period.last
    if row.answered is not None and row.answered >= last:
        return f"Has answered through {row.answered}."
    said_ = f"through {row.answered} only" if row.answered else "nothing yet"
    return f"Has answered {said_}. Add answered_through: {last} once the file is complete."


def _told(checked: Checked, row: Understood, line: Line) -> Iterator[str]:
    own = line.place.file == f"availability/{row.person.id}.yaml"
    place = f"line {line.place.line}" if own else f"{line.place.file}:{line.place.line}"
    approved = ", approved" if line.approved else ""
    yield from wrap(f"{place}  {line.kind}: {said.when(line)}{approved}", WIDTH, subsequent_indent="    ")
    told = [said.counts(line), _blocks(checked, line)] if line.hard else [_weighs(checked, line)]
    for sentence in filter(None, told):
        yield from wrap(sentence, WIDTH, initial_indent="    ", subsequent_indent="    ")


def _blocks(checked: Checked, line: Line) -> str:
    turns = line.blocks
    if not turns:
        return f"blocks nothing in {checked.period}"
    listed = ", ".join(turn.turn for turn in turns[:_NAMED])
    more = f" and {len(turns) - _NAMED} more" if len(turns) > _NAMED else ""
    return f"blocks {many(len(turns), 'shift')}, {hours_of(turns):.0f} h: {listed}{more}"


def _weighs(checked: Checked, line: Line) -> str:
    if not line.effective:
        return f"touches none of your shifts in {checked.period}, so it costs nothing"
    if line.effective < line.weight:
        budget = checked.problem.wish_budget if checked.problem else 0
        return f"weighs {said.number(line.effective)} instead of {line.weight}: all wishes share a budget of {budget}"
    return f"weighs {line.weight}"


def _limits(checked: Checked, row: Understood) -> Iterator[Limit]:
    for rule in checked.team.rules if checked.team else ():
        if isinstance(rule, Limit) and rule.people == (row.person.id,):
            yield rule


def _together(checked: Checked, row: Understood) -> Iterator[str]:
    blocked = f"{len(row.blocked)} of {many(row.able, 'shift')} blocked, {row.blocked_hours:.0f} h"
    yield f"In {checked.period}: {many(row.leave_days, 'day')} of leave, {blocked}."
    budget = checked.team.hard_budget if checked.team else None
    if budget is not None and (budget.leave is not None or budget.never is not None):
        leave = [] if budget.leave is None else [f"{budget.leave} days of leave a year"]
        never = [] if budget.never is None else [f"{many(budget.never, 'weekday')} of never"]
        yield f"Without approval: {' and '.join(leave + never)} (hard_budget)."
