"""What to find out about schedules of layers: one schedule, written and read again and again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from watchbill.publish.pagerduty import bodies, changing, nodes, remote, wire
from watchbill.publish.pagerduty.answers import Answer
from watchbill.publish.pagerduty.bench import ZONE, Bench, Unknown
from watchbill.publish.pagerduty.terms import DAY_SECONDS, Entry, Override, PdLayer, Restriction, Schedule, Turns
from watchbill.times import DAY, MINUTE, Span, midnight, offsets, wall, zone

HOUR = timedelta(hours=1)
AHEAD = 20 * DAY
"""How far away the clock change is at least across which turns are watched."""
SIZES, SMALL = (50, 100, 200, 500), (1, 10, 25)
YEARS = (1, 2, 3, 5)
MOMENT = timedelta(minutes=10)
"""What lies so near the present is the present."""
MIXED = {72: "both", 56: "one", 24: "one"}


def ask(bench: Bench) -> Iterator[Answer]:
    """The answers, one by one. RemoteFailed where no schedule can be made, or PagerDuty does not answer."""
    desk = _Desk.made(bench)
    yield bench.answers("layer_order", desk.order)
    yield bench.answers("omitted_layers", desk.omitted)
    yield bench.answers("past_layer_start", desk.past_start)
    yield bench.answers("duplicate_users", desk.duplicates)
    yield bench.answers("day_turns", lambda: desk.turns(timedelta(days=1), 3, 4))
    yield bench.answers("week_turns", lambda: desk.turns(timedelta(days=7), 10, 15))
    yield bench.answers("hour_turns", lambda: desk.turns(timedelta(hours=8), 2, 3))
    yield bench.answers("mixed_restrictions", desk.mixed)
    yield bench.answers("past_override", desk.past_override)
    yield bench.answers("override_years", lambda: bench.climbed(YEARS, desk.takes_years))
    yield bench.answers("overrides_per_request", lambda: bench.most(SIZES, SMALL, desk.takes_many))
    yield bench.answers("limit_v2", lambda: bench.limit("/schedules"))


@dataclass
class _Desk:
    """The schedule of the experiments: one layer that stays, and whatever is tried on top of it."""

    bench: Bench
    schedule: Schedule
    layer: PdLayer

    @classmethod
    def made(cls, bench: Bench) -> "_Desk":
        layer = bench.layer("one", bench.now + DAY)
        id_ = bench.make_layers(layer)
        schedule = bench.until(lambda: _read(bench, id_), lambda found: bool(found.layers))
        if not schedule.layers:
            raise nodes.lacking("schedule_layers", {"id": id_}, "a list of one layer")
        return cls(bench, schedule, schedule.layers[0])

    # --------------------------------------------------------------------------------------------------- layers

    def put(self, *layers: PdLayer) -> Schedule:
        """Writes layers, the lowest first, and gives the answer."""
        return changing.put_layers(self.bench.calls, self.schedule, layers)

    def order(self) -> str:
        """Two layers are written, and their names looked at as they are read."""
        above = replace(self.bench.layer("two", self.bench.now + DAY), end=self.bench.now + 8 * DAY)
        self.put(self.layer, above)
        path = f"/schedules/{self.schedule.id}"
        names = self.bench.until(lambda: _names(self.bench.calls.get(path)), lambda found: len(found) == 2)
        orders = {("two", "one"): "reversed", ("one", "two"): "as_written"}
        if names not in orders:
            raise Unknown(f"{len(names)} layers came back where 2 were written")
        return orders[names]

    def omitted(self) -> str:
        """The upper of two layers is left out."""
        above = self.bench.until(lambda: [layer for layer in self.read().layers if layer.name == "two"], bool)
        if not above:
            raise Unknown("there was no second layer to leave out")
        before = above[0]
        self.put(self.layer)
        left = self.bench.until(lambda: self._with(before.id), lambda found: before not in found)
        if left == [before]:
            return "kept"
        if left and (left[0].end is None or left[0].end > self.bench.now + MOMENT):
            raise Unknown("the layer was changed, and has not ended")
        return "ended" if left else "dropped"

    def past_start(self) -> str:
        """A layer is written with a start of a month ago."""
        past = self.bench.now - 30 * DAY
        written = replace(self.layer, start=past, virtual_start=past)
        if not self.bench.takes(lambda: self.put(written)):
            return "refused"
        found = self.bench.until(lambda: self._with(self.layer.id), lambda f: f != [self.layer])
        return moved(self.bench, past, found[0].start if found else None, "now")

    def duplicates(self) -> str:
        """A layer has the users a, b, a for a day each: of six days a has four."""
        a, b = self.bench.users
        start = self.bench.now + AHEAD
        written = replace(self.layer, start=start, virtual_start=start, turn=DAY_SECONDS, users=(a, b, a))
        if not self.bench.takes(lambda: self.put(written)):
            return "refused"
        window = Span(start, start + 6 * DAY)
        seen = self.bench.until(lambda: self.final(window), lambda found: _hours(found, a) > 84)
        return "allowed" if _hours(seen, a) > 84 else "dropped"

    # ---------------------------------------------------------------------------------------------------- turns

    def turns(self, turn: timedelta, before: int, after: int) -> Turns:
        """Two users take turns from some days before a clock change on; the handoffs some days after it tell.

        PagerDuty's preview and the schedule itself have to agree.
        """
        change = next_change(self.bench.now + AHEAD)
        tz = zone(ZONE)
        first = midnight(wall(change, tz).date() - before * DAY, tz) + 9 * HOUR
        window = Span(first, midnight(wall(change, tz).date() + after * DAY, tz))
        written = replace(
            self.layer, start=first, virtual_start=first, turn=int(turn.total_seconds()), users=self.bench.users
        )
        new = Schedule("", self.schedule.name, ZONE)
        shown = remote.preview(self.bench.calls, new, [written], window)
        self.put(written)
        if self.bench.until(lambda: self.final(window), lambda found: found == shown) != shown:
            raise Unknown("the preview and the schedule do not show the same")
        return counted(shown, first, turn, change, window.end)

    # ---------------------------------------------------------------------------------------------- restrictions

    def mixed(self) -> str:
        """One user daily from 9 to 17 and all of Saturday: a week of 72 hours, if both count."""
        start = self.bench.now + AHEAD
        monday = midnight(start.date() + (7 - start.weekday()) * DAY, zone("Etc/UTC"))
        rules = (Restriction(9 * 3600, 8 * 3600), Restriction(0, DAY_SECONDS, 6))
        layer = replace(self.bench.layer("mixed", start), users=self.bench.users[:1], restrictions=rules)
        new, week = Schedule("", self.schedule.name, "Etc/UTC"), Span(monday, monday + 7 * DAY)
        shown: list[tuple[Entry, ...]] = []
        if not self.bench.takes(lambda: shown.append(remote.preview(self.bench.calls, new, [layer], week))):
            return "refused"
        hours = round(_hours(shown[0], layer.users[0]))
        if hours not in MIXED:
            raise Unknown(f"they make a week of {hours} hours, where 72 or fewer were to be expected")
        return MIXED[hours]

    # ------------------------------------------------------------------------------------------------ overrides

    def past_override(self) -> str:
        """An override began two hours ago and ends in two."""
        wanted = self._override(self.bench.now - 2 * HOUR, 4 * HOUR)
        made: list[bool] = []
        if not self.bench.takes(lambda: made.extend(self.post([wanted]))) or not all(made):
            return "refused"
        window = Span(wanted.start - HOUR, wanted.end + HOUR)
        found = self.bench.until(lambda: self._overrides(window), bool)
        return moved(self.bench, wanted.start, found[0].start if found else None, "clamped")

    def takes_years(self, years: int) -> bool:
        """Whether an override so many years ahead is made."""
        return all(self.post([self._override(self.bench.now + years * 365 * DAY, HOUR)]))

    def takes_many(self, count: int) -> bool:
        """Whether so many overrides are all made in one request. Each count has hours of its own."""
        start = self.bench.now + AHEAD + 2 * count * HOUR
        made = self.post([self._override(start + n * HOUR, HOUR) for n in range(count)])
        return len(made) == count and all(made)

    def post(self, overrides: Sequence[Override]) -> list[bool]:
        """Makes overrides in one request, and says of each whether it was made."""
        path = f"/schedules/{self.schedule.id}/overrides"
        made = wire.made(self.bench.calls.post(path, bodies.overrides(overrides)))
        return [isinstance(one, Override) for one in made]

    def _override(self, start: datetime, length: timedelta) -> Override:
        return Override(start, start + length, self.bench.users[1])

    def _overrides(self, window: Span) -> list[Override]:
        found = remote.read(self.bench.calls, self.schedule.id, "schedule", window)
        return list(found.overrides) if isinstance(found, Schedule) else []

    # ---------------------------------------------------------------------------------------------------- reads

    def read(self) -> Schedule:
        return _read(self.bench, self.schedule.id)

    def final(self, window: Span) -> tuple[Entry, ...]:
        return remote.final(self.bench.calls, self.schedule.id, "schedule", window)

    def _with(self, id_: str | None) -> list[PdLayer]:
        return [layer for layer in self.read().layers if layer.id == id_]


# ---------------------------------------------------------------------------------------------------------- judging


def moved(bench: Bench, sent: datetime, found: datetime | None, now_word: str) -> str:
    """What became of a start in the past: kept, or put to the present, for which there is a word."""
    present = bench.calls.date or bench.now
    if found is not None and abs(found - sent) < MINUTE:
        return "kept"
    if found is not None and abs(found - present) < MOMENT:
        return now_word
    raise Unknown("it is neither what was written nor the present" if found else "it was taken, and cannot be read")


def counted(shown: Sequence[Entry], first: datetime, turn: timedelta, change: datetime, end: datetime) -> Turns:
    """How turns are counted that began at `first`, by the handoffs between a clock change and an end."""
    tz = zone(ZONE)
    handoffs = [entry.start for entry in shown if change < entry.start < end]
    if not handoffs:
        raise Unknown("no handoff was shown after the clock change")
    if all(not (wall(at, tz) - wall(first, tz)) % turn for at in handoffs):
        return "wall"
    if all(not (at - first) % turn for at in handoffs):
        return "elapsed"
    raise Unknown("the handoffs follow neither the clock nor the time elapsed")


def next_change(after: datetime) -> datetime:
    """When the clock changes next."""
    return offsets(Span(after, after + 370 * DAY), zone(ZONE))[1][0].start


def _read(bench: Bench, id_: str) -> Schedule:
    return replace(wire.schedule(bench.calls.get(f"/schedules/{nodes.safe_id(id_)}")), id=id_)


def _names(body: Any) -> tuple[str, ...]:
    """The names of the layers in the order of an answer."""
    layers = nodes.listed(nodes.mapping(body, "schedule"), "schedule_layers")
    return tuple(nodes.text(layer, "name", "") for layer in layers)


def _hours(shown: Sequence[Entry], user: str) -> float:
    return sum((entry.end - entry.start) / HOUR for entry in shown if entry.user == user)
