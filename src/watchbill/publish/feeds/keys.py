"""The feed key: the one secret that all links are made with, from the environment or a private file of the team."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from watchbill.errors import Refused
from watchbill.files import read_private, write_private

KEY = "WATCHBILL_FEED_KEY"
FILE = ".watchbill/feed.key"
SHORTEST = 32

MAKE = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
_HOW = f"Set {KEY}, or get the key from a colleague into {FILE} and run: chmod 600 {FILE}"


def said(environ: Mapping[str, str]) -> bytes | None:
    """The key that the environment holds, if any. Refused for one that could be guessed; it is not quoted."""
    found = environ.get(KEY, "").strip()
    return _strong(found, KEY) if found else None


def kept(folder: Path) -> bytes | None:
    """The key in a team's folder, if any. Refused if others can read it, or it is none."""
    found = read_private(folder, FILE, variable=KEY, how=_HOW)
    return None if found is None else _strong(found, FILE)


def make(folder: Path) -> bytes:
    """The key of a folder that had none. Whoever makes one at the same time, all get the same."""
    write_private(folder / FILE, _new(), fresh=True)
    found = kept(folder)
    if found is None:
        raise Refused(f"{FILE} was removed while it was made. Run it again.")
    return found


def make_anew(folder: Path) -> bytes:
    """A new key in place of the one that was there, whatever that was."""
    new = _new()
    write_private(folder / FILE, new)
    return new.strip()


def _new() -> bytes:
    return f"{secrets.token_urlsafe(32)}\n".encode()


def _strong(key: str, source: str) -> bytes:
    if len(key) < SHORTEST or not key.isascii() or not key.isprintable() or len(set(key)) < SHORTEST // 4:
        raise Refused(
            f"{source} is no feed key: it could be guessed. Keys are {SHORTEST} random characters or more; {MAKE}"
        )
    return key.encode()
