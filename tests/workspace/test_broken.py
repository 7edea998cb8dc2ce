"""Broken workspaces: each gives the right place and a sentence that says what to do."""

import random
import re
from pathlib import Path

import pytest
from broken import AY, CASES, TY
from folders import ANA, TEAM, complaints, layer, team, write
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbill import workspace


def test_the_cases_are_many_and_different() -> None:
    assert len(CASES) >= 60
    assert len({repr(files) for files, *_ in CASES.values()}) == len(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_told_at_its_place_with_a_remedy(name: str, tmp_path: Path) -> None:
    files, place, sentence = CASES[name]
    told = complaints(tmp_path, files)
    assert len(told) == 1, told
    where, _, what = told[0].partition("  ")
    assert where == place, told
    assert re.search(sentence, what), told
    assert what.endswith((".", "?")) or re.search(r"(Add it|Write \w+): .", what), "a sentence with a remedy"
    assert not re.search(r"pydantic|validation|Input should|mapping values|token", what)


def test_the_sound_workspace_has_no_mistakes(tmp_path: Path) -> None:
    assert complaints(tmp_path, {TY: TEAM, AY: ANA}) == []


def test_all_mistakes_of_all_files_come_in_one_run(tmp_path: Path) -> None:
    broken = (
        team("Europe/Berlin", "Europe/Berln").replace("80%", "lots").replace("at_least: 11h", "roles: [x], at_least: 1")
    )
    files = {
        TY: broken + "tiers: [fairnes]\n",
        AY: "person: ana\nleave: [03/04/2027, 2027-02-30]\nvacation: x\n",
        "availability/bo.yaml": "person: bo\nlimits: [{count: shifts, at_most: 1, roles: [prim]}]\n"
        "travel: [{timezone: CET}]\n",
        "availability/cy.yaml": "person: cy\nleave: [\n",
    }
    places = [line.split("  ")[0] for line in complaints(tmp_path, files)]
    assert places == [
        f"{AY}:2:9",
        f"{AY}:2:21",
        f"{AY}:3:1",
        "availability/bo.yaml:2:46",
        "availability/bo.yaml:3:10",
        "availability/bo.yaml:3:21",
        "availability/cy.yaml:2:8",
        f"{TY}:2:11",
        f"{TY}:8:35",
        f"{TY}:15:26",
        f"{TY}:15:40",
        f"{TY}:16:9",
    ]


def test_what_is_wrong_elsewhere_makes_no_name_unknown(tmp_path: Path) -> None:
    """A broken person, role or layer is still known to those who speak of it, so one mistake is told once."""
    broken = team("share: 80%", "share: lots").replace("turn: 1 week", "turn: weekly")
    pins = "pins: [{shift: primary/week/2027-01-04, person: bo}]\n"
    told = complaints(tmp_path, {TY: broken + pins, "availability/bo.yaml": "person: bo\n"})
    assert [line.split("  ")[0] for line in told] == [f"{TY}:8:35", f"{TY}:13:20"]


def test_checks_between_values_run_although_other_parts_are_wrong(tmp_path: Path) -> None:
    broken = layer("turn: 2 weeks, handoff: mon 09:00, color: red")[TY].replace("80%", "lots")
    told = complaints(tmp_path, {TY: broken})
    assert [line.split("  ")[0] for line in told] == [f"{TY}:8:35", f"{TY}:13:20", f"{TY}:13:49"]
    assert "need an anchor" in told[1]


def test_a_layer_is_not_unknown_where_the_layers_of_its_role_cannot_be_read(tmp_path: Path) -> None:
    text = re.sub(r"layers:\n.*\n", "layers: [week]\n", TEAM).replace(
        "at_least: 11h", "at_least: 11h, roles: [primary]"
    )
    pins = "pins: [{shift: primary/week/2027-01-04, person: bo}]\n"
    waking = text.replace("rules:\n", "rules:\n  - {kind: waking, layers: [primary/week]}\n")
    assert [line.split("  ")[0] for line in complaints(tmp_path, {TY: waking + pins})] == [f"{TY}:12:13"]


def test_a_wrong_anchor_is_not_also_missing(tmp_path: Path) -> None:
    told = complaints(tmp_path, layer("turn: 2 weeks, handoff: mon 09:00, from: 04.01.2027"))
    assert len(told) == 1
    assert "Write 2027-01-04" in told[0] or "can be" in told[0]


def test_availability_is_judged_although_the_team_file_cannot_be_read(tmp_path: Path) -> None:
    told = complaints(tmp_path, {TY: "team: [\n", "availability/zoe.yaml": "person: zoe\nleave: [x]\n"})
    assert [line.split("  ")[0] for line in told] == ["availability/zoe.yaml:2:9", f"{TY}:1:7"]


TEMPLATE = Path(workspace.__file__).parent / "template"
SOURCES = {name: (TEMPLATE / name).read_text(encoding="utf-8") for name in (TY, AY)}


@settings(max_examples=250, derandomize=True, deadline=None)
@given(rnd=st.randoms(use_true_random=False))
def test_mutated_files_give_mistakes_and_never_anything_else(
    rnd: random.Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = rnd.choice([TY, AY])
    text = SOURCES[name]
    for _ in range(rnd.randint(1, 3)):
        text = _mutated(text, rnd)
    folder = write(tmp_path_factory.getbasetemp() / "mutated", {**SOURCES, name: text})
    found, mistakes = workspace.examine(folder)
    assert (found is None) == any(not mistake.warning for mistake in mistakes)
    for mistake in mistakes:
        lines = (folder / mistake.place.file).read_text(encoding="utf-8").splitlines()
        assert 1 <= mistake.place.line <= len(lines) + 1
        assert mistake.sentence


def _mutated(text: str, rnd: random.Random) -> str:
    at, words = rnd.randrange(len(text)), re.findall(r"[\w.:/%-]+", text)
    junk = rnd.choice(
        [*"{}[]:,-#&*!|>'\"%@`\t\n \\?~\u00a0“\u2028\U0001f4a9٣", "- ", ": ", "..", "9999999999", "null", "---\n"]
    )
    lines = text.splitlines(keepends=True)
    line = rnd.randrange(len(lines))
    match rnd.randrange(6):
        case 0:
            return text[:at] + junk + text[at:]
        case 1:
            return text[:at] + text[at + rnd.randint(1, 12) :]
        case 2:
            return "".join([*lines[:line], *lines[line + 1 :]])
        case 3:
            return "".join([*lines[:line], lines[line], *lines[line:]])
        case 4:
            return text.replace(rnd.choice(words), rnd.choice(words), 1)
        case _:
            return text.replace(rnd.choice(words), junk, 1)
