from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders import at, leave, person, problem, shift, span, wish
from judging import found_in_parts, neighbour, part
from relieving import assert_relief_twins, every_given, judged, lax
from solving import best
from watchbill.assemble import Ground, answer_of, assemble
from watchbill.audit import whole
from watchbill.domain import Leave, Part, Person, Pin
from watchbill.load import Loads
from watchbill.missed import around, may_hold, stretches
from watchbill.policy import Near
from watchbill.problem import Problem
from watchbill.replan import Smallest, smallest_change
from watchbill.results import Draft, Infeasible, Inputs, Solved
from watchbill.rules import Follow, Limit, Pair, Rest, Rule, Space, Waking, standing
from watchbill.rules.cover import Cover
from watchbill.rules.leave import clashes
from watchbill.serving import serving
from watchbill.solve import Effort, board
from watchbill.solve.large import Large
from watchbill.solve.limits import Watch

H = timedelta(hours=1)
TEAM = ("ana", "bo", "cy")
PAIR = tuple(shift(f"primary/day/2027-01-{day:02}", f"2027-01-{day:02}T00", 48) for day in (4, 6))
OFF = (leave("ana", "2027-01-04T10", "2027-01-04T20"), leave("ana", "2027-01-05T06", "2027-01-05T09"))
BOTH = (*PAIR[:1], *(shift(f"secondary/day/2027-01-{day:02}", f"2027-01-{day:02}T00", 24) for day in (4, 5)))
SENIORS = (person("ana", tags=("s",)), "bo", person("cy", tags=("s",)))
ONE_OFF = (leave("ana", "2027-01-06T10", "2027-01-06T20"),)


def two(*leaves: Leave, people: Sequence[Person | str] = TEAM, **facts: Any) -> Problem:
    """Two turns of two days, of which Ana may miss thirteen hours in two stretches."""
    return lax(problem(people, PAIR, leaves=(*OFF, *leaves), **facts), 14)


def both(*people: Person | str) -> Problem:
    """A turn of two days beside two of one."""
    return lax(problem(people or TEAM, BOTH, leaves=OFF), 14)


def soft(rule: type[Rule], **options: Any) -> tuple[Rule, ...]:
    return (rule(strength="should", **options),)


WISHES = (
    wish("bo", "avoid", "2027-01-04T00", "2027-01-05T00"),
    wish("ana", "prefer", "2027-01-04T07", "2027-01-06T00"),
)
SEATS = lax(
    problem(
        (*TEAM, "dee"),
        (PAIR[0], replace(PAIR[0], id=f"{PAIR[0].id}/2", seat=2)),
        seats={"primary": 2},
        leaves=(*OFF, leave("bo", "2027-01-05T08", "2027-01-05T12")),
    ),
    14,
)
CASES: dict[str, tuple[Problem, tuple[Rule, ...]]] = {
    "standing": (two(), ()),
    "reliever away": (two(leave("bo", "2027-01-05T08", "2027-01-05T10")), ()),
    "wishes": (two(wishes=WISHES), ()),
    "kept": (two(near=Near({turn.id: "bo" for turn in PAIR})), ()),
    "pinned to who takes the hours": (
        two(leave("bo", "2027-01-04T22", "2027-01-05T02"), pins=(Pin(PAIR[0].id, "bo"),)),
        (),
    ),
    "pinned to who misses them": (two(pins=(Pin(PAIR[0].id, "ana"),)), ()),
    "overlap": (both(), ()),
    "rest": (both(), (Rest(at_least=5 * H),)),
    "soft rest": (both(), soft(Rest, at_least=5 * H, max_stretch=20 * H)),
    "shifts": (two(), (Limit(count="shifts", at_most=1, per=48 * H),)),
    "soft shifts": (two(), soft(Limit, count="shifts", at_most=1, per=48 * H)),
    "hours": (two(), (Limit(count="hours", at_most=50 * H),)),
    "least": (two(), soft(Limit, count="hours", at_least=5 * H)),
    "nights": (two(), soft(Limit, count="nights", at_most=1)),
    "space": (two(), (Space(at_least=20 * H),)),
    "soft space": (two(), soft(Space, at_least=20 * H, ideally=30 * H)),
    "senior": (both(*SENIORS), (Pair(at_least_one=("s",)),)),
    "soft senior": (both(*SENIORS), soft(Pair, at_least_one=("s",))),
    "never two": (both(*SENIORS), soft(Pair, never_two=("s",))),
    "follow": (two(), (Follow(first="primary", then="primary", person="other"),)),
    "same": (
        lax(problem(TEAM, (*BOTH[1:], PAIR[1]), leaves=ONE_OFF), 14),
        soft(Follow, first="secondary", then="primary"),
    ),
    "waking": (two(), soft(Waking, hours=(0, 15 * 60), spans=False)),
    "waking hard": (
        two(people=("ana", person("bo", "Europe/Athens"), "cy")),
        (Waking(hours=(0, 20 * 60), spans=False),),
    ),
    "pinned in two seats": (replace(SEATS, pins=(Pin(PAIR[0].id, "dee"),)), ()),
    "two seats": (SEATS, soft(Limit, count="shifts", at_most=0, people=("dee",))),
    "neighbours": (
        two(before=(neighbour("primary/day/2027-01-03", "2027-01-03T00", 24, "bo"),)),
        soft(Space, at_least=12 * H),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_model_and_check_agree_where_others_take_what_a_holder_misses(name: str) -> None:
    facts, rules = CASES[name]
    assert_relief_twins(facts, (*standing(), *rules))


# ---------------------------------------------------------------------------------------------------------- solving


def held(facts: Problem, solved: Solved, shift_id: str) -> list[tuple[str, str, str]]:
    """The parts of a shift: who, from day and hour, to day and hour."""
    return said(whole(facts, solved.holders, solved.reliefs)[shift_id])


def said(parts: Sequence[Part]) -> list[tuple[str, str, str]]:
    return [(part.person, f"{part.start:%d %H}", f"{part.end:%d %H}") for part in parts]


def test_a_turn_nobody_could_hold_whole_is_held_in_parts() -> None:
    facts = two(leave("bo", "2027-01-04T22", "2027-01-05T02"), leave("cy", "2027-01-04T00", "2027-01-08T00"))
    assert isinstance(best(lax(facts, 0), standing()), Infeasible)
    solved = best(facts, standing())
    assert isinstance(solved, Solved)
    assert held(facts, solved, PAIR[0].id) in (
        [("ana", "04 00", "04 10"), ("bo", "04 10", "04 20"), ("ana", "04 20", "05 06"), ("bo", "05 06", "05 09"),
         ("ana", "05 09", "06 00")],
        [("bo", "04 00", "04 22"), ("ana", "04 22", "05 02"), ("bo", "05 02", "06 00")],
    )  # fmt: skip


def test_no_plan_exists_where_nobody_is_there_to_take_the_hours() -> None:
    facts = two(leave("bo", "2027-01-04T19", "2027-01-05T07"), leave("cy", "2027-01-04T00", "2027-01-08T00"))
    assert isinstance(best(facts, standing()), Infeasible)


@pytest.mark.parametrize(
    "name", ["standing", "reliever away", "wishes", "soft rest", "soft senior", "soft space", "two seats"]
)
def test_the_first_tiers_are_the_least_of_all_plans(name: str) -> None:
    facts, rules = CASES[name]
    every = (*standing(), *rules)
    solved = best(facts, every)
    assert isinstance(solved, Solved)
    loads = Loads(facts)
    costs = [cost for given in every_given(facts) if (cost := judged(facts, every, given, loads)) is not None]
    first = [(cost.get("should", 0), cost.get("fairness", 0)) for cost in costs]
    assert (solved.tiers[0].best, solved.tiers[1].best) == min(first)
    assert all(tier.bound <= tier.best for tier in solved.tiers)


def test_large_plans_find_the_reliefs_they_need() -> None:
    facts = two(leave("bo", "2027-01-04T22", "2027-01-05T02"), leave("cy", "2027-01-04T00", "2027-01-06T00"))
    posted = board(facts, standing(), Loads(facts))
    answer = Large(posted.model, Effort(work=5), Watch())._neighbours.first(Effort(work=5), Watch())
    assert answer is not None
    assert posted.model.valid(answer)
    assert posted.relieved(answer)


def test_without_may_miss_nothing_is_posted_for_reliefs() -> None:
    facts = problem(TEAM, PAIR, leaves=OFF)
    posted = board(facts, standing(), Loads(facts))
    assert facts.choices_of == dict.fromkeys(TEAM, PAIR)
    assert {turn for _, turn in posted.choices} == {turn.turn for turn in PAIR}
    assert "relief" not in {row.rule for row in posted.model.rows}


def test_a_pinned_person_is_relieved_but_never_replaced() -> None:
    facts = two(pins=(Pin(PAIR[0].id, "ana"),))
    solved = best(facts, standing())
    assert isinstance(solved, Solved)
    assert solved.holders[PAIR[0].id] == "ana"
    assert solved.reliefs[PAIR[0].id]


# ---------------------------------------------------------------------------------------------------------- judging


def test_leave_up_to_what_may_be_missed_clashes_no_more() -> None:
    away = (OFF[0].span,)
    assert clashes(PAIR[0], away, 9 * H)
    assert not clashes(PAIR[0], away, 10 * H)
    assert clashes(PAIR[0], away)
    assert ("ana", PAIR[0].turn) not in serving(two(), standing()).away
    assert ("ana", PAIR[0].turn) in serving(lax(two(), 12), standing()).away


def test_whoever_misses_half_of_a_turn_does_not_hold_it() -> None:
    spans = (span("2027-01-04T00", "2027-01-04T10"),)
    assert may_hold(spans, (span("2027-01-04T06", "2027-01-04T10"),), 9 * H)
    assert not may_hold(spans, (span("2027-01-04T05", "2027-01-04T10"),), 9 * H)


def test_hours_missed_on_end_are_one_stretch_across_free_evenings() -> None:
    spans = tuple(span(f"2027-01-0{day}T09", f"2027-01-0{day}T17") for day in (4, 5, 6))
    away = (
        span("2027-01-04T16", "2027-01-04T18"),
        span("2027-01-05T08", "2027-01-05T10"),
        span("2027-01-06T12", "2027-01-06T13"),
    )
    missed = stretches(spans, away)
    assert [len(stretch) for stretch in missed] == [2, 1]
    assert [stretch[0].start for stretch in around(spans, missed)] == [
        at("2027-01-04T09"),
        at("2027-01-05T10"),
        at("2027-01-06T13"),
    ]


def test_a_shared_shift_costs_in_stability_where_hours_may_be_missed_only() -> None:
    parts = {
        PAIR[0].id: [part("ana", "2027-01-04T00", "2027-01-05T00"), part("bo", "2027-01-05T00", "2027-01-06T00")],
        PAIR[1].id: [part("cy", "2027-01-06T00", "2027-01-08T00")],
    }
    (finding,) = found_in_parts(two(), Cover(), parts)
    assert (finding.sentence, finding.tier, finding.cost) == (
        "primary/day/2027-01-04 is shared by Ana and Bo",
        "stability",
        5,
    )
    assert found_in_parts(lax(two(), 0), Cover(), parts) == []


# ------------------------------------------------------------------------------------------------------- after news


def published(facts: Problem, *holders: str) -> Draft:
    ground = Ground(facts, standing(), Loads(facts))
    parts = whole(facts, dict(zip((s.id for s in facts.shifts), holders, strict=True)))
    made = assemble(ground, parts, inputs=Inputs(""), status="solved", tiers=())
    return replace(
        made, inputs=Inputs("", answer=answer_of(made.shifts)), findings=(), revision=1, made="2026-12-01T12:00Z"
    )


def after(facts: Problem, old: Draft, when: str) -> Smallest:
    ground = Ground(facts, standing(), Loads(facts))
    made = smallest_change(ground, old, at(when), notice=timedelta(), inputs=Inputs(""), effort=Effort(work=2))
    assert isinstance(made, Smallest)
    assert not [finding.sentence for finding in made.draft.findings if finding.hard]
    return made


def test_news_of_a_short_leave_frees_those_hours_only() -> None:
    facts = lax(problem(TEAM, PAIR), 14)
    old = published(facts, "ana", "bo")
    made = after(replace(facts, leaves=OFF[:1]), old, "2027-01-04T06")
    parts = made.draft.holders[PAIR[0].id]
    assert [(one.person == "ana", f"{one.start:%d %H}") for one in parts] == [
        (True, "04 00"),
        (False, "04 10"),
        (True, "04 20"),
    ]
    assert [(move.giver, move.start, move.reason) for move in made.moves] == [("ana", at("2027-01-04T10"), "leave")]
    assert made.draft.holders[PAIR[1].id] == old.holders[PAIR[1].id]


def test_news_of_too_much_leave_frees_the_rest_of_the_shift() -> None:
    facts = lax(problem(TEAM, PAIR), 9)
    made = after(replace(facts, leaves=OFF[:1]), published(facts, "ana", "bo"), "2027-01-04T06")
    assert [one.person == "ana" for one in made.draft.holders[PAIR[0].id]] == [True, False]


def test_what_was_missed_before_the_news_counts_too() -> None:
    facts = lax(problem(TEAM, PAIR), 12)
    old = published(facts, "ana", "bo")
    assert len(after(replace(facts, leaves=OFF[1:]), old, "2027-01-04T21").draft.holders[PAIR[0].id]) == 3
    assert len(after(replace(facts, leaves=OFF), old, "2027-01-04T21").draft.holders[PAIR[0].id]) == 2
