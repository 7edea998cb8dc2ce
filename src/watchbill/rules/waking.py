"""`waking`: turns, and the handoffs at both ends, fall into the waking hours of whoever holds them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from watchbill.clocks import stays, wall_at, zone_at
from watchbill.domain import Person, Shift
from watchbill.fields import Hours, Names, Yes
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules._blind import blind_board, blind_roster
from watchbill.rules._exceptions import Excepted, Sight, WakingExcepted
from watchbill.rules.base import Board, Roster, Rule, in_scope
from watchbill.times import DAY, MINUTE, Dates, Span, instant, merged, wall, without


class Waking(Rule):
    """Nobody is on call, or hands over, outside the waking hours of their own clock, wherever they travel.

    `hours` are minutes of the local day, both ends included for handoffs. `spans: false` looks at handoffs only,
    `handoffs: false` at on-call hours only, which hold the handoffs at their ends.
    """

    milder: ClassVar[Mapping[str, str]] = {"hours": "wider"}
    exempting: ClassVar[type[Excepted]] = WakingExcepted
    kind: Literal["waking"] = "waking"
    hours: Hours = (7 * 60, 22 * 60)
    people: Names = ()
    roles: Names = ()
    layers: Names = ()
    spans: Yes = True
    handoffs: Yes = True
    exceptions: tuple[WakingExcepted, ...] = Field(default=(), alias="except")

    @model_validator(mode="after")
    def _looks_at_something(self) -> Self:
        if not (self.spans or self.handoffs):
            raise ValueError("waking looks at nothing. Remove spans: false or handoffs: false.")
        return self

    def post(self, board: Board) -> None:
        """Bars, or prices, the turns that wake somebody."""
        board = blind_board(board, self.exceptions)
        asleep: dict[tuple[object, str], int] = {}
        for person in self._chosen(board.problem):
            broken = []
            for turn in board.open_to(person.id):
                if board.is_fixed(turn) or not self._covers(turn):
                    continue
                if times := self._asleep(asleep, board.problem, person, turn):
                    broken.append((turn, times))
            self._post_person(board, person.id, broken)

    def _post_person(self, board: Board, person: str, broken: Sequence[tuple[Shift, int]]) -> None:
        if not self.hard:
            board.cost(board.weigh(person, broken) * self.weight, tier="should")
            return
        for turn, _ in broken:
            board.bar(person, turn, self.kind)

    def bars(self, problem: Problem) -> Iterator[tuple[str, Shift]]:
        """Whom which turns would wake, if that is forbidden."""
        asleep: dict[tuple[object, str], int] = {}
        sight = Sight(self.exceptions, problem)
        for person in self._chosen(problem) if self.hard else ():
            for turn in problem.turns:
                if sight.hides(person.id, turn):
                    continue
                if self._covers(turn) and self._asleep(asleep, problem, person, turn):
                    yield person.id, turn

    def _asleep(self, known: dict[tuple[object, str], int], problem: Problem, person: Person, turn: Shift) -> int:
        """How many stretches of a turn wake someone, asked once for all who share a clock."""
        key = ((person.zone, person.travel), turn.turn)
        if key not in known:
            known[key] = sum(self.wakes(person, spans) for spans in problem.stretches(turn))
        return known[key]

    def check(self, roster: Roster) -> Iterator[Finding]:
        """One finding for each stint outside its holder's waking hours."""
        roster = blind_roster(roster, self.exceptions)
        for person in self._chosen(roster.problem):
            for stint in roster.stints(person.id):
                if not stint.fixed and self._covers(stint.shift) and self.wakes(person, stint.spans):
                    sentence = f"{person.name} holds {stint.shift.turn} outside {self._hours_text()} on their own clock"
                    yield self.finding(sentence, people=[person.id], shifts=[stint.shift])

    def wakes(self, person: Person, spans: Sequence[Span]) -> bool:
        """Whether serving these sorted spans, or a handoff at either end, falls outside the waking hours."""
        first, last = spans[0].start, spans[-1].end
        # Who arrives elsewhere as the turn ends hands over on the clock of the hours just served.
        shown = (wall_at(person, first), wall(last, zone_at(person, last - MINUTE)))
        if self.handoffs and not all(self._is_awake(clock) for clock in shown):
            return True
        return self.spans and any(self._sleeps_in(person, span) for span in spans)

    def _is_awake(self, clock: datetime) -> bool:
        minute = clock.hour * 60 + clock.minute
        opens, closes = self.hours
        return opens <= minute <= closes or minute + 1440 <= closes

    def _sleeps_in(self, person: Person, span: Span) -> bool:
        for piece, tz in stays(person, span):
            days = Dates(wall(piece.start, tz).date() - DAY, wall(piece.end, tz).date())
            starts = [datetime.combine(day, time()) for day in days]
            opens, closes = (timedelta(minutes=minute) for minute in self.hours)
            waking = merged(Span(instant(day + opens, tz), instant(day + closes, tz)) for day in starts)
            if without((piece,), waking):
                return True
        return False

    def _chosen(self, problem: Problem) -> Sequence[Person]:
        return [person for person in problem.people if self.binds(person)]

    def _covers(self, turn: Shift) -> bool:
        return in_scope(turn, (*self.roles, *self.layers))

    def _hours_text(self) -> str:
        opens, closes = (f"{minute // 60 % 24:02}:{minute % 60:02}" for minute in self.hours)
        return f"{opens}..{closes}"
