"""The fewest layers and overrides that together say a plan: pieces cut where nobody is on call, joined, left out."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from watchbill.publish.pagerduty.grid import Course, Piece, pieces, said
from watchbill.publish.pagerduty.render import Counting, differences, draw, stacked, within
from watchbill.publish.pagerduty.terms import DAY_SECONDS, Entry, Meaning, Override, PdLayer
from watchbill.times import Span, common, merged, without


@dataclass(frozen=True, slots=True)
class Fitted:
    """One piece of one course: the layer of PagerDuty that says it, and what that shows, however turns are counted."""

    course: int
    piece: Piece
    layer: PdLayer
    shown: tuple[tuple[Entry, ...], ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """Pieces, the lowest first, with what is still wrong then.

    `mends`: by the number of an entry of the plan, the stretch that an override must mend. An override cannot make
    nobody be on call: `exposed` is where the pieces show somebody and the plan has nobody.
    """

    pieces: tuple[Fitted, ...]
    mends: Mapping[int, Span]
    exposed: tuple[Span, ...]

    @property
    def cost(self) -> tuple[int, int]:
        """How much stands in the schedule, and how much of it can never be deleted."""
        return len(self.pieces) + len(self.mends), len(self.pieces)


def fewest(
    courses: Sequence[Course], wanted: Sequence[Entry], zone: str, window: Span, meaning: Meaning
) -> tuple[tuple[Fitted, ...], tuple[Override, ...]]:
    """Pieces of layers and overrides that show exactly the entries wanted, whichever way turns of hours are counted.

    `courses`: the lowest first. `wanted` is settled and disjoint. The fewest that dropping a piece or joining it with
    the next finds; of as many, the fewest layers; but a layer that does as well as overrides stays.
    """
    easel = _Easel(courses, wanted, zone, window, meaning)
    fit = _tidied(easel, _covered(easel, easel.fit(easel.first())))
    spans = ((fit.mends[n], wanted[n].user) for n in sorted(fit.mends))
    return fit.pieces, tuple(Override(span.start, span.end, user) for span, user in spans)


# ---------------------------------------------------------------------------------------------------------- easel


class _Easel:
    """Tries out pieces against a plan."""

    def __init__(
        self, courses: Sequence[Course], wanted: Sequence[Entry], zone: str, window: Span, meaning: Meaning
    ) -> None:
        self._courses, self._wanted = courses, wanted
        self._starts, self._ends = [entry.start for entry in wanted], [entry.end for entry in wanted]
        self._zone, self._window, self._meaning = zone, window, meaning
        hourly = any(course.seconds % DAY_SECONDS for course in courses)
        self._ways: tuple[Counting, ...] = ("elapsed", "wall") if hourly else ("elapsed",)

    def first(self) -> list[Fitted]:
        """Every course in its pieces, nothing else looked at."""
        cut = pieces if self._meaning.repeats else _without_repeats
        listed = ((n, piece) for n, course in enumerate(self._courses) for piece in cut(course))
        return [fitted for n, piece in listed if (fitted := self._fitted(n, piece))]

    def fit(self, chosen: Sequence[Fitted]) -> Fit:
        """Some pieces with all that is wrong with them."""
        mends, exposed = self._wrong(chosen, self._window)
        return Fit(tuple(chosen), mends, exposed)

    def without(self, fitted: Fitted, exposed: Sequence[Span]) -> Iterator[Fitted]:
        """What is left of a piece when it may show nothing in some time, nor in between where it has nothing to say."""
        shown = merged(entry.span for entries in fitted.shown for entry in entries)
        held = [entry.span for entry in within(self._courses[fitted.course].held, fitted.piece.span)]
        holes: list[Span] = []
        for hole in exposed:
            if not (hole.meets(fitted.piece.span) and common(shown, (hole,))):
                continue
            if holes and not common(held, (Span(holes[-1].end, hole.start),)):
                hole = Span(holes.pop().start, hole.end)
            holes.append(hole)
        for span in without((fitted.piece.span,), holes):
            left = self._fitted(fitted.course, replace(fitted.piece, span=span))
            if left:
                yield left

    def joined(self, fit: Fit, n: int) -> Fit | None:
        """A fit with a piece and the next of the same course as one, said as the first is."""
        left, right = fit.pieces[n], fit.pieces[n + 1] if n + 1 < len(fit.pieces) else None
        if right is None or left.course != right.course or not self._courses[left.course].sure(left.piece):
            return None
        span = Span(left.piece.span.start, right.piece.span.end)
        one = self._fitted(left.course, replace(left.piece, span=span))
        return self._refit(fit, [*fit.pieces[:n], one, *fit.pieces[n + 2 :]], span) if one else None

    def dropped(self, fit: Fit, n: int) -> Fit:
        """A fit without one of its pieces."""
        return self._refit(fit, [*fit.pieces[:n], *fit.pieces[n + 1 :]], fit.pieces[n].piece.span)

    def _fitted(self, course: int, piece: Piece) -> Fitted | None:
        """A piece with what it shows; None where nobody holds anything of it, or PagerDuty would not take it."""
        layer = said(self._courses[course], piece, "")
        if layer is None or (not self._meaning.repeats and _repeats(layer)):
            return None
        shown = tuple(draw(layer, self._zone, self._window, self._meaning, way) for way in self._ways)
        return Fitted(course, piece, layer, shown)

    def _refit(self, fit: Fit, chosen: Sequence[Fitted], changed: Span) -> Fit:
        """A fit with other pieces that differ only within a stretch: what is wrong elsewhere stays."""
        first, last = self._entries(changed)
        within_it = self._wanted[first:last]
        low = min([changed.start, *(entry.start for entry in within_it[:1])])
        high = max([changed.end, *(entry.end for entry in within_it[-1:])])
        mends, exposed = self._wrong(chosen, Span(low, high))
        kept = {n: span for n, span in fit.mends.items() if not first <= n < last}
        return Fit(tuple(chosen), kept | mends, exposed)

    def _wrong(self, chosen: Sequence[Fitted], where: Span) -> tuple[dict[int, Span], tuple[Span, ...]]:
        mends: dict[int, Span] = {}
        exposed: list[Span] = []
        near = [fitted for fitted in chosen if fitted.piece.span.meets(where)]
        wanted = within(self._wanted, where)
        for way in range(len(self._ways)):
            shown = stacked([within(fitted.shown[way], where) for fitted in near])
            for wrong in differences(wanted, shown):
                if wrong.planned is None:
                    exposed.append(wrong.span)
                    continue
                n = bisect_right(self._starts, wrong.span.start) - 1
                known = mends.get(n, wrong.span)
                mends[n] = Span(min(known.start, wrong.span.start), max(known.end, wrong.span.end))
        return mends, merged(exposed)

    def _entries(self, span: Span) -> tuple[int, int]:
        """From which entry of the plan to which (not included) they share time with a span."""
        return bisect_right(self._ends, span.start), bisect_left(self._starts, span.end)


# --------------------------------------------------------------------------------------------------------- repeats


def _without_repeats(of: Course) -> Iterator[Piece]:
    """The pieces of a course, each cut at handoffs so that nobody is in its rotation twice.

    A piece is no longer than it has to be: who comes again begins a new one.
    """
    for piece in pieces(of):
        start, last = piece.span.start, piece.span.start
        handoffs = [turn.handoff for turn in of.turns if piece.span.start < turn.handoff < piece.span.end]
        for end in (*handoffs, piece.span.end):
            layer = said(of, replace(piece, span=Span(start, end)), "")
            if layer and _repeats(layer) and last > start:
                yield replace(piece, span=Span(start, last))
                start = last
            last = end
        yield replace(piece, span=Span(start, piece.span.end))


def _repeats(layer: PdLayer) -> bool:
    return len(set(layer.users)) < len(layer.users)


# ----------------------------------------------------------------------------------------------------------- moves


def _covered(easel: _Easel, fit: Fit) -> Fit:
    """Cut until the pieces show nobody where the plan has nobody. Each round takes time off a piece, so it ends."""
    while fit.exposed:
        cut = [left for fitted in fit.pieces for left in easel.without(fitted, fit.exposed)]
        fit = easel.fit(cut)
    return fit


def _tidied(easel: _Easel, fit: Fit) -> Fit:
    """Pieces joined with the next or left out where that leaves less, until nothing does."""
    before = None
    while before != fit.cost:
        before = fit.cost
        n = 0
        while n < len(fit.pieces):
            better = next((other for other in _simpler(easel, fit, n) if _is_better(other, fit)), None)
            fit, n = (better, n) if better else (fit, n + 1)
    return fit


def _simpler(easel: _Easel, fit: Fit, n: int) -> Iterator[Fit]:
    joined = easel.joined(fit, n)
    if joined:
        yield joined
    yield easel.dropped(fit, n)


def _is_better(other: Fit, fit: Fit) -> bool:
    """Whether there is less of it. For a course's last piece, as many overrides instead are not better."""
    if other.exposed:
        return False
    gone = {fitted.course for fitted in fit.pieces} - {fitted.course for fitted in other.pieces}
    return other.cost[0] < fit.cost[0] if gone else other.cost < fit.cost
