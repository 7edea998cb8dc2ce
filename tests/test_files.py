import os
from pathlib import Path

import pytest

from watchbill.errors import Refused
from watchbill.files import file_name, inside, write_atomically, write_together


def test_a_file_is_written_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "plans" / "history" / "a.json"
    assert write_atomically(path, b"one") is True
    assert path.read_bytes() == b"one"


def test_equal_bytes_leave_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_atomically(path, b"one")
    os.utime(path, (1, 1))
    assert write_atomically(path, b"one") is False
    assert path.stat().st_mtime == 1
    assert write_atomically(path, b"two") is True
    assert path.read_bytes() == b"two"


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    write_atomically(path, b"one")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="cannot be written: No space left on device"):
        write_atomically(path, b"two")
    assert path.read_bytes() == b"one"
    assert [found.name for found in tmp_path.iterdir()] == ["a"]


def test_a_folder_in_the_way_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(Refused, match="cannot be written"):
        write_atomically(tmp_path / "a", b"one")
    assert [found.name for found in tmp_path.iterdir()] == ["a"]


def test_files_are_readable_as_any_other_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    write_atomically(tmp_path / "a", b"one")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "a\\b", "/etc", ".hidden", "a\x00b", "a\nb", "x" * 300, "c:", " a", "\ud800"]
)
def test_names_that_could_lead_astray_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match="cannot be a file name"):
        inside(tmp_path, "people", name)


@pytest.mark.parametrize("name", ["ana.ics", "2027-Q1.json", "2027-01-04..2027-04-04.json", "josé", "a b"])
def test_ordinary_names_stay_as_they_are(name: str) -> None:
    assert file_name(name) == name


def test_files_that_belong_together_are_all_written_or_none(tmp_path: Path) -> None:
    old, new, wrong = tmp_path / "old", tmp_path / "in" / "new", tmp_path / "wrong"
    old.write_bytes(b"as it was")
    wrong.mkdir()
    with pytest.raises(Refused, match="wrong cannot be written"):
        write_together({old: b"other", new: b"first", wrong: b""})
    assert (old.read_bytes(), new.exists()) == (b"as it was", False)
    write_together({old: b"other", new: b"first"})
    assert (old.read_bytes(), new.read_bytes()) == (b"other", b"first")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in", "new", "old", "wrong"]
