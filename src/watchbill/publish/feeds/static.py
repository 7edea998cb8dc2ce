"""Feeds as files: in a folder, or in a store that fsspec reaches, such as `s3://bucket/feeds`.

Readers see old or new files, never half of one. Files that are not ours, by their PRODID, are left alone.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar

import fsspec

from watchbill.errors import Refused, WatchbillError, WrongUsage, did_you_mean
from watchbill.files import inside, write_atomically
from watchbill.publish.feeds.links import ENDING
from watchbill.publish.feeds.text import PRODID

T = TypeVar("T")

FOLDERS = ("", "people/", "roles/")
LOCAL = frozenset({"file", "local"})
WEB = frozenset({"http", "https", "webcal"})
# Stores that show what is put only once it is whole, and how they are told what kind of file it is.
WHOLE: Mapping[str, Mapping[str, str]] = {
    "s3": {"ContentType": "text/calendar; charset=utf-8"},
    "s3a": {"ContentType": "text/calendar; charset=utf-8"},
    "gs": {"content_type": "text/calendar; charset=utf-8"},
    "gcs": {"content_type": "text/calendar; charset=utf-8"},
    "abfs": {},
    "az": {},
    "memory": {},
}

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://")
_LEFT = re.compile(r"\.[0-9a-f]{16}\.tmp")
_MARK = f"PRODID:{PRODID}\r\n".encode()
_HEAD = 1000
_PACKAGES = {"smbclient": "smbprotocol"}


class StoreFailed(WatchbillError):
    """A store refused or did not answer. The sentence has neither keys nor tokens."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Written:
    """What changed at a place: names that were written, and names of ours that are gone."""

    where: str
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def write(target: str, files: Mapping[str, bytes]) -> Written:
    """Makes a folder or a store hold exactly these of our files; what is equal already is not touched.

    New files come first and old ones go last; a run that was cut off is mended by the next. `target` is a path or an
    address that fsspec knows. WrongUsage for another, Refused where a folder cannot be written, StoreFailed where a
    store says no.
    """
    place = _place(target)
    there = place.names()
    changed = [name for name, content in files.items() if place.put(name, content)]
    stale = [name for name in there if name not in files and place.is_ours(name)]
    for name in stale:
        place.drop(name)
    return Written(shown(target), tuple(sorted(changed)), tuple(sorted(stale)))


def shown(target: str) -> str:
    """A target as it may be told: without a name and a password in it."""
    return re.sub(r"://[^/@]*@", "://…@", target)


class _Place(Protocol):
    """Where files go. Names are paths below it, with `/`."""

    def names(self) -> list[str]:
        """What is there and may be ours, by its name."""

    def is_ours(self, name: str) -> bool:
        """Whether we wrote a file, by what it begins with."""

    def put(self, name: str, content: bytes) -> bool:
        """Writes a file unless it is there with the same bytes; whether it did."""

    def drop(self, name: str) -> None:
        """Removes a file."""


def _place(target: str) -> _Place:
    match = _SCHEME.match(target.lower())
    if match is None:
        return _Folder(Path(target))
    scheme = match[1]
    if scheme in WEB:
        raise WrongUsage(f"{scheme}:// can be read only. Name a folder, or a store such as s3://bucket/feeds.")
    if scheme not in fsspec.available_protocols():
        hint = did_you_mean(scheme, fsspec.available_protocols()) or "Name a folder, or a store: s3://bucket/feeds."
        raise WrongUsage(f"nothing here can write to {scheme}://. {hint}")
    system, root = _opened(target, scheme)
    return _Folder(Path(root)) if scheme in LOCAL else _Store(system, root, scheme)


def _opened(target: str, scheme: str) -> tuple[Any, str]:
    try:
        system, root = _asked(lambda: fsspec.url_to_fs(target))
    except ImportError as error:
        missing = getattr(error.__cause__, "name", None) or getattr(error, "name", None) or f"fsspec[{scheme}]"
        package = _PACKAGES.get(missing, missing)
        raise Refused(f"{scheme}:// needs a package that is not installed. Run: pip install {package}") from None
    return system, str(root)


def _candidate(name: str) -> bool:
    """Whether a name is one that we give, or what a run that was cut off may have left."""
    folder, slash, leaf = name.rpartition("/")
    return folder + slash in FOLDERS and (leaf.endswith(ENDING) or _LEFT.fullmatch(leaf) is not None)


# ---------------------------------------------------------------------------------------------------------- folder


@dataclass(frozen=True, slots=True)
class _Folder:
    path: Path

    def names(self) -> list[str]:
        found = (path for below in FOLDERS for path in (self.path / below).glob("*"))
        names = ((path.relative_to(self.path).as_posix(), path) for path in found)
        return sorted(name for name, path in names if _candidate(name) and path.is_file())

    def is_ours(self, name: str) -> bool:
        try:
            with (self.path / name).open("rb") as file:
                return _MARK in file.read(_HEAD)
        except OSError:
            return False

    def put(self, name: str, content: bytes) -> bool:
        path = inside(self.path, *name.split("/"))
        try:
            return write_atomically(path, content)
        except Refused as error:
            raise self._refused("a feed cannot be written into", error.__cause__) from None

    def drop(self, name: str) -> None:
        try:
            (self.path / name).unlink(missing_ok=True)
        except OSError as error:
            raise self._refused("a feed that is over cannot be removed from", error) from None

    def _refused(self, what: str, error: object) -> Refused:
        """Names of files are secrets, and so not told."""
        reason = (error.strerror if isinstance(error, OSError) else None) or "unknown reason"
        return Refused(f"{what} {self.path}: {reason}. Mend that and run it again.")


# ----------------------------------------------------------------------------------------------------------- store


class _Store:
    def __init__(self, system: Any, root: str, scheme: str) -> None:
        self._system = system
        self._root = root.rstrip("/")
        self._scheme = scheme

    def names(self) -> list[str]:
        return sorted(filter(_candidate, self._sizes))

    def is_ours(self, name: str) -> bool:
        return _MARK in _asked(lambda: self._system.cat_file(self._at(name), start=0, end=_HEAD))

    def put(self, name: str, content: bytes) -> bool:
        if self._sizes.get(name) == len(content) and self._read(name) == content:
            return False
        _asked(lambda: self._write(name, content))
        return True

    def drop(self, name: str) -> None:
        _asked(lambda: self._system.rm_file(self._at(name)))

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"

    @cached_property
    def _sizes(self) -> Mapping[str, int]:
        """Sizes of the files that are there, by name, before anything is written."""
        start = len(self._root) + 1
        found = _asked(self._found)
        return {path[start:]: int(about.get("size") or 0) for path, about in found.items()}

    def _found(self) -> Mapping[str, Mapping[str, Any]]:
        try:
            self._system.invalidate_cache()
            found: Mapping[str, Mapping[str, Any]] = self._system.find(self._root, maxdepth=2, detail=True)
        except FileNotFoundError:
            return {}
        return found

    def _read(self, name: str) -> bytes:
        content: bytes = _asked(lambda: self._system.cat_file(self._at(name)))
        return content

    def _write(self, name: str, content: bytes) -> None:
        """Puts a file in its place at once; where a put could be seen half done, beside it first."""
        if self._scheme in WHOLE:
            self._system.pipe_file(self._at(name), content, **WHOLE[self._scheme])
            return
        folder = self._at(name).rpartition("/")[0]
        self._system.makedirs(folder, exist_ok=True)
        beside = f"{folder}/.{secrets.token_hex(8)}.tmp"
        try:
            self._system.pipe_file(beside, content)
            self._system.mv(beside, self._at(name))
        except BaseException:
            with suppress(Exception):
                self._system.rm_file(beside)
            raise


def _asked(call: Callable[[], T]) -> T:
    """What a store answers. Drivers raise what they like, and may quote keys and paths: only the kind is told."""
    try:
        return call()
    except ImportError:
        raise
    except Exception as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise StoreFailed(
            f"the store did not do what was asked ({reason}). Look at its address and your rights there, and run it "
            "again: what was written stands, and the rest follows."
        ) from None
