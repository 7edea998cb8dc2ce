"""What cannot be true in a draft or plan file, whatever the inputs say: each with its path and a remedy."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from watchbill.domain import GUEST, Part, is_guest
from watchbill.errors import did_you_mean
from watchbill.times import Span, common, iso, total
from watchbill.workspace.jsontext import Path
from watchbill.workspace.plan_file import PlanFile, ShiftRow

Doubt = tuple[Path, str]


def doubts(file: PlanFile, people: Collection[str] | None) -> Iterator[Doubt]:
    """Everything that is off in a file of the right shape; holders outside of `people`, if given, are too."""
    if (file.made is None) != (file.revision == 0):
        yield ("revision",), 'a plan has a "revision" from 1 on and "made", a draft has 0 and no "made". Restore both.'
    yield from _repeats("shifts", "id", [row.id for row in file.shifts])
    yield from _repeats("people", "person", [row.person for row in file.people])
    for id_ in file.guests:
        if not is_guest(id_):
            yield ("guests", id_), f'"{id_}" is no guest. Guests are named by "{GUEST}" and the id of their user.'
    known = None if people is None else {*people, *file.guests}
    for index, row in enumerate(file.shifts):
        for path, sentence in (*_misfits(row), *_strangers(row, known)):
            yield ("shifts", index, *path), f"shift {row.id}: {sentence}"


def _repeats(table: str, key: str, ids: Sequence[str]) -> Iterator[Doubt]:
    seen: set[str] = set()
    for index, id_ in enumerate(ids):
        if id_ in seen:
            yield (table, index, key), f'"{id_}" stands in "{table}" twice. Remove one of the two.'
        seen.add(id_)


def _misfits(row: ShiftRow) -> Iterator[Doubt]:
    """What cannot be true of one shift, whatever the inputs say."""
    ends = [at for span in row.spans for at in span]
    if any(later <= earlier for earlier, later in pairwise(ends)):
        yield ("spans",), 'the spans are not in order of time. Restore "spans".'
    elif (row.start, row.end) != (ends[0], ends[-1]):
        yield ("start",), '"start" and "end" are not those of the spans. Restore them; shifts move in team.yaml only.'
    else:
        yield from _part_misfits(row)
    if row.seat > 1 and not row.id.endswith(f"/{row.seat}"):
        yield ("seat",), f'the id of a shift in seat {row.seat} ends with "/{row.seat}". Restore "seat".'


def _part_misfits(row: ShiftRow) -> Iterator[Doubt]:
    last = row.start
    for index, part in enumerate(row.parts):
        if part.end <= part.start:
            yield ("parts", index, "end"), "the part ends before it starts. Mend its start or end."
        elif part.start < row.start or part.end > row.end:
            yield ("parts", index), f"the part is not inside the shift, {iso(row.start)} to {iso(row.end)}. Move it."
        elif part.start < last:
            yield ("parts", index, "start"), "the part begins before the one above it ends. Order them by start."
        last = max(last, part.end)
    most = _most(given_spans(row), given_parts(row)) if len(row.parts) > 1 else ()
    if len(row.parts) > 1 and row.person not in most:
        named = " or ".join(f'"{name}"' for name in most) or "null"
        yield ("person",), f'"person" is not who holds most of the parts. Write {named}, or change "parts".'


def _strangers(row: ShiftRow, people: Collection[str] | None) -> Iterator[Doubt]:
    if people is None:
        return
    named = [(("person",), row.person)] if row.person is not None else []
    several = [(("parts", n, "person"), part.person) for n, part in enumerate(row.parts)] if len(row.parts) > 1 else []
    for path, person in (*named, *several):
        if person not in people:
            remedy = did_you_mean(person, people) or "Write the id of a person of team.yaml."
            yield path, f'nobody is called "{person}". {remedy}'


def given_parts(row: ShiftRow) -> tuple[Part, ...]:
    """The parts as they stand in the file."""
    return tuple(Part(part.person, part.start, part.end) for part in row.parts)


def given_spans(row: ShiftRow) -> tuple[Span, ...]:
    """The hours on call as they stand in the file."""
    return tuple(Span(start, end) for start, end in row.spans)


def _most(spans: Sequence[Span], parts: Sequence[Part]) -> tuple[str, ...]:
    """Who holds most of a shift's hours: several if they hold as much, none where nobody holds any."""
    held: dict[str, timedelta] = {}
    for part in parts:
        if part.end > part.start:
            hours = total(common(spans, (part.span,)))
            held[part.person] = held.get(part.person, timedelta()) + hours
    longest = max(held.values(), default=timedelta())
    return tuple(person for person, hours in held.items() if hours == longest and hours)
