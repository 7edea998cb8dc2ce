"""The table of what a probe found out."""

from collections.abc import Sequence

from rich.console import RenderableType

from watchbill.report.tables import table
from watchbill.report.words import literal

_QUESTION, _ANSWER = 56, 22


def answers(rows: Sequence[tuple[str, str]]) -> RenderableType:
    """Questions with their answers, 80 columns wide."""
    made = table()
    made.add_column("question", overflow="fold", max_width=_QUESTION)
    made.add_column("answer", overflow="fold", max_width=_ANSWER)
    for question, answer in rows:
        made.add_row(literal(question), literal(answer))
    return made
