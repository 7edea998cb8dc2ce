"""What each person may give and take, by the rules that look at one person at a time, and about what it costs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from watchbill.assemble import Ground
from watchbill.audit import PlanRoster
from watchbill.domain import BUCKETS, Held, Part, Shift, turn_of
from watchbill.problem import Problem
from watchbill.results import Account, Assigned, Draft, Finding
from watchbill.rules import Cover, Fair, Follow, Keep, Limit, Pair, Pin, Rule, Wishes
from watchbill.rules.base import Curve
from watchbill.rules.wishes import stakes
from watchbill.times import Span, common, without

Costs = tuple[int, ...]
_TOGETHER = (Cover, Follow, Keep, Pair, Pin)
_COUNTED_HERE = (Fair, Wishes)


@dataclass(frozen=True, slots=True)
class Lot:
    """What changes hands: a stretch of a shift, and who holds it."""

    assigned: Assigned
    span: Span
    holder: str

    @property
    def shift(self) -> Shift:
        """The shift."""
        return self.assigned.shift

    @property
    def name(self) -> str:
        """The id of the shift; `ana 2027-02-08` where others hold some of it."""
        if {part.person for part in self.assigned.parts} == {self.holder}:
            return self.shift.id
        return f"{self.holder} {self.shift.turn.split('/')[2][:10]}"

    @property
    def spans(self) -> tuple[Span, ...]:
        """The hours on call in it."""
        return common(self.shift.spans, (self.span,))


Move = tuple[str, Lot | None, Lot | None]
"""A person, what they take and what they give."""


def takers_of(lots: Sequence[Lot], taker: str) -> tuple[str, ...]:
    """Who takes each lot: the holder of the next one, and of the last one the taker."""
    return (*(lot.holder for lot in lots[1:]), taker)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What rules find of one person that they do not find now: the turns of each hard break, and costs of `should`."""

    hard: tuple[frozenset[str], ...]
    should: int


class Table:
    """What people may take and give in a plan; every answer is worked out once."""

    def __init__(self, ground: Ground, plan: Draft) -> None:
        self._ground = ground
        self._plan = plan
        self._verdicts: dict[tuple[str, str, str], _Verdict] = {}
        self._weights: dict[tuple[str, str], dict[str, int]] = {}
        self._worth: dict[tuple[str, str], int] = {}
        self._fair: dict[tuple[str, str, str], tuple[int, int]] = {}
        self._stakes = stakes(ground.problem, ground.loads)

    @property
    def people(self) -> Mapping[str, object]:
        """Who is in the team."""
        return self._ground.problem.person

    def fits(self, person: str, takes: Lot | None, gives: Lot | None) -> bool:
        """Whether no hard rule that looks at one person forbids it; True may still be wrong where two changes meet.

        What is new when a lot comes is mended by giving another one only if every break names that one.
        """
        if person not in self.people:
            return takes is None
        if takes is None or gives is None:
            return not self._verdict(person, takes, gives).hard
        come = self._verdict(person, takes, None)
        if any(gives.shift.turn not in turns for turns in come.hard):
            return False
        if not come.hard and not self._verdict(person, None, gives).hard:
            return True
        return not self._verdict(person, takes, gives).hard

    def gladly(self, person: str, takes: Lot, gives: Lot) -> bool:
        """Whether it fits and leaves someone no worse off by their own wishes."""
        return self._wished(person, takes) <= self._wished(person, gives) and self.fits(person, takes, gives)

    def costs(self, moves: Iterable[Move]) -> Costs:
        """What some people's changes cost by tier, in the plan's order of tiers: exact but for `should`."""
        sums = dict.fromkeys(("should", "fairness", "burden", "evenness", "wishes"), 0)
        for person, takes, gives in moves:
            if person in self.people:
                for tier, cost in self._costs(person, takes, gives).items():
                    sums[tier] += cost
        return tuple(sums.get(tier.name, 0) for tier in self._plan.tiers)

    # ------------------------------------------------------------------------------------------------------- rules

    def _verdict(self, person: str, takes: Lot | None, gives: Lot | None) -> _Verdict:
        key = _key(person, takes, gives)
        if key not in self._verdicts:
            self._verdicts[key] = self._judged(person, takes, gives)
        return self._verdicts[key]

    def _judged(self, person: str, takes: Lot | None, gives: Lot | None) -> _Verdict:
        """Ends at the first break that is about what is taken alone: nothing else mends that."""
        usual, should = self._usual(person)
        hard: list[frozenset[str]] = []
        cost = 0
        for finding in self._found(person, takes, gives):
            cost += finding.cost if finding.tier == "should" else 0
            if finding.hard and (finding.rule, finding.sentence) not in usual:
                hard.append(frozenset(map(turn_of, finding.shifts)))
                if takes and hard[-1] == {takes.shift.turn}:
                    break
        return _Verdict(tuple(hard), cost - should)

    def _usual(self, person: str) -> tuple[frozenset[tuple[str, str]], int]:
        """What is found as it is."""
        if person not in self._known:
            found = list(self._found(person, None, None))
            hard = frozenset((finding.rule, finding.sentence) for finding in found if finding.hard)
            self._known[person] = hard, _should(found)
        return self._known[person]

    @cached_property
    def _known(self) -> dict[str, tuple[frozenset[tuple[str, str]], int]]:
        return {}

    def _found(self, person: str, takes: Lot | None, gives: Lot | None) -> Iterator[Finding]:
        """What rules find of one person, in a problem of what they hold alone."""
        parts = self._parts(person, takes, gives)
        shifts = [self._ground.problem.shift[id_] for id_ in parts]
        problem = replace(self._alone[person], shifts=tuple(sorted(shifts, key=lambda shift: (shift.start, shift.id))))
        roster = PlanRoster(problem, self._ground.loads, parts)
        return (finding for rule in self._rules for finding in rule.check(roster))

    def _parts(self, person: str, takes: Lot | None, gives: Lot | None) -> dict[str, list[Part]]:
        parts = {id_: list(own) for id_, own in self._own.get(person, {}).items()}
        if gives:
            listed = parts.pop(gives.shift.id, [])
            left = [Part(person, s.start, s.end) for p in listed for s in without((p.span,), (gives.span,))]
            parts |= {gives.shift.id: left} if left else {}
        if takes:
            parts.setdefault(takes.shift.id, []).append(Part(person, takes.span.start, takes.span.end))
        return parts

    @cached_property
    def _own(self) -> Mapping[str, Mapping[str, list[Part]]]:
        """What each person holds: parts by shift id."""
        out: dict[str, dict[str, list[Part]]] = {}
        for assigned in self._plan.shifts:
            for part in assigned.parts:
                out.setdefault(part.person, {}).setdefault(assigned.shift.id, []).append(part)
        return out

    @cached_property
    def _rules(self) -> tuple[Rule, ...]:
        """Those that look at one person at a time."""
        skipped = (*_TOGETHER, *_COUNTED_HERE)
        own = (rule for rule in self._ground.rules if not isinstance(rule, skipped))
        return tuple(rule for rule in own if not (isinstance(rule, Limit) and rule.each == "all"))

    @cached_property
    def _alone(self) -> Mapping[str, Problem]:
        """The problem as far as each person is in it."""
        problem = self._ground.problem
        return {
            person.id: replace(
                problem,
                people=(person,),
                leaves=problem.leaves_of[person.id],
                before=_of(problem.before, person.id),
                after=_of(problem.after, person.id),
                wishes=(),
                pins=(),
            )
            for person in problem.people
        }

    # ------------------------------------------------------------------------------------------------------- costs

    def _costs(self, person: str, takes: Lot | None, gives: Lot | None) -> dict[str, int]:
        come, go = self._load(person, takes), self._load(person, gives)
        fairness, evenness = self._uneven(person, takes, gives)
        should = sum(self._verdict(person, *one).should for one in ((takes, None), (None, gives)) if any(one))
        return {
            "should": should,
            "fairness": fairness,
            "burden": come["all"] - go["all"],
            "evenness": evenness,
            "wishes": self._wished(person, takes) - self._wished(person, gives),
        }

    def _uneven(self, person: str, takes: Lot | None, gives: Lot | None) -> tuple[int, int]:
        """By how much fairness and evenness change."""
        key = _key(person, takes, gives)
        if key not in self._fair:
            come, go, sums = self._load(person, takes), self._load(person, gives), [0, 0]
            for bucket, weight, away, curve in self._away[person]:
                then = away + come[bucket] - go[bucket]
                sums[0] += weight * (curve.cost(then) - curve.cost(away))
                sums[1] += weight * (curve.cost(abs(then)) - curve.cost(abs(away)))
            self._fair[key] = sums[0], sums[1]
        return self._fair[key]

    @cached_property
    def _away(self) -> Mapping[str, list[tuple[str, int, int, Curve]]]:
        """By person: the buckets that count, their weights, how far from the own part they are, what that costs."""
        return {account.person: list(self._distances(account)) for account in self._plan.people}

    def _distances(self, account: Account) -> Iterator[tuple[str, int, int, Curve]]:
        loads, weights = self._ground.loads, self._ground.problem.fairness.buckets
        reference = loads.reference(account.person)
        for bucket in loads.buckets():
            if reference[bucket]:
                away = account.before[bucket] + account.load[bucket] - reference[bucket]
                yield bucket, weights[bucket], away, Curve(*loads.thresholds(account.person, bucket))

    def _load(self, person: str, lot: Lot | None) -> Mapping[str, int]:
        if lot is None:
            return dict.fromkeys(BUCKETS, 0)
        key = person, lot.shift.id
        if key not in self._weights:
            self._weights[key] = self._ground.loads.of_spans(person, lot.shift.role, lot.spans)
        return self._weights[key]

    def _wished(self, person: str, lot: Lot | None) -> int:
        """What a lot costs someone by their own wishes, in thousandths of a point."""
        if lot is None or person not in self._stakes:
            return 0
        key = person, lot.shift.id
        if key not in self._worth:
            self._worth[key] = self._stakes[person].cost_of_spans(lot.spans)
        return self._worth[key]


def _key(person: str, takes: Lot | None, gives: Lot | None) -> tuple[str, str, str]:
    return person, takes.shift.id if takes else "", gives.shift.id if gives else ""


def _should(found: Iterable[Finding]) -> int:
    return sum(finding.cost for finding in found if finding.tier == "should")


def _of(held: Iterable[Held], person: str) -> tuple[Held, ...]:
    """What one person holds of other plans."""
    own = ((one, tuple(part for part in one.parts if part.person == person)) for one in held)
    return tuple(replace(one, parts=parts) for one, parts in own if parts)
