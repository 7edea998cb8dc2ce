import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from builders import days, leave, person, problem, shift, span
from judging import neighbour
from relaxing import STANDING, possible, possible_with
from watchbill import app
from watchbill.domain import Leave, Pin, ShareStep, TurnLength
from watchbill.explain import Conflict, conflict, found
from watchbill.explain.minimal import minimal
from watchbill.load import Loads
from watchbill.periods import period
from watchbill.problem import Problem
from watchbill.results import Infeasible
from watchbill.rules import Eligible, Follow, Limit, Pair, Rest, Rule, Space, Waking
from watchbill.solve.cores import Oracle
from watchbill.solve.labelled import Label, LabelledBoard
from watchbill.solve.limits import Watch

WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)
FOUR = days(count=4, hours=8)
BOTH = (*days("primary", 3, hours=8), *days("secondary", 3, hours=8))


def causes(facts: Problem, rules: Sequence[Rule]) -> Conflict:
    board = LabelledBoard(facts, Loads(facts))
    board.post(rules)
    return found(board, Oracle(board, Watch(), 5.0))


def told(facts: Problem, rules: Sequence[Rule] = ()) -> list[str]:
    answer = conflict(facts, (*STANDING, *rules), Loads(facts))
    return [answer.summary, *(cause.sentence for cause in answer.causes)]


def kinds(labels: Conflict) -> set[str]:
    return {label.kind for label in labels.labels}


@dataclass(frozen=True)
class Case:
    """A problem without a plan, its rules besides those always in force, and which kinds of causes there are."""

    facts: Problem
    rules: tuple[Rule, ...]
    kinds: set[str]


def away(*people: str, start: str = "2027-01-04T00", end: str = "2027-01-08T00") -> tuple[Leave, ...]:
    return tuple(leave(id_, start, end) for id_ in people)


CASES = {
    "everyone away on one day": Case(
        problem(shifts=days(count=3), leaves=away("ana", "bo", "cy", start="2027-01-05T12", end="2027-01-05T13")),
        (),
        {"cover", "leave"},
    ),
    "two roles at once, one person left": Case(
        problem(("ana", "bo"), (*days(count=2), *days("secondary", 2)), leaves=away("bo", start="2027-01-05T00")),
        (),
        {"cover", "leave"},
    ),
    "two seats, one person left": Case(
        problem(
            shifts=[
                s for n in (1, 2) for s in (shift(f"primary/x/2027-01-04{'/2' * (n - 1)}", "2027-01-04T00", seat=n),)
            ],
            seats={"primary": 2},
            leaves=away("ana", "bo"),
        ),
        (),
        {"cover", "leave"},
    ),
    "three roles between two people who serve two of them": Case(
        problem(
            shifts=(*days("primary", 1), *days("secondary", 1), *days("third", 1)),
            servers={"primary/daily": ["ana", "bo"], "secondary/daily": ["ana", "bo"], "third/daily": ["ana", "bo"]},
        ),
        (),
        {"cover", "serves"},
    ),
    "joins too late, has left, has no share": Case(
        problem(
            (
                person("ana", joined=date(2027, 1, 6)),
                person("bo", left=date(2027, 1, 4)),
                person("cy", shares=(ShareStep(date(2027, 1, 5), 0), ShareStep(date(2027, 1, 6), 50))),
            ),
            days(count=3),
        ),
        (),
        {"cover", "joined", "left", "share"},
    ),
    "only people with a tag": Case(
        problem((person("ana", tags=("senior",)), "bo"), FOUR, leaves=away("ana", start="2027-01-06T00")),
        (Eligible(tags=("senior",)),),
        {"cover", "eligible", "leave"},
    ),
    "rest": Case(
        problem(("ana", "bo"), FOUR, leaves=away("bo", start="2027-01-05T00", end="2027-01-07T00")),
        (Rest(at_least=timedelta(hours=20)), Limit(count="shifts", at_most=4)),
        {"cover", "leave", "rest"},
    ),
    "limit, too few turns for too many seats": Case(
        problem(
            shifts=(*days(count=9), *days("secondary", 9)),
            leaves=away("cy", start="2027-01-06T00", end="2027-01-11T00"),
        ),
        (Limit(count="shifts", at_most=5, per=WEEK), Space(at_least=timedelta(hours=1), roles=("third",))),
        {"cover", "limit", "leave"},
    ),
    "limit by hours bars long turns": Case(
        problem(("ana", "bo"), days(count=2)),
        (Limit(count="hours", at_most=timedelta(hours=20), per=DAY),),
        {"cover", "limit"},
    ),
    "weekends": Case(
        problem(("ana", "bo"), days(count=14), leaves=away("bo", start="2027-01-10T00", end="2027-01-17T00")),
        (Limit(count="weekends", at_most=1, per=4 * WEEK),),
        {"cover", "limit", "leave"},
    ),
    "at least": Case(
        problem(("ana", "bo"), FOUR), (Limit(count="shifts", at_least=3, per=4 * DAY),), {"cover", "limit"}
    ),
    "space": Case(problem(("ana", "bo"), days(count=3)), (Space(at_least=2 * DAY),), {"cover", "space"}),
    "nobody with the tag is there": Case(
        problem(("ana", person("bo", tags=("lead",)), "cy"), BOTH, leaves=away("bo", end="2027-01-05T00")),
        (Pair(roles=("primary", "secondary"), at_least_one=("lead",)),),
        {"pair", "leave"},
    ),
    "pinned to someone away": Case(
        problem(shifts=FOUR, leaves=away("ana"), pins=(Pin("primary/daily/2027-01-05", "ana"),)), (), {"pin", "leave"}
    ),
    "pinned too close together": Case(
        problem(shifts=FOUR, pins=(Pin("primary/daily/2027-01-05", "ana"), Pin("primary/daily/2027-01-06", "ana"))),
        (Rest(at_least=timedelta(hours=20)),),
        {"pin", "rest"},
    ),
    "one seat pinned to two": Case(
        problem(shifts=FOUR, pins=(Pin("primary/daily/2027-01-05", "ana"), Pin("primary/daily/2027-01-05", "bo"))),
        (),
        {"pin", "cover"},
    ),
    "busy in the plan before": Case(
        problem(
            ("ana", "bo"),
            days(count=1),
            before=(neighbour("secondary/week/2027-01-01", "2027-01-01T00", 24 * 7, "ana"),),
            leaves=away("bo"),
        ),
        (),
        {"cover", "held", "leave"},
    ),
    "rest after the plan before": Case(
        problem(
            ("ana", "bo"),
            days(count=1),
            before=(neighbour("primary/daily/2027-01-03", "2027-01-03T00", 20, "ana"),),
            leaves=away("bo"),
        ),
        (Rest(at_least=timedelta(hours=11)),),
        {"cover", "rest", "leave"},
    ),
    "asleep": Case(
        problem((person("ana", "Asia/Singapore"), person("bo", "Europe/Berlin")), FOUR[:1], leaves=away("ana")),
        (Waking(hours=(420, 1320)),),
        {"cover", "waking", "leave"},
    ),
    "who was secondary is away": Case(
        problem(
            ("ana", "bo"),
            (*days("primary", 1, "2027-01-05"), *days("secondary", 1, "2027-01-04")),
            leaves=(*away("ana", end="2027-01-05T00"), *away("bo", start="2027-01-05T00")),
        ),
        (Follow(first="secondary", then="primary"),),
        {"cover", "leave", "follow"},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_conflict_is_of_the_kinds_that_were_injected(case: Case) -> None:
    labels = causes(case.facts, (*STANDING, *case.rules))
    assert labels.minimal
    assert kinds(labels) == case.kinds


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_causes_alone_are_impossible(case: Case) -> None:
    rules = (*STANDING, *case.rules)
    assert not possible(case.facts, rules)
    assert not possible_with(causes(case.facts, rules).labels, case.facts, rules)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_without_any_one_cause_a_plan_exists(case: Case) -> None:
    rules = (*STANDING, *case.rules)
    labels = causes(case.facts, rules).labels
    for label in labels:
        rest = [other for other in labels if other != label]
        assert possible_with(rest, case.facts, rules), label


# ------------------------------------------------------------------------------------------------- many small teams


IDS = ("ana", "bo", "cy")
POLICY = (
    Rest(at_least=timedelta(hours=20)),
    Limit(count="shifts", at_most=1, per=4 * DAY),
    Limit(count="shifts", at_most=3, per=4 * DAY),
    Limit(count="consecutive_days", at_most=2),
    Pair(at_least_one=("lead",)),
)


@st.composite
def teams(draw: st.DrawFn) -> tuple[Problem, tuple[Rule, ...]]:
    """Three people, up to six days of one or two roles, much leave and two rules."""
    leads = draw(st.sets(st.sampled_from(IDS)))
    people = [person(id_, tags=("lead",) if id_ in leads else ()) for id_ in IDS]
    shifts = (*days("primary", 6, hours=8), *days("secondary", draw(st.sampled_from([0, 6])), hours=8))
    spans = draw(st.lists(st.tuples(st.sampled_from(IDS), st.integers(4, 9), st.integers(0, 2)), max_size=6))
    leaves = [leave(id_, f"2027-01-{day:02}T00", f"2027-01-{day + more:02}T09") for id_, day, more in spans]
    rules = draw(st.lists(st.sampled_from(POLICY), min_size=1, max_size=2, unique=True))
    return problem(people, shifts, leaves=tuple(leaves)), tuple(rules)


@settings(
    max_examples=40, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.filter_too_much]
)
@given(teams())
def test_small_teams_get_causes_that_are_enough_and_none_too_many(team: tuple[Problem, tuple[Rule, ...]]) -> None:
    facts, rules = team[0], (*STANDING, *team[1])
    assume(not possible(facts, rules))
    labels = causes(facts, rules)
    assert labels.minimal
    assert not possible_with(labels.labels, facts, rules)
    for label in labels.labels:
        assert possible_with([other for other in labels.labels if other != label], facts, rules), label


# ------------------------------------------------------------------------------------------------------- sentences


def test_who_is_left_is_told_with_names_and_dates() -> None:
    case = CASES["two roles at once, one person left"]
    assert told(case.facts) == [
        "On 5 January primary and secondary need 2 people at once, and only Ana is left.",
        "primary and secondary need one person each on 5 January",
        "Bo is unavailable from 5 to 7 January",
    ]


def test_a_rule_says_how_many_turns_it_leaves_to_whom() -> None:
    case = CASES["rest"]
    assert told(case.facts, case.rules) == [
        "On 5 to 6 January primary has 2 turns, and only Ana is left, whom rule `rest` does not let hold them all.",
        "primary needs one person on 5 to 6 January",
        "Bo is unavailable from 5 to 6 January",
        "rule `rest` (at_least: 20 h) lets Ana hold at most 1 of these",
    ]


def test_people_with_the_same_dates_share_a_sentence() -> None:
    case = CASES["everyone away on one day"]
    assert told(case.facts)[1:] == [
        "primary needs one person on 5 January",
        "Ana, Bo and Cy are unavailable on 5 January from 12:00 to 13:00",
    ]


def test_joiners_leavers_and_shares_are_told() -> None:
    assert told(CASES["joins too late, has left, has no share"].facts)[2:] == [
        "Ana joins on 6 January",
        "Bo is in the team until 4 January",
        "Cy has a share of 0% then",
    ]


def test_who_serves_is_told_by_name() -> None:
    facts = problem(shifts=days(count=1), servers={"primary/daily": ["ana"]}, leaves=away("ana"))
    assert "only Ana serves primary" in told(facts)
    nobody = problem(shifts=days(count=1), servers={"primary/daily": []})
    assert "nobody serves primary" in told(nobody)


def test_a_team_too_small_is_named() -> None:
    facts = problem(("ana", "bo"), (*days("primary", 1), *days("secondary", 1), *days("third", 1)))
    assert told(facts)[0] == (
        "On 4 January primary, secondary and third need 3 people at once, and the team has only Ana and Bo."
    )


def test_the_day_that_lacks_most_people_is_told_first() -> None:
    few, fewer = away("bo", end="2027-01-05T00"), away("ana", "bo", start="2027-01-06T00", end="2027-01-07T00")
    facts = problem(("ana", "bo"), (*days("primary", 4), *days("secondary", 4)), leaves=(*few, *fewer))
    assert told(facts)[0] == ("On 6 January primary needs one person, and nobody is left.")


def test_pins_are_told() -> None:
    case = CASES["one seat pinned to two"]
    assert told(case.facts) == [
        "On 5 January primary needs one person, and pins do not let the team hold it.",
        "primary needs one person on 5 January",
        "primary/daily/2027-01-05 is pinned to Ana",
        "primary/daily/2027-01-05 is pinned to Bo",
    ]


def test_neighbouring_plans_are_told() -> None:
    assert "Ana holds secondary/week/2027-01-01 of a neighbouring plan" in told(CASES["busy in the plan before"].facts)


def test_rules_are_told_as_they_are_written() -> None:
    case = CASES["asleep"]
    assert "rule `waking` (hours: 07:00..22:00) keeps Bo from it" in told(case.facts, [Waking(hours=(420, 1320))])
    sentences = told(CASES["nobody with the tag is there"].facts, CASES["nobody with the tag is there"].rules)
    assert sentences[1:] == [
        "Bo is unavailable on 4 January",
        "rule `pair` wants somebody with the tag lead on call in primary and secondary on 4 January",
    ]


def test_dates_of_leave_are_on_the_clock_of_who_is_away() -> None:
    singapore = person("ana", "Asia/Singapore")
    facts = problem([singapore], days(count=2), leaves=away("ana", start="2027-01-03T16", end="2027-01-05T16"))
    assert "Ana is unavailable from 4 to 5 January" in told(facts)


def test_dates_in_another_year_say_so() -> None:
    shifts = days(count=2, first="2026-12-31")
    facts = problem(["ana"], shifts, leaves=away("ana", start="2026-12-30T00", end="2027-01-03T00"))
    assert "Ana is unavailable from 30 December to 2 January 2027" in told(facts)


def test_turns_of_a_week_are_told_as_weeks() -> None:
    facts = problem(["ana"], [shift("primary/week/2027-01-04", "2027-01-04T09", 168)], leaves=away("ana"))
    layer = replace(facts.roles[0].layers[0], turn=TurnLength(1, "week"))
    weekly = replace(facts, roles=(replace(facts.roles[0], layers=(layer,)),))
    assert told(weekly)[0] == "In the week of 4 January primary needs one person, and nobody is left."


def test_why_someone_is_away_stays_theirs() -> None:
    never = Leave("ana", span("2027-01-04T00", "2027-01-05T00"), kind="never", approved=True)
    assert told(problem(["ana"], days(count=1), leaves=(never,)))[2:] == ["Ana is unavailable on 4 January"]


def test_a_cause_names_its_rule_people_and_turns() -> None:
    answer = conflict(CASES["rest"].facts, (*STANDING, *CASES["rest"].rules), Loads(CASES["rest"].facts))
    assert [(cause.rule, cause.people, cause.turns) for cause in answer.causes] == [
        ("cover", (), ("primary/daily/2027-01-05", "primary/daily/2027-01-06")),
        ("leave", ("bo",), ()),
        ("rest", ("ana",), ()),
    ]


# ---------------------------------------------------------------------------------------------------------- limits


def test_without_work_nothing_is_claimed() -> None:
    case = CASES["rest"]
    answer = conflict(case.facts, (*STANDING, *case.rules), Loads(case.facts), work=0)
    assert answer == Infeasible(minimal=False)


def test_a_stopped_watch_ends_the_search() -> None:
    case, watch = CASES["rest"], Watch()
    watch.stop()
    answer = conflict(case.facts, (*STANDING, *case.rules), Loads(case.facts), watch=watch)
    assert answer == Infeasible(minimal=False)


def test_what_is_not_settled_is_not_called_minimal() -> None:
    answers = iter([None, True, None, None, False])
    kept, sure = minimal([Label(0, "rest", id_) for id_ in ("ana", "bo", "cy")], lambda labels: next(answers))
    assert [label.person for label in kept] == ["ana", "bo"]
    assert not sure


def test_too_few_people_need_no_solver() -> None:
    case = CASES["two roles at once, one person left"]
    answer = conflict(case.facts, STANDING, Loads(case.facts), work=0)
    assert len(answer.causes) == 2
    assert answer.minimal


def test_the_same_question_gets_the_same_answer() -> None:
    case = CASES["limit, too few turns for too many seats"]
    assert told(case.facts, case.rules) == told(case.facts, case.rules)


# --------------------------------------------------------------------------------------------------------- scenario

IMPOSSIBLE = Path(__file__).parents[1] / "scenarios" / "impossible"


def test_the_impossible_scenario_says_who_is_left(tmp_path: Path) -> None:
    folder = shutil.copytree(IMPOSSIBLE, tmp_path / "team")
    answer = app.plan(folder, period("2027-Q1"))
    assert isinstance(answer, Infeasible)
    assert answer.summary == (
        "In the week of 22 February primary, secondary and rollback need 3 people at once, "
        "and only Nuno Carvalho and Aoife Byrne are left. There are too few people in the week of 15 February, too."
    )
    sentences = " ".join(cause.sentence for cause in answer.causes)
    assert all(name in sentences for name in ("Femke de Vries", "Joris Bakker", "Sanne Visser", "Henrik Dahl"))
    assert "October" not in sentences
    assert not (folder / "drafts").exists()
