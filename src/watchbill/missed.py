"""Hours of a turn that somebody is away for: what they keep, and the stretches that others have to take."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from watchbill.times import Span, common, total, without

Spans = tuple[Span, ...]


def may_hold(spans: Sequence[Span], away: Sequence[Span], most: timedelta) -> bool:
    """Whether someone may miss these hours of a turn: no more than `most`, and less than half, so that they hold it."""
    lost = total(common(spans, away))
    return lost <= most and 2 * lost < total(spans)


def stretches(spans: Sequence[Span], away: Sequence[Span]) -> tuple[Spans, ...]:
    """The on-call hours missed, in order; hours between which the person serves none are one stretch."""
    kept, out = without(spans, away), list[Spans]()
    for span in common(spans, away):
        between = Span(out[-1][-1].end, span.start) if out else span
        if out and not any(served.meets(between) for served in kept):
            out[-1] = (*out[-1], span)
        else:
            out.append((span,))
    return tuple(out)


def around(spans: Sequence[Span], missed: Sequence[Spans]) -> tuple[Spans, ...]:
    """What is served before, between and after the stretches missed, without empty ones."""
    cuts = (moment for stretch in missed for moment in (stretch[0].start, stretch[-1].end))
    moments: list[datetime] = [spans[0].start, *cuts, spans[-1].end]
    pairs = zip(moments[::2], moments[1::2], strict=True)
    return tuple(common(spans, (Span(start, end),)) for start, end in pairs if start < end)
