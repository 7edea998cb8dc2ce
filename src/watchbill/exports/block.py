"""The imported block of an availability file: between two marker lines, replaced whole; all other bytes stay.

The new file is read back before anybody sees it: the block must say what was found, and the rest what it said before.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from watchbill.errors import InputError, Mistake, Place
from watchbill.times import Dates
from watchbill.workspace.moments import Moments
from watchbill.workspace.nodes import parse
from watchbill.workspace.person_file import AvailabilityFile
from watchbill.workspace.validation import validated

_BEGIN = "# >>> imported calendar"
_END = "# <<< imported calendar"
_FIRST = f'{_BEGIN}: "watchbill import ics" replaces these lines whole, so do not edit them'
_MARK = re.compile(rb"[ \t]*#[ \t]*(>>>|<<<)[ \t]*imported calendar\b")
_TOUCH = "Restore it from git, or remove what is left of the block, and import again."


@dataclass(frozen=True, slots=True)
class Block:
    """What one import found for one person: disjoint stretches in order, for some dates (both included)."""

    leave: tuple[Moments, ...]
    avoid: tuple[Moments, ...]
    window: Dates

    def lines(self) -> list[str]:
        """The block as lines of a file, markers included."""
        span = f"{self.window.first}..{self.window.last}"
        body = [*_listed("leave", self.leave), *_listed("avoid", self.avoid)]
        return [_FIRST, f"# imported for {span}", "imported:", *body, _END]


def _listed(kind: str, found: Sequence[Moments]) -> list[str]:
    return [f"  {kind}:", *(f"    - {one}" for one in found)] if found else [f"  {kind}: []"]


def with_block(name: str, data: bytes | None, person: str, block: Block) -> bytes:
    """The bytes of a person's file with the block instead of an earlier one, or at the end of the file.

    None stands for a file that is not there yet. InputError for a file with mistakes, with damaged markers, or in
    which a block at the end would be read as part of something else.
    """
    old = b"person: " + person.encode() + b"\n" if data is None else data
    made = _replaced(name, old, block.lines())
    _confirm(name, old, made, block)
    return made


def earlier(name: str, data: bytes | None) -> tuple[tuple[Moments, ...], tuple[Moments, ...]]:
    """The leave and the avoid of the block that a file has now; empty if it has none. InputError for mistakes."""
    if data is None:
        return (), ()
    found = _read(name, data).imported
    return found.leave, found.avoid


def _replaced(name: str, data: bytes, lines: list[str]) -> bytes:
    existing = _found(name, data)
    newline = b"\r\n" if data.count(b"\r\n") * 2 > data.count(b"\n") else b"\n"
    block = newline.join(line.encode() for line in lines) + newline
    if existing is None:
        gap = b"" if not data or data.endswith((b"\n", b"\r")) else newline
        return data + gap + block
    start, end = existing
    return data[:start] + block + data[end:]


def _found(name: str, data: bytes) -> tuple[int, int] | None:
    """From where to where the block goes, the line break after it included; None if there is none."""
    marks: list[tuple[bool, int, int, int]] = []
    offset = 0
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        if match := _MARK.match(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line):
            marks.append((match[1] == b">>>", number, offset, offset + len(line)))
        offset += len(line)
    if not marks:
        return None
    if [begins for begins, *_ in marks] != [True, False]:
        raise InputError([Mistake(Place(name, marks[-1][1]), _damage([begins for begins, *_ in marks]))])
    return marks[0][2], marks[1][3]


def _damage(begins: list[bool]) -> str:
    if begins.count(True) > 1 or begins.count(False) > 1:
        return f"the markers of the imported block stand here more than once. {_TOUCH}"
    if begins == [True]:
        return f'the imported block begins here and its last line ("{_END}") is missing. {_TOUCH}'
    if begins == [False]:
        return f"the imported block ends here and its first line is missing. {_TOUCH}"
    return f"the imported block ends before it begins. {_TOUCH}"


def _read(name: str, data: bytes) -> AvailabilityFile:
    root, mistakes = parse(name, data)
    if root is None or mistakes:
        raise InputError(mistakes)
    file, mistakes = validated(root, AvailabilityFile, {})
    if file is None or mistakes:
        raise InputError(mistakes)
    return file


def _confirm(name: str, old: bytes, made: bytes, block: Block) -> None:
    """Reads the new file back; InputError unless it says what the old one and the block say."""
    before = _read(name, old)
    line = old.count(b"\n") + 1
    if _found(name, old) is None and "imported" in before.model_fields_set:
        sentence = 'the key "imported" is written by the program, between two marker lines. Remove it and import again.'
        raise InputError([Mistake(Place(name, line), sentence)])
    try:
        after = _read(name, made)
    except InputError:
        after = None
    if (
        after is None
        or not _same(before, after)
        or (after.imported.leave, after.imported.avoid)
        != (
            block.leave,
            block.avoid,
        )
    ):
        sentence = (
            "no block can be put here: it would be read as part of what stands above it. "
            'Write the file as "key: value" lines from the left margin on, without "..." or { } around all. '
            "Then import again."
        )
        raise InputError([Mistake(Place(name, line), sentence)])


def _same(before: AvailabilityFile, after: AvailabilityFile) -> bool:
    """Whether two files say the same outside of the block."""
    return before.model_copy(update={"imported": after.imported}) == after
