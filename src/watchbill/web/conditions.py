"""What a request asks of a body: whether it knows it already, and how it may be packed (RFC 9110, 12.5.3 and 13)."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

Headers = Iterable[tuple[bytes, bytes]]

_TAG = re.compile(rb'"([\x21\x23-\x7e\x80-\xff]*)"')
_MOST_KEPT = 256


def value(headers: Headers, name: bytes) -> bytes | None:
    """What a header says, several of its lines as one list; None if it is not there. Names are in lower case."""
    found = [said for own, said in headers if own == name]
    return b", ".join(found) if found else None


def tags(said: bytes) -> tuple[bytes, ...]:
    """The tags of an If-None-Match in order, without quotes and `W/`: the comparison there is the weak one."""
    return tuple(_TAG.findall(said))


def instant(said: bytes) -> datetime | None:
    """The date of an If-Modified-Since in any of the three forms that HTTP knows; None if it is none."""
    try:
        found = parsedate_to_datetime(said.decode("ascii"))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


@lru_cache(maxsize=_MOST_KEPT)
def takes_gzip(said: bytes | None) -> bool:
    """Whether an Accept-Encoding allows gzip and does not like the plain body better."""
    weights = dict(_weight(item) for item in (said or b"").lower().split(b",") if item.strip())
    anything = weights.get(b"*", 0.0)
    gzip = weights.get(b"gzip", weights.get(b"x-gzip", anything))
    return gzip > 0 and gzip >= weights.get(b"identity", 0.0)


def _weight(item: bytes) -> tuple[bytes, float]:
    """A coding and its weight: 1 if it has none, 0 for one that is no number from 0 to 1."""
    coding, *parameters = (part.strip() for part in item.split(b";"))
    for parameter in parameters:
        name, _, number = parameter.partition(b"=")
        if name.strip() == b"q":
            well_formed = re.fullmatch(rb"(0(\.\d{0,3})?|1(\.0{0,3})?)", number.strip())
            return coding, float(number) if well_formed else 0.0
    return coding, 1.0
