"""Which shift and which person somebody means: by id, or as `ana 2027-02-08`, by id or by name."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from watchbill.domain import Person
from watchbill.errors import Refused, WrongUsage, did_you_mean
from watchbill.naming import own_name
from watchbill.periods import Period
from watchbill.results import Assigned, Draft
from watchbill.shelf import shelf
from watchbill.times import Dates, Span, instant, zone

People = Mapping[str, Person]

FORMS = "Name it by id, such as primary/week/2027-02-08, or by who holds it and a date: ana 2027-02-08."
_MOST = 6
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_HELD = re.compile(r"(?P<who>.*\S)\s+(?P<day>\d{4}-\d{2}-\d{2})(?:[\sT]\s*(?P<clock>\d{2}:\d{2}))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Found:
    """A shift, the draft or plan that it was found in, and the holder by whom it was named, if it was."""

    plan: Draft
    assigned: Assigned
    holder: str | None = None


def find_shift(plan: Draft, text: str, people: People | None = None, zone_name: str = "UTC") -> Assigned:
    """The shift of a draft or plan that a text names: by id, or as `ana 2027-02-08` or `Ana Souza 2027-02-08 14:00`.

    A date means the shift that begins on it, else the one that runs on it, on the clock of the zone. WrongUsage, with
    what was probably meant, if none or several do.
    """
    return find_held(plan, text, people, zone_name).assigned


def find_held(plan: Draft, text: str, people: People | None = None, zone_name: str = "UTC") -> Found:
    """As `find_shift`, with the holder by whom the shift was named, if it was."""
    text = text.strip()
    if "/" in text:
        return Found(plan, _by_id(plan, text))
    match = _HELD.fullmatch(text)
    if not match:
        raise WrongUsage(f'"{text}" names no shift. {FORMS}')
    person = find_person({**(people or {}), **_strangers(plan, people or {})}, match["who"])
    held = _held(plan, person, _day(match["day"]), match["clock"], zone_name)
    return Found(plan, _only(plan, text, person, held), person)


def find_person(people: People, text: str) -> str:
    """The id of the person whom a text names, by id or by name; WrongUsage with a suggestion if there is none."""
    wanted = " ".join(text.split())
    if wanted in people:
        return wanted
    named = [id_ for id_, person in people.items() if _folded(wanted) in _names(id_, person)]
    if len(named) == 1:
        return named[0]
    if named:
        raise WrongUsage(f'"{wanted}" may be {" or ".join(named)}. Name the one by id.')
    words = {_folded(word): id_ for id_, person in people.items() for word in (person.name.split()[:1] or [id_])}
    close = did_you_mean(_folded(wanted), words)
    near = next((f'Did you mean "{id_}"?' for word, id_ in words.items() if close == f'Did you mean "{word}"?'), "")
    raise WrongUsage(f'nobody is called "{wanted}". {near or did_you_mean(wanted, people) or "See team.yaml."}')


def _names(id_: str, person: Person) -> set[str]:
    return {_folded(id_), _folded(person.name), _folded(own_name(id_, person.name))}


def find(
    folder: Path, text: str, read: Callable[[Period], Draft | None], people: People, zone_name: str = "UTC"
) -> Found:
    """The shift that a text names in any period of a folder, looked for in what `read` gives for a period.

    WrongUsage as `find_shift` raises it; Refused where there is no draft or plan at all.
    """
    plans = (plan for period in _likely(folder, text) if (plan := read(period)))
    refusal: WrongUsage | None = None
    for plan in plans:
        try:
            return find_held(plan, text, people, zone_name)
        except WrongUsage as error:
            refusal = refusal or error
    if refusal is None:
        raise Refused("no shift is planned here yet. Make a plan with: watchbill plan, then: watchbill publish")
    raise _unplanned(folder, text) or refusal


def _unplanned(folder: Path, text: str) -> WrongUsage | None:
    """What to say of a day that no draft or plan is for."""
    day, periods = _day_in(text), _periods(folder)
    if day is None or any(day in period.dates for period in periods):
        return None
    names = ", ".join(period.name for period in periods)
    return WrongUsage(f'"{text}" is on {day}, which is not planned: there is {names}. Plan it with: watchbill plan')


def _likely(folder: Path, text: str) -> Iterator[Period]:
    """The periods of a folder: those that hold the date in a text first, then the nearest ones."""
    periods, day = _periods(folder), _day_in(text)
    return iter(sorted(periods, key=lambda period: _distance(period, day)) if day else periods)


def _periods(folder: Path) -> list[Period]:
    known = shelf(folder)
    return sorted({*known.plans, *known.drafts}, key=lambda period: period.dates)


def _day_in(text: str) -> date | None:
    match = _DAY.search(text)
    try:
        return date.fromisoformat(match[0]) if match else None
    except ValueError:
        return None


def _distance(period: Period, day: date) -> int:
    return 0 if day in period.dates else min(abs((day - period.first).days), abs((day - period.last).days))


# ------------------------------------------------------------------------------------------------------- one plan


def _by_id(plan: Draft, text: str) -> Assigned:
    known = {assigned.shift.id: assigned for assigned in plan.shifts}
    if text in known:
        return known[text]
    hint = did_you_mean(text, known)
    near = hint if hint.startswith("Did") else f"See what there is with: watchbill show {plan.period} --csv"
    raise WrongUsage(f"{text} is no shift of {plan.period}. {near}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUsage(f'"{text}" is no date. Write it as 2027-02-08.') from None


def _held(plan: Draft, person: str, day: date, clock: str | None, zone_name: str) -> Sequence[Assigned]:
    """Shifts that a person holds some of and that begin on a day; else of which they hold hours on it, else most."""
    own = [assigned for assigned in plan.shifts if any(part.person == person for part in assigned.parts)]
    if clock:
        at = _instant(day, clock, zone_name)
        return [a for a in own if any(s.start <= at < s.end for s in _hours(a, person))]
    begin = [assigned for assigned in own if assigned.shift.turn.split("/")[-1][:10] == day.isoformat()]
    whole = Dates(day, day).on(zone(zone_name))
    served = [a for a in own if any(span.meets(whole) for span in _hours(a, person))]
    # On a day that somebody else takes, it is still the shift of whoever holds most of it.
    return begin or served or [a for a in own if a.person == person and any(s.meets(whole) for s in a.shift.spans)]


def _instant(day: date, clock: str, zone_name: str) -> datetime:
    try:
        return instant(datetime.fromisoformat(f"{day}T{clock}"), zone(zone_name))
    except ValueError:
        raise WrongUsage(f'"{clock}" is no time of day. Write it as 14:00.') from None


def _hours(assigned: Assigned, person: str) -> Iterator[Span]:
    for part in assigned.parts:
        if part.person == person:
            yield from (both for span in assigned.shift.spans if (both := span.common(part.span)))


def _only(plan: Draft, text: str, person: str, found: Sequence[Assigned]) -> Assigned:
    if len(found) == 1:
        return found[0]
    if found:
        raise WrongUsage(f'"{text}" may be any of these; name one by id: {_listed(found)}.')
    own = [assigned for assigned in plan.shifts if any(part.person == person for part in assigned.parts)]
    theirs = f"Theirs are: {_listed(own)}." if own else f"They hold nothing in {plan.period}."
    raise WrongUsage(f'"{text}" names no shift of {plan.period}. {theirs}')


def _listed(found: Iterable[Assigned]) -> str:
    ids = [assigned.shift.id for assigned in found]
    return ", ".join([*ids[:_MOST], *([f"and {len(ids) - _MOST} more"] if len(ids) > _MOST else [])])


def _strangers(plan: Draft, people: People) -> dict[str, Person]:
    """Who holds something and is not in the team any more, or never was."""
    ids = dict.fromkeys(part.person for assigned in plan.shifts for part in assigned.parts)
    return {id_: Person(id_, plan.guests.get(id_, id_), "UTC") for id_ in ids if id_ not in people}


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
