"""Who avoids every day alike gets the plan that they would get without any wish, byte for byte."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tiny import write_team
from watchbill import app, workspace
from watchbill.load import Loads
from watchbill.periods import Period, period
from watchbill.problem import Problem
from watchbill.rules.wishes import Stake, stakes
from watchbill.solve import Effort

QUARTER = Path(__file__).parents[1] / "scenarios" / "quarter-8"
MARCH = period("2027-03-01..2027-04-13")
LISTED = ", ".join(str(day) for day in MARCH.dates)
ALIKE = {
    "every weekday": "avoid: [{days: mon..sun, weight: 7}]",
    "each weekday on a line": "avoid: [mon, tue, wed, thu, fri, sat, sun]",
    "every hour": "avoid: [{hours: [00:00..08:00, 08:00..24:00]}]",
    "the whole period": f"avoid: [{{dates: {MARCH}, weight: 3}}]",
    "the year around it": "avoid: [2027-01-01..2027-12-31]",
    "each date on a line": f"avoid: [{LISTED}]",
    "gladly always": "prefer: [{days: [mon, tue, wed, thu, fri, sat, sun]}]",
    "both at once": "avoid: [{days: mon..sun, weight: 2}]\nprefer: [{days: mon..sun, weight: 2}]",
}


def planned(folder: Path, when: Period, person: str = "", text: str = "") -> dict[str, Any]:
    """The draft of a team in which one person's wishes are replaced, without what tells inputs apart."""
    if person:
        (folder / "availability" / f"{person}.yaml").write_text(f"person: {person}\n{text}\n", encoding="utf-8")
    made = app.plan(folder, when, effort=Effort(0.1), fresh=True)
    assert isinstance(made, app.Planned), made
    draft: dict[str, Any] = json.loads(made.path.read_bytes())
    assert draft.pop("inputs")["fingerprint"]
    return draft


def test_the_plan_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    folder = write_team(tmp_path / "team")
    without = planned(folder, MARCH, "dee")
    for text in ALIKE.values():
        assert json.dumps(planned(folder, MARCH, "dee", text)) == json.dumps(without), text
    assert json.dumps(planned(folder, MARCH, "dee", "avoid: [2027-03-01..2027-03-07]")) != json.dumps(without)


def test_the_plan_of_two_roles_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(QUARTER, tmp_path / "quarter"))
    when = period("2027-01-04..2027-02-14")
    without = planned(folder, when, "lena")
    assert json.dumps(planned(folder, when, "lena", ALIKE["each weekday on a line"])) == json.dumps(without)


@pytest.mark.parametrize("name", ALIKE)
@pytest.mark.parametrize(
    "layer", ["turn: 1 week, handoff: mon 09:00", "turn: 1 day, handoff: 09:00", "turn: 12 hours, handoff: 08:00"]
)
def test_no_turn_costs_anything(name: str, layer: str, tmp_path: Path) -> None:
    problem, stake = _stake(tmp_path, layer, ALIKE[name])
    assert not any(stake.cost_of_turn(turn) or stake.cost_of_spans(turn.spans) for turn in problem.turns)


@pytest.mark.parametrize(
    "text", ["avoid: [2027-04-13]", "avoid: [mon..sat]", "avoid: [{days: mon..sun, weight: 8}, fri]"]
)
def test_what_is_not_alike_costs_something(text: str, tmp_path: Path) -> None:
    problem, stake = _stake(tmp_path, "turn: 1 day, handoff: 09:00", text)
    assert any(stake.cost_of_turn(turn) for turn in problem.turns)


def _stake(folder: Path, layer: str, text: str) -> tuple[Problem, Stake]:
    """What ana's wishes cost, with the turns of the plan."""
    write_team(folder / "team")
    team = folder / "team" / "team.yaml"
    written = team.read_text(encoding="utf-8").replace("turn: 1 week, handoff: mon 09:00", layer)
    team.write_text(written, encoding="utf-8")
    (folder / "team" / "availability" / "ana.yaml").write_text(f"person: ana\n{text}\n", encoding="utf-8")
    problem, _ = workspace.problem(workspace.read(folder / "team"), MARCH)
    return problem, stakes(problem, Loads(problem))["ana"]
