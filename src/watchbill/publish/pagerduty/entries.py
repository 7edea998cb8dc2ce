"""Sums over who is on call when: clipping, painting over, comparing. All stretches are half open, in UTC."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from watchbill.publish.pagerduty.terms import Entry
from watchbill.times import Span, common, merged, without


class Held(Protocol):
    """A stretch with the PagerDuty user who is on call: an entry, an override, a custom shift."""

    @property
    def start(self) -> datetime: ...

    @property
    def end(self) -> datetime: ...

    @property
    def user(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Move:
    """A stretch in which other people are on call `after` than `before`; nobody is an empty tuple."""

    span: Span
    before: tuple[str, ...]
    after: tuple[str, ...]


def spans_of(held: Iterable[Held]) -> tuple[Span, ...]:
    """The time at which anybody is on call: sorted, disjoint."""
    return merged(Span(item.start, item.end) for item in held)


def clipped(held: Iterable[Held], to: Sequence[Span]) -> tuple[Entry, ...]:
    """What lies within sorted, disjoint spans, sorted."""
    pieces = ((piece, item.user) for item in held for piece in common((Span(item.start, item.end),), to))
    return tuple(sorted(Entry(piece.start, piece.end, user) for piece, user in pieces))


def painted(below: Iterable[Held], above: Sequence[Held]) -> tuple[Entry, ...]:
    """Some entries with others over them: of those above, a later one covers an earlier one."""
    out = [Entry(item.start, item.end, item.user) for item in below]
    for cover in above:
        hole = (Span(cover.start, cover.end),)
        out = [Entry(s.start, s.end, e.user) for e in out for s in without((Span(e.start, e.end),), hole)]
        out.append(Entry(cover.start, cover.end, cover.user))
    return tuple(sorted(out))


def moves(before: Iterable[Held], after: Iterable[Held], within: Sequence[Span]) -> tuple[Move, ...]:
    """Where two renderings differ within sorted, disjoint spans, in order of time; alike neighbours are one."""
    old, new = clipped(before, within), clipped(after, within)
    cuts = sorted({at for entry in (*old, *new) for at in (entry.start, entry.end)})
    out: list[Move] = []
    for start, end, was, is_ in zip(cuts, cuts[1:], _on_call(old, cuts), _on_call(new, cuts), strict=False):
        if was == is_:
            continue
        if out and out[-1].span.end == start and (out[-1].before, out[-1].after) == (was, is_):
            out[-1] = Move(Span(out[-1].span.start, end), was, is_)
        else:
            out.append(Move(Span(start, end), was, is_))
    return tuple(out)


def _on_call(entries: Sequence[Entry], cuts: Sequence[datetime]) -> Iterator[tuple[str, ...]]:
    """From each of some sorted instants on, at which all entries begin and end: who is on call, each once, sorted."""
    begins, ends = sorted(entries, key=_start), sorted(entries, key=_end)
    held: Counter[str] = Counter()
    n = m = 0
    for at in cuts:
        while n < len(begins) and begins[n].start <= at:
            held[begins[n].user] += 1
            n += 1
        while m < len(ends) and ends[m].end <= at:
            held[ends[m].user] -= 1
            m += 1
        yield tuple(sorted(user for user, count in held.items() if count > 0))


def _start(entry: Entry) -> datetime:
    return entry.start


def _end(entry: Entry) -> datetime:
    return entry.end
