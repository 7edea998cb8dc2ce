"""What to find out about shift-based schedules (v3), where the account has them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from watchbill.publish.pagerduty import bodies, nodes, remote
from watchbill.publish.pagerduty.answers import Answer
from watchbill.publish.pagerduty.bench import ZONE, Bench, Unknown, reason
from watchbill.publish.pagerduty.port import RemoteFailed
from watchbill.publish.pagerduty.probe_layers import AHEAD, HOUR, SIZES, SMALL, YEARS, moved
from watchbill.publish.pagerduty.terms import CustomShift, ShiftSchedule
from watchbill.times import DAY, Span

_KEYS = ("rotations_key", "shift_batch", "past_shift", "shift_years", "shifts_per_request", "limit_v3")
_ROTATIONS = {(True, True): "ignored", (True, False): "refused", (False, True): "required"}
"""What `rotations` is, by whether a schedule can be made without it and with it."""


def ask(bench: Bench) -> Iterator[Answer]:
    """The answers, one by one: all unknown where no shift-based schedule can be made, as on accounts without them."""
    try:
        ids = _made(bench, {}), _made(bench, {"rotations": []})
        id_ = next((one for one in ids if one), None)
        if id_ is None:
            raise Unknown("PagerDuty made no shift-based schedule, with and without rotations")
    except Unknown as unknown:
        yield from (Answer(key, None, str(unknown)) for key in _KEYS)
        return
    desk = _Desk(bench, id_)
    yield Answer("rotations_key", _ROTATIONS[bool(ids[0]), bool(ids[1])])
    yield bench.answers("shift_batch", desk.batch)
    yield bench.answers("past_shift", desk.past)
    yield bench.answers("shift_years", lambda: bench.climbed(YEARS, desk.takes_years))
    yield bench.answers("shifts_per_request", lambda: bench.most(SIZES, SMALL, desk.takes_many))
    yield bench.answers("limit_v3", lambda: bench.limit("/v3/schedules"))


def _made(bench: Bench, more: Mapping[str, Any]) -> str | None:
    """The id of a new schedule, None if it is refused for what it says. Unknown where the account has none at all."""
    body = bodies.shift_schedule(bench.next_name(), ZONE, "")
    ids: list[str] = []
    try:
        taken = bench.takes(lambda: ids.append(bench.make("schedule_v3", {"schedule": body["schedule"] | more})))
    except RemoteFailed as failed:
        bench.bear(failed)
        raise Unknown(f"there are no shift-based schedules here: {reason(failed)}") from failed
    return ids[0] if taken else None


@dataclass(frozen=True)
class _Desk:
    """The schedule of the experiments."""

    bench: Bench
    id: str

    def batch(self) -> str:
        """Two sound shifts around one that ends before it begins."""
        start = self.bench.now + AHEAD
        wanted = [self._shift(start + n * DAY, HOUR) for n in range(3)]
        wanted[1] = replace(wanted[1], end=wanted[1].start - HOUR)
        self.bench.takes(lambda: self.post(wanted))
        made = self.bench.until(lambda: self._shifts(Span(start - DAY, start + 4 * DAY)), bool)
        if len(made) > 2:
            raise Unknown("PagerDuty took a shift that ends before it begins")
        return "item" if made else "whole"

    def past(self) -> str:
        """A shift began two hours ago and ends in two."""
        wanted = self._shift(self.bench.now - 2 * HOUR, 4 * HOUR)
        if not self.bench.takes(lambda: self.post([wanted])):
            return "refused"
        found = self.bench.until(lambda: self._shifts(Span(wanted.start - HOUR, wanted.end + HOUR)), bool)
        return moved(self.bench, wanted.start, found[0].start if found else None, "clamped")

    def takes_years(self, years: int) -> bool:
        """Whether a shift so many years ahead is made."""
        return self.post([self._shift(self.bench.now + years * 365 * DAY, HOUR)]) == 1

    def takes_many(self, count: int) -> bool:
        """Whether so many shifts are made in one request. Each count has hours of its own."""
        start = self.bench.now + AHEAD + 2 * count * HOUR
        return self.post([self._shift(start + n * HOUR, HOUR) for n in range(count)]) == count

    def post(self, shifts: Sequence[CustomShift]) -> int:
        """Makes shifts in one request, and says how many were made."""
        answer = self.bench.calls.post(f"/v3/schedules/{self.id}/custom_shifts", bodies.custom_shifts(shifts))
        return len(nodes.listed(answer, "custom_shifts"))

    def _shift(self, start: datetime, length: timedelta) -> CustomShift:
        return CustomShift(start, start + length, self.bench.users[0])

    def _shifts(self, window: Span) -> list[CustomShift]:
        found = remote.read(self.bench.calls, self.id, "schedule_v3", window)
        return list(found.shifts) if isinstance(found, ShiftSchedule) else []
