"""The documentation is true: every block of every page runs, with the output that it shows, or its reader reads it."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from pydantic import TypeAdapter, ValidationError

import documents
from documents import PAGES, ROOT, RUN, Block, blocks
from watchbill.cli import app
from watchbill.workspace.nodes import parse
from watchbill.workspace.person_file import AvailabilityFile
from watchbill.workspace.team import TeamFile

EVERY = [block for page in PAGES for block in blocks(page)]
LANGUAGES = {"sh", "console", "yaml", "json", "python", "text"}


def of(language: str) -> list[Block]:
    return [block for block in EVERY if block.language == language]


# ------------------------------------------------------------------------------------------------------------- run


@pytest.mark.parametrize("page", sorted(RUN.keys() & set(PAGES)))
def test_a_page_runs_and_shows_what_it_says(page: str, tmp_path: Path) -> None:
    text = "".join(block.text for block in blocks(page))
    if "curl " in text and not shutil.which("curl"):
        pytest.skip("needs curl")
    with documents.desk(page, tmp_path / "home") as desk:
        for block in filter(documents.runs, blocks(page)):
            if block.language == "python":
                desk.python(block.text)
            elif block.language == "sh":
                desk.run(block.text)
            else:
                compare(page, block, desk)


def compare(page: str, block: Block, desk: documents.Desk) -> None:
    """Holds what the commands of a block show against what stands in the page."""
    for exchange in documents.exchanges(block):
        shown = desk.run(exchange.command, strict=False)
        fits = documents.fits(exchange.shown, shown) if documents.exact() else bool(shown)
        told = "\n".join(shown)
        remedy = f"Write it anew with: python tests/documents.py {page}"
        assert fits, f"{block}: $ {exchange.command}\nshows\n{told}\n{remedy}"


def test_no_page_reaches_a_pagerduty_that_is_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHBILL_PAGERDUTY_KEY", "a-real-one")
    with documents.Desk(tmp_path) as desk:
        assert desk.run('echo "${WATCHBILL_PAGERDUTY_KEY-none}"') == ["none"]
        desk.run("export WATCHBILL_PAGERDUTY_KEY=sandbox-key")
        assert desk.run('echo "${WATCHBILL_PAGERDUTY_KEY-none}"') == ["sandbox-key"]


def test_what_is_left_out_of_an_output_is_any_number_of_lines() -> None:
    assert documents.fits(["a", "…", "c"], ["a", "b", "b", "c"])
    assert documents.fits(["…"], [])
    assert not documents.fits(["a", "…", "c"], ["a", "c", "d"])
    assert not documents.fits(["a"], ["a", "b"])


def test_an_output_is_written_anew_from_the_lines_that_began_it() -> None:
    assert documents.renewed(["a", "…", "head", "old"], ["A", "x", "head", "new", "y"]) == ["A", "…", "head", "new"]
    assert documents.renewed(["…", "head", "old", "…"], ["x", "head", "new", "y"]) == ["…", "head", "new", "…"]


# ----------------------------------------------------------------------------------------------------- quick start


def test_the_quick_start_is_two_commands_that_do_their_own_set_up() -> None:
    first, second = [block for block in blocks("README.md") if block.heading == "Quick start"]
    assert (first.language, second.language) == ("sh", "sh")
    assert first.text == "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/watchbill demo\n"
    assert second.text == (
        "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/python -m pytest -n 2\n"
    )


# ------------------------------------------------------------------------------------------------------------ read


def test_every_block_says_its_language() -> None:
    assert [str(block) for block in EVERY if block.language not in LANGUAGES] == []


def commands() -> Iterator[tuple[str, str]]:
    """Every `watchbill` command of every page, also of those that do not run: where it stands, and its words."""
    for block in [*of("sh"), *of("console")]:
        lines = block.text.splitlines() if block.language == "sh" else [e.command for e in documents.exchanges(block)]
        for line in lines:
            if match := re.match(r"(?:.*/)?watchbill( .*|$)", line):
                yield str(block), re.split(r"\s+(?:\||#|>|2>|&&)\s?", match[1].strip())[0]


@pytest.mark.parametrize(("place", "words"), list(commands()))
def test_every_command_and_option_exists(place: str, words: str) -> None:
    command: Any = typer.main.get_command(app)
    given = re.sub(r"^-C \S+ ?", "", words).split()
    while given and hasattr(command, "commands") and given[0] in command.commands:
        command = command.commands[given.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts} | {"-h", "--help"}
    assert not hasattr(command, "commands") or not given or given[0].startswith("-"), f"{place}: {words}"
    assert {word for word in given if word.startswith("-")} <= known, f"{place}: {words}"


@pytest.mark.parametrize("block", of("yaml"), ids=str)
def test_yaml_is_a_fragment_of_an_input_file(block: Block) -> None:
    text = f"rules:\n{block.text}" if block.text.startswith("-") else block.text
    node, mistakes = parse(block.page, text.encode())
    assert node is not None
    assert not mistakes, mistakes
    if block.text.startswith("# ."):
        return  # A file of another tool, which the block names: it is YAML, and that tool knows the rest.
    refusals = [refusal(model, node.plain()) for model in (TeamFile, AvailabilityFile)]
    # The card of a scenario is no input file: the scenarios' own tests read it.
    assert None in refusals or block.page == "docs/scenarios.md", f"{block}: {refusals}"


def refusal(model: type[Any], values: dict[str, Any]) -> str | None:
    """Why some keys and values cannot stand in a file of this form; None if they can."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    if unknown := values.keys() - fields.keys():
        return f"{model.__name__} has no {sorted(unknown)}"
    for key, value in values.items():
        try:
            TypeAdapter(fields[key].rebuild_annotation()).validate_python(value)
        except ValidationError as error:
            return str(error)
    return None


def test_a_wrong_fragment_is_refused() -> None:
    assert refusal(TeamFile, {"peple": {}}) == "TeamFile has no ['peple']"
    assert "2 June or 6 February" in str(refusal(AvailabilityFile, {"leave": ["02/06/2027"]}))


def test_json_is_json() -> None:
    for block in of("json"):
        assert json.loads(block.text), str(block)


# ----------------------------------------------------------------------------------------------------------- links


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    prose = re.sub(r"^```.*?^```$", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose):
        if not re.match(r"[a-z]+:", link):
            assert ((ROOT / page).parent / link).exists(), f"{page} links to {link}, which is not there"


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    own = [page.removeprefix("docs/") for page in PAGES if page.startswith("docs/") and page != "docs/README.md"]
    assert [page for page in own if not page.startswith("rules/") and f"({page})" not in index] == []
