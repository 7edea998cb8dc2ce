"""Spans, local clocks and dates: the only place where wall clocks become instants.

Instants are aware datetimes in UTC. A wall time is a naive datetime that means nothing without a zone. Subtracting
two aware datetimes of one zone gives wall-clock hours, wrong across a DST change: convert with `instant` first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Days(timedelta):
    """A length of whole days as clocks show them: Monday 09:00 to Monday 09:00 is seven, be one of them 23 hours long.

    Compared with other lengths, a day counts as 24 hours.
    """


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of time `[start, end)` in UTC, half open."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """Real elapsed time: 23 hours for a spring day in Berlin."""
        return self.end - self.start

    @property
    def hours(self) -> float:
        """Real elapsed hours."""
        return self.length / timedelta(hours=1)

    def meets(self, other: "Span") -> bool:
        """Whether the two share any time; touching ends do not."""
        return self.start < other.end and other.start < self.end

    def common(self, other: "Span") -> "Span | None":
        """The time both hold, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as sorted, disjoint, non-touching spans."""
    out: list[Span] = []
    for span in sorted(spans):
        if out and span.start <= out[-1].end:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return tuple(out)


def common(left: Sequence[Span], right: Sequence[Span]) -> tuple[Span, ...]:
    """The time that both sorted, disjoint sequences hold."""
    out: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        both = left[i].common(right[j])
        if both:
            out.append(both)
        if left[i].end <= right[j].end:
            i += 1
        else:
            j += 1
    return tuple(out)


def without(spans: Sequence[Span], holes: Sequence[Span]) -> tuple[Span, ...]:
    """What of sorted, disjoint `spans` lies outside sorted, disjoint `holes`."""
    out: list[Span] = []
    for span in spans:
        start = span.start
        for hole in holes:
            if hole.end <= start or hole.start >= span.end:
                continue
            if hole.start > start:
                out.append(Span(start, hole.start))
            start = max(start, hole.end)
        if start < span.end:
            out.append(Span(start, span.end))
    return tuple(out)


def total(spans: Iterable[Span]) -> timedelta:
    """Sum of the lengths."""
    return sum((span.length for span in spans), timedelta())


# ---------------------------------------------------------------------------------------------------------- zones


@cache
def zone(name: str) -> ZoneInfo:
    """The zone `name` as the `tzdata` package has it, not as the machine has it. KeyError if unknown."""
    if name not in zone_names():
        raise KeyError(name)
    *folders, leaf = name.split("/")
    package = ".".join(["tzdata.zoneinfo", *folders])
    with resources.files(package).joinpath(leaf).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def zone_names() -> frozenset[str]:
    """Every IANA zone name of the `tzdata` package."""
    text = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(text.split())


def tzdata_version() -> str:
    """Version of the zone database in use, such as `2026f`."""
    import tzdata

    return str(tzdata.IANA_VERSION)


@dataclass(frozen=True, slots=True)
class Readings:
    """The two ways to read a wall time: equal on ordinary days, `earlier < later` in a fold, `later` first in a gap.

    `before` uses the offset before a change (fold=0), `after` the one after it (fold=1).
    """

    before: datetime
    after: datetime

    @property
    def kind(self) -> str:
        """`plain`, `fold` (the wall time occurs twice) or `gap` (it does not occur)."""
        if self.before == self.after:
            return "plain"
        return "fold" if self.before < self.after else "gap"


@lru_cache(maxsize=2**14)
def readings(wall: datetime, tz: ZoneInfo) -> Readings:
    """Both readings of a naive wall time on a zone's clock, in UTC."""
    return Readings(
        wall.replace(tzinfo=tz, fold=0).astimezone(UTC),
        wall.replace(tzinfo=tz, fold=1).astimezone(UTC),
    )


def instant(wall: datetime, tz: ZoneInfo) -> datetime:
    """The first instant at which the clock shows `wall` or later.

    In a fold that is the first occurrence; in a gap it is the end of the gap.
    """
    both = readings(wall, tz)
    if both.kind != "gap":
        return both.before
    return _offset_change(both.after, both.before, tz)


def _offset_change(low: datetime, high: datetime, tz: ZoneInfo) -> datetime:
    """The instant in `(low, high]` at which the offset of the zone changes, to the second."""
    old = low.astimezone(tz).utcoffset()
    seconds = int((high - low).total_seconds())
    first, last = 0, seconds
    while last - first > 1:
        middle = (first + last) // 2
        if (low + timedelta(seconds=middle)).astimezone(tz).utcoffset() == old:
            first = middle
        else:
            last = middle
    return low + timedelta(seconds=last)


def offsets(span: Span, tz: ZoneInfo) -> tuple[tuple[Span, timedelta], ...]:
    """A span cut where the zone's offset from UTC changes, each piece with its offset, in order.

    Looks once a day: two changes within a day that cancel out, which no zone has, would be missed.
    """
    cuts = [span.start]
    low = span.start
    while low < span.end:
        high = min(low + DAY, span.end)
        if _offset(low, tz) != _offset(high, tz):
            cuts.append(_offset_change(low, high, tz))
        low = high
    pieces = (Span(start, end) for start, end in pairwise((*cuts, span.end)))
    return tuple((piece, _offset(piece.start, tz)) for piece in pieces if piece.start < piece.end)


def _offset(at: datetime, tz: ZoneInfo) -> timedelta:
    return at.astimezone(tz).utcoffset() or timedelta()


def wall(at: datetime, tz: ZoneInfo) -> datetime:
    """What the clock of a zone shows at an instant, as a naive datetime."""
    return at.astimezone(tz).replace(tzinfo=None, fold=0)


def later(at: datetime, length: timedelta, tz: ZoneInfo) -> datetime:
    """The instant so long after another one: whole `Days` on a zone's clock, all else in elapsed time."""
    return instant(wall(at, tz) + length, tz) if isinstance(length, Days) else at + length


def midnight(day: date, tz: ZoneInfo) -> datetime:
    """The instant at which a local day begins."""
    return instant(datetime.combine(day, time()), tz)


def minutes(at: datetime) -> int:
    """Whole minutes since 1970 in UTC: a cheap integer for sums and comparisons."""
    return int((at - EPOCH).total_seconds()) // 60


def iso(at: datetime) -> str:
    """An instant as `2027-01-04T08:00Z` (seconds only if there are any)."""
    at = at.astimezone(UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ" if at.second else "%Y-%m-%dT%H:%MZ")


def from_iso(text: str) -> datetime:
    """Reads what `iso` writes; ValueError if there is no zone or it is no date."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f'"{text}" has no zone. Write it in UTC, such as 2027-01-04T08:00Z.')
    return at.astimezone(UTC)


# ---------------------------------------------------------------------------------------------------------- dates


@dataclass(frozen=True, slots=True, order=True)
class Dates:
    """A range of local dates, both ends included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(len(self)))

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def meets(self, other: "Dates") -> bool:
        """Whether they share a day."""
        return self.first <= other.last and other.first <= self.last

    def on(self, tz: ZoneInfo) -> Span:
        """The span from the first day's start to the last day's end on a zone's clock."""
        return Span(midnight(self.first, tz), midnight(self.last + DAY, tz))
