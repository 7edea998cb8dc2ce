import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tiny import PERIOD, Cli, draft_of, fall_ill
from watchbill.cli.replanning import moment
from watchbill.errors import WrongUsage

WHEN = "2027-01-13T14:00"


def plan_of(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "plans" / f"{PERIOD}.json").read_text(encoding="utf-8"))
    return content


def running(folder: Path) -> str:
    """Who holds the shift that begins on 11 January."""
    found = {shift["id"]: shift["person"] for shift in plan_of(folder)["shifts"]}
    return str(found["primary/week/2027-01-11"])


def test_a_sick_colleague_is_relieved_by_two_commands(published: Path, cli: Cli) -> None:
    ill = running(published)
    fall_ill(published, ill, "2027-01-13..2027-01-24")
    ended = cli("-C", published, "replan", "--from", WHEN)
    assert ended.code == 0
    assert "gives primary/week/2027-01-11 from Wed 13 Jan 14:00 (leave)" in ended.out
    assert "takes primary/week/2027-01-11 from Wed 13 Jan 14:00, from" in ended.out
    assert f"watchbill publish {PERIOD}" in ended.out
    assert "that was before 2027-01-13 14:00" in ended.err
    assert f"drafts/{PERIOD}.json written." in ended.err
    cut = next(shift for shift in draft_of(published)["shifts"] if shift["id"] == "primary/week/2027-01-11")
    assert [part["person"] == ill for part in cut["parts"]] == [True, False]
    assert cut["parts"][0]["end"] == cut["parts"][1]["start"] == "2027-01-13T13:00Z"
    assert cli("-C", published, "publish").code == 0
    assert plan_of(published)["revision"] == 2


def test_no_news_says_so_and_writes_nothing(published: Path, cli: Cli) -> None:
    ended = cli("-C", published, "replan", "--from", WHEN)
    assert ended.code == 0
    assert f"Nothing has to change in {PERIOD} from Wed 13 Jan 14:00 on" in ended.out
    assert not list((published / "drafts").glob("*.json"))


def test_json_names_every_move_and_quiet_only_the_way_on(published: Path, cli: Cli) -> None:
    ill = running(published)
    fall_ill(published, ill, "2027-01-13..2027-01-24")
    told = json.loads(cli("-C", published, "replan", "--from", WHEN, "--json").out)
    assert (told["from"], told["period"]) == ("2027-01-13T13:00Z", PERIOD)
    first = told["moves"][0]
    assert (first["shift"], first["from"], first["gives"], first["reason"]) == (
        "primary/week/2027-01-11",
        "2027-01-13T13:00Z",
        ill,
        "leave",
    )
    assert [change["shift"] for change in told["changes"]] == [move["shift"] for move in told["moves"]]
    assert [sentence.rpartition("; ")[2] for sentence in told["history"]] == ["that was before 2027-01-13 14:00"]
    quiet = cli("-C", published, "replan", "--from", WHEN, "--quiet").out
    assert quiet == f"Make it the next revision with: watchbill publish {PERIOD}\n"


def test_the_same_news_gives_the_same_bytes(published: Path, cli: Cli) -> None:
    fall_ill(published, running(published), "2027-01-13..2027-01-24")
    cli("-C", published, "replan", "--from", WHEN)
    first = (published / "drafts" / f"{PERIOD}.json").read_bytes()
    cli("-C", published, "replan", "--from", WHEN)
    assert (published / "drafts" / f"{PERIOD}.json").read_bytes() == first


MEANWHILE = """
import pathlib, sys
from watchbill import cli, replan
folder, usual = pathlib.Path(sys.argv[1]), replan.smallest_change
def smallest(*given, **more):
    (folder / "availability" / "cy.yaml").write_text("person: cy\\nleave: [2027-01-{day}]\\n")
    return usual(*given, **more)
replan.smallest_change = smallest
cli.run(["-C", str(folder), "replan", "--from", "2027-01-13T14:00"])
"""


@pytest.mark.parametrize(("before", "told"), [("27", False), ("26", True)])
def test_replan_says_that_inputs_changed_meanwhile(published: Path, before: str, told: bool) -> None:
    fall_ill(published, running(published), "2027-01-13..2027-01-24")
    fall_ill(published, "cy", f"2027-01-{before}")
    command = [sys.executable, "-c", MEANWHILE.replace("{day}", "27"), str(published)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    said = f"Take them up with: watchbill -C {published} replan {PERIOD} --from 2027-01-13T13:00Z"
    assert (said in done.stderr) is told


def test_where_nobody_is_left_exit_code_3_tells_the_conflict(published: Path, cli: Cli) -> None:
    for who in ("ana", "bo", "cy", "dee"):
        fall_ill(published, who, "2027-01-20..2027-01-21")
    ended = cli("-C", published, "replan", "--from", WHEN)
    assert ended.code == 3
    assert "no plan can exist; nothing was written." in ended.err
    assert "18 January" in ended.err
    assert not list((published / "drafts").glob("*.json"))


def test_a_period_that_is_not_published_is_refused_with_the_way_on(drafted: Path, cli: Cli) -> None:
    named = cli("-C", drafted, "replan", PERIOD, "--from", WHEN)
    assert (named.code, f"watchbill plan {PERIOD}" in named.err) == (1, True)
    unnamed = cli("-C", drafted, "replan", "--from", WHEN)
    assert (unnamed.code, "no published plan reaches 2027-01-13" in unnamed.err) == (1, True)


def test_a_period_that_is_over_is_refused(published: Path, cli: Cli) -> None:
    ended = cli("-C", published, "replan", PERIOD, "--from", "2027-03-01")
    assert ended.code == 1
    assert "is over by 2027-03-01 00:00" in ended.err


@pytest.mark.parametrize("wrong", ["tomorrow", "13/01/2027", "2027-01-13T14:00:30", ""])
def test_what_is_no_time_is_wrong_usage(published: Path, cli: Cli, wrong: str) -> None:
    ended = cli("-C", published, "replan", "--from", wrong)
    assert ended.code == 2
    assert "Write --from" in ended.err


def test_times_are_on_the_teams_clock_unless_they_say_otherwise() -> None:
    present = datetime(2027, 1, 13, 13, 5, 42, tzinfo=UTC)
    assert moment("now", "Europe/Berlin", present) == datetime(2027, 1, 13, 13, 5, tzinfo=UTC)
    assert moment("2027-02-10T14:00", "Europe/Berlin", present) == datetime(2027, 2, 10, 13, tzinfo=UTC)
    assert moment("2027-02-10", "Europe/Berlin", present) == datetime(2027, 2, 9, 23, tzinfo=UTC)
    assert moment("2027-02-10T14:00Z", "Europe/Berlin", present) == datetime(2027, 2, 10, 14, tzinfo=UTC)
    with pytest.raises(WrongUsage, match="is no time"):
        moment("10.02.2027", "Europe/Berlin", present)
