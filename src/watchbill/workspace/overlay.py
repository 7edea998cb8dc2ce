"""What is supposed on top of a folder's files, for as long as a question takes: nothing of it is written anywhere.

Mappings are laid over key by key, a key without a value removes, and everything else takes the place of what was
there; of availability, lines are added to those that the files hold.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from watchbill.errors import Mistake, Place
from watchbill.workspace.nodes import Entry, Node, parse

AVAILABILITY = "availability"
LEAVE, WITHOUT = "--leave", "--without"


@dataclass(frozen=True)
class Overlay:
    """What is supposed: trees over `team.yaml`, trees over people's availability, mistakes in them, and their bytes."""

    team: tuple[Node, ...] = ()
    availability: tuple[tuple[str, Node], ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    content: bytes = b""

    def over(self, team: Node | None) -> Node | None:
        """The team's file as it is supposed to be; what cannot be read stays unread."""
        for tree in self.team if team is not None else ():
            team = laid(team, tree) if team is not None else None
        return team

    def __add__(self, other: "Overlay") -> "Overlay":
        return Overlay(
            (*self.team, *other.team),
            (*self.availability, *other.availability),
            (*self.mistakes, *other.mistakes),
            self.content + other.content,
        )


NOTHING = Overlay()


def fragment(name: str, data: bytes) -> Overlay:
    """A file with keys of `team.yaml`, and availability by person under `availability`; `name` is for messages."""
    root, mistakes = parse(name, data)
    if root is None or not isinstance(root.value, dict):
        return Overlay(mistakes=mistakes, content=data)
    kept = {key: entry for key, entry in root.items() if key != AVAILABILITY}
    team = (Node(root.place, kept, pruned=root.pruned),) if kept else ()
    own = root.at(AVAILABILITY)
    told = [] if own is None or isinstance(own.value, dict) else [Mistake(own.place, _NO_PEOPLE)]
    people = tuple(_people(own)) if own is not None else ()
    return Overlay(team, people, (*mistakes, *told), data)


NO_LINES = "expected the lines of an availability file here. Write leave: [2027-03-08]."
_NO_PEOPLE = "availability is by person here. Write availability: {ana: {leave: [2027-03-08]}}."


def _people(own: Node) -> Iterator[tuple[str, Node]]:
    for person, entry in own.items():
        yield person, _about(person, entry.place, entry.node)


def _about(person: str, place: Place, node: Node) -> Node:
    """The tree of an availability file, which says about whom it is."""
    if not isinstance(node.value, dict):
        return node
    return Node(node.place, {"person": Entry(place, Node(place, person)), **node.value}, pruned=node.pruned)


def away(person: str, lines: Sequence[str]) -> Overlay:
    """Stretches of leave of one person, as availability files write them; they count as approved by the lead."""
    place = Place(LEAVE)
    listed: list[Node] = [_tree(place, {"dates": text, "approved": "yes"}) for text in lines]
    tree = Node(place, {"leave": Entry(place, Node(place, listed))})
    return Overlay(availability=((person, _about(person, place, tree)),), content=f"{person}:{lines}".encode())


def gone(person: str, joined: date | None, last: date) -> Overlay:
    """A person who leaves the team after a last day, or who never joined it if they would have later."""
    place = Place(WITHOUT)
    facts = {"left": last.isoformat()} | ({"joined": last.isoformat()} if joined and joined > last else {})
    people = Node(place, {person: Entry(place, _tree(place, facts))})
    return Overlay(team=(Node(place, {"people": Entry(place, people)}),), content=f"{person}<{last}".encode())


def _tree(place: Place, facts: Mapping[str, str]) -> Node:
    return Node(place, {key: Entry(place, Node(place, text)) for key, text in facts.items()})


# ------------------------------------------------------------------------------------------------------------ lay


def laid(base: Node, over: Node) -> Node:
    """One tree over another; neither is changed."""
    if not isinstance(base.value, dict) or not isinstance(over.value, dict):
        return over
    out = dict(base.value)
    for key, entry in over.value.items():
        known = out.get(key)
        if entry.node.empty:
            out.pop(key, None)
        elif known is not None:
            out[key] = Entry(entry.place, laid(known.node, entry.node))
        else:
            out[key] = entry
    return Node(base.place, out, pruned=base.pruned | over.pruned)


def beside(files: Sequence[Node], over: Node) -> list[Node]:
    """Trees of one person's files and the one on top; what is no list in them gives way to what it says."""
    return [*(_thinned(tree, over) for tree in files), over]


def _thinned(tree: Node, over: Node) -> Node:
    said = set(over.keys()) - {"person"}
    kept = {key: entry for key, entry in tree.items() if key not in said or isinstance(entry.node.value, list)}
    return Node(tree.place, kept, pruned=tree.pruned)
