"""Teams of any size for one site, made of clones of its people; and their leave, theirs or simulated.

Leave is drawn with a fixed seed from the lengths that the team's own leave has. It is drawn run by run for all
together, so that the leave of a higher rate contains that of a lower one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from typing import TypeVar

from watchbill.domain import Leave, Person, Shift
from watchbill.problem import Problem
from watchbill.times import DAY, Dates, Span, merged, zone

# How people are away where a team's files say nothing yet: in days.
USUAL_RUNS = (1, 1, 2, 3, 7, 7, 10)
FEW = 3
TRIES = 10_000

T = TypeVar("T")


class Crew:
    """One site of a problem: its shifts, its people, and problems of other sizes like it."""

    def __init__(self, facts: Problem, layers: Sequence[str], people: Sequence[str], seed: int) -> None:
        self.facts = facts
        self.shifts = tuple(shift for shift in facts.shifts if shift.key in layers)
        self._layers = tuple(layers)
        self._people = tuple(facts.person[id_] for id_ in people)
        self._seed = seed
        self._span = Span(min(s.start for s in self.shifts), max(s.end for s in self.shifts))

    # ----------------------------------------------------------------------------------------------------- sizes

    def problem(self, size: int, *, away: bool) -> Problem:
        """The site with so many people, all full-time and there from first to last; with `away`, on leave as now.

        The first of each kind keep their own leave, and clones are away as much as the team is.
        """
        team = self._team(size)
        clones = tuple(_full(person, n) for person, n in team)
        leaves = tuple(leave for person, n in team for leave in self._leaves(person, n)) if away else ()
        serve = {clone.id: person.id for clone, (person, _) in zip(clones, team, strict=True)}
        return self._with(clones, leaves, serve, self.shifts)

    def _team(self, size: int) -> list[tuple[Person, int]]:
        """Who is cloned, and as which copy: each kind of people in proportion, by largest remainders."""
        kinds: dict[object, list[Person]] = {}
        for person in self._people:
            kinds.setdefault((self._served(person), frozenset(person.tags)), []).append(person)
        shares = [size * len(kind) / len(self._people) for kind in kinds.values()]
        counts = [int(share) for share in shares]
        for n in sorted(range(len(counts)), key=lambda n: (counts[n] - shares[n], n))[: size - sum(counts)]:
            counts[n] += 1
        listed = zip(kinds.values(), counts, strict=True)
        return [(kind[n % len(kind)], n // len(kind)) for kind, count in listed for n in range(count)]

    def _served(self, person: Person) -> tuple[str, ...]:
        return tuple(key for key in self._layers if person.id in self.facts.servers[key])

    def _leaves(self, person: Person, copy: int) -> Iterator[Leave]:
        if not copy:
            yield from self.facts.leaves_of[person.id]
            return
        clone, lot = _full(person, copy), Lot(self._seed, person.id, copy)
        wanted = self._span.length * self.away / 100
        for _, span in self._within(wanted, ((clone, self._run(clone, lot)) for _ in range(TRIES))):
            yield Leave(clone.id, span)

    def _with(
        self, people: tuple[Person, ...], leaves: tuple[Leave, ...], serve: dict[str, str], shifts: Sequence[Shift]
    ) -> Problem:
        """The facts with these people; `serve` says after whom each of them serves."""
        servers = dict.fromkeys(self.facts.servers, ()) | {
            key: tuple(person.id for person in people if serve[person.id] in self.facts.servers[key])
            for key in self._layers
        }
        return replace(
            self.facts,
            people=people,
            shifts=tuple(shifts),
            servers=servers,
            leaves=leaves,
            wishes=(),
            pins=(),
            before=(),
            after=(),
            balances={},
            tiers=(),
            near=None,
        )

    # ---------------------------------------------------------------------------------------------------- growth

    def growing(self, shifts: Sequence[Shift], rate: int, draw: int) -> Problem:
        """The site as it is, with some of its shifts, and on leave for so many percent of the period; `never` stays.

        Up to what the files say it is their own leave, beyond that what is simulated; each `draw` is another team.
        """
        kept = [leave for person in self._people for leave in self._kept(person)]
        runs = self._within(self._capacity * rate / 100, self._runs(draw))
        leaves = (*kept, *(Leave(person.id, span) for person, span in runs))
        return self._with(self._people, leaves, {person.id: person.id for person in self._people}, shifts)

    def _within(self, wanted: timedelta, runs: Iterable[tuple[Person, Span]]) -> Iterator[tuple[Person, Span]]:
        """Runs, one after the other, until they are as much as is wanted; none that meets one of the same person."""
        taken: dict[str, list[Span]] = {}
        for person, span in runs:
            inside = span.common(self._span)
            if wanted <= timedelta():
                return
            if inside and not any(inside.meets(other) for other in taken.get(person.id, ())):
                taken.setdefault(person.id, []).append(inside)
                wanted -= inside.length
                yield person, span

    def _kept(self, person: Person) -> Iterator[Leave]:
        return (leave for leave in self.facts.leaves_of[person.id] if leave.kind != "leave")

    def _runs(self, draw: int) -> Iterator[tuple[Person, Span]]:
        """Runs of leave: first those that the files have, in any order, then simulated ones."""
        lot = Lot(self._seed, draw, *self._layers)
        yield from lot.shuffled([(person, span) for person in self._people for span in self._own(person)])
        for _ in range(TRIES):
            person = lot.of(self._people)
            yield person, self._run(person, lot)

    def _run(self, person: Person, lot: "Lot") -> Span:
        days = lot.of(self._lengths)
        first = self.facts.period.first + lot.below(len(self.facts.period.dates)) * DAY
        return Dates(first, first + (days - 1) * DAY).on(zone(person.zone))

    # ------------------------------------------------------------------------------------------------------ facts

    @property
    def away(self) -> float:
        """How much of the period the people of the site are on leave, in percent."""
        own = (span.length for person in self._people for span in self._own(person))
        return sum(own, timedelta()) / self._capacity * 100

    @property
    def _capacity(self) -> timedelta:
        return self._span.length * len(self._people)

    def _own(self, person: Person) -> tuple[Span, ...]:
        """A person's leave within the period."""
        spans = (leave.span.common(self._span) for leave in self.facts.leaves_of[person.id] if leave.kind == "leave")
        return merged(span for span in spans if span)

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        """How long people are away at a time, in days; the usual lengths where too little is known."""
        found = sorted(max(1, round(span.length / DAY)) for person in self._people for span in self._own(person))
        return tuple(found) if len(found) >= FEW else USUAL_RUNS


def _full(person: Person, copy: int) -> Person:
    """A full-time clone who is there from first to last."""
    number = f"+{copy + 1}" if copy else ""
    name = f"{person.name} {number}".strip()
    full = replace(person, joined=None, left=None, shares=(), excused=())
    return replace(full, id=f"{person.id}{number}", name=name)


class Lot:
    """What is drawn by lot, from a hash: the same on every machine."""

    def __init__(self, *seed: object) -> None:
        self._seed = seed
        self._count = 0

    def below(self, count: int) -> int:
        """A number from 0 on, below a count."""
        self._count += 1
        return int.from_bytes(sha256(f"{self._seed} {self._count}".encode()).digest()[:8], "big") % count

    def of(self, items: Sequence[T]) -> T:
        """One of some items."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in any order."""
        order = sorted(range(len(items)), key=[self.below(1 << 32) for _ in items].__getitem__)
        return [items[n] for n in order]
