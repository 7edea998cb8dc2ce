"""What a push would change: tables per person and date, and lines that say the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap

from rich.console import RenderableType

from watchbill.report.checks import WIDTH
from watchbill.report.tables import table
from watchbill.report.words import NOBODY, literal, moment, until

# Names up to which four columns of changes fit 80 columns as they usually stand.
_SHORT = 13
_BOUND = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch in which other people will be on call: names, empty for nobody."""

    start: datetime
    end: datetime
    role: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def changes(moved: Sequence[Shift], zone: str) -> RenderableType:
    """Who is on call instead of whom, in order of time, on a zone's clock."""
    made = table(tight=any(len(name) > _SHORT for row in moved for name in (*row.before, *row.after)))
    for head in ("when", "role", "PagerDuty now", "by the plan"):
        made.add_column(head, overflow="fold")
    for row in sorted(moved, key=lambda row: (row.start, row.role)):
        when = f"{moment(row.start, zone)} – {until(row.end, row.start, zone)}"
        made.add_row(literal(when), literal(row.role), _names(row.before), _names(row.after))
    return made


def people(moved: Sequence[Shift]) -> RenderableType:
    """What each person gains and loses, in hours, the most moved first."""
    sums: dict[str, list[float]] = {}
    for row in moved:
        hours = (row.end - row.start).total_seconds() / 3600
        for name in row.after:
            if name not in row.before:
                sums.setdefault(name, [0.0, 0.0])[0] += hours
        for name in row.before:
            if name not in row.after:
                sums.setdefault(name, [0.0, 0.0])[1] += hours
    made = table()
    made.add_column("person", overflow="fold")
    for head in ("gains h", "loses h"):
        made.add_column(head, justify="right")
    for name, (gained, lost) in sorted(sums.items(), key=lambda item: (-sum(item[1]), item[0])):
        made.add_row(literal(name), f"{gained:.1f}" if gained else "", f"{lost:.1f}" if lost else "")
    return made


def bound(name: str) -> str:
    """A name that `line` does not break."""
    return name.replace(" ", _BOUND)


def line(text: str, indent: str = "") -> str:
    """A line of words at a page's width: what does not fit goes on below, indented further."""
    further = f"{indent}    "
    pieces = wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=further, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(pieces).replace(_BOUND, " ")


def _names(names: tuple[str, ...]) -> RenderableType:
    return literal(", ".join(names) or NOBODY)
