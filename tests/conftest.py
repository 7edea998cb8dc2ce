"""What tests of several folders begin with: a tiny team, and the command line called in this process."""

from pathlib import Path

import pytest

from tiny import Cli, called, write_team


@pytest.fixture
def exact(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs `watchbill` with some arguments, and tells what it said as it stands."""
    return lambda *arguments: called(capsys, *arguments)


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A tiny workspace without drafts and plans."""
    return write_team(tmp_path / "team")
