"""The register of links, `feeds.json`: by which key links are made, and which generation of each lives. Committed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from watchbill.errors import InputError, Mistake, Refused
from watchbill.files import write_atomically
from watchbill.workspace.jsontext import Document, parse, render

NAME = "feeds.json"
FORMAT = 1

_KEYS = ("format", "key", "generations")
_RESTORE = f"Restore {NAME} from git, or start anew with: watchbill feeds revoke --all"


@dataclass(frozen=True, slots=True)
class Register:
    """The fingerprint of the feed key, and the generations by `Feed.key`: 0 for those that are not there."""

    key: str
    generations: Mapping[str, int] = field(default_factory=dict)

    def stepped(self, feed: str) -> "Register":
        """The register once a feed's link is revoked."""
        return Register(self.key, {**self.generations, feed: self.generations.get(feed, 0) + 1})


def read(folder: Path) -> Register | None:
    """The register of a team's folder, or None if there is none yet. InputError with every mistake in it."""
    try:
        content = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Refused(f"{NAME} cannot be read: {error.strerror or error}. Mend that and run it again.") from error
    document = parse(content, NAME)
    mistakes = list(_mistakes(document))
    if mistakes:
        raise InputError(mistakes)
    return Register(document.value["key"], document.value["generations"])


def write(folder: Path, register: Register) -> None:
    """Writes the register: one line for each generation, in order of name, so that two leads' changes merge."""
    rows = [f"  {render(key).strip()}: {count}" for key, count in sorted(register.generations.items())]
    inner = "{\n" + ",\n".join(rows) + "\n }" if rows else "{}"
    text = f'{{\n "format": {FORMAT},\n "key": "{register.key}",\n "generations": {inner}\n}}\n'
    write_atomically(folder / NAME, text.encode())


def _mistakes(document: Document) -> Iterator[Mistake]:
    value = document.value
    if not isinstance(value, dict):
        yield document.mistake((), f"expected an object. {_RESTORE}")
        return
    for key in value:
        if key not in _KEYS:
            yield document.mistake((key,), f'unknown key "{key}". Remove it.')
    if value.get("format") != FORMAT:
        yield document.mistake(("format",), f'"format" must be {FORMAT}. {_RESTORE}')
    if not isinstance(value.get("key"), str) or not re.fullmatch("[0-9a-f]{16}", value["key"]):
        yield document.mistake(("key",), f'"key" must be 16 digits from 0 to f. {_RESTORE}')
    yield from _of_generations(document, value.get("generations"))


def _of_generations(document: Document, found: object) -> Iterator[Mistake]:
    if not isinstance(found, dict):
        yield document.mistake(("generations",), f'"generations" must be an object. {_RESTORE}')
        return
    for key, count in found.items():
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            sentence = f'the generation of "{key}" must be a whole number from 0 on. {_RESTORE}'
            yield document.mistake(("generations", key), sentence)
