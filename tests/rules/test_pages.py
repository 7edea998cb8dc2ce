"""Every rule has its page, and what the page shows is read by what it describes."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from watchbill.rules import AnyRule, standing
from watchbill.rules.base import Rule
from watchbill.workspace.nodes import parse
from watchbill.workspace.team import TeamFile

PAGES = Path(__file__).parents[2] / "docs" / "rules"
CONFIGURABLE: dict[str, type[Rule]] = {cls.model_fields["kind"].default: cls for cls in get_args(get_args(AnyRule)[0])}
STANDING = {rule.kind: type(rule) for rule in standing()}


def page(kind: str) -> str:
    return (PAGES / f"{kind}.md").read_text(encoding="utf-8")


def fragments(kind: str) -> list[dict[str, Any]]:
    """What the YAML blocks of a page hold, read as a team file is read; a bare list is what stands under `rules:`."""
    found = []
    for block in re.findall(r"^```yaml\n(.*?)^```", page(kind), re.MULTILINE | re.DOTALL):
        text = f"rules:\n{block}" if block.startswith("-") else block
        node, mistakes = parse(f"{kind}.md", text.encode())
        assert node, mistakes
        assert not mistakes
        found.append(node.plain())
    return found


def test_the_index_names_every_rule_and_no_other() -> None:
    linked = re.findall(r"^\| \[(\w+)\]\(\1\.md\)", page("README"), re.MULTILINE)
    assert sorted(linked) == sorted({*CONFIGURABLE, *STANDING})


@pytest.mark.parametrize("kind", sorted({*CONFIGURABLE, *STANDING}))
def test_examples_are_fragments_of_a_team_file(kind: str) -> None:
    assert fragments(kind) or kind not in CONFIGURABLE, f"the page of {kind} shows no example"
    for fragment in fragments(kind):
        assert fragment.keys() <= TeamFile.model_fields.keys()
        for key, value in fragment.items():
            read = TypeAdapter(TeamFile.model_fields[key].rebuild_annotation()).validate_python(value)
            assert key != "rules" or {rule.kind for rule in read} == {kind}


@pytest.mark.parametrize("kind", sorted(CONFIGURABLE))
def test_every_option_has_its_row(kind: str) -> None:
    options = {info.alias or name for name, info in CONFIGURABLE[kind].model_fields.items()} - {"kind"}
    rows = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (`.*?) \|", page(kind), re.MULTILINE))))
    assert options <= rows
