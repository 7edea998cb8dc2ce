"""Too few people for what runs at one time: found by matching people to seats, without a solver."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from watchbill.domain import Shift
from watchbill.rules._held import running_at_starts
from watchbill.solve.labelled import Label, LabelledBoard
from watchbill.times import common, total

Turns = tuple[Shift, ...]


class Crowd:
    """Who could take what at one time, and why everybody else could not."""

    def __init__(self, board: LabelledBoard) -> None:
        self._problem = board.problem
        self._covers = {label.turns: label for label in board.labels.values() if label.kind == "cover"}
        self._bars = board.bars

    def short(self) -> Sequence[Turns]:
        """Turns that run at one time and for which people are too few; the plainest case first, then by time."""
        found: list[Turns] = []
        seen: set[str] = set()
        for turns in self._times():
            ids = {turn.turn for turn in turns}
            if seen.isdisjoint(ids) and self.missing(turns, self.causes(turns)):
                found.append(turns)
                seen |= ids
        plainest = sorted(found, key=self._plainness, reverse=True)[:1]
        return [*plainest, *(turns for turns in found if turns not in plainest)]

    def causes(self, turns: Turns) -> Sequence[Label]:
        """What has to be covered, and each reason why somebody cannot do it."""
        barred = (label for turn in turns for p in self._problem.people for label in self._reasons(p.id, turn))
        return list(dict.fromkeys([*(self._cover(turn) for turn in turns), *barred]))

    def missing(self, turns: Turns, causes: Collection[Label]) -> int:
        """How many seats of these turns stay empty, at best, with these causes in force."""
        chosen = set(causes)
        needed = [turn for turn in turns if self._cover(turn) in chosen]
        open_ = [self._open(turn, chosen) for turn in needed for _ in range(self._problem.seats(turn))]
        holder: dict[str, int] = {}
        return sum(not _seated(n, open_, holder, set()) for n in range(len(open_)))

    def _times(self) -> Iterator[Turns]:
        """Sets of turns that run at one time; each turn alone first."""
        turns = [turn for turn in self._problem.turns if (turn.turn,) in self._covers]
        yield from ((turn,) for turn in turns)
        yield from (running for running in running_at_starts(turns) if not self._shared(running))

    def _shared(self, turns: Turns) -> bool:
        """Whether somebody might hold several of these, since they miss the hours in which they meet."""
        people = [relief.person for turn in turns for relief in self._problem.reliefs_of.get(turn.turn, ())]
        return len(set(people)) < len(people)

    def _plainness(self, turns: Turns) -> tuple[int, timedelta]:
        """How many people are missing, and how much of the turns those who are away are away."""
        away = (
            total(common(turn.spans, (label.away,)))
            for turn in turns
            for person in self._problem.people
            for label in self._reasons(person.id, turn)
            if label.away
        )
        return self.missing(turns, self.causes(turns)), sum(away, timedelta())

    def _cover(self, turn: Shift) -> Label:
        return self._covers[(turn.turn,)]

    def _reasons(self, person: str, turn: Shift) -> Sequence[Label]:
        return [label for way in self._ways(person, turn) for label in way]

    def _ways(self, person: str, turn: Shift) -> Sequence[Sequence[Label]]:
        """What bars someone from the whole of a turn; then, if they may miss a part of it, from the rest."""
        kept = (relief.kept for relief in self._problem.reliefs_of.get(turn.turn, ()) if relief.person == person)
        return [self._bars.get((person, way.turn), ()) for way in (turn, *kept)]

    def _open(self, turn: Shift, chosen: set[Label]) -> Sequence[str]:
        return [p.id for p in self._problem.people if any(map(chosen.isdisjoint, self._ways(p.id, turn)))]


def _seated(seat: int, open_: Sequence[Sequence[str]], holder: dict[str, int], seen: set[str]) -> bool:
    """Finds someone for a seat, moving others on where need be (augmenting paths)."""
    for person in open_[seat]:
        if person not in seen:
            seen.add(person)
            if person not in holder or _seated(holder[person], open_, holder, seen):
                holder[person] = seat
                return True
    return False
