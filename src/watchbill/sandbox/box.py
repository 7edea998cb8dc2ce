"""The sandbox itself, without the wire: keys, limits, faults, the clock, and a record of all that was asked of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import md5, sha256
from threading import RLock
from typing import Any

from watchbill.sandbox.answers import RATE_LIMITED, Answer, Refusal, denied, failure, invalid, not_found, unauthorized
from watchbill.sandbox.call import Call, Query
from watchbill.sandbox.faults import Fault
from watchbill.sandbox.quirks import Quirks
from watchbill.sandbox.routes import Route, find
from watchbill.sandbox.watching import Watch
from watchbill.sandbox.world import World
from watchbill.times import iso


@dataclass(frozen=True, slots=True)
class Request:
    """What came over the wire; `body` is as it came."""

    method: str
    path: str
    query: Query = field(default_factory=dict)
    authorization: str = ""
    body: bytes = b""

    @property
    def target(self) -> str:
        """The path with the query behind it, as faults see it."""
        parts = "&".join(f"{name}={value}" for name, values in self.query.items() for value in values)
        return f"{self.path}?{parts}" if parts else self.path


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a request: an answer after some seconds, or (None) a connection that is cut."""

    answer: Answer | None
    delay: float = 0.0


@dataclass(slots=True)
class _Stale:
    """The world before a write, shown to some more reads or for some more time."""

    world: World
    reads: int | None
    until: float | None


@dataclass(slots=True)
class _Kill:
    """After so many more writes there are no more answers; the last one is answered if `told`."""

    after: int
    told: bool = True


@dataclass(slots=True)
class Box:
    """One sandbox: what it remembers and how it behaves. `machine` and `ticks` are the clocks of the real world."""

    machine: Callable[[], datetime]
    ticks: Callable[[], float]
    world: World = field(default_factory=World)
    quirks: Quirks = field(default_factory=Quirks)
    key: str = field(default="sandbox-key", repr=False)
    read_key: str = field(default="sandbox-read-key", repr=False)
    fixed: datetime | None = None
    faults: list[Fault] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)
    writes: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    kill: _Kill | None = None
    changed: Callable[[World], None] | None = None
    lock: RLock = field(default_factory=RLock)
    _stale: list[_Stale] = field(default_factory=list)
    _window: float = 0.0
    _used: int = 0

    @property
    def now(self) -> datetime:
        """The instant it is here, to the second."""
        return (self.fixed or self.machine()).replace(microsecond=0)

    def set_kill(self, after: int | None, *, told: bool = True) -> None:
        """Lets so many more writes through, then none and no reads either; None takes that back."""
        self.kill = None if after is None else _Kill(after, told)

    def reset(self, world: World) -> None:
        """Forgets all but the clock, the quirks and the keys, and goes on with a world."""
        self.world, self.kill, self.requests, self._used = world, None, 0, 0
        for kept in (self.faults, self.watches, self.writes, self.counts, self._stale):
            kept.clear()

    # ------------------------------------------------------------------------------------------------- requests

    def handle(self, request: Request) -> Outcome:
        """Carries out a request as PagerDuty would, unless told to fail."""
        with self.lock:
            self.requests += 1
            key = f"{request.method} {request.path}"
            self.counts[key] = self.counts.get(key, 0) + 1
            if self.kill and self.kill.after <= 0:
                return Outcome(None)
            return self._failing(request)

    def _failing(self, request: Request) -> Outcome:
        struck = [f for f in self.faults if f.kind != "stale" and f.strikes(request.method, request.target)]
        delay = sum(f.seconds for f in struck if f.kind == "slow")
        for fault in struck:
            if fault.kind != "slow":
                if fault.when == "after":
                    self._answered(request)
                return Outcome(self._failure(fault, request), delay)
        answer, wrote = self._answered(request)
        if wrote and self.kill and self.kill.after <= 0 and not self.kill.told:
            return Outcome(None, delay)
        return Outcome(answer, delay)

    def _failure(self, fault: Fault, request: Request) -> Answer | None:
        if fault.kind == "drop":
            return None
        if fault.status == 429:
            return self._too_many(told=fault.told)
        return Answer(fault.status, failure(fault.status) if fault.told else None, self._marks(request))

    def _answered(self, request: Request) -> tuple[Answer, bool]:
        """The answer, and whether a write was carried out."""
        limit = self._limit()
        if self._used > self.quirks.rate_limit:
            return self._too_many(told=self.quirks.rate_told), False
        found = find(request.method, request.path)
        try:
            self._admit(request, found[0] if found else None)
            if found is None:
                raise not_found()
            answer = self.carry_out(*found, request.query, _parsed(request.body))
        except Refusal as refusal:
            answer = refusal.answer
        wrote = bool(found and found[0].changes and answer.status < 300)
        if wrote and self.kill:
            self.kill.after -= 1
        marks = limit | self._marks(request) | self._etag(answer)
        return replace(answer, headers={**marks, **answer.headers}), wrote

    def _admit(self, request: Request, route: Route | None) -> None:
        given = request.authorization.removeprefix("Token token=")
        if given not in {self.key, self.read_key} or given == request.authorization:
            raise unauthorized()
        if given == self.read_key and given != self.key and route and route.method != "GET":
            raise denied()

    def carry_out(self, route: Route, ids: Mapping[str, str], query: Query, body: Any, *, by: str = "api") -> Answer:
        """Lets a handler work on the world; a refusal leaves it as it was. Refusal if it refuses."""
        if not route.changes:
            return route.handler(Call(self._world_for(route, ids, query), self.now, self.quirks, ids, query, body))
        before, world = self.world, self.world.copy()
        answer = route.handler(Call(world, self.now, self.quirks, ids, query, body))
        self.world = world
        self._remember(before)
        self._record(route, ids, body, answer.status, by)
        if self.changed:
            self.changed(world)
        return answer

    # ------------------------------------------------------------------------------------------- what it records

    def _record(self, route: Route, ids: Mapping[str, str], body: Any, status: int, by: str) -> None:
        number = len(self.writes) + 1
        path = route.path.format(**ids)
        write = {"n": number, "at": iso(self.now), "method": route.method, "path": path, "body": body}
        self.writes.append({**write, "status": status, "by": by})
        for watch in self.watches:
            watch.look(self.world, self.quirks, number, f"{route.method} {path}")

    # ---------------------------------------------------------------------------------------------- stale reads

    def _remember(self, before: World) -> None:
        """Keeps the oldest world that reads may still show."""
        self._stale = [stale for stale in self._stale if self._lives(stale)]
        for fault in self.faults:
            if fault.kind == "stale" and not self._stale and (fault.times is None or fault.hits < fault.times):
                until = self.ticks() + fault.seconds if fault.seconds else None
                self._stale.append(_Stale(before, fault.reads, until))

    def _lives(self, stale: _Stale) -> bool:
        return (stale.reads is None or stale.reads > 0) and (stale.until is None or self.ticks() < stale.until)

    def _world_for(self, route: Route, ids: Mapping[str, str], query: Query) -> World:
        if route.method != "GET":
            return self.world
        target = Request("GET", route.path.format(**ids), query).target
        for stale in filter(self._lives, self._stale):
            if any(f.kind == "stale" and f.strikes("GET", target) for f in self.faults):
                stale.reads = None if stale.reads is None else stale.reads - 1
                return stale.world
        return self.world

    # ------------------------------------------------------------------------------------------ limits and marks

    def _limit(self) -> dict[str, str]:
        """Counts a request; the headers that tell of the limit."""
        ticks = self.ticks()
        if not self._used or ticks - self._window >= self.quirks.rate_window:
            self._window, self._used = ticks, 0
        self._used += 1
        left = max(0, self.quirks.rate_limit - self._used)
        return {
            "ratelimit-limit": str(self.quirks.rate_limit),
            "ratelimit-remaining": str(left),
            "ratelimit-reset": str(self._reset()),
        }

    def _reset(self) -> int:
        return max(0, -int(-(self._window + self.quirks.rate_window - self.ticks()) // 1))

    def _too_many(self, *, told: bool) -> Answer:
        if not told:
            return Answer(429)
        limit = {"ratelimit-limit": str(self.quirks.rate_limit), "ratelimit-remaining": "0"}
        return Answer(429, dict(RATE_LIMITED), limit | {"ratelimit-reset": str(self._reset())})

    def _marks(self, request: Request) -> dict[str, str]:
        digest = sha256(f"{self.requests} {request.method} {request.path}".encode()).hexdigest()
        parts = (digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32])
        return {"x-request-id": "-".join(parts), "date": format_datetime(self.now.astimezone(UTC), usegmt=True)}

    def _etag(self, answer: Answer) -> dict[str, str]:
        if answer.body is None or answer.status >= 300:
            return {}
        text = json.dumps(answer.body, sort_keys=True).encode()
        return {"etag": f'W/"{md5(text, usedforsecurity=False).hexdigest()}"'}


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        raise invalid("The request body is not valid JSON") from None
