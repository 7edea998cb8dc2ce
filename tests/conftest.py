"""What tests of several folders begin with: a tiny team, and the command line called in this process."""

import signal
from pathlib import Path

import pytest

from tiny import Cli, called, write_team

# Where a shell runs the tests in its background, Ctrl-C is ignored, also by the commands that tests press it in.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def exact(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs `watchbill` with some arguments, and tells what it said as it stands."""
    return lambda *arguments: called(capsys, *arguments)


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A tiny workspace without drafts and plans."""
    return write_team(tmp_path / "team")
