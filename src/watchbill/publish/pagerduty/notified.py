"""Whom PagerDuty notified, from its log: when, who, and which incident, so that messages of one are counted once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from watchbill.publish.pagerduty import nodes
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.port import Endless
from watchbill.times import Span, iso

PIECE = timedelta(days=7)
SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Notified:
    """One message to one user. `incident` is only for telling incidents apart."""

    at: datetime
    user: str
    incident: str


def notifications(calls: Calls, window: Span) -> Iterator[Notified]:
    """Every notification in a window. Nothing but these three facts leaves the answers."""
    start = window.start
    while start < window.end:
        end = min(start + PIECE, window.end)
        yield from _in(calls, Span(start, end))
        start = end


def _in(calls: Calls, window: Span) -> Iterator[Notified]:
    """What is too much to be read at once is read in halves."""
    asked: dict[str, str | int | list[str]] = {
        "since": iso(window.start),
        "until": iso(window.end),
        "is_overview": "false",
    }
    try:
        items = calls.pages("/log_entries", "log_entries", asked)
    except Endless:
        if window.length < 2 * SHORTEST:
            raise
        middle = window.start + (window.length / 2) // SHORTEST * SHORTEST
        yield from _in(calls, Span(window.start, middle))
        yield from _in(calls, Span(middle, window.end))
        return
    found = (_notified(item) for item in items if nodes.text(item, "type", "").startswith("notify_log_entry"))
    yield from (one for one in found if one and window.start <= one.at < window.end)


def _notified(item: Any) -> Notified | None:
    """None for a message to nobody who is named."""
    user = item.get("user")
    if not isinstance(user, dict) or not user.get("id"):
        return None
    incident = item.get("incident")
    told = nodes.reference(incident) if isinstance(incident, dict) and incident.get("id") else nodes.text(item, "id")
    return Notified(nodes.instant(item, "created_at"), nodes.reference(user), told)
