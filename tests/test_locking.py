"""One writer at a time, and files that are compared before they are overwritten."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from watchbill import locking
from watchbill.errors import Refused
from watchbill.locking import WAITING, one_writer, seen
from watchbill.periods import period
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.client import PdpyrasPort
from watchbill.pushing import Link, push_apply, rollback_apply

HOLDER = """
import sys
from pathlib import Path
from watchbill.locking import one_writer
with one_writer(Path(sys.argv[1]), work=sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(folder: Path, work: str = "writing") -> Iterator[None]:
    """Somebody else is writing in a folder."""
    command = [sys.executable, "-c", HOLDER, str(folder), work]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        yield


def test_who_waits_is_told_so_and_gives_up_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "PATIENCE_SECONDS", 0.01)
    told: list[str] = []
    refused = pytest.raises(Refused, match="still writing in this folder, so nothing was written")
    with held(tmp_path), refused, one_writer(tmp_path, told.append):
        told.append("in")
    assert told == [WAITING]
    with one_writer(tmp_path, told.append):
        told.append("in")
    assert told == [WAITING, "in"]


def test_other_work_is_not_held_up(tmp_path: Path) -> None:
    told: list[str] = []
    with held(tmp_path, "push"), one_writer(tmp_path, told.append), one_writer(tmp_path, told.append, "feeds"):
        assert told == []


def test_other_folders_are_not_held_up(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    told: list[str] = []
    with held(tmp_path / "other"), one_writer(tmp_path, told.append):
        assert told == []


TRY = """
import sys
from pathlib import Path
from watchbill import errors, locking
locking.PATIENCE_SECONDS = 0.01
try:
    with locking.one_writer(Path(sys.argv[1])):
        print("in")
except errors.Refused:
    print("refused")
"""


def test_who_has_the_lock_may_ask_for_it_again_and_keeps_it(tmp_path: Path) -> None:
    with one_writer(tmp_path):
        with one_writer(tmp_path):
            pass
        other = subprocess.run([sys.executable, "-c", TRY, str(tmp_path)], capture_output=True, text=True, check=True)
    assert other.stdout == "refused\n"


def test_an_error_inside_lets_go(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no"), one_writer(tmp_path):
        raise Refused("no")
    with held(tmp_path):
        pass


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be written: No such file or directory"), one_writer(tmp_path / "gone"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("old", "new", "what"), [(b"1", b"2", "changed"), (None, b"2", "was written"), (b"1", None, "is gone")]
)
def test_a_file_that_is_not_as_it_was_is_refused(
    tmp_path: Path, old: bytes | None, new: bytes | None, what: str
) -> None:
    path = tmp_path / "draft"
    if old is not None:
        path.write_bytes(old)
    before = seen([path])
    before.insist({})
    path.unlink(missing_ok=True)
    if new is not None:
        path.write_bytes(new)
    with pytest.raises(Refused, match=f"draft {what} meanwhile; nothing was written"):
        before.insist({path: b"3"})
    if new is not None:
        before.insist({path: new})


def nowhere(told: list[str]) -> Link:
    """A link to a PagerDuty that nobody reaches."""
    calls = Calls(PdpyrasPort("nobody", "http://127.0.0.1:9"), sleep=lambda _: None, clock=lambda: 0.0)
    return Link(calls, lambda _: None, told.append)


def test_a_push_beside_another_one_is_refused_before_it_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "PATIENCE_SECONDS", 0.01)
    told: list[str] = []
    with held(tmp_path, "push"):
        for apply in (push_apply, rollback_apply):
            with pytest.raises(Refused, match="still writing in this folder"):
                apply(tmp_path, period("2027-Q1"), nowhere(told), "a digest")
    assert told == [WAITING] * 2
