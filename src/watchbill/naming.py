"""Ids from names that people gave."""

import re
import unicodedata
from collections.abc import Sequence

LONGEST = 40
_LATIN = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def unique(names: Sequence[str], otherwise: str) -> list[str]:
    """An id for each name, in order and all different: small Latin letters, digits and `-`.

    Names without any become `otherwise`; of those that are alike, the later ones get a number.
    """
    out: list[str] = []
    for name in names:
        plain = _plain(name) or otherwise
        number, found = 1, plain
        while found in out:
            number += 1
            found = f"{plain[: LONGEST - len(str(number)) - 1]}-{number}"
        out.append(found)
    return out


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_LATIN))
    letters = "".join(c for c in folded if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:LONGEST].rstrip("-")
