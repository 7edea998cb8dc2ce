"""What one person asked for and what became of it: each wish, granted or not, and what the alternatives would cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from watchbill.domain import KINDS, Shift, Wish
from watchbill.reasons.candidates import Candidate, candidate, candidates, cheapest
from watchbill.reasons.prices import Pricer
from watchbill.rules.base import Stint
from watchbill.rules.wishes import Claim
from watchbill.times import common
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
    """One line of leave or `never`: the shifts of the plan that the person holds in spite of it; none as a rule."""

    line: Line
    held: tuple[Shift, ...]


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


def respected(pricer: Pricer, line: Line, person: str) -> Respected:
    """Whether a line of leave is kept."""
    blocked = {turn.turn for turn in line.blocks}
    against = {id_ for f in pricer.broken if f.rule == "leave" and person in f.people for id_ in f.shifts}
    held = (stint.shift for stint in _stints(pricer, person))
    return Respected(line, tuple(shift for shift in held if shift.turn in blocked and shift.id in against))


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
