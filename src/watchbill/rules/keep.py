"""`keep`: stay near a given plan; a change close to its date costs more."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from watchbill.domain import Shift
from watchbill.policy import Near
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules.base import Board, Linear, Roster, Rule, names

CHANGE = 10
CHANGE_IN_NOTICE = 30


class Keep(Rule):
    """Every seat that changes hands costs points: 10, and 30 within the notice. Where they count, `Near` says."""

    kind: Literal["keep"] = "keep"
    strengths: ClassVar[tuple[str, ...]] = ("should",)
    strength: Literal["should"] = "should"

    def post(self, board: Board) -> None:
        """Costs each former holder who no longer holds the turn."""
        near = board.problem.near
        if near is None:
            return
        for turn, former in _former(board.problem, near):
            price = _price(turn, near)
            changed = Linear(constant=price * len(former))
            for person in former:
                if person in board.problem.person:
                    some = board.problem.choices(person, turn)
                    changed.add(board.weigh(person, [(choice, -price) for choice in some]))
            board.cost(changed, tier=_tier(turn, near))

    def check(self, roster: Roster) -> Iterator[Finding]:
        """One finding for each turn that former holders hold no part of any more."""
        near = roster.problem.near
        if near is None:
            return
        for turn, former in _former(roster.problem, near):
            holders = roster.holders(turn)
            gone = [person for person in former if person not in holders]
            if gone:
                come = [person for person in holders if person not in former]
                yield self._finding(roster.problem, turn, gone, come, near)

    def _finding(self, problem: Problem, turn: Shift, gone: list[str], come: list[str], near: Near) -> Finding:
        late = ", within the notice" if _in_notice(turn, near) else ""
        return Finding(
            rule=self.kind,
            sentence=f"{turn.turn} goes from {names(problem, gone)} to {names(problem, come)}{late}",
            tier=_tier(turn, near),
            cost=_price(turn, near) * len(gone),
            people=(*gone, *come),
            shifts=(turn.id,),
            day=turn.start.date(),
        )


def _former(problem: Problem, near: Near) -> list[tuple[Shift, tuple[str, ...]]]:
    """This plan's turns that the given plan knows, with everyone who held a seat there."""
    held: dict[str, dict[str, None]] = {}
    for shift in problem.shifts:
        if shift.id in near.holders:
            held.setdefault(shift.turn, {})[near.holders[shift.id]] = None
    return [(turn, tuple(held[turn.turn])) for turn in problem.turns if turn.turn in held]


def _price(turn: Shift, near: Near) -> int:
    """What a changed seat of a turn costs."""
    return CHANGE_IN_NOTICE if _in_notice(turn, near) else CHANGE


def _tier(turn: Shift, near: Near) -> str:
    """Where it costs."""
    return near.notice_tier if _in_notice(turn, near) else near.tier


def _in_notice(turn: Shift, near: Near) -> bool:
    return near.notice is not None and near.notice.start <= turn.start < near.notice.end
