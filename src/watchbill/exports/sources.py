"""Where exports come from: one file, a folder of them, or a zip file such as Google's. Reading is bounded."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from watchbill.errors import InputError, Mistake, Place, Refused
from watchbill.exports.content import MOST_BYTES
from watchbill.texts import printable

MOST_FILES = 500
MOST_IN_ALL = 64_000_000
_ZIP = b"PK\x03\x04"
_FEWER = "Put only the calendars with the leave there, and import again."


@dataclass(frozen=True, slots=True)
class Source:
    """One export: how messages call it, its name without the ending, and its bytes."""

    file: str
    stem: str
    data: bytes = field(repr=False)


def sources(path: Path) -> tuple[Source, ...]:
    """Every export at a path, in order of name; InputError or Refused where there is none, or far too much."""
    if not path.is_dir():
        return _opened(path)
    files = sorted(one for one in path.iterdir() if one.suffix.lower() in {".ics", ".zip"} and one.is_file())
    if not files:
        raise Refused(f"there is no .ics file in {path}. Name the folder or the file that holds the exports.")
    if len(files) > MOST_FILES:
        raise Refused(f"{path} holds {len(files)} files, more than {MOST_FILES}. {_FEWER}")
    found = tuple(source for file in files for source in _opened(file))
    _bounded(str(path), sum(len(source.data) for source in found))
    return found


def _opened(path: Path) -> tuple[Source, ...]:
    name = printable(str(path))
    try:
        with path.open("rb") as file:
            head = file.read(4)
            file.seek(0)
            data = file.read((MOST_IN_ALL if head == _ZIP else MOST_BYTES) + 1)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise Refused(f"{name} cannot be read: {reason}. Name a file or folder of .ics exports.") from None
    return tuple(_unzipped(name, data)) if head == _ZIP else (Source(name, path.stem, data),)


def _unzipped(name: str, data: bytes) -> Iterator[Source]:
    """The calendars in a zip file."""
    _bounded(name, len(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [one for one in archive.infolist() if one.filename.lower().endswith(".ics")]
            if not members or len(members) > MOST_FILES:
                raise InputError([Mistake(Place(name), _odd_count(len(members)))])
            total = 0
            for member in sorted(members, key=lambda one: one.filename):
                with archive.open(member) as file:
                    content = file.read(MOST_BYTES + 1)
                total += len(content)
                _bounded(name, total)
                yield Source(f"{name}/{printable(member.filename)}", PurePosixPath(member.filename).stem, content)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError, zlib.error):
        sentence = "this zip file cannot be read: it is damaged or locked. Unzip it, and name the .ics files in it."
        raise InputError([Mistake(Place(name), sentence)]) from None


def _odd_count(count: int) -> str:
    if count:
        return f"this zip file holds {count} calendars, more than {MOST_FILES}. {_FEWER}"
    return "there is no .ics file in this zip file. Export the calendar again, as .ics."


def _bounded(name: str, size: int) -> None:
    if size > MOST_IN_ALL:
        sentence = f"these exports are larger than {MOST_IN_ALL // 1_000_000} MB together. {_FEWER}"
        raise InputError([Mistake(Place(name), sentence)])
