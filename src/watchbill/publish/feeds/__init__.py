"""iCalendar feeds of published plans: what is in them, under which links, and where they are written."""

from watchbill.publish.feeds.build import build
from watchbill.publish.feeds.events import Options, Pages
from watchbill.publish.feeds.feed import SWAPS, TEAM, Feed
from watchbill.publish.feeds.text import PRODID

__all__ = ["PRODID", "SWAPS", "TEAM", "Feed", "Options", "Pages", "build"]
