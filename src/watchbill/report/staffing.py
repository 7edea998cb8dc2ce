"""How many people it takes, and which month breaks first: tables and JSON of what `staffing` found."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from watchbill.needs import AT_MOST, LEAVE, OPEN, RATES, RULES, STOPPED, Month, Need, Staffed, Staffing
from watchbill.report.tables import table, titled
from watchbill.report.words import literal
from watchbill.texts import counted


def site(staffed: Staffed, percent: int) -> RenderableType:
    """One site: who is there, how many it takes and why not fewer, and how it fares as leave grows."""
    one = staffed.site
    people = "1 person" if len(one.people) == 1 else f"{len(one.people)} people"
    head = f"{one.name}: {people}, on leave for {one.away:.0f} % of the time ({', '.join(one.layers)})"
    parts: list[RenderableType] = [titled(head, _needs(staffed, percent))]
    if staffed.months:
        teams = counted(len(staffed.months[0].breaks), "simulated team")
        title = f"as leave grows: how many of {teams} have no plan"
        parts += [Text(), titled(title, _growth(staffed), _first(staffed))]
    if staffed.unasked:
        parts += [Text(), literal(f"as leave grows: stopped before {_settled(staffed.unasked)} settled.")]
    return Group(*parts)


def left_out(done: Staffing) -> str:
    """`Not counted: 3 shifts that run already when it starts, 98 h of it.`; empty where there is none."""
    count = len(done.begun.shifts)
    runs = "runs" if count == 1 else "run"
    of_it = f"{done.begun.hours / timedelta(hours=1):.0f} h of it"
    return f"Not counted: {counted(count, 'shift')} that {runs} already when it starts, {of_it}." if count else ""


def _settled(months: Sequence[str]) -> str:
    return f"{' and '.join(months)} {'was' if len(months) == 1 else 'were'}"


def _needs(staffed: Staffed, percent: int) -> Table:
    words = {
        RULES: "to keep the rules, nobody away",
        LEAVE: "with leave as it is",
        AT_MOST: f"and at most {percent} % of one's time on call",
    }
    made = table()
    made.add_column("it takes", overflow="fold")
    made.add_column("people", justify="right", no_wrap=True)
    made.add_column("why not fewer", overflow="fold")
    for need in staffed.needs:
        made.add_row(words[need.question], number(need), literal(need.why))
    return made


def number(need: Need) -> str:
    """`9`, `7 to 9` where it is not settled, `at least 7` where it was ended, or `-` where no number is enough."""
    if need.people is None:
        return f"at least {need.least}" if need.bound in {OPEN, STOPPED} else "-"
    return f"{need.least} to {need.people}" if need.bound == OPEN else str(need.people)


def _growth(staffed: Staffed) -> Table:
    made = table()
    made.add_column("month", no_wrap=True)
    for rate in RATES:
        made.add_column(f"{rate} %", justify="right", no_wrap=True)
    for month in staffed.months:
        made.add_row(month.name, *(str(month.broken(rate)) for rate in RATES))
    return made


def _first(staffed: Staffed) -> str:
    """Which month breaks first, and when, in a sentence."""
    first = staffed.first
    rate = lowest(first) if first else None
    if first is None or rate is None:
        return f"No month breaks up to {RATES[-1]} % of leave."
    also = [month.name for month in staffed.months if month is not first and lowest(month) == rate]
    others = f" ({' and '.join(also)} in some, too)" if also else ""
    return f"{first.name} breaks first: at {rate} % of leave, in {first.broken(rate)} of {len(first.breaks)}{others}."


def lowest(month: Month) -> int | None:
    """The lowest rate at which a month has no plan in some team; None if there is none."""
    return min((rate for rate in month.breaks if rate is not None), default=None)


def as_json(done: Staffing) -> dict[str, Any]:
    """What was found, as JSON values."""
    return {
        "period": done.period.name,
        "at_most": done.at_most,
        "complete": done.complete,
        "not_counted": {"shifts": list(done.begun.shifts), "hours": done.begun.hours / timedelta(hours=1)},
        "rates": list(RATES),
        "sites": [
            {
                **asdict(one.site),
                "away": round(one.site.away, 1),
                "needs": [asdict(need) for need in one.needs],
                "months": [asdict(month) for month in one.months],
                "unasked": list(one.unasked),
                "breaks_first": one.first.name if one.first else None,
            }
            for one in done.sites
        ],
    }
