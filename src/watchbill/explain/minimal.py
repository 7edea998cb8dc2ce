"""From many causes to few: the shortest stretch of turns, and causes dropped one at a time."""

from collections.abc import Callable, Sequence

from watchbill.solve.labelled import Label

Impossible = Callable[[Sequence[Label]], bool | None]

FIRST_STRETCH = 8

# What is tried first is dropped first: what stays should be facts about people rather than rules, and the first turns.
_DROPPED = {"cover": 0, "pin": 2, "held": 3, "leave": 4, "share": 5, "left": 5, "joined": 5, "eligible": 6, "serves": 6}
_RULE = 1


def minimal(labels: Sequence[Label], impossible: Impossible) -> tuple[Sequence[Label], bool]:
    """Labels of which none can be dropped, in the order given; and whether that is sure of every one of them."""
    kept, sure = list(labels), True
    for label in sorted(reversed(labels), key=lambda label: _DROPPED.get(label.kind, _RULE)):
        rest = [other for other in kept if other != label]
        answer = impossible(rest)
        if answer:
            kept = rest
        sure = sure and answer is not None
    return kept, sure


def stretch(covers: Sequence[Label], others: Sequence[Label], impossible: Impossible) -> Sequence[Label] | None:
    """The turns next to each other that, with everything else, are impossible, and no more without the first or last.

    `covers` are in order of time. None if the whole could not be shown to be impossible. Short stretches are looked
    at first: most conflicts are local, and small questions are quick.
    """
    if impossible(others):
        return ()
    size = FIRST_STRETCH
    while size < 2 * len(covers):
        step = max(1, size // 2)
        for start in range(0, max(1, len(covers) - step), step):
            part = covers[start : start + size]
            if impossible([*part, *others]):
                return _shrunk(part, others, impossible)
        size *= 2
    return None


def _shrunk(part: Sequence[Label], others: Sequence[Label], impossible: Impossible) -> Sequence[Label]:
    last = _least(len(part), lambda count: impossible([*part[:count], *others]))
    part = part[:last]
    length = _least(last, lambda count: impossible([*part[last - count :], *others]))
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
