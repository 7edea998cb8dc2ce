"""YAML text to a tree in which every key and value knows its line and column, and every scalar stays text.

Built from parser events, so that nothing is ever constructed, resolved or expanded: anchors, aliases and tags are
refused where they stand.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from watchbill.errors import Mistake, Place
from watchbill.texts import MERGE, merge_mark
from watchbill.workspace.jargon import translated

MOST_BYTES = 1_000_000
MOST_DEPTH = 50
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ODD_SPACE = re.compile("[\xa0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff\x85\u2028\u2029]")
_ODD_QUOTE = re.compile("[\u2018-\u201f\u00ab\u00bb]")

Part = str | int


@dataclass(slots=True)
class Node:
    """A value of a file: text, a list of nodes, or a mapping of text to entries.

    `empty` is text that is not there at all (`leave:`). `broken`: a mistake in it was told already. `pruned` are keys
    of a mapping (or "" for items of a list) that were taken out because they were wrong.
    """

    place: Place
    value: "str | list[Node] | dict[str, Entry]"
    empty: bool = False
    broken: bool = False
    pruned: set[str] = field(default_factory=set)

    def plain(self) -> Any:
        """The tree as dicts, lists and text."""
        if isinstance(self.value, dict):
            return {key: entry.node.plain() for key, entry in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value

    def child(self, part: object) -> "Node | None":
        """The node at a key or an index, if there is one."""
        if isinstance(self.value, dict) and isinstance(part, str):
            return self.value[part].node if part in self.value else None
        if isinstance(self.value, list) and isinstance(part, int):
            return self.value[part] if 0 <= part < len(self.value) else None
        return None

    def at(self, *path: Part) -> "Node | None":
        """The node at a path, if there is one."""
        node: Node | None = self
        for part in path:
            node = node.child(part) if node else None
        return node

    def items(self) -> Iterator[tuple[str, "Entry"]]:
        """Keys and entries of a mapping; nothing for other nodes."""
        yield from self.value.items() if isinstance(self.value, dict) else ()

    def keys(self) -> tuple[str, ...]:
        """Every key of a mapping as it was written, those included that were taken out."""
        return (*(key for key, _ in self.items()), *sorted(self.pruned - {""}))

    def texts(self) -> Iterator["Node"]:
        """The node itself if it is text, or the texts of a list."""
        if isinstance(self.value, str):
            yield self
        elif isinstance(self.value, list):
            yield from (node for node in self.value if isinstance(node.value, str))

    @property
    def text(self) -> str:
        """The text without outer blanks; empty for lists and mappings."""
        return self.value.strip() if isinstance(self.value, str) else ""


@dataclass(slots=True)
class Entry:
    """One entry of a mapping: where its key stands, and its value."""

    place: Place
    node: Node


def parse(file: str, data: bytes) -> tuple[Node | None, tuple[Mistake, ...]]:
    """The tree of a file, or None, and every mistake of syntax: duplicate keys, anchors, tags, quotes, tabs …"""
    text, mistake = _decoded(file, data)
    if mistake:
        return None, (mistake,)
    builder = _Builder(file)
    try:
        root = builder.build(text)
    except yaml.YAMLError as error:
        last = translated(file, text, _same_everywhere(text, error))
        return None, tuple(dict.fromkeys((*builder.mistakes, last)))
    except _StopReadingError:
        root = None
    if root and not isinstance(root.value, dict) and not builder.mistakes:
        builder.complain(root.place, 'expected "key: value" lines here. Start with a key, such as "person: ana".')
    return (root if root and isinstance(root.value, dict) else None), tuple(dict.fromkeys(builder.mistakes))


def _decoded(file: str, data: bytes) -> tuple[str, Mistake | None]:
    if len(data) > MOST_BYTES:
        return "", Mistake(Place(file), f"the file is too large ({len(data)} bytes). Write at most 1 MB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        return "", Mistake(place_in(file, before, len(before)), "this is not UTF-8 text. Save the file as UTF-8.")
    if (at := merge_mark(text)) is not None:
        return "", Mistake(place_in(file, text, at), MERGE)
    if match := UNPRINTABLE.search(text):
        sentence = f"a control character (U+{ord(match[0]):04X}) stands here. Remove it."
        return "", Mistake(place_in(file, text, match.start()), sentence)
    for number, line in enumerate(text.splitlines(), 1):
        head = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].rstrip()
        if "\t" in head:
            where = "used for indentation" if not head[: head.index("\t")].strip() else "used as a blank"
            return "", Mistake(Place(file, number, head.index("\t") + 1), f"a tab is {where}. Use spaces.")
    return re.sub(r"[ \t]+(?=\r?$)", "", text, flags=re.MULTILINE), None


def place_in(file: str, text: str, index: int) -> Place:
    """The place of a character of a text."""
    before = text[:index]
    return Place(file, before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)


def _same_everywhere(text: str, error: yaml.YAMLError) -> yaml.YAMLError:
    """The error of the pure Python parser, so that the sentence does not depend on how PyYAML was built.

    It is slow, so a file that is longer than people write goes without.
    """
    if len(text) > 100_000:
        return error
    try:
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass
    except yaml.YAMLError as same:
        return same
    return error


class _StopReadingError(Exception):
    """The rest of the file is not worth reading."""


class _Builder:
    """Turns parser events into nodes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.mistakes: list[Mistake] = []

    def complain(self, place: Place, sentence: str) -> None:
        self.mistakes.append(Mistake(place, sentence))

    def build(self, text: str) -> Node | None:
        events = iter(yaml.parse(text, Loader=_LOADER))
        root, documents = None, 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self.complain(self._at(event), 'a second document starts here. Remove the "---".')
                    raise _StopReadingError
            elif isinstance(event, yaml.NodeEvent):
                root = self._node(event, events, 1)
        if root is None or root.empty:
            self.complain(Place(self.file), "the file is empty. Write its keys, or remove the file.")
        return root

    def _at(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        place = self._at(event)
        if depth > MOST_DEPTH:
            self.complain(place, f"this is nested more than {MOST_DEPTH} levels deep. Write it flatter.")
            raise _StopReadingError
        if isinstance(event, yaml.AliasEvent):
            self.complain(place, f'aliases such as "*{event.anchor}" are not read. Write the value out, or quote it.')
            return Node(place, "", broken=True)
        if event.anchor:
            self.complain(place, f'anchors such as "&{event.anchor}" are not read. Remove it, or quote the value.')
        if event.tag and event.tag != "!":
            self.complain(place, f'tags such as "{_tag(event.tag)}" are not read. Remove it, or quote the value.')
        node = self._value(place, event, events, depth)
        node.broken = node.broken or bool(event.anchor) or bool(event.tag and event.tag != "!")
        return node

    def _value(self, place: Place, event: Any, events: Iterator[Any], depth: int) -> Node:
        if isinstance(event, yaml.SequenceStartEvent):
            items = [self._node(item, events, depth + 1) for item in _until(events, yaml.SequenceEndEvent)]
            sound = [item for item in items if not item.broken]
            return Node(place, list(sound), pruned={""} if len(sound) < len(items) else set())
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place, events, depth)
        text = str(event.value)
        plain = event.style in (None, "")
        return Node(place, text, empty=plain and not text, broken=plain and not self._sound(place, text))

    def _sound(self, place: Place, text: str) -> bool:
        """Whether text without quotes has no character that only looks like a blank or a quote."""
        if match := ODD_SPACE.search(text):
            where = Place(place.file, place.line, place.column + match.start())
            self.complain(where, f"a special space (U+{ord(match[0]):04X}) stands here. Type an ordinary space.")
        elif match := _ODD_QUOTE.match(text):
            self.complain(place, f"a typographic quote {text[0]} stands here. Type \" or '.")
        return not match

    def _mapping(self, place: Place, events: Iterator[Any], depth: int) -> Node:
        out: dict[str, Entry] = {}
        pruned: set[str] = set()
        for event in _until(events, yaml.MappingEndEvent):
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if self._sound_key(key, value, out) and not value.broken:
                out[key.text] = Entry(key.place, value)
            elif key.text not in out:
                pruned.add(key.text.partition(":")[0])
        return Node(place, out, pruned=pruned)

    def _sound_key(self, key: Node, value: Node, others: dict[str, Entry]) -> bool:
        known = len(self.mistakes)
        word, colon, rest = key.text.partition(":")
        if not isinstance(key.value, str):
            self.complain(key.place, "a list or mapping stands where a key belongs. Write a word before the colon.")
        elif key.text in others:
            first = others[key.text].place.line
            self.complain(key.place, f'"{key.text}" appears twice (first on line {first}). Remove one of them.')
        elif key.value == "<<":
            self.complain(key.place, 'merging with "<<" is not read. Write the keys out.')
        elif colon and rest and value.empty and re.fullmatch(r"[a-z_]+", word):
            where = Place(key.place.file, key.place.line, key.place.column + len(word))
            self.complain(where, f'a space is missing after the ":". Write {word}: {rest}')
        return len(self.mistakes) == known and not key.broken


def _until(events: Iterator[Any], end: type[Any]) -> Iterator[Any]:
    while not isinstance(event := next(events), end):
        yield event


def _tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")


def walk(node: Node, path: Sequence[Part] = ()) -> Iterator[tuple[tuple[Part, ...], Node]]:
    """Every node below and at a node, with its path."""
    yield tuple(path), node
    if isinstance(node.value, dict):
        for key, entry in node.value.items():
            yield from walk(entry.node, (*path, key))
    elif isinstance(node.value, list):
        for index, item in enumerate(node.value):
            yield from walk(item, (*path, index))
