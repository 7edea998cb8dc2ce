"""How commands behave at the edges: output nobody takes, folders that are none, words that are off."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tiny import Cli

WATCHBILL = [sys.executable, "-m", "watchbill"]


def shell(line: str, **paths: Path) -> subprocess.CompletedProcess[str]:
    """Runs a line of bash in which `wb` is watchbill."""
    head = f'set -o pipefail; wb() {{ {" ".join(WATCHBILL)} "$@"; }}\n'
    known = os.environ | {name: str(path) for name, path in paths.items()}
    return subprocess.run(["bash", "-c", head + line], capture_output=True, text=True, env=known, timeout=60)


@pytest.mark.parametrize("command", ["serve", "sandbox"])
@pytest.mark.parametrize("port", [99999, -1])
def test_a_port_that_is_none_is_wrong_usage(team: Path, cli: Cli, command: str, port: int) -> None:
    ended = cli("-C", team, command, "--port", port)
    assert ended.code == 2
    assert "--port" in ended.err


@pytest.mark.parametrize("command", ["check", "show --csv", "--help"])
def test_an_output_that_cannot_be_written_is_told_in_a_sentence(drafted: Path, command: str) -> None:
    done = shell(f'wb -C "$folder" {command} >/dev/full', folder=drafted)
    assert done.stderr == "the output could not be written: no space left on device. Send it somewhere else.\n"
    assert done.returncode == 1


@pytest.mark.parametrize("command", ["show --csv", "schema team", "check"])
def test_a_reader_that_has_gone_ends_a_command_as_sigpipe_would(drafted: Path, command: str) -> None:
    done = shell(f'(sleep 0.1; wb -C "$folder" {command}) | true', folder=drafted)
    assert (done.returncode, done.stderr) == (141, "")
