"""What a push wrote, and what it is about to write: `plans/<period>.push.json`, committed, without secrets.

A run that is killed leaves a `pending` part: what stood before, the writes in order, and how many of them are done.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from watchbill.errors import InputError, Mistake, Place
from watchbill.publish.pagerduty.steps import AnyStep
from watchbill.publish.pagerduty.terms import AnySchedule, CustomShift, Kind, Override
from watchbill.texts import MERGE, merge_mark

_Step = Annotated[AnyStep, Field(discriminator="kind")]
_State = Annotated[AnySchedule, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in one schedule because of us: with ids, where PagerDuty gives any that can be told by nothing else.

    `before` is what stood there before the last push, for `rollback`; None where the push made the schedule, or was
    rolled back, at `rolled_back`. `seats` are all that the schedule is for, `url` is its page. `foreign` are the marks
    of what others had there when that was allowed: the same needs no allowance again.
    """

    role: str
    seat: int
    schedule: str
    kind: Kind
    overrides: tuple[Override, ...] = ()
    shifts: tuple[CustomShift, ...] = ()
    rotations: tuple[str, ...] = ()
    before: _State | None = None
    seats: tuple[int, ...] = ()
    url: str | None = None
    foreign: tuple[str, ...] = ()
    rolled_back: datetime | None = None


@dataclass(frozen=True, slots=True)
class Doing:
    """The writes to one schedule of a run that has not ended: the first `done` of them are made.

    `schedule` is its id; None, as `before`, for one that does not exist before the first write. `origin` is what stood
    before the first of several runs, where those before this one were cut off; None if this is the first. `foreign` is
    what of others was shown, and allowed, when the run began. `undoes`: it takes back what the run made.
    """

    role: str
    seat: int
    name: str
    schedule: str | None
    kind: Kind
    before: _State | None
    steps: tuple[_Step, ...]
    done: int = 0
    origin: _State | None = None
    foreign: tuple[str, ...] = ()
    undoes: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """A run that has begun and not ended, by the digest that was applied, and the plan's revision that it was for."""

    digest: str
    begun: datetime
    targets: tuple[Doing, ...]
    revision: int = 0


@dataclass(frozen=True, slots=True)
class PushFile:
    """`plans/<period>.push.json`: the revision that was pushed last, when, and what stands because of it."""

    period: str
    revision: int
    digest: str = ""
    at: datetime | None = None
    written: tuple[Written, ...] = ()
    pending: Pending | None = None
    schema: Literal[1] = 1

    def of(self, role: str, seat: int) -> Written | None:
        """What was written for one seat of a role, if anything."""
        return next((w for w in self.written if (w.role, w.seat) == (role, seat)), None)


_FILE = TypeAdapter(PushFile)
_STEPS = TypeAdapter(tuple[_Step, ...])


def encode(file: PushFile) -> bytes:
    """The bytes of a push file."""
    return _FILE.dump_json(file, indent=1) + b"\n"


def decode(name: str, content: bytes) -> PushFile:
    """Reads a push file; InputError with the remedy where it is not whole."""
    text = content.decode("utf-8", "replace")
    if (at := merge_mark(text)) is not None:
        raise InputError([Mistake(Place(name, text.count("\n", 0, at) + 1), MERGE)])
    try:
        return _FILE.validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        what = f'"{where}" is missing' if first["type"] == "missing" else f'"{where}" is not as a push writes it'
        sentence = (
            f"{what if where else 'this is no whole JSON'}. Restore the file from git, or remove it and push again."
        )
        raise InputError([Mistake(Place(name), sentence)]) from None


def schema() -> dict[str, Any]:
    """The JSON Schema of push files."""
    return _FILE.json_schema()


def steps_json(steps: tuple[AnyStep, ...]) -> Any:
    """Writes as JSON: the same for the same writes."""
    return _STEPS.dump_python(steps, mode="json")
