"""Feeds under speaking names, as `feeds write` has them: `people/<id>.ics`, `roles/<role>.ics` and `team.ics`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from watchbill.domain import Person
from watchbill.files import file_name, inside, write_atomically
from watchbill.publish.feeds.build import build
from watchbill.publish.feeds.feed import TEAM, Feed
from watchbill.publish.feeds.text import PRODID
from watchbill.results import Draft

_FOLDERS = {"person": "people", "role": "roles"}


def feeds(
    plans: Sequence[Draft],
    people: Mapping[str, Person],
    *,
    roles: Sequence[str] = (),
    made: Mapping[tuple[str, int], str] | None = None,
    since: datetime | None = None,
) -> dict[str, bytes]:
    """Relative path to bytes, for `build` with the same arguments; the swaps are left out."""
    built = build(plans, people, roles=roles, made=made, since=since)
    return {_path(feed): content for feed, content in built.items() if feed == TEAM or feed.kind in _FOLDERS}


def _path(feed: Feed) -> str:
    return "team.ics" if feed == TEAM else f"{_FOLDERS[feed.kind]}/{file_name(feed.id)}.ics"


def write(folder: Path, feeds_: Mapping[str, bytes]) -> tuple[str, ...]:
    """Writes feeds into a folder and removes those of ours that are not among them; returns what changed, sorted.

    Only files that differ are written. Files that are not ours, by their PRODID, are left alone.
    """
    changed = [name for name, content in feeds_.items() if write_atomically(inside(folder, *name.split("/")), content)]
    stale = [name for name in _ours(folder) if name not in feeds_]
    for name in stale:
        (folder / name).unlink(missing_ok=True)
    return tuple(sorted([*changed, *stale]))


def _ours(folder: Path) -> list[str]:
    paths = [folder / "team.ics", *folder.glob("people/*.ics"), *folder.glob("roles/*.ics")]
    return [path.relative_to(folder).as_posix() for path in paths if path.is_file() and _is_ours(path)]


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return f"PRODID:{PRODID}\r\n".encode() in file.read(1000)
