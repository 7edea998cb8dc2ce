"""Rest: time off between different shifts of one person, and no endless chains of touching ones."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from watchbill.fields import Lapse, Names
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules._exceptions import Excepted, RestExcepted, Sight
from watchbill.rules._groups import Fill, Groups
from watchbill.rules._held import Holding, holdings, neighbours, open_turns
from watchbill.rules._lapse import After, after, lasting
from watchbill.rules._words import length, verb
from watchbill.rules.base import Board, Linear, Roster, Rule, in_scope, names
from watchbill.times import Span, merged, without


class Rest(Rule):
    """Between two shifts of one person lie `at_least` hours, `after_night` if the first one is a night shift.

    Touching shifts, and shifts between which other shifts leave no gap, form one stretch: no rest is due inside it,
    but with `max_stretch` it may not be longer than that. One shift alone is never too long. Lengths in days are
    counted on the clock of the layer whose shift ends, or begins the stretch.
    """

    milder: ClassVar[Mapping[str, str]] = {"at_least": "less", "after_night": "less", "max_stretch": "more"}
    exempting: ClassVar[type[Excepted]] = RestExcepted
    kind: Literal["rest"] = "rest"
    at_least: Lapse = timedelta()
    after_night: Lapse = timedelta()
    max_stretch: Lapse | None = None
    people: Names = ()
    roles: Names = ()
    exceptions: tuple[RestExcepted, ...] = Field(default=(), alias="except")

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not self.at_least and not self.after_night and self.max_stretch is None:
            raise ValueError("a rest rule asks for nothing. Add at_least: 11h, after_night: 24h or max_stretch: 24h.")
        if self.after_night and self.after_night < self.at_least:
            raise ValueError(
                f"after_night ({length(self.after_night)}) is shorter than at_least ({length(self.at_least)}). "
                "Swap the two or leave after_night out."
            )
        return self

    def post(self, board: Board) -> None:
        """Rows for each pair of groups with a short gap, and for each chain that is too long."""
        fixed, sight = neighbours(board.problem), Sight(self.exceptions, board.problem)
        for person in filter(self.binds, board.problem.people):
            turns = (turn for turn in open_turns(board, person.id) if in_scope(turn, self.roles))
            near = (holding for holding in fixed.get(person.id, ()) if in_scope(holding.shift, self.roles))
            groups = Groups(board.problem, turns, near, partial(sight.hides, person.id))
            held = groups.held(board, person.id)
            self._post_gaps(board, person.id, groups, held)
            if self.max_stretch is not None:
                self._post_chains(board, groups, held, self.max_stretch)

    def check(self, roster: Roster) -> Iterator[Finding]:
        """One finding for each pair of shifts with too little between them, and for each stretch that is too long."""
        sight = Sight(self.exceptions, roster.problem)
        for person in filter(self.binds, roster.problem.people):
            held = [holding for holding in holdings(roster, person.id) if in_scope(holding.shift, self.roles)]
            seen = [holding for holding in held if not sight.hides(person.id, holding.shift)]
            yield from self._short_rests(roster, person.id, seen, merged(span for h in held for span in h.spans))
            if self.max_stretch is not None:
                yield from self._long_stretches(roster, person.id, seen, self.max_stretch)

    def _against(self, one: Excepted) -> Iterator[tuple[str, str]]:
        yield from super()._against(one)
        night, least = (one.numbers.get(key, getattr(self, key)) for key in ("after_night", "at_least"))
        if "after_night" in one.numbers and night < least:
            yield "after_night", f"after_night is shorter than at_least ({length(least)}). Lower at_least here, too."

    def _due(self, loads: Loads, person: str, spans: Sequence[Span]) -> timedelta:
        if self.after_night and loads.is_kind(person, spans, "night"):
            return self.after_night
        return self.at_least

    # ------------------------------------------------------------------------------------------------------- post

    def _post_gaps(self, board: Board, person: str, groups: Groups, held: list[Linear]) -> None:
        due = [self._due(board.loads, person, group.spans) for group in groups.groups]
        for (one, other), fills in groups.gaps(due).items():
            both = held[one] + held[other]
            self._post_worst(board, [both - _sum(held, fill) for fill in fills], at_most=1)

    def _post_chains(self, board: Board, groups: Groups, held: list[Linear], longest: timedelta) -> None:
        for fills in groups.chains(longest):
            covered = Linear()
            for fill in fills:
                covered.add(_sum(held, fill))
            self.bound(board, covered, at_most=len(fills) - 1)
        for n, before, behind in groups.long_ones(longest):
            self._post_worst(board, [held[n] + _sum(held, before), held[n] + _sum(held, behind)], at_most=1)

    def _post_worst(self, board: Board, sums: Sequence[Linear], at_most: int) -> None:
        if not self.hard:
            board.penalise_worst(sums, at_most=at_most, tier="should", weight=self.weight)
            return
        for what in sums:
            board.require(what, at_most=at_most, rule=self.kind)

    # ------------------------------------------------------------------------------------------------------ check

    def _short_rests(
        self, roster: Roster, person: str, held: Sequence[Holding], busy: Sequence[Span]
    ) -> Iterator[Finding]:
        due = [self._due(roster.loads, person, holding.spans) for holding in held]
        for (n, m), (had, wanted) in sorted(_short_gaps(roster.problem, held, due, busy).items()):
            one, other = held[n].shift, held[m].shift
            sentence = (
                f"{names(roster.problem, [person])} has {length(had)} of rest between {one.id} and {other.id}, "
                f"{length(wanted)} {verb(wanted)} {'due' if self.hard else 'wanted'}"
            )
            yield self.finding(sentence, people=[person], shifts=[one, other])

    def _long_stretches(
        self, roster: Roster, person: str, held: Sequence[Holding], longest: timedelta
    ) -> Iterator[Finding]:
        fixed, until = (
            merged(s for holding in held if holding.fixed for s in holding.spans),
            after(roster.problem, longest),
        )
        for stretch in merged(span for holding in held for span in holding.spans):
            chain = [holding for holding in held if any(span.meets(stretch) for span in holding.spans)]
            units = _late_starts(chain, stretch, fixed, until) + _touched_long_ones(chain, stretch, until)
            if units:
                lasts = lasting(roster.problem, chain[0].shift, stretch, longest)
                sentence = (
                    f"{names(roster.problem, [person])} is on call for {length(lasts)} without a break, "
                    f"from {chain[0].shift.id} to {chain[-1].shift.id}; at most {length(longest)} "
                    f"{verb(longest)} {'allowed' if self.hard else 'wanted'}"
                )
                yield self.finding(sentence, units, people=[person], shifts=[holding.shift for holding in chain])


def _sum(held: Sequence[Linear], fill: Fill) -> Linear:
    out = Linear()
    for n in fill:
        out.add(held[n])
    return out


def _short_gaps(
    problem: Problem, held: Sequence[Holding], due: Sequence[timedelta], busy: Sequence[Span]
) -> dict[tuple[int, int], tuple[timedelta, timedelta]]:
    """Pairs of holdings with a gap that is too short and not busy: what the shortest one is, and what is due."""
    spans = sorted((span, n) for n, holding in enumerate(held) for span in holding.spans)
    starts = [span.start for span, _ in spans]
    found: dict[tuple[int, int], tuple[timedelta, timedelta]] = {}
    for span, n in spans:
        until = after(problem, due[n])(held[n].shift, span.end)
        for later, m in spans[bisect_right(starts, span.end) : bisect_left(starts, until)]:
            gap = Span(span.end, later.start)
            if n != m and not (held[n].fixed and held[m].fixed) and without((gap,), busy):
                pair = (min(n, m), max(n, m))
                had = lasting(problem, held[n].shift, gap, due[n]), due[n]
                found[pair] = min(found.get(pair, had), had)
    return found


def _late_starts(chain: Sequence[Holding], stretch: Span, fixed: Sequence[Span], until: After) -> int:
    """Starts of shorter spans from which the stretch goes on for too long, not counting what is fixed anyway."""
    ends = {(s, until(holding.shift, s.start)) for holding in chain for s in holding.spans if s.meets(stretch)}
    late = {(span.start, end) for span, end in ends if span.end <= end < stretch.end}
    return sum(not any(s.start <= start and end < s.end for s in fixed) for start, end in late)


def _touched_long_ones(chain: Sequence[Holding], stretch: Span, until: After) -> int:
    """Spans that are too long by themselves and that another shift touches, unless both are fixed."""
    spans = [(span, n) for n, holding in enumerate(chain) for span in holding.spans if span.meets(stretch)]
    return sum(
        any(
            (other.end == span.start or span.end == other.start) and not (chain[n].fixed and chain[m].fixed)
            for other, m in spans
            if n != m
        )
        for span, n in spans
        if span.end > until(chain[n].shift, span.start)
    )
