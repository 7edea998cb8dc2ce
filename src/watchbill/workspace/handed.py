"""What people handed in, as facts: the lines of their files with places, their own limits, and what goes too far."""

from collections.abc import Iterator, Mapping

from watchbill.domain import Person
from watchbill.errors import Mistake, Place
from watchbill.rules import Rule
from watchbill.workspace import lines
from watchbill.workspace.lines import Availability, Away, HardBudget, Never, Offer, WishLine
from watchbill.workspace.nodes import Node
from watchbill.workspace.person_file import AvailabilityFile
from watchbill.workspace.sense import Finder


def limits(person: str, files: Mapping[str, AvailabilityFile]) -> Iterator[Rule]:
    """The limits that a person set for themselves, as rules."""
    for limit in files[person].limits if person in files else ():
        yield limit.model_copy(update={"people": (person,)})


def availability(person: str, files: Mapping[str, AvailabilityFile], roots: Mapping[str, Node]) -> Availability:
    """What a person handed in, each line with the place at which it stands; nothing for who has no file."""
    if person not in files:
        return Availability()
    file, find = files[person], Finder(roots[person])
    wishes = [
        WishLine(kind, e.moments, e.days or _days_of(e.hours), tuple(e.hours), e.on, e.weight, find.value(kind, n))
        for kind, entries in (("avoid", file.avoid), ("prefer", file.prefer))
        for n, e in enumerate(entries)
    ]
    wishes += [
        WishLine("avoid", m, (), (), None, 1, find.value("imported", "avoid", n))
        for n, m in enumerate(file.imported.avoid)
    ]
    return Availability(
        answered_through=file.answered_through,
        leave=tuple(
            Away(e.moments, e.approved, find.value("leave", n))
            for n, e in enumerate(file.leave)
            if e.moments is not None
        )
        + tuple(Away(m, False, find.value("imported", "leave", n)) for n, m in enumerate(file.imported.leave)),
        never=tuple(
            Never(e.days, tuple(e.hours), e.approved, find.value("never", n)) for n, e in enumerate(file.never)
        ),
        wishes=tuple(wishes),
        offers=tuple(Offer(shift, find.value("offers", n)) for n, shift in enumerate(file.offers)),
    )


def _days_of(hours: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    """Hours without days are for every day."""
    return (0, 1, 2, 3, 4, 5, 6) if hours else ()


def imported(root: Node) -> frozenset[Place]:
    """Where the leave stands that imports write."""
    block = root.at("imported", "leave")
    return frozenset(node.place for node in (block.texts() if block else ()))


def budget_warnings(
    people: tuple[Person, ...],
    availability: Mapping[str, Availability],
    budget: HardBudget,
    imported: Mapping[str, frozenset[Place]],
) -> Iterator[Mistake]:
    """Warnings of leave and weekly lines beyond the team's budget, and of times at which clocks change."""
    for person in people:
        own = availability[person.id]
        yield from lines.counting_never(person.id, own.never, budget)[1]
        uncounted = lines.uncounted_leave(own.leave, budget.leave)
        yield from lines.leave_warnings(person.id, uncounted, budget.leave, imported.get(person.id, ()))
        timed: tuple[Away | WishLine, ...] = (*own.leave, *own.wishes)
        for line in timed:
            yield from lines.clock_changes(person, line)
