"""Feeds as files: in a folder, in fsspec's memory, and in stores made here that behave badly."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.registry import _registry, known_implementations

from builders import person
from drafts import plan, week
from watchbill.errors import Refused, WrongUsage
from watchbill.publish.feeds import PRODID, TEAM, Feed, build
from watchbill.publish.feeds.links import Links
from watchbill.publish.feeds.static import StoreFailed, shown, write

NAMES = Links(b"a feed key of tests, long enough", speaking=True)
FOREIGN = b"BEGIN:VCALENDAR\r\nPRODID:-//other//EN\r\nEND:VCALENDAR\r\n"
OURS = f"BEGIN:VCALENDAR\r\nPRODID:{PRODID}\r\nEND:VCALENDAR\r\n".encode()


def files(people: str = "ana bo", role: str = "primary", names: Links = NAMES) -> dict[str, bytes]:
    """Feeds by name, of people who have a week each."""
    known = {id_: person(id_) for id_ in people.split()}
    return {names.name(feed): content for feed, content in build([plan(*week(role, people))], known).items()}


def there(folder: Path) -> Mapping[str, bytes]:
    """Every file, by its path below a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


class Remote(MemoryFileSystem):
    """A store of its own, whose puts are not whole at once: it counts them, and can be told to fail."""

    protocol = "sftp"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    puts: ClassVar[list[tuple[str, dict[str, Any]]]] = []
    failing: ClassVar[BaseException | None] = None
    cachable = False

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return MemoryFileSystem._strip_protocol(re.sub(r"^[a-z0-9]+://", "memory://", path))

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **facts: Any) -> None:
        self.puts.append((path, facts))
        if self.failing:
            super().pipe_file(path, value[: len(value) // 2])
            raise self.failing
        super().pipe_file(path, value)

    def contents(self) -> dict[str, bytes]:
        return {path: self.cat_file(path) for path in sorted(self.store)}


@pytest.fixture
def memory() -> Iterator[MemoryFileSystem]:
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


@pytest.fixture(params=["sftp", "s3"])
def remote(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Remote:
    """A store under a scheme of its own, and one that stands for an object store."""
    return stored(request.param, monkeypatch)


def stored(scheme: str, monkeypatch: pytest.MonkeyPatch) -> Remote:
    monkeypatch.setitem(_registry, scheme, Remote)
    monkeypatch.setattr(Remote, "store", {})
    monkeypatch.setattr(Remote, "puts", [])
    monkeypatch.setattr(Remote, "failing", None)
    system = Remote()
    system.scheme = scheme
    return system


# ---------------------------------------------------------------------------------------------------------- folder


def test_speaking_names_lie_in_folders(tmp_path: Path) -> None:
    done = write(str(tmp_path / "out"), files())
    assert done.changed == ("people/ana.ics", "people/bo.ics", "roles/primary.ics", "swaps.ics", "team.ics")
    assert there(tmp_path / "out") == files()


def test_feeds_are_written_once_and_left_alone_after(tmp_path: Path) -> None:
    write(str(tmp_path), files())
    os.utime(tmp_path / "team.ics", (1, 1))
    again = write(str(tmp_path), files())
    assert (again.changed, again.removed) == ((), ())
    assert (tmp_path / "team.ics").stat().st_mtime == 1


def test_a_change_touches_the_files_that_differ_only(tmp_path: Path) -> None:
    write(str(tmp_path), files())
    changed = files() | {"people/bo.ics": OURS}
    assert write(str(tmp_path), changed).changed == ("people/bo.ics",)


def test_feeds_that_are_over_go_and_foreign_files_stay(tmp_path: Path) -> None:
    write(str(tmp_path), files("ana bo", role="shadow"))
    mine = {"people/zoe.ics": FOREIGN, "index.html": b"mine", "deep/er/team.ics": OURS, "notes.txt": OURS}
    for name, content in mine.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    done = write(str(tmp_path), files("bo"))
    assert done.removed == ("people/ana.ics", "roles/shadow.ics")
    assert there(tmp_path) == dict(sorted((files("bo") | mine).items()))


def test_turning_secrets_on_takes_speaking_names_away(tmp_path: Path) -> None:
    write(str(tmp_path), files())
    secret = Links(NAMES.secret, public=frozenset({TEAM}))
    write(str(tmp_path), files(names=secret))
    left = list(there(tmp_path))
    assert len(left) == 5
    assert [name for name in left if not re.fullmatch(r"[\w-]{43}\.ics", name)] == ["team.ics"]
    assert secret.name(Feed("person", "ana")) in left


def test_a_run_that_was_cut_off_is_mended_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(str(tmp_path), files("ana bo"))
    before = there(tmp_path)
    replace, calls = os.replace, []

    def cut(*paths: Any) -> None:
        calls.append(paths)
        if len(calls) == 2:
            raise KeyboardInterrupt
        replace(*paths)

    monkeypatch.setattr(os, "replace", cut)
    with pytest.raises(KeyboardInterrupt):
        write(str(tmp_path), files("bo ana"))
    between = there(tmp_path)
    assert all(content in (before[name], files("bo ana")[name]) for name, content in between.items())
    assert between not in (before, files("bo ana"))
    (tmp_path / f".{'0' * 16}.tmp").write_bytes(OURS)
    monkeypatch.setattr(os, "replace", replace)
    write(str(tmp_path), files("bo ana"))
    assert there(tmp_path) == files("bo ana")


def test_a_folder_that_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(Refused, match=r"a feed cannot be written into .*/file: File exists") as caught:
        write(str(tmp_path / "file"), files())
    assert "ics" not in str(caught.value)


def test_an_address_of_a_file_is_a_folder(tmp_path: Path) -> None:
    write(f"file://{tmp_path}/out", files())
    assert there(tmp_path / "out") == files()


# ----------------------------------------------------------------------------------------------------------- store


def test_a_store_holds_the_same_bytes(memory: MemoryFileSystem) -> None:
    write("memory://bucket/feeds", files())
    assert {path: memory.cat_file(path) for path in memory.store} == {
        f"/bucket/feeds/{name}": content for name, content in files().items()
    }


def test_a_store_is_written_only_where_it_differs(remote: Remote) -> None:
    write(f"{remote.scheme}://bucket/feeds/", files())
    Remote.puts.clear()
    again = write(f"{remote.scheme}://bucket/feeds", files() | {"people/bo.ics": OURS})
    assert again.changed == ("people/bo.ics",)
    assert len(Remote.puts) == 1


def test_a_store_loses_feeds_that_are_over_and_keeps_what_is_not_ours(remote: Remote) -> None:
    write(f"{remote.scheme}://bucket/feeds", files("ana bo"))
    mine = {"/bucket/feeds/people/zoe.ics": FOREIGN, "/bucket/feeds/index.html": b"mine", "/bucket/team.ics": OURS}
    for path, content in mine.items():
        remote.pipe_file(path, content)
    assert write(f"{remote.scheme}://bucket/feeds", files("bo")).removed == ("people/ana.ics",)
    wanted = {f"/bucket/feeds/{name}": content for name, content in files("bo").items()}
    assert remote.contents() == dict(sorted((wanted | mine).items()))


def test_stores_that_show_half_a_file_get_it_beside_first(remote: Remote) -> None:
    write(f"{remote.scheme}://bucket/feeds", {"team.ics": OURS})
    (path, facts), *_ = Remote.puts
    if remote.scheme == "s3":
        assert (path, facts) == ("/bucket/feeds/team.ics", {"ContentType": "text/calendar; charset=utf-8"})
    else:
        assert re.fullmatch(r"/bucket/feeds/\.[0-9a-f]{16}\.tmp", path)
    assert remote.contents() == {"/bucket/feeds/team.ics": OURS}


def test_a_failing_store_is_told_without_its_secrets(remote: Remote) -> None:
    Remote.failing = RuntimeError("key AKIA123 may not put /bucket/feeds/token.ics")
    with pytest.raises(StoreFailed, match=r"did not do what was asked \(RuntimeError\).*run it again") as caught:
        write(f"{remote.scheme}://bucket/feeds", files())
    assert caught.value.exit_code == 4
    assert caught.value.__suppress_context__
    assert "AKIA" not in str(caught.value)


def test_ctrl_c_in_a_slow_store_leaves_no_half_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    stored("sftp", monkeypatch)
    Remote.failing = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        write("sftp://bucket/feeds", files())
    Remote.failing = None
    assert Remote().contents() == {}


# --------------------------------------------------------------------------------------------------------- targets


@pytest.mark.parametrize(("target", "remedy"), [
    ("sfpt://bucket", 'Did you mean "sftp"?'),
    ("nonsense://x", "Name a folder, or a store"),
    ("https://example.com/feeds", "can be read only"),
    ("webcal://example.com/feeds", "can be read only"),
])  # fmt: skip
def test_what_cannot_be_written_to_is_wrong_usage(target: str, remedy: str) -> None:
    with pytest.raises(WrongUsage, match=re.escape(remedy)):
        write(target, files())


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"class": "no_such_driver.FileSystem", "err": "Install it"}
    monkeypatch.setitem(known_implementations, "nodriver", known)
    with pytest.raises(Refused, match="Run: pip install no_such_driver"):
        write("nodriver://bucket", files())


def test_a_password_in_an_address_is_not_told() -> None:
    assert shown("ftp://ana:secret@example.com/feeds") == "ftp://…@example.com/feeds"
    assert shown("s3://bucket/feeds") == "s3://bucket/feeds"
