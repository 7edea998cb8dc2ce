import os
from pathlib import Path

from tiny import Cli

# ------------------------------------------------------------------------------------------------------------ init


def test_what_init_writes_can_be_checked_and_planned_as_it_is(tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "rota"
    ended = cli("init", folder)
    assert ended.code == 0
    assert f"watchbill -C {folder} check" in ended.out
    ignored = (folder / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {".watchbill/", "feeds/", "exports/", "availability/*.ics"} <= set(ignored)
    assert "0 mistakes to mend" in cli("-C", folder, "check", "2027-Q1").out
    assert cli("-C", folder, "plan", "2027-01-04..2027-01-10", "--quiet", "--effort", "0.02").code == 0


def test_init_never_touches_a_folder_that_holds_anything(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    ended = cli("init", tmp_path)
    assert ended.code == 1
    assert "is not an empty folder" in ended.err
    assert os.listdir(tmp_path) == ["mine.txt"]


# ------------------------------------------------------------------------------------------------------------ demo


def test_the_demo_ends_with_a_published_plan_and_feeds(tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "demo"
    ended = cli("demo", folder, "--scenario", "levelling")
    assert ended.code == 0
    assert (folder / "plans" / "2027-01-11..2027-01-24.json").is_file()
    assert len(list((folder / "feeds").glob("*.ics"))) == 7
    assert not (folder / "scenario.yaml").exists()
    assert "revision 1" in ended.out
    assert f"watchbill -C {folder} show --person" in ended.out


def test_the_demo_refuses_a_folder_that_holds_anything(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    ended = cli("demo", tmp_path)
    assert ended.code == 1
    assert "Name another one" in ended.err


def test_the_demo_lists_scenarios_and_knows_no_others(tmp_path: Path, cli: Cli) -> None:
    listed = cli("demo", "--list").out
    assert "quarter-8 (2027-Q1): " in listed
    ended = cli("demo", tmp_path / "x", "--scenario", "quarter-9")
    assert ended.code == 2
    assert 'Did you mean "quarter-8"?' in ended.err
    assert not (tmp_path / "x").exists()
