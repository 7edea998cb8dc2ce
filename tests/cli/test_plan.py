import json
import shutil
from pathlib import Path

import pytest

from tiny import NEXT, PERIOD, Cli, draft_of, edit

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def test_a_plan_is_written_audited_and_shown(team: Path, cli: Cli) -> None:
    ended = cli("-C", team, "plan", PERIOD)
    assert ended.code == 0
    assert "Ana Souza" in ended.out
    assert "proven" in ended.out
    assert f"watchbill publish {PERIOD}" in ended.out
    assert f"drafts/{PERIOD}.json written." in ended.err
    assert not [finding for finding in draft_of(team)["findings"] if finding["hard"]]


def test_the_same_inputs_give_the_same_bytes_in_another_folder(made: Path, team: Path, cli: Cli) -> None:
    cli("-C", team, "plan", PERIOD)
    name = f"drafts/{PERIOD}.json"
    assert (team / name).read_bytes() == (made / name).read_bytes()


def test_planning_again_keeps_a_draft_that_answers_the_same_inputs(drafted: Path, cli: Cli) -> None:
    before = (drafted / "drafts" / f"{PERIOD}.json").stat().st_mtime_ns
    ended = cli("-C", drafted, "plan")
    assert "kept, since it answers these inputs already" in ended.err
    assert (drafted / "drafts" / f"{PERIOD}.json").stat().st_mtime_ns == before


def test_a_comment_in_the_inputs_is_no_news(drafted: Path, cli: Cli) -> None:
    team = drafted / "team.yaml"
    team.write_text("# a comment\n" + team.read_text(encoding="utf-8"), encoding="utf-8")
    assert "kept" in cli("-C", drafted, "plan").err


def test_news_moves_only_what_it_must(drafted: Path, cli: Cli) -> None:
    before = {shift["id"]: shift["person"] for shift in draft_of(drafted)["shifts"]}
    gone, holder = list(before.items())[1]
    leave = f"person: {holder}\nleave: [{gone.rpartition('/')[2]}]\n"
    (drafted / "availability" / f"{holder}.yaml").write_text(leave, encoding="utf-8")
    ended = cli("-C", drafted, "plan")
    assert "near the draft before it" in ended.err
    after = {shift["id"]: shift["person"] for shift in draft_of(drafted)["shifts"]}
    assert after[gone] != holder
    assert any(finding["rule"] == "keep" for finding in draft_of(drafted)["findings"])
    assert cli("-C", drafted, "audit").code == 0


def test_a_shift_pinned_by_hand_stays_with_its_person(drafted: Path, cli: Cli) -> None:
    was = edit(drafted, 0, person="dee", pinned=True)
    if was["person"] == "dee":
        was = edit(drafted, 0, person="bo", pinned=True)
    wanted = draft_of(drafted)["shifts"][0]["person"]
    assert was["person"] != wanted
    assert cli("-C", drafted, "plan").code == 0
    first = draft_of(drafted)["shifts"][0]
    assert (first["person"], first["pinned"]) == (wanted, True)
    assert "kept" in cli("-C", drafted, "plan").err
    assert cli("-C", drafted, "plan", "--fresh").code == 0
    assert not draft_of(drafted)["shifts"][0]["pinned"]


def test_a_pin_that_leaves_the_inputs_does_not_stick(team: Path, cli: Cli) -> None:
    plain = (team / "team.yaml").read_text(encoding="utf-8")
    pin = "pins: [{shift: primary/week/2027-01-04, person: dee, reason: volunteered}]\n"
    (team / "team.yaml").write_text(plain + pin, encoding="utf-8")
    cli("-C", team, "plan", PERIOD)
    pinned = [shift["id"] for shift in draft_of(team)["shifts"] if shift["pinned"]]
    assert pinned == ["primary/week/2027-01-04"]
    (team / "team.yaml").write_text(plain, encoding="utf-8")
    cli("-C", team, "plan", PERIOD)
    assert not any(shift["pinned"] for shift in draft_of(team)["shifts"])


def test_a_published_period_is_refused_with_the_way_on(published: Path, cli: Cli) -> None:
    ended = cli("-C", published, "plan", PERIOD)
    assert ended.code == 1
    assert f"watchbill replan {PERIOD} --from now" in ended.err


def test_a_period_that_overlaps_a_plan_is_refused(published: Path, cli: Cli) -> None:
    ended = cli("-C", published, "plan", "2027-01")
    assert ended.code == 1
    assert f"overlaps {PERIOD}" in ended.err


def test_without_a_period_the_next_one_is_planned_and_looks_across_the_seam(published: Path, cli: Cli) -> None:
    last = json.loads((published / "plans" / f"{PERIOD}.json").read_text(encoding="utf-8"))
    assert cli("-C", published, "plan").code == 0
    draft = draft_of(published, NEXT)
    assert draft["shifts"][0]["person"] != last["shifts"][-1]["person"]
    after = {row["person"]: row["after"] for row in last["people"]}
    assert {row["person"]: row["before"] for row in draft["people"]} == after


def test_several_drafts_need_a_name(drafted: Path, cli: Cli) -> None:
    cli("-C", drafted, "plan", NEXT, "--quiet")
    for command in ("plan", "show", "audit", "publish"):
        ended = cli("-C", drafted, command)
        assert ended.code == 1
        assert PERIOD in ended.err
        assert NEXT in ended.err


def test_an_impossible_team_gets_exit_code_3_and_no_file(tmp_path: Path, cli: Cli) -> None:
    folder = Path(shutil.copytree(SCENARIOS / "impossible", tmp_path / "team"))
    (folder / "scenario.yaml").unlink(missing_ok=True)
    ended = cli("-C", folder, "plan", "2027-Q1")
    assert ended.code == 3
    assert "no plan can exist; nothing was written." in ended.err
    assert not (folder / "drafts").exists()
    assert json.loads(cli("-C", folder, "plan", "2027-Q1", "--json").out)["outcome"] == "infeasible"


def test_out_of_time_before_any_plan_gets_exit_code_5(tmp_path: Path, cli: Cli) -> None:
    folder = Path(shutil.copytree(SCENARIOS / "day-night-12", tmp_path / "team"))
    ended = cli("-C", folder, "plan", "2027-01-04..2027-04-04", "--time-limit", "0")
    assert ended.code == 5
    assert "out of time" in ended.err
    assert not (folder / "drafts").exists()


def test_mistakes_in_the_inputs_are_all_named_with_their_places(team: Path, cli: Cli) -> None:
    (team / "availability" / "bo.yaml").write_text("person: bo\nleave: [03/04/2027]\nleav: []\n", encoding="utf-8")
    ended = cli("-C", team, "plan", PERIOD)
    assert ended.code == 1
    assert "availability/bo.yaml:2:" in ended.err
    assert "availability/bo.yaml:3:" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("wrong", ["2027-Q5", "next week", "../../etc", "", "2027-04-04..2027-01-04"])
def test_what_is_no_period_is_wrong_usage(team: Path, cli: Cli, wrong: str) -> None:
    ended = cli("-C", team, "plan", wrong)
    assert ended.code == 2
    assert "Write" in ended.err or "Swap" in ended.err
    assert not (team / "drafts").exists()


def test_a_raced_plan_says_that_another_run_may_differ(team: Path, cli: Cli) -> None:
    ended = cli("-C", team, "plan", PERIOD, "--fast")
    assert ended.code == 0
    assert "another run may end elsewhere" in ended.err
    assert draft_of(team)["inputs"]["reproducible"] is False


def test_json_is_the_draft_itself(team: Path, cli: Cli) -> None:
    ended = cli("-C", team, "plan", PERIOD, "--json")
    assert json.loads(ended.out) == draft_of(team)


def test_quiet_prints_no_tables(team: Path, cli: Cli) -> None:
    assert cli("-C", team, "plan", PERIOD, "--quiet").out == ""


def test_best_effort_names_its_holes_and_publish_asks_for_them(team: Path, cli: Cli) -> None:
    for name in ("ana", "bo", "cy", "dee"):
        text = f"person: {name}\nleave: [2027-01-11..2027-01-17]\n"
        (team / "availability" / f"{name}.yaml").write_text(text, encoding="utf-8")
    assert cli("-C", team, "plan", PERIOD).code == 3
    made = cli("-C", team, "plan", PERIOD, "--best-effort", "--quiet")
    assert made.code == 0
    assert "primary/week/2027-01-11: nobody takes primary in the week of 11 January: " in made.err
    assert draft_of(team)["outcome"]["status"] == "best effort"
    assert cli("-C", team, "plan", PERIOD).code == 3
    refused = cli("-C", team, "publish")
    assert refused.code == 1
    assert "--allow holes:primary" in refused.err
    assert cli("-C", team, "publish", "--allow", "holes:primary", "--allow", "holes:secondary").code == 1
    assert cli("-C", team, "publish", "--allow", "holes:primary").code == 0


def test_ways_out_are_told_and_one_of_them_works(team: Path, cli: Cli) -> None:
    for name in ("ana", "bo", "cy", "dee"):
        text = f"person: {name}\nleave: [2027-01-12..2027-01-16]\n"
        (team / "availability" / f"{name}.yaml").write_text(text, encoding="utf-8")
    ended = cli("-C", team, "plan", PERIOD)
    assert "  ask Ana Souza for 12 to 16 January (10 points)" in ended.err
    (team / "availability" / "ana.yaml").unlink()
    assert cli("-C", team, "plan", PERIOD, "--quiet").code == 0
