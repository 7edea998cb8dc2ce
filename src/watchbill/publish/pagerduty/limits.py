"""What PagerDuty takes, looked at before anything is sent: each limit in a sentence with a remedy."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from watchbill.errors import Refused
from watchbill.publish.pagerduty.marks import NAME_LENGTH
from watchbill.publish.pagerduty.terms import DAY_SECONDS, WEEK_SECONDS, Override, PdLayer, Restriction
from watchbill.times import iso

SHORTEST_TURN = 3600
LONGEST_TURN = 365 * DAY_SECONDS
LONGEST_DAILY = DAY_SECONDS - 1
LONGEST_WEEKLY = WEEK_SECONDS - 1

_REMEDY = "Change the layer in team.yaml, or write `as: overrides`."


def check(layers: Sequence[PdLayer], overrides: Sequence[Override] = ()) -> None:
    """Refused with the first limit of PagerDuty's that a layer or an override breaks."""
    for layer in layers:
        for sentence in _broken(layer):
            raise Refused(f'the layer "{layer.name}" cannot go to PagerDuty: {sentence}. {_REMEDY}')
    for override in overrides:
        for sentence in _times(override.start, override.end):
            raise Refused(
                f"the override of {override.user} from {iso(override.start)} to {iso(override.end)} cannot go to "
                f"PagerDuty: {sentence}. Change the plan's part to whole minutes with its end after its start."
            )


def _broken(layer: PdLayer) -> Iterator[str]:
    yield from _times(layer.start, layer.end)
    yield from _whole("rotation start", layer.virtual_start)
    if layer.virtual_start > layer.start:
        yield f"its rotation starts at {iso(layer.virtual_start)}, after the layer itself at {iso(layer.start)}"
    if not SHORTEST_TURN <= layer.turn <= LONGEST_TURN:
        limits = f"{SHORTEST_TURN} to {LONGEST_TURN} (1 hour to 365 days)"
        yield f"a turn lasts {layer.turn} seconds; PagerDuty takes {limits}"
    if not layer.users:
        yield "nobody is in it; PagerDuty takes at least 1 user"
    if not 1 <= len(layer.name) <= NAME_LENGTH:
        yield f"its name has {len(layer.name)} characters; PagerDuty takes 1 to {NAME_LENGTH}"
    for rule in layer.restrictions:
        yield from _restriction(rule)


def _restriction(rule: Restriction) -> Iterator[str]:
    kind, longest = ("daily", LONGEST_DAILY) if rule.weekday is None else ("weekly", LONGEST_WEEKLY)
    if not 1 <= rule.seconds <= longest:
        yield f"a {kind} restriction lasts {rule.seconds} seconds; PagerDuty takes 1 to {longest}"
    if not 0 <= rule.start < DAY_SECONDS:
        yield f"a restriction starts {rule.start} seconds after midnight; PagerDuty takes 0 to {DAY_SECONDS - 1}"
    if rule.weekday is not None and not 1 <= rule.weekday <= 7:
        yield f"a restriction starts on weekday {rule.weekday}; PagerDuty takes 1 (Monday) to 7 (Sunday)"


def _times(start: datetime, end: datetime | None) -> Iterator[str]:
    if end is not None and start >= end:
        yield f"it would end at {iso(end)}, not after its start at {iso(start)}"
    yield from _whole("start", start)
    if end is not None:
        yield from _whole("end", end)


def _whole(what: str, at: datetime) -> Iterator[str]:
    if at.second or at.microsecond:
        yield f"its {what} {iso(at)} is no whole minute, which PagerDuty wants"
