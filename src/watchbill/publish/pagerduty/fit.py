"""The fewest layers and overrides that together say a plan: pieces cut where nobody is on call, joined, left out."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from watchbill.publish.pagerduty.grid import Course, Piece, pieces, said
from watchbill.publish.pagerduty.render import Counting, differences, draw, stacked
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
    """Pieces, the lowest first, with what is still wrong then: overrides that mend it, and time that none can mend.

    An override cannot make nobody be on call: `exposed` is where the pieces show somebody and the plan has nobody.
    """

    pieces: tuple[Fitted, ...]
    overrides: tuple[Override, ...]
    exposed: tuple[Span, ...]

    @property
    def cost(self) -> tuple[int, int]:
        """How much stands in the schedule, and how much of it can never be deleted."""
        return len(self.pieces) + len(self.overrides), len(self.pieces)


def fewest(courses: Sequence[Course], wanted: Sequence[Entry], zone: str, window: Span, meaning: Meaning) -> Fit:
    """Layers and overrides that show exactly the entries wanted, whichever way turns of hours are counted.

    `courses`: the lowest first. `wanted` is settled and disjoint. The fewest that dropping a piece or joining it with
    the next finds; of as many, the fewest layers; but a layer that does as well as overrides stays.
    """
    easel = _Easel(courses, wanted, zone, window, meaning)
    return _tidied(easel, _covered(easel, easel.fit(easel.first())))


class _Easel:
    """Tries out pieces against a plan."""

    def __init__(
        self, courses: Sequence[Course], wanted: Sequence[Entry], zone: str, window: Span, meaning: Meaning
    ) -> None:
        self._courses, self._wanted = courses, wanted
        self._starts = [entry.start for entry in wanted]
        self._zone, self._window, self._meaning = zone, window, meaning
        hourly = any(course.seconds % DAY_SECONDS for course in courses)
        self._ways: tuple[Counting, ...] = ("elapsed", "wall") if hourly else ("elapsed",)

    def first(self) -> list[Fitted]:
        """Every course in its pieces, nothing else looked at."""
        listed = ((n, piece) for n, course in enumerate(self._courses) for piece in pieces(course))
        return [fitted for n, piece in listed if (fitted := self.fitted(n, piece))]

    def fitted(self, course: int, piece: Piece) -> Fitted | None:
        """A piece with what it shows; None where nobody holds anything of it."""
        layer = said(self._courses[course], piece, "")
        if layer is None:
            return None
        shown = tuple(draw(layer, self._zone, self._window, self._meaning, way) for way in self._ways)
        return Fitted(course, piece, layer, shown)

    def fit(self, chosen: Sequence[Fitted]) -> Fit:
        """What is wrong with some pieces."""
        mend: dict[int, Span] = {}
        exposed: list[Span] = []
        for way in range(len(self._ways)):
            shown = stacked([fitted.shown[way] for fitted in chosen])
            for wrong in differences(self._wanted, shown):
                if wrong.planned is None:
                    exposed.append(wrong.span)
                    continue
                n = bisect_right(self._starts, wrong.span.start) - 1
                known = mend.get(n, wrong.span)
                mend[n] = Span(min(known.start, wrong.span.start), max(known.end, wrong.span.end))
        overrides = tuple(Override(mend[n].start, mend[n].end, self._wanted[n].user) for n in sorted(mend))
        return Fit(tuple(chosen), overrides, merged(exposed))

    def without(self, fitted: Fitted, exposed: Sequence[Span]) -> Iterator[Fitted]:
        """What is left of a piece when it may not show anything in some time."""
        shown = merged(entry.span for entries in fitted.shown for entry in entries)
        hit = [hole for hole in exposed if common(shown, (hole,))]
        holes: list[Span] = []
        held = [entry.span for entry in self._courses[fitted.course].held]
        for hole in hit:
            if holes and not common(held, (Span(holes[-1].end, hole.start),)):
                holes[-1] = Span(holes[-1].start, hole.end)
            else:
                holes.append(hole)
        for span in without((fitted.piece.span,), holes):
            left = self.fitted(fitted.course, replace(fitted.piece, span=span))
            if left:
                yield left


def _covered(easel: _Easel, fit: Fit) -> Fit:
    """Cut until the pieces show nobody where the plan has nobody. Each round takes time off a piece, so it ends."""
    while fit.exposed:
        cut = [left for fitted in fit.pieces for left in easel.without(fitted, fit.exposed)]
        fit = easel.fit(cut)
    return fit


def _tidied(easel: _Easel, fit: Fit) -> Fit:
    """Pieces joined or left out while that leaves less."""
    better: Fit | None = fit
    while better:
        fit = better
        better = next((other for other in _simpler(easel, fit) if _is_better(other, fit)), None)
    return fit


def _simpler(easel: _Easel, fit: Fit) -> Iterator[Fit]:
    chosen = fit.pieces
    for n, (left, right) in enumerate(pairwise(chosen)):
        if left.course == right.course:
            span = Span(left.piece.span.start, right.piece.span.end)
            joined = easel.fitted(left.course, replace(left.piece, span=span))
            if joined:
                yield easel.fit([*chosen[:n], joined, *chosen[n + 2 :]])
    for n in range(len(chosen)):
        yield easel.fit([*chosen[:n], *chosen[n + 1 :]])


def _is_better(other: Fit, fit: Fit) -> bool:
    """Whether there is less of it. For a course's last piece, as many overrides instead are not better."""
    if other.exposed:
        return False
    gone = {fitted.course for fitted in fit.pieces} - {fitted.course for fitted in other.pieces}
    return other.cost[0] < fit.cost[0] if gone else other.cost < fit.cost
