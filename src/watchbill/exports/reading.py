"""One export to what counts in it: the recipe of the reader."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from watchbill.domain import Person
from watchbill.errors import InputError, Mistake, Place
from watchbill.exports import recurrence, series
from watchbill.exports.content import Unreadable, components
from watchbill.exports.events import At, Event
from watchbill.exports.intervals import Occurrence, joined, on_clock, without
from watchbill.exports.policy import Policy, Verdict
from watchbill.exports.timed import Reader
from watchbill.exports.zones import Zones
from watchbill.times import DAY, Dates, zone
from watchbill.workspace.moments import Moments

MOST_MISTAKES = 50
MOST_STEPS = 100_000
MOST_TIMES = 8_000
MOST_OVERRIDES = 2_000
MOST_EVENTS = 30_000
_TOO_OFTEN = "the events that count repeat too often to follow. Give long series an end, or export fewer calendars."
_FLOATING = "{count} without a zone: read on the clock of {person} ({zone})."


@dataclass(frozen=True, slots=True)
class Export:
    """The events of one file, in its order, and warnings on it."""

    file: str
    events: tuple[Event, ...]
    warnings: tuple[Mistake, ...] = ()
    others: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """One event, and what it is to somebody: `verdict`, and the stretches in the window that it gave."""

    event: Event
    verdict: Verdict
    stretches: tuple[Moments, ...] = ()


@dataclass(frozen=True, slots=True)
class Absences:
    """What exports say of one person: `leave` and `avoid` are disjoint, in order, on the person's clock."""

    leave: tuple[Moments, ...] = ()
    avoid: tuple[Moments, ...] = ()
    judged: tuple[Judged, ...] = ()
    warnings: tuple[Mistake, ...] = ()


def events(file: str, data: bytes, aliases: Mapping[str, str], window: Dates) -> Export:
    """Reads the bytes of an export; InputError with every mistake in it, or Unreadable turned into one.

    `aliases` are IANA zones by the names that the team gives to zones; `window` bounds what zones are built for.
    """
    try:
        roots = components(file, data)
    except Unreadable as error:
        raise InputError([error.mistake]) from None
    found: list[Event] = []
    mistakes: list[Mistake] = []
    warnings: list[Mistake] = []
    for number, calendar in enumerate(roots):
        reader = Reader(file, number, calendar, Zones(file, calendar, aliases, window))
        found += islice(reader.events(), MOST_EVENTS + 1 - len(found))
        if len(found) > MOST_EVENTS:
            sentence = (
                f"there are more than {MOST_EVENTS:,} events in this file. Export fewer years or fewer calendars."
            )
            raise InputError([Mistake(found[-1].place, sentence)])
        mistakes += reader.mistakes
        warnings += reader.zones.told.values()
    if mistakes:
        raise InputError(_few(file, sorted(dict.fromkeys(mistakes))))
    if not found:
        raise InputError(
            [Mistake(Place(file), _nothing(part.name for root in roots for part in (root, *root.children)))]
        )
    return Export(file, tuple(found), tuple(warnings))


def _few(file: str, mistakes: list[Mistake]) -> list[Mistake]:
    if len(mistakes) <= MOST_MISTAKES:
        return mistakes
    rest = len(mistakes) - MOST_MISTAKES
    more = Mistake(mistakes[MOST_MISTAKES].place, f"and {rest} more like these. Export the calendar again.")
    return [*mistakes[:MOST_MISTAKES], more]


def _nothing(names: Iterable[str]) -> str:
    if "VAVAILABILITY" in set(names):
        return "it holds working hours and no events. Write never or limits into the availability file by hand."
    return "it holds no events, so it would take away whatever was imported before. Choose the calendar with the leave."


# -------------------------------------------------------------------------------------------------------- one person


def absences(
    exports: Iterable[Sequence[Event]], person: Person, mails: Collection[str], policy: Policy, window: Dates
) -> Absences:
    """What the events of some files are to a person; InputError where an event that counts cannot be followed.

    `mails` are the person's addresses in small letters. Dates of the window are the person's own, both included.
    """
    task = _Task(person, mails, policy, window)
    for listed in exports:
        task.take(listed)
    if task.mistakes:
        raise InputError(_few(task.mistakes[0].place.file, sorted(dict.fromkeys(task.mistakes))))
    leave = joined(one for kind, one in task.found if kind == "leave")
    avoid = without(joined(one for kind, one in task.found if kind == "avoid"), leave)
    return Absences(leave, avoid, tuple(task.judged), tuple(task.notes()))


def occurrences(listed: Sequence[Event], person: Person, policy: Policy, window: Dates) -> Iterator[Occurrence]:
    """Every time that events take place near a window, whatever becomes of it; InputError as for `absences`."""
    task = _Task(person, (), policy, window)
    groups = grouped(listed)
    if task.ready([event for group in groups if any(one.repeats for one in group) for event in group]):
        for group in groups:
            yield from (occurrence for _, occurrence in task.occurrences(group))
    if task.mistakes:
        raise InputError(task.mistakes)


@dataclass(slots=True)
class _Task:
    """One person's events, judged one series after the other."""

    person: Person
    mails: Collection[str]
    policy: Policy
    window: Dates
    found: list[tuple[str, Moments]] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    floating: dict[str, list[int]] = field(default_factory=dict)
    rules: dict[int, recurrence.Rule] = field(default_factory=dict)

    def take(self, listed: Sequence[Event]) -> None:
        """Judges the events of one file."""
        groups = [(group, [self.policy.verdict(one, self.mails) for one in group]) for group in grouped(listed)]
        counting = [group for group, verdicts in groups if any(verdict.kind for verdict in verdicts)]
        sound = self.ready([event for group in counting if any(one.repeats for one in group) for event in group])
        for group, verdicts in groups:
            stretches: list[list[Moments]] = [[] for _ in group]
            if sound and any(verdict.kind for verdict in verdicts):
                for index, occurrence in self.occurrences(group):
                    made = on_clock(self.person, occurrence, self.window) if verdicts[index].kind else None
                    if made is not None:
                        stretches[index].append(made)
                        self.found.append((verdicts[index].kind, made))
            self._tell(group, verdicts, stretches)

    def ready(self, repeated: Sequence[Event]) -> bool:
        """Reads the rules of events, and adds up what following them takes, before any is followed."""
        known = len(self.mistakes)
        steps = times = 0
        for event in repeated:
            line = event.rule.line if event.rule else event.line
            try:
                before, within = self._work(event)
                steps, times = steps + before, times + within
                if before > recurrence.MOST_STEPS or steps > MOST_STEPS or times > MOST_TIMES:
                    raise ValueError(_TOO_OFTEN)
            except ValueError as error:
                self.mistakes.append(Mistake(Place(event.file, line), _sentence(error)))
                if str(error) == _TOO_OFTEN:
                    break
        return len(self.mistakes) == known

    def _work(self, event: Event) -> tuple[int, int]:
        """At most how many times an event comes to before the end of the dates, and how many of them lie near them."""
        listed = 1 + len(event.dates) + len(event.but)
        if event.rule is None:
            return listed, listed
        rule = self.rules[id(event)] = self._rule(event)
        before, within = recurrence.steps(rule, event.start.wall, self._around)
        return before + listed, within + listed

    def _rule(self, event: Event) -> recurrence.Rule:
        clock = event.start.zone or zone(self.person.zone)
        text = event.rule.value if event.rule else ""
        return recurrence.rule(text, event.start.wall, lambda at: _shown(at, clock))

    @property
    def _around(self) -> Dates:
        """The dates near which occurrences are looked for: those of the window on any clock."""
        return Dates(self.window.first - 2 * DAY, self.window.last + 2 * DAY)

    def _tell(self, group: list[Event], verdicts: list[Verdict], stretches: list[list[Moments]]) -> None:
        for event, verdict, own in zip(group, verdicts, stretches, strict=True):
            if verdict.kind and not own:
                verdict = Verdict("", "has no length" if not event.length else "not in the imported dates")
            elif verdict.kind and not event.all_day and event.start.zone is None:
                self.floating.setdefault(event.file, []).append(event.line)
            self.judged.append(Judged(event, verdict, joined(own)))

    def notes(self) -> Iterator[Mistake]:
        """A warning for each file with times that no zone holds."""
        for file, lines in self.floating.items():
            count = f"{len(lines)} event{'' if len(lines) == 1 else 's'}"
            sentence = _FLOATING.format(count=count, person=self.person.id, zone=self.person.zone)
            yield Mistake(Place(file, lines[0]), sentence, warning=True)

    def occurrences(self, group: list[Event]) -> Iterator[tuple[int, Occurrence]]:
        """Every time that the events of one series take place near the window, with the index of the event."""
        masters = [index for index, event in enumerate(group) if event.repeats]
        if not masters:
            yield from ((n, Occurrence(e.start.wall, e.end, e.start.zone, e.exact)) for n, e in enumerate(group))
            return
        newest = max(group[index].sequence for index in masters)
        for index in masters:
            if group[index].sequence == newest:
                replacing = [n for n, event in enumerate(group) if event.replaces is not None]
                others = sorted(replacing, key=lambda n: group[n].sequence)
                yield from self._series(group, index, others)
        for index, event in enumerate(group):
            if not event.repeats and event.replaces is None:
                yield index, Occurrence(event.start.wall, event.end, event.start.zone, event.exact)

    def _series(self, group: list[Event], index: int, others: list[int]) -> Iterator[tuple[int, Occurrence]]:
        master = group[index]
        try:
            found = self._expanded(master, [group[n] for n in others])
        except ValueError as error:
            line = master.rule.line if master.rule else master.line
            self.mistakes.append(Mistake(Place(master.file, line), _sentence(error)))
            return
        for n, start, end in found:
            which = index if n == 0 else others[n - 1]
            exact = group[which].exact
            clock = master.start.zone if isinstance(start, datetime) else None
            yield which, Occurrence(start, end, clock, exact)

    def _expanded(self, master: Event, others: list[Event]) -> list[tuple[int, date | datetime, date | datetime]]:
        if len(others) > MOST_OVERRIDES:
            raise ValueError(
                f"more than {MOST_OVERRIDES:,} times of this series were changed. Export fewer years at once."
            )
        rule = self.rules.get(id(master))
        first = series.Step(
            master.start.wall,
            master.end,
            rule.text(self._around.last) if rule else "",
            tuple(_like(master, at) for at in master.dates),
            tuple(_like(master, at) for at in master.but),
        )
        rest = [_override(master, event) for event in others]
        return series.expanded([first, *rest], self._around)


def _shown(at: datetime, clock: ZoneInfo) -> datetime:
    """What a clock shows at a time that is given in UTC without saying so."""
    return at.replace(tzinfo=zone("UTC")).astimezone(clock).replace(tzinfo=None, fold=0)


def _like(master: Event, at: At) -> date | datetime:
    """A date of a series as its start is written: with its time of day, on its clock, or as a date alone."""
    start = master.start.wall
    wall = at.on(master.start.zone)
    if not isinstance(start, datetime):
        return wall.date() if isinstance(wall, datetime) else wall
    return wall if isinstance(wall, datetime) else datetime.combine(wall, start.time())


def _override(master: Event, event: Event) -> series.Step:
    start = event.start.on(master.start.zone)
    end = At(event.end, event.start.zone).on(master.start.zone)
    replaces = _like(master, event.replaces) if event.replaces is not None else None
    return series.Step(start, end, replaces=replaces, onward=event.onward)


def _sentence(error: ValueError) -> str:
    """A sentence of ours as it stands; the name of a library's error is not one."""
    text = str(error)
    return text if text.endswith(".") else "this series cannot be followed. Remove it, and write its dates by hand."


def grouped(listed: Sequence[Event]) -> list[list[Event]]:
    """Events of one series together, in the order in which they begin in the file."""
    groups: dict[tuple[object, ...], list[Event]] = {}
    for number, event in enumerate(listed):
        key: tuple[object, ...] = (event.calendar, event.uid) if event.uid else (event.calendar, "", number)
        groups.setdefault(key, []).append(event)
    return list(groups.values())
