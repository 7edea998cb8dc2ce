"""Files that are whole or not there: atomic writes, and paths that ids cannot lead astray."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from watchbill.errors import Refused

_LONGEST_NAME = 200


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


def _replace(path: Path, content: bytes) -> None:
    """A temporary file in the same folder takes the place of the old one; modes follow the umask, as for any file."""
    beside = path.with_name(f".{secrets.token_hex(8)}.tmp")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        with suppress(FileNotFoundError):
            beside.unlink()
        raise


def file_name(name: str) -> str:
    """The name itself, if it is safe as one step of a path; Refused for `..`, `a/b`, dot files and the like."""
    bad = not name or name.startswith(".") or name != name.strip() or len(name.encode(errors="replace")) > _LONGEST_NAME
    if bad or not name.isprintable() or any(c in '/\\:*?"<>|' for c in name):
        raise Refused(f'"{name}" cannot be a file name. Use letters, digits, "-" and "_" in ids.')
    return name


def inside(folder: Path, *names: str) -> Path:
    """A path inside a folder, each name being one step of it; Refused for names that would lead out."""
    return folder.joinpath(*(file_name(name) for name in names))
