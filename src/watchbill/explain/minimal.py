"""From many causes to few: a short stretch of turns, then causes dropped, in blocks and one at a time."""

from collections.abc import Callable, Sequence

from watchbill.explain.dates import gathered
from watchbill.solve.labelled import Label

Impossible = Callable[[Sequence[Label]], bool | None]

# What is tried first is dropped first: what stays should be facts about people rather than rules, and the first turns.
_DROPPED = {"cover": 0, "pin": 2, "held": 3, "leave": 4, "share": 5, "left": 5, "joined": 5, "eligible": 6, "serves": 6}
_RULE = 1


def minimal(labels: Sequence[Label], impossible: Impossible) -> tuple[Sequence[Label], bool]:
    """Labels of which none can be dropped, in the order given; and whether that is sure of every one of them.

    Blocks are tried whole before they are halved: what has nothing to do with the conflict goes in a few questions.
    """
    dropping = _Dropping(labels, impossible)
    for _, block in sorted(_blocks(labels).items(), key=lambda item: item[0]):
        dropping.drop(block)
    return dropping.kept, dropping.sure


class _Dropping:
    """What is kept so far; `sure` until an answer stays open."""

    def __init__(self, labels: Sequence[Label], impossible: Impossible) -> None:
        self.kept = list(labels)
        self.sure = True
        self._impossible = impossible

    def drop(self, block: Sequence[Label]) -> None:
        """Drops as many of a block as can be."""
        gone = set(block)
        rest = [label for label in self.kept if label not in gone]
        answer = self._impossible(rest)
        if answer:
            self.kept = rest
        elif len(block) > 1:
            self.drop(block[: len(block) // 2])
            self.drop(block[len(block) // 2 :])
        else:
            self.sure = self.sure and answer is not None


def coarse(labels: Sequence[Label], impossible: Impossible) -> Sequence[Label]:
    """Labels without the rules, and the kinds of facts, that are not needed at all; what stays may be too much."""
    kept = list(labels)
    for _, block in sorted(_blocks(labels).items(), key=lambda item: item[0]):
        gone = set(block)
        rest = [label for label in kept if label not in gone]
        if impossible(rest):
            kept = rest
    return kept


def _blocks(labels: Sequence[Label]) -> dict[tuple[int, int], list[Label]]:
    """Labels of one rule and one rank; later ones first, so that the first turns and people stay."""
    return gathered(reversed(labels), lambda label: (_DROPPED.get(label.kind, _RULE), label.rule))


class Window:
    """Turns in order of time, and the causes that are about some of them: these count if all their turns are chosen."""

    def __init__(self, turns: Sequence[str], located: Sequence[Label]) -> None:
        self._turns = turns
        self._by_turn: dict[str, list[Label]] = {}
        for label in located:
            self._by_turn.setdefault(label.turns[0], []).append(label)

    def causes(self, turns: Sequence[str]) -> Sequence[Label]:
        """The causes that are about these turns alone."""
        chosen = set(turns)
        return [label for turn in turns for label in self._by_turn.get(turn, ()) if chosen.issuperset(label.turns)]

    def found(self, impossible: Impossible, size: int) -> Sequence[str] | None:
        """Turns next to each other whose causes are impossible, at least `size` of them; None if nothing was found.

        Short stretches are looked at first: most conflicts are local, and small questions are quick.
        """
        size = min(size, len(self._turns))
        while size:
            step = max(1, size // 2)
            for start in range(0, max(1, len(self._turns) - step), step):
                part = self._turns[start : start + size]
                if impossible(self.causes(part)):
                    return part
            size = 0 if size == len(self._turns) else min(2 * size, len(self._turns))
        return None

    def shrunk(self, part: Sequence[str], impossible: Impossible) -> Sequence[str]:
        """The part without turns at its ends that can be spared."""
        last = _least(len(part), lambda count: impossible(self.causes(part[:count])))
        part = part[:last]
        length = _least(last, lambda count: impossible(self.causes(part[last - count :])))
        return part[last - length :]


def _least(most: int, holds: Callable[[int], bool | None]) -> int:
    """The least count that is known to do, if `most` does and more never hurts."""
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return high
