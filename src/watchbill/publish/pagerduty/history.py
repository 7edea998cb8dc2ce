"""Who was really on call: what a schedule rendered over months, asked for piece by piece."""

from collections.abc import Iterator
from datetime import timedelta

from watchbill.publish.pagerduty import remote, wire
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.terms import Entry, Kind
from watchbill.times import Span

PIECE = timedelta(days=30)


def rendered(calls: Calls, id_: str, kind: Kind, window: Span) -> tuple[Entry, ...]:
    """The final schedule over a window of any length, sorted; what touches of one user is one entry."""
    return wire.settled(entry for piece in _pieces(window) for entry in remote.final(calls, id_, kind, piece))


def _pieces(window: Span) -> Iterator[Span]:
    start = window.start
    while start < window.end:
        end = min(start + PIECE, window.end)
        yield Span(start, end)
        start = end
