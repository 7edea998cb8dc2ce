"""Files that are whole or not there: atomic writes, and paths that ids cannot lead astray."""

import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from watchbill.errors import Refused

_LONGEST_NAME = 200
_LONGEST_SECRET = 4096
_OURS_ALONE = b"# What is in here stays on this machine.\n*\n"


def write_atomically(path: Path, content: bytes) -> bool:
    """Writes a file so that readers see the old or the new bytes, never a mixture; says whether anything changed.

    Equal bytes are left alone, so that time stamps tell of changes only. Missing folders are made. Raises Refused
    where the disk says no; then the old file is intact and nothing is left beside it.
    """
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror or error}. Mend that and run it again.") from error
    return True


def write_together(files: Mapping[Path, bytes]) -> None:
    """Writes some files whole, all or none: each stands beside its old one first, then they take their places at once.

    Where one cannot, those before it are put back. Refused as for `write_atomically`.
    """
    at = next(iter(files), Path())
    old: dict[Path, bytes | None] = {}
    try:
        with ExitStack() as stack:
            new = {}
            for at, content in files.items():
                at.parent.mkdir(parents=True, exist_ok=True)
                new[at] = stack.enter_context(_beside(at, content, 0o666))
            for at, beside in new.items():
                known = at.read_bytes() if at.is_file() else None
                os.replace(beside, at)
                old[at] = known
    except OSError as error:
        _put_back(old)
        raise Refused(f"{at} cannot be written: {error.strerror or error}. Mend that and run it again.") from error


def _put_back(old: Mapping[Path, bytes | None]) -> None:
    for path, content in old.items():
        if content is None:
            path.unlink()
        else:
            _replace(path, content)


def _replace(path: Path, content: bytes, mode: int = 0o666) -> None:
    """A temporary file in the same folder takes the place of the old one; modes follow the umask, as for any file."""
    with _beside(path, content, mode) as new:
        os.replace(new, path)


@contextmanager
def _beside(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """A whole file on disk, in the same folder, that is gone afterwards unless it was moved."""
    beside = path.with_name(f".{secrets.token_hex(8)}.tmp")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield beside
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()


def file_name(name: str) -> str:
    """The name itself, if it is safe as one step of a path; Refused for `..`, `a/b`, dot files and the like."""
    bad = not name or name.startswith(".") or name != name.strip() or len(name.encode(errors="replace")) > _LONGEST_NAME
    if bad or not name.isprintable() or any(c in '/\\:*?"<>|' for c in name):
        raise Refused(f'"{name}" cannot be a file name. Use letters, digits, "-" and "_" in ids.')
    return name


def inside(folder: Path, *names: str) -> Path:
    """A path inside a folder, each name being one step of it; Refused for names that would lead out."""
    return folder.joinpath(*(file_name(name) for name in names))


# --------------------------------------------------------------------------------------------------------- private


def write_private(path: Path, content: bytes, *, fresh: bool = False) -> bool:
    """Writes a file that only its owner can read, in a folder that git ignores; says whether it was written.

    `fresh`: a file that is there already stays as it is, whoever makes one at the same time. Refused where the disk
    says no; then the old file is intact.
    """
    try:
        make_private(path.parent)
        if fresh:
            return _first(path, content)
        _replace(path, content, 0o600)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror or error}. Mend that and run it again.") from error
    return True


def make_private(folder: Path) -> None:
    """Makes a folder inside one that is there, which git ignores and only its owner can read. OSError if it cannot."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, exist_ok=True)
    if not (folder / ".gitignore").exists():
        write_atomically(folder / ".gitignore", _OURS_ALONE)


def _first(path: Path, content: bytes) -> bool:
    """A link does not take the place of a file that is there, and shows a whole one."""
    with _beside(path, content, 0o600) as new:
        try:
            os.link(new, path)
        except FileExistsError:
            return False
    return True


def read_private(folder: Path, name: str, *, variable: str, how: str) -> str | None:
    """The text of a private file of a folder, stripped; None if it is not there. Refused if others can read it.

    `variable` of the environment may hold the same, `how` says how to come by it: both for the remedies.
    """
    path = folder / name
    if not path.exists() and not path.is_symlink():
        return None
    try:
        _insist_private(path, folder, name, how)
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise Refused(f"{name} cannot be read: {reason}. Mend that, or set {variable}.") from None


def _insist_private(path: Path, folder: Path, name: str, how: str) -> None:
    if not path.resolve().is_relative_to(folder.resolve()):
        raise Refused(f"{name} leads out of the team's folder. Put the key itself there.")
    found = path.stat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > _LONGEST_SECRET:
        raise Refused(f"{name} is no file with a key. {how}")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise Refused(f"Others can read {name}. Run: chmod 600 {name} (and make a new key if they may have).")
