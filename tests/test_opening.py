"""What was carried before the first plan opens its balances: double entry, fading, nobody owes for other times."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tiny import write_team
from watchbill import app, checking, drafting
from watchbill.domain import BUCKETS, Person, Role, ShareStep
from watchbill.errors import InputError
from watchbill.opening import Balances, opening
from watchbill.periods import Period, period
from watchbill.problem import Problem
from watchbill.times import Dates
from watchbill.workspace.past import Duty

FIRST = date(2027, 1, 1)
WEEK = timedelta(weeks=1)
START = datetime(2026, 10, 5, 8, tzinfo=UTC)


def problem(*people: Person) -> Problem:
    roles = (Role("primary", ()), Role("secondary", (), weight=50))
    return Problem("t", "UTC", Period("2027-01", Dates(FIRST, date(2027, 1, 31))), people, roles, (), {})


def person(id_: str, *shares: ShareStep) -> Person:
    return Person(id_, id_, "UTC", shares=shares)


def week(who: str, n: int, role: str = "primary") -> Duty:
    return Duty(role, START + n * WEEK, START + (n + 1) * WEEK, who)


def total(balances: Balances, bucket: str = "all") -> int:
    return sum(sums[bucket] for sums in balances.values())


def test_equal_turns_leave_next_to_nothing_and_more_turns_a_balance() -> None:
    team = problem(person("ana"), person("bo"))
    even = opening(team, [week("ana", 0), week("bo", 1), week("ana", 2), week("bo", 3)], FIRST)
    assert abs(even["ana"]["all"]) < 168_00 // 4
    more = opening(team, [week("ana", 0), week("bo", 1), week("ana", 2), week("ana", 3)], FIRST)
    assert more["ana"]["all"] > 168_00 // 2


def test_balances_add_up_to_zero_in_every_bucket_whoever_served() -> None:
    duties = [week("ana", 0), week("bo", 1), week("gone", 2), week("ana", 3, "secondary"), week("cy", 5, "secondary")]
    found = opening(problem(person("ana"), person("bo"), person("cy")), duties, FIRST)
    assert set(found) == {"ana", "bo", "cy", "gone"}
    assert [total(found, bucket) for bucket in BUCKETS] == [0, 0, 0, 0]


def test_a_newcomer_owes_nothing_for_the_time_before() -> None:
    old = [week("ana", 0), week("bo", 1), week("ana", 2), week("bo", 3)]
    alone = opening(problem(person("ana"), person("bo"), person("new")), old, FIRST)
    assert "new" not in alone
    late = opening(problem(person("ana"), person("bo"), person("new")), [*old, week("new", 12)], FIRST)
    assert late["new"]["all"] > 0


def test_what_is_long_ago_has_faded() -> None:
    team = problem(person("ana"), person("bo"))
    recent = opening(team, [week("ana", 10), Duty("primary", START, START + timedelta(hours=1), "bo")], FIRST)
    years = timedelta(days=3 * 365)
    old = [Duty("primary", d.start - years, d.end - years, d.person) for d in (week("ana", 10), week("bo", 9))][:1]
    ago = opening(team, [*old, Duty("primary", START - years, START - years + timedelta(hours=1), "bo")], FIRST)
    assert 0 < ago["ana"]["all"] < recent["ana"]["all"] // 10


def test_half_a_share_is_half_of_what_is_due() -> None:
    half = person("bo", ShareStep(date(2020, 1, 1), 50))
    duties = [week("ana", 0), week("ana", 1), week("bo", 2)]
    found = opening(problem(person("ana"), half), duties, date(2026, 11, 1))
    assert abs(found["ana"]["all"]) < 30_00


def test_the_time_after_the_date_and_roles_that_are_no_more_do_not_count() -> None:
    team = problem(person("ana"), person("bo"))
    assert opening(team, [week("ana", 20), Duty("other", START, START + WEEK, "bo")], FIRST) == {}


def test_a_first_plan_starts_from_the_history_and_later_ones_do_not(tmp_path: Path) -> None:
    folder = write_team(tmp_path / "team")
    (folder / "history").mkdir()
    rows = "role,person,start,end\nprimary,ana,2026-11-02T08:00Z,2026-11-16T08:00Z\n"
    rows += "primary,bo,2026-11-16T08:00Z,2026-11-17T08:00Z\n"
    (folder / "history" / "oncall.csv").write_text(rows, encoding="utf-8")
    first = drafting.ground(folder, period("2027-01")).problem.balances
    assert first["ana"]["all"] == -first["bo"]["all"] > 0
    app.plan(folder, period("2027-01"))
    done = app.publish(folder, period("2027-01"), datetime(2026, 12, 1, tzinfo=UTC))
    before = {account.person: account.before["all"] for account in done.plan.people}
    assert before["ana"] == first["ana"]["all"]
    later = drafting.ground(folder, period("2027-02")).problem.balances
    assert {p: sums["all"] for p, sums in later.items()} == {a.person: a.after["all"] for a in done.plan.people}


def test_mistakes_in_the_history_are_told_by_check_and_stop_a_plan(tmp_path: Path) -> None:
    folder = write_team(tmp_path / "team")
    (folder / "history").mkdir()
    (folder / "history" / "oncall.csv").write_text("role,person,start,end\nprimary,ana,x,y\n", encoding="utf-8")
    told = [str(mistake) for mistake in checking.check(folder, period("2027-01")).mistakes if not mistake.warning]
    assert told == ['history/oncall.csv:2:1  "x" is no instant. Write it in UTC, such as 2027-01-04T08:00Z.']
    with pytest.raises(InputError, match=r"history/oncall\.csv:2:1"):
        drafting.ground(folder, period("2027-01"))
