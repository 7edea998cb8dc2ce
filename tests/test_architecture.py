"""Imports point down only, and every third-party package has its doors. See "Layout" in `docs/design.md`."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import watchbill

SRC = Path(watchbill.__file__).parent

# From the ground up. A module may import what stands on a lower floor; a folder is one world of its own.
FLOORS = (
    ("endings", "errors", "texts", "naming", "tongues"),
    ("times", "files", "spellings"),
    ("locking", "missed", "periods"),
    ("domain", "policy"),
    ("problem", "timeline", "timings"),
    ("fields", "clocks", "calendars"),
    ("hours", "presence", "versions"),
    ("load", "shelf"),
    ("needs", "results"),
    ("rules",),
    ("expand", "audit", "solve", "serving"),
    ("ledger", "explain"),
    ("workspace", "publish", "sandbox"),
    ("duties", "escalation", "exports", "understood"),
    ("doubts",),
    ("checking", "reasons"),
    ("report",),
    ("assemble", "finding", "opening", "references", "demo", "rehearsal"),
    ("history",),
    ("judge", "remaining"),
    ("decisions",),
    ("drafting", "holes", "pushing", "feeding", "revoking", "supposing"),
    ("deciding", "together", "keeping", "exchanging", "replan", "drilling", "drifting", "paging", "probing", "why"),
    ("adopting", "staffing", "whatif", "swapping", "whynot"),
    ("web",),
    ("publishing",),
    ("app",),
    ("founding", "importing"),
    ("cli",),
    ("entry",),
    ("__main__",),
)
FLOOR = {name: height for height, floor in enumerate(FLOORS) for name in floor}

# Where a third-party package may be imported: a module, or a folder with all that is in it.
DOORS = {
    "ortools": ("solve",),
    "holidays": ("calendars",),
    "filelock": ("locking",),
    "fsspec": ("publish.feeds.static",),
    "icalendar": ("exports", "publish.feeds"),
    "pandas": ("report.frames",),
    "recurring_ical_events": ("exports.series",),
    "yaml": ("workspace",),
    "typer": ("cli",),
    "rich": ("cli", "report"),
    "pdpyras": ("publish.pagerduty.client",),
    "pydantic": ("fields", "publish.pagerduty.journal", "rules", "workspace"),
    "pydantic_core": ("fields", "rules", "workspace"),
    "h11": ("web",),
    "starlette": ("sandbox", "web"),
    "tzdata": ("times",),
    "uvicorn": ("sandbox", "web"),
}


def modules() -> dict[str, Path]:
    """Every module by its name below `watchbill`; the package itself is the empty name."""
    found = {}
    for path in sorted(SRC.rglob("*.py")):
        steps = path.relative_to(SRC).with_suffix("").parts
        if steps[0] == "_scenarios":
            continue
        found[".".join(steps[:-1] if steps[-1] == "__init__" else steps)] = path
    return found


MODULES = modules()


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file; `from a import b` gives `a.b` where that is a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import; write it in full"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole.removeprefix("watchbill.") in MODULES else str(node.module)


def own(path: Path) -> set[str]:
    """The modules of watchbill that a file imports, by their names below `watchbill`."""
    return {name.partition(".")[2] for name in imported(path) if name.split(".")[0] == "watchbill"} - {""}


def foreign(path: Path) -> set[str]:
    """The top-level names of packages, neither ours nor the standard library's, that a file imports."""
    return {name.split(".")[0] for name in imported(path)} - sys.stdlib_module_names - {"watchbill", "__future__"}


def test_every_module_has_a_floor() -> None:
    tops = {name.split(".")[0] for name in MODULES if name}
    assert tops <= set(FLOOR), f"give these a floor: {sorted(tops - set(FLOOR))}"


@pytest.mark.parametrize("name", sorted(name for name in MODULES if name))
def test_imports_point_down(name: str) -> None:
    top = name.split(".")[0]
    reached = {other.split(".")[0] for other in own(MODULES[name])} - {top}
    up = {other for other in reached if FLOOR[other] >= FLOOR[top]}
    assert not up, f"{name} stands on floor {FLOOR[top]} and imports {sorted(up)}"


def test_rules_do_not_know_each_other() -> None:
    for name, path in MODULES.items():
        if name.startswith("rules.") and not is_shared(name):
            others = {other for other in own(path) if other.startswith("rules.") and not is_shared(other)}
            assert not others, f"{name} imports {sorted(others)}"


def is_shared(name: str) -> bool:
    """Whether a module of `rules` is no rule: the base, and helpers with an underscore."""
    return name == "rules.base" or name.startswith("rules._")


@pytest.mark.parametrize("name", sorted(MODULES))
def test_third_party_packages_come_in_by_their_doors(name: str) -> None:
    for package in foreign(MODULES[name]):
        assert package in DOORS, f"{name} imports {package}, which has no door"
        inside = any(name == door or name.startswith(f"{door}.") for door in DOORS[package])
        assert inside, f"{name} imports {package}; its doors are {DOORS[package]}"


def loaded_by(code: str) -> set[str]:
    """Which of the heavy packages are in memory after some Python has run in a fresh interpreter."""
    heavy = ["filelock", "ortools", "pandas", "numpy", "holidays", "icalendar", "starlette", "uvicorn"]
    program = (
        f"import sys\n{code}\nprint(*[name for name in {heavy!r} if name in sys.modules], sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_the_probe_for_heavy_packages_works() -> None:
    assert loaded_by("import pandas") >= {"pandas", "numpy"}


def test_help_loads_nothing_heavy() -> None:
    code = "from watchbill.cli import run\ntry: run(['--help'])\nexcept SystemExit as end: assert not end.code"
    assert loaded_by(code) == set()


def test_check_loads_neither_the_solver_nor_pandas() -> None:
    folder = Path(__file__).parents[1] / "scenarios" / "quarter-8"
    code = f"from watchbill.cli import run\ntry: run(['-C', {str(folder)!r}, 'check', '2027-Q1'])\n"
    code += "except SystemExit as end: assert not end.code, end.code"
    assert loaded_by(code) <= {"holidays"}
