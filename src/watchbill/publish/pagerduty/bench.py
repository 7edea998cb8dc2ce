"""A corner of an account to try things out in: throw-away schedules that nothing uses, and that go at the end."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from watchbill.publish.pagerduty import bodies, nodes
from watchbill.publish.pagerduty.answers import Answer
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.port import RemoteFailed
from watchbill.publish.pagerduty.terms import Kind, PdLayer
from watchbill.times import EPOCH

ZONE = "Europe/Berlin"
STALE = timedelta(hours=1)
"""A schedule of an earlier probe that is older than this is litter: no probe takes as long."""
LOOKS = 4
REFUSED = (400, 413, 422)
"""What PagerDuty answers where it does not take what a request says."""

_NAME = re.compile(r"watchbill probe (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)( \d+)? \(delete me\)")
_PATHS: tuple[tuple[Kind, str], ...] = (("schedule", "/schedules"), ("schedule_v3", "/v3/schedules"))
_WITHOUT_V3 = (400, 402, 403, 404, 405)

T = TypeVar("T")
Made = tuple[Kind, str]


class Unknown(Exception):
    """A question that cannot be answered, and why."""


@dataclass
class Bench:
    """Where things are tried out: two users, and the present to the minute by PagerDuty's clock.

    `made` are the schedules so far, by kind and id.
    """

    calls: Calls
    sleep: Callable[[float], None]
    users: tuple[str, str]
    now: datetime
    stamp: datetime
    made: list[Made] = field(default_factory=list)
    tried: int = 0

    @property
    def name(self) -> str:
        """The name of the schedules, which are numbered from the second on."""
        return name_of(self.stamp)

    def next_name(self) -> str:
        """The name of the next schedule: no two have the same."""
        self.tried += 1
        return self.name if self.tried == 1 else name_of(self.stamp, self.tried)

    # ------------------------------------------------------------------------------------------------------- ask

    def answers(self, key: str, experiment: Callable[[], str | int]) -> Answer:
        """What an experiment finds; unknown where PagerDuty refuses it or it is not clear what that means.

        RemoteFailed where PagerDuty does not answer at all, or takes no more requests.
        """
        try:
            return Answer(key, experiment())
        except Unknown as unknown:
            return Answer(key, None, str(unknown))
        except RemoteFailed as failed:
            self.bear(failed)
            return Answer(key, None, reason(failed))

    def bear(self, failed: RemoteFailed) -> None:
        """Lets a refusal pass. RemoteFailed again where it says nothing of the question: no answers at all, no key."""
        if failed.status in (401, 429):
            raise failed
        if failed.status is None:
            self.calls.get("/users", {"limit": 1})

    def takes(self, write: Callable[[], object]) -> bool:
        """Whether PagerDuty takes a write; a refusal of what it says means no, other failures say nothing."""
        try:
            write()
        except RemoteFailed as failed:
            if failed.status not in REFUSED:
                raise
            return False
        return True

    def climbed(self, rungs: Sequence[int], works: Callable[[int], bool]) -> int:
        """The last of rising numbers for which something works, 0 if for none.

        Any failure means that it does not, but for the first one, where only a refusal does. Unknown otherwise.
        """
        last = 0
        for rung in rungs:
            try:
                held = works(rung)
            except RemoteFailed as failed:
                self.bear(failed)
                if not last and failed.status not in REFUSED:
                    raise Unknown(reason(failed)) from failed
                held = False
            if not held:
                break
            last = rung
        return last

    def most(self, rungs: Sequence[int], smaller: Sequence[int], works: Callable[[int], bool]) -> int:
        """The last of rising numbers that works, else of smaller ones. Unknown if not even one of those does."""
        found = self.climbed(rungs, works) or self.climbed(smaller, works)
        if not found:
            raise Unknown(f"not even {smaller[0]} was taken")
        return found

    def until(self, look: Callable[[], T], settled: Callable[[T], bool]) -> T:
        """What is seen as soon as it is settled, else the last of some looks: what is read may be of a moment ago."""
        for n in range(LOOKS - 1):
            try:
                if settled(seen := look()):
                    return seen
            except RemoteFailed as failed:
                if failed.status != 404:  # what has just been made may not be there yet
                    raise
            self.sleep(float(2**n))
        return look()

    def limit(self, path: str) -> str | int:
        """The rate limit that answers to a request name."""
        self.calls.get(path, {"limit": 1})
        told = re.match(r"\s*(\d{1,6})", self.calls.limit or "")
        return int(told[1]) or "none" if told else "none"

    # ------------------------------------------------------------------------------------------------------ make

    def make(self, kind: Kind, body: bodies.Body) -> str:
        """Makes a schedule that will go, and gives its id."""
        path = next(path for of, path in _PATHS if of == kind)
        id_ = nodes.text(nodes.mapping(self.calls.post(path, body), "schedule"), "id")
        self.made.append((kind, id_))
        return id_

    def make_layers(self, layer: PdLayer) -> str:
        """Makes a schedule of one layer."""
        about = "Made by watchbill push --probe, used by nothing. Delete it if it is still here tomorrow."
        return self.make("schedule", bodies.schedule(self.next_name(), ZONE, about, [layer]))

    def layer(self, name: str, start: datetime, days: float = 7.0, id_: str | None = None) -> PdLayer:
        """A layer of both users without end."""
        turn = int(timedelta(days=days).total_seconds())
        return PdLayer(name, start, None, start, turn, self.users, id=id_)

    # ----------------------------------------------------------------------------------------------------- clear

    def clear(self) -> None:
        """Deletes all that was made, also what may have been made without an answer. RemoteFailed names what stays."""
        with suppress(RemoteFailed):
            self.made += [one for one, name in listed(self.calls) if stamp_in(name) == self.stamp]
        left = [id_ for kind, id_ in dict.fromkeys(self.made) if not _gone(self.calls, kind, id_)]
        if left:
            raise RemoteFailed(
                f'The schedules of the probe could not be deleted: {", ".join(left)} ("{self.name}"). Nothing uses '
                "them. Delete them in PagerDuty, or run the probe again in an hour: it clears up after earlier ones."
            )


def clear_litter(calls: Calls, now: datetime) -> int:
    """Deletes what earlier probes left behind because they were killed; how many schedules that were."""
    found = [(one, stamp_in(name)) for one, name in listed(calls)]
    old = [one for one, stamp in found if stamp and stamp < now - STALE]
    return sum(_gone(calls, kind, id_) for kind, id_ in old)


def listed(calls: Calls) -> Iterator[tuple[Made, str]]:
    """Every schedule whose name says that a probe made it, with its name."""
    for kind, path in _PATHS:
        for item in _page(calls, kind, path):
            name = item.get("name") or item.get("summary") if isinstance(item, dict) else None
            if isinstance(name, str) and stamp_in(name):
                yield (kind, nodes.text(item, "id")), name


def _page(calls: Calls, kind: Kind, path: str) -> list[Any]:
    try:
        return calls.pages(path, "schedules", {"query": "watchbill probe"})
    except RemoteFailed as failed:
        if kind == "schedule" or failed.status not in _WITHOUT_V3:
            raise
        return calls.pages(path, "schedules") if failed.status == 400 else []


def _gone(calls: Calls, kind: Kind, id_: str) -> bool:
    """Deletes a schedule, whatever is pressed or fails meanwhile; whether it is gone."""
    try:
        calls.delete(f"{dict(_PATHS)[kind]}/{nodes.safe_id(id_)}")
    except RemoteFailed as failed:
        return failed.status == 404
    except KeyboardInterrupt:
        return False
    return True


def name_of(stamp: datetime, number: int = 1) -> str:
    """What a schedule of a probe is called."""
    return f"watchbill probe {bodies.stamp(stamp)}{f' {number}' if number > 1 else ''} (delete me)"


def stamp_in(name: str) -> datetime | None:
    """When the probe began that made a schedule of a name; None for other names."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    with suppress(ValueError):
        return datetime.fromisoformat(match[1])
    return EPOCH


def reason(failed: RemoteFailed) -> str:
    """Why there is no answer, in words that may be kept: PagerDuty's own could name people."""
    if failed.status is None:
        return "PagerDuty's answer was lost or could not be read"
    code = f", code {failed.code}" if failed.code else ""
    return f"PagerDuty answered with status {failed.status}{code}"
