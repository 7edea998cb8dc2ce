"""Text that is safe to print and to publish, and numbers as people read them."""

import re
import unicodedata

MERGE = "unresolved merge conflict: here is a mark of it. Choose one of the two sides and remove the marks."
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}
_MERGE_MARK = re.compile(r"^(?:<{7}|>{7})(?= |$)", re.MULTILINE)


def printable(text: str) -> str:
    """The text on one line: breaks and tabs become spaces, control characters and lone surrogates go."""
    spaced = "".join(" " if c.isspace() else c for c in text)
    return "".join(c for c in spaced if unicodedata.category(c) not in _UNPRINTABLE)


def counted(count: int, thing: str) -> str:
    """`1 override`, `2 overrides`: how many of something, whose plural ends in s."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def hours(hundredths: int, *, sign: bool = False) -> str:
    """Hundredths of an hour as hours with one decimal, halves away from zero: `168.0`, or `+12.5` with a sign."""
    tenths = (abs(hundredths) + 5) // 10
    mark = "-" if hundredths < 0 and tenths else "+" if sign and tenths else ""
    return f"{mark}{tenths // 10}.{tenths % 10}"


def merge_mark(text: str) -> int | None:
    """Where the first mark of a merge conflict stands that git left in a file; None if there is none."""
    match = _MERGE_MARK.search(text)
    return match.start() if match else None
