"""Random damage to exports: never a traceback, never a hang, and what the block says is what was understood.

`WATCHBILL_FUZZ=4000` runs more mutations than the suite does.
"""

import os
import time
from random import Random

import pytest
from calendars import ANA, CUSTOM, WINDOW, calendar, days, event, times

from watchbill.errors import InputError
from watchbill.exports import reading
from watchbill.exports.block import Block, earlier, with_block
from watchbill.exports.policy import Policy
from watchbill.exports.reading import Absences

MUTATIONS = int(os.environ.get("WATCHBILL_FUZZ", "1500"))
BATCHES = 5
SEEDS = (
    calendar(
        event(*days("20270301", "20270304"), "SUMMARY:Urlaub", "TRANSP:TRANSPARENT", "UID:1"),
        event(*days("20270101"), "RRULE:FREQ=WEEKLY;BYDAY=MO,FR;COUNT=9", "EXDATE;VALUE=DATE:20270108", "UID:2"),
        event(*days("20270110"), "RECURRENCE-ID;VALUE=DATE;RANGE=THISANDFUTURE:20270115", "UID:2"),
    ),
    calendar(
        CUSTOM.format(winter="-0500", summer="-0400"),
        event(*times("20270701T090000", "20270701T170000", "Customized Time Zone"), "UID:3"),
        event(*times("20270104T090000", "20270104T170000"), "RRULE:FREQ=MONTHLY;BYDAY=2TU;UNTIL=20271231T000000Z"),
        event(
            "DTSTART:20270301T090000Z", "DURATION:P1DT6H", "X-MICROSOFT-CDO-BUSYSTATUS:OOF", "RDATE:20270501T090000Z"
        ),
        head="X-WR-TIMEZONE:America/New_York\n",
    ),
    calendar(
        "BEGIN:VFREEBUSY\nFREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20270301T080000Z/PT9H\nEND:VFREEBUSY\n",
        event(*days("20240229"), "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", "STATUS:TENTATIVE"),
        event(*times("20200101T000000", "20200102T000000"), "RRULE:FREQ=DAILY;INTERVAL=3", "SEQUENCE:2"),
    ),
)
PIECES = (
    b";", b":", b"\n", b"\n ", b"\0", b"\xff", b"-", b"0", b"9999", b"T", b"Z", b"BEGIN:VEVENT\n", b"END:VEVENT\n",
    b"RRULE:FREQ=DAILY\n", b"FREQ=SECONDLY", b"INTERVAL=0", b"COUNT=999999", b"BYDAY=-5SU", b"BYMONTHDAY=31",
    b"BYSETPOS=-1", b"UNTIL=00010101", b"99991231", b"16010101", b"P99999W", b"TZID=", b"VALUE=DATE",
    b"EXDATE:20270301\n", b"RDATE:20270301T000000\n", b"STATUS:CANCELLED\n",
)  # fmt: skip


def somewhere(random: Random, data: bytes) -> int:
    """A position, mostly outside of the lines that hold a calendar together: their damage is found at once."""
    for _ in range(4):
        at = random.randrange(len(data) + 1)
        line = data[data.rfind(b"\n", 0, at) + 1 :][:10]
        if not line.startswith((b"BEGIN", b"END")):
            break
    return at


def mutated(random: Random) -> bytes:
    """A sound export with one or two kinds of damage."""
    data = bytearray(random.choice(SEEDS))
    for _ in range(random.randint(1, 2)):
        at = somewhere(random, bytes(data))
        to = min(len(data), at + random.randint(0, 12))
        match random.randrange(6):
            case 0:
                data[at:to] = b""
            case 1:
                data[at:at] = random.choice(PIECES)
            case 2:
                data[at:to] = random.choice(PIECES)
            case 3:
                data[at : at + 1] = bytes([random.randrange(256)])
            case 4:
                data[at:at] = data[at : at + random.randint(0, 200)]
            case _:
                lines = bytes(data).split(b"\n")
                one, other = random.randrange(len(lines)), random.randrange(len(lines))
                if not lines[one].startswith((b"BEGIN", b"END")):
                    lines[one], lines[other] = lines[other], lines[one]
                data = bytearray(b"\n".join(lines))
    return bytes(data)


def understood(data: bytes) -> Absences | None:
    """What an export says of Ana, or None if it is refused in sentences."""
    try:
        events = reading.events("a.ics", data, {}, WINDOW).events
        return reading.absences([events], ANA, {ANA.email}, Policy(), WINDOW)
    except InputError as error:
        bare = [str(mistake) for mistake in error.mistakes if not str(mistake).endswith((".", "?", "}}}"))]
        return pytest.fail(f"{bare} are no sentences: {data!r}") if bare or not error.mistakes else None


@pytest.mark.parametrize("batch", range(BATCHES))
def test_damaged_exports_are_read_or_refused(batch: int) -> None:
    random = Random(f"exports {batch}")
    read = 0
    for _ in range(MUTATIONS // BATCHES):
        data = mutated(random)
        began = time.process_time()
        found = understood(data)
        assert time.process_time() - began < 1, data
        if found is not None:
            made = with_block("ana.yaml", None, "ana", Block(found.leave, found.avoid, WINDOW))
            assert earlier("ana.yaml", made) == (found.leave, found.avoid), data
            read += bool(found.leave)
    assert MUTATIONS // BATCHES // 5 < read < MUTATIONS // BATCHES
