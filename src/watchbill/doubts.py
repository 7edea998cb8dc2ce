"""What is worth a word before anything is solved: turns that hardly anybody can serve, lines that take too much."""

from collections import Counter
from collections.abc import Iterator, Sequence

from watchbill.domain import Shift
from watchbill.errors import Mistake
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


def _short(serving: Serving, turn: Shift, seats: int) -> str:
    able = serving.takers[turn.turn]
    if not able:
        return f"nobody can serve {turn.turn}"
    return f"{turn.turn} needs {seats}, and only {names(serving.problem, able)} can serve it"


def _listed(told: Sequence[str]) -> str:
    more = len(told) - _MOST
    return "; ".join(told[:_MOST]) + (f"; and {more} more turn{'' if more == 1 else 's'} like this" if more > 0 else "")


# --------------------------------------------------------------------------------------------------------- people


def _whole_layers(serving: Serving, row: Understood) -> Iterator[Mistake]:
    """A warning for each line that alone takes every turn of a layer; what the lead has approved needs none."""
    able = Counter(turn.key for turn in serving.able[row.person.id])
    for line in row.lines:
        taken = Counter(turn.key for turn in line.blocks) if not line.approved else Counter()
        for key, count in taken.items():
            if 1 < count == able[key]:
                yield Mistake(line.place, _bars(serving, row, line, key, count), warning=True)


def _bars(serving: Serving, row: Understood, line: Line, key: str, turns: int) -> str:
    period = serving.problem.period
    return (
        f"this {line.kind} line keeps {row.person.name} from all {turns} turns of {key} in {period}. "
        'If that is meant, ask the lead to take the layer out of their roles; else write it under "avoid".'
    )


def _mostly_blocked(serving: Serving, row: Understood) -> Iterator[Mistake]:
    hard = [line for line in row.lines if line.blocks and not line.approved]
    blocked = {turn.turn for line in hard for turn in line.blocks}
    if row.able > 1 and 2 * len(blocked) > row.able:
        sentence = (
            f"{row.person.name} is away in {len(blocked)} of {row.able} turns that they could serve in "
            f"{serving.problem.period}. Check the dates, or ask the lead to add approved: true: that lowers their part."
        )
        yield Mistake(hard[0].place, sentence, warning=True)
