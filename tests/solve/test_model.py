"""The neutral model and what is made of it: parts, patterns, greedy plans, neighbourhoods, rechecked answers."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

from builders import days, person, problem, shift
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.rules import Limit, Rest, standing
from watchbill.rules.base import Rule
from watchbill.solve import board
from watchbill.solve.cpsat import CpSat
from watchbill.solve.engine import Answer, checked
from watchbill.solve.greedy import Greedy
from watchbill.solve.highs import Highs
from watchbill.solve.limits import Effort, Watch
from watchbill.solve.model import Model, Objective
from watchbill.solve.neighbours import Neighbours
from watchbill.solve.parts import parts, restricted
from watchbill.solve.patterns import strengthened

EFFORT = Effort(work=5)


def _coarse() -> Model:
    """Three people, seven whole days: nobody can have a third of them exactly."""
    posted = board(_week(), (*standing(), Rest(at_least="11h")), Loads(_week()))
    return parts(posted.model)[0].model


def _week() -> Problem:
    people = (person("ana", "Europe/Berlin"), person("bo", "Asia/Singapore"), person("cy"))
    return problem(people, days("primary", 7))


def _optimum(model: Model, tier: str) -> int:
    answer = CpSat(model).solve(model.objective(tier), None, EFFORT, Watch(), work=10)
    assert answer.values is not None
    assert answer.bound == model.objective(tier).value(answer.values)
    return answer.bound


def test_sites_that_share_nobody_are_parts_whose_optima_add_up() -> None:
    shifts = (*days("east", 3), *days("west", 3))
    two = problem(("ana", "bo", "cy", "di"), shifts, servers={"east/daily": ("ana", "bo"), "west/daily": ("cy", "di")})
    model = board(two, standing(), Loads(two)).model
    split = parts(model)
    assert len(split) == 2
    assert sum(len(part.variables) for part in split) == len(set(split[0].variables) | set(split[1].variables))
    for tier in ("fairness", "burden", "evenness"):
        assert sum(_optimum(part.model, tier) for part in split) == _optimum(model, tier)


def test_a_person_who_serves_both_sites_joins_the_parts() -> None:
    both = problem(("ana", "bo", "cy"), (*days("east", 3), *days("west", 3)))
    assert len(parts(board(both, standing(), Loads(both)).model)) == 1


def test_a_row_that_nobody_can_fill_stays_in_a_part_and_makes_it_infeasible() -> None:
    empty = problem(("ana",), days("primary", 1), servers={"primary/daily": ()})
    split = parts(board(empty, standing(), Loads(empty)).model)
    answers = [CpSat(part.model).solve(Objective(), None, EFFORT, Watch(), work=1) for part in split]
    assert any(answer.infeasible for answer in answers)


@pytest.mark.parametrize("tier", ["fairness", "evenness"])
def test_patterns_keep_the_optimum_and_every_plan(tier: str) -> None:
    model = _coarse()
    least = _optimum(model, tier)
    tighter = strengthened(model, {tier: 4 * least + 1000}, 5_000)
    assert tighter is not None
    assert len(tighter.lower) > len(model.lower)
    answer = Highs(model, tighter).solve(model.objective(tier), 4 * least + 1000, EFFORT, Watch(), gap=0.0)
    assert answer.values is not None
    assert answer.bound == model.objective(tier).value(answer.values) == least


def test_patterns_admit_what_costs_as_much_as_allowed_and_nothing_dearer() -> None:
    model = _coarse()
    least = _optimum(model, "evenness")
    objective = model.objective("evenness")
    for allowed, possible in ((least, True), (least - 1, False)):
        tighter = strengthened(model, {"evenness": allowed}, 5_000)
        assert tighter is not None
        answer = Highs(model, tighter).solve(objective, allowed, EFFORT, Watch(), gap=0.0)
        assert (answer.values is not None) is possible


def test_too_many_patterns_are_left_out() -> None:
    assert strengthened(_coarse(), {}, 3) is None


def test_the_proving_engine_says_when_nothing_is_better() -> None:
    model = _coarse()
    least = _optimum(model, "burden")
    assert Highs(model).solve(model.objective("burden"), least - 1, EFFORT, Watch(), gap=0.0).infeasible


RULES: list[tuple[Rule, ...]] = [(), (Rest(at_least="11h"),), (Limit(count="shifts", at_most=3, per="7 days"),)]


@pytest.mark.parametrize("extra", RULES)
def test_a_greedy_plan_keeps_every_row(extra: tuple[Rule, ...]) -> None:
    people = tuple(f"p{n}" for n in range(6))
    plan = problem(people, (*days("primary", 14), *days("secondary", 14)))
    model = board(plan, (*standing(), *extra), Loads(plan)).model
    values, empty = Greedy(model).plan(Watch())
    assert not empty
    assert model.valid(model.tightened(values))


def test_a_greedy_plan_makes_room_where_the_only_person_left_holds_another_turn() -> None:
    shifts = (shift("primary/daily/2027-01-04", "2027-01-04T00"), shift("secondary/daily/2027-01-04", "2027-01-04T06"))
    servers = {"primary/daily": ("ana", "bo"), "secondary/daily": ("ana",)}
    plan = problem(("ana", "bo"), shifts, servers=servers)
    model = board(plan, standing(), Loads(plan)).model
    values, empty = Greedy(model).plan(Watch())
    assert not empty
    assert model.valid(model.tightened(values))


def test_a_greedy_plan_that_is_stopped_gives_nobody_anything() -> None:
    plan = problem(("ana", "bo"), days("primary", 4))
    watch = Watch()
    watch.stop()
    values, empty = Greedy(board(plan, standing(), Loads(plan)).model).plan(watch)
    assert (sum(values), len(empty)) == (0, 4)


def test_neighbourhoods_only_ever_improve_and_repeat_exactly() -> None:
    people = tuple(person(f"p{n}", zone) for n, zone in enumerate(("UTC", "Asia/Tokyo", "Europe/Berlin") * 3))
    plan = problem(people, days("primary", 40))
    model = board(plan, standing(), Loads(plan)).model
    runs = []
    for _ in range(2):
        near = Neighbours(model)
        first = near.first(EFFORT, Watch())
        assert first is not None
        seen = [model.objective("evenness").value(first)]

        def told(values: Any, seen: list[int] = seen) -> None:
            seen.append(_checked(model, values))

        near.improve("evenness", first, [], EFFORT, Watch(), told)
        runs.append(seen)
    assert runs[0] == runs[1]
    assert len(runs[0]) > 1
    assert runs[0] == sorted(runs[0], reverse=True)


def _checked(model: Model, values: Sequence[int]) -> int:
    assert model.valid(values)
    return model.objective("evenness").value(values)


def test_a_restricted_model_keeps_what_is_not_free() -> None:
    model = Model([0, 0, 0], [1, 1, 1])
    model.row({0: 1, 1: 1, 2: 1}, 2, 2, "cover")
    goal = Objective({0: 5, 1: 3, 2: 1}, 7)
    part = restricted(model, [1, 1, 0], {1, 2}, model.rows, {"goal": goal})
    solutions = [v for v in product((0, 1), repeat=2) if part.model.valid(v)]
    assert solutions == [(0, 1), (1, 0)]
    assert [part.model.objective("goal").value(v) for v in solutions] == [goal.value([1, 0, 1]), goal.value([1, 1, 0])]


def test_an_answer_that_breaks_a_row_is_not_believed() -> None:
    model = Model([0, 0], [1, 1])
    model.row({0: 1, 1: 1}, 1, 1, "cover")
    assert checked(model, Objective({0: 1}), Answer([1, 1], 0)).values is None
    assert checked(model, Objective({0: 1}), Answer([1, 0], 5)) == Answer([1, 0], 1)


def test_helpers_that_were_left_loose_are_taken_in() -> None:
    week = _week()
    model = board(week, (*standing(), Limit(count="shifts", at_most=2, strength="should")), Loads(week)).model
    answer = CpSat(model).solve(Objective(dict.fromkeys(model.units, -1)), None, EFFORT, Watch(), work=5)
    assert answer.values is not None
    tight = model.tightened(answer.values)
    assert model.valid(tight)
    assert model.objective("should").value(tight) < model.objective("should").value(answer.values)


def test_a_search_that_ends_before_it_saw_anything_claims_no_bound() -> None:
    model = _coarse()
    reward = Objective(dict.fromkeys(model.owner, -1))
    answer = CpSat(model).solve(reward, None, EFFORT, Watch(), work=1e-9)
    assert answer == Answer()
