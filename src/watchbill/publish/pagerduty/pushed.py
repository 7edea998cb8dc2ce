"""What pushes wrote, from the files that keep it: `plans/<period>.push.json`."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from watchbill.errors import InputError
from watchbill.files import inside
from watchbill.periods import Period, period
from watchbill.publish.pagerduty import nodes
from watchbill.publish.pagerduty.entries import Held
from watchbill.publish.pagerduty.journal import PushFile, decode
from watchbill.publish.pagerduty.marks import mark_of
from watchbill.publish.pagerduty.memory import doings
from watchbill.publish.pagerduty.terms import AnySchedule, Schedule

_END = ".push.json"


def push_path(folder: Path, of: Period) -> Path:
    """Where it is kept what a push wrote."""
    return inside(folder / "plans", f"{of}{_END}")


def push_file(folder: Path, of: Period) -> PushFile | None:
    """What a push of a period's plan wrote; None where there is no such file, InputError where it is not whole."""
    path = push_path(folder, of)
    return decode(f"plans/{path.name}", path.read_bytes()) if path.is_file() else None


def accepted(folder: Path, periods: Iterable[Period]) -> frozenset[str]:
    """The marks of what others have in schedules, and a push of any of some periods was allowed to leave there."""
    found: set[str] = set()
    for of in periods:
        with suppress(InputError):
            if file := push_file(folder, of):
                found |= {mark for written in file.written for mark in written.foreign}
                found |= {mark for doing in (file.pending.targets if file.pending else ()) for mark in doing.foreign}
    return frozenset(found)


def was_pushed(
    file: PushFile | None, of: Period, role: str, seat: int, state: AnySchedule | None, ours: Callable[[Held], bool]
) -> bool:
    """Whether a plan was ever written to the schedule of a seat, and not rolled back since.

    Where no push file tells: by the names of layers, or by an override or custom shift that stands there exactly as
    one that would have been written: `ours` knows those.
    """
    if file and (written := file.of(role, seat)):
        return written.rolled_back is None
    if file and any(doing.done for doing in doings(file, role, seat)):
        return True
    if state is None:
        return False
    if not isinstance(state, Schedule):
        return any(map(ours, state.shifts))
    marks = [mark_of(layer.name) for layer in state.layers]
    return any(mark and mark.period == of.name for mark in marks) or any(map(ours, state.overrides))


# ----------------------------------------------------------------------------------------------------------- pages


def pages(folder: Path) -> Mapping[tuple[str, int], str]:
    """The page in PagerDuty of each role and seat that was pushed, as the latest period's push found it.

    Asks nobody: only what files keep. What cannot be read, or was kept before pages were, is left out.
    """
    out: dict[tuple[str, int], str] = {}
    for node in _nodes(folder):
        out |= _pages_of(node)
    return out


def _nodes(folder: Path) -> Iterator[Any]:
    """The contents of the push files, in order of their periods."""
    files: list[tuple[Period, Path]] = []
    for path in (folder / "plans").glob(f"*{_END}"):
        with suppress(ValueError):
            files.append((period(path.name.removesuffix(_END)), path))
    for _, path in sorted(files, key=lambda one: one[0].dates):
        with suppress(OSError, ValueError, RecursionError):
            yield json.loads(path.read_bytes())


def _pages_of(node: Any) -> Iterator[tuple[tuple[str, int], str]]:
    written = node.get("written") if isinstance(node, dict) else None
    for one in written if isinstance(written, list) else ():
        url = nodes.web_page(one.get("url")) if isinstance(one, dict) else None
        if url and isinstance(one.get("role"), str):
            seats = one.get("seats")
            listed = seats if isinstance(seats, list) and seats else [one.get("seat")]
            yield from (((one["role"], seat), url) for seat in listed if isinstance(seat, int))
