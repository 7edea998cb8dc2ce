"""Turns of a layer on PagerDuty's grid: how long a turn is there, where the rotation starts, where the grid breaks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise, takewhile
from math import gcd

from watchbill import times
from watchbill.domain import Layer
from watchbill.expand import handoffs
from watchbill.publish.pagerduty.limits import LONGEST_TURN
from watchbill.publish.pagerduty.render import Counting, boundaries, within
from watchbill.publish.pagerduty.terms import DAY_SECONDS, Entry, Meaning, PdLayer, Restriction
from watchbill.publish.pagerduty.windows import restrictions
from watchbill.times import DAY, MINUTE, Span, instant, offsets, readings, wall

_HOUR_SECONDS = 3600
_LONGEST_UNIT = {"hour": 1, "day": 1, "week": 7, "month": 31, "year": 366}


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a layer in one seat: its handoff, when its hours begin and end, and who is on call for them."""

    handoff: datetime
    hours: Span
    held: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a layer that one layer of PagerDuty can say."""

    span: Span
    virtual_start: datetime
    restrictions: tuple[Restriction, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """The turns of one layer in one seat, in order, and the schedule's clock.

    `held` is who is on call for the layer's own hours, in order. `seconds` is how long a turn is in PagerDuty: a whole
    fraction of each turn. `ways` are the ways in which turns may be counted there: what is compiled is right in each.
    """

    layer: Layer
    turns: tuple[Turn, ...]
    held: tuple[Entry, ...]
    zone: str
    seconds: int
    ways: tuple[Counting, ...]

    def sure(self, piece: "Piece") -> bool:
        """Whether it is plain which turn runs: turns of hours may not start at a time that the clock shows twice."""
        tz = times.zone(self.zone)
        return self.seconds % DAY_SECONDS == 0 or readings(wall(piece.virtual_start, tz), tz).kind == "plain"


def course(layer: Layer, turns: Iterable[Turn], zone: str, meaning: Meaning) -> Course:
    """The turns of a layer with the longest turn that PagerDuty can count them by."""
    listed = tuple(turns)
    seconds = turn_seconds(layer, [turn.handoff for turn in listed])
    held = tuple(entry for turn in listed for entry in turn.held)
    return Course(layer, listed, held, zone, seconds, ways(seconds, meaning))


def ways(seconds: int, meaning: Meaning) -> tuple[Counting, ...]:
    """How turns of so many seconds may be counted: nobody knows for turns that are no whole days."""
    return ("elapsed", "wall") if seconds % DAY_SECONDS else (meaning.turns,)


def turn_seconds(layer: Layer, starts: Sequence[datetime]) -> int:
    """The longest turn that divides every turn of a layer and that PagerDuty takes; `starts` are the handoffs."""
    unit, count = layer.turn.unit, layer.turn.count
    if unit == "hour":
        return _at_most(count, LONGEST_TURN // _HOUR_SECONDS) * _HOUR_SECONDS
    if unit in {"day", "week"}:
        return _at_most(count * _LONGEST_UNIT[unit], LONGEST_TURN // DAY_SECONDS) * DAY_SECONDS
    tz = times.zone(layer.zone)
    days = [wall(at, tz).date() for at in (*starts, next_handoff(layer, starts[-1]))]
    whole = gcd(*((later - earlier).days for earlier, later in pairwise(days)))
    return _at_most(whole, LONGEST_TURN // DAY_SECONDS) * DAY_SECONDS


def _at_most(length: int, most: int) -> int:
    """The largest divisor of a length that is not above `most`."""
    return next(length // parts for parts in range(1, length + 1) if length % parts == 0 and length // parts <= most)


def next_handoff(layer: Layer, after: datetime) -> datetime:
    """The first handoff of a layer after an instant."""
    day = wall(after, times.zone(layer.zone)).date()
    reach = layer.turn.count * _LONGEST_UNIT[layer.turn.unit] + 2
    return next(at for at in handoffs(layer, day, day + reach * DAY) if at > after)


def ahead(layer: Layer, zone: str, at: datetime) -> timedelta:
    """How far the schedule's clock is ahead of the layer's at an instant."""
    return wall(at, times.zone(zone)) - wall(at, times.zone(layer.zone))


def virtual_start(layer: Layer, zone: str, seconds: int, by: Counting, handoff: datetime, start: datetime) -> datetime:
    """Where the rotation starts so that turns begin at the layer's handoffs from `start` on; never after `start`.

    That is the handoff itself, as the clocks stand at `start`; whole turns before it where it would be later or where
    the schedule's clock skips or repeats it.
    """
    if seconds % DAY_SECONDS:
        return handoff
    local, tz = times.zone(layer.zone), times.zone(zone)
    # The handoff as the layer means it: one that fell into a gap of the clock was moved.
    meant = datetime.combine(wall(handoff, local).date(), time()) + layer.handoff * MINUTE
    if by == "elapsed":
        at = start + (meant - wall(start, local))
        return at - max(0, -((start - at) // timedelta(seconds=seconds))) * timedelta(seconds=seconds)
    shown = meant + ahead(layer, zone, start)
    while readings(shown, tz).kind != "plain" or instant(shown, tz) > start:
        shown -= timedelta(seconds=seconds)
    return instant(shown, tz)


# ---------------------------------------------------------------------------------------------------------- pieces


def pieces(of: Course) -> tuple[Piece, ...]:
    """The stretches of a layer that layers of PagerDuty can say, in order.

    A new one begins after turns that nobody holds, at a handoff that is off the grid of the one before, and where the
    clocks of the layer and of the schedule part or meet.
    """
    out: list[Piece] = []
    for run in _runs(of.turns):
        start, end = run[0].hours.start, run[-1].hours.end
        while start < end:
            piece = _begun(of, run, Span(start, end))
            out.append(Piece(Span(start, _first_cut(of, run, piece)), piece.virtual_start, piece.restrictions))
            start = out[-1].span.end
    return tuple(out)


def _runs(turns: Sequence[Turn]) -> list[list[Turn]]:
    """Turns that follow each other and that somebody holds."""
    out: list[list[Turn]] = [[]]
    for turn in turns:
        if turn.held:
            out[-1].append(turn)
        else:
            out.append([])
    return [run for run in out if run]


def _begun(of: Course, run: Sequence[Turn], span: Span) -> Piece:
    handoff = max(turn.handoff for turn in run if turn.handoff <= span.start)
    begins = virtual_start(of.layer, of.zone, of.seconds, of.ways[0], handoff, span.start)
    return Piece(span, begins, restrictions(of.layer, ahead(of.layer, of.zone, span.start)))


def _first_cut(of: Course, run: Sequence[Turn], piece: Piece) -> datetime:
    """Where a piece must end: where its hours or its grid stop to fit, at the latest where it ends by itself."""
    whole_days = of.seconds % DAY_SECONDS == 0
    partings = _partings(of.layer, of.zone, piece.span) if piece.restrictions and whole_days else ()
    grids = [_shown_as_meant(of, way, piece) for way in of.ways]
    inside = [turn.handoff for turn in run if piece.span.start < turn.handoff < piece.span.end]
    off = [at for at in inside if len({grid.get(at) for grid in grids}) != 1 or at not in grids[0]]
    return min((*partings[:1], *(off if of.sure(piece) else inside)[:1], piece.span.end))


def _shown_as_meant(of: Course, way: Counting, piece: Piece) -> dict[datetime, int]:
    """The numbers of a rotation's turns by their first instants.

    Of turns of hours only those that the schedule's clock does not skip: behind others the ways to count part.
    """
    grid = {at: k for k, at in _grid(of, way, piece)}
    if way == "elapsed" or of.seconds % DAY_SECONDS == 0:
        return grid
    tz = times.zone(of.zone)
    base = wall(piece.virtual_start, tz)
    return {at: k for at, k in grid.items() if wall(at, tz) == base + k * timedelta(seconds=of.seconds)}


def _partings(layer: Layer, zone: str, span: Span) -> tuple[datetime, ...]:
    """The instants inside a span at which the schedule's clock begins to be ahead of the layer's by another amount."""
    if layer.zone == zone:
        return ()
    changes = {part.start for name in (layer.zone, zone) for part, _ in offsets(span, times.zone(name))} - {span.start}
    return tuple(
        at for at in sorted(changes) if ahead(layer, zone, at) != ahead(layer, zone, at - timedelta(seconds=1))
    )


def _grid(of: Course, way: Counting, piece: Piece) -> Iterable[tuple[int, datetime]]:
    """The turns of a piece's rotation, from number 0 on: number and first instant, one past the piece's end."""
    tz = times.zone(of.zone)
    numbered = boundaries(piece.virtual_start, of.seconds, tz, way, piece.virtual_start)
    return takewhile(lambda turn: turn[1] < piece.span.end, ((k, at) for k, at in numbered if k >= 0))


def said(of: Course, piece: Piece, name: str) -> PdLayer | None:
    """The layer of PagerDuty that says a piece; None where nobody holds anything of it."""
    votes = _votes(of, piece)
    wanted = [max(vote, key=lambda user: vote[user]) if vote else None for vote in votes]
    if not any(wanted):
        return None
    users = shortest_cycle(wanted)
    return PdLayer(name, piece.span.start, piece.span.end, piece.virtual_start, of.seconds, users, piece.restrictions)


def _votes(of: Course, piece: Piece) -> list[dict[str, timedelta]]:
    """For each turn of a piece's rotation: for how long each user should be on call in it, the first one first."""
    held = within(of.held, piece.span)
    out: list[dict[str, timedelta]] = []
    for way in of.ways:
        numbered = [*_grid(of, way, piece), (-1, piece.span.end)]
        n = 0
        for (k, start), (_, end) in pairwise(numbered):
            while len(out) <= k:
                out.append({})
            while n < len(held) and held[n].end <= start:
                n += 1
            m = n
            while m < len(held) and held[m].start < end:
                length = min(end, held[m].end) - max(start, held[m].start)
                out[k][held[m].user] = out[k].get(held[m].user, timedelta()) + length
                m += 1
    return out


def shortest_cycle(wanted: Sequence[str | None]) -> tuple[str, ...]:
    """The shortest list that, repeated, says what is wanted; where nobody is wanted (None) it says anybody."""
    for length in range(1, len(wanted) + 1):
        cycle = list(wanted[:length])
        if all(_agrees(cycle, n % length, wanted[n]) for n in range(length, len(wanted))):
            return _filled(cycle)
    return ()


def _agrees(cycle: list[str | None], n: int, user: str | None) -> bool:
    """Whether a place of a cycle can be this user's; takes it where nobody has it."""
    cycle[n] = cycle[n] or user
    return user is None or cycle[n] == user


def _filled(cycle: Sequence[str | None]) -> tuple[str, ...]:
    """Nobody made the user before them, or the first one."""
    last = next(user for user in cycle if user is not None)
    out = []
    for user in cycle:
        last = user or last
        out.append(last)
    return tuple(out)
