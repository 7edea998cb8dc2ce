"""JSON that people diff and edit: a stable layout when written, line and column for every mistake when read."""

import json
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from watchbill.errors import InputError, Mistake, Place
from watchbill.texts import MERGE, merge_mark

WIDTH = 100
LONGEST = 50_000_000
Path = tuple[str | int, ...]

_DEPTH = 6
_BLANK = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


# ---------------------------------------------------------------------------------------------------------- write


def render(value: Any) -> str:
    """Indented JSON with a newline at the end: what fits on one line stands on one line. Decimals keep their digits."""
    return _laid_out(value, "", 0) + "\n"


def _laid_out(value: Any, indent: str, taken: int) -> str:
    """`taken` columns of the first line are used already. The outermost value is always spread out."""
    line = _flat(value)
    if (taken and len(indent) + taken + len(line) < WIDTH) or not isinstance(value, Mapping | list) or not value:
        return line
    inner = indent + " "
    if isinstance(value, Mapping):
        keys = [(f"{json.dumps(key, ensure_ascii=False)}: ", item) for key, item in value.items()]
        rows = [key + _laid_out(item, inner, len(key)) for key, item in keys]
        return "{\n" + ",\n".join(inner + row for row in rows) + f"\n{indent}}}"
    rows = [_laid_out(item, inner, 1) for item in value]
    return "[\n" + ",\n".join(inner + row for row in rows) + f"\n{indent}]"


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flat(key)}: {_flat(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flat(item) for item in value) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)


# ----------------------------------------------------------------------------------------------------------- read


class NotJson:
    """Stands for `NaN`, `Infinity` and numbers of absurd length: no reader accepts it."""


@dataclass(frozen=True)
class Document:
    """A parsed JSON text that still knows where everything stands. Numbers with a point are Decimals."""

    file: str
    text: str
    value: Any

    @cached_property
    def offsets(self) -> Mapping[Path, int]:
        """Where each element begins (for members of objects: their key), down to a few levels."""
        out: dict[Path, int] = {}
        for path, offset in _walk(self.text, _skip(self.text, 0), ()):
            out.setdefault(path, offset)
        return out

    def mistake(self, path: Path, sentence: str) -> Mistake:
        """A mistake at an element, or at the nearest one around it that exists."""
        while path not in self.offsets:
            path = path[:-1]
        return Mistake(_place(self.file, self.text, self.offsets[path]), sentence)

    def twice(self) -> Mistake | None:
        """The first key that an object holds twice: JSON readers would silently drop one."""
        seen: set[Path] = set()
        for path, offset in _walk(self.text, _skip(self.text, 0), ()):
            if path in seen:
                place = _place(self.file, self.text, offset)
                return Mistake(place, f'"{path[-1]}" appears twice in one object. Remove one of the two.')
            seen.add(path)
        return None


def parse(content: bytes, file: str) -> Document:
    """Reads JSON; InputError with the place for anything that is none."""
    if len(content) > LONGEST:
        raise InputError([Mistake(Place(file), f"the file is larger than {LONGEST // 1_000_000} MB. Restore it.")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError([Mistake(Place(file, line), "the text is not UTF-8. Save the file as UTF-8.")]) from None
    if (at := merge_mark(text)) is not None:
        raise InputError([Mistake(_place(file, text, at), MERGE)])
    repeated: list[str] = []
    document = Document(file, text, _loads(text, file, repeated))
    if repeated:
        raise InputError([document.twice() or Mistake(Place(file), f'"{repeated[0]}" appears twice. Remove one.')])
    return document


def is_cut_off(content: bytes) -> bool:
    """Whether a text is nothing, or JSON that ends too early."""
    text = content.decode("utf-8-sig", "replace").rstrip()
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.pos >= len(text) or error.msg.startswith("Unterminated string")
    except (RecursionError, ValueError):
        return False
    return False


def _loads(text: str, file: str, repeated: list[str]) -> Any:
    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            repeated.append(next(name for name in names if names.count(name) > 1))
        return found

    try:
        return json.loads(
            text,
            object_pairs_hook=members,
            parse_float=_decimal,
            parse_int=lambda digits: int(digits) if len(digits) < 20 else NotJson(),
            parse_constant=lambda _: NotJson(),
        )
    except json.JSONDecodeError as error:
        raise InputError([Mistake(Place(file, error.lineno, error.colno), _syntax(text, error))]) from None
    except RecursionError:
        raise InputError([Mistake(Place(file), "the text is nested far too deeply. Restore the file.")]) from None


def _decimal(digits: str) -> Decimal | NotJson:
    try:
        return Decimal(digits)
    except InvalidOperation:
        return NotJson()


def _syntax(text: str, error: json.JSONDecodeError) -> str:
    if error.pos >= len(text.rstrip()):
        return "the JSON ends too early. Restore the end of the file, or close what is open."
    return f"this is no JSON: {error.msg[:1].lower()}{error.msg[1:]}. Look for a comma or a quote, here or just before."


def _walk(text: str, at: int, path: Path, mark: int | None = None) -> Generator[tuple[Path, int], None, int]:
    """Every element of a valid JSON text with the offset at which it (or its key) stands; returns the end."""
    yield path, at if mark is None else mark
    opener = text[at]
    if opener not in "[{" or len(path) >= _DEPTH:
        return _DECODER.raw_decode(text, at)[1]
    at, index = _skip(text, at + 1), 0
    while text[at] not in "]}":
        key, start = (index, at) if opener == "[" else _DECODER.raw_decode(text, at)
        value = at if opener == "[" else _skip(text, _skip(text, start) + 1)
        at = _skip(text, (yield from _walk(text, value, (*path, key), at)))
        at = _skip(text, at + 1) if text[at] == "," else at
        index += 1
    return at + 1


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _place(file: str, text: str, offset: int) -> Place:
    return Place(file, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
