"""One writer of a folder at a time, among all processes: held only while something is compared and written.

Whoever only reads needs no lock, since files are whole at any time. The lock ends with its process, however that ends.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from watchbill.errors import Refused
from watchbill.files import make_private

FOLDER = ".watchbill"
PATIENCE_SECONDS = 10.0
WAITING = "waiting for another watchbill that is writing in this folder …"

Told = Callable[[str], None]
Work = Literal["writing", "feeds", "push"]


def silently(_: str) -> None:
    """Tells nobody."""


@contextmanager
def one_writer(folder: Path, told: Told = silently, work: Work = "writing") -> Iterator[None]:
    """Nobody else who asks does the same work in a folder as long as this lasts; the same thread may ask again.

    Waits some seconds for whoever is at it, which `told` hears of. Refused if that is not enough, or if the folder
    cannot be written. The folder must be there; the lock is a file in its private part.
    """
    from filelock import FileLock, Timeout

    path = folder / FOLDER / f"{work}.lock"
    try:
        make_private(path.parent)
        lock = FileLock(path.resolve(), is_singleton=True)
        _acquire(lock.acquire, Timeout, told)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror or error}. Mend that and run it again.") from error
    try:
        yield
    finally:
        lock.release()


def _acquire(acquire: Callable[..., object], too_long: type[OSError], told: Told) -> None:
    try:
        acquire(timeout=0)
    except too_long:
        told(WAITING)
        try:
            acquire(timeout=PATIENCE_SECONDS)
        except too_long:
            raise Refused(
                "another watchbill is still writing in this folder, so nothing was written. Run it again once that has "
                "ended."
            ) from None


# ----------------------------------------------------------------------------------------------------------- seen


@dataclass(frozen=True, slots=True)
class Seen:
    """Files as they were when they were read, by path; None: there was none."""

    files: Mapping[Path, bytes | None]

    def insist(self, new: Mapping[Path, bytes]) -> None:
        """Refused where a file is not as it was any more, unless it is what is to be written anyway."""
        for path, old in self.files.items():
            there = _content(path)
            if there not in {old, new.get(path, old)}:
                what = "is gone" if there is None else "was written" if old is None else "changed"
                raise Refused(f"{path} {what} meanwhile; nothing was written. Look at it, and run the same again.")


def seen(paths: Iterable[Path]) -> Seen:
    """Files as they are now. To be asked for before they are read, so that no change falls between."""
    return Seen({path: _content(path) for path in paths})


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
