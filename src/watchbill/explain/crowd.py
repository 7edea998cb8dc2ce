"""Too few people for what runs at one time: found by matching people to seats, without a solver."""

from collections.abc import Collection, Sequence
from functools import cached_property

from watchbill.domain import Shift
from watchbill.rules._held import running_at_starts
from watchbill.solve.labelled import Label, LabelledBoard


class Crowd:
    """Who could take what at one time, and why everybody else could not."""

    def __init__(self, board: LabelledBoard) -> None:
        self._problem = board.problem
        self._covers = {label.turns: label for label in board.labels.values() if label.kind == "cover"}
        self._bars = board.bars
        self._turns: Sequence[Shift] = ()

    def labels(self) -> Sequence[Label]:
        """The causes at the first time at which people are too few, not yet minimal; nothing if there is none."""
        for turns in self._times:
            self._turns = turns
            every = self._causes(turns)
            if self.impossible(every):
                return every
        return ()

    def impossible(self, labels: Collection[Label]) -> bool:
        """Whether the turns of the time that was found cannot all have their people with these causes in force."""
        chosen = frozenset(labels)
        seats = [
            (turn, seat)
            for turn in self._turns
            if self._cover(turn) in chosen
            for seat in range(self._problem.seats(turn))
        ]
        holder: dict[str, int] = {}
        open_ = [self._open(turn, chosen) for turn, _ in seats]
        return not all(_seated(n, open_, holder, set()) for n in range(len(seats)))

    @cached_property
    def _times(self) -> Sequence[tuple[Shift, ...]]:
        """Sets of turns that run at one time; each turn alone first."""
        turns = [turn for turn in self._problem.turns if (turn.turn,) in self._covers]
        return [*((turn,) for turn in turns), *running_at_starts(turns)]

    def _causes(self, turns: Sequence[Shift]) -> Sequence[Label]:
        causes = [self._cover(turn) for turn in turns]
        for turn in turns:
            for person in self._problem.people:
                causes.extend(self._bars.get((person.id, turn.turn), ()))
        return list(dict.fromkeys(causes))

    def _cover(self, turn: Shift) -> Label:
        return self._covers[(turn.turn,)]

    def _open(self, turn: Shift, chosen: frozenset[Label]) -> Sequence[str]:
        out = set(chosen)
        return [p.id for p in self._problem.people if out.isdisjoint(self._bars.get((p.id, turn.turn), ()))]


def _seated(seat: int, open_: Sequence[Sequence[str]], holder: dict[str, int], seen: set[str]) -> bool:
    """Finds someone for a seat, moving others on where need be (augmenting paths)."""
    for person in open_[seat]:
        if person not in seen:
            seen.add(person)
            if person not in holder or _seated(holder[person], open_, holder, seen):
                holder[person] = seat
                return True
    return False
