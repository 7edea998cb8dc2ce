"""A team's folder to facts: reads every input file and tells every mistake in them at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from watchbill.domain import Layer, Person, Pin, Role
from watchbill.errors import InputError, Mistake, Place
from watchbill.policy import FairnessPolicy, LoadPolicy, TierSpec
from watchbill.rules import Rule, serves
from watchbill.workspace import build, csv_file, handed, known, sense
from watchbill.workspace.known import Known
from watchbill.workspace.lines import Availability, HardBudget
from watchbill.workspace.nodes import MOST_BYTES, Node, parse
from watchbill.workspace.overlay import NO_LINES, NOTHING, Overlay, beside
from watchbill.workspace.person_file import AvailabilityFile
from watchbill.workspace.sense import Finder
from watchbill.workspace.team import FeedsFile, PagerDutyFile, TeamFile
from watchbill.workspace.validation import validated

TEAM = "team.yaml"
AVAILABILITY = "availability"
_FILLERS = {
    "team": "team",
    "timezone": "UTC",
    "person": "person",
    "people": {"somebody": {}},
    "roles": {"role": {"layers": {"layer": {"turn": "1 day", "handoff": "09:00"}}}},
}
_NOT_READ = {
    ".ics": "exports are not read from here. Move it away and say: watchbill import ics FILE --person {stem}.",
    **dict.fromkeys((".yml", ".yaml"), "files here end in .yaml. Rename it to {stem}.yaml."),
    **dict.fromkeys((".xlsx", ".xls", ".ods", ".numbers"), "this is a spreadsheet. Save it as CSV UTF-8: {stem}.csv."),
}
_NO_FOLDER = (
    "this is a file, and has to be a folder with a file for each person. Move it into one, as availability/ID.yaml."
)


@dataclass(frozen=True)
class Workspace:
    """A team's inputs, sound and typed. `answered` says through which date each person has handed in wishes.

    `publish` is by role, `region` PagerDuty's service region, `feeds` how calendars find theirs. `fingerprint` is of
    the bytes of all input files.
    """

    folder: Path
    team: str
    zone: str
    people: tuple[Person, ...]
    roles: tuple[Role, ...]
    rules: tuple[Rule, ...]
    lists: Mapping[str, tuple[date, ...]]
    load: LoadPolicy
    fairness: FairnessPolicy
    tiers: tuple[TierSpec, ...]
    wish_budget: int
    hard_budget: HardBudget
    notice: timedelta
    pins: tuple[Pin, ...]
    publish: Mapping[str, PagerDutyFile]
    region: str
    availability: Mapping[str, Availability]
    feeds: FeedsFile
    fingerprint: str
    warnings: tuple[Mistake, ...] = ()
    finder: Finder = field(default_factory=lambda: Finder(Node(Place(TEAM), {})), repr=False, compare=False)

    @property
    def answered(self) -> Mapping[str, date]:
        """Through which date people have answered; who has not is left out."""
        dates = {person: own.answered_through for person, own in self.availability.items()}
        return {person: day for person, day in dates.items() if day is not None}

    @property
    def offers(self) -> Mapping[str, tuple[str, ...]]:
        """Ids of shifts that people would like to hand over; who offers none is left out."""
        listed = {id_: tuple(offer.shift for offer in own.offers) for id_, own in self.availability.items()}
        return {person: shifts for person, shifts in listed.items() if shifts}


def read(folder: Path, over: Overlay = NOTHING) -> Workspace:
    """The workspace in a folder, with what is supposed over it; InputError with every mistake of every file."""
    found, mistakes = examine(folder, over)
    if found is None:
        raise InputError(mistake for mistake in mistakes if not mistake.warning)
    return found


def examine(folder: Path, over: Overlay = NOTHING) -> tuple[Workspace | None, tuple[Mistake, ...]]:
    """The workspace, or None if anything is wrong with it, and every mistake and warning in order of place."""
    reading = _Reading(folder, over)
    reading.take_in()
    errors = [mistake for mistake in reading.mistakes if not mistake.warning]
    found = None if errors or reading.team is None else reading.workspace()
    if found is not None:
        reading.mistakes += _unserved(found)
        found = None if any(not mistake.warning for mistake in reading.mistakes) else found
    return found, tuple(sorted(dict.fromkeys(reading.mistakes)))


def handed_in(folder: Path) -> dict[str, AvailabilityFile]:
    """What the files of a folder say of each person, put together; InputError with every mistake of every file."""
    reading = _Reading(folder, NOTHING)
    reading.take_in()
    if errors := [mistake for mistake in reading.mistakes if not mistake.warning]:
        raise InputError(errors)
    return reading.files


class _Reading:
    """One run over a folder: what was understood so far, and every mistake."""

    def __init__(self, folder: Path, over: Overlay) -> None:
        self.folder = folder
        self.over = over
        self.mistakes: list[Mistake] = list(over.mistakes)
        self.digest = sha256(over.content)
        self.team: TeamFile | None = None
        self.root = Node(Place(TEAM), {})
        self.pieces: dict[str, list[tuple[Node, AvailabilityFile]]] = {}
        self.files: dict[str, AvailabilityFile] = {}
        self.roots: dict[str, Node] = {}

    def take_in(self) -> None:
        """Reads the files: the names that the team defines are known before anything is judged."""
        root = self.over.over(self._parsed(TEAM))
        names = known.known_names(root) if root is not None else None
        if root is not None and names is not None:
            self._take_team(root, names)
        team = csv_file.team(root)
        if (self.folder / AVAILABILITY).exists() and not (self.folder / AVAILABILITY).is_dir():
            self.mistakes.append(Mistake(Place(AVAILABILITY), _NO_FOLDER))
        for path in sorted((self.folder / AVAILABILITY).glob("[!.~]*")):
            if path.suffix == ".yaml":
                self._take_person(path, names)
            elif path.suffix.lower() == ".csv":
                self._take_rows(path, team)
            elif path.suffix.lower() in _NOT_READ:
                sentence = _NOT_READ[path.suffix.lower()].format(stem=path.stem)
                self.mistakes.append(Mistake(Place(f"{AVAILABILITY}/{path.name}"), sentence))
        for person, tree in self.over.availability:
            self._suppose(person, tree, names)
        for person, pieces in self.pieces.items():
            self._put_together(person, pieces)

    def _bytes(self, name: str) -> bytes | None:
        try:
            with (self.folder / name).open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        except OSError as error:
            self.mistakes.append(Mistake(Place(name), _unreadable(name, error)))
            return None
        self.digest.update(f"{name}\0{len(data)}\0".encode("utf-8", "surrogateescape") + data)
        return data

    def _parsed(self, name: str) -> Node | None:
        data = self._bytes(name)
        if data is None:
            return None
        root, mistakes = parse(name, data)
        self.mistakes += mistakes
        return root

    def _take_team(self, root: Node, names: Known) -> None:
        told = list(known.check_team(root, names))
        self.team, mistakes = validated(root, TeamFile, _FILLERS)
        self.root = root
        if self.team is not None:
            told += sense.check_team(self.team, root)
        self._tell(mistakes, told)

    def _take_person(self, path: Path, names: Known | None) -> None:
        root = self._parsed(f"{AVAILABILITY}/{path.name}")
        if root is None:
            return
        told = list(known.check_availability(root, path.stem, names))
        file, mistakes = validated(root, AvailabilityFile, _FILLERS)
        if file is not None:
            self.pieces.setdefault(path.stem, []).append((root, file))
        self._tell(mistakes, told)

    def _suppose(self, person: str, tree: Node, names: Known | None) -> None:
        """What is supposed of one person, on top of what their files say."""
        if not isinstance(tree.value, dict):
            self.mistakes.append(Mistake(tree.place, NO_LINES))
            return
        trees = beside([root for root, _ in self.pieces.pop(person, [])], tree)
        self._tell((), list(known.check_availability(tree, person, names)))
        for root in trees:
            file, mistakes = validated(root, AvailabilityFile, _FILLERS)
            self.mistakes += mistakes
            if file is not None:
                self.pieces.setdefault(person, []).append((root, file))

    def _take_rows(self, path: Path, team: csv_file.Team) -> None:
        name = f"{AVAILABILITY}/{path.name}"
        data = self._bytes(name)
        trees, mistakes = csv_file.read(name, data, path.stem, team) if data is not None else ({}, ())
        self.mistakes += mistakes
        for person, tree in trees.items():
            file, mistakes = validated(tree, AvailabilityFile, _FILLERS)
            self.mistakes += mistakes
            if file is not None:
                self.pieces.setdefault(person, []).append((tree, file))

    def _put_together(self, person: str, pieces: list[tuple[Node, AvailabilityFile]]) -> None:
        """What all files say of one person, as if it stood in one."""
        root, file = pieces[0]
        if len(pieces) > 1:
            root = csv_file.joined([tree for tree, _ in pieces])
            file = validated(root, AvailabilityFile, _FILLERS)[0] or file
        self.mistakes += sense.check_availability(file, root)
        self.files[person], self.roots[person] = file, root

    def _tell(self, first: tuple[Mistake, ...], then: list[Mistake]) -> None:
        """Mistakes of shape, and those of sense that stand elsewhere."""
        places = {mistake.place for mistake in first}
        self.mistakes += first
        self.mistakes += (mistake for mistake in then if mistake.place not in places)

    def workspace(self) -> Workspace:
        """The facts of files without mistakes."""
        file = self.team
        if file is None:
            raise AssertionError("a workspace is built from a sound team file only")
        people = build.people(file, self.files)
        own = {person.id: handed.availability(person.id, self.files, self.roots) for person in people}
        budget = HardBudget(file.hard_budget.never, file.hard_budget.leave)
        imported = {id_: handed.imported(root) for id_, root in self.roots.items()}
        self.mistakes += handed.budget_warnings(people, own, budget, imported)
        return Workspace(
            folder=self.folder,
            team=file.team,
            zone=file.timezone,
            people=people,
            roles=build.roles(file),
            rules=(*file.rules, *(limit for person in people for limit in handed.limits(person.id, self.files))),
            lists=build.calendars(file),
            load=build.load(file),
            fairness=build.fairness(file),
            tiers=build.tiers(file),
            wish_budget=file.wishes.budget if file.wishes else 10,
            hard_budget=budget,
            notice=file.notice,
            pins=build.pins(file),
            publish=file.publish.pagerduty,
            region=file.publish.region,
            availability=own,
            fingerprint=self.digest.hexdigest(),
            feeds=file.publish.feeds,
            warnings=tuple(sorted(mistake for mistake in self.mistakes if mistake.warning)),
            finder=Finder(self.root),
        )


def _unreadable(name: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f'there is no {name} in this folder. Start with "watchbill init DIR", or name the folder with -C DIR.'
    return f"the file cannot be read: {(error.strerror or 'unknown reason').lower()}. Mend that and run it again."


def _unserved(found: Workspace) -> Iterator[Mistake]:
    """An error for each layer that nobody may serve."""
    for role in found.roles:
        for layer in role.layers:
            if not servers(found, layer):
                place = found.finder.key("roles", role.id, "layers", layer.id)
                sentence = "nobody may serve this layer. Check its who, the roles of people and the eligible rules."
                yield Mistake(place, sentence)


def servers(found: Workspace, layer: Layer) -> tuple[str, ...]:
    """Who may serve a layer: by roles, `who` and the tags that hard rules demand."""
    return tuple(person.id for person in found.people if serves(person, layer, found.rules))
