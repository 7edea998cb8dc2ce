"""What both engines have in common: an answer that is rechecked in integers before anybody believes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from watchbill.solve.model import Model, Objective


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine found: values of a solution or None, a lower bound or None, and whether none can exist."""

    values: Sequence[int] | None = None
    bound: int | None = None
    infeasible: bool = False


def checked(model: Model, objective: Objective, answer: Answer) -> Answer:
    """The answer with its solution dropped if any bound or row is broken, and its bound never above its value."""
    values = answer.values
    if values is None or not model.valid(values):
        return Answer(None, answer.bound, answer.infeasible)
    value = objective.value(values)
    bound = None if answer.bound is None else min(answer.bound, value)
    return Answer(values, bound, False)
