"""The command line called in this process, and a tiny team in every state."""

import shutil
from pathlib import Path

import pytest

from tiny import PERIOD, Cli, Ended, called, write_team
from watchbill.cli import run


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs `watchbill` with some arguments. Commands in what it says are told as if `-C` had not been given."""

    def call(*arguments: object) -> Ended:
        ended = called(capsys, *arguments)
        given = f"watchbill -C {arguments[1]} " if arguments[:1] == ("-C",) else "watchbill "
        return Ended(ended.code, ended.out.replace(given, "watchbill "), ended.err.replace(given, "watchbill "))

    return call


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny workspace with a draft; not to be changed."""
    folder = write_team(tmp_path_factory.mktemp("made") / "team")
    with pytest.raises(SystemExit, match="0"):
        run(["-C", str(folder), "plan", PERIOD, "--quiet"])
    return folder


@pytest.fixture
def drafted(made: Path, tmp_path: Path) -> Path:
    """A copy of the tiny workspace with a draft."""
    return Path(shutil.copytree(made, tmp_path / "drafted"))


@pytest.fixture
def published(drafted: Path, cli: Cli) -> Path:
    """The tiny workspace with one published plan and no draft."""
    assert cli("-C", drafted, "publish").code == 0
    return drafted
