"""One person's file without the others: what somebody else wrote wrongly is no hindrance."""

from pathlib import Path

from watchbill.domain import Person
from watchbill.errors import InputError, Mistake, Place
from watchbill.files import inside
from watchbill.workspace import build, known, sense
from watchbill.workspace.folder import AVAILABILITY, TEAM
from watchbill.workspace.known import Known
from watchbill.workspace.nodes import MOST_BYTES, Node, parse
from watchbill.workspace.person_file import AvailabilityFile
from watchbill.workspace.team import TeamFile
from watchbill.workspace.validation import validated


def team(folder: Path) -> tuple[TeamFile, Known]:
    """The team file alone, and the names in it; InputError with its mistakes."""
    data = _bytes(folder / TEAM)
    if data is None:
        sentence = "there is no team.yaml in this folder. Name the team's folder with -C DIR."
        raise InputError([Mistake(Place(TEAM), sentence)])
    root, mistakes = _root(TEAM, data)
    names = known.known_names(root)
    told = list(known.check_team(root, names))
    file, more = validated(root, TeamFile, {})
    told += sense.check_team(file, root) if file is not None else ()
    mistakes = tuple(mistake for mistake in (*mistakes, *more, *told) if not mistake.warning)
    if file is None or mistakes:
        raise InputError(mistakes)
    return file, names


def name_of(person: str) -> str:
    """How messages call a person's file."""
    return f"{AVAILABILITY}/{person}.yaml"


def content(folder: Path, person: str) -> bytes | None:
    """The bytes of a person's file, None if there is none."""
    return _bytes(inside(folder / AVAILABILITY, f"{person}.yaml"))


def own(data: bytes | None, person: str, names: Known) -> AvailabilityFile | None:
    """What a person's file says; InputError with its mistakes."""
    if data is None:
        return None
    root, mistakes = _root(name_of(person), data)
    told = list(known.check_availability(root, person, names))
    file, more = validated(root, AvailabilityFile, {})
    mistakes = tuple(mistake for mistake in (*mistakes, *more, *told) if not mistake.warning)
    if file is None or mistakes:
        raise InputError(mistakes)
    return file


def person(file: TeamFile, id_: str, mine: AvailabilityFile | None) -> Person:
    """Somebody of the team, with the journeys of their own file."""
    everyone = build.people(file, {id_: mine} if mine is not None else {})
    return next(one for one in everyone if one.id == id_)


def _bytes(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        sentence = f"the file cannot be read: {(error.strerror or 'unknown reason').lower()}. Mend that and try again."
        raise InputError([Mistake(Place(path.name), sentence)]) from None


def _root(name: str, data: bytes) -> tuple[Node, tuple[Mistake, ...]]:
    root, mistakes = parse(name, data)
    if root is None:
        raise InputError(mistakes)
    return root, mistakes
