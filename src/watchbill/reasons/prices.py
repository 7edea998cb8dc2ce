"""What it would change if somebody else held one shift, all else being the same: the difference of two audits."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import islice

from watchbill.audit import audit
from watchbill.domain import Part, Shift
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.reasons.reliefs import only_relieves, relief_of, ways
from watchbill.results import Finding
from watchbill.rules import Fair, Leave, Limit, Rest, Rule, Space, Waking, Wishes

Parts = Mapping[str, Sequence[Part]]
MOST_WAYS = 40
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
    """One shift, held by `person` in place of who holds it: what rules say then, and do not now.

    `parts` are those of the shift then: the whole of it, or without what the person is away for and others take.
    """

    shift: Shift
    person: str
    parts: tuple[Part, ...]
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    tiers: tuple[Step, ...]

    @property
    def relievers(self) -> tuple[Part, ...]:
        """What others take of the shift, in order of start."""
        return tuple(part for part in self.parts if part.person != self.person)

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
        self._alone: dict[str, Problem] = {}
        self._now: dict[str, tuple[Finding, ...]] = {}
        self._without: dict[tuple[str, str], tuple[Finding, ...]] = {}

    @cached_property
    def values(self) -> Mapping[str, int]:
        """What each tier costs in the plan, in the order of the tiers."""
        return {tier.name: sum(f.cost for f in self._findings if f.tier == tier.name) for tier in self.problem.tiers}

    @cached_property
    def broken(self) -> tuple[Finding, ...]:
        """Hard rules that the plan breaks as it is, in order of date."""
        return tuple(sorted((f for f in self._findings if f.hard), key=lambda f: (f.day is None, f.day or date.min)))

    def exchange(self, shift: Shift, person: str) -> Exchange:
        """What it would change if a person held a shift of this plan from its start to its end.

        Of a shift of which they may miss some hours: if the others took those for whom that is cheapest, of so many
        ways to share it as are tried; the whole shift if no way is possible.
        """
        plain = self._priced(shift, person, (Part(person, shift.start, shift.end),))
        relief = relief_of(self.problem, shift, person)
        tried = islice(ways(self.problem, relief, shift), MOST_WAYS) if relief else ()
        found = (self._priced(shift, person, parts) for parts in tried)
        return min((one for one in found if one.possible), key=lambda one: one.cost, default=plain)

    def after(self, exchange: Exchange) -> Parts:
        """The parts after an exchange."""
        return {**self.parts, exchange.shift.id: exchange.parts}

    def others(self, shift: Shift) -> tuple[Exchange, ...]:
        """The exchange with everybody who does not hold the shift: possible ones first, the cheapest one first.

        Who only takes hours that its holder misses could hold it as well.
        """
        own = self.parts[shift.id]
        holders = {p.person for p in own if not only_relieves(self.problem, shift, own, p.person)}
        found = [self.exchange(shift, p.id) for p in self.problem.people if p.id not in holders]
        return tuple(sorted(found, key=lambda exchange: (not exchange.possible, exchange.possible and exchange.cost)))

    def _priced(self, shift: Shift, person: str, parts: tuple[Part, ...]) -> Exchange:
        after = {**self.parts, shift.id: parts}
        takers = {part.person for part in parts}
        touched = list(dict.fromkeys(part.person for part in (*parts, *self.parts[shift.id])))
        was = Counter((*self._each(touched, self._own_now), *self._shared))
        own = self._each(touched, lambda id_: self._own_after(id_, shift, after, given=id_ not in takers))
        is_ = Counter((*own, *audit(self.problem, self._common, after, self.loads)))
        new, gone = tuple((is_ - was).elements()), tuple((was - is_).elements())
        return Exchange(shift, person, parts, new, gone, tuple(self._steps(new, gone)))

    def _steps(self, new: Iterable[Finding], gone: Iterable[Finding]) -> Iterable[Step]:
        more = Counter(dict.fromkeys(self.values, 0))
        for finding in new:
            more[finding.tier or ""] += finding.cost
        more.subtract({tier: sum(f.cost for f in gone if f.tier == tier) for tier in self.values})
        return (Step(tier, value, value + more[tier]) for tier, value in self.values.items())

    # --------------------------------------------------------------------------------------------- person by person

    def _each(self, people: Iterable[str], judged: Callable[[str], tuple[Finding, ...]]) -> list[Finding]:
        return [finding for person in people if person in self.problem.person for finding in judged(person)]

    def _own_now(self, person: str) -> tuple[Finding, ...]:
        if person not in self._now:
            self._now[person] = self._judged(person, self.parts)
        return self._now[person]

    def _own_after(self, person: str, shift: Shift, after: Parts, *, given: bool) -> tuple[Finding, ...]:
        """What is said of somebody after an exchange; of who gives the shift away it is the same whoever takes it."""
        if not given:
            return self._judged(person, after)
        key = person, shift.id
        if key not in self._without:
            self._without[key] = self._judged(person, after)
        return self._without[key]

    def _judged(self, person: str, parts: Parts) -> tuple[Finding, ...]:
        if person not in self._alone:
            self._alone[person] = _narrowed(self.problem, person)
        mine = {id_: held for id_, held in parts.items() if any(part.person == person for part in held)}
        return audit(self._alone[person], self._own, mine, self.loads)

    @cached_property
    def _shared(self) -> tuple[Finding, ...]:
        return audit(self.problem, self._common, self.parts, self.loads)

    @cached_property
    def _findings(self) -> tuple[Finding, ...]:
        return (*self._each((person.id for person in self.problem.people), self._own_now), *self._shared)


def _is_by_person(rule: Rule) -> bool:
    """Whether a rule judges each person alone, so that only those who exchange need to be judged again."""
    return isinstance(rule, _BY_PERSON) or (isinstance(rule, Limit) and rule.each == "person")


def _narrowed(problem: Problem, person: str) -> Problem:
    """The same facts about one person only."""
    return replace(
        problem,
        people=(problem.person[person],),
        wishes=tuple(wish for wish in problem.wishes if wish.person == person),
        leaves=tuple(leave for leave in problem.leaves if leave.person == person),
    )
