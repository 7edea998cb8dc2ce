"""The names of our layers in PagerDuty: they say whose they are, for which period and layer, and are read back."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from watchbill.errors import Refused
from watchbill.periods import period

NAME_LENGTH = 255

_MARK = "watchbill"
_AFTER = "after"
_NAME = re.compile(rf"{_MARK} (\S+) (\S+)(?: #([1-9]\d{{0,5}}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mark:
    """What the name of one of our layers says: which period it is for (None: a tail), which layer, which piece of it.

    `number` counts the pieces of one layer from 1.
    """

    period: str | None
    layer: str
    number: int = 1


def layer_name(of: str, layer: str, number: int = 1) -> str:
    """The name of a layer's piece in a period, such as `watchbill 2027-Q1 week` and then `watchbill 2027-Q1 week #2`.

    Refused where it would be longer than PagerDuty takes.
    """
    return _named(of, layer, number)


def tail_name(layer: str, number: int = 1) -> str:
    """The name of what rotates on when a plan has ended, such as `watchbill after week`."""
    return _named(_AFTER, layer, number)


def mark_of(name: str) -> Mark | None:
    """What the name of one of our layers says; None for a layer that is not ours."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    of, layer, number = match[1], unquote(match[2]), int(match[3] or 1)
    if (of != _AFTER and not _is_period(of)) or name != _plain_name(of, layer, number):
        return None
    return Mark(None if of == _AFTER else of, layer, number)


def _named(of: str, layer: str, number: int) -> str:
    name = _plain_name(of, layer, number)
    if len(name) > NAME_LENGTH:
        raise Refused(
            f'the layer "{layer}" gets a name of {len(name)} characters in PagerDuty, which takes {NAME_LENGTH}. '
            "Give it a shorter name in team.yaml, or write `as: overrides`."
        )
    return name


def _plain_name(of: str, layer: str, number: int) -> str:
    return f"{_MARK} {of} {_quoted(layer)}" + (f" #{number}" if number > 1 else "")


def _quoted(layer: str) -> str:
    """The id of a layer without spaces and marks, so that the name can be taken apart again."""
    return "".join(c if c.isalnum() or c in "._-" else "".join(f"%{b:02X}" for b in c.encode()) for c in layer)


def _is_period(text: str) -> bool:
    try:
        return period(text).name == text
    except ValueError:
        return False
