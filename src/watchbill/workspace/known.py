"""Names across files: every person, role, layer, tag and calendar that is spoken of must exist.

Looks at the raw trees, so that names are checked although other parts of a file are wrong, and so that what is wrong
elsewhere does not make its name unknown.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from watchbill import timings
from watchbill.calendars import unknown_code
from watchbill.errors import Mistake, Place, did_you_mean
from watchbill.workspace.nodes import Node


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a team file defines; None where the file does not say which there are."""

    people: tuple[str, ...] | None
    roles: tuple[str, ...] | None
    layers: Mapping[str, tuple[str, ...] | None]
    tags: tuple[str, ...]
    calendars: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Every `role/layer`."""
        return tuple(f"{role}/{layer}" for role, layers in self.layers.items() for layer in layers or ())

    @property
    def whole(self) -> bool:
        """Whether it is known of every role which layers it has."""
        return self.roles is not None and all(self.layers.get(role) is not None for role in self.roles)


def known_names(team: Node) -> Known:
    """Collects the names of a team file as they are written."""
    people, roles = team.at("people"), team.at("roles")
    tags = (
        node.text
        for _, person in (people.items() if people else ())
        for node in (person.node.at("tags") or _NOTHING).texts()
    )
    return Known(
        people=_keys(people),
        roles=_keys(roles),
        layers={name: _keys(role.node.at("layers")) for name, role in (roles.items() if roles else ())},
        tags=tuple(dict.fromkeys(tags)),
        calendars=_keys(team.at("calendars")) or (),
    )


_NOTHING = Node(Place(""), [])


def _keys(node: Node | None) -> tuple[str, ...] | None:
    return node.keys() if node is not None and isinstance(node.value, dict) else None


# ------------------------------------------------------------------------------------------------------------ team


def check_team(team: Node, known: Known) -> Iterator[Mistake]:
    """Every name in `team.yaml` that nothing has."""
    yield from _calendars(team.at("holidays"), known)
    for _, person in _entries(team, "people"):
        yield from _unknown("role", person.at("roles"), (*(known.roles or ()), *known.keys) if known.whole else None)
        yield from _calendars(person.at("holidays"), known)
    for role, node in _entries(team, "roles"):
        for layer, inner in _entries(node, "layers"):
            yield from _who(inner.at("who"), known)
            others = [name for name in known.layers.get(role) or () if name != layer]
            yield from _unknown(f"other layer of {role}", inner.at("over"), others)
    for rule in _items(team, "rules"):
        yield from check_rule(rule, known)
    for pin in _items(team, "pins"):
        yield from _unknown("person", pin.at("person"), known.people)
        yield from _pinned(pin.at("shift"), known)
    for role, entry in (team.at("publish", "pagerduty") or _NOTHING).items():
        if known.roles is not None and role not in known.roles:
            yield Mistake(entry.place, _sentence("role", role, known.roles))
    for name, entry in (team.at("import", "ics", "match") or _NOTHING).items():
        if known.people is not None and name not in known.people:
            yield Mistake(entry.place, _sentence("person", name, known.people))


def check_rule(rule: Node, known: Known) -> Iterator[Mistake]:
    """Every name in one rule that nothing has: the same keys mean the same in all rules."""
    yield from _unknown("role", rule.at("roles"), known.roles)
    yield from _unknown("person", rule.at("people"), known.people)
    yield from _unknown("person", rule.at("apart"), known.people)
    if known.whole:
        yield from _unknown("layer", rule.at("layers"), known.keys)
        for key in ("first", "then"):
            yield from _unknown("role", rule.at(key), (*(known.roles or ()), *known.keys))
    for key in ("tags", "at_least_one", "never_two"):
        yield from _unknown("tag", rule.at(key), known.tags if known.people is not None else None)
    for one in _items(rule, "except"):
        yield from check_rule(one, known)


def _entries(node: Node, key: str) -> Iterator[tuple[str, Node]]:
    yield from ((name, entry.node) for name, entry in (node.at(key) or _NOTHING).items())


def _items(node: Node, key: str) -> Iterator[Node]:
    found = node.at(key)
    yield from found.value if found is not None and isinstance(found.value, list) else ()


def _unknown(what: str, node: Node | None, known: Iterable[str] | None) -> Iterator[Mistake]:
    names = None if known is None else tuple(known)
    for word in node.texts() if node is not None and names is not None else ():
        if word.text and names is not None and word.text not in names:
            yield Mistake(word.place, _sentence(what, word.text, names))


def _sentence(what: str, word: str, known: Iterable[str]) -> str:
    hint = did_you_mean(word, known)
    if what == "tag":
        return f'nobody has the tag "{word}". {hint}'.rstrip()
    return f'unknown {what} "{word}". {hint or "Add it to team.yaml, or mend the name."}'


def _who(node: Node | None, known: Known) -> Iterator[Mistake]:
    names = None if known.people is None else (*known.people, *known.tags)
    for word in node.texts() if node is not None and names is not None else ():
        if word.text and names is not None and word.text not in names:
            sentence = f'"{word.text}" is neither a person nor a tag of anyone. {did_you_mean(word.text, names)}'
            yield Mistake(word.place, sentence.rstrip())


def _calendars(node: Node | None, known: Known) -> Iterator[Mistake]:
    for word in node.texts() if node is not None else ():
        sentence = _calendar_problem(word.text, known.calendars) if word.text else None
        if sentence:
            yield Mistake(word.place, sentence)


def _calendar_problem(word: str, lists: tuple[str, ...]) -> str | None:
    if word in lists or not word[0].isdigit():
        return unknown_code(word, lists)
    try:
        timings.day(word)
    except ValueError as error:
        return str(error)
    return None


def _pinned(node: Node | None, known: Known) -> Iterator[Mistake]:
    if node is None or not node.text:
        return
    role, _, rest = node.text.partition("/")
    layer = rest.partition("/")[0]
    layers = known.layers.get(role)
    if known.roles is not None and role not in known.roles:
        yield Mistake(node.place, _sentence("role", role, known.roles))
    elif layer and layers is not None and layer not in layers:
        yield Mistake(node.place, _sentence(f"layer of {role}", layer, layers))


# ---------------------------------------------------------------------------------------------------- availability


def check_availability(file: Node, person: str, known: Known | None) -> Iterator[Mistake]:
    """Whether a person's file is about that person of the team, and every other name in it."""
    named = file.at("person")
    if named is not None and named.text and named.text != person:
        sentence = f'this file is named after "{person}", but is about "{named.text}". Rename it, or mend the name.'
        yield Mistake(named.place, sentence)
    if known is None:
        return
    if known.people is not None and person not in known.people:
        place = named.place if named is not None and named.text == person else file.place
        yield Mistake(place, _sentence("person", person, known.people))
    for limit in _items(file, "limits"):
        yield from check_rule(limit, known)
