"""Workspaces that come with watchbill: scenarios to look at and to try things on, and a template to start from."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from watchbill import workspace
from watchbill.errors import Refused, WrongUsage, did_you_mean
from watchbill.files import write_atomically
from watchbill.locking import Told, one_writer, silently
from watchbill.periods import Period, period
from watchbill.workspace.nodes import parse

CARD = "scenario.yaml"
IGNORED = b"""\
# Keys, raw backups and caches stay on this machine. Names of feeds are secrets.
.watchbill/
feeds/
# Calendar exports hold titles.
exports/
availability/*.ics
/*.ics
"""
_BEGUN = {".git", ".watchbill", ".hg", ".svn", ".jj", "LICENSE", "LICENSE.md", "LICENSE.txt", "README", "README.md"}


@dataclass(frozen=True, slots=True)
class Scenario:
    """A workspace that comes with watchbill: what it is about, and the period that it is meant for."""

    name: str
    about: str
    period: Period
    folder: Path


def scenarios() -> Mapping[str, Scenario]:
    """Every scenario by name, in order of name."""
    found = [_scenario(card) for card in sorted(_home().glob(f"*/{CARD}"))]
    return {scenario.name: scenario for scenario in found}


def scenario(name: str) -> Scenario:
    """The scenario of a name; WrongUsage with a remedy for an unknown one."""
    known = scenarios()
    if name not in known:
        raise WrongUsage(f'there is no scenario "{name}". {did_you_mean(name, known)}'.rstrip())
    return known[name]


def copy(source: Path, folder: Path, told: Told = silently) -> None:
    """Copies a workspace into a folder that is empty or not there; Refused otherwise."""
    with founding(folder, told):
        _copied(source, folder)


@contextmanager
def founding(folder: Path, told: Told = silently) -> Iterator[None]:
    """Nobody else begins a workspace in a folder as long as this lasts; Refused unless it is empty or not there."""
    refuse_unless_empty(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"{folder} cannot be written: {error.strerror or error}. Name another folder.") from error
    with one_writer(folder, told):
        refuse_unless_empty(folder)
        yield


def _copied(source: Path, folder: Path) -> None:
    try:
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(CARD, "__pycache__"))
    except OSError as error:
        raise Refused(f"{folder} cannot be written: {error.strerror or error}. Name another folder.") from error


def init(folder: Path, told: Told = silently) -> tuple[str, ...]:
    """Writes a workspace to start from into a folder that is empty or not there; returns its files."""
    source = Path(workspace.__file__).parent / "template"
    with founding(folder, told):
        _copied(source, folder)
        write_atomically(folder / ".gitignore", IGNORED)
    return (".gitignore", *sorted(path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()))


def refuse_unless_empty(folder: Path) -> None:
    """Refused if a folder holds anything but what a new repository begins with, or is no folder."""
    if folder.exists() and (not folder.is_dir() or any(path.name not in _BEGUN for path in folder.iterdir())):
        raise Refused(f"{folder} exists already and is not an empty folder. Name another one.")


def _home() -> Path:
    """The scenarios inside the installed package, or beside it in a checkout."""
    packaged = Path(__file__).parent / "_scenarios"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "scenarios"


def _scenario(card: Path) -> Scenario:
    root, mistakes = parse(str(card), card.read_bytes())
    texts = {key: entry.node.text for key, entry in root.items()} if root else {}
    if mistakes or not {"about", "period"} <= set(texts):
        raise AssertionError(f"{card} is no card of a scenario: {mistakes}")
    return Scenario(card.parent.name, " ".join(texts["about"].split()), period(texts["period"]), card.parent)
