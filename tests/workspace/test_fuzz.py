"""Random mutations of sound availability files: mistakes or an answer, at once, and never anything else.

The suite runs a slice. Everything, which takes a minute: `WATCHBILL_FUZZ=10000 pytest tests/workspace/test_fuzz.py`.
"""

import os
import random
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from folders import TEAM, write

from watchbill import workspace
from watchbill.domain import Person
from watchbill.errors import Place
from watchbill.rules import Rule
from watchbill.workspace.folder import handed_in
from watchbill.workspace.lines import Availability
from watchbill.workspace.nodes import parse
from watchbill.workspace.person_file import AvailabilityFile
from watchbill.workspace.spelled import spelled
from watchbill.workspace.validation import validated

COUNT = int(os.environ.get("WATCHBILL_FUZZ", "1600"))
SLICES = 8
LONGEST = 1.0
YAML = """\
person: ana
answered_through: 2027-06-30
leave:
  - 2026-12-24..2027-01-02
  - 2027-02-01 13:00..18:00   # afternoon
  - {date: 2027-03-08, note: "moving: 'house'", approved: true}
  - {from: 2027-03-27 22:00, to: 2027-03-28 06:00}
avoid: [{date: 2027-02-14, weight: 3}, {days: [fri, mon..tue], hours: 17:00..24:00}]
prefer: [2027-01-18..2027-01-24, nights, {on: weekends, dates: 2027-04-01..2027-04-30}]
never: [{days: sat, hours: [00:00..06:00, 22:00..02:00]}, sun]
travel:
  - dates: 2027-05-03..2027-05-20
    timezone: Asia/Tokyo
    note: für die Messe
limits:
  - {count: shifts, at_most: 2, per: 4 weeks, except: [{dates: [2027-01-04, 2027-01-11..2027-01-17], at_most: 3}]}
  - {count: hours, at_most: 90h, strength: should, weight: 2}
holidays: [2027-04-21, 2027-05-06..2027-05-07]
offers: [primary/week/2027-01-25]
imported:
  leave: [2027-06-01..2027-06-04, 2027-06-10 08:00..2027-06-11 20:00]
  avoid: [2027-06-07]
"""
CSV = """\
person;kind;from;to;weight;note;approved
ana;leave;2026-12-24;2027-01-02;;"skiing; ""off piste""\";
ana;leave;2027-02-01 13:00;18:00;;x;true
# ana;leave;2027-03-01;;;;
bo;avoid;2027-02-14;;3;;
ana;prefer;2027-01-18..2027-01-24;;;;
ana;answered_through;2027-06-30;;;;
cy;leave;2027-03-27 22:00;2027-03-28 06:00;;übel;
"""
FILES = {"availability/ana.yaml": YAML, "availability/all.csv": CSV}
JUNK = (
    *"{}[]:,;-#&*!|>'\"%@`\t\n\r \\?~=\0\x07\x85\u00a0“”\u2028\ufeff\U0001f4a9٣",
    *(
        "- ",
        ": ",
        "..",
        "9999999999",
        "46380",
        "1,5",
        "null",
        "---\n",
        "24/12/2026",
        "2027-02-30",
        "24:00",
        "0",
        "[]",
        "''",
    ),
)


def mutated(text: str, other: str, rnd: random.Random) -> bytes:
    """A text with one to four random changes, as bytes in one of several encodings."""
    for _ in range(rnd.randint(1, 4)):
        text = _changed(text, other, rnd) or "x"
    encoding = rnd.choices(["utf-8", "utf-8-sig", "utf-16", "latin-1"], [30, 2, 1, 1])[0]
    data = text.encode(encoding, "replace")
    at = rnd.randrange(len(data))
    return data[:at] + bytes([rnd.randrange(256)]) + data[at + 1 :] if rnd.random() < 0.05 else data


def _changed(text: str, other: str, rnd: random.Random) -> str:
    at, words = rnd.randrange(len(text)), re.findall(r"[\w.:/%-]+", text) or ["x"]
    lines = text.splitlines(keepends=True)
    line = rnd.randrange(len(lines))
    changes: list[Callable[[], str]] = [
        lambda: text[:at] + rnd.choice(JUNK) + text[at:],
        lambda: text[:at] + text[at + rnd.randint(1, 12) :],
        lambda: "".join([*lines[:line], *lines[line + 1 :]]),
        lambda: "".join([*lines[:line], lines[line], *lines[line:]]),
        lambda: "".join([*lines[:line], *rnd.sample(lines[line:], len(lines) - line)]),
        lambda: text.replace(rnd.choice(words), rnd.choice(words), 1),
        lambda: text.replace(rnd.choice(words), rnd.choice(JUNK), 1),
        lambda: text[:at] + str(rnd.randrange(100)) + text[at + 2 :],
        lambda: text[:at] + rnd.choice(other.splitlines()) + text[at:],
        lambda: text[:at] + text[at : at + 20] * rnd.randint(2, 40) + text[at:],
    ]
    return rnd.choice(changes)()


def understood(folder: Path) -> tuple[tuple[Person, ...], tuple[Rule, ...], dict[str, Availability]] | None:
    """What is understood of everybody, without places; None where there are mistakes."""
    found, mistakes = workspace.examine(folder)
    assert (found is None) == any(not mistake.warning for mistake in mistakes)
    for mistake in mistakes:
        assert mistake.place.line >= 1
        assert mistake.place.column >= 1
        assert mistake.sentence.strip()
    return None if found is None else (found.people, found.rules, {p: bare(a) for p, a in found.availability.items()})


def bare(own: Availability) -> Availability:
    """Without places, in an order of its own: several files add up in any order."""
    nowhere = Place("")
    return Availability(
        own.answered_through,
        tuple(sorted((replace(a, place=nowhere) for a in own.leave), key=repr)),
        tuple(replace(n, place=nowhere) for n in own.never),
        tuple(sorted((replace(w, place=nowhere) for w in own.wishes), key=repr)),
        tuple(replace(o, place=nowhere) for o in own.offers),
    )


@pytest.mark.parametrize("part", range(SLICES))
def test_mutated_files_give_mistakes_or_an_answer_that_can_be_written_and_read_again(part: int, tmp_path: Path) -> None:
    rnd = random.Random(20270104 + part)
    answers = 0
    for _ in range(COUNT // SLICES):
        name, other = rnd.sample(list(FILES), 2)
        data = mutated(FILES[name], FILES[other], rnd)
        write(tmp_path, {"team.yaml": TEAM, name: data})
        began = time.process_time()
        found = understood(tmp_path)
        assert time.process_time() - began < LONGEST, data
        if found is not None:
            answers += 1
            assert again(tmp_path, tmp_path / "again") == found, data
        (tmp_path / name).unlink()
    assert answers > COUNT // SLICES // 20, "too few are sound to prove that what is written is read again"


def again(folder: Path, target: Path) -> object:
    """What is understood of the files as they are spelled, one for each person."""
    lines = handed_in(folder)
    for file in (target / "availability").glob("*"):
        file.unlink()
    write(target, {"team.yaml": TEAM, **{f"availability/{p}.yaml": spelled(f) for p, f in lines.items()}})
    return understood(target)


def test_what_is_spelled_keeps_the_notes() -> None:
    file = _file(YAML.encode())
    assert _file(spelled(file).encode()) is not None
    again = _file(spelled(file).encode())
    assert [line.note for line in again.leave] == [None, None, "moving: 'house'", None]
    assert again.travel == file.travel


@pytest.mark.parametrize(
    "line",
    [
        "2199-12-31 13:00..24:00",
        "2027-01-31 22:00..2027-02-02 24:00",
        "2027-01-31 24:00..2027-02-01 24:00",
        "2027-01-31",
    ],
)
def test_ends_of_days_are_spelled_so_that_they_are_read_again(line: str) -> None:
    file = _file(f"person: ana\nleave: [{line}]\n".encode())
    (again,) = _file(spelled(file).encode()).leave
    assert again.moments == file.leave[0].moments


def _file(data: bytes) -> AvailabilityFile:
    root, told = parse("ana.yaml", data)
    assert root is not None, told
    file, mistakes = validated(root, AvailabilityFile, {})
    assert file is not None
    assert mistakes == ()
    return file
