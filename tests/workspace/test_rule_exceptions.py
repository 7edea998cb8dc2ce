"""Exceptions to rules as files hold them: read, judged, and every mistake with its place and a remedy."""

import re
from pathlib import Path

import pytest
from folders import TEAM, ana, complaints, rule, write

from watchbill import rules, workspace
from watchbill.load import Loads
from watchbill.periods import period
from watchbill.problem import Problem
from watchbill.rules import Rest, Rule

TY, AY = "team.yaml", "availability/ana.yaml"
REST = "{kind: rest, at_least: 11h, except: [%s]}"
LIMIT = "{kind: limit, count: shifts, at_most: 2, per: 4 weeks, except: [%s]}"

MISTAKES = {
    "a number that is not milder": (
        rule(REST % "{people: bo, dates: 2027-01-04, at_least: 12h}"),
        f"{TY}:15:84",
        "12h is not milder than the rule, which has 11h. Write less than that, or remove at_least",
    ),
    "a greater number that is less": (
        rule(LIMIT % "{dates: 2027-01-04, at_most: 2}"),
        f"{TY}:15:98",
        "2 is not milder than the rule, which has 2. Write more than that",
    ),
    "hours that are not wider": (
        rule("{kind: waking, except: [{dates: 2027-01-04, hours: 08:00..23:00}]}"),
        f"{TY}:15:56",
        "08:00..23:00 is not milder than the rule, which has 07:00..22:00. Write wider",
    ),
    "a number that the rule has not": (
        rule(REST % "{dates: 2027-01-04, max_stretch: 24h}"),
        f"{TY}:15:75",
        "the rule has no max_stretch that could be milder. Remove it here",
    ),
    "a night shorter than a day": (
        rule("{kind: rest, at_least: 11h, after_night: 20h, except: [{dates: 2027-01-04, after_night: 9h}]}"),
        f"{TY}:15:93",
        r"after_night is shorter than at_least \(11 h\). Lower at_least here, too",
    ),
    "a number of another rule": (
        rule(REST % "{dates: 2027-01-04, at_most: 2}"),
        f"{TY}:15:62",
        'unknown key "at_most". Did you mean "at_least"',
    ),
    "a should that is bent": (
        rule(f"{REST[:-1]}, strength: should}}" % "{dates: 2027-01-04, at_least: 9h}"),
        f"{TY}:15:72",
        "a should cannot be made milder for some people and dates. Remove at_least, which excuses them",
    ),
    "no dates": (rule(REST % "{people: bo}"), f"{TY}:15:42", 'the key "dates" is missing. Add it: dates: '),
    "dates that are none": (rule(REST % "{dates: 04/01/2027}"), f"{TY}:15:50", "can be 4 January or 1 April"),
    "a list of dates with one that is none": (
        rule(REST % "{dates: [2027-01-04, soon]}"),
        f"{TY}:15:63",
        '"soon" is no date. Write it as 2027-03-08',
    ),
    "nobody of the team": (rule(REST % "{people: bob, dates: 2027-01-04}"), f"{TY}:15:51", 'unknown person "bob"'),
    "a tag that nobody has": (rule(REST % "{tags: [junior], dates: 2027-01-04}"), f"{TY}:15:50", 'the tag "junior"'),
    "no list": (rule(REST.replace("[%s]", "{dates: 2027-01-04}")), f"{TY}:15:33", '"except" expects a list'),
    "somebody whom the rule is not about": (
        rule("{kind: space, at_least: 7 days, people: [bo], except: [{people: cy, dates: 2027-01-04}]}"),
        f"{TY}:15:69",
        'the rule is not about "cy". Remove the name',
    ),
    "what is due": (
        rule("{kind: limit, count: shifts, at_least: 1, except: [{people: bo, dates: 2027-01-04}]}"),
        f"{TY}:15:76",
        "cannot count towards at_least. Write the rule twice, for these people and for the others, with people",
    ),
    "one of all together": (
        rule("{kind: limit, count: shifts, at_most: 9, each: all, except: [{people: bo, dates: 2027-01-04}]}"),
        f"{TY}:15:75",
        "all are counted together here. Leave people and tags out",
    ),
    "a length where shifts are counted": (
        rule(LIMIT % "{dates: 2027-01-04, at_most: 5h}"),
        f"{TY}:15:98",
        "shifts are counted, not measured. Write a number",
    ),
    "one person and at least one": (
        rule("{kind: pair, at_least_one: senior, except: [{people: bo, dates: 2027-01-04}]}"),
        f"{TY}:15:58",
        "at_least_one asks for somebody.*Leave people out, or write at_least_one in a rule of its own",
    ),
    "eligible without tags": (
        rule("{kind: eligible, except: [{people: bo, dates: 2027-01-04}]}"),
        f"{TY}:15:5",
        "not who may serve them. Add tags",
    ),
    "people in one's own limit": (
        ana("limits: [{count: shifts, at_most: 1, except: [{people: bo, dates: 2027-01-04}]}]\n"),
        f"{AY}:2:10",
        '"people" cannot stand in except here: it is a limit for this person. Remove it',
    ),
    "one's own limit that is not milder": (
        ana("limits: [{count: shifts, at_most: 1, except: [{dates: 2027-01-04, at_most: 1}]}]\n"),
        f"{AY}:2:76",
        "1 is not milder than the rule, which has 1",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_an_exception_has_its_place_and_a_remedy(name: str, tmp_path: Path) -> None:
    files, place, sentence = MISTAKES[name]
    told = complaints(tmp_path, files)
    assert len(told) == 1, told
    where, _, what = told[0].partition("  ")
    assert where == place, told
    assert re.search(sentence, what), told


def read(folder: Path, files: dict[str, str]) -> tuple[Problem, tuple[Rule, ...]]:
    return workspace.problem(workspace.read(write(folder, files)), period("2027-Q1"))


def test_a_milder_number_is_a_rule_of_its_own_behind_those_of_the_file(tmp_path: Path) -> None:
    exception = "{people: [bo, cy], dates: [2027-01-04, 2027-01-11..2027-01-12], at_least: 9h}"
    facts, found = read(tmp_path, rule(REST % exception))
    assert [type(one) for one in found[-2:]] == [Rest, Rest]
    strict, milder = found[-2:]
    assert isinstance(strict, Rest)
    assert isinstance(milder, Rest)
    assert (strict.source, milder.source, milder.people) == (None, len(found) - 2, ("bo", "cy"))
    assert milder.at_least < strict.at_least
    assert rules.in_force(found, facts.people) == found


def test_tags_choose_people_for_exceptions(tmp_path: Path) -> None:
    facts, found = read(tmp_path, rule(REST % "{tags: senior, dates: 2027-01-04, at_least: 9h}"))
    assert [person.id for person in facts.people if found[-1].binds(person)] == ["ana"]


def test_whom_an_exception_lets_in_helps_and_has_no_part_of_the_layer(tmp_path: Path) -> None:
    line = "{kind: eligible, tags: senior, except: [{people: bo, dates: 2027-01-11}]}"
    files = rule(line)
    facts, _ = read(tmp_path, files)
    assert (facts.servers["primary/week"], dict(facts.helpers)) == (("ana",), {"primary/week": ("bo",)})
    assert not any(Loads(facts).reference("bo").values())
    assert facts.may_serve("bo", "primary/week")
    assert not facts.may_serve("cy", "primary/week")


def test_ones_own_limit_may_have_exceptions(tmp_path: Path) -> None:
    files = ana("limits: [{count: shifts, at_most: 1, per: 4 weeks, except: [{dates: 2027-01-04, at_most: 2}]}]\n")
    _, found = read(tmp_path, files)
    assert [getattr(one, "at_most", None) for one in found[-2:]] == [1, 2]
    assert {getattr(one, "people", None) for one in found[-2:]} == {("ana",)}


def test_the_sound_team_has_no_rules_behind_those_of_the_file(tmp_path: Path) -> None:
    _, found = read(tmp_path, {TY: TEAM, AY: "person: ana\n"})
    assert all(one.source is None for one in found)


def test_from_python_an_exception_that_is_not_milder_is_refused() -> None:
    with pytest.raises(ValueError, match="12h is not milder than the rule, which has 11h"):
        Rest(at_least="11h").but(dates="2027-01-04", at_least="12h")


def warned(folder: Path, text: str, name: str = "2027-Q1") -> list[str]:
    write(folder, rule(text))
    mistakes = workspace.check_period(workspace.read(folder), period(name))
    return [f"{one.place}  {one.sentence}" for one in mistakes if "excepts nothing" in one.sentence]


def test_an_exception_on_a_day_on_which_no_turn_begins_is_doubted(tmp_path: Path) -> None:
    (told,) = warned(tmp_path, REST % "{dates: 2027-01-06}")
    assert told == (
        f"{TY}:15:50  no turn that the rule looks at is handed off on 2027-01-06, so this excepts nothing. Write "
        "2027-01-04, if the turn is meant that runs then."
    )


@pytest.mark.parametrize(
    ("dates", "name"),
    [
        ("2027-01-04", "2027-Q1"),
        ("2027-01-02..2027-01-05", "2027-Q1"),
        ("2027-01-06", "2027-Q2"),
        ("2026-12-28..2027-01-02", "2027-Q1"),
    ],
)
def test_an_exception_that_matches_a_turn_or_is_for_another_period_is_not(
    tmp_path: Path, dates: str, name: str
) -> None:
    assert warned(tmp_path, REST % f"{{dates: {dates}}}", name) == []
