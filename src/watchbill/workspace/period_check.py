"""What only shows once a period is named: overlaps, holes, clock changes at handoffs, holidays, missing answers."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from watchbill.calendars import code_problem
from watchbill.domain import Layer, Role
from watchbill.errors import Mistake, Place
from watchbill.expand import gap_handoffs, overlaps, uncovered
from watchbill.periods import Period
from watchbill.times import Span, total, wall, zone
from watchbill.workspace.exception_check import idle_exceptions
from watchbill.workspace.folder import AVAILABILITY, Workspace

_MOST = 3
_FAR = 550
_LONG_AGO = (240, 420)


def check_period(workspace: Workspace, period: Period) -> tuple[Mistake, ...]:
    """Errors (layers that overlap) and warnings about one period, in order of place."""
    found: list[Mistake] = []
    for role in workspace.roles:
        found += _overlaps(workspace, role, period)
        found += _holes(workspace, role, period)
        for layer in role.layers:
            found += _gaps(workspace, layer, period)
    found += _holidays(workspace, period)
    found += _far_away(workspace, period)
    found += idle_exceptions(workspace, period)
    return tuple(sorted(dict.fromkeys(found)))


def nothing_known(workspace: Workspace) -> Iterator[Mistake]:
    """A warning where not even the folder is there that people's leave and wishes are read from."""
    if not (workspace.folder / AVAILABILITY).exists():
        sentence = (
            "there is no such folder, so everybody counts as free all the time. Bring it back, or make it with a file "
            "for each person: availability/ID.yaml."
        )
        yield Mistake(Place(AVAILABILITY), sentence, warning=True)


def _overlaps(workspace: Workspace, role: Role, period: Period) -> Iterator[Mistake]:
    for overlap in overlaps(role, period):
        place = workspace.finder.key("roles", role.id, "layers", overlap.second.id)
        sentence = (
            f"{overlap.second.id} and {overlap.first.id} are on call at once: "
            f"{_listed(overlap.spans, zone(overlap.second.zone))}. Mend the hours, or write "
            f"over: [{overlap.first.id}] for the layer that wins."
        )
        yield Mistake(place, sentence)


def _holes(workspace: Workspace, role: Role, period: Period) -> Iterator[Mistake]:
    spans = uncovered(role, period)
    if spans:
        told = _listed(spans, zone(role.layers[0].zone))
        sentence = (
            f"nobody is on call as {role.id} for {_hours(spans)} of {period}: {told}. "
            "Add hours to a layer if that is not meant."
        )
        yield Mistake(workspace.finder.key("roles", role.id), sentence, warning=True)


def _listed(spans: Sequence[Span], tz: ZoneInfo) -> str:
    """The first few spans on a clock, and how many more there are."""
    told = ", ".join(f"{_at(span.start, tz)}..{_at(span.end, tz)}" for span in spans[:_MOST])
    more = len(spans) - _MOST
    return f"{told} and {more} more times" if more > 0 else told


def _at(at: datetime, tz: ZoneInfo) -> str:
    return f"{wall(at, tz):%Y-%m-%d %H:%M}"


def _hours(spans: Sequence[Span]) -> str:
    hours = total(spans).total_seconds() / 3600
    return f"{hours:g} hour{'' if hours == 1 else 's'}"


def _gaps(workspace: Workspace, layer: Layer, period: Period) -> Iterator[Mistake]:
    place = workspace.finder.value("roles", layer.role, "layers", layer.id, "handoff")
    for gap in gap_handoffs(layer, period):
        moved = wall(gap.moved, zone(layer.zone))
        sentence = (
            f"on {gap.wall:%Y-%m-%d} the clock of {layer.zone} skips {gap.wall:%H:%M}: "
            f"the handoff moves forward to {moved:%H:%M}. Choose another hour if that matters."
        )
        yield Mistake(place, sentence, warning=True)


def _holidays(workspace: Workspace, period: Period) -> Iterator[Mistake]:
    codes: dict[str, Place] = {}
    for path in (("holidays",), *(("people", person.id, "holidays") for person in workspace.people)):
        node = workspace.finder.root.at(*path)
        for word in node.texts() if node is not None else ():
            codes.setdefault(word.text, word.place)
    used = {code for person in workspace.people for code in person.holidays}
    for code, place in codes.items():
        for year in range(period.first.year, period.last.year + 1) if code in used else ():
            problem = code_problem(code, year, workspace.lists)
            if problem:
                yield Mistake(place, problem, warning=True)


def unanswered(workspace: Workspace, period: Period) -> tuple[Mistake, ...]:
    """A warning for each person on the rota in a period who has not answered for all of it, in order of people."""
    found = []
    for person in workspace.people:
        if (person.left and person.left < period.first) or (person.joined and person.joined > period.last):
            continue
        through = workspace.answered.get(person.id)
        if through is None or through < period.last:
            until = f"through {through} only" if through else "nothing yet"
            sentence = (
                f"{person.name} has answered {until}. "
                f"Ask for answered_through: {period.last} in availability/{person.id}.yaml."
            )
            found.append(Mistake(workspace.finder.key("people", person.id), sentence, warning=True))
    return tuple(found)


def bygone(workspace: Workspace, period: Period, planned: Sequence[Period]) -> tuple[Mistake, ...]:
    """A warning for leave about a year before the period: most likely a slip in the year.

    Not where that time was planned: then the line has done its work, and may stay.
    """
    found = []
    for person in workspace.people:
        for line in workspace.availability[person.id].leave:
            dates = line.moments.dates
            days = (period.first - dates.last).days
            if _LONG_AGO[0] <= days <= _LONG_AGO[1] and not any(dates.meets(other.dates) for other in planned):
                sentence = (
                    f"{line.moments} ended {round(days / 30.4)} months before {period} begins. "
                    f"Did you mean {dates.last.year + 1}? If it is over and done with, remove the line."
                )
                found.append(Mistake(line.place, sentence, warning=True))
    return tuple(found)


def _far_away(workspace: Workspace, period: Period) -> Iterator[Mistake]:
    """Leave a year and a half after the period is most likely a slip in the year."""
    for person in workspace.people:
        for line in workspace.availability[person.id].leave:
            first = line.moments.dates.first
            if (first - period.last).days > _FAR:
                sentence = f"{line.moments} is long after {period}. {_other_year(first, period)}"
                yield Mistake(line.place, sentence, warning=True)


def _other_year(first: date, period: Period) -> str:
    return f"Did you mean {period.last.year}?" if first.year != period.last.year else "Check the year."
