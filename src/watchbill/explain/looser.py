"""Milder numbers for a rule, the mildest first: those at which something changes for some turns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from watchbill.domain import Shift
from watchbill.problem import Problem
from watchbill.rules import Limit, Rest, Rule, Space
from watchbill.rules._lapse import lasting
from watchbill.rules._words import length
from watchbill.rules.base import in_scope
from watchbill.times import DAY, Days, Span

FEW = 6
REACH = timedelta(days=40)


@dataclass(frozen=True)
class Looser:
    """A rule with another number, the change in words, and how many steps it is away from the present number.

    `option` is the key of the number, `value` the number.
    """

    rule: Rule
    option: str
    value: object
    told: str
    notch: int


def looser(rule: Rule, problem: Problem, turns: Sequence[Shift]) -> Iterator[Looser]:
    """Milder forms of a rule; none if it has no number."""
    if isinstance(rule, Rest):
        yield from _lower(rule, "at_least", rule.at_least, _gaps(problem, turns, rule.roles, rule.at_least))
        after_night = _gaps(problem, turns, rule.roles, rule.after_night)
        yield from _lower(rule, "after_night", rule.after_night, (gap for gap in after_night if gap >= rule.at_least))
        if rule.max_stretch is not None:
            yield from _raise(rule, "max_stretch", rule.max_stretch, _stretches(problem, turns, rule.max_stretch))
    elif isinstance(rule, Space) and rule.at_least is not None:
        gaps = _gaps(problem, turns, (*rule.roles, *rule.layers), rule.at_least)
        yield from _lower(rule, "at_least", rule.at_least, gaps)
    elif isinstance(rule, Limit):
        yield from _limits(rule, turns)


def _limits(rule: Limit, turns: Sequence[Shift]) -> Iterator[Looser]:
    if isinstance(rule.at_most, timedelta):
        yield from _raise(rule, "at_most", rule.at_most, _sums(rule.at_most, turns))
    elif rule.at_most is not None:
        for more in range(1, FEW + 1):
            yield _bent(
                rule, "at_most", str(rule.at_most), rule.at_most + more, str(rule.at_most + more), more, "raise"
            )
    if isinstance(rule.at_least, int):
        for less in range(1, min(FEW, rule.at_least) + 1):
            new = rule.at_least - less
            yield _bent(rule, "at_least", str(rule.at_least), new, str(new), less, "lower")
    elif rule.at_least is not None:
        yield from _lower(rule, "at_least", rule.at_least, (rule.at_least * n // FEW for n in range(FEW)))


def _lower(rule: Rule, option: str, present: timedelta, values: Iterable[timedelta]) -> Iterator[Looser]:
    lower = sorted({value for value in values if value < present}, reverse=True)[:FEW]
    for notch, value in enumerate(lower, 1):
        yield _bent(rule, option, length(present), value, length(value), notch, "lower")


def _raise(rule: Rule, option: str, present: timedelta, values: Iterable[timedelta]) -> Iterator[Looser]:
    for notch, value in enumerate(sorted({value for value in values if value > present})[:FEW], 1):
        yield _bent(rule, option, length(present), value, length(value), notch, "raise")


def _bent(rule: Rule, option: str, was: str, value: object, told: str, notch: int, verb: str) -> Looser:
    named = f"`{rule.kind}`" if option == "at_least" and not isinstance(rule, Limit) else f"`{rule.kind}` ({option})"
    changed = rule.model_copy(update={option: value})
    return Looser(changed, option, value, f"{verb} {named} from {was} to {told}", notch)


def _gaps(problem: Problem, turns: Sequence[Shift], scope: Sequence[str], present: timedelta) -> set[timedelta]:
    """Free time between a span of one of these turns and a span of any other turn, neighbouring plans included.

    In whole days where the present number is in days and there are any.
    """
    near = [turn for turn in problem.all_turns if in_scope(turn, scope)]
    found: set[timedelta] = set()
    for turn in turns:
        for other in near:
            if other.turn != turn.turn and abs(other.start - turn.start) < REACH:
                gaps = (*_between(turn, other), *_between(other, turn))
                found.update(_whole(lasting(problem, first, gap, present), present) for first, gap in gaps)
    return found


def _between(one: Shift, other: Shift) -> Iterator[tuple[Shift, Span]]:
    """The time from each span of one turn to each later one of another, with the former."""
    pairs = ((span, after) for span in one.spans for after in other.spans if span.end < after.start)
    yield from ((one, Span(span.end, after.start)) for span, after in pairs)


def _whole(time: timedelta, present: timedelta) -> timedelta:
    return Days(time // DAY) if isinstance(present, Days) and time >= DAY else time


def _stretches(problem: Problem, turns: Sequence[Shift], present: timedelta) -> set[timedelta]:
    """Lengths of one turn and of several."""
    lengths = (lasting(problem, turn, span, present) for turn in turns for span in turn.spans)
    longest = max(lengths, default=timedelta())
    by_days = isinstance(present, Days) and longest >= DAY
    return {Days(-(-longest // DAY) * n) if by_days else longest * n for n in range(1, FEW + 2)}


def _sums(present: timedelta, turns: Sequence[Shift]) -> set[timedelta]:
    """Multiples of the length of a turn, and the present allowance with turns more."""
    lengths = {sum((span.length for span in turn.spans), timedelta()) for turn in turns}
    multiples = {one * n for one in lengths for n in range(1, 2 * FEW)}
    return multiples | {present + one * n for one in lengths for n in range(1, FEW)}
