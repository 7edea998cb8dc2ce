"""What one person asked for and what became of it: each wish, granted or not, and what the alternatives would cost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from watchbill.audit import audit
from watchbill.domain import KINDS, Shift, Wish
from watchbill.reasons.candidates import Candidate, candidate, candidates, cheapest
from watchbill.reasons.prices import Pricer
from watchbill.rules import Limit
from watchbill.rules.base import Stint
from watchbill.rules.wishes import Claim
from watchbill.times import EPOCH, Span, common, merged, total, without
from watchbill.understood import Line

MOST = 3


@dataclass(frozen=True, slots=True)
class Way:
    """Another way for one shift that a wish is about: the best exchange; None if nobody else can hold it."""

    shift: Shift
    best: Candidate | None


@dataclass(frozen=True, slots=True)
class Wished:
    """One wish. `held` are the shifts of which the person holds time that it names, in order of start.

    `seconds` of the `named` ones on call are theirs; hours named of what they could not hold count too. `ways` are
    other ways for at most three shifts: those held against the wish, or those held by others that it asks for.
    """

    line: Line
    held: tuple[Shift, ...]
    seconds: int
    named: int
    ways: tuple[Way, ...]

    @property
    def granted(self) -> bool:
        """Whether an `avoid` is kept wholly; whether a `prefer` got anything."""
        return not self.held if self.line.kind == "avoid" else bool(self.held)


@dataclass(frozen=True, slots=True)
class Respected:
    """One line of leave or `never`: the shifts of the plan that the person holds in spite of it; none as a rule.

    `touched`: turns of layers that the person serves which it touches. `taken`: what others take of shifts that the
    person holds, in seconds by who, in order of time. `before`: shifts held in spite of it before the plan was made
    again, with the seconds of it.
    """

    line: Line
    held: tuple[Shift, ...]
    touched: int = 0
    taken: tuple[tuple[str, int], ...] = ()
    before: tuple[tuple[Shift, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Limited:
    """A limit that somebody set for themselves, and what the plan has against it, in sentences."""

    rule: Limit
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Got:
    """What somebody holds: how many shifts, and how many of them are night, weekend and holiday shifts."""

    shifts: tuple[Shift, ...]
    kinds: dict[str, int]


def wished(pricer: Pricer, wish: Wish, line: Line) -> Wished:
    """What became of one wish."""
    claim, stints = Claim(wish, pricer.loads), _stints(pricer, wish.person)
    met = [(stint, seconds) for stint in stints if (seconds := claim.seconds(stint.spans))]
    held = tuple(stint.shift for stint, _ in met)
    named = sum(claim.seconds(turn.spans) for turn in pricer.problem.turns)
    avoided = wish.kind == "avoid"
    ways = [_another(pricer, shift) for shift in held[:MOST]] if avoided else []
    if not avoided and not held:
        ways = [_mine(pricer, shift, wish.person) for shift in _named(pricer, claim)[:MOST]]
    return Wished(line, held, sum(seconds for _, seconds in met), named, tuple(ways))


def respected(
    pricer: Pricer, line: Line, person: str, away: Sequence[Span], since: datetime | None = None
) -> Respected:
    """Whether a line of leave is kept that keeps somebody away; what was held before `since` is history."""
    problem = pricer.problem
    spans, begun = merged(away), (Span(EPOCH, since),) if since else ()
    touched = [t for t in problem.turns if person in problem.servers[t.key] and common(t.spans, spans)]
    in_spite = [(stint.shift, both) for stint in _stints(pricer, person) if (both := common(stint.spans, spans))]
    held = tuple(dict.fromkeys(shift for shift, both in in_spite if without(both, begun)))
    over: Counter[Shift] = Counter()
    for shift, both in in_spite:
        over[shift] += _seconds(common(both, begun))
    before = tuple((shift, amount) for shift, amount in over.items() if amount)
    return Respected(line, held, len(touched), tuple(_taken(pricer, person, spans).items()), before)


def limited(pricer: Pricer, rule: Limit, person: str) -> Limited:
    """Whether a plan keeps a limit that somebody set for themselves."""
    found = audit(pricer.problem, [rule.on_its_own()], pricer.parts, pricer.loads)
    return Limited(rule, tuple(finding.sentence for finding in found if person in finding.people))


def _taken(pricer: Pricer, person: str, away: Sequence[Span]) -> Counter[str]:
    """Who takes how many seconds of what a person holds and is away for."""
    out: Counter[str] = Counter()
    for stint in _first_stints(pricer, person):
        for part in pricer.parts[stint.shift.id]:
            if part.person != person and (both := common(common(stint.shift.spans, (part.span,)), away)):
                out[part.person] += _seconds(both)
    return out


def _first_stints(pricer: Pricer, person: str) -> Sequence[Stint]:
    """One stint of each shift that a person holds some of."""
    return list({stint.shift.id: stint for stint in reversed(_stints(pricer, person))}.values())[::-1]


def _seconds(spans: Sequence[Span]) -> int:
    return round(total(spans).total_seconds())


def got(pricer: Pricer, person: str) -> Got:
    """What somebody holds, counted by the rules' own measure: from four hours of a kind on."""
    stints = _stints(pricer, person)
    kinds = {kind: sum(pricer.loads.is_kind(person, stint.spans, kind) for stint in stints) for kind in KINDS}
    return Got(tuple(stint.shift for stint in stints), kinds)


def _another(pricer: Pricer, shift: Shift) -> Way:
    return Way(shift, cheapest(candidates(pricer, shift)))


def _mine(pricer: Pricer, shift: Shift, person: str) -> Way:
    return Way(shift, candidate(pricer, pricer.exchange(shift, person)))


def _named(pricer: Pricer, claim: Claim) -> list[Shift]:
    """Shifts that a person could serve and of which a wish names time, in order."""
    servers = pricer.problem.servers
    return [s for s in pricer.problem.shifts if claim.wish.person in servers[s.key] and claim.seconds(s.spans)]


def _stints(pricer: Pricer, person: str) -> Sequence[Stint]:
    """What a person holds in this plan, in order of shifts."""
    found = []
    for shift in pricer.problem.shifts:
        own = [part for part in pricer.parts[shift.id] if part.person == person]
        spans = tuple(span for part in own for span in common(shift.spans, (part.span,)))
        if spans:
            found.append(Stint(shift, person, spans))
    return found
