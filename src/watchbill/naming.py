"""Ids from names that people gave, and names that tell people apart."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

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


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """What to call people, by id: by name, and by name and id where several have one name."""
    often = Counter(name.casefold() for name in names.values())
    return {id_: f"{name} ({id_})" if often[name.casefold()] > 1 else name for id_, name in names.items()}


def shared(names: Mapping[str, str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each name that several ids have, in any case of letters, with those ids, in order."""
    found: dict[str, list[str]] = {}
    for id_, name in names.items():
        found.setdefault(name.casefold(), []).append(id_)
    return tuple((names[ids[0]], tuple(ids)) for ids in found.values() if len(ids) > 1)


def own_name(id_: str, name: str) -> str:
    """The name that somebody gave, whatever tells them apart from others left out."""
    return name.removesuffix(f" ({id_})")


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_LATIN))
    letters = "".join(c for c in folded if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:LONGEST].rstrip("-")
