"""What `check` understood, held against the rules' own judgement of every person in every shift."""

import resource
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from builders import days, leave, person, problem, shift, wish
from watchbill import checking
from watchbill.audit import audit
from watchbill.checking import Checked
from watchbill.demo import scenario, scenarios
from watchbill.domain import Part
from watchbill.load import Loads
from watchbill.periods import period
from watchbill.problem import Problem
from watchbill.rules import Eligible, Leave, Rule, Waking, standing
from watchbill.rules.wishes import POINT, stakes, weights
from watchbill.serving import serving, staffed
from watchbill.understood import Understood
from watchbill.workspace.period_check import bygone

Q1 = period("2027-Q1")
TEAM = """\
team: tiny
timezone: Europe/Berlin
people:
  ana: {name: Ana Souza}
  bo: {name: Bo Lindqvist}
  cy: {name: Cy Tan, timezone: Asia/Singapore}
roles:
  primary:
    layers:
      week: {turn: 1 week, handoff: mon 09:00}
"""


def checked(folder: Path, files: Mapping[str, str], team: str = TEAM, name: str = "2027-Q1") -> Checked:
    for path, text in {"team.yaml": team, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return checking.check(folder, period(name))


def own(lines: str, who: str = "ana") -> dict[str, str]:
    return {f"availability/{who}.yaml": f"person: {who}\n{lines}"}


def row(found: Checked, who: str = "ana") -> Understood:
    return next(row for row in found.people if row.person.id == who)


def told(found: Checked) -> list[str]:
    return [str(mistake) for mistake in found.mistakes]


# ----------------------------------------------------------------------------------------------------------- twins


def objections(facts: Problem, rules: tuple[Rule, ...], who: str, turn: str) -> set[str]:
    """The rules that object if someone holds one shift, and nobody anything else: what `check` faces find."""
    seat = facts.shift[next(s.id for s in facts.shifts if s.turn == turn)]
    plan = {s.id: (Part(who, s.start, s.end),) if s is seat else () for s in facts.shifts}
    return {f.rule for f in audit(facts, rules, plan) if f.hard and who in f.people}


def test_who_can_serve_is_what_an_audit_of_each_person_in_each_shift_finds() -> None:
    people = (
        person("ana", roles=("primary",)),
        person("bo", joined=days()[2].start.date()),
        person("cy", zone="Asia/Tokyo"),
        person("dee"),
    )
    shifts = (*days("primary", 4, hours=12), *days("secondary", 4, hours=12))
    facts = problem(
        people,
        shifts,
        servers={"primary/daily": ["ana", "bo", "cy"], "secondary/daily": ["bo", "cy", "dee"]},
        leaves=(leave("dee", "2027-01-05T06", "2027-01-05T07"), leave("bo", "2027-01-07T12", "2027-01-08T00")),
    )
    rules = (*standing(), Waking(hours=(6 * 60, 22 * 60), roles=("secondary",)))
    found = serving(facts, rules)
    judged = {
        (who.id, turn.turn): objections(facts, rules, who.id, turn.turn) & {"eligible", "leave", "waking"}
        for who in people
        for turn in facts.turns
    }
    assert {pair for pair, rules_ in judged.items() if not rules_} == {
        (who, turn) for turn, takers in found.takers.items() for who in takers
    }
    assert {kind for rules_ in judged.values() for kind in rules_} == {"eligible", "leave", "waking"}


@pytest.mark.parametrize("name", ["quarter-8", "part-time", "day-night-12"])
def test_lines_together_block_what_leave_bars(name: str) -> None:
    chosen = scenario(name)
    found = checking.check(chosen.folder, chosen.period)
    assert found.problem is not None
    for who in found.people:
        by_lines = {turn.turn for line in who.lines for turn in line.blocks}
        barred = {turn.turn for id_, turn in Leave().bars(found.problem) if id_ == who.person.id}
        outside = {turn.turn for id_, turn in Eligible().bars(found.problem) if id_ == who.person.id}
        assert by_lines == {turn.turn for turn in who.blocked} == barred - outside


def test_what_a_wish_weighs_is_what_the_solver_prices() -> None:
    shifts = days(count=4)
    several = (
        wish("ana", "avoid", "2027-01-04T00", "2027-01-05T00", 8),
        wish("ana", "prefer", "2027-01-06T00", "2027-01-07T00", 6),
        wish("ana", "avoid", "2027-03-01T00", "2027-03-02T00", 5),
        wish("bo", "avoid", "2027-01-04T12", "2027-01-05T12", 3),
    )
    facts = problem(("ana", "bo"), shifts, wishes=several)
    loads = Loads(facts)
    found = weights(facts, loads)
    assert [float(weight) for weight in found] == pytest.approx([8 * 10 / 14, 6 * 10 / 14, 0, 3])
    horizon = [replace(shifts[0].spans[0], end=shifts[-1].end)]
    priced = [
        abs(rate) * claim.seconds(horizon) / POINT
        for stake in stakes(facts, loads).values()
        for claim, rate in zip(stake.claims, stake.rates, strict=True)
    ]
    assert [weight for weight in found if weight] == priced


# ------------------------------------------------------------------------------------------------------------ lines


def test_one_hour_away_blocks_the_whole_shift(tmp_path: Path) -> None:
    found = row(checked(tmp_path, own("leave: [2027-01-13 10:00..11:00]\n")))
    assert [turn.turn for turn in found.lines[0].blocks] == ["primary/week/2027-01-11"]
    assert (found.leave_days, found.blocked_hours, found.able) == (1, 168, 14)


def test_days_beyond_the_hard_budget_block_nothing(tmp_path: Path) -> None:
    team = TEAM + "hard_budget: {leave: 3 days per year, never: 1 weekday}\n"
    lines = "leave: [2027-01-12..2027-01-15, {date: 2027-02-03, approved: true}]\nnever: [{days: [mon, tue]}]\n"
    found = row(checked(tmp_path, own(lines), team))
    leave_, approved, never = found.lines
    assert [str(day) for day in leave_.uncounted] == ["2027-01-15"]
    assert (approved.approved, approved.uncounted, never.uncounted) == (True, (), (1,))
    assert found.leave_days == 4


# ------------------------------------------------------------------------------------------------------------ weeks


def test_a_week_has_the_fewest_who_can_serve_any_of_its_shifts() -> None:
    facts = problem(("ana", "bo"), days(count=9), leaves=(leave("ana", "2027-01-06T00", "2027-01-07T00"),))
    assert [list(row.weeks.values()) for row in staffed(serving(facts, standing()))] == [[1, 2]]


def test_a_long_shift_counts_in_each_of_its_weeks() -> None:
    facts = problem(("ana", "bo"), [shift("primary/long/2027-01-04", "2027-01-04T09", 14 * 24)])
    weeks = staffed(serving(facts, standing()))[0].weeks
    assert [str(monday) for monday in weeks] == ["2027-01-04", "2027-01-11"]


# ---------------------------------------------------------------------------------------------------------- doubts


def test_nobody_and_only_one_person_who_can_serve_is_a_warning(tmp_path: Path) -> None:
    files = own("leave: [2027-01-11..2027-01-24]\n") | own("leave: [2027-01-11..2027-01-24]\n", "bo")
    files |= own("leave: [2027-01-19]\n", "cy")
    lines = told(checked(tmp_path, files))
    assert lines[0].startswith("team.yaml:10:7  warning: nobody can serve primary/week/2027-01-18. Ask people")
    assert lines[1].startswith("team.yaml:10:7  warning: only Cy Tan can serve primary/week/2027-01-04; Cy Tan can")
    assert len(lines) == 2


def test_shifts_at_once_for_which_there_are_too_few_people_are_a_warning(tmp_path: Path) -> None:
    team = TEAM + "  secondary:\n    layers:\n      week: {turn: 1 week, handoff: mon 09:00}\n"
    team = team.replace("  cy: {name: Cy Tan, timezone: Asia/Singapore}\n", "")
    team = team.replace("secondary:\n", "secondary:\n    seats: 2\n")
    assert any(
        "need 3 people, and only Ana Souza and Bo Lindqvist can serve" in line
        for line in told(checked(tmp_path, {}, team))
    )


def test_a_line_that_bars_from_a_whole_layer_is_a_warning_unless_approved(tmp_path: Path) -> None:
    lines = told(checked(tmp_path / "one", own("never: [{days: [sat]}]\n")))
    assert [line for line in lines if "keeps Ana Souza from every shift of primary/week" in line] == lines
    assert lines[0].startswith("availability/ana.yaml:2:9  warning: ")
    assert told(checked(tmp_path / "two", own("never: [{days: [sat], approved: true}]\n"))) == []


def test_who_is_away_for_most_of_the_period_is_named(tmp_path: Path) -> None:
    lines = told(checked(tmp_path, own("leave: [2027-01-05, 2027-01-12..2027-03-10]\n")))
    assert lines == [
        "availability/ana.yaml:2:21  warning: Ana Souza is away in 10 of 14 shifts that they could serve in 2027-Q1. "
        "Check the dates, or ask the lead to add approved: true: that lowers their part."
    ]


def test_leave_about_a_year_ago_is_most_likely_a_slip(tmp_path: Path) -> None:
    lines = told(checked(tmp_path, own("leave: [2026-02-01..2026-02-07, 2026-12-24]\n")))
    assert len(lines) == 1
    assert "2026-02-01..2026-02-07 ended 11 months before 2027-Q1 begins. Did you mean 2027?" in lines[0]


def test_old_leave_of_a_period_that_was_planned_may_stay(tmp_path: Path) -> None:
    found = checked(tmp_path, own("leave: [2026-02-01..2026-02-07]\n")).team
    assert found is not None
    assert bygone(found, Q1, [period("2026-Q1")]) == ()
    assert len(bygone(found, Q1, [period("2026-Q3")])) == 1


def test_a_calendar_export_that_git_keeps_is_a_warning_and_a_feed_is_none(tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "ana.ics").write_text("BEGIN:VCALENDAR\nPRODID:-//watchbill//EN\n", encoding="utf-8")
    (tmp_path / "ana.ics").write_text("BEGIN:VCALENDAR\nSUMMARY:Doctor\n", encoding="utf-8")
    (tmp_path / "team.yaml").write_text(TEAM, encoding="utf-8")
    (tmp_path / "availability").mkdir()
    found = checking.check(tmp_path, Q1, tracked=["ana.ics", "feeds/ana.ics", "gone.txt"])
    assert [mistake.place.file for mistake in found.mistakes] == ["ana.ics"]
    assert "Doctor" not in told(found)[0]


# ----------------------------------------------------------------------------------------------------------- speed


def test_a_hundred_people_and_a_year_take_less_than_two_seconds_of_cpu() -> None:
    chosen = scenario("year-100")
    command = [sys.executable, "-m", "watchbill", "-C", str(chosen.folder), "check", chosen.period.name]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "100 people" in done.stdout
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2


def test_no_scenario_has_anything_to_mend() -> None:
    assert [name for name, chosen in scenarios().items() if checking.check(chosen.folder, chosen.period).errors] == []


def test_git_is_asked_for_calendar_files(tmp_path: Path) -> None:
    from watchbill.cli.checking import _tracked

    assert _tracked(tmp_path) == ()
    (tmp_path / "ana.ics").write_text("", encoding="utf-8")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "add", "ana.ics"], check=True)
    assert _tracked(tmp_path) == ("ana.ics",)


def test_people_of_one_name_are_told_apart_and_warned_of(tmp_path: Path) -> None:
    found = checked(tmp_path, {}, TEAM.replace("Bo Lindqvist", "Ana Souza"))
    assert any("team.yaml:5:14  warning: ana and bo are all called Ana Souza" in line for line in told(found))
    assert [row.person.name for row in found.people] == ["Ana Souza (ana)", "Ana Souza (bo)", "Cy Tan"]


def test_imported_leave_beyond_the_budget_is_to_be_moved_out_of_the_block_that_imports_write(tmp_path: Path) -> None:
    budget = f"{TEAM}hard_budget: {{leave: 20 days per year}}\n"
    found = checked(tmp_path, own("imported:\n  leave:\n    - 2027-01-01..2027-03-31\n"), budget)
    line = next(line for line in told(found) if "does not count as leave" in line)
    assert "move it to leave: by hand with approved: true" in line
    assert "not_leave or at_least" in line


def test_two_days_of_never_do_not_count(tmp_path: Path) -> None:
    found = checked(tmp_path, own("never: [fri..sun]\n"), f"{TEAM}hard_budget: {{never: 1 weekday}}\n")
    assert any('"never" on Saturday and Sunday do not count' in line for line in told(found))


def test_a_file_that_is_no_plan_is_told_once(tmp_path: Path) -> None:
    found = checked(tmp_path, {"plans/notes.json": '{"a": 1}'})
    assert [line for line in told(found) if "notes.json" in line] == [
        "plans/notes.json:1:1  this is no plan: plans are named after their period, such as 2027-Q1.json. "
        "Move it out of plans/."
    ]


def test_files_of_pushes_and_feeds_are_checked_without_jargon(tmp_path: Path) -> None:
    found = checked(
        tmp_path, {"plans/2027-Q1.push.json": '{"schema": 1}', "plans/2027-Q2.push.json": "{", "feeds.json": "{"}
    )
    lines = [line for line in told(found) if ".json" in line]
    assert [line.partition("  ")[2].partition(".")[0] for line in lines] == [
        "the JSON ends too early",
        '"period" is missing',
        "this is no whole JSON",
    ]


def test_who_cannot_be_found_in_pagerduty_is_named(tmp_path: Path) -> None:
    team = TEAM.replace("{name: Ana Souza}", "{name: Ana Souza, email: ana@example.com}")
    found = checked(tmp_path, {}, f"{team}publish:\n  pagerduty:\n    primary: {{schedule: Payments}}\n")
    assert any("nothing says who is who there: Bo Lindqvist, Cy Tan. Add email" in line for line in told(found))


@pytest.mark.parametrize(("handoff", "warned"), [("sat 17:00", True), ("fri 17:00", False), ("wed 09:00", False)])
def test_a_handoff_that_cuts_every_weekend_in_two_is_warned_of(tmp_path: Path, handoff: str, warned: bool) -> None:
    layer = f"turn: 1 week, handoff: {handoff}, span: fri 17:00..mon 09:00"
    found = checked(tmp_path, {}, TEAM.replace("turn: 1 week, handoff: mon 09:00", layer))
    assert any("Write handoff: fri 17:00, unless" in line for line in told(found)) is warned
