"""From a team's folder to its feeds: published plans, people, links and options become files by name."""

from collections.abc import Mapping
from dataclasses import dataclass

from watchbill.publish.feeds import Feed


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
