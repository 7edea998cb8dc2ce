"""A workspace from a list of people: a team file to work on, and one commented availability file for each of them."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from watchbill.demo import IGNORED, founding
from watchbill.errors import InputError, Mistake, Place
from watchbill.files import write_atomically
from watchbill.locking import Told, silently
from watchbill.naming import shared
from watchbill.periods import period
from watchbill.workspace.people_csv import LISTS, Listed, people

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ._@/-]*")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
_ENOUGH_FOR_TWO = 4
_TEAM = """\
# The team, its rotations and its rules, made from {source}. Read it through, then: watchbill check
# docs/reference/files.md explains every key. Worth adding: rules, load, calendars.

team: {team}
timezone: {zone} # the clock of handoffs, and of people who do not say theirs

people:
{people}
roles:
{roles}
rules: # docs/rules has a page for each kind
  - {{kind: rest, at_least: 11h, strength: should, weight: 5}}
"""
_OWN = """\
# When {name} cannot, would rather not, or would gladly be on call. Dates are on the clock of {zone}.
# Others see only that someone is unavailable: notes stay in this file. Remove the # of the lines that you need.

person: {id}
# answered_through: {last} # wishes are complete through this day, so that silence is not taken for consent

# leave: # hard: never on call while away
#   - {first}..{second} # both days included
#   - {third} 13:00..18:00 # with times the end is not included

# avoid: # soft: rather not. Dates, days of the week, or nights, weekends, holidays
#   - {{date: {third}, weight: 2}}
#   - {{days: [fri]}}

# prefer: # soft: gladly
#   - weekends

# travel: # while there, nights and weekends are those of that zone
#   - {{dates: {first}..{second}, timezone: Asia/Tokyo}}
"""


def found(folder: Path, source: Path, today: date, told: Told = silently) -> tuple[tuple[Listed, ...], tuple[str, ...]]:
    """Writes a workspace for the people of a CSV file into a folder that is empty or not there.

    Returns the people with their ids, and the names of the files. InputError with every mistake of the list; then
    nothing is written.
    """
    listed = people(source.name, _read(source))
    files = texts(listed, folder.resolve().name, source.name, today)
    with founding(folder, told):
        for name, text in files.items():
            write_atomically(folder / name, text)
    return listed, tuple(files)


def namesakes(listed: Sequence[Listed]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Names that several people have, with their ids, in order of the list."""
    return shared({person.id: person.said.get("name", person.id) for person in listed})


def _read(source: Path) -> bytes:
    try:
        return source.read_bytes()
    except OSError as error:
        sentence = (
            f"the file cannot be read: {(error.strerror or 'unknown reason').lower()}. Name a CSV file of people."
        )
        raise InputError([Mistake(Place(str(source)), sentence)]) from error


def texts(listed: Sequence[Listed], team: str, source: str, today: date) -> dict[str, bytes]:
    """The files of the workspace by name."""
    zones = Counter(person.said["timezone"] for person in listed if "timezone" in person.said)
    zone = zones.most_common(1)[0][0] if zones else "UTC"
    whole = _TEAM.format(
        source=source,
        team=_scalar(re.sub(r"[^\w .-]", "", team) or "team"),
        zone=zone,
        people="".join(_person(person) for person in listed),
        roles="".join(_roles(listed)),
    )
    own = {f"availability/{person.id}.yaml": _own(person, zone, today).encode() for person in listed}
    return {"team.yaml": whole.encode(), ".gitignore": IGNORED, **own}


def _person(person: Listed) -> str:
    facts = [
        f"{column}: [{', '.join(map(_scalar, person.words(column)))}]"
        if column in LISTS
        else f"{column}: {_scalar(text)}"
        for column, text in person.said.items()
    ]
    return f"  {_scalar(person.id)}: {{{', '.join(facts)}}}\n"


def _roles(listed: Sequence[Listed]) -> Iterator[str]:
    """The roles that people are listed for; else a first responder, and a second one if there are enough people."""
    named = tuple(dict.fromkeys(role for person in listed for role in person.words("roles")))
    usual = ("primary", "secondary") if len(listed) >= _ENOUGH_FOR_TWO else ("primary",)
    for n, role in enumerate(named or usual):
        weight = "    weight: 50% # of the load of the same hours in the first role\n" if n else ""
        yield f"  {_scalar(role)}:\n{weight}    layers:\n      week: {{turn: 1 week, handoff: mon 09:00}}\n"


def _own(person: Listed, zone: str, today: date) -> str:
    coming = period(f"{today.year + 1}-Q1")
    name = person.said.get("name", person.id)
    first, second = coming.first.replace(month=2, day=8), coming.first.replace(month=2, day=14)
    clock = person.said.get("timezone", zone)
    third = coming.first.replace(month=2, day=22)
    return _OWN.format(
        third=third, name=name, zone=clock, id=_scalar(person.id), last=coming.last, first=first, second=second
    )


def _scalar(text: str) -> str:
    """Text as YAML reads it back: in quotes unless it is plain."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS and not text.endswith(" "):
        return text
    return json.dumps(text, ensure_ascii=False)
