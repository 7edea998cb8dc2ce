"""Reliefs: what a holder may miss of a turn (`may_miss`) is taken by others, and by no more of them than need be."""

from collections.abc import Iterator

from watchbill.domain import Relief, is_guest
from watchbill.results import Finding
from watchbill.rules.base import Board, Linear, Roster, names

RULE, TIER, COST = "relief", "stability", 5


def post_reliefs(board: Board) -> None:
    """Whoever keeps a turn only in part is relieved in every stretch; nobody has two parts of a turn; each costs."""
    for relief in board.problem.reliefs:
        for number in range(len(relief.missed)):
            board.require(_balance(board, relief, number), at_least=0, at_most=0, rule=RULE)
    for listed in board.problem.reliefs_of.values():
        for person in board.problem.people:
            some = board.count(person.id, board.problem.choices(person.id, listed[0].turn))
            board.require(some, at_most=1, rule=RULE)
    board.cost(_taken(board), tier=TIER)


def handovers(roster: Roster) -> Iterator[Finding]:
    """One finding for each shift of a layer with `may_miss` that several people hold: what that costs."""
    for shift in roster.problem.shifts:
        people = tuple(dict.fromkeys(stint.person for stint in roster.parts[shift.id]))
        if len(people) > 1 and roster.problem.layer[shift.key].may_miss:
            known = names(roster.problem, [person for person in people if not is_guest(person)])
            sentence = f"{shift.id} is shared by {known}"
            cost = COST * (len(people) - 1)
            yield Finding(RULE, sentence, False, TIER, cost, people, (shift.id,), shift.start.date())


def _balance(board: Board, relief: Relief, number: int) -> Linear:
    """How many take a stretch, less one if the turn is held by whoever misses it."""
    what = board.holds(relief.person, relief.kept, -1)
    for run, offer in relief.offers:
        if number in run:
            for person in board.takers(offer):
                what.add(board.holds(person, offer))
    return what


def _taken(board: Board) -> Linear:
    out = Linear()
    for relief in board.problem.reliefs:
        for _, offer in relief.offers:
            for person in board.takers(offer):
                out.add(board.holds(person, offer, COST))
    return out
