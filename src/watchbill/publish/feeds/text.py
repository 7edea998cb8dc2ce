"""The form of a feed: what stands before its events, and lines that every reader takes.

Every property is added by itself: icalendar's own shortcuts add random ids, the present time and unescaped names.
"""

import re
from collections.abc import Iterable
from datetime import timedelta

from icalendar import Calendar, vText

PRODID = "-//watchbill//on-call feeds//EN"
REFRESH = timedelta(hours=1)

_END = b"END:VCALENDAR\r\n"
_FOLD = 75
_ATOM = re.compile(r"\\?.", re.DOTALL)


def calendar(name: str, events: Iterable[bytes]) -> bytes:
    """A whole feed: no METHOD, which looks like an invitation, and no UID, which merges all events into one."""
    head = Calendar()
    head.add("prodid", PRODID)
    head.add("version", "2.0")
    head.add("calscale", "GREGORIAN")
    head.add("name", vText(name))
    head.add("x-wr-calname", vText(name))
    head.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    head.add("x-published-ttl", "PT1H")
    return b"".join([folded(head.to_ical()).removesuffix(_END), *events, _END])


def folded(content: bytes) -> bytes:
    """Lines of at most 75 octets, never cut inside a character or an escape, which some readers do not survive."""
    lines = content.replace(b"\r\n ", b"").decode().split("\r\n")
    return "\r\n".join(_fold(line) for line in lines).encode()


def _fold(line: str) -> str:
    if len(line.encode()) <= _FOLD:
        return line
    rows, row, used = [], "", 0
    for atom in _ATOM.findall(line):
        size = len(atom.encode())
        if used + size > _FOLD:
            rows.append(row)
            row, used = " ", 1
        row, used = row + atom, used + size
    return "\r\n".join([*rows, row])
