"""What is worth a word before anything is solved: turns that hardly anybody can serve, lines that take too much."""

from collections import Counter
from collections.abc import Iterator, Sequence

from watchbill.domain import Shift
from watchbill.errors import Mistake
from watchbill.rules._held import running_at_starts
from watchbill.rules.base import names
from watchbill.serving import Serving
from watchbill.understood import Line, Understood
from watchbill.workspace import Workspace

_MOST = 3


def doubts(team: Workspace, serving: Serving, people: Sequence[Understood]) -> tuple[Mistake, ...]:
    """Warnings about turns and people, in order of layers and people."""
    found: list[Mistake] = []
    for key in serving.problem.layer:
        found += _thin(team, serving, [turn for turn in serving.problem.turns if turn.key == key])
    found += _crowded(team, serving)
    for row in people:
        found += _whole_layers(serving, row)
        found += _mostly_blocked(serving, row)
    return tuple(found)


# ---------------------------------------------------------------------------------------------------------- turns


def _thin(team: Workspace, serving: Serving, turns: Sequence[Shift]) -> Iterator[Mistake]:
    """One warning for the turns of a layer that cannot be staffed, one for those that leave no choice."""
    if not turns:
        return
    place = team.finder.key("roles", turns[0].role, "layers", turns[0].layer)
    seats = serving.problem.role[turns[0].role].seats
    short = [turn for turn in turns if len(serving.takers[turn.turn]) < seats]
    if short:
        told = _listed([_short(serving, turn, seats) for turn in short])
        yield Mistake(place, f"{told}. Ask people who are away then, or let more people serve it.", warning=True)
    by_design = len(serving.problem.servers[turns[0].key]) <= seats
    sole = [] if by_design else [turn for turn in turns if len(serving.takers[turn.turn]) == seats]
    if sole:
        each = [f"{names(serving.problem, serving.takers[turn.turn])} can serve {turn.turn}" for turn in sole]
        yield Mistake(place, f"only {_listed(each)}. Ask others to make room if that is too much.", warning=True)


def _crowded(team: Workspace, serving: Serving) -> Iterator[Mistake]:
    """A warning for the first time at which shifts that run at once need more people than can serve any of them."""
    problem = serving.problem
    together = [turns for turns in running_at_starts(problem.turns) if _lacking(serving, turns)]
    for turns in together[:1]:
        able = [person.id for person in problem.people if any(person.id in serving.takers[t.turn] for t in turns)]
        need, more = sum(problem.seats(turn) for turn in turns), len(together) - 1
        also = f" So it is at {more} other time{'' if more == 1 else 's'}." if more else ""
        sentence = (
            f"{', '.join(turn.turn for turn in turns)} run at once and need {need} people, and only "
            f"{names(problem, able)} can serve any of them.{also} Ask people who are away then."
        )
        place = team.finder.key("roles", turns[0].role, "layers", turns[0].layer)
        yield Mistake(place, sentence, warning=True)


def _lacking(serving: Serving, turns: Sequence[Shift]) -> bool:
    """Whether shifts that could each be served cannot all be, as nobody holds two at once."""
    takers = [serving.takers[turn.turn] for turn in turns]
    seats = [serving.problem.seats(turn) for turn in turns]
    each = all(len(able) >= needed for able, needed in zip(takers, seats, strict=True))
    return each and len({person for able in takers for person in able}) < sum(seats)


def _short(serving: Serving, turn: Shift, seats: int) -> str:
    able = serving.takers[turn.turn]
    if not able:
        return f"nobody can serve {turn.turn}"
    return f"{turn.turn} needs {seats}, and only {names(serving.problem, able)} can serve it"


def _listed(told: Sequence[str]) -> str:
    more = len(told) - _MOST
    return "; ".join(told[:_MOST]) + (
        f"; and {more} more shift{'' if more == 1 else 's'} like this" if more > 0 else ""
    )


# --------------------------------------------------------------------------------------------------------- people


def _whole_layers(serving: Serving, row: Understood) -> Iterator[Mistake]:
    """A warning for each line that alone takes every shift of a layer; what the lead has approved needs none."""
    for line in row.lines:
        layers = _bars(serving, row, line)
        if layers:
            sentence = (
                f"this {line.kind} line keeps {row.person.name} from every shift of {' and '.join(layers)} in "
                f"{serving.problem.period}. If that is meant, ask the lead to take that out of their roles; "
                'else write it under "avoid".'
            )
            yield Mistake(line.place, sentence, warning=True)


def _bars(serving: Serving, row: Understood, line: Line) -> tuple[str, ...]:
    """The layers of two shifts or more that a line alone takes from someone, unless the lead has approved it."""
    if line.approved or not line.blocks:
        return ()
    able = serving.able_by_layer[row.person.id]
    taken = Counter(turn.key for turn in line.blocks)
    return tuple(key for key in row.serves if 1 < taken[key] == able[key])


def _mostly_blocked(serving: Serving, row: Understood) -> Iterator[Mistake]:
    """A warning for who is away most of the time, unless one line that keeps them from whole layers says it all."""
    hard = [line for line in row.lines if line.blocks and not line.approved]
    blocked = {turn.turn for line in hard for turn in line.blocks}
    if row.able > 1 and 2 * len(blocked) > row.able:
        most = max(hard, key=lambda line: len(line.blocks))
        if len(most.blocks) < len(blocked) or not _bars(serving, row, most):
            sentence = (
                f"{row.person.name} is away in {len(blocked)} of {row.able} shifts that they could serve in "
                f"{serving.problem.period}. Check the dates, or ask the lead to add approved: true: "
                "that lowers their part."
            )
            yield Mistake(most.place, sentence, warning=True)
