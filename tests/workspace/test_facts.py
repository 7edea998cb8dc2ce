"""What sound files become: people, layers, policy, leave and wishes in UTC."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from folders import ANA, TEAM, ana, layer, more, person, team, write

from builders import at, span
from watchbill import workspace
from watchbill.domain import Leave, Pin, ShareStep, Stretch, TurnLength, Window
from watchbill.errors import InputError
from watchbill.periods import period
from watchbill.policy import TierSpec
from watchbill.times import Dates, Span
from watchbill.workspace import Workspace
from watchbill.workspace.period_check import unanswered

Q1 = period("2027-Q1")
DAY = timedelta(days=1)


def read(folder: Path, files: dict[str, str]) -> Workspace:
    return workspace.read(write(folder, files))


def leaves(folder: Path, text: str, extra: str = "") -> list[Span]:
    files = ana(text)
    facts, _ = workspace.problem(read(folder, files | {"team.yaml": TEAM + extra}), Q1)
    return [leave.span for leave in facts.leaves]


# ------------------------------------------------------------------------------------------------------------ team


def test_people_take_the_teams_clock_and_calendars_unless_they_have_their_own(tmp_path: Path) -> None:
    found = read(tmp_path, {"team.yaml": team("tags: [senior]", "tags: [senior], holidays: [BR, 2027-02-09]")})
    by_id = {person.id: person for person in found.people}
    assert list(by_id) == ["ana", "bo", "cy"]
    assert (by_id["ana"].zone, by_id["ana"].holidays) == ("America/Sao_Paulo", ("BR",))
    assert by_id["ana"].own_holidays == (date(2027, 2, 9),)
    assert (by_id["cy"].zone, by_id["cy"].holidays) == ("Europe/Berlin", ("DE-BE", "company"))
    assert by_id["bo"].shares == (ShareStep(date(1971, 1, 1), 80),)
    assert found.lists == {"company": (date(2027, 3, 19),)}


def test_every_fact_of_a_person_arrives(tmp_path: Path) -> None:
    text = (
        "email: bo@x.io, joined: 2027-02-01, left: 2027-06-30, roles: primary, weekend: [fri, sat], tags: db, "
        "share: [{from: 2027-02-01, value: 50%}, {from: 2027-04-01, value: 1.0}], excused: [2027-03-01..2027-03-07]"
    )
    found = read(tmp_path, person(text)).people[1]
    assert (found.name, found.email, found.tags, found.roles) == ("bo", "bo@x.io", ("db",), ("primary",))
    assert (found.joined, found.left) == (date(2027, 2, 1), date(2027, 6, 30))
    assert found.shares == (ShareStep(date(2027, 2, 1), 50), ShareStep(date(2027, 4, 1), 100))
    assert found.excused == (Dates(date(2027, 3, 1), date(2027, 3, 7)),)
    assert found.weekend == (4, 5)


def test_days_hours_and_spans_are_one_or_several_and_a_union(tmp_path: Path) -> None:
    hours = "days: [mon, sat..sun], hours: [09:00..12:00, 22:00..06:00], span: tue 09:00..wed 09:00"
    text = f"turn: 1 week, handoff: mon 09:00, {hours}"
    found = read(tmp_path, layer(text)).roles[0].layers[0]
    assert found.windows == (Window((0, 5, 6), 540, 720), Window((0, 5, 6), 1320, 1800))
    assert found.stretches == (Stretch(1440 + 540, 2880 + 540),)


def test_days_alone_are_whole_days_and_hours_alone_are_every_day(tmp_path: Path) -> None:
    days = read(tmp_path, layer("turn: 1 day, handoff: 09:00, days: mon..fri")).roles[0].layers[0]
    hours = read(tmp_path, layer("turn: 1 day, handoff: 09:00, hours: 09:00..17:00")).roles[0].layers[0]
    assert days.windows == (Window((0, 1, 2, 3, 4), 0, 1440),)
    assert hours.windows == (Window((0, 1, 2, 3, 4, 5, 6), 540, 1020),)


@pytest.mark.parametrize(
    ("text", "turn", "weekday", "anchor"),
    [
        ("turn: 1 week, handoff: wed 09:30", TurnLength(1, "week"), 2, None),
        ("turn: 2 weeks, handoff: 09:30, from: 2027-01-05", TurnLength(2, "week"), 1, date(2027, 1, 5)),
        ("turn: 12h, handoff: 09:30", TurnLength(12, "hour"), None, None),
        ("turn: 1 month, handoff: 09:30, from: 2027-01-28", TurnLength(1, "month"), None, date(2027, 1, 28)),
        ("turn: 1 year, handoff: 09:30, from: 2027-01-01", TurnLength(1, "year"), None, date(2027, 1, 1)),
        ("turn: 14 days, handoff: mon 09:30, from: 2027-01-04", TurnLength(14, "day"), 0, date(2027, 1, 4)),
    ],
)
def test_turns(text: str, turn: TurnLength, weekday: int | None, anchor: date | None, tmp_path: Path) -> None:
    found = read(tmp_path, layer(text)).roles[0].layers[0]
    assert (found.turn, found.handoff, found.weekday, found.anchor) == (turn, 570, weekday, anchor)


def test_policy_keeps_its_defaults_where_the_file_is_silent(tmp_path: Path) -> None:
    found = read(
        tmp_path, more("load: {night: {extra: 50%}}\nfairness: {band: 0%}\ntiers: [should, {wishes: 3%}, fairness]\n")
    )
    assert (found.load.night, found.load.extra) == ((22 * 60, 7 * 60), {"night": 50, "weekend": 100, "holiday": 200})
    assert (found.fairness.band, found.fairness.half_life) == (0, 183)
    assert found.tiers == (TierSpec("should"), TierSpec("wishes", 3), TierSpec("fairness", 2))
    assert (found.wish_budget, found.notice) == (10, 14 * DAY)


def test_own_limits_become_rules_for_that_person_alone(tmp_path: Path) -> None:
    found = read(tmp_path, ana("limits: [{count: shifts, at_most: 2, per: 4 weeks}]\n"))
    assert [(rule.kind, getattr(rule, "people", None)) for rule in found.rules] == [("rest", ()), ("limit", ("ana",))]


def test_the_fingerprint_tells_every_byte_of_the_inputs_and_nothing_else(tmp_path: Path) -> None:
    files = {"team.yaml": TEAM, "availability/ana.yaml": ANA}
    first = read(tmp_path, files).fingerprint
    assert read(tmp_path, {"notes.txt": "x", "drafts/2027-Q1.json": "{}"}).fingerprint == first
    assert read(tmp_path, {"availability/ana.yaml": ANA + "\n"}).fingerprint != first


def test_who_may_serve_a_layer_is_told_by_roles_who_and_hard_rules(tmp_path: Path) -> None:
    text = layer("turn: 1 week, handoff: mon 09:00, who: [senior, cy]")["team.yaml"]
    facts, _ = workspace.problem(read(tmp_path, {"team.yaml": text}), Q1)
    assert facts.servers == {"primary/week": ("ana", "cy")}
    demanding = text.replace("{kind: rest, at_least: 11h}", "{kind: eligible, roles: [primary], tags: [senior]}")
    facts, _ = workspace.problem(read(tmp_path, {"team.yaml": demanding}), Q1)
    assert facts.servers == {"primary/week": ("ana",)}


# --------------------------------------------------------------------------------------------------- availability


@pytest.mark.parametrize(
    ("line", "start", "end"),
    [
        ("2027-01-04", "2027-01-04T03", "2027-01-05T03"),
        ("2027-01-04..2027-01-06", "2027-01-04T03", "2027-01-07T03"),
        ("2027-02-01 13:00..18:00", "2027-02-01T16", "2027-02-01T21"),
        ("2027-02-01 22:00..06:00", "2027-02-02T01", "2027-02-02T09"),
        ("2027-02-01 22:00..2027-02-03 06:00", "2027-02-02T01", "2027-02-03T09"),
        ("2027-02-01 00:00..24:00", "2027-02-01T03", "2027-02-02T03"),
        ("{date: 2027-01-04, note: x}", "2027-01-04T03", "2027-01-05T03"),
        ("{dates: 2027-01-04..2027-01-06}", "2027-01-04T03", "2027-01-07T03"),
        ("{from: 2027-01-04, to: 2027-01-06}", "2027-01-04T03", "2027-01-07T03"),
        ("{from: 2027-02-01 22:00, to: 06:00}", "2027-02-02T01", "2027-02-02T09"),
    ],
)
def test_leave_is_on_the_persons_clock(line: str, start: str, end: str, tmp_path: Path) -> None:
    assert leaves(tmp_path, f"leave:\n  - {line}\n") == [span(start, end)]


def test_leave_on_a_journey_is_on_the_clock_of_the_place(tmp_path: Path) -> None:
    text = "leave: [2027-03-10]\ntravel: [{dates: 2027-03-05..2027-03-20, timezone: Asia/Tokyo}]\n"
    assert leaves(tmp_path, text) == [span("2027-03-09T15", "2027-03-10T15")]


def test_leave_takes_the_earlier_start_and_the_later_end_where_the_clock_changes_and_says_so(tmp_path: Path) -> None:
    text = "person: bo\nleave:\n  - 2027-03-28 02:30..12:00\n  - 2026-10-25 01:00..02:30\n"
    found = read(tmp_path, {"team.yaml": TEAM, "availability/bo.yaml": text})
    told = [str(warning) for warning in found.warnings]
    assert [line.split("  ")[0] for line in told] == ["availability/bo.yaml:3:5", "availability/bo.yaml:4:5"]
    assert "does not exist" in told[0]
    assert "2027-03-28T00:30Z counts" in told[0]
    assert "happens twice" in told[1]
    assert "2026-10-25T01:30Z counts" in told[1]
    facts, _ = workspace.problem(found, period("2026-10-01..2027-03-31"))
    assert [leave.span for leave in facts.leaves] == [
        span("2027-03-28T00:30", "2027-03-28T10:00"),
        span("2026-10-24T23:00", "2026-10-25T01:30"),
    ]


def test_leave_far_from_the_period_is_left_out_and_at_its_seams_kept(tmp_path: Path) -> None:
    assert leaves(tmp_path, "leave: [2026-06-01, 2026-12-28, 2027-04-04, 2027-06-01]\n") == [
        span("2026-12-28T03", "2026-12-29T03"),
        span("2027-04-04T03", "2027-04-05T03"),
    ]


def test_never_is_every_week_on_the_clock_of_the_day(tmp_path: Path) -> None:
    text = (
        "never: [{days: [sat], hours: 22:00..02:00}]\ntravel: [{dates: 2027-01-09..2027-01-10, timezone: Asia/Tokyo}]\n"
    )
    found = [each for each in leaves(tmp_path, text) if at("2027-01-01T00") < each.start < at("2027-01-17T00")]
    assert (
        found
        == [
            span("2027-01-03T01", "2027-01-03T05"),
            span("2027-01-09T13", "2027-01-09T17"),
            span("2027-01-17T01", "2027-01-17T05"),
        ][: len(found)]
    )
    assert len(found) == 2


def test_never_beyond_the_budget_counts_only_if_approved(tmp_path: Path) -> None:
    text = "never: [{days: [sat, sun]}, sat, {days: [mon], approved: true}]\n"
    files = ana(text) | {"team.yaml": TEAM + "hard_budget: {never: 1 weekday}\n"}
    found = read(tmp_path, files)
    assert [str(w).split("  warning: ")[0] for w in found.warnings] == ["availability/ana.yaml:2:9"]
    assert '"never" on Sunday does not count: ana may name 1 weekday' in found.warnings[0].sentence
    facts, _ = workspace.problem(found, Q1)
    week = Span(at("2027-01-11T03"), at("2027-01-18T03"))
    within = {(leave.span.start.date(), leave.approved) for leave in facts.leaves if leave.span.meets(week)}
    assert within == {(date(2027, 1, 11), True), (date(2027, 1, 16), False)}


def test_leave_beyond_the_budget_of_a_year_counts_only_if_approved(tmp_path: Path) -> None:
    text = (
        "leave:\n  - 2027-01-04..2027-01-06\n  - 2027-01-20..2027-01-22\n"
        "  - {dates: 2027-02-01..2027-02-03, approved: true}\n  - 2026-12-28..2026-12-31\n"
    )
    files = ana(text) | {"team.yaml": TEAM + "hard_budget: {leave: 4 days per year}\n"}
    found = read(tmp_path, files)
    assert len(found.warnings) == 1
    assert str(found.warnings[0]).startswith(
        "availability/ana.yaml:4:5  warning: 2027-01-21..2027-01-22 does not count"
    )
    facts, _ = workspace.problem(found, Q1)
    assert sorted(facts.leaves, key=lambda leave: leave.span) == [
        Leave("ana", span("2026-12-28T03", "2027-01-01T03")),
        Leave("ana", span("2027-01-04T03", "2027-01-07T03")),
        Leave("ana", span("2027-01-20T03", "2027-01-21T03")),
        Leave("ana", span("2027-02-01T03", "2027-02-04T03"), approved=True),
    ]


def test_hours_of_a_day_take_a_part_of_the_leave_budget(tmp_path: Path) -> None:
    text = "leave: [2027-01-04 08:00..20:00, 2027-01-05 08:00..20:00, 2027-01-06 08:00..09:00]\n"
    files = ana(text) | {"team.yaml": TEAM + "hard_budget: {leave: 1 days per year}\n"}
    warnings = read(tmp_path, files).warnings
    assert [str(warning.place) for warning in warnings] == ["availability/ana.yaml:2:59"]


def test_without_a_budget_everything_counts(tmp_path: Path) -> None:
    assert read(tmp_path, ana("never: [mon..fri]\nleave: [2027-01-01..2027-12-31]\n")).warnings == ()


def test_wishes_are_dates_days_or_kinds_of_hours(tmp_path: Path) -> None:
    text = (
        "avoid: [{date: 2027-02-14, weight: 3}, fri]\nprefer: [nights, {on: weekends, dates: 2027-03-01..2027-03-07}]\n"
    )
    facts, _ = workspace.problem(read(tmp_path, ana(text)), Q1)
    dated, weekly, kind, both = facts.wishes
    assert (dated.kind, dated.weight, dated.spans) == ("avoid", 3, (span("2027-02-14T03", "2027-02-15T03"),))
    assert len(weekly.spans) > 13
    assert {each.start.weekday() for each in weekly.spans} == {4}
    assert (kind.kind, kind.hours, kind.spans) == ("prefer", "night", ())
    assert (both.hours, both.spans) == ("weekend", (span("2027-03-01T03", "2027-03-08T03"),))


def test_wishes_far_from_the_period_are_left_out(tmp_path: Path) -> None:
    facts, _ = workspace.problem(read(tmp_path, ana("avoid: [2027-09-01]\n")), Q1)
    assert facts.wishes == ()


def test_contradictions_that_may_be_meant_are_warnings(tmp_path: Path) -> None:
    text = "leave: [2027-01-04..2027-01-06, 2027-01-06]\navoid: [2027-02-01]\nprefer: [2027-02-01]\n"
    told = [str(warning) for warning in read(tmp_path, ana(text)).warnings]
    assert [line.split("  ")[0] for line in told] == ["availability/ana.yaml:2:33", "availability/ana.yaml:4:10"]


def test_answers_are_by_person(tmp_path: Path) -> None:
    found = read(tmp_path, {"team.yaml": TEAM, "availability/ana.yaml": ANA})
    assert found.answered == {"ana": date(2027, 6, 30)}


# ------------------------------------------------------------------------------------------------------------ pins


def test_pins_of_the_period_are_taken_and_others_wait(tmp_path: Path) -> None:
    pins = "pins:\n  - {shift: primary/week/2027-01-04, person: bo}\n  - {shift: primary/week/2027-04-05, person: cy}\n"
    found = read(tmp_path, more(pins))
    facts, _ = workspace.problem(found, Q1, extra_pins=[Pin("primary/week/2027-01-11", "ana")])
    assert [(pin.shift, pin.person) for pin in facts.pins] == [
        ("primary/week/2027-01-04", "bo"),
        ("primary/week/2027-01-11", "ana"),
    ]


def test_a_pin_on_a_day_without_handoff_is_told_at_its_place(tmp_path: Path) -> None:
    found = read(tmp_path, more("pins:\n  - {shift: primary/week/2027-01-05, person: bo}\n"))
    with pytest.raises(
        InputError, match=r'team.yaml:17:13  2027-Q1 has no shift .*Did you mean "primary/week/2027-01-04"'
    ):
        workspace.problem(found, Q1)


def test_what_the_caller_hands_in_reaches_the_problem(tmp_path: Path) -> None:
    found = read(tmp_path, {"team.yaml": TEAM})
    facts, rules = workspace.problem(found, Q1, balances={"ana": {"all": 7}}, head=False)
    assert facts.balances == {"ana": {"all": 7}}
    assert facts.shifts[0].id == "primary/week/2027-01-04"
    first, _ = workspace.problem(found, Q1)
    assert first.shifts[0].id == "primary/week/2026-12-28"
    assert [rule.kind for rule in rules][:2] == ["eligible", "leave"]
    assert rules[-1].kind == "rest"


# ------------------------------------------------------------------------------------------------------- a period


def told(folder: Path, files: dict[str, str], name: str = "2027-Q1") -> list[str]:
    found = read(folder, files)
    mistakes = workspace.check_period(replace(found, people=()), period(name))
    return [str(mistake) for mistake in mistakes]


def test_layers_that_overlap_are_a_mistake_unless_one_wins(tmp_path: Path) -> None:
    files = {
        "team.yaml": team(
            "handoff: mon 09:00}\n", "handoff: mon 09:00}\n      day: {turn: 1 day, handoff: 09:00, days: mon}\n"
        )
    }
    (line,) = told(tmp_path, files, "2027-01-04..2027-01-17")
    assert line.startswith("team.yaml:14:7  day and week are on call at once: 2027-01-04 00:00..2027-01-05 00:00")
    assert "over: [week]" in line
    fixed = {"team.yaml": files["team.yaml"].replace("days: mon}", "days: mon, over: [week]}")}
    assert told(tmp_path, fixed, "2027-01-04..2027-01-17") == []


def test_holes_are_a_warning_with_the_hours_and_the_first_three(tmp_path: Path) -> None:
    text = "turn: 1 week, handoff: mon 09:00, days: mon..sat"
    (line,) = told(tmp_path, layer(text), "2027-01-04..2027-01-31")
    assert line.startswith("team.yaml:11:3  warning: nobody is on call as primary for 96 hours of")
    assert "2027-01-10 00:00..2027-01-11 00:00, 2027-01-17" in line
    assert "and 1 more times" in line


def test_a_handoff_that_the_clock_skips_is_a_warning(tmp_path: Path) -> None:
    (line,) = told(tmp_path, layer("turn: 1 day, handoff: 02:30"))
    assert line.startswith("team.yaml:13:36  warning: on 2027-03-28 the clock of Europe/Berlin skips 02:30")
    assert "forward to 03:00" in line


def test_a_year_without_any_known_holiday_is_a_warning(tmp_path: Path) -> None:
    found = read(tmp_path, {"team.yaml": team("tags: [senior]", "holidays: [US-CA, 2190-01-01]")})
    lines = [str(m) for m in workspace.check_period(found, period("2190-01")) if "answered" not in m.sentence]
    assert [line.split(". ")[0] for line in lines] == [
        'team.yaml:3:12  warning: no public holiday is known for "DE-BE" in 2190',
        'team.yaml:7:66  warning: no public holiday is known for "US-CA" in 2190',
    ]


def test_who_is_not_there_in_the_period_is_not_asked_for_an_answer(tmp_path: Path) -> None:
    text = team("share: 80%", "left: 2026-12-31").replace("{name: Cy Tan}", "{name: Cy Tan, joined: 2027-04-01}")
    found = read(tmp_path, {"team.yaml": text, "availability/ana.yaml": ANA})
    assert unanswered(found, Q1) == ()


def test_who_has_not_answered_for_the_period_is_named(tmp_path: Path) -> None:
    found = read(tmp_path, {"team.yaml": TEAM, "availability/ana.yaml": "person: ana\nanswered_through: 2027-02-28\n"})
    lines = [str(mistake) for mistake in unanswered(found, Q1)]
    assert [line.split(". ")[0] for line in lines] == [
        "team.yaml:7:3  warning: Ana Souza has answered through 2027-02-28 only",
        "team.yaml:8:3  warning: Bo Lindqvist has answered nothing yet",
        "team.yaml:9:3  warning: Cy Tan has answered nothing yet",
    ]
    assert unanswered(found, period("2027-01"))[0].place.line == 8


def test_leave_in_a_distant_year_is_most_likely_a_slip(tmp_path: Path) -> None:
    found = read(tmp_path, ana("leave: [2072-01-04]\n"))
    lines = [str(mistake) for mistake in workspace.check_period(found, Q1)]
    assert "availability/ana.yaml:2:9  warning: 2072-01-04 is long after 2027-Q1. Did you mean 2027?" in lines
