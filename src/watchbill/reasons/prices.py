"""What it would change if somebody else held one shift, all else being the same: the difference of two audits."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from watchbill.audit import audit
from watchbill.domain import Part, Shift
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules import Fair, Leave, Limit, Rest, Rule, Space, Waking, Wishes

Parts = Mapping[str, Sequence[Part]]
_BY_PERSON = (Fair, Leave, Rest, Space, Waking, Wishes)


@dataclass(frozen=True, slots=True)
class Step:
    """What a tier costs in the plan and after an exchange, in the tier's own points."""

    name: str
    before: int
    after: int

    @property
    def more(self) -> int:
        """What it costs more; below zero if it costs less."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Exchange:
    """One shift, held by `person` from start to end in place of who holds it: what rules say then, and do not now."""

    shift: Shift
    person: str
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    tiers: tuple[Step, ...]

    @property
    def hurdles(self) -> tuple[Finding, ...]:
        """Hard rules that would be broken."""
        return tuple(finding for finding in self.new if finding.hard)

    @property
    def possible(self) -> bool:
        """Whether every hard rule would be kept as well as it is now."""
        return not self.hurdles

    @property
    def cost(self) -> tuple[int, ...]:
        """What it costs more, tier by tier: of two exchanges the cheaper one has the lexicographically smaller cost."""
        return tuple(step.more for step in self.tiers)

    @property
    def deciding(self) -> Step | None:
        """The first tier that it changes."""
        return next((step for step in self.tiers if step.more), None)


class Pricer:
    """Prices exchanges in one plan, given by its parts by shift id."""

    def __init__(self, problem: Problem, rules: Sequence[Rule], loads: Loads, parts: Parts) -> None:
        self.problem = problem
        self.loads = loads
        self.parts = {shift.id: tuple(parts.get(shift.id, ())) for shift in problem.shifts}
        self._own = [rule for rule in rules if _is_by_person(rule)]
        self._common = [rule for rule in rules if not _is_by_person(rule)]

    @cached_property
    def values(self) -> Mapping[str, int]:
        """What each tier costs in the plan, in the order of the tiers."""
        return {tier.name: sum(f.cost for f in self._findings if f.tier == tier.name) for tier in self.problem.tiers}

    @cached_property
    def broken(self) -> tuple[Finding, ...]:
        """Hard rules that the plan breaks as it is."""
        return tuple(finding for finding in self._findings if finding.hard)

    def exchange(self, shift: Shift, person: str) -> Exchange:
        """What it would change if a person held a shift of this plan from its start to its end."""
        after = self.after(shift, person)
        touched = {person, *(part.person for part in self.parts[shift.id])}
        problem = _narrowed(self.problem, touched)
        was = Counter((*self._judged(problem, self.parts), *self._shared))
        is_ = Counter((*self._judged(problem, after), *audit(self.problem, self._common, after, self.loads)))
        new, gone = tuple((is_ - was).elements()), tuple((was - is_).elements())
        return Exchange(shift, person, new, gone, tuple(self._steps(new, gone)))

    def after(self, shift: Shift, person: str) -> Parts:
        """The parts after the exchange."""
        return {**self.parts, shift.id: (Part(person, shift.start, shift.end),)}

    def others(self, shift: Shift) -> tuple[Exchange, ...]:
        """The exchange with everybody who does not hold the shift: possible ones first, the cheapest one first."""
        holders = {part.person for part in self.parts[shift.id]}
        found = [self.exchange(shift, p.id) for p in self.problem.people if p.id not in holders]
        return tuple(sorted(found, key=lambda exchange: (not exchange.possible, exchange.possible and exchange.cost)))

    def _steps(self, new: Iterable[Finding], gone: Iterable[Finding]) -> Iterable[Step]:
        more = Counter(dict.fromkeys(self.values, 0))
        for finding in new:
            more[finding.tier or ""] += finding.cost
        more.subtract({tier: sum(f.cost for f in gone if f.tier == tier) for tier in self.values})
        return (Step(tier, value, value + more[tier]) for tier, value in self.values.items())

    def _judged(self, problem: Problem, parts: Parts) -> tuple[Finding, ...]:
        return audit(problem, self._own, parts, self.loads)

    @cached_property
    def _shared(self) -> tuple[Finding, ...]:
        return audit(self.problem, self._common, self.parts, self.loads)

    @cached_property
    def _findings(self) -> tuple[Finding, ...]:
        return (*self._judged(self.problem, self.parts), *self._shared)


def _is_by_person(rule: Rule) -> bool:
    """Whether a rule judges each person alone, so that only those who exchange need to be judged again."""
    return isinstance(rule, _BY_PERSON) or (isinstance(rule, Limit) and rule.each == "person")


def _narrowed(problem: Problem, people: set[str]) -> Problem:
    """The same facts about some people only."""
    return replace(
        problem,
        people=tuple(person for person in problem.people if person.id in people),
        wishes=tuple(wish for wish in problem.wishes if wish.person in people),
        leaves=tuple(leave for leave in problem.leaves if leave.person in people),
    )
