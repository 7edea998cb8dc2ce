"""Steps that bend a rule, for everyone or for some people and dates; each is what one would write into the file.

What holds for some is an exception of the rule (`except`), so what is tried by solving is what the file will say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from watchbill.explain.looser import Looser
from watchbill.explain.steps import COSTS, Case, Step
from watchbill.problem import Problem
from watchbill.rules import Eligible, Limit, Rule, helpers, in_force, written
from watchbill.rules._exceptions import day_of, spelled
from watchbill.rules.base import names
from watchbill.times import DAY, Dates

BEND, EXCUSE, RULE = "bend", "excuse", "rule"


def overlooked(rule: Rule, people: Sequence[str], days: Sequence[Dates], **numbers: Any) -> Rule:
    """The rule with an exception for people (everyone, if none is named) on dates."""
    # A limit from somebody's own file is about them alone, and its exceptions name nobody.
    named = people and tuple(people) != getattr(rule, "people", ())
    return rule.but(**({"people": tuple(people)} if named else {}), dates=tuple(days), **numbers)


def softened(rule: Rule) -> Rule:
    """The rule as a should."""
    return _sound(rule.model_copy(update={"strength": "should"}))


def ruled(case: Case, number: int, new: Rule, *more: Rule) -> Case:
    """The case with another rule in place of one that was written, and some more; what exceptions ask for anew."""
    listed = [new if n == number else rule for n, rule in enumerate(written(case.rules))]
    return in_effect(case, [*listed, *more])


def in_effect(case: Case, listed: Sequence[Rule]) -> Case:
    """The case with other rules, as a file would have them."""
    problem = case.problem
    if any(isinstance(rule, Eligible) and rule.exceptions for rule in listed):
        problem = replace(problem, helpers=helpers(problem.people, problem.roles, listed))
    return Case(problem, in_force(listed, problem.people))


def dates_of(problem: Problem, turns: Iterable[str]) -> tuple[Dates, ...]:
    """The dates of some turns; as one range where no other turn is handed off in between."""
    wanted = sorted({day_of(turn) for turn in turns})
    every = sorted({day_of(turn.turn) for turn in problem.turns} | set(wanted))
    runs: list[tuple[date, date]] = []
    for day in wanted:
        before = every[every.index(day) - 1] if day != every[0] else None
        if runs and (runs[-1][1] == before or runs[-1][1] + DAY == day):
            runs[-1] = runs[-1][0], day
        else:
            runs.append((day, day))
    return tuple(Dates(*run) for run in runs)


# ------------------------------------------------------------------------------------------------------------ steps


def bend(case: Case, number: int, looser: Looser) -> Step:
    """A rule's number, for everyone."""
    new = _sound(looser.rule)
    return Step(
        RULE,
        f"{looser.told} for everyone",
        COSTS[RULE] + looser.notch,
        lambda given: ruled(given, number, _sound(_changed(given, number, {looser.option: looser.value}))),
        topic=f"rule {number}",
        edit=(f"{_named(case, new, number)}: {looser.option}: {spelled(looser.value)}",),
    )


def bend_for(
    case: Case, number: int, looser: Looser, people: Sequence[str], turns: Sequence[str], when: str
) -> Step | None:
    """A rule's number for some people at some turns; None where nothing can be written for them."""
    numbers = {looser.option: looser.value}
    cost = (COSTS[BEND] + looser.notch) * max(1, len(people))
    told = f"{looser.told} for {names(case.problem, people)}"
    rule = case.rules[number]
    if _is_due(rule):
        return _split(case, number, numbers, people, BEND, told, cost, turns)
    days = dates_of(case.problem, turns)
    return Step(
        BEND,
        f"{told} {when}",
        cost,
        lambda given: ruled(given, number, overlooked(given.rules[number], people, days, **numbers)),
        tuple(people),
        tuple(turns),
        f"rule {number} {','.join(people)}",
        (_written(case, number, overlooked(rule, people, days, **numbers)),),
    )


def excuse(case: Case, number: int, people: Sequence[str], turns: Sequence[str], when: str) -> Step | None:
    """People from a rule at some turns, or everyone if none is named; None where nothing can be written for them."""
    rule = case.rules[number]
    who = names(case.problem, people)
    told = f"excuse {who} from rule `{rule.kind}`" if people else f"do without rule `{rule.kind}`"
    if _is_due(rule):
        return _split(case, number, {}, people, EXCUSE, told, COSTS[EXCUSE], turns)
    days = dates_of(case.problem, turns)
    return Step(
        EXCUSE,
        f"{told} {when}",
        COSTS[EXCUSE],
        lambda given: ruled(given, number, overlooked(given.rules[number], people, days)),
        tuple(people),
        tuple(turns),
        f"rule {number} {','.join(people)}",
        (_written(case, number, overlooked(rule, people, days)),),
    )


def soften(case: Case, number: int) -> Step:
    """A rule that may be broken at a cost."""
    rule = case.rules[number]
    return Step(
        "should",
        f"make rule `{rule.kind}` a should",
        COSTS["should"],
        lambda given: ruled(given, number, softened(given.rules[number])),
        topic=f"rule {number}",
        edit=(f"{_named(case, rule, number)}: strength: should",),
    )


# ----------------------------------------------------------------------------------------------------------- splits


def _is_due(rule: Rule) -> bool:
    """Whether a rule asks for something, so that it has no exceptions."""
    return isinstance(rule, Limit) and rule.at_least is not None


def _split(
    case: Case,
    number: int,
    numbers: dict[str, Any],
    people: Sequence[str],
    kind: str,
    told: str,
    cost: int,
    turns: Sequence[str],
) -> Step | None:
    """A rule of its own for some people, with other numbers or, without any, without `at_least`."""
    rule = case.rules[number]
    others = [p.id for p in case.problem.people if rule.binds(p) and p.id not in people]
    if not isinstance(rule, Limit) or not people or not others or rule.each == "all":
        return None
    rest = rule.model_copy(update={"people": tuple(others), "tags": ()})
    kept = numbers or {"at_least": None}
    own = [rule.model_copy(update={**kept, "people": tuple(people), "tags": ()})]
    more = [one for one in own if one.at_most is not None or one.at_least is not None]
    named = _named(case, rule, number)
    lines = [f"{named}: people: {_list(others)}", *(f"rules: {_flow(one)}" for one in more)]
    return Step(
        kind,
        told,
        cost,
        lambda given: ruled(given, number, rest, *more),
        tuple(people),
        tuple(turns),
        f"rule {number} {','.join(people)}",
        tuple(lines),
    )


# ------------------------------------------------------------------------------------------------------------ words


def _written(case: Case, number: int, changed: Rule) -> str:
    """What to write for the last exception of a rule."""
    one = changed.exceptions[-1]
    who = [f"people: {spelled(one.people)}"] * bool(one.people)
    keys = [*who, f"dates: {spelled(one.dates)}", *(f"{key}: {spelled(value)}" for key, value in one.numbers.items())]
    item = f"{{{', '.join(keys)}}}"
    named = _named(case, case.rules[number], number)
    return f"{named}: except: [{item}]" if len(changed.exceptions) == 1 else f"{named}: add to except: {item}"


def _named(case: Case, rule: Rule, number: int) -> str:
    """A rule by its kind; with what else it says where there are several of the kind."""
    alike = [one for one in written(case.rules) if one.kind == rule.kind and (one.model_fields_set - {"kind"})]
    return rule.kind if len(alike) < 2 else f"{rule.kind}{options(case.rules[number])}"


def options(rule: Rule) -> str:
    """` (at_least: 11h, roles: [primary])`: what was written in the file, exceptions aside."""
    given = {key: value for key, value in _given(rule).items() if key not in {"strength", "weight"}}
    told = [f"{key}: {_list(value) if _is_names(value) else spelled(value)}" for key, value in given.items()]
    return f" ({', '.join(told)})" if told else ""


def _flow(rule: Rule) -> str:
    """A rule as one line of a list."""
    given = {"kind": rule.kind, **_given(rule)}
    return f"- {{{', '.join(f'{key}: {spelled(value)}' for key, value in given.items())}}}"


def _given(rule: Rule) -> dict[str, Any]:
    said = {key: getattr(rule, key) for key in type(rule).model_fields if key in rule.model_fields_set}
    return {key: value for key, value in said.items() if key not in {"kind", "exceptions"} and value not in (None, ())}


def _is_names(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, str) for item in value)


def _list(people: Iterable[str]) -> str:
    return f"[{', '.join(people)}]"


def _changed(case: Case, number: int, update: dict[str, Any]) -> Rule:
    return case.rules[number].model_copy(update=update)


def _sound(rule: Rule) -> Rule:
    """The rule without those of its exceptions that ask for no less any more."""
    lost = {number for number, _, _ in rule.objections()}
    kept = tuple(one for number, one in enumerate(rule.exceptions) if number not in lost)
    return rule.model_copy(update={"exceptions": kept}) if lost else rule
