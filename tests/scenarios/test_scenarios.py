"""The small scenarios keep what their `scenario.yaml` says must hold: values and proofs, never who has which shift."""

import runpy
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from watchbill import app, workspace
from watchbill.periods import period
from watchbill.results import Infeasible

SCENARIOS = Path(__file__).parents[2] / "scenarios"
ALL = sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.yaml"))
SOLVED = ("quarter-8", "part-time", "levelling", "christmas", "reliefs")

Plan = Callable[[str], app.Planned]


def facts(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((SCENARIOS / name / "scenario.yaml").read_text(encoding="utf-8"))
    return loaded


def copied(name: str, target: Path) -> Path:
    return shutil.copytree(SCENARIOS / name, target / name, ignore=shutil.ignore_patterns("drafts", ".watchbill"))


def solve(name: str, target: Path) -> app.Planned:
    made = app.plan(copied(name, target), period(facts(name)["period"]))
    assert isinstance(made, app.Planned)
    return made


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    known: dict[str, app.Planned] = {}

    def planned(name: str) -> app.Planned:
        if name not in known:
            known[name] = solve(name, tmp_path_factory.mktemp(name))
        return known[name]

    return planned


def held_by(made: app.Planned, person: str) -> list[str]:
    return [assigned.shift.id for assigned in made.draft.shifts if assigned.person == person]


# ------------------------------------------------------------------------------------------------------ all of them


def test_scenarios_are_all_there() -> None:
    assert len(ALL) == 10


@pytest.mark.parametrize("name", ALL)
def test_a_scenario_says_what_it_is_about_and_what_must_hold(name: str) -> None:
    told = facts(name)
    assert set(told) == {"about", "period", "holds"}
    assert len(told["about"]) > 100
    assert {"status", "notes"} <= set(told["holds"]) <= {"status", "notes", "tiers", "hard_findings"}


@pytest.mark.parametrize("name", ALL)
def test_a_scenario_is_read_without_a_mistake(name: str) -> None:
    workspace.read(SCENARIOS / name)


def test_generated_files_are_what_the_generator_writes() -> None:
    written = runpy.run_path(str(SCENARIOS / "generate.py"))["files"]()
    stored = {path: (SCENARIOS / path).read_text(encoding="utf-8") for path in written}
    assert stored == written


@pytest.mark.parametrize("name", SOLVED)
def test_tiers_come_out_as_the_scenario_says(name: str, plan: Plan) -> None:
    told = facts(name)["holds"]
    draft = plan(name).draft
    assert {tier.name: {"value": tier.best, "proven": tier.proven} for tier in draft.tiers} == told["tiers"]


@pytest.mark.parametrize("name", SOLVED)
def test_plans_have_as_many_hard_findings_as_the_scenario_says(name: str, plan: Plan) -> None:
    found = [finding.sentence for finding in plan(name).draft.findings if finding.hard]
    assert len(found) == facts(name)["holds"]["hard_findings"], found


@pytest.mark.parametrize("name", SOLVED)
def test_every_shift_is_held(name: str, plan: Plan) -> None:
    assert [assigned.shift.id for assigned in plan(name).draft.shifts if assigned.person is None] == []


# ------------------------------------------------------------------------------------------------------ one by one


def test_nobody_idles_in_quarter_8(plan: Plan) -> None:
    made = plan("quarter-8")
    loads = [account.load["all"] for account in made.draft.people]
    weeks = [
        assigned for assigned in made.draft.shifts if assigned.shift.end - assigned.shift.start > timedelta(days=6)
    ]
    lightest = min(assigned.load["all"] for assigned in weeks)
    assert len({account.reference["all"] for account in made.draft.people}) == 1
    assert max(loads) - min(loads) <= lightest


def test_the_same_inputs_give_the_same_bytes(plan: Plan, tmp_path: Path) -> None:
    assert solve("quarter-8", tmp_path).path.read_bytes() == plan("quarter-8").path.read_bytes()


def test_levelling_keeps_the_night_load_at_the_least_possible(plan: Plan) -> None:
    # Fourteen nights of four dark hours in Singapore at 2.5 each, and four of them on a weekend: 4 hours more each.
    night = sum(assigned.load["night"] for assigned in plan("levelling").draft.shifts)
    assert night == (14 * 4 * 250) + (4 * 4 * 100)


def test_levelling_leaves_the_nights_to_those_who_are_awake(plan: Plan) -> None:
    made = plan("levelling")
    assert {a.person for a in made.draft.shifts if a.shift.layer == "night"} <= {"mei", "arjun"}


def test_three_christmases_are_remembered_on_the_fourth(plan: Plan) -> None:
    made = plan("christmas")
    before = {account.person: account.before["holiday"] for account in made.draft.people}
    assert before["dorota"] == max(before.values()) > 5000
    christmas = {"primary/days/2026-12-21", "primary/weekend/2026-12-25", "secondary/week/2026-12-21"}
    assert christmas.isdisjoint(held_by(made, "dorota"))


def test_part_time_people_carry_their_part(plan: Plan) -> None:
    made = plan("part-time")
    reference = {account.person: account.reference["all"] for account in made.draft.people}
    assert reference["hanna"] * 2 == pytest.approx(reference["anja"], rel=0.01)
    assert reference["stefan"] == pytest.approx(reference["anja"] * 0.8, rel=0.01)
    assert reference["elif"] < reference["anja"] / 2


def test_nobody_serves_before_joining_or_after_leaving(plan: Plan) -> None:
    held = {person: held_by(plan("part-time"), person) for person in ("zsofia", "ruben")}
    assert held["zsofia"]
    assert held["ruben"]
    assert all(shift.startswith("secondary/") and shift[-10:] >= "2027-02-02" for shift in held["zsofia"])
    assert all(shift[-10:] <= "2027-02-16" for shift in held["ruben"])


def test_days_off_are_taken_by_others_where_a_layer_admits_it(plan: Plan) -> None:
    made = plan("reliefs")
    shared = [assigned for assigned in made.draft.shifts if len({part.person for part in assigned.parts}) > 1]
    assert shared
    for assigned in shared:
        others = [part for part in assigned.parts if part.person != assigned.person]
        assert sum((part.end - part.start for part in others), timedelta()) <= timedelta(hours=24)


def test_without_may_miss_the_same_days_off_leave_no_plan(tmp_path: Path) -> None:
    folder = copied("reliefs", tmp_path)
    team = folder / "team.yaml"
    team.write_text(team.read_text(encoding="utf-8").replace(", may_miss: 24h", ""), encoding="utf-8")
    assert isinstance(app.plan(folder, period(facts("reliefs")["period"])), Infeasible)


def test_the_impossible_scenario_has_no_plan(tmp_path: Path) -> None:
    folder = copied("impossible", tmp_path)
    assert isinstance(app.plan(folder, period("2027-Q1")), Infeasible)
    assert not (folder / "drafts").exists()


def test_one_person_back_from_leave_makes_the_impossible_possible(tmp_path: Path) -> None:
    folder = copied("impossible", tmp_path)
    (folder / "availability" / "joris.yaml").unlink()
    assert isinstance(app.plan(folder, period("2027-Q1")), app.Planned)
