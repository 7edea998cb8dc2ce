"""iCalendar feeds of published plans: what is in them, under which links, and where they are written."""

from watchbill.publish.feeds.calendars import Duty, feeds, write
from watchbill.publish.feeds.feed import SWAPS, TEAM, Feed

__all__ = ["SWAPS", "TEAM", "Duty", "Feed", "feeds", "write"]
