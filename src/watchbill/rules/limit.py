"""Limit: how much someone is on call, at most and at least, in the whole plan or in any window of days."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from watchbill.domain import Person, Shift
from watchbill.fields import Lapse, Names, number
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules._blind import blind_board, blind_roster
from watchbill.rules._dates import on_rota
from watchbill.rules._exceptions import Excepted
from watchbill.rules._held import Holding, holdings, neighbours
from watchbill.rules._tally import WHOLE_PLAN, Amounts, Facts, Tally, counter, windows_from, windows_within
from watchbill.rules._windows import Broken, inside, joined, runs
from watchbill.rules._words import length
from watchbill.rules.base import Board, Linear, Roster, Rule, in_scope, names
from watchbill.times import DAY, MINUTE, Dates, Days
from watchbill.timings import duration

HOUR = 60
WORDS = {
    "shifts": ("shift", "shifts"),
    "nights": ("night shift", "night shifts"),
    "weekends": ("weekend", "weekends"),
    "holidays": ("holiday shift", "holiday shifts"),
    "consecutive_days": ("day on call running", "days on call running"),
}


def _amount(value: Any) -> Any:
    if isinstance(value, str):
        return number(value) if value.strip().isdecimal() else duration(value)
    return value


def _in_days(time: timedelta) -> timedelta:
    """A window is made of dates, however it was written."""
    return time if time % DAY else Days(time // DAY)


Window = Annotated[Lapse, AfterValidator(_in_days)]
Amount = Annotated[int | timedelta, BeforeValidator(_amount), WithJsonSchema({"type": ["integer", "string"]})]


class LimitExcepted(Excepted):
    """An exception to `limit`."""

    at_most: Amount | None = None


class Limit(Rule):
    """So many shifts, hours, nights, weekends, holidays or days running, for each person or for all together.

    `people` and `tags` say who is counted, `roles` and `layers` what; without them everyone and everything.
    """

    milder: ClassVar[Mapping[str, str]] = {"at_most": "more"}
    exempting: ClassVar[type[Excepted]] = LimitExcepted
    kind: Literal["limit"] = "limit"
    count: Literal["shifts", "hours", "nights", "weekends", "holidays", "consecutive_days"]
    at_most: Amount | None = None
    at_least: Amount | None = None
    per: Window | None = None
    each: Literal["person", "all"] = "person"
    people: Names = ()
    tags: Names = ()
    roles: Names = ()
    layers: Names = ()
    exceptions: tuple[LimitExcepted, ...] = Field(default=(), alias="except")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for objection in (self._amounts_are_off(), self._window_is_off(), self._run_is_off()):
            if objection:
                raise ValueError(objection)
        return self

    def _amounts_are_off(self) -> str | None:
        if self.at_most is None and self.at_least is None:
            return "a limit has no number. Add at_most: 2 or at_least: 1."
        if self.count != "hours" and any(isinstance(n, timedelta) for n in (self.at_most, self.at_least)):
            return f"{self.count} are counted, not measured. Write a number, or count: hours."
        if (
            self.at_most is not None
            and self.at_least is not None
            and self._size(self.at_least) > self._size(self.at_most)
        ):
            return "at_least is more than at_most. Swap the two numbers."
        return None

    def _window_is_off(self) -> str | None:
        if self.per is not None and (self.per < DAY or self.per % DAY):
            return f"the window {length(self.per)} is not made of whole days. Write per: 7 days."
        return None

    def _run_is_off(self) -> str | None:
        if self.count != "consecutive_days":
            return None
        if self.at_least is not None or self.per is not None or self.each != "person":
            return "consecutive_days takes at_most only, for each person. Remove at_least, per and each."
        return None if self.at_most else "at_most: 0 days running bars everyone. Write at least 1."

    def post(self, board: Board) -> None:
        """One row for each window and person, or for all of them together."""
        board = blind_board(board, self.exceptions)
        tally = self._tally(board.problem, board.loads)
        for people in self._subjects(board.problem):
            facts = tally.facts(people)
            sums = tally.posted(board, people, facts)
            if self.at_most is not None:
                self._post_most(board, facts, sums, self._size(self.at_most))
            if self.at_least is not None:
                for window in self._least_windows(board.problem, people, facts):
                    self.bound(board, _within(sums, window, facts), at_least=self._size(self.at_least), unit=self._unit)

    def check(self, roster: Roster) -> Iterator[Finding]:
        """One finding for each set of dates that is too much, or too little, for some window."""
        roster = blind_roster(roster, self.exceptions)
        tally = self._tally(roster.problem, roster.loads)
        for people in self._subjects(roster.problem):
            held = {person.id: self._holdings(roster, person) for person in people}
            facts = tally.facts(people)
            amounts = tally.held(people, held)
            if self.at_most is not None:
                wanted = f"at most {self._words(self._size(self.at_most))} {'allowed' if self.hard else 'wanted'}"
                for broken in self._too_much(facts, amounts, self._size(self.at_most)):
                    yield self._finding(roster.problem, tally, people, held, broken, wanted)
            if self.at_least is not None:
                windows = self._least_windows(roster.problem, people, facts)
                wanted = f"at least {self._words(self._size(self.at_least))} {'due' if self.hard else 'wanted'}"
                for broken in self._too_little(windows, amounts, self._size(self.at_least)):
                    yield self._finding(roster.problem, tally, people, held, broken, wanted)

    # ------------------------------------------------------------------------------------------------- exceptions

    def binds(self, person: Person) -> bool:
        """Whether somebody is counted."""
        named = not (self.people or self.tags) or person.id in self.people
        return named or not set(self.tags).isdisjoint(person.tags)

    def _against(self, one: Excepted) -> Iterator[tuple[str, str]]:
        if self.at_least is not None:
            remedy = "Write the rule twice, for these people and for the others, with people."
            yield "dates", f"what is not counted cannot count towards at_least. {remedy}"
        if self.each == "all" and not one.for_all:
            yield "people" if one.people else "tags", "all are counted together here. Leave people and tags out."
        if self.count != "hours" and isinstance(one.numbers.get("at_most"), timedelta):
            yield "at_most", f"{self.count} are counted, not measured. Write a number."
        else:
            yield from super()._against(one)

    def _is_milder(self, key: str, new: Any, old: Any) -> bool:
        return super()._is_milder(key, self._size(new), self._size(old))

    # ------------------------------------------------------------------------------------------------------ facts

    @property
    def _unit(self) -> int:
        return HOUR if self.count == "hours" else 1

    @property
    def _days(self) -> int | None:
        """Length of a window; None for the whole plan, which has no neighbours."""
        if self.count == "consecutive_days":
            return self._size(self.at_most or 0) + 1
        return None if self.per is None else self.per // DAY

    def _size(self, amount: int | timedelta) -> int:
        """In what is counted; hours in minutes."""
        return amount // MINUTE if isinstance(amount, timedelta) else amount * self._unit

    def _tally(self, problem: Problem, loads: Loads) -> Tally:
        scope = (*self.roles, *self.layers)
        near = {} if self._days is None else neighbours(problem)
        return Tally(
            counter(self.count, loads),
            self.count in {"weekends", "consecutive_days"},
            [turn for turn in problem.turns if in_scope(turn, scope)],
            {person: [held for held in listed if in_scope(held.shift, scope)] for person, listed in near.items()},
            _parts(problem, scope),
        )

    def _starts(self, facts: Facts) -> Sequence[date]:
        """Where windows begin. Softly, only with whole turns: what others might miss shall not make breaks dearer."""
        return facts.dates if self.hard else facts.whole

    def _subjects(self, problem: Problem) -> Sequence[tuple[Person, ...]]:
        """Who is counted together."""
        everyone = not (self.people or self.tags)
        chosen = tuple(p for p in problem.people if everyone or p.id in self.people or set(self.tags) & set(p.tags))
        return [chosen] * bool(chosen) if self.each == "all" else [(person,) for person in chosen]

    def _least_windows(self, problem: Problem, people: Sequence[Person], facts: Facts) -> Sequence[Dates]:
        """Windows in which something is due: nobody owes shifts for days on which they are not on the rota."""
        windows = windows_within(problem, self._starts(facts), self._days)
        if self.each == "all":
            return windows
        return [w for w in windows if on_rota(people[0], problem.period.dates if w == WHOLE_PLAN else w)]

    def _holdings(self, roster: Roster, person: Person) -> list[Holding]:
        listed = holdings(roster, person.id)
        scope = (*self.roles, *self.layers)
        return [h for h in listed if in_scope(h.shift, scope) and not (h.fixed and self._days is None)]

    # ------------------------------------------------------------------------------------------------------- post

    def _post_most(self, board: Board, facts: Facts, sums: Mapping[date, Linear], most: int) -> None:
        last = None
        for window in windows_from(self._starts(facts), self._days):
            ends = facts.dates[bisect_right(facts.dates, window.last) - 1] if facts.dates else None
            if self.hard and ends == last:
                continue
            last = ends
            # What neighbouring plans hold already is not this plan's fault; it may only not add to it.
            fixed = sum(amount for day, amount in facts.fixed.items() if day in window)
            self.bound(board, _within(sums, window, facts), at_most=max(most, fixed), unit=self._unit)

    # ------------------------------------------------------------------------------------------------------ check

    def _too_much(self, facts: Facts, amounts: Amounts, most: int) -> Iterator[Broken]:
        found = []
        days = sorted(amounts)
        for window in windows_from(self._starts(facts), self._days):
            held = inside(days, window)
            amount = sum(amounts[day] for day in held)
            fixed = sum(count for day, count in facts.fixed.items() if day in window)
            if amount > max(most, fixed):
                found.append(Broken(window, held, amount, -(-(amount - max(most, fixed)) // self._unit)))
        return runs(found) if self.count == "consecutive_days" else joined(found, self.hard)

    def _too_little(self, windows: Sequence[Dates], amounts: Amounts, least: int) -> Iterator[Broken]:
        found = []
        days = sorted(amounts)
        for window in windows:
            held = inside(days, window)
            amount = sum(amounts[day] for day in held)
            if amount < least:
                found.append(Broken(window, held, amount, -(-(least - amount) // self._unit)))
        return joined(found, False)

    def _finding(
        self,
        problem: Problem,
        tally: Tally,
        people: Sequence[Person],
        held: Mapping[str, Sequence[Holding]],
        broken: Broken,
        wanted: str,
    ) -> Finding:
        shifts = {
            holding.shift.turn: holding.shift
            for person in people
            for holding in held[person.id]
            if any(day in broken.dates for day in tally.counts(person, holding.spans))
        }
        who = names(problem, [person.id for person in people]) if len(people) < 4 else f"{len(people)} people together"
        verb = "has" if len(people) == 1 else "have"
        sentence = f"{who} {verb} {self._words(broken.amount)} {self._when(broken)}; {wanted}"
        listed = sorted(shifts.values(), key=lambda shift: (shift.start, shift.turn))
        finding = self.finding(sentence, broken.units, people=[person.id for person in people], shifts=listed)
        return finding if listed else replace(finding, day=max(broken.window.first, problem.period.first))

    def in_words(self, amount: int | timedelta) -> str:
        """`1 shift`, `36 h`, `2 days on call running`."""
        return self._words(self._size(amount))

    def _words(self, size: int) -> str:
        if self.count == "hours":
            hours, minutes = divmod(size, HOUR)
            return f"{hours} h {minutes} min" if minutes else f"{hours} h"
        one, many = WORDS[self.count]
        return f"{size} {one if size == 1 else many}"

    def _when(self, broken: Broken) -> str:
        if broken.window == WHOLE_PLAN:
            return "in the whole plan"
        if self.count == "consecutive_days":
            return f"({broken.dates[0]} to {broken.dates[-1]})"
        first, last = broken.window.first, broken.window.last
        return f"within {len(broken.window)} days ({first} to {last})" if first < last else f"on {first}"


def _parts(problem: Problem, scope: Sequence[str]) -> Mapping[str, Sequence[Shift]]:
    """By person, what they may be given of turns rather than whole ones."""
    if not problem.reliefs:
        return {}
    return {
        person: [part for part in choices if not problem.is_whole(part) and in_scope(part, scope)]
        for person, choices in problem.choices_of.items()
    }


def _within(sums: Mapping[date, Linear], window: Dates, facts: Facts) -> Linear:
    out = Linear()
    for day in inside(facts.dates, window):
        if day in sums:
            out.add(sums[day])
    return out
