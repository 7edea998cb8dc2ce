"""From a team's folder to its feeds: published plans, people, links and options become files by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from watchbill import workspace
from watchbill.domain import Person
from watchbill.errors import Refused
from watchbill.files import write_atomically, write_private
from watchbill.locking import Told, one_writer, silently
from watchbill.publish import feeds as publisher
from watchbill.publish.feeds import TEAM, Feed, Options, keys
from watchbill.publish.feeds.links import Links, fingerprint
from watchbill.publish.pagerduty import pushed
from watchbill.results import Draft
from watchbill.texts import printable
from watchbill.times import wall, zone
from watchbill.workspace import Workspace, plans, register

PAST = timedelta(days=90)

_WATCHED = ("team.yaml", register.NAME, ".watchbill/feed.key", "availability/*", "plans/*.json", "plans/history/*.json")


@dataclass(frozen=True, slots=True)
class Link:
    """Where a feed is found: `name` is the last step of its address, `url` the whole one or None if none is set up."""

    feed: Feed
    whose: str
    name: str
    url: str | None
    public: bool


@dataclass(frozen=True, slots=True)
class Board:
    """All feeds that live now. `files` has what is written and served: names of `links` to the bytes behind them."""

    team: str
    links: tuple[Link, ...]
    files: Mapping[str, bytes]


def board(folder: Path, secret: bytes, *, now: datetime) -> Board:
    """The feeds of a team's folder under a feed key: 90 days back, and on to the end of what is published.

    Without a published plan there are no links and no files. Feeds of people who are not in the team, or whose last
    day is over, are not among them. InputError with every mistake in a file; Refused where the register of links,
    `feeds.json`, speaks of another key.
    """
    team = workspace.read(folder)
    published = plans.read_plans(folder)
    names = _names(folder, team, secret)
    if not published:
        return Board(team.team, (), {})
    built = _built(folder, team, published, now)
    living = {feed: content for feed, content in built.items() if _lives(feed, team, now)}
    links = tuple(_link(feed, team, names) for feed in living)
    return Board(team.team, links, {link.name: living[link.feed] for link in links})


def state(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of change (ns) of every file that `board` reads: equal while nothing was touched.

    Which feeds there are depends on the day, too: make a new board when a day in UTC begins.
    """
    found = []
    for path in sorted(path for pattern in _WATCHED for path in folder.glob(pattern)):
        try:
            seen = path.stat()
        except OSError:
            continue
        found.append((path.relative_to(folder).as_posix(), seen.st_size, seen.st_mtime_ns))
    return tuple(found)


# ----------------------------------------------------------------------------------------------------------- write

FOLDER = "feeds"
LIST = ".watchbill/feeds.txt"


@dataclass(frozen=True, slots=True)
class Written:
    """What `write` did: where the files are, all links, those whose file changed, and how many old files are gone."""

    where: str
    links: tuple[Link, ...]
    changed: tuple[Link, ...]
    removed: int
    listed: Path


def write(folder: Path, secret: bytes, target: str | None = None, *, now: datetime, told: Told = silently) -> Written:
    """Makes a folder or a store hold the feeds, `feeds/` of the team's folder if no target is given.

    Only files that differ are written; files of feeds that are over go. The list of links is kept in `.watchbill/`.
    `told` hears if feeds are being written already: a store takes a while, and holds up nothing else.
    """
    with one_writer(folder, told, "feeds"):
        return _written(folder, secret, target, now)


def _written(folder: Path, secret: bytes, target: str | None, now: datetime) -> Written:
    from watchbill.publish.feeds import static

    found = published(folder, secret, now=now)
    if target is None:
        _ignore(folder / FOLDER, found)
    done = static.write(target if target is not None else str(folder / FOLDER), found.files)
    write_private(folder / LIST, _listed(found))
    where = static.shown(target) if target is not None else str(folder / FOLDER)
    changed = tuple(link for link in found.links if link.name in done.changed)
    return Written(where, found.links, changed, len(done.removed), folder / LIST)


def published(folder: Path, secret: bytes, *, now: datetime) -> Board:
    """The board of a folder that has one. Refused where nothing is published yet."""
    found = board(folder, secret, now=now)
    if not found.links:
        raise Refused("nothing is published yet. Plan and publish a period first: watchbill plan, watchbill publish")
    return found


def _ignore(folder: Path, found: Board) -> None:
    """File names that are secrets have no place in git."""
    if not all(link.public for link in found.links):
        write_atomically(folder / ".gitignore", b"# The names of these files are secrets.\n*\n")


def _listed(found: Board) -> bytes:
    rows = [f"{link.feed.key}\t{printable(link.whose)}\t{link.url or link.name}\n" for link in found.links]
    return "".join(["# Feed, whose it is, link. Whoever knows a link can read the feed.\n", *rows]).encode()


# ------------------------------------------------------------------------------------------------------------- key


def secret(folder: Path, environ: Mapping[str, str], told: Told = silently) -> bytes:
    """The feed key: from the environment, else the team's private file; made on first need, and registered.

    Empty where `secrets: false` needs none. Refused for a clone without the key of the register, or with another one.
    """
    if not workspace.read(folder).feeds.secrets:
        return b""
    known = register.read(folder)
    if known is None:
        with one_writer(folder, told):
            return _first_secret(folder, environ)
    found = keys.said(environ) or keys.kept(folder)
    if found is None:
        raise Refused(f"This clone has no feed key, and links are in use. {_COLLEAGUE}")
    if known.key != fingerprint(found):
        raise Refused(f"{_OTHER_KEY} {_COLLEAGUE}")
    return found


def _first_secret(folder: Path, environ: Mapping[str, str]) -> bytes:
    """The key of a folder in which no link was ever made, unless somebody else was first."""
    if register.read(folder) is not None:
        return secret(folder, environ)
    found = keys.said(environ) or keys.kept(folder) or keys.make(folder)
    register.write(folder, register.Register(fingerprint(found)))
    return found


_OTHER_KEY = f"The feed key is not the one that {register.NAME} speaks of, so links would not be those in use."
_COLLEAGUE = (
    f"Get the key from a colleague: put it into {keys.FILE} and run chmod 600 {keys.FILE}, or set {keys.KEY}. "
    "If nobody has it any more, start anew, which ends every link: watchbill feeds revoke --all"
)


# ----------------------------------------------------------------------------------------------------------- links


def _names(folder: Path, team: Workspace, secret: bytes) -> Links:
    known = register.read(folder)
    if known and team.feeds.secrets and known.key != fingerprint(secret):
        raise Refused(f"{_OTHER_KEY} {_COLLEAGUE}")
    if team.feeds.secrets and not secret:
        raise Refused("links are secret now, and there is no feed key yet. Run it again.")
    public = frozenset({TEAM} if "team" in team.feeds.public else ())
    return Links(secret, known.generations if known else {}, public, speaking=not team.feeds.secrets)


def _link(feed: Feed, team: Workspace, names: Links) -> Link:
    name = names.name(feed)
    url = f"{team.feeds.url}/{name}" if team.feeds.url else None
    return Link(feed, _whose(feed, team), name, url, names.speaking or feed in names.public)


def _whose(feed: Feed, team: Workspace) -> str:
    if feed.kind == "person":
        return next((person.name for person in team.people if person.id == feed.id), feed.id)
    if feed.kind == "role":
        return next((role.name or role.id for role in team.roles if role.id == feed.id), feed.id)
    return team.team if feed == TEAM else "shifts to swap"


# ----------------------------------------------------------------------------------------------------------- feeds


def _built(folder: Path, team: Workspace, published: Sequence[Draft], now: datetime) -> Mapping[Feed, bytes]:
    return publisher.build(
        published,
        {person.id: person for person in team.people},
        roles=[role.id for role in team.roles],
        earlier=[old for plan in published for old in plans.older(folder, plan.period)],
        since=_midnight(now) - PAST,
        offers=team.offers,
        pages=pushed.pages(folder),
        options=Options(team.feeds.busy, tuple(sorted(set(team.feeds.reminders), reverse=True))),
        team=team.team,
    )


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)


def _lives(feed: Feed, team: Workspace, now: datetime) -> bool:
    """Whether a feed has a link still: those of people end with their last day, on the clock of their home."""
    if feed.kind != "person":
        return True
    return any(person.id == feed.id and not _gone(person, now) for person in team.people)


def _gone(person: Person, now: datetime) -> bool:
    return person.left is not None and person.left < wall(now, zone(person.zone)).date()
