"""The workspace that `watchbill init` writes holds every key, is sound, and agrees with the published schemas."""

import json
import re
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel

from watchbill import workspace
from watchbill.audit import audit, whole
from watchbill.periods import period
from watchbill.policy import TierSpec
from watchbill.results import Solved
from watchbill.solve import Effort, solve
from watchbill.workspace import period_check
from watchbill.workspace.nodes import Node, parse
from watchbill.workspace.person_file import AvailabilityFile, AwayFile, NeverFile, TravelFile, WishFile
from watchbill.workspace.schema import availability_schema, team_schema
from watchbill.workspace.team import (
    ExtraFile,
    FairnessFile,
    HardBudgetFile,
    LayerFile,
    LoadFile,
    NightFile,
    PagerDutyFile,
    PersonFile,
    PinFile,
    PublishFile,
    RoleFile,
    ShareStepFile,
    TeamFile,
    WishesFile,
)

TEMPLATE = Path(str(resources.files("watchbill.workspace") / "template"))
REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
FILES = sorted(path for path in TEMPLATE.rglob("*.yaml"))
EXAMPLES = re.findall(r"```yaml\n(.*?)```", (REFERENCE / "files.md").read_text(encoding="utf-8"), re.DOTALL)
MODELS: tuple[type[BaseModel], ...] = (
    *(TeamFile, PersonFile, ShareStepFile, RoleFile, LayerFile, LoadFile, NightFile, ExtraFile, FairnessFile),
    *(WishesFile, HardBudgetFile, PinFile, PublishFile, PagerDutyFile),
    *(AvailabilityFile, AwayFile, WishFile, NeverFile, TravelFile),
)


def keys(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def words(node: Node) -> set[str]:
    found = set(node.keys())
    for _, entry in node.items():
        found |= words(entry.node)
    for item in node.value if isinstance(node.value, list) else ():
        found |= words(item)
    return found


def root_of(name: str, text: bytes) -> Node:
    root, mistakes = parse(name, text)
    assert mistakes == ()
    assert root is not None
    return root


def test_the_template_is_sound_for_the_quarter_that_it_speaks_of() -> None:
    found, mistakes = workspace.examine(TEMPLATE)
    assert found is not None
    assert mistakes == ()
    told = [mistake for mistake in workspace.check_period(found, period("2027-Q1")) if "answered" not in str(mistake)]
    assert told == []


def test_the_template_gives_a_problem_with_everything_in_it() -> None:
    facts, rules = workspace.problem(workspace.read(TEMPLATE), period("2027-Q1"))
    assert {shift.role for shift in facts.shifts} == {"primary", "secondary", "release"}
    assert [pin.person for pin in facts.pins] == ["bo"]
    assert {leave.kind for leave in facts.leaves} == {"leave", "never"}
    assert {wish.kind for wish in facts.wishes} == {"avoid", "prefer"}
    assert {rule.kind for rule in rules} >= {"cover", "rest", "limit", "pair"}


def test_the_template_can_be_planned() -> None:
    facts, rules = workspace.problem(workspace.read(TEMPLATE), period("2027-Q1"))
    outcome = solve(replace(facts, tiers=(TierSpec("should"),)), rules, effort=Effort(work=2.0, nodes=10))
    assert isinstance(outcome, Solved)
    assert [
        finding for finding in audit(facts, rules, whole(facts, outcome.holders, outcome.reliefs)) if finding.hard
    ] == []


@pytest.mark.parametrize("model", MODELS)
def test_the_template_and_the_reference_show_every_key(model: type[BaseModel]) -> None:
    shown = set().union(*(words(root_of(path.name, path.read_bytes())) for path in FILES))
    assert keys(model) - shown <= set(), "missing from the template"
    text = (REFERENCE / "files.md").read_text(encoding="utf-8")
    assert {key for key in keys(model) if f"`{key}`" not in text} == set(), "missing from docs/reference/files.md"


@pytest.mark.parametrize(("name", "schema"), [("team", team_schema()), ("availability", availability_schema())])
def test_the_published_schemas_are_those_of_the_models(name: str, schema: dict[str, Any]) -> None:
    published = json.loads((REFERENCE / f"{name}.schema.json").read_text(encoding="utf-8"))
    assert published == schema


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_template_agrees_with_the_schemas(path: Path) -> None:
    schema = team_schema() if path.name == "team.yaml" else availability_schema()
    jsonschema.Draft202012Validator(schema).validate(root_of(path.name, path.read_bytes()).plain())


def test_the_schemas_refuse_unknown_keys() -> None:
    data = root_of("team.yaml", (TEMPLATE / "team.yaml").read_bytes()).plain()
    with pytest.raises(jsonschema.ValidationError, match="calender"):
        jsonschema.Draft202012Validator(team_schema()).validate({**data, "calender": {}})


def test_the_examples_of_the_reference_are_sound(tmp_path: Path) -> None:
    team, *persons = EXAMPLES
    assert len(persons) >= 1
    (tmp_path / "availability").mkdir()
    (tmp_path / "team.yaml").write_text(team, encoding="utf-8")
    for text in persons:
        name = root_of("example", text.encode()).plain()["person"]
        (tmp_path / "availability" / f"{name}.yaml").write_text(text, encoding="utf-8")
    found = workspace.read(tmp_path)
    told = period_check.check_period(found, period("2027-Q1"))
    assert [mistake for mistake in told if not mistake.warning] == []
