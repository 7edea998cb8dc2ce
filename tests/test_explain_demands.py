"""Causes and headlines in words: what a rule asks, of whom, and what is missing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import days, leave, person, problem, shift
from relaxing import STANDING
from watchbill.domain import TurnLength
from watchbill.explain import conflict
from watchbill.explain.dates import Calendar
from watchbill.explain.demands import demand
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import Infeasible
from watchbill.rules import Eligible, Follow, Limit, Pair, Rest, Rule, Space, Waking

BOTH = (*days(count=1), *days("secondary", 1))


def told(facts: Problem, *rules: Rule) -> Infeasible:
    return conflict(facts, (*STANDING, *rules), Loads(facts))


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (Rest(at_least="11h"), "asks Ana to rest for 11 h between shifts"),
        (
            Rest(at_least="11h", after_night="24h", max_stretch="2 days"),
            "asks Ana to rest for 11 h between shifts and 24 h after a night shift and lets Ana be on call for at most "
            "2 days without a break",
        ),
        (Space(at_least="7 days"), "keeps the turns of Ana 7 days apart"),
        (Limit(count="weekends", at_most=1, per="3 weeks"), "lets Ana have at most 1 weekend within 21 days"),
        (Limit(count="hours", at_most="36h"), "lets Ana have at most 36 h in the whole plan"),
        (Limit(count="consecutive_days", at_most=5), "lets Ana have at most 5 days on call running"),
        (Limit(count="shifts", at_most=6, each="all"), "lets Ana together have at most 6 shifts in the whole plan"),
        (
            Follow(first="secondary", then="primary"),
            "lets Ana hold primary right after secondary only as the holder of that",
        ),
        (Follow(first="a", then="b", person="other"), "does not let Ana hold b right after a"),
        (Waking(hours="07:00..22:00"), "wants Ana on call between 07:00..22:00 of their own clock only"),
        (
            Eligible(roles=("primary",), tags=("lead", "senior")),
            "lets only people with the tag lead or senior hold primary",
        ),
        (
            Pair(never_two=("new",), apart=("ana", "bo")),
            "wants no two with the tag new and no two of Ana on call",
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Rule) else "",
)
def test_each_kind_of_rule_says_what_it_asks_and_of_whom(rule: Rule, sentence: str) -> None:
    assert demand(rule, "Ana") == sentence


def test_what_is_due_is_told_apart_from_what_is_forbidden() -> None:
    rule = Limit(count="shifts", at_least=2, at_most=4)
    assert demand(rule, "Ana", due=True) == "wants Ana to have at least 2 shifts in the whole plan"
    assert demand(rule, "Ana") == "lets Ana have at most 4 shifts in the whole plan"


def test_the_headline_says_of_whom_nobody_is_left() -> None:
    team = (person("ana", tags=("senior",)), person("bo", tags=("lead",)), "cy")
    facts = problem(team, BOTH, leaves=(leave("ana", "2027-01-04T00", "2027-01-05T00"),))
    found = told(facts, Pair(roles=("primary", "secondary"), at_least_one=("senior", "lead")))
    assert found.summary == "On 4 January nobody with the tag senior is left for primary and secondary."


def test_nobody_is_said_to_be_gone_whom_only_a_rule_keeps_away() -> None:
    facts = problem((person("ana", tags=("senior",)), "bo", "cy"), (*days(count=2), *days("secondary", 2)))
    rules = (Pair(roles=("primary", "secondary"), at_least_one=("senior",)), Space(at_least="1 day"))
    assert told(facts, *rules).summary == (
        "On 4 to 5 January somebody with the tag senior is needed for primary and secondary, "
        "which the other causes do not allow."
    )


def test_a_minimum_that_cannot_be_reached_names_who_and_how_much() -> None:
    facts = problem(("ana", "bo"), days(count=4), leaves=(leave("ana", "2027-01-04T00", "2027-01-08T00"),))
    found = told(facts, Limit(count="shifts", at_least=1, people=("ana",)))
    assert found.summary == "Ana cannot have 1 shift, as rule `limit` asks for."
    assert "rule `limit` wants Ana to have at least 1 shift in the whole plan" in [c.sentence for c in found.causes]


def test_a_weekend_is_told_by_its_day_and_a_working_week_as_a_week() -> None:
    week = shift("primary/week/2027-02-15", "2027-02-15T09", 104)
    weekend = shift("primary/weekend/2027-02-19", "2027-02-19T17", 64)
    facts = problem(("ana",), (week, weekend))
    weekly = [replace(layer, turn=TurnLength(1, "week")) for layer in facts.roles[0].layers]
    calendar = Calendar(replace(facts, roles=(replace(facts.roles[0], layers=tuple(weekly)),)))
    assert week.end - week.start == timedelta(hours=104)
    assert calendar.turns([week]) == "in the week of 15 February"
    assert calendar.turns([weekend]) == "on 19 February"
    assert calendar.turns([weekend, week]) == "in the week of 15 February and on 19 February"
