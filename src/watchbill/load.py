"""Load, presence, reference and balance, as `docs/design.md` defines them. Integers are hundredths of an hour."""

from collections.abc import Sequence
from fractions import Fraction

from watchbill.domain import Problem, Shift
from watchbill.times import Span


class Loads:
    """What shifts weigh for whom, and what each person's part is, for one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    def of(self, person: str, shift: Shift) -> dict[str, int]:
        """Load of a whole shift for a person by bucket."""
        raise NotImplementedError

    def of_spans(self, person: str, role: str, spans: Sequence[Span]) -> dict[str, int]:
        """Load of some spans served in a role for a person by bucket."""
        raise NotImplementedError

    def minutes(self, person: str, spans: Sequence[Span], kind: str) -> int:
        """Minutes of the spans that are `night`, `weekend` or `holiday` on the person's clock and calendar."""
        raise NotImplementedError

    def is_kind(self, person: str, spans: Sequence[Span], kind: str) -> bool:
        """Whether spans count as a night, weekend or holiday shift: from four of such hours on."""
        raise NotImplementedError

    def presence(self, person: str) -> dict[str, Fraction]:
        """Presence by `role/layer`."""
        raise NotImplementedError

    def reference(self, person: str) -> dict[str, int]:
        """The person's part of the whole by bucket."""
        raise NotImplementedError
