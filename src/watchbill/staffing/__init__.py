"""How many people it takes, for each site; and which month breaks first as leave grows.

A site is a group of layers and the people who serve them. Its team of any size is made of clones of the people there
are, in the mix there is. "It takes N" is claimed where a plan for N was found and audited, and where N - 1 is ruled
out: by counting, or by two solves that agree.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from watchbill import drafting, workspace
from watchbill.assemble import Ground
from watchbill.domain import Shift
from watchbill.errors import Refused
from watchbill.load import Loads
from watchbill.needs import AT_MOST, LEAVE, OPEN, RATES, RULES, STOPPED, Begun, Month, Need, Site, Staffed, Staffing
from watchbill.periods import Period
from watchbill.problem import Problem
from watchbill.results import Draft, Inputs
from watchbill.rules import Fair, Keep, Limit, Pin, Rule, Wishes, in_force, written
from watchbill.staffing.crew import Crew
from watchbill.staffing.floors import MOST, SOLVED, Floor, by_hours, by_turns, together, too_long, whole
from watchbill.staffing.sizes import Search
from watchbill.times import total, wall, zone

if TYPE_CHECKING:
    from watchbill.solve import Watch

DRAWS = 5
WORK = 5.0
SOON = timedelta(days=14)


# -------------------------------------------------------------------------------------------------------- staffing


def staffing(
    folder: Path,
    period: Period,
    *,
    at_most: int = 25,
    growth: bool = True,
    seed: int = 1,
    watch: "Watch | None" = None,
) -> Staffing:
    """How many people each site takes in a period: by the rules, with leave, and at most so many percent on call.

    `growth`: also which month breaks first as leave grows; `seed` is for the leave that is simulated.
    Stopping the watch ends with what is known by then. Nothing is written.
    """
    from watchbill.solve import Watch

    watch = watch or Watch()
    team = workspace.read(folder)
    facts, rules = workspace.problem(replace(team, pins=()), period, head=False)
    if not facts.shifts:
        raise Refused(f"{period} holds no shifts, so it takes nobody. Name a longer period.")
    hard = tuple(rule for rule in rules if rule.hard and not isinstance(rule, Fair | Keep | Pin | Wishes))
    done: list[Staffed] = []
    for site in sites(facts):
        inquiry = _Inquiry(Crew(facts, site.layers, site.people, seed), hard, site, watch)
        needs = tuple(inquiry.needs(at_most))
        months = tuple(inquiry.months()) if growth else ()
        unasked = inquiry.names[len(months) :] if growth else ()
        done.append(Staffed(site, needs, months, unasked))
    return Staffing(period, at_most, tuple(done), not watch.stopped.is_set(), _begun(team, period, facts.shifts))


def _begun(team: workspace.Workspace, period: Period, counted: Sequence[Shift]) -> Begun:
    """What runs already at the start of a period, as its first plan would take it over."""
    facts, _ = workspace.problem(replace(team, pins=()), period)
    known = {shift.id for shift in counted}
    head = [shift for shift in facts.shifts if shift.id not in known]
    return Begun(tuple(shift.id for shift in head), sum((total(shift.spans) for shift in head), timedelta()))


def sites(facts: Problem) -> tuple[Site, ...]:
    """Groups of layers that share people, in the order of the layers."""
    groups: list[tuple[list[str], set[str]]] = []
    for key in dict.fromkeys(shift.key for shift in facts.shifts):
        people = set(facts.servers[key])
        touched = [group for group in groups if group[1] & people]
        merged = ([key for keys, _ in touched for key in keys] + [key], set().union(people, *(p for _, p in touched)))
        groups = [group for group in groups if group not in touched] + [merged]
    order = {shift.key: n for n, shift in reversed(list(enumerate(facts.shifts)))}
    listed = [(sorted(keys, key=order.__getitem__), people) for keys, people in groups]
    listed.sort(key=lambda group: order[group[0][0]])
    return tuple(_site(facts, tuple(keys), people, len(groups) == 1) for keys, people in listed)


def _site(facts: Problem, keys: tuple[str, ...], people: set[str], alone: bool) -> Site:
    ordered = tuple(person.id for person in facts.people if person.id in people)
    layers = dict.fromkeys(key.partition("/")[2] for key in keys)
    name = facts.team if alone else next(iter(layers)) if len(layers) == 1 else ", ".join(keys)
    return Site(name, keys, ordered, Crew(facts, keys, ordered, 1).away)


# ----------------------------------------------------------------------------------------------------------- needs


class _Inquiry:
    """Asks for one site which sizes have a plan."""

    def __init__(self, crew: Crew, rules: Sequence[Rule], site: Site, watch: "Watch") -> None:
        self._crew = crew
        self._rules = tuple(rules)
        self._general = tuple(rule for rule in written(rules) if not getattr(rule, "people", ()))
        self._site = site
        self._watch = watch

    def needs(self, at_most: int) -> Iterator[Need]:
        """The answers to the three questions; each one asks for no less than the one before it."""
        limit = whole(self._crew.shifts).length * at_most / 100
        floor = together(self._crew.shifts)
        questions = (
            (RULES, False, (), ()),
            (LEAVE, True, (), ()),
            (AT_MOST, True, (Limit(count="hours", at_most=limit),), self._bounds(limit, at_most)),
        )
        for question, away, more, bounds in questions:
            floor = max([floor, *bounds], key=lambda bound: bound.least)
            if floor.least >= MOST:
                yield Need(question, None, 0, floor.bound, floor.why)
            elif self._watch.stopped.is_set():
                yield Need(question, None, floor.least, STOPPED, f"{floor.why}; stopped before more was asked")
            else:
                need, floor = self._asked(question, floor, self._sized(away), more)
                yield need

    def _sized(self, away: bool) -> Callable[[int], Problem]:
        return lambda size: self._crew.problem(size, away=away)

    def _bounds(self, limit: timedelta, percent: int) -> tuple[Floor, ...]:
        shifts = self._crew.shifts
        long = too_long(shifts, limit, percent)
        return (long,) if long else (by_hours(shifts, limit, percent), by_turns(shifts, limit, percent))

    def _asked(
        self, question: str, floor: Floor, problem: Callable[[int], Problem], more: tuple[Rule, ...]
    ) -> tuple[Need, Floor]:
        """The smallest size that has a plan, from what is proven already on; and what is proven then."""
        search = Search(lambda size: self._has(problem(size), more, f"{self._site.name}, {question}: {size} people"))
        size = search.smallest(floor.least, len(self._site.people))
        if out := search.ruled_out(floor.least, size or floor.least):
            floor = Floor(out + 1, SOLVED, f"with {out} no plan keeps the rules; two solves agree")
        if size is not None and not self._audited(problem(size), more):
            size = None
        if self._watch.stopped.is_set() and not (size and size == floor.least):
            seemed = f"; {search.enough} seemed enough" if search.enough else ""
            return Need(question, None, floor.least, STOPPED, f"{floor.why}; stopped while asking{seemed}"), floor
        if size == floor.least:
            return Need(question, size, size, floor.bound, floor.why), floor
        between = "what lies between is not settled" if size else "no size was settled"
        return Need(question, size, floor.least, OPEN, f"{floor.why}; {between}"), floor

    def _has(self, problem: Problem, more: tuple[Rule, ...], said: str) -> bool | None:
        """Whether a problem has a plan; "no" is said only when a second solve with other settings agrees."""
        from watchbill.solve import Progress

        self._watch.report(Progress(said, None, None))
        rules = self._for(problem, more)
        if self._agreed(_beginning(problem), [rule for rule in rules if not _asks_for_much(rule)]) is False:
            return False
        return self._agreed(problem, rules)

    def _for(self, problem: Problem, more: tuple[Rule, ...]) -> tuple[Rule, ...]:
        """The rules that are for everyone, with those that exceptions put in their place for these people."""
        return (*in_force(self._general, problem.people), *more)

    def _agreed(self, problem: Problem, rules: Sequence[Rule]) -> bool | None:
        from watchbill.solve.existence import OTHER, USUAL, exists

        loads = Loads(problem)
        first = exists(problem, rules, loads, settings=replace(USUAL, work=WORK), watch=self._watch)
        if first is not False:
            return first
        return exists(problem, rules, loads, settings=replace(OTHER, work=WORK), watch=self._watch)

    def _audited(self, problem: Problem, more: tuple[Rule, ...]) -> bool:
        """Whether a plan is found that the audit, which is no solver, has nothing against."""
        from watchbill.solve import Effort

        ground = Ground(problem, self._for(problem, more), Loads(problem))
        return isinstance(drafting.solved(ground, Inputs(""), Effort(work=WORK), self._watch), Draft)

    # --------------------------------------------------------------------------------------------------- growth

    @cached_property
    def _months(self) -> Mapping[str, Sequence[Shift]]:
        return _by_month(self._crew.facts, self._crew.shifts)

    @property
    def names(self) -> tuple[str, ...]:
        """The months of the period, in order of time."""
        return tuple(self._months)

    def months(self) -> Iterator[Month]:
        """Each month of the period with the people there are, as leave grows."""
        for name, shifts in self._months.items():
            if self._watch.stopped.is_set():
                return
            breaks = tuple(self._breaks(name, shifts, draw) for draw in range(1, DRAWS + 1))
            if not self._watch.stopped.is_set():
                yield Month(name, breaks)

    def _breaks(self, name: str, shifts: Sequence[Shift], draw: int) -> int | None:
        """The first rate at which a month has no plan: more leave only ever takes plans away."""
        low, high = 0, len(RATES)
        while low < high:
            middle = (low + high) // 2
            if self._broken(f"{self._site.name}, {name}: {RATES[middle]} % leave", shifts, RATES[middle], draw):
                high = middle
            else:
                low = middle + 1
        return RATES[low] if low < len(RATES) else None

    def _broken(self, said: str, shifts: Sequence[Shift], rate: int, draw: int) -> bool:
        from watchbill.solve import Progress
        from watchbill.solve.existence import USUAL, exists

        self._watch.report(Progress(said, None, None))
        problem = self._crew.growing(shifts, rate, draw)
        found = exists(problem, self._rules, Loads(problem), settings=replace(USUAL, work=WORK), watch=self._watch)
        return found is False


def _beginning(problem: Problem) -> Problem:
    """Its first weeks only: too few people for these are too few for all, and that is quickly seen."""
    until = problem.shifts[0].start + SOON
    return replace(problem, shifts=tuple(shift for shift in problem.shifts if shift.handoff < until))


def _asks_for_much(rule: Rule) -> bool:
    """Whether a rule wants somebody to hold a number of shifts, which a few weeks may not have."""
    return isinstance(rule, Limit) and rule.at_least is not None


def _by_month(facts: Problem, shifts: Sequence[Shift]) -> Mapping[str, tuple[Shift, ...]]:
    """Shifts by the month of their handoff, on the team's clock."""
    out: dict[str, tuple[Shift, ...]] = {}
    for shift in shifts:
        name = f"{wall(shift.handoff, zone(facts.zone)):%Y-%m}"
        out[name] = (*out.get(name, ()), shift)
    return out
