"""What `plan` says to write where no plan can exist: written as it stands, the next `plan` finds one."""

import json
from pathlib import Path
from typing import Any

import pytest

from tiny import Cli

TEAM = """\
team: tiny
timezone: Europe/Berlin
people:
  ana: {name: Ana Souza, tags: [senior]}
  bo: {name: Bo Lindqvist, tags: [senior]}
  cy: {name: Cy Tan, roles: [secondary]}
  dee: {name: Dee Hall, tags: [senior]}
roles:
  primary:
    layers:
      day: {turn: 1 day, handoff: 09:00, hours: 09:00..17:00, who: [ana, bo]}
  secondary:
    layers:
      day: {turn: 1 day, handoff: 09:00, hours: 09:00..17:00, who: [cy, dee]}
rules:
  - RULE
"""
PERIOD = "2027-01-04..2027-01-07"
AWAY = "person: {}\nanswered_through: 2027-12-31\nleave: [2027-01-05..2027-01-06]\n"
CASES = {
    "rest": (
        "{kind: rest, at_least: 20h}",
        "bo",
        "rest: except: [{people: ana, dates: 2027-01-05..2027-01-06, at_least: 16h}]",
    ),
    "space": (
        "{kind: space, at_least: 24h, roles: [primary]}",
        "bo",
        "space: except: [{people: ana, dates: 2027-01-05..2027-01-06, at_least: 16h}]",
    ),
    "limit": (
        "{kind: limit, count: consecutive_days, at_most: 1, roles: [primary]}",
        "bo",
        "limit: except: [{people: ana, dates: 2027-01-05..2027-01-06, at_most: 2}]",
    ),
    "eligible": (
        "{kind: eligible, tags: [senior]}",
        "dee",
        "eligible: except: [{people: cy, dates: 2027-01-05..2027-01-06}]",
    ),
}


def workspace(folder: Path, rule: str, away: str) -> Path:
    (folder / "availability").mkdir()
    (folder / "team.yaml").write_text(TEAM.replace("RULE", rule), encoding="utf-8")
    (folder / "availability" / f"{away}.yaml").write_text(AWAY.format(away), encoding="utf-8")
    return folder


def repair(cli: Cli, folder: Path, edit: str) -> dict[str, Any]:
    ended = cli("-C", folder, "plan", PERIOD, "--quiet", "--json")
    assert ended.code == 3, ended.err
    return next(one for one in json.loads(ended.out)["repairs"] if one["edit"] == [edit])


@pytest.mark.parametrize("kind", CASES)
def test_the_line_of_a_way_out_makes_the_plan_possible(kind: str, tmp_path: Path, cli: Cli) -> None:
    rule, away, edit = CASES[kind]
    folder = workspace(tmp_path, rule, away)
    assert repair(cli, folder, edit)["solves"]
    assert f"    {edit}\n" in cli("-C", folder, "plan", PERIOD, "--quiet").err
    assert not (folder / "drafts").exists()
    line = edit.partition(": ")[2]
    (folder / "team.yaml").write_text(TEAM.replace("RULE", f"{rule[:-1]}, {line}}}"), encoding="utf-8")
    assert cli("-C", folder, "check").code == 0
    planned = cli("-C", folder, "plan", PERIOD, "--quiet")
    assert planned.code == 0, planned.err
    draft = json.loads((folder / "drafts" / f"{PERIOD}.json").read_text(encoding="utf-8"))
    assert not [finding for finding in draft["findings"] if finding["hard"]]
    assert cli("-C", folder, "audit", PERIOD).code == 0


def test_elsewhere_the_rule_holds_as_it_did(tmp_path: Path, cli: Cli) -> None:
    rule, away, edit = CASES["rest"]
    folder = workspace(tmp_path, f"{rule[:-1]}, {edit.partition(': ')[2]}}}", away)
    longer = "2027-01-04..2027-01-08"
    assert cli("-C", folder, "plan", longer, "--quiet").code == 0
    draft = folder / "drafts" / f"{longer}.json"
    told = json.loads(draft.read_text(encoding="utf-8"))
    for shift in told["shifts"]:
        if shift["id"] in {"primary/day/2027-01-07", "primary/day/2027-01-08"}:
            shift["person"] = "ana"
    draft.write_text(json.dumps(told), encoding="utf-8")
    ended = cli("-C", folder, "audit", longer)
    assert ended.code != 0
    assert "Ana Souza has 16 h of rest between primary/day/2027-01-07 and primary/day/2027-01-08" in " ".join(
        ended.out.split()
    )
    assert "1 to fix" in ended.out
