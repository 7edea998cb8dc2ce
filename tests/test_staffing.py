"""Staffing: sizes held against every plan of tiny problems, counting held against arithmetic, leave that only grows."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, product
from pathlib import Path

import pytest

from builders import at, days, leave, person, problem, shift
from tiny import PERIOD, Cli
from watchbill import staffing, workspace
from watchbill.audit import audit, whole
from watchbill.domain import ShareStep
from watchbill.errors import Refused
from watchbill.load import Loads
from watchbill.needs import AT_MOST, LEAVE, OPEN, RATES, RULES, STOPPED, Month, Need, Site, Staffed
from watchbill.periods import period
from watchbill.problem import Problem
from watchbill.report.staffing import number
from watchbill.rules import Limit, Rule, Space, standing
from watchbill.solve import Watch
from watchbill.staffing.crew import Crew
from watchbill.staffing.floors import HOURS, SOLVED, TOGETHER, TOO_LONG, TURNS, by_hours, by_turns, together, too_long
from watchbill.staffing.sizes import Search

WHEN = period(PERIOD)
WEEKS = tuple(shift(f"primary/week/2027-01-{day:02}", f"2027-01-{day:02}T00", 168) for day in (4, 11, 18, 25))


def possible(facts: Problem, rules: Sequence[Rule]) -> bool:
    """Whether any of all conceivable plans passes the audit."""
    loads, ids = Loads(facts), [one.id for one in facts.people]
    every = product(ids, repeat=len(facts.shifts))
    named = (dict(zip((s.id for s in facts.shifts), held, strict=True)) for held in every)
    return any(not any(f.hard for f in audit(facts, rules, whole(facts, held), loads)) for held in named)


# ---------------------------------------------------------------------------------------------------------- sizes


def test_the_smallest_size_is_the_one_that_trying_every_plan_finds(team: Path) -> None:
    found = staffing.staffing(team, WHEN, at_most=30, growth=False)
    facts, rules = workspace.problem(workspace.read(team), WHEN, head=False)
    crew = Crew(facts, ("primary/week",), ("ana", "bo", "cy", "dee"), 1)
    limit = Limit(count="hours", at_most=timedelta(hours=4 * 168 * 0.3))
    asked = {RULES: (False, rules), LEAVE: (True, rules), AT_MOST: (True, (*rules, limit))}
    for need in found.sites[0].needs:
        away, in_force = asked[need.question]
        assert need.people is not None
        assert possible(crew.problem(need.people, away=away), in_force), need
        assert need.people == 1 or not possible(crew.problem(need.people - 1, away=away), in_force), need
    assert [need.people for need in found.sites[0].needs] == [2, 3, 4]


def test_each_answer_says_which_bound_rules_fewer_out(team: Path) -> None:
    def bounds(percent: int) -> list[tuple[str, int | None]]:
        needs = staffing.staffing(team, WHEN, at_most=percent, growth=False).sites[0].needs
        return [(need.bound, need.people) for need in needs]

    assert bounds(25) == [(SOLVED, 2), (SOLVED, 3), (HOURS, 4)]
    assert bounds(30) == [(SOLVED, 2), (SOLVED, 3), (HOURS, 4)]
    assert bounds(45) == [(SOLVED, 2), (SOLVED, 3), (TURNS, 4)]
    assert bounds(50) == [(SOLVED, 2), (SOLVED, 3), (SOLVED, 3)]
    assert bounds(20) == [(SOLVED, 2), (SOLVED, 3), (TOO_LONG, None)]


def test_what_runs_at_one_time_needs_as_many_people(team: Path) -> None:
    text = (team / "team.yaml").read_text(encoding="utf-8")
    (team / "team.yaml").write_text(text.partition("rules:")[0].replace("layers:", "seats: 3\n    layers:"))
    (need, *_) = staffing.staffing(team, WHEN, growth=False).sites[0].needs
    assert (need.people, need.bound, need.why) == (3, TOGETHER, "3 shifts run at one time")


def test_two_runs_say_the_same_and_nothing_is_written(team: Path) -> None:
    before = sorted(path.name for path in team.rglob("*"))
    assert staffing.staffing(team, WHEN) == staffing.staffing(team, WHEN)
    assert sorted(path.name for path in team.rglob("*")) == before


def test_when_stopped_only_what_is_known_is_told(team: Path) -> None:
    watch = Watch()
    watch.stop()
    found = staffing.staffing(team, WHEN, watch=watch)
    assert not found.complete
    (site,) = found.sites
    assert [(need.people, need.least, need.bound) for need in site.needs] == [
        (None, 1, STOPPED),
        (None, 1, STOPPED),
        (None, 4, STOPPED),
    ]
    assert (site.months, site.unasked) == ((), ("2027-01",))


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("leave: 4", [(SOLVED, 2, 2), (STOPPED, None, 2), (STOPPED, None, 4)]),
        ("leave: 2", [(SOLVED, 2, 2), (STOPPED, None, 2), (STOPPED, None, 4)]),
        ("at most: 4", [(SOLVED, 2, 2), (SOLVED, 3, 3), (STOPPED, None, 4)]),
    ],
)
def test_stopped_in_the_middle_what_was_settled_stays_and_the_rest_is_marked(
    team: Path, said: str, known: list[tuple[str, int | None, int]]
) -> None:
    watch = Watch()
    watch.report = lambda progress: watch.stop() if said in progress.tier else None
    found = staffing.staffing(team, WHEN, watch=watch)
    needs = found.sites[0].needs
    assert ([(need.bound, need.people, need.least) for need in needs], found.complete) == (known, False)
    assert all("; stopped " in need.why for need in needs if need.bound == STOPPED)


def test_what_seemed_enough_when_it_was_stopped_is_told_and_not_claimed(team: Path) -> None:
    watch = Watch()
    watch.report = lambda progress: watch.stop() if "leave: 3" in progress.tier else None
    need = staffing.staffing(team, WHEN, watch=watch).sites[0].needs[1]
    assert (need.people, need.why.rpartition("; ")[2]) == (None, "4 seemed enough")


STOPPED_EARLY = """
import os, signal, sys
from watchbill import cli, staffing
usual = staffing._Inquiry._has
def has(inquiry, problem, more, said):
    if "leave" in said:
        os.kill(os.getpid(), signal.SIGINT)
        inquiry._watch.stopped.wait(10)
    return usual(inquiry, problem, more, said)
staffing._Inquiry._has = has
cli.run(["-C", *sys.argv[1:]])
"""


def test_ctrl_c_shows_what_is_known_with_an_exit_code_of_its_own(team: Path) -> None:
    command = [sys.executable, "-c", STOPPED_EARLY, str(team), "staffing", PERIOD]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 130
    assert done.stdout.startswith(f"{PERIOD}: how many people it takes, as far as it was asked: stopped.\n")
    assert re.search(r"nobody away +2 ", done.stdout)
    assert "stopped while asking" in " ".join(done.stdout.split())
    assert "as leave grows: stopped before 2027-01 was settled." in done.stdout
    assert "what is known so far is shown" in done.stderr


def test_a_period_without_shifts_is_refused(team: Path) -> None:
    with pytest.raises(Refused, match="holds no shifts"):
        staffing.staffing(team, period("2027-01-05..2027-01-06"))


@pytest.mark.parametrize("true_size", range(1, 30))
@pytest.mark.parametrize("usual", [1, 8])
def test_the_search_finds_the_least_size_and_rules_out_the_one_below(true_size: int, usual: int) -> None:
    asked: list[int] = []

    def has(size: int) -> bool:
        asked.append(size)
        return size >= true_size

    search = Search(has)
    assert search.smallest(1, usual) == true_size
    assert search.ruled_out(1, true_size) == (true_size - 1 or None)
    assert len(asked) == len(set(asked)) <= 14


def test_what_is_not_settled_is_never_claimed() -> None:
    search = Search(lambda size: None if size in {4, 5} else size > 5)
    assert (search.smallest(2, 8), search.ruled_out(2, 6)) == (6, 3)
    assert Search(lambda size: None).smallest(2, 8) is None
    open_ = Need(RULES, 6, 4, OPEN, "")
    assert [number(one) for one in (open_, replace(open_, people=None), replace(open_, bound=SOLVED))] == [
        "4 to 6",
        "at least 4",
        "6",
    ]


# --------------------------------------------------------------------------------------------------------- counting


def test_counting_hours_and_turns_bounds_the_size_from_below() -> None:
    quarter = timedelta(hours=168)
    assert (together(WEEKS).least, together((*WEEKS, *days(count=3))).least) == (1, 2)
    assert by_hours(WEEKS, quarter, 25).least == 4
    assert by_hours(WEEKS, quarter * 1.5, 38).least == 3
    assert by_turns(WEEKS, quarter * 1.5, 38).least == 4
    assert by_turns(WEEKS, quarter * 2, 50).least == 2
    assert too_long(WEEKS, quarter, 25) is None
    long = too_long(WEEKS, quarter * 0.9, 22)
    assert long is not None
    assert "primary/week/2027-01-04 alone is 168 h, more than 22 %" in long.why


def test_touching_shifts_do_not_run_at_one_time() -> None:
    assert together(days(count=3)).least == 1


# ------------------------------------------------------------------------------------------------------------ crew


def crew(facts: Problem, seed: int = 1) -> Crew:
    return Crew(facts, tuple(facts.servers), tuple(one.id for one in facts.people), seed)


def test_a_team_of_any_size_keeps_the_mix_of_the_people_there_are() -> None:
    people = [person(id_, tags=("senior",)) for id_ in ("ana", "bo", "cy")] + [person("dee")]
    facts = problem(people, WEEKS, servers={"primary/week": ("ana", "bo", "cy")})
    for size, seniors in ((1, 1), (2, 2), (4, 3), (8, 6), (12, 9)):
        team = crew(facts).problem(size, away=False).people
        assert (len(team), sum("senior" in one.tags for one in team)) == (size, seniors)
        assert len({one.id for one in team}) == size
    eight = crew(facts).problem(8, away=False)
    assert eight.servers["primary/week"] == tuple(one.id for one in eight.people if "senior" in one.tags)


def test_clones_are_full_time_and_there_from_first_to_last() -> None:
    part_time = person("ana", shares=(ShareStep(date(2027, 1, 1), 50),), joined=date(2027, 1, 20))
    (one,) = crew(problem([part_time], WEEKS)).problem(1, away=True).people
    assert (one.shares, one.joined) == ((), None)


def test_the_first_of_a_kind_keep_their_leave_and_clones_are_away_as_much() -> None:
    away = [leave("ana", f"2027-01-{day:02}T00", f"2027-01-{day + 3:02}T00") for day in (5, 12, 19)]
    facts = problem(("ana", "bo"), WEEKS, leaves=tuple(away))
    one = crew(facts)
    assert one.away == pytest.approx(100 * 9 / 56)
    ten = one.problem(10, away=True)
    assert [found for found in ten.leaves if found.person == "ana"] == away
    clones = [found for found in ten.leaves if "+" in found.person]
    assert {found.span.length for found in clones} == {timedelta(days=3)}
    assert {found.person for found in clones} == {f"{id_}+{n}" for id_ in ("ana", "bo") for n in range(2, 6)}
    assert one.problem(10, away=False).leaves == ()


# ---------------------------------------------------------------------------------------------------------- growth


def test_more_leave_contains_what_less_leave_is() -> None:
    facts = problem(("ana", "bo", "cy"), WEEKS, leaves=(leave("ana", "2027-01-12T00", "2027-01-19T00"),))
    for draw in (1, 2, 3):
        grown = [crew(facts).growing(WEEKS, rate, draw).leaves for rate in RATES]
        for fewer, more in pairwise(grown):
            assert more[: len(fewer)] == fewer
        assert len(grown[-1]) > len(grown[0])
        assert (grown[0][0].person, grown[0][0].span) == ("ana", facts.leaves[0].span)
    assert crew(facts).growing(WEEKS, 40, 1) != crew(facts, seed=2).growing(WEEKS, 40, 1)


def test_the_leave_that_is_simulated_is_as_much_as_it_says() -> None:
    facts = problem(("ana", "bo", "cy", "dee"), WEEKS)
    for rate in RATES:
        leaves = crew(facts).growing(WEEKS, rate, 1).leaves
        spans = [(one.person, max(at("2027-01-04T00"), one.span.start), one.span.end) for one in leaves]
        inside = sum((min(end, WEEKS[-1].end) - start for _, start, end in spans), timedelta())
        share = inside / (4 * timedelta(weeks=4)) * 100
        assert rate <= share < rate + 10 / (4 * 28) * 100


def test_never_stays_however_little_leave_there_is() -> None:
    always = replace(leave("ana", "2027-01-05T00", "2027-01-06T00"), kind="never")
    facts = problem(("ana", "bo"), WEEKS, leaves=(always,))
    assert always in crew(facts).growing(WEEKS, 5, 1).leaves


def test_the_rate_at_which_a_month_breaks_is_the_one_that_trying_every_plan_finds(team: Path) -> None:
    (site,) = staffing.staffing(team, WHEN).sites
    (month,) = site.months
    facts, rules = workspace.problem(workspace.read(team), WHEN, head=False)
    one = Crew(facts, ("primary/week",), ("ana", "bo", "cy", "dee"), 1)
    rates = (5, 10, 25)
    for draw, breaks in enumerate(month.breaks[:2], 1):
        covered = [rate for rate in rates if possible(one.growing(facts.shifts, rate, draw), rules)]
        assert covered == [rate for rate in rates if breaks is None or rate < breaks]
    assert month.breaks[0] != month.breaks[1]


def test_the_month_that_breaks_first_is_the_one_at_the_lowest_rate_then_most_often() -> None:
    def first(*months: Month) -> str | None:
        found = Staffed(Site("", (), (), 0.0), (), months).first
        return found.name if found else None

    a, b, c = Month("a", (None, 30, None)), Month("b", (25, None, None)), Month("c", (25, 40, None))
    assert (first(a, b, c), first(a, b), first(a), first(Month("d", (None,)))) == ("c", "b", "a", None)
    assert [c.broken(rate) for rate in (20, 25, 40)] == [0, 1, 2]


# ----------------------------------------------------------------------------------------------------------- sites


def test_layers_that_share_people_are_one_site_in_the_order_of_the_layers() -> None:
    shifts = [shift(f"{key}/2027-01-04", "2027-01-04T00") for key in ("p/west", "p/east", "s/west", "q/south")]
    serve = {"p/west": ("ana", "bo"), "p/east": ("cy",), "s/west": ("bo", "dee"), "q/south": ("eve",)}
    facts = problem(("ana", "bo", "cy", "dee", "eve"), shifts, servers=serve)
    found = [(site.name, site.layers, site.people) for site in staffing.sites(facts)]
    assert found == [
        ("east", ("p/east",), ("cy",)),
        ("west", ("p/west", "s/west"), ("ana", "bo", "dee")),
        ("south", ("q/south",), ("eve",)),
    ]


def test_each_site_is_asked_alone() -> None:
    shifts = [shift(f"{key}/2027-01-04", "2027-01-04T00") for key in ("p/west", "p/east")]
    facts = problem(("ana", "bo"), shifts, servers={"p/west": ("ana",), "p/east": ("bo",)})
    west = Crew(facts, ("p/west",), ("ana",), 1).problem(2, away=False)
    assert ([one.key for one in west.shifts], west.servers["p/east"]) == (["p/west"], ())
    assert possible(west, (*standing(), Space(at_least=timedelta(days=1))))


# --------------------------------------------------------------------------------------------------------- command


def test_the_command_shows_numbers_with_what_rules_fewer_out(team: Path, exact: Cli) -> None:
    ended = exact("-C", team, "staffing", PERIOD)
    assert ended.code == 0
    assert "tiny: 4 people, on leave for 3 % of the time (primary/week)" in ended.out
    assert "672 h on call in all, and 25 %" in ended.out
    assert "as leave grows: how many of 5 simulated teams have no plan" in ended.out
    assert "2027-01 breaks first: at " in ended.out


def test_json_holds_the_same(team: Path, exact: Cli) -> None:
    told = json.loads(exact("-C", team, "staffing", PERIOD, "--at-most", "50%", "--no-growth", "--json").out)
    (site,) = told["sites"]
    assert (told["period"], told["at_most"], told["complete"], site["months"]) == (PERIOD, 50, True, [])
    assert [(need["question"], need["people"]) for need in site["needs"]] == [(RULES, 2), (LEAVE, 3), (AT_MOST, 3)]


@pytest.mark.parametrize("wrong", ["a quarter", "0%", "140%", "12.5%"])
def test_what_is_no_percentage_is_wrong_usage(team: Path, exact: Cli, wrong: str) -> None:
    ended = exact("-C", team, "staffing", PERIOD, "--at-most", wrong)
    assert (ended.code, "--at-most" in ended.err) == (2, True)


def test_without_a_period_what_is_planned_next_is_meant(team: Path, exact: Cli) -> None:
    (team / "drafts").mkdir()
    (team / "drafts" / f"{PERIOD}.json").write_text("{}", encoding="utf-8")
    assert exact("-C", team, "staffing", "--no-growth").out.startswith(f"{PERIOD}: how many people it takes.")
