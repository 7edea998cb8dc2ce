"""Conflicts injected into the small scenarios: what each does to facts and rules, and which kinds of causes it has.

`INJECTED` holds thirty different ones; every kind of rule is in some of them. `found` looks for the causes, `ended` for
the first way out, which another engine confirms.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml

from builders import span
from watchbill import workspace
from watchbill.domain import Held, Leave, Part, Person, Pin, ShareStep
from watchbill.explain.repairs import mended, whole
from watchbill.explain.search import Conflict, several
from watchbill.explain.steps import Case
from watchbill.load import Loads
from watchbill.periods import period
from watchbill.problem import Problem
from watchbill.results import Repair
from watchbill.rules import Eligible, Follow, Limit, Pair, Rest, Rule, Space, Waking
from watchbill.solve import board
from watchbill.solve.cores import Oracle
from watchbill.solve.existence import solvable_by_highs
from watchbill.solve.labelled import LabelledBoard
from watchbill.solve.limits import Watch

SCENARIOS = Path(__file__).parents[1] / "scenarios"
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)

Change = Callable[[Problem], tuple[Problem, tuple[Rule, ...]]]


@dataclass(frozen=True)
class Injected:
    """A scenario, what is done to it, and the kinds of causes that the conflict must be of."""

    scenario: str
    change: Change
    kinds: frozenset[str]


@cache
def scenario(name: str) -> tuple[Problem, tuple[Rule, ...]]:
    told = yaml.safe_load((SCENARIOS / name / "scenario.yaml").read_text(encoding="utf-8"))
    problem, rules = workspace.problem(workspace.read(SCENARIOS / name), period(told["period"]))
    return problem, tuple(rules)


def made(injected: Injected) -> tuple[Problem, tuple[Rule, ...]]:
    """The problem and its rules, with the conflict in them."""
    problem, rules = scenario(injected.scenario)
    changed, more = injected.change(problem)
    return changed, (*rules, *more)


# -------------------------------------------------------------------------------------------------------- changes


def away(*people: str, start: str, end: str) -> Change:
    """Leave for these people; everybody but those whose name begins with `-`, if there is such a name."""

    def change(problem: Problem) -> tuple[Problem, tuple[Rule, ...]]:
        spared = {name[1:] for name in people if name.startswith("-")}
        chosen = [p.id for p in problem.people if p.id not in spared] if spared else list(people)
        leaves = tuple(Leave(id_, span(start, end)) for id_ in chosen)
        return replace(problem, leaves=(*problem.leaves, *leaves)), ()

    return change


def also(*changes: Change) -> Change:
    def change(problem: Problem) -> tuple[Problem, tuple[Rule, ...]]:
        rules: tuple[Rule, ...] = ()
        for one in changes:
            problem, more = one(problem)
            rules += more
        return problem, rules

    return change


def ruled(*rules: Rule) -> Change:
    return lambda problem: (problem, rules)


def people(new: Callable[[Person], Person]) -> Change:
    return lambda problem: (replace(problem, people=tuple(new(person) for person in problem.people)), ())


def only(layer: str, *servers: str) -> Change:
    return lambda problem: (replace(problem, servers={**problem.servers, layer: servers}), ())


def pinned(*pins: tuple[str, str]) -> Change:
    return lambda problem: (replace(problem, pins=tuple(Pin(shift, person) for shift, person in pins)), ())


def held(id_: str, person: str) -> Change:
    """Somebody holds a turn of another role in a neighbouring plan, at the time of a shift."""

    def change(problem: Problem) -> tuple[Problem, tuple[Rule, ...]]:
        shift = problem.shift[id_]
        other = replace(shift, id=f"other/x/{id_[-10:]}", turn=f"other/x/{id_[-10:]}", role="other", layer="x")
        return replace(problem, before=(*problem.before, Held(other, (Part(person, shift.start, shift.end),)))), ()

    return change


MON = "2027-02-08"
NEXT_WEEK = "2027-02-15"
Q8, PT, LV, IM = "quarter-8", "part-time", "levelling", "impossible"
# From one handoff, at nine in Berlin, to the midnight before the next one: nobody else has a part of it to miss.
WEEK_OF = {"start": f"{MON}T08", "end": "2027-02-14T23"}
LEVEL_DAY = {"start": "2027-01-13T00", "end": "2027-01-14T00"}


@dataclass(frozen=True)
class Found:
    """What was found in one case: the problem, its board, and conflicts."""

    case: Case
    board: LabelledBoard
    conflicts: list[Conflict]


def found(one: Injected, most: int) -> Found:
    problem, rules = made(one)
    posted = LabelledBoard(problem, Loads(problem))
    posted.post(rules)
    return Found(Case(problem, rules), posted, list(several(posted, Oracle(posted, Watch(), 15.0), most)))


@dataclass(frozen=True)
class Ended:
    """The first way out of everything, if there is one, and whether HiGHS finds a plan with it; None: not settled."""

    way: Repair | None
    confirmed: bool | None


def ended(found_: Found, most: int = 3) -> Ended:
    """The cheapest way out; of several conflicts what ends them all."""
    case, listed, watch = found_.case, found_.conflicts, Watch()
    each = [mended(found_.board, case, one, [o for o in listed if o is not one], watch) for one in listed[:most]]
    if not all(one.repairs for one in each):
        return Ended(None, None)
    alone = (each[0].repairs[0], each[0].ways[0]) if each[0].alone else None
    first = alone or whole(found_.board, case, listed, each, watch)
    if first is None:
        return Ended(None, None)
    for step in first[1]:
        case = step.change(case)
    return Ended(first[0], solvable(case))


def solvable(case: Case) -> bool | None:
    """Whether HiGHS finds a plan."""
    hard = [rule for rule in case.rules if rule.hard]
    model = board(case.problem, hard, Loads(case.problem)).model
    rows = [row for row in model.rows if row.variables or not row.holds_at_zero]
    return solvable_by_highs(rows, [v for v in range(len(model.lower)) if model.upper[v]], Watch())


def injected(name: str, kinds: str, *changes: Change) -> Injected:
    return Injected(name, also(*changes), frozenset(kinds.split()))


INJECTED = {
    "a week in which everyone is away": injected(Q8, "cover leave", away("-nobody", **WEEK_OF)),
    "a week in which one is left for two roles": injected(Q8, "cover leave", away("-lena", **WEEK_OF)),
    "no senior is there for a week": injected(
        Q8, "pair leave", away("lena", "emre", "ines", "marek", "giulia", **WEEK_OF)
    ),
    "nobody who is left may have two turns so soon": injected(
        Q8, "cover leave space", away("-lena", "-emre", "-giulia", start="2027-02-01T08", end="2027-02-21T23")
    ),
    "one turn a quarter is not enough": injected(Q8, "cover limit", ruled(Limit(count="shifts", at_most=3))),
    "everyone owes more turns than there are": injected(LV, "cover limit", ruled(Limit(count="shifts", at_least=8))),
    "only one serves primary, and is away": injected(
        Q8, "cover leave serves", only("primary/week", "lena"), away("lena", **WEEK_OF)
    ),
    "only people with a tag that too few have": injected(
        Q8,
        "cover eligible leave",
        ruled(Eligible(tags=("senior",))),
        away("lena", "emre", "ines", "marek", **WEEK_OF),
    ),
    "nobody has the tag": injected(Q8, "cover eligible", ruled(Eligible(roles=("primary",), tags=("doctor",)))),
    "primary is pinned to someone away": injected(
        Q8, "leave pin", pinned((f"primary/week/{MON}", "lena")), away("lena", **WEEK_OF)
    ),
    "two turns in a row are pinned to one": injected(
        Q8, "pin space", pinned((f"primary/week/{MON}", "lena"), (f"primary/week/{NEXT_WEEK}", "lena"))
    ),
    "one seat is pinned to two": injected(
        Q8, "cover pin", pinned((f"primary/week/{MON}", "lena"), (f"primary/week/{MON}", "emre"))
    ),
    "a pair of beginners is pinned": injected(
        Q8, "cover pair pin", pinned((f"primary/week/{MON}", "priya"), (f"secondary/week/{MON}", "callum"))
    ),
    "who hands over primary takes secondary, and may not": injected(
        Q8, "cover follow space", ruled(Follow(first="primary", then="secondary"))
    ),
    "nights wake everyone": injected(
        Q8, "cover leave waking", ruled(Waking(hours=(420, 1320), layers=("primary/week",)))
    ),
    "one weekend each is not enough": injected(
        LV,
        "cover leave limit",
        away("nele", start="2027-01-15T00", end="2027-01-26T00"),
        ruled(Limit(count="weekends", at_most=1)),
    ),
    "more hours than a fortnight allows": injected(
        Q8, "cover leave limit", ruled(Limit(count="hours", at_most=100 * HOUR, per=2 * WEEK))
    ),
    "nights are two days running": injected(LV, "cover leave limit", ruled(Limit(count="consecutive_days", at_most=1))),
    "two who never work together are all that is left": injected(
        Q8, "cover leave pair", away("-lena", "-emre", **WEEK_OF), ruled(Pair(apart=("lena", "emre")))
    ),
    "never two seniors, and beginners away": injected(
        Q8, "cover leave pair", away("priya", "callum", "tobias", **WEEK_OF), ruled(Pair(never_two=("senior",)))
    ),
    "nobody has joined yet": injected(Q8, "cover joined", people(lambda p: replace(p, joined=date(2027, 2, 1)))),
    "everyone has left": injected(Q8, "cover left", people(lambda p: replace(p, left=date(2027, 3, 1)))),
    "nobody has a share for a week": injected(
        Q8,
        "cover share",
        people(lambda p: replace(p, shares=(ShareStep(date(2027, 2, 10), 0), ShareStep(date(2027, 2, 12), 100)))),
    ),
    "who is left is busy in the plan before": injected(
        Q8, "cover held leave", away("-lena", "-emre", **WEEK_OF), held(f"primary/week/{MON}", "lena")
    ),
    "three are out in a part-time team and space does the rest": injected(
        PT, "cover leave space", away("-anja", "-stefan", "-marc", start="2027-01-19T09", end="2027-02-08T23")
    ),
    "one is left for a day and its night": injected(LV, "cover leave rest", away("-mei", **LEVEL_DAY)),
    "a longer rest than two people can have": injected(
        LV,
        "cover leave rest",
        away("nele", "jonas", start="2027-01-13T00", end="2027-01-15T00"),
        ruled(Rest(at_least=24 * HOUR)),
    ),
    "two turns a week are too few": injected(LV, "cover limit", ruled(Limit(count="shifts", at_most=2, per=WEEK))),
    "two nights in the whole plan": injected(
        LV, "cover limit", ruled(Limit(count="nights", at_most=2, layers=("primary/night",)))
    ),
    "two days apart is too far for four": injected(LV, "cover leave space", ruled(Space(at_least=36 * HOUR))),
    "a week in which four of six ski": injected(IM, "cover leave", lambda problem: (problem, ())),
}
