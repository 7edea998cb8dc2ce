"""What a schedule of layers should hold, from what it holds and what a plan compiles to; the writes that lead there."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from watchbill.periods import Period, period
from watchbill.publish.pagerduty.compile import Compiled
from watchbill.publish.pagerduty.entries import Held
from watchbill.publish.pagerduty.marks import Mark, mark_of, tail_name
from watchbill.publish.pagerduty.standing import ended, layers
from watchbill.publish.pagerduty.steps import AnyStep, DropOverride, MakeOverrides, PutLayers
from watchbill.publish.pagerduty.terms import BATCH, Override, PdLayer, Schedule
from watchbill.times import EPOCH, Span, merged, without

Stretch = tuple[datetime, datetime, str]


@dataclass(frozen=True, slots=True)
class Ours:
    """What is known to be written by us, by id or by exact interval and user.

    `others` is what the plans of other periods wrote: it stays, and is not made by hand either. `sure`: a push file
    tells; without one, `stretches` are what the plan's revisions would have written.
    """

    ids: frozenset[str] = frozenset()
    stretches: frozenset[Stretch] = frozenset()
    others: frozenset[Stretch] = frozenset()
    sure: bool = True

    def has(self, held: Held, id_: str | None) -> bool:
        """Whether an override or custom shift is ours."""
        return id_ in self.ids or stretch(held) in self.stretches


def stretch(held: Held) -> Stretch:
    """What tells an override or custom shift from others: its exact interval and user."""
    return held.start, held.end, held.user


@dataclass(frozen=True, slots=True)
class Goal:
    """What should stand: all layers that are not to end, the lowest first; which overrides to make and to drop."""

    layers: tuple[PdLayer, ...]
    make: tuple[Override, ...] = ()
    drop: tuple[Override, ...] = ()
    manual: tuple[Override, ...] = ()


def aim(live: Schedule, wanted: Compiled, of: Period, published: Collection[str], ours: Ours, now: datetime) -> Goal:
    """Where a schedule should get to for the plan of a period. `published` names the periods that have plans.

    Foreign layers stay, below ours and above our tails. Overrides made by others stay, and ours are cut around them.
    """
    make, drop, manual = _overrides(live, wanted.overrides, ours, now)
    return Goal(_layers(live, wanted, of, published, now), make, drop, manual)


def steps_to(live: Schedule, goal: Goal, now: datetime, most: int = BATCH) -> tuple[AnyStep, ...]:
    """The writes: all layers at once if any differs, overrides next, what goes last, so that no hour is left open.

    `most` is how many overrides one request takes.
    """
    put = (PutLayers(goal.layers),) if layers(goal.layers, now) != layers(live.layers, now) else ()
    batches = (goal.make[n : n + most] for n in range(0, len(goal.make), most))
    return (*put, *map(MakeOverrides, batches), *map(DropOverride, goal.drop))


def back_to(before: Schedule, live: Schedule, made: Iterable[Held], now: datetime) -> Goal:
    """Where a schedule should get to in order to page as it did `before`: only what we `made` since is taken away."""
    alive = tuple(layer for layer in before.layers if not ended(layer, now))
    kept = {layer.id for layer in alive}
    new = [layer for layer in live.layers if layer.id not in kept and mark_of(layer.name) and not ended(layer, now)]
    foreign = [layer for layer in live.layers if layer.id not in kept and not mark_of(layer.name)]
    stretches = set(map(stretch, made))
    there, old = set(map(stretch, live.overrides)), set(map(stretch, before.overrides))
    return Goal(
        (*map(_ended, new), *alive, *(layer for layer in foreign if not ended(layer, now))),
        tuple(_new(o) for o in before.overrides if o.end > now and stretch(o) not in there),
        tuple(o for o in live.overrides if stretch(o) in stretches - old and o.end > now),
    )


def sendable(of: Iterable[PdLayer], now: datetime) -> tuple[PdLayer, ...]:
    """Layers as they are sent: what is to end ends now, not before, since the past cannot be changed."""
    floor = now.replace(second=0, microsecond=0)
    return tuple(replace(layer, end=floor) if layer.end and layer.end < floor else layer for layer in of)


# ------------------------------------------------------------------------------------------------------ overrides


def _overrides(
    live: Schedule, wanted: Sequence[Override], ours: Ours, now: datetime
) -> tuple[tuple[Override, ...], tuple[Override, ...], tuple[Override, ...]]:
    """Which to make, which of ours to drop, and which are manual."""
    known = [o for o in live.overrides if o.end > now and stretch(o) not in ours.others]
    missing = _matched(known, [want for want in wanted if want.end > now], now)
    manual = tuple(o for o in known if not ours.has(o, o.id))
    others = merged(Span(o.start, o.end) for o in manual)
    pieces = [_piece(want, span) for want in missing for span in without((Span(want.start, want.end),), others)]
    make = _matched(known, [piece for piece in pieces if piece.end > now], now)
    return tuple(make), tuple(o for o in known if ours.has(o, o.id)), manual


def _matched(known: list[Override], wanted: Sequence[Override], now: datetime) -> list[Override]:
    """The wanted ones that do not stand yet; those that do are taken out of `known`."""
    missing = []
    for want in wanted:
        found = next((o for o in known if _same(want, o, now)), None)
        if found is None:
            missing.append(want)
        else:
            known.remove(found)
    return missing


def _same(want: Override, there: Override, now: datetime) -> bool:
    """Whether two overrides page alike from now on."""
    starts = want.start == there.start or (want.start <= now and there.start <= now)
    return starts and want.end == there.end and want.user == there.user


def _piece(want: Override, span: Span) -> Override:
    return Override(span.start, span.end, want.user)


def _new(override: Override) -> Override:
    return replace(override, id=None)


# --------------------------------------------------------------------------------------------------------- layers


@dataclass(frozen=True, slots=True)
class _Marked:
    """A layer with our mark."""

    layer: PdLayer
    mark: Mark


def _layers(
    live: Schedule, wanted: Compiled, of: Period, published: Collection[str], now: datetime
) -> tuple[PdLayer, ...]:
    alive = [layer for layer in live.layers if not ended(layer, now)]
    marked = [_Marked(layer, mark) for layer in alive if (mark := mark_of(layer.name))]
    foreign = [layer for layer in alive if mark_of(layer.name) is None]
    later = _is_later(marked, of, published)
    begin = min((layer.start for layer in wanted.layers), default=now)
    bridges = [m for m in marked if m.mark.period is None and (later or m.layer.start < begin > now)]
    free = [m for m in marked if m not in bridges and m.mark.period in {None, of.name}]
    stale = [m for m in marked if m.mark.period not in {None, of.name, *published}]
    others = [m.layer for m in marked if m not in bridges and m not in free and m not in stale]
    used = _Ids([m.layer for m in (*free, *stale)], [layer for layer in live.layers if ended(layer, now)], wanted)
    mains = [used.give(layer) for layer in wanted.layers]
    tails = [] if later else _tails(used, wanted.tails, bridges)
    held = [m.layer if later else _until(m.layer, begin) for m in bridges]
    return (*map(_ended, used.rest()), *held, *tails, *foreign, *others, *mains)


def _is_later(marked: Iterable[_Marked], of: Period, published: Collection[str]) -> bool:
    """Whether a later period has been pushed: then the tails are its own."""
    names = {m.mark.period for m in marked if m.mark.period} & set(published)
    return any(period(name).first > of.last for name in names)


def _tails(used: "_Ids", wanted: Sequence[PdLayer], bridges: Sequence[_Marked]) -> list[PdLayer]:
    taken = {m.layer.name for m in bridges}
    out = []
    for tail in wanted:
        found = used.tail_of(tail)
        name = found.name if found else _free_name(tail, taken)
        taken.add(name)
        out.append(replace(used.give(tail, found), name=name))
    return out


def _free_name(tail: PdLayer, taken: Collection[str]) -> str:
    mark = mark_of(tail.name)
    if mark is None:
        raise ValueError(f"{tail.name} does not carry our mark")
    names = (tail_name(mark.layer, number) for number in range(mark.number, mark.number + len(taken) + 1))
    return next(name for name in names if name not in taken)


def _until(layer: PdLayer, end: datetime) -> PdLayer:
    return replace(layer, end=end if layer.end is None else min(layer.end, end))


def _ended(layer: PdLayer) -> PdLayer:
    """A layer to be ended: writing turns an end that is past into the present."""
    return replace(layer, end=EPOCH)


class _Ids:
    """Layers whose ids may be used again: those of the same name first, then any of ours that is not needed now."""

    def __init__(self, free: Iterable[PdLayer], ended_layers: Iterable[PdLayer], wanted: Compiled) -> None:
        self._free = list(free)
        self._ended = [layer for layer in ended_layers if mark_of(layer.name)]
        self._names = {layer.name for layer in wanted.layers}
        self._tails = {mark.layer for tail in wanted.tails if (mark := mark_of(tail.name))}

    def tail_of(self, tail: PdLayer) -> PdLayer | None:
        """The free tail of the same layer, whatever its number."""
        mine = mark_of(tail.name)
        marks = ((layer, mark_of(layer.name)) for layer in self._free)
        return next((layer for layer, m in marks if m and mine and (m.period, m.layer) == (None, mine.layer)), None)

    def give(self, layer: PdLayer, known: PdLayer | None = None) -> PdLayer:
        """The layer with the id of the one that it replaces, if there is any."""
        known = known or next((other for other in self._free if other.name == layer.name), None) or self._spare()
        if known in self._free:
            self._free.remove(known)
        return replace(layer, id=known.id if known else None)

    def rest(self) -> tuple[PdLayer, ...]:
        """Ours that nobody took, and that still run."""
        return tuple(self._free)

    def _spare(self) -> PdLayer | None:
        if self._ended:
            return self._ended.pop(0)
        return next((layer for layer in self._free if not self._needed(layer)), None)

    def _needed(self, layer: PdLayer) -> bool:
        mark = mark_of(layer.name)
        return layer.name in self._names or bool(mark and mark.period is None and mark.layer in self._tails)
