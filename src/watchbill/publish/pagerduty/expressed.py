"""Rotations of PagerDuty in the words of a team file, where it has words for them; else why it has none."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from watchbill.publish.pagerduty.standing import ended
from watchbill.publish.pagerduty.terms import AnySchedule, Event, PdLayer, Restriction, Schedule, ShiftSchedule
from watchbill.times import MINUTE, WEEKDAYS, wall, zone

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
ALWAYS = frozenset(range(WEEK_MINUTES))
_BYDAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MOST = {"week": 52, "day": 366}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A rotation as a layer of a team file: its keys with their text, and who takes turns in which order.

    `minutes` of the week, after Monday's midnight, are those at which it is on call. `note` says what no key does.
    """

    name: str
    keys: Mapping[str, str]
    users: tuple[str, ...]
    minutes: frozenset[int] = ALWAYS
    note: str = ""


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A rotation that a team file has no words for, or that is not in force, and why."""

    name: str
    why: str


def expressed(state: AnySchedule, known: Collection[str], now: datetime) -> tuple[Pattern | Unsaid, ...]:
    """What a schedule has from now on, the lowest first; `known` are the users who can be on call.

    What has ended is left out. A layer that others hide at all hours is unsaid, and so is a rotation of a shift-based
    schedule beside another one: its people would be on call at once, which takes a role of its own.
    """
    if isinstance(state, Schedule):
        layers = [layer for layer in state.layers if not ended(layer, now)]
        return _uncovered([_staffed(_layer(layer, state.zone, now), layer.users, known) for layer in layers])
    return _apart([_staffed(_event(event, now), event.users, known) for event in _events(state, now)])


def _staffed(found: Pattern | Unsaid, users: Sequence[str], known: Collection[str]) -> Pattern | Unsaid:
    people = tuple(dict.fromkeys(user for user in users if user in known))
    if isinstance(found, Unsaid):
        return found
    if not people:
        return Unsaid(found.name, "nobody who takes turns in it can be on call any more")
    return replace(found, users=people)


def _uncovered(listed: Sequence[Pattern | Unsaid]) -> tuple[Pattern | Unsaid, ...]:
    """The layers, without those that higher ones hide."""
    above: frozenset[int] = frozenset()
    out: list[Pattern | Unsaid] = []
    for found in reversed(listed):
        if isinstance(found, Pattern) and found.minutes <= above:
            found = Unsaid(found.name, "other layers lie over it at all hours")
        elif isinstance(found, Pattern):
            above |= found.minutes
        out.append(found)
    return tuple(reversed(out))


def _apart(listed: Sequence[Pattern | Unsaid]) -> tuple[Pattern | Unsaid, ...]:
    """The rotations, without those at whose hours an earlier one is on call."""
    taken: frozenset[int] = frozenset()
    out: list[Pattern | Unsaid] = []
    for found in listed:
        if isinstance(found, Pattern) and found.minutes & taken:
            found = Unsaid(found.name, "it is on call at the same time as another rotation: make it a role of its own")
        elif isinstance(found, Pattern):
            taken |= found.minutes
        out.append(found)
    return tuple(out)


# --------------------------------------------------------------------------------------------------- layers (v2)


def _layer(layer: PdLayer, zone_name: str, now: datetime) -> Pattern | Unsaid:
    tz = zone(zone_name)
    begins = wall(layer.virtual_start, tz)
    minutes = _restricted(layer.restrictions) if layer.restrictions else ALWAYS
    turn = _turn_of(layer.turn // 60) if layer.turn % 60 == 0 else None
    if layer.start > now:
        return Unsaid(layer.name, f"it begins on {wall(layer.start, tz):%Y-%m-%d}: add it then")
    if turn is None:
        return Unsaid(layer.name, f"turns of {layer.turn} seconds are no days or weeks, and do not divide a day")
    note = f"until {wall(layer.end, tz):%Y-%m-%d %H:%M} in PagerDuty" if layer.end else ""
    return Pattern(layer.name, {**_rhythm(*turn, begins), **hours_of(minutes)}, (), minutes, note)


def _restricted(restrictions: Sequence[Restriction]) -> frozenset[int]:
    found: set[int] = set()
    for rule in restrictions:
        for day in (rule.weekday - 1,) if rule.weekday else range(7):
            start = day * DAY_MINUTES + rule.start // 60
            end = day * DAY_MINUTES + -(-(rule.start + rule.seconds) // 60)
            found |= _run(start, end - start)
    return frozenset(found)


def _run(start: int, length: int) -> set[int]:
    return {minute % WEEK_MINUTES for minute in range(start, start + min(length, WEEK_MINUTES))}


def _turn_of(minutes: int) -> tuple[int, str] | None:
    """How many of which unit a turn lasts; None where a team file has no word for it."""
    if minutes % WEEK_MINUTES == 0 and minutes // WEEK_MINUTES <= _MOST["week"]:
        return minutes // WEEK_MINUTES, "week"
    if minutes % DAY_MINUTES == 0 and minutes // DAY_MINUTES <= _MOST["day"]:
        return minutes // DAY_MINUTES, "day"
    if minutes % 60 == 0 and 0 < minutes < DAY_MINUTES and DAY_MINUTES % minutes == 0:
        return minutes // 60, "hour"
    return None


def _rhythm(count: int, unit: str, begins: datetime) -> dict[str, str]:
    """`turn`, `handoff` and where needed `from`, for turns of which one begins at a wall time."""
    clock = f"{begins:%H:%M}"
    found = {
        "turn": f"{count} {unit}{'' if count == 1 else 's'}",
        "handoff": f"{WEEKDAYS[begins.weekday()]} {clock}" if unit == "week" else clock,
    }
    return found | ({"from": f"{begins:%Y-%m-%d}"} if count > 1 and unit != "hour" else {})


# --------------------------------------------------------------------------------------------------- shifts (v3)


def _events(state: ShiftSchedule, now: datetime) -> Iterator[Event]:
    for rotation in state.rotations:
        for event in rotation.events:
            if event.until is None or event.until > now:
                yield event


def _event(event: Event, now: datetime) -> Pattern | Unsaid:
    tz = zone(event.zone)
    if event.since > now:
        return Unsaid(event.name, f"it begins on {wall(event.since, tz):%Y-%m-%d}: add it then")
    if not all(event.users):
        return Unsaid(event.name, "some of its turns are nobody's")
    if event.per_user == 0 and len(set(event.users)) > 1:
        return Unsaid(event.name, "all of its people are on call at once: make a role with as many seats")
    begins = wall(event.start, tz)
    found = _recurring(event, begins, (wall(event.end, tz) - begins) // MINUTE)
    if found is None:
        return Unsaid(event.name, f"there are no words for {', '.join(event.recurrence) or 'its hours'} here")
    (count, unit), minutes = found
    note = f"until {wall(event.until, tz):%Y-%m-%d %H:%M} in PagerDuty" if event.until else ""
    return Pattern(event.name, {**_rhythm(count, unit, begins), **hours_of(minutes)}, (), minutes, note)


def _recurring(event: Event, begins: datetime, length: int) -> tuple[tuple[int, str], frozenset[int]] | None:
    """The turn and the minutes of the week of a simple recurrence; None for any other."""
    rule = _rule(event.recurrence)
    if rule is None:
        return None
    every, each = int(rule.get("INTERVAL", "1")), event.per_user or 1
    if rule["FREQ"] == "DAILY" and "BYDAY" not in rule:
        return _daily(every, each, begins, length)
    days = [_BYDAY.index(day) for day in rule.get("BYDAY", _BYDAY[begins.weekday()]).split(",") if day in _BYDAY]
    if rule["FREQ"] != "WEEKLY" or len(days) != len(rule.get("BYDAY", "MO").split(",")):
        return None
    return _weekly(every, each, days, begins, length)


def _rule(recurrence: Sequence[str]) -> Mapping[str, str] | None:
    """The parts of the one RRULE, if all of them are understood."""
    if len(recurrence) != 1 or not recurrence[0].upper().startswith("RRULE:"):
        return None
    parts = dict(part.partition("=")[::2] for part in recurrence[0].upper()[6:].split(";") if part)
    plain = parts.keys() <= {"FREQ", "INTERVAL", "BYDAY", "WKST"} and "FREQ" in parts
    return parts if plain and parts.get("INTERVAL", "1").isdecimal() else None


def _daily(every: int, each: int, begins: datetime, length: int) -> tuple[tuple[int, str], frozenset[int]] | None:
    turn = _turn_of(every * each * DAY_MINUTES)
    if turn is None or not 0 < length <= DAY_MINUTES * every or (every > 1 and length < DAY_MINUTES * every):
        return None
    start = begins.hour * 60 + begins.minute
    runs = [_run(day * DAY_MINUTES + start, min(length, DAY_MINUTES)) for day in range(7)]
    return turn, frozenset().union(*runs)


def _weekly(
    every: int, each: int, days: Sequence[int], begins: datetime, length: int
) -> tuple[tuple[int, str], frozenset[int]] | None:
    whole = len(days) == 1 and length == every * WEEK_MINUTES
    fits = every == 1 and 0 < length <= (WEEK_MINUTES if len(days) == 1 else DAY_MINUTES)
    turn = _turn_of(every * each // len(days) * WEEK_MINUTES) if each % len(days) == 0 else None
    if each == 1 and len(days) > 1:
        turn = (1, "day")
    if turn is None or not (whole or fits):
        return None
    start = begins.hour * 60 + begins.minute
    runs = [_run(day * DAY_MINUTES + start, length) for day in days]
    return turn, frozenset().union(*runs)


# ----------------------------------------------------------------------------------------------------------- hours


def hours_of(minutes: frozenset[int]) -> dict[str, str]:
    """`days` and `hours`, or `span`, for minutes of the week; nothing where they are all of them."""
    if len(minutes) == WEEK_MINUTES:
        return {}
    runs = list(_runs(minutes))
    days: dict[tuple[int, int], list[int]] = {}
    for start, length in runs:
        days.setdefault((start % DAY_MINUTES, length), []).append(start // DAY_MINUTES)
    alike = {tuple(sorted(listed)) for listed in days.values()}
    if len(alike) > 1 or any(length > DAY_MINUTES for _, length in days):
        return {"span": _listed(f"{_moment(start)}..{_moment(start + length)}" for start, length in runs)}
    hours = {"hours": _listed(f"{_clock(start)}..{_until(start + length)}" for start, length in sorted(days))}
    (on,) = alike
    return hours if len(on) == 7 else {"days": _days(on), **hours}


def _days(on: Sequence[int]) -> str:
    """`mon..fri`, or one by one."""
    if len(on) > 2 and on[-1] - on[0] == len(on) - 1:
        return f"{WEEKDAYS[on[0]]}..{WEEKDAYS[on[-1]]}"
    return _listed(WEEKDAYS[day] for day in on)


def _runs(minutes: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Unbroken runs of the week, by start: a run over the week's end is one."""
    for start in sorted(minute for minute in minutes if (minute - 1) % WEEK_MINUTES not in minutes):
        length = 1
        while (start + length) % WEEK_MINUTES in minutes:
            length += 1
        yield start, length


def _listed(words: Iterator[str]) -> str:
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"[{', '.join(listed)}]"


def _moment(minute: int) -> str:
    minute %= WEEK_MINUTES
    return f"{WEEKDAYS[minute // DAY_MINUTES]} {_clock(minute)}"


def _clock(minute: int) -> str:
    return f"{minute % DAY_MINUTES // 60:02}:{minute % 60:02}"


def _until(minute: int) -> str:
    return "24:00" if minute == DAY_MINUTES else _clock(minute)
