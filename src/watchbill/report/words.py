"""The small words of tables: days, clock times, names. No locale, no markup."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from rich.console import Console, RenderableType
from rich.text import Text

from watchbill.domain import Person
from watchbill.results import Draft
from watchbill.texts import printable
from watchbill.times import WEEKDAYS, wall, zone

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NOBODY = "nobody"

People = Mapping[str, Person]


def literal(text: str, style: str = "") -> Text:
    """Text that prints as it stands: brackets are no markup, control characters are gone."""
    return Text(printable(text), style=style)


def weekday(day: date) -> str:
    """`Mon`."""
    return WEEKDAYS[day.weekday()].capitalize()


def day(day_: date) -> str:
    """`Mon 04 Jan`."""
    return f"{weekday(day_)} {day_.day:02} {_MONTHS[day_.month - 1]}"


def clock(at: datetime, zone_name: str) -> str:
    """`09:00` on a zone's clock."""
    return wall(at, zone(zone_name)).strftime("%H:%M")


def moment(at: datetime, zone_name: str) -> str:
    """`Mon 04 Jan 09:00` on a zone's clock."""
    return f"{day(wall(at, zone(zone_name)).date())} {clock(at, zone_name)}"


def weekly(at: datetime, zone_name: str) -> str:
    """`Mon 09:00` on a zone's clock."""
    return f"{weekday(wall(at, zone(zone_name)).date())} {clock(at, zone_name)}"


def until(end: datetime, start: datetime, zone_name: str) -> str:
    """An end beside its start: only the clock if it is on the same local day, else with the day."""
    first, last = (wall(at, zone(zone_name)).date() for at in (start, end))
    return clock(end, zone_name) if first == last else moment(end, zone_name)


def name(person: str | None, people: People) -> str:
    """A person's name, their id if they have none here, or `nobody`."""
    if person is None:
        return NOBODY
    return printable(people[person].name) if person in people and people[person].name else person


def labels(ids: Iterable[str], people: People, width: int) -> dict[str, str]:
    """What to call people in narrow columns: all by name, or all by id if a name is too long or stands for two."""
    listed = list(dict.fromkeys(ids))
    named = {id_: name(id_, people) for id_ in listed}
    fits = all(len(label) <= width for label in named.values()) and len(set(named.values())) == len(listed)
    return named if fits else {id_: id_ for id_ in listed}


def heading(draft: Draft, *more: str) -> str:
    """`payments · 2027-Q1 · revision 2`, or `draft`, and what else is said."""
    state = f"revision {draft.revision}" if draft.revision else "draft"
    return " · ".join((draft.team, draft.period.name, state, *more))


def plain(renderable: RenderableType, width: int = 80) -> str:
    """What a renderable prints to a pipe: no colours, no trailing blanks, whatever terminal or environment there is."""
    console = Console(width=width, color_system=None, force_terminal=False, legacy_windows=False, _environ={})
    with console.capture() as capture:
        console.print(renderable)
    return "\n".join(line.rstrip() for line in capture.get().split("\n"))
