"""`import ics`: exports into availability files. Nothing is written unless every file of every person is sound."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path

from watchbill.domain import Person
from watchbill.errors import InputError, Refused, WrongUsage, did_you_mean
from watchbill.exports import block, reading
from watchbill.exports.block import Block
from watchbill.exports.events import Event
from watchbill.exports.policy import Policy
from watchbill.exports.reading import Absences, Export
from watchbill.exports.sources import Source, sources
from watchbill.exports.whose import Whose, whose
from watchbill.files import inside, write_atomically
from watchbill.locking import Told, one_writer, silently
from watchbill.naming import unique
from watchbill.times import Dates
from watchbill.workspace import one_file
from watchbill.workspace.folder import AVAILABILITY
from watchbill.workspace.import_file import IcsFile
from watchbill.workspace.known import Known
from watchbill.workspace.moments import Moments
from watchbill.workspace.team import TeamFile

MOST_DAYS = 3 * 366


@dataclass(frozen=True, slots=True)
class Change:
    """What an import makes of one person's file: what was found, and what of it is new or gone, by kind."""

    person: str
    file: str
    found: Absences
    added: tuple[tuple[str, Moments], ...]
    removed: tuple[tuple[str, Moments], ...]
    old: bytes | None = field(repr=False)
    new: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `strangers` are events of nobody in the team; `written` are files, relative to the folder."""

    window: Dates
    changes: tuple[Change, ...]
    strangers: tuple[Event, ...] = ()
    warnings: tuple[str, ...] = ()
    written: tuple[str, ...] = ()


def usual_window(today: date) -> Dates:
    """From a month before a date to eighteen months after it."""
    return Dates(today - timedelta(days=31), today + timedelta(days=548))


def import_files(
    folder: Path,
    path: Path,
    window: Dates,
    *,
    person: str | None = None,
    match: bool = False,
    dry_run: bool = False,
    told: Told = silently,
) -> Imported:
    """Puts what exports say into people's files: into that of `person`, of whom each event is about (`match`), or, for
    a folder of files that are named after people, into theirs.

    `window` are dates on each person's own clock, both included. InputError for anything in an export or a person's
    file that cannot be read, WrongUsage for people who do not exist; then nothing is written.
    """
    _check_window(window)
    team, names = one_file.team(folder)
    task = _Task(folder, team, names, team.imports.ics, window)
    found = sources(path)
    owners = _owners(team, path, found, person, match)
    exports = [task.export(source) for source in found]
    made = task.matched(exports) if match else task.given(exports, owners)
    if dry_run:
        return made
    with one_writer(folder, told):
        return _written(folder, made)


def _check_window(window: Dates) -> None:
    if window.last < window.first:
        raise WrongUsage(f"the dates end ({window.last}) before they start ({window.first}). Swap --from and --to.")
    if len(window) > MOST_DAYS or not 1971 <= window.first.year <= window.last.year <= 2198:
        raise WrongUsage("import at most three years at once, between 1971 and 2198. Name nearer dates.")


def _owners(team: TeamFile, path: Path, found: Sequence[Source], person: str | None, match: bool) -> tuple[str, ...]:
    """Whose each file is, unless events say so themselves."""
    if person is not None and match:
        raise WrongUsage("--person and --match exclude each other. Leave out one of them.")
    if person is not None and person not in team.people:
        raise WrongUsage(f'nobody here is called "{person}". {did_you_mean(person, team.people)}'.rstrip())
    if match:
        return ()
    if person is not None:
        return tuple(person for _ in found)
    unknown = [source for source in found if source.stem not in team.people]
    if not path.is_dir() or unknown:
        named = _misnamed(unknown, team) if path.is_dir() else ""
        raise WrongUsage(f"{named}Say whose leave it is: --person ana, or --match if events name people.")
    return tuple(source.stem for source in found)


def _misnamed(unknown: Sequence[Source], team: TeamFile) -> str:
    """All files that are named after nobody, with the names that were probably meant."""
    ids = {unique([text], "person")[0]: id_ for id_, who in team.people.items() for text in (who.name or id_, id_)}
    told = []
    for source in unknown:
        plain = unique([source.stem], "person")[0]
        near = next((ids[word] for word in get_close_matches(plain, ids, n=1)), None)
        told.append(source.file + (f" (rename it {near}.ics?)" if near else ""))
    verb, example = "is" if len(told) == 1 else "are", next(iter(team.people))
    return f"{', '.join(told)} {verb} not named after anybody: files are named by id, such as {example}.ics. "


def _written(folder: Path, made: Imported) -> Imported:
    """Writes what changes, unless a file has changed since it was read."""
    for change in made.changes:
        if one_file.content(folder, change.person) != change.old:
            raise Refused(f"{change.file} changed in the meantime. Import again.")
    wrote = [
        change.file
        for change in made.changes
        if write_atomically(inside(folder / AVAILABILITY, f"{change.person}.yaml"), change.new)
    ]
    return replace(made, written=tuple(wrote))


class _Task:
    """One import: the team, its policy, and the dates that are wanted."""

    def __init__(self, folder: Path, team: TeamFile, names: Known, said: IcsFile, window: Dates) -> None:
        self.folder, self.team, self.names, self.said, self.window = folder, team, names, said, window
        self.policy = Policy(said.at_least, said.all_day, said.tentative, said.words, said.not_leave)
        self.warnings: list[str] = []
        self.faults: list[InputError] = []
        everyone = [one_file.person(team, id_, None) for id_ in team.people]
        self.whose: Whose = whose(everyone, said.match)

    def export(self, source: Source) -> Export | None:
        """The events of one file; its mistakes are kept for later, so that all files are looked at."""
        try:
            found = reading.events(source.file, source.data, self.said.zones, self.window)
        except InputError as error:
            self.faults.append(error)
            return None
        self.warnings += map(str, found.warnings)
        return found

    def given(self, exports: Sequence[Export | None], owners: Sequence[str]) -> Imported:
        """Every file is one person's."""
        listed: dict[str, list[Sequence[Event]]] = {}
        for export, owner in zip(exports, owners, strict=True):
            if export is not None:
                listed.setdefault(owner, []).append(export.events)
        return self._made(listed)

    def matched(self, exports: Iterable[Export | None]) -> Imported:
        """Every series of events says whose it is."""
        listed: dict[str, list[Sequence[Event]]] = {}
        strangers: list[Event] = []
        for export in exports:
            mine: dict[str, list[Event]] = {}
            for group in reading.grouped(export.events if export is not None else ()):
                ids = self.whose.people(group)
                strangers += group if not ids else ()
                for id_ in ids:
                    mine.setdefault(id_, []).extend(group)
            for id_, events in mine.items():
                listed.setdefault(id_, []).append(events)
        if not listed and not self.faults:
            raise Refused(_NOBODY)
        return replace(self._made(listed), strangers=tuple(strangers))

    def _made(self, listed: Mapping[str, Sequence[Sequence[Event]]]) -> Imported:
        changes = list(self._changes(listed))
        if self.faults:
            raise InputError(mistake for error in self.faults for mistake in error.mistakes)
        return Imported(self.window, tuple(changes), warnings=tuple(dict.fromkeys(self.warnings)))

    def _changes(self, listed: Mapping[str, Sequence[Sequence[Event]]]) -> Iterator[Change]:
        for id_ in self.team.people:
            if id_ in listed:
                try:
                    yield self._change(id_, listed[id_])
                except InputError as error:
                    self.faults.append(error)

    def _change(self, id_: str, listed: Sequence[Sequence[Event]]) -> Change:
        old = one_file.content(self.folder, id_)
        person = self._person(id_, old)
        found = reading.absences(listed, person, self.whose.of(id_), self.policy, self.window)
        self.warnings += map(str, found.warnings)
        name = one_file.name_of(id_)
        stood = block.earlier(name, old)
        leave, avoid = (self._bygone(was) + now for was, now in zip(stood, (found.leave, found.avoid), strict=True))
        new = block.with_block(name, old, id_, Block(leave, avoid, self.window))
        before, after = _kinds(*stood), _kinds(leave, avoid)
        added = tuple(one for one in after if one not in set(before))
        removed = tuple(one for one in before if one not in set(after))
        return Change(id_, name, found, added, removed, old, new)

    def _bygone(self, was: Sequence[Moments]) -> tuple[Moments, ...]:
        """What an earlier import found before the dates of this one: past plans are judged by it."""
        return tuple(one for one in was if one.dates.last < self.window.first)

    def _person(self, id_: str, data: bytes | None) -> Person:
        return one_file.person(self.team, id_, one_file.own(data, id_, self.names))


def _kinds(leave: Sequence[Moments], avoid: Sequence[Moments]) -> tuple[tuple[str, Moments], ...]:
    return (*(("leave", one) for one in leave), *(("avoid", one) for one in avoid))


_NOBODY = (
    "no event names anybody of the team by e-mail or name. Add email to people in team.yaml, or the names that the "
    "export uses: import: {ics: {match: {ana: [Ana S.]}}}"
)
