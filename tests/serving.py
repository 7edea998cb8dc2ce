"""A feed server for tests: boards made by hand, a real server on loopback, and a client that adds nothing itself."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from typing import Any

from builders import at
from watchbill.feeding import Board, Link
from watchbill.publish.feeds import Feed
from watchbill.publish.feeds.links import Links
from watchbill.web import Keeper, Settings, running

SECRET = b"a feed key of tests, long enough"
NOON = at("2027-01-10T12")
CHANGED = "20270105T080000Z"


def calendar(*words: str, changed: str = CHANGED) -> bytes:
    """A feed with an event for each word."""
    events = [f"BEGIN:VEVENT\r\nUID:{word}\r\nLAST-MODIFIED:{changed}\r\nEND:VEVENT\r\n" for word in words]
    return f"BEGIN:VCALENDAR\r\n{''.join(events)}END:VCALENDAR\r\n".encode()


def name(person: str, generation: int = 0) -> str:
    """The last step of a person's link."""
    return Links(SECRET, {f"person/{person}": generation}).name(Feed("person", person))


def board(people: dict[str, bytes] | None = None, team: bytes | None = None, **generations: int) -> Board:
    """Feeds of people, and one of the team that is public."""
    own = {"ana": calendar("a", "b"), "bo": calendar("b")} if people is None else people
    links = [
        Link(Feed("person", who), who.title(), name(who, generations.get(who, 0)), None, public=False) for who in own
    ]
    files = {link.name: own[link.feed.id] for link in links}
    everything = Link(Feed("team"), "payments", "team.ics", None, public=True)
    return Board("payments", (*links, everything), {**files, "team.ics": team or calendar("a", "b", "c")})


@dataclass
class Site:
    """What a server reads in place of a folder, and what it says. An exception in place of a board is raised."""

    board: Board | Exception = field(default_factory=board)
    now: datetime = NOON
    log: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    builds: int = 0
    version: int = 0

    def change(self, to: Board | Exception) -> None:
        self.board = to
        self.version += 1

    def build(self, now: datetime) -> Board:
        self.builds += 1
        if isinstance(self.board, Exception):
            raise self.board
        return self.board

    def keeper(self) -> Keeper:
        return Keeper(self.build, lambda: self.version, now=lambda: self.now, log=self.log.append)


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Client:
    """Asks a server, one connection for each request, and sends no header that it is not told to."""

    port: int

    def ask(self, method: str, path: str, **headers: str) -> Reply:
        """Headers by name, with `_` for `-`."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for key, value in headers.items():
                connection.putheader(key.replace("_", "-"), value)
            connection.endheaders()
            got = connection.getresponse()
            return Reply(got.status, {key.lower(): value for key, value in got.getheaders()}, got.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, **headers)

    def feed(self, person: str, **headers: str) -> Reply:
        """The feed of a person."""
        return self.get(f"/feeds/{name(person)}", **headers)


@contextmanager
def serving(site: Site, **settings: Any) -> Iterator[Client]:
    """A server of a site that looks for changes fifty times a second."""
    wanted = Settings(port=0, look_seconds=0.02, **settings)
    hears = {"log": site.log.append, "heard": site.heard.append}
    with running(site.keeper(), wanted, now=lambda: site.now, **hears) as url:
        yield Client(int(url.rsplit(":", 1)[1]))


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Waits until something is so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came to be so"
        time.sleep(0.01)
