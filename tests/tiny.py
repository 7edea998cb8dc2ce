"""A tiny team whose plans take a second, its drafts by hand, and how a command ended."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from watchbill.cli import run

TEAM = """\
team: tiny
timezone: Europe/Berlin
people:
  ana: {name: Ana Souza, email: ana@example.com}
  bo: {name: Bo Lindqvist}
  cy: {name: Cy Tan, timezone: Asia/Singapore}
  dee: {name: Dee Hall}
roles:
  primary:
    layers:
      week: {turn: 1 week, handoff: mon 09:00}
rules:
  - {kind: space, at_least: 1 week}
"""
ANA = """\
person: ana
answered_through: 2027-12-31
leave: [2027-01-11..2027-01-13]
"""
PERIOD = "2027-01-04..2027-01-31"
NEXT = "2027-02-01..2027-02-28"


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Cli = Callable[..., Ended]


def called(capsys: pytest.CaptureFixture[str], *arguments: object) -> Ended:
    """How `watchbill` ends with some arguments, in this process."""
    with pytest.raises(SystemExit) as end:
        run([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return Ended(end.value.code if isinstance(end.value.code, int) else 0, said.out, said.err)


def write_team(folder: Path) -> Path:
    (folder / "availability").mkdir(parents=True)
    (folder / "team.yaml").write_text(TEAM, encoding="utf-8")
    (folder / "availability" / "ana.yaml").write_text(ANA, encoding="utf-8")
    return folder


def fall_ill(folder: Path, who: str, dates: str) -> None:
    """Leave in the place of all that somebody asked for."""
    (folder / "availability" / f"{who}.yaml").write_text(f"person: {who}\nleave: [{dates}]\n", encoding="utf-8")


def draft_of(folder: Path, period: str = PERIOD) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "drafts" / f"{period}.json").read_text(encoding="utf-8"))
    return content


def edit(folder: Path, shift: int, **facts: Any) -> dict[str, Any]:
    """Changes one shift of the draft by hand, and returns it as it was."""
    draft = draft_of(folder)
    was = dict(draft["shifts"][shift])
    draft["shifts"][shift].update(facts)
    (folder / "drafts" / f"{PERIOD}.json").write_text(json.dumps(draft), encoding="utf-8")
    return was
