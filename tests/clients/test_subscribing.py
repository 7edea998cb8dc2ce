"""Real apps subscribe to our server over HTTP: what is published later arrives, and what stayed is not sent again."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from samples import held
from subscribers import SUBSCRIBERS, Refresh, Shown

from builders import at
from drafts import draft, holding
from tiny import write_team
from watchbill import feeding, workspace
from watchbill.domain import Part, Shift
from watchbill.expand import expand
from watchbill.periods import period
from watchbill.publish.feeds import Feed
from watchbill.results import Assigned
from watchbill.web import Keeper, Settings, running
from watchbill.workspace import plans

KEY = b"a feed key for tests of forty characters"
NOW = at("2027-01-06T12")
WHEN = period("2027-01-04..2027-02-28")
PATIENCE = 30.0


@dataclass
class Site:
    """A team's folder whose feeds are served, and what the server heard."""

    folder: Path
    address: str = ""
    heard: list[str] = field(default_factory=list)

    def publish(self, holders: Mapping[int, Sequence[str]]) -> list[Shown]:
        """Ana, Bo, Cy and Dee take turns; some shifts, by number, are held by others, in equal parts. What to see."""
        shifts = expand(workspace.read(self.folder).roles, WHEN, head=True)
        usual = ("ana", "bo", "cy", "dee")
        made = [_held(shift, holders.get(n, (usual[n % 4],))) for n, shift in enumerate(shifts)]
        plans.publish(self.folder, draft(*made, when=WHEN, team="tiny"), NOW)
        return self.expected()

    def expected(self) -> list[Shown]:
        names = {person.id: person.name for person in workspace.read(self.folder).people}
        duties = held(plans.read_plans(self.folder))
        return sorted(Shown(duty.start, duty.end, names[duty.person]) for duty in duties)

    @property
    def url(self) -> str:
        """Where the feed of the role is."""
        board = feeding.board(self.folder, KEY, now=NOW)
        (link,) = (link for link in board.links if link.feed == Feed("role", "primary"))
        return f"{self.address}/feeds/{link.name}"

    def statuses(self, app: str) -> list[int]:
        """What an app was answered, in order."""
        asked = [line.split(" ", 5) for line in self.heard if app.lower() in line.lower()]
        return [int(words[4]) for words in asked]

    def answers(self, app: str, known: int) -> list[int]:
        """What it was answered since so many were known; the server writes them down a moment after it answers."""
        ends = time.monotonic() + PATIENCE
        while len(self.statuses(app)) <= known and time.monotonic() < ends:
            time.sleep(0.02)
        return self.statuses(app)[known:]


def _held(shift: Shift, people: Sequence[str]) -> Assigned:
    whole = holding(shift, people[0])
    step = timedelta(minutes=int((shift.end - shift.start) / timedelta(minutes=len(people))))
    cuts = [*(shift.start + n * step for n in range(len(people))), shift.end]
    parts = tuple(Part(person, *cuts[n : n + 2]) for n, person in enumerate(people))
    return Assigned(shift, people[0], parts, load=whole.load)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(write_team(tmp_path / "team"))
    made.publish({})
    keeper = Keeper(
        lambda now: feeding.board(made.folder, KEY, now=now),
        lambda: feeding.state(made.folder),
        now=lambda: NOW,
        log=made.heard.append,
    )
    settings = Settings(port=0, look_seconds=0.05)
    with running(keeper, settings, now=lambda: NOW, log=made.heard.append, heard=made.heard.append) as made.address:
        yield made


@pytest.mark.parametrize("app", SUBSCRIBERS)
def test_what_is_published_arrives_where_somebody_subscribed(app: str, site: Site, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    with SUBSCRIBERS[app](site.url, tmp_path / "app") as refresh:
        first = site.expected()
        assert arrives(refresh, first) == first
        added = site.publish({1: ("bo", "ana")})
        assert len(added) == len(first) + 1
        assert arrives(refresh, added) == added
        changed = site.publish({1: ("bo", "ana"), 2: ("dee",)})
        assert [event.start for event in changed] == [event.start for event in added]
        assert arrives(refresh, changed) == changed
        removed = site.publish({2: ("dee",)})
        assert len(removed) == len(first)
        assert arrives(refresh, removed) == removed


@pytest.mark.parametrize("app", ["Thunderbird", "Evolution"])
def test_what_did_not_change_is_not_sent_again(app: str, site: Site, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    with SUBSCRIBERS[app](site.url, tmp_path / "app") as refresh:
        assert arrives(refresh, site.expected()) == site.expected()
        before = len(site.statuses(app))
        assert as_expected(refresh()) == site.expected()
        assert set(site.answers(app, before)) == {304}


def arrives(refresh: Refresh, wanted: list[Shown]) -> list[Shown]:
    """What the app shows once it is as wanted, or after half a minute: it and the server take a moment."""
    ends = time.monotonic() + PATIENCE
    while (seen := as_expected(refresh())) != wanted and time.monotonic() < ends:
        time.sleep(0.1)
    return seen


def as_expected(events: list[Shown]) -> list[Shown]:
    """Events with the name of who is on call for a summary."""
    return sorted(Shown(event.start, event.end, event.summary.rpartition(" – ")[2]) for event in events)
