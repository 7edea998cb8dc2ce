import json
from datetime import datetime
from pathlib import Path

import pytest

from tiny import NEXT, PERIOD, Cli, draft_of, edit


def other(folder: Path, shift: int) -> str:
    """Someone who does not hold a shift."""
    return next(person for person in ("bo", "cy", "dee") if person != draft_of(folder)["shifts"][shift]["person"])


# ----------------------------------------------------------------------------------------------------------- audit


def test_an_unedited_draft_passes_the_audit(drafted: Path, cli: Cli) -> None:
    ended = cli("-C", drafted, "audit")
    assert ended.code == 0
    assert "keeps every hard rule" in ended.out
    assert "edited by hand" not in ended.out
    assert "costs" not in ended.out


def test_the_audit_names_rule_person_and_date_of_a_shift_moved_by_hand(drafted: Path, cli: Cli) -> None:
    away = next(n for n, shift in enumerate(draft_of(drafted)["shifts"]) if shift["id"].endswith("2027-01-11"))
    edit(drafted, away, person="ana")
    ended = cli("-C", drafted, "audit")
    assert ended.code == 1
    line = next(line for line in ended.out.splitlines() if " leave " in line)
    assert "Mon 11 Jan" in line
    assert "Ana Souza" in line
    assert "was edited by hand" in ended.out
    told = json.loads(cli("-C", drafted, "audit", "--json").out)
    assert told["edited"] is True
    assert [f["people"] for f in told["findings"] if f["rule"] == "leave"] == [["ana"]]


def test_the_audit_says_what_an_edit_costs(drafted: Path, cli: Cli) -> None:
    edit(drafted, 4, person=draft_of(drafted)["shifts"][1]["person"])
    ended = cli("-C", drafted, "audit")
    assert 'tier "fairness" costs' in ended.out
    assert "the file says" in ended.out


def test_the_audit_sees_that_the_inputs_have_changed(drafted: Path, cli: Cli) -> None:
    holder = draft_of(drafted)["shifts"][2]["person"]
    leave = f"person: {holder}\nleave: [2027-01-12]\n"
    (drafted / "availability" / f"{holder}.yaml").write_text(leave, encoding="utf-8")
    ended = cli("-C", drafted, "audit")
    assert ended.code == 1
    assert "The inputs have changed since it was made." in ended.out


def test_a_plan_whose_shifts_and_people_are_gone_is_judged_without_a_crash(published: Path, cli: Cli) -> None:
    team = published / "team.yaml"
    text = team.read_text(encoding="utf-8").replace("  dee: {name: Dee Hall}\n", "").replace("week: {", "turn: {")
    team.write_text(text, encoding="utf-8")
    ended = cli("-C", published, "audit")
    assert ended.code == 1
    assert "is no shift of the inputs any more" in ended.out
    assert "dee, who is not in team.yaml any more" in " ".join(ended.out.split())


def test_a_person_nobody_knows_is_a_mistake_with_its_place(drafted: Path, cli: Cli) -> None:
    edit(drafted, 1, person="zed")
    ended = cli("-C", drafted, "audit")
    assert ended.code == 1
    assert f"drafts/{PERIOD}.json:" in ended.err


# --------------------------------------------------------------------------------------------------------- publish


def test_publishing_makes_a_dated_revision_and_removes_the_draft(drafted: Path, cli: Cli) -> None:
    ended = cli("-C", drafted, "publish")
    assert ended.code == 0
    assert "is revision 1" in ended.out
    plan = json.loads((drafted / "plans" / f"{PERIOD}.json").read_text(encoding="utf-8"))
    assert plan["revision"] == 1
    assert datetime.fromisoformat(plan["made"]).tzinfo is not None
    assert not (drafted / "drafts" / f"{PERIOD}.json").exists()


def test_a_draft_with_hard_findings_is_not_published(drafted: Path, cli: Cli) -> None:
    edit(drafted, 1, person=draft_of(drafted)["shifts"][2]["person"])
    ended = cli("-C", drafted, "publish")
    assert ended.code == 1
    assert "was not published" in ended.err
    assert "space: " in ended.err
    assert not (drafted / "plans").exists()
    assert (drafted / "drafts" / f"{PERIOD}.json").exists()


def test_what_was_edited_is_published_with_its_own_loads(drafted: Path, cli: Cli) -> None:
    draft = draft_of(drafted)
    taken = {draft["shifts"][n]["person"] for n in (3, 4)}
    someone = next(person for person in ("bo", "cy", "dee") if person not in taken)
    was = edit(drafted, 4, person=someone)
    assert cli("-C", drafted, "publish").code == 0
    plan = json.loads((drafted / "plans" / f"{PERIOD}.json").read_text(encoding="utf-8"))
    assert plan["outcome"]["status"] == "edited"
    loads = {row["person"]: row["load"]["all"] for row in plan["people"]}
    for person, load in loads.items():
        held = sum(shift["load"]["all"] for shift in plan["shifts"] if shift["person"] == person)
        assert load == pytest.approx(held)
    assert was["person"] != someone
    assert cli("-C", drafted, "audit").code == 0


def test_a_draft_that_changes_nothing_makes_no_revision(published: Path, made: Path, cli: Cli) -> None:
    name = f"drafts/{PERIOD}.json"
    (published / name).write_bytes((made / name).read_bytes())
    ended = cli("-C", published, "publish")
    assert ended.code == 0
    assert "Nothing changes" in ended.out
    assert not (published / "plans" / "history").exists()


def test_a_second_revision_shows_what_changes(published: Path, made: Path, cli: Cli) -> None:
    name = f"drafts/{PERIOD}.json"
    (published / name).write_bytes((made / name).read_bytes())
    someone = next(p for p in ("bo", "cy", "dee") if p not in [draft_of(made)["shifts"][n]["person"] for n in (3, 4)])
    edit(published, 4, person=someone)
    told = json.loads(cli("-C", published, "publish", "--json").out)
    assert told["revision"] == 2
    assert [change["shift"] for change in told["changes"]] == [draft_of(made)["shifts"][4]["id"]]
    assert (published / "plans" / "history" / f"{PERIOD}.r1.json").exists()
    between = json.loads(cli("-C", published, "diff", "--json").out)
    assert between == told["changes"]
    assert json.loads(cli("-C", published, "diff", "r1", "r2", "--json").out) == between
    assert json.loads(cli("-C", published, "diff", "r2", "r1", "--json").out) != between


def test_nothing_to_publish_says_how_to_make_a_draft(team: Path, cli: Cli) -> None:
    ended = cli("-C", team, "publish")
    assert ended.code == 1
    assert "watchbill plan" in ended.err


# ------------------------------------------------------------------------------------------------------ show, diff


def test_show_by_week_names_everyone_and_proofs(drafted: Path, cli: Cli) -> None:
    ended = cli("-C", drafted, "show")
    assert ended.code == 0
    for words in ("Bo Lindqvist", "primary", "bucket weekend", "fairness", "proven"):
        assert words in ended.out


def test_show_by_person_is_on_their_own_clock(drafted: Path, cli: Cli) -> None:
    ended = cli("-C", drafted, "show", "--by", "person")
    assert "times in Asia/Singapore" in ended.out
    assert "times in Europe/Berlin" in ended.out
    alone = cli("-C", drafted, "show", "--person", "cy")
    assert "Cy Tan" in alone.out
    assert "Bo Lindqvist" not in alone.out


def test_show_by_role_lists_each_shift(drafted: Path, cli: Cli) -> None:
    ended = cli("-C", drafted, "show", "--by", "role")
    assert ended.out.count("09:00") >= len(draft_of(drafted)["shifts"])


def test_show_as_csv_and_json(drafted: Path, cli: Cli) -> None:
    rows = cli("-C", drafted, "show", "--csv").out.splitlines()
    assert rows[0].startswith("shift,role,layer")
    assert len(rows) == 1 + len(draft_of(drafted)["shifts"])
    own = cli("-C", drafted, "show", "--csv", "--person", "bo").out.splitlines()
    assert 1 < len(own) < len(rows)
    assert json.loads(cli("-C", drafted, "show", "--json").out) == draft_of(drafted)


def test_show_counts_an_edited_draft_again(drafted: Path, cli: Cli) -> None:
    edit(drafted, 4, person=other(drafted, 4))
    shown = json.loads(cli("-C", drafted, "show", "--json").out)
    assert shown["people"] != draft_of(drafted)["people"]


def test_an_unknown_person_is_wrong_usage_with_a_suggestion(drafted: Path, cli: Cli) -> None:
    ended = cli("-C", drafted, "show", "--person", "anna")
    assert ended.code == 2
    assert 'Did you mean "ana"?' in ended.err


def test_show_without_anything_says_where_to_start(team: Path, cli: Cli) -> None:
    ended = cli("-C", team, "show")
    assert ended.code == 1
    assert "watchbill plan" in ended.err
    assert cli("-C", team, "show", "2027-Q1").code == 1


def test_diff_of_a_draft_against_the_plan(published: Path, made: Path, cli: Cli) -> None:
    name = f"drafts/{PERIOD}.json"
    (published / name).write_bytes((made / name).read_bytes())
    assert "Nothing changes." in cli("-C", published, "diff").out
    was = edit(published, 4, person=other(published, 4))
    ended = cli("-C", published, "diff")
    assert "1 shift changes" in ended.out
    assert (
        was["person"]
        in json.loads(cli("-C", published, "diff", "plan", "draft", "--json").out)[0]["before"][0].values()
    )
    assert "1 shift changes" in cli("-C", published, "diff", made / name, "draft").out


def test_diff_refuses_what_does_not_exist(drafted: Path, cli: Cli) -> None:
    assert cli("-C", drafted, "diff").code == 1
    assert cli("-C", drafted, "diff", "r7", "draft").code == 1
    assert cli("-C", drafted, "diff", "nonsense").code == 2


def test_a_later_plan_changes_no_inputs_of_the_plan_before_it(drafted: Path, cli: Cli) -> None:
    assert cli("-C", drafted, "publish").code == 0
    assert cli("-C", drafted, "plan", NEXT, "--quiet").code == 0
    assert cli("-C", drafted, "publish", NEXT).code == 0
    assert "The inputs have changed" not in cli("-C", drafted, "audit", PERIOD).out
    assert cli("-C", drafted, "explain", "primary/week/2027-01-04").err == ""
