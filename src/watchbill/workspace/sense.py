"""Whether what a file says makes sense: turns and their anchors, dates in order, lines that contradict each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from watchbill.domain import TurnLength
from watchbill.errors import Mistake, Place
from watchbill.rules import Rule
from watchbill.times import WEEKDAYS
from watchbill.workspace.moments import Moments
from watchbill.workspace.nodes import Node, Part
from watchbill.workspace.person_file import AvailabilityFile
from watchbill.workspace.team import LayerFile, PersonFile, TeamFile


class Finder:
    """Places in a tree: of the value at a path, or of its key."""

    def __init__(self, root: Node) -> None:
        self.root = root

    def value(self, *path: Part) -> Place:
        """Where the value stands, or the nearest thing around it that exists."""
        for length in range(len(path), 0, -1):
            node = self.root.at(*path[:length])
            if node is not None:
                return node.place
        return Place(self.root.place.file)

    def key(self, *path: Part) -> Place:
        """Where the key stands; an item of a list has none, then where the item begins."""
        holder = self.root.at(*path[:-1])
        if holder is not None and isinstance(holder.value, dict) and path[-1] in holder.value:
            return holder.value[str(path[-1])].place
        return self.value(*path)

    def pruned(self, *path: Part) -> set[str]:
        """Keys that were taken out of the mapping at a path."""
        node = self.root.at(*path)
        return node.pruned if node is not None else set()


# ------------------------------------------------------------------------------------------------------------ team


def check_team(file: TeamFile, root: Node) -> Iterator[Mistake]:
    """What does not make sense in `team.yaml`."""
    find = Finder(root)
    for id_, person in file.people.items():
        yield from _person(id_, person, file, find)
    for role_id, role in file.roles.items():
        for layer_id, layer in role.layers.items():
            path = ("roles", role_id, "layers", layer_id)
            yield from _turn(layer, path, find)
        for first, second in combinations(role.layers, 2):
            if second in role.layers[first].over and first in role.layers[second].over:
                place = find.key("roles", role_id, "layers", second, "over")
                yield Mistake(place, f"{first} and {second} are over each other. Keep one of the two.")
    yield from _tiers(file, find)
    yield from _pins(file, find)
    yield from _schedules(file, find)
    yield from exceptions(find, "rules", file.rules)
    half_life = file.fairness.half_life
    if half_life is not None and half_life < timedelta(days=1):
        yield Mistake(find.value("fairness", "half_life"), "half_life is too short. Write 1 day or more.")


def _person(id_: str, person: PersonFile, file: TeamFile, find: Finder) -> Iterator[Mistake]:
    path = ("people", id_)
    if person.joined and person.left and person.left < person.joined:
        sentence = f"{id_} left ({person.left}) before joining ({person.joined}). Swap the two or mend the year."
        yield Mistake(find.value(*path, "left"), sentence)
    steps = [step.since for step in person.share]
    for n in range(1, len(steps)):
        if steps[n] <= steps[n - 1]:
            sentence = f"this step starts on {steps[n]}, not after the one before. Write the steps in order of dates."
            yield Mistake(find.value(*path, "share", n), sentence)
    for tag in person.tags:
        if tag in file.people:
            sentence = (
                f'the tag "{tag}" is also the id of a person, so "who: [{tag}]" has two meanings. Rename the tag.'
            )
            yield Mistake(_word(find, tag, *path, "tags"), sentence)


def _word(find: Finder, word: str, *path: Part) -> Place:
    node = find.root.at(*path)
    found = [text.place for text in (node.texts() if node else ()) if text.text == word]
    return found[0] if found else find.value(*path)


def _turn(layer: LayerFile, path: tuple[Part, ...], find: Finder) -> Iterator[Mistake]:
    """Whether turn, handoff and anchor fit together."""
    weekday, _ = layer.handoff
    unit, weeks = layer.turn.unit, _weeks(layer.turn)
    place = find.value(*path, "handoff")
    if weekday is not None and unit == "hour":
        yield Mistake(place, "turns of hours hand off on every day. Write the time alone, such as handoff: 09:00.")
    elif weekday is not None and not weeks:
        sentence = f"turns of {_words(layer.turn)} do not always begin on one day of the week. Write the time alone."
        yield Mistake(place, sentence)
    elif layer.since is None and _needs_anchor(layer) and "from" not in find.pruned(*path):
        yield Mistake(find.value(*path, "turn"), _anchor_sentence(layer))
    elif layer.since and weekday is not None and layer.since.weekday() != weekday:
        yield Mistake(find.value(*path, "from"), _weekday_sentence(layer.since, weekday))
    elif layer.since and unit in {"month", "year"} and layer.since.day > 28:
        sentence = f"not every month has a day {layer.since.day}. Begin turns of months on a day from 1 to 28."
        yield Mistake(find.value(*path, "from"), sentence)


def _weeks(turn: TurnLength) -> bool:
    """Whether turns are whole weeks."""
    return turn.unit == "week" or (turn.unit == "day" and turn.count % 7 == 0)


def _needs_anchor(layer: LayerFile) -> bool:
    if layer.turn.unit == "hour" or (layer.turn.count, layer.turn.unit) == (1, "day"):
        return False
    return (layer.turn.count, layer.turn.unit) != (1, "week") or layer.handoff[0] is None


def _anchor_sentence(layer: LayerFile) -> str:
    if (layer.turn.count, layer.turn.unit) == (1, "week"):
        return "turns of a week need to know on which day they begin. Write handoff: mon 09:00, or from: 2027-01-04."
    return f"turns of {_words(layer.turn)} need an anchor. Add a date at which a turn begins, such as from: 2027-01-04."


def _weekday_sentence(since: date, weekday: int) -> str:
    is_, wanted = WEEKDAYS[since.weekday()], WEEKDAYS[weekday]
    nearby = since + timedelta(days=(weekday - since.weekday()) % 7)
    return f"{since} is a {is_}, but turns hand off on {wanted}. Write {nearby}, or mend the handoff."


def _words(turn: TurnLength) -> str:
    return _many(turn.count, turn.unit)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _tiers(file: TeamFile, find: Finder) -> Iterator[Mistake]:
    seen: dict[str, int] = {}
    for n, tier in enumerate(file.tiers):
        if tier.name in seen:
            place = find.value("tiers", n)
            first = find.value("tiers", seen[tier.name]).line
            yield Mistake(place, f'the tier "{tier.name}" appears twice (first on line {first}). Remove one of them.')
        seen.setdefault(tier.name, n)


def exceptions(find: Finder, key: str, rules: Sequence[Rule]) -> Iterator[Mistake]:
    """What is wrong with exceptions to rules that stand in a list under a key."""
    for n, rule in enumerate(rules):
        for number, what, sentence in rule.objections():
            yield Mistake(find.value(key, n, "except", number, what), sentence)


def _pins(file: TeamFile, find: Finder) -> Iterator[Mistake]:
    seen: dict[str, int] = {}
    for n, pin in enumerate(file.pins):
        place = find.value("pins", n, "shift")
        if pin.shift in seen:
            first = find.value("pins", seen[pin.shift]).line
            yield Mistake(place, f"{pin.shift} is pinned twice (first on line {first}). Remove one of them.")
        if pinned_date(pin.shift) is None:
            sentence = f'"{pin.shift}" is no shift. Write role/layer/date, such as primary/weekend/2027-01-01.'
            yield Mistake(place, sentence)
        seen.setdefault(pin.shift, n)


def pinned_date(shift: str) -> date | None:
    """The local date of the handoff in the id of a shift, or None if it is no id."""
    steps = shift.split("/")
    if len(steps) not in {3, 4} or (len(steps) == 4 and not steps[3].isdigit()):
        return None
    try:
        return date.fromisoformat(steps[2].partition("T")[0])
    except ValueError:
        return None


def _schedules(file: TeamFile, find: Finder) -> Iterator[Mistake]:
    seen: dict[str, str] = {}
    for role, entry in file.publish.pagerduty.items():
        place = find.value("publish", "pagerduty", role, "schedule")
        seats = file.roles[role].seats if role in file.roles else len(entry.schedule)
        together = entry.form == "custom_shifts" and len(entry.schedule) == 1
        if len(entry.schedule) != seats and not together and "seats" not in find.pruned("roles", role):
            sentence = f"{role} has {_many(seats, 'seat')} and {_many(len(entry.schedule), 'schedule')}."
            remedy = "Write one schedule for each seat, or one shift-based schedule for all with as: custom_shifts."
            yield Mistake(place, f"{sentence} {remedy}")
        for schedule in entry.schedule:
            if schedule in seen:
                sentence = f"{schedule} is the schedule of {seen[schedule]} already. Give each role its own."
                yield Mistake(place, sentence)
            seen.setdefault(schedule, role)


# ---------------------------------------------------------------------------------------------------- availability

_CONTRADICTIONS = {("leave", "prefer"): False, ("avoid", "prefer"): True}


MOST_LINES = 2_000


def check_availability(file: AvailabilityFile, root: Node) -> Iterator[Mistake]:
    """Lines of one person that contradict or repeat each other."""
    find = Finder(root)
    yield from exceptions(find, "limits", file.limits)
    lines = [
        _Dated(kind, find.value(kind, n), entry.moments)
        for kind, entries in (("leave", file.leave), ("avoid", file.avoid), ("prefer", file.prefer))
        for n, entry in enumerate(entries)
        if entry.moments is not None
    ]
    if len(lines) > MOST_LINES:
        sentence = f"these are {len(lines)} lines, more than {MOST_LINES}. Write stretches of days as A..B."
        yield Mistake(lines[MOST_LINES].place, sentence)
        return
    yield from _clashes(lines)
    yield from _imported(file, lines, find)
    for (n, one), (m, two) in combinations(enumerate(file.travel), 2):
        if one.dates.meets(two.dates):
            first = find.value("travel", n).line
            sentence = f"this journey overlaps the one on line {first}; the later line counts. Mend the dates."
            yield Mistake(find.value("travel", m), sentence, warning=True)
    yield from _offers(file, find)


def _imported(file: AvailabilityFile, lines: Sequence["_Dated"], find: Finder) -> Iterator[Mistake]:
    """A warning for each hand-written wish for time at which a calendar has the person away."""
    for line in lines:
        for n, away in enumerate(file.imported.leave if line.kind == "prefer" else ()):
            if away.start < line.moments.end and line.moments.start < away.end:
                where = find.value("imported", "leave", n).line
                sentence = (
                    f'{line.moments} is in "prefer" here and in the imported leave on line {where}, which counts.'
                )
                yield Mistake(line.place, f"{sentence} Remove it here, or mend the calendar.", warning=True)
                break


@dataclass(frozen=True, slots=True)
class _Dated:
    kind: str
    place: Place
    moments: Moments


def _clashes(lines: Sequence[_Dated]) -> Iterator[Mistake]:
    """For each line, the first line before it that it repeats, and the first that it contradicts."""
    firsts: dict[tuple[int, str], int] = {}
    for one, other in _overlapping(lines):
        early, late = sorted((one, other))
        kind, pair = lines[early].kind, (lines[early].kind, lines[late].kind)
        if pair[0] == pair[1] or pair in _CONTRADICTIONS:
            firsts[late, kind] = min(early, firsts.get((late, kind), early))
    for (late, _), early in sorted(firsts.items()):
        yield _clash(lines[early], lines[late])


def _overlapping(lines: Sequence[_Dated]) -> Iterator[tuple[int, int]]:
    """Indices of every two lines that share time."""
    running: list[int] = []
    for index in sorted(range(len(lines)), key=lambda index: lines[index].moments.start):
        running = [other for other in running if lines[other].moments.end > lines[index].moments.start]
        yield from ((other, index) for other in running)
        running.append(index)


def _clash(first: _Dated, then: _Dated) -> Mistake:
    where = f"line {first.place.line}"
    where = where if first.place.file == then.place.file else f"{where} of {first.place.file}"
    if first.kind == then.kind:
        sentence = f"{then.moments} overlaps {first.moments} on {where}. Merge the two lines."
        return Mistake(then.place, sentence, warning=True)
    sentence = f'{then.moments} is in "{then.kind}" here and in "{first.kind}" on {where}. Keep one of them.'
    return Mistake(then.place, sentence, warning=_CONTRADICTIONS[first.kind, then.kind])


def _offers(file: AvailabilityFile, find: Finder) -> Iterator[Mistake]:
    """Offers that cannot be ids of shifts, or come twice."""
    for n, shift in enumerate(file.offers):
        if pinned_date(shift) is None:
            sentence = (
                f'"{shift}" is no shift. Write role/layer/date, such as primary/weekly/2027-01-04. '
                f"Ids of shifts are in the first column of: watchbill show --person {file.person} --csv"
            )
            yield Mistake(find.value("offers", n), sentence)
        elif shift in file.offers[:n]:
            first = find.value("offers", file.offers.index(shift)).line
            sentence = f"{shift} is offered twice (first on line {first}). Remove one of them."
            yield Mistake(find.value("offers", n), sentence, warning=True)
