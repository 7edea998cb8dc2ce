"""Files handed in in a hurry: each mistake is told at its place, in one sentence with a remedy, with exit code 1."""

import re
from pathlib import Path

import pytest
from broken import CASES as BROKEN
from folders import TEAM, ana, complaints, person, write
from hurry import AC, AY, CASES, TY

from watchbill import workspace
from watchbill.cli import run

ENDLESS = "endless CSV"


def test_the_cases_are_many_and_different() -> None:
    assert len(CASES) >= 100
    assert (
        len({repr(files) for files, *_ in CASES.values()} | {repr(f) for f, *_ in BROKEN.values()}) >= len(CASES) + 100
    )


@pytest.mark.parametrize("name", [name for name in CASES if name != ENDLESS])
def test_a_mistake_is_told_at_its_place_with_a_remedy(name: str, tmp_path: Path) -> None:
    files, place, sentence = CASES[name]
    told = complaints(tmp_path, files)
    assert len(told) == 1, told
    where, _, what = told[0].partition("  ")
    assert where == place, told
    assert re.search(sentence, what), told
    assert what.endswith((".", "?")) or re.search(r"(Add it|Write \w+): .", what), "a sentence with a remedy"


def test_a_file_that_is_too_long_is_told_once_and_not_read_on(tmp_path: Path) -> None:
    files, place, sentence = CASES[ENDLESS]
    told = [line for line in complaints(tmp_path, files) if "more than" in line]
    assert len(told) == 1
    assert re.search(f"{place}  .*{sentence}", told[0])


@pytest.mark.parametrize("name", ["header in German", "leave and prefer in two files", "week"])
def test_check_ends_with_1_and_says_where(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, place, sentence = CASES[name]
    write(tmp_path, files)
    with pytest.raises(SystemExit, match="1"):
        run(["-C", str(tmp_path), "check", "2027-Q1"])
    said = capsys.readouterr()
    assert re.search(f"{place}  .*{sentence}", said.out)
    assert "Traceback" not in said.err


def test_all_mistakes_of_a_csv_come_in_one_run(tmp_path: Path) -> None:
    text = (
        "Person;kind;from;to;Gewicht;note\n"
        "Ana Souza;Urlaub;24/12/2026;46380;1,5;x\n"
        '# ana;leave;tomorrow\nana;leave;2027-02-30;;;"open\n'
        "anna;avoid;2027-01-05;2027-01-01;;a;b\n"
        "ana;prefer;fri;;;\n"
    )
    told = complaints(tmp_path, {TY: TEAM, "availability/all.csv": text})
    assert [line.split("  ")[0].removeprefix("availability/all.csv:") for line in told] == [
        *("1:21", "2:1", "2:11", "2:18", "2:29", "2:35"),
        *("4:11", "4:24", "5:37", "6:12"),
    ]


# ---------------------------------------------------------------------------------------------------------- warnings


def warnings(folder: Path, files: dict[str, str]) -> list[str]:
    found = workspace.read(write(folder, files))
    return [str(mistake).replace("warning: ", "") for mistake in found.warnings]


def test_lines_that_overlap_are_a_warning_that_names_both(tmp_path: Path) -> None:
    files = {**ana("leave: [2027-01-04..2027-01-06]\n"), AC: "kind,from\nleave,2027-01-06\nleave,2027-01-06\n"}
    assert warnings(tmp_path, files) == [
        f"{AC}:3:1  2027-01-06 overlaps 2027-01-06 on line 2. Merge the two lines.",
        f"{AY}:2:9  2027-01-04..2027-01-06 overlaps 2027-01-06 on line 2 of {AC}. Merge the two lines.",
    ]


@pytest.mark.parametrize(
    ("first", "then"),
    [("2027-03-28 02:30", "05:00"), ("2027-10-31 02:30", "05:00")],
)
def test_a_time_that_the_clock_skips_or_repeats_is_a_warning_with_both_instants(
    first: str, then: str, tmp_path: Path
) -> None:
    day = first[:10]
    (told,) = warnings(tmp_path, {TY: TEAM, "availability/cy.csv": f"kind,from,to\nleave,{first},{then}\n"})
    assert told.startswith(f"availability/cy.csv:2:1  {first} ")
    assert len(set(re.findall(rf"{day}T\d\d:30Z", told))) == 2
    assert told.endswith("counts.")


def test_too_many_lines_are_refused_and_not_compared(tmp_path: Path) -> None:
    (told,) = complaints(tmp_path, ana("leave:\n" + "- 2027-01-01\n" * 2_001))
    assert told.startswith(f"{AY}:2003:3  these are 2001 lines, more than 2000.")


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (person("share: 50"), "50%"),
        (person("share: 40.4"), "40%"),
        (person("share: 4000"), "80%"),
        (ana("avoid: [{days: [weekends]}]\n"), "no day of the week. Write on: weekends."),
        (ana("<<<<<<< HEAD\nleave: []\n=======\n>>>>>>> b\n"), "ana.yaml:2:1  unresolved merge conflict"),
        (
            {"team.yaml": TEAM, "availability/ana.csv": "kind,from\n<<<<<<< HEAD\nleave,2027-01-01\n"},
            "ana.csv:2:1  unresolved merge conflict",
        ),
    ],
)
def test_the_remedy_is_what_was_probably_meant(files: dict[str, str], told: str, tmp_path: Path) -> None:
    assert [line for line in complaints(tmp_path, files) if told in line]
