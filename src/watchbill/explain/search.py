"""Finds conflicts: first who is left for what runs at one time, which takes no solver; then short stretches of turns.

Several conflicts share nothing that has to be covered, or is due otherwise: what one of them asks for is set aside
before the next is looked for.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from watchbill.explain.crowd import Crowd, Turns
from watchbill.explain.dates import gathered
from watchbill.explain.minimal import Impossible, Window, coarse, minimal
from watchbill.solve.cores import Oracle
from watchbill.solve.labelled import Label, LabelledBoard

FIRST_STRETCH = 8


@dataclass(frozen=True, slots=True)
class Conflict:
    """Labels that cannot all hold. `verified`: shown to be enough; `minimal`: without any one of them they could.

    `also`: turns, by id, that have too few people for the same reasons. `counted`: shown without a solver.
    """

    labels: tuple[Label, ...]
    verified: bool = True
    minimal: bool = True
    also: tuple[str, ...] = ()
    counted: bool = False

    @property
    def due(self) -> tuple[Label, ...]:
        """What is asked for, where all else only forbids."""
        return tuple(label for label in self.labels if label.due)

    @property
    def turns(self) -> tuple[str, ...]:
        """The turns that are to be covered or otherwise spoken of, by id; also those in the same plight."""
        own = (turn for label in self.labels if label.kind != "held" for turn in label.turns)
        return tuple(dict.fromkeys([*own, *self.also]))


def found(board: LabelledBoard, oracle: Oracle) -> Conflict:
    """One conflict of a board that has no plan: the plainest one."""
    return several(board, oracle, 1)[0]


def several(board: LabelledBoard, oracle: Oracle, most: int) -> Sequence[Conflict]:
    """Conflicts of a board that has no plan, the plainest first: all that counting finds, and more up to `most`."""
    out = counted(board)
    aside = {label for one in out for label in _asked(board, one)}
    while len(out) < most:
        if out and not oracle.impossible([label for label in _every(board) if label not in aside]):
            break
        next_ = _searched(board, oracle, aside)
        if not next_.verified:
            break
        out.append(next_)
        aside.update(next_.due)
    return out or [Conflict((), verified=False, minimal=False)]


def counted(board: LabelledBoard) -> list[Conflict]:
    """What counting people finds; turns that the same people lack for the same reasons are one conflict."""
    crowd = Crowd(board)
    groups = gathered(((turns, _least_crowd(crowd, turns)) for turns in crowd.short()), _plight)
    return [
        Conflict(listed[0][1], also=tuple(turn.turn for turns, _ in listed[1:] for turn in turns), counted=True)
        for listed in groups.values()
    ]


def _least_crowd(crowd: Crowd, turns: Turns) -> tuple[Label, ...]:
    least, _ = minimal(crowd.causes(turns), lambda labels: crowd.missing(turns, labels) > 0)
    return tuple(least)


def _plight(short: tuple[Turns, tuple[Label, ...]]) -> tuple[frozenset[str], frozenset[Label]]:
    turns, labels = short
    return frozenset(turn.key for turn in turns), frozenset(label for label in labels if label.kind != "cover")


def _asked(board: LabelledBoard, one: Conflict) -> Iterable[Label]:
    also = set(one.also)
    return [*one.due, *(label for label in _every(board) if label.kind == "cover" and not also.isdisjoint(label.turns))]


def _every(board: LabelledBoard) -> Sequence[Label]:
    return list(dict.fromkeys(board.labels.values()))


def _searched(board: LabelledBoard, oracle: Oracle, aside: Collection[Label]) -> Conflict:
    every = [label for label in _every(board) if label not in aside]
    window = Window(
        [turn.turn for turn in board.problem.turns], [label for label in every if label.due and label.turns]
    )
    anywhere = [label for label in every if not (label.due and label.turns)]
    # What is due to somebody wherever it falls makes every question a large one: first without, in short stretches.
    for size, others in ((FIRST_STRETCH, [label for label in anywhere if not label.due]), (len(every), anywhere)):
        part = () if oracle.impossible(others) else window.found(_beside(others, oracle), size)
        if part is not None:
            needed = coarse(others, _beside(window.causes(part), oracle))
            part = window.shrunk(part, _beside(needed, oracle)) if part else part
            return _least([*window.causes(part), *needed], oracle)
    return Conflict((), verified=False, minimal=False)


def _beside(given: Sequence[Label], oracle: Oracle) -> Impossible:
    return lambda labels: oracle.impossible([*given, *labels])


def _least(labels: Sequence[Label], oracle: Oracle) -> Conflict:
    least, sure = minimal(oracle.core(labels), oracle.impossible)
    return Conflict(tuple(least), minimal=sure)
