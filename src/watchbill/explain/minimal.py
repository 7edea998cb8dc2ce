"""From many causes to few: the shortest stretch of turns, and causes dropped one at a time."""

from collections.abc import Callable, Sequence

from watchbill.explain.dates import gathered
from watchbill.solve.labelled import Label

Impossible = Callable[[Sequence[Label]], bool | None]

FIRST_STRETCH = 8

# What is tried first is dropped first: what stays should be facts about people rather than rules, and the first turns.
_DROPPED = {"cover": 0, "pin": 2, "held": 3, "leave": 4, "share": 5, "left": 5, "joined": 5, "eligible": 6, "serves": 6}
_RULE = 1


def minimal(labels: Sequence[Label], impossible: Impossible) -> tuple[Sequence[Label], bool]:
    """Labels of which none can be dropped, in the order given; and whether that is sure of every one of them.

    Blocks are tried whole before they are halved: what has nothing to do with the conflict goes in a few questions.
    """
    dropping = _Dropping(labels, impossible)
    blocks = gathered(reversed(labels), lambda label: (_DROPPED.get(label.kind, _RULE), label.rule))
    for _, block in sorted(blocks.items(), key=lambda item: item[0]):
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


def stretch(
    turns: Sequence[str], located: Sequence[Label], others: Sequence[Label], impossible: Impossible
) -> Sequence[Label] | None:
    """Causes of turns next to each other that, with the others, are impossible, and no more without the first or last.

    `turns` are in order of time; a located cause counts if all its turns are chosen. None if nothing was found. Short
    stretches are looked at first: most conflicts are local, and small questions are quick.
    """
    inside = _Inside(located)
    size = FIRST_STRETCH
    while size < 2 * len(turns):
        step = size // 2
        for start in range(0, max(1, len(turns) - step), step):
            part = turns[start : start + size]
            if impossible([*inside(part), *others]):
                return inside(_shrunk(part, lambda chosen: impossible([*inside(chosen), *others])))
        size *= 2
    return None


class _Inside:
    """Which located causes have all their turns among some."""

    def __init__(self, located: Sequence[Label]) -> None:
        self._by_turn: dict[str, list[Label]] = {}
        for label in located:
            self._by_turn.setdefault(label.turns[0], []).append(label)

    def __call__(self, turns: Sequence[str]) -> Sequence[Label]:
        chosen = set(turns)
        return [label for turn in turns for label in self._by_turn.get(turn, ()) if chosen.issuperset(label.turns)]


def _shrunk(part: Sequence[str], impossible: Callable[[Sequence[str]], bool | None]) -> Sequence[str]:
    last = _least(len(part), lambda count: impossible(part[:count]))
    part = part[:last]
    length = _least(last, lambda count: impossible(part[last - count :]))
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
