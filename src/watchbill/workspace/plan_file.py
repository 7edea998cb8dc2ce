"""The draft and plan file: strict models of what stands in it, and its JSON Schema. See `docs/reference/plan.md`."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, WithJsonSchema

from watchbill.periods import Period, period
from watchbill.times import from_iso
from watchbill.workspace.jsontext import render

_INSTANT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$"
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_FRACTION = r"^\d{1,40}(/[1-9]\d{0,39})?$"
_MOST_HOURS = 100_000_000


# -------------------------------------------------------------------------------------------------------- scalars


def _instant(value: Any) -> datetime:
    sentence = "is no instant. Write it with its offset, such as 2027-01-04T08:00Z"
    try:
        at = from_iso(_text(value, _INSTANT, sentence))
    except (OverflowError, ValueError):
        raise ValueError(sentence) from None
    if not datetime(1970, 1, 1, tzinfo=UTC) <= at < datetime(2201, 1, 1, tzinfo=UTC):
        raise ValueError("is too far away. Instants lie between 1970 and 2200")
    return at


def _day(value: Any) -> date:
    sentence = "is no date. Write it as 2027-01-04"
    try:
        return date.fromisoformat(_text(value, _DAY, sentence))
    except ValueError:
        raise ValueError(sentence) from None


def _hundredths(value: Any) -> int:
    """Hours with at most two digits after the point, as hundredths."""
    known = isinstance(value, int | Decimal) and not isinstance(value, bool)
    number = Decimal(value) if known else Decimal("NaN")
    if not number.is_finite() or abs(number) > _MOST_HOURS or (number * 100) % 1:
        raise ValueError("is no number of hours with at most two digits after the point. Write it as 12.50")
    return int(number * 100)


def _fraction(value: Any) -> Fraction:
    return Fraction(_text(value, _FRACTION, 'is no fraction. Write it in quotes, as "4/5"'))


def _period(value: Any) -> Period:
    sentence = "is no period. Write 2027-Q1, 2027-02, 2027 or 2027-01-04..2027-04-04"
    try:
        found = period(_text(value, r"^[0-9Q.\-]{4,22}$", sentence))
    except ValueError:
        raise ValueError(sentence) from None
    if found.name != value:
        raise ValueError(f"is not how this period is written. Write {found.name}")
    return found


def _text(value: Any, pattern: str, sentence: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
        raise ValueError(sentence)
    return value


def _whole(value: str) -> str:
    """Refuses lone surrogates, which JSON can spell and no file can hold."""
    if any("\ud800" <= c <= "\udfff" for c in value):
        raise ValueError("holds half a character. Write the character itself")
    return value


def _read_by(reader: Callable[[Any], Any], **schema: Any) -> tuple[PlainValidator, WithJsonSchema]:
    return PlainValidator(reader), WithJsonSchema(schema)


def _plain_text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 10_000:
        raise ValueError("is no text of at most 10000 characters. Write it in quotes")
    return _whole(value)


Instant = Annotated[datetime, *_read_by(_instant, type="string", pattern=_INSTANT)]
Day = Annotated[date, *_read_by(_day, type="string", pattern=_DAY)]
Hours = Annotated[int, *_read_by(_hundredths, type="number", description="Hours with two digits after the point.")]
Share = Annotated[Fraction, *_read_by(_fraction, type="string", pattern=_FRACTION)]
PeriodName = Annotated[Period, *_read_by(_period, type="string", description="Such as 2027-Q1.")]
Text = Annotated[str, *_read_by(_plain_text, type="string", maxLength=10_000)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=r"^[^\x00-\x1f\x7f]+$")]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Points = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Bucket = Literal["all", "night", "weekend", "holiday"]
Buckets = dict[Bucket, Hours]


# --------------------------------------------------------------------------------------------------------- models


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class PartRow(_Row):
    """Who holds a stretch of a shift, from `start` up to and not including `end`."""

    person: Id
    start: Instant
    end: Instant


class ShiftRow(_Row):
    """One turn of one layer in one seat. Edit `person`, `parts` and `pinned`; the rest is recomputed."""

    id: Id
    role: Id
    layer: Id
    seat: Annotated[int, Field(ge=1, le=1000)]
    person: Id | None = Field(description="Who holds most of it; null where nobody does.")
    start: Instant
    end: Instant
    handoff: Instant = Field(description="When the turn begins; its first hours on call may be later.")
    spans: list[Annotated[list[Instant], Field(min_length=2, max_length=2)]] = Field(
        min_length=1, description="The hours on call, each as start and end; ends are not included."
    )
    parts: list[PartRow]
    load: Buckets = Field(description="What the shift weighs for the people who hold it.")
    pinned: bool
    changed: Count = Field(description="The revision in which the shift last changed; 0 in drafts.")


class PersonRow(_Row):
    """One person's sums in hours, and the presence by layer that they rest on."""

    person: Id
    presence: dict[Id, Share]
    reference: Buckets
    load: Buckets
    before: Buckets
    after: Buckets


class FindingRow(_Row):
    """One judgement of a rule. `tier` is null for hard findings."""

    rule: Text
    sentence: Text
    hard: bool
    tier: Text | None
    cost: Points
    people: list[Id]
    shifts: list[Id]
    day: Day | None


class TierRow(_Row):
    """How one tier came out. `proven`: `best` equals the proven lower `bound`."""

    name: Text
    value: Points
    best: Points
    bound: Points
    slack: Points
    proven: bool


class OutcomeRow(_Row):
    """How the solve ended."""

    status: Text
    tiers: list[TierRow]


class InputsRow(_Row):
    """What the plan was made from and with."""

    fingerprint: Text
    versions: dict[Text, Text]
    seed: Points
    effort: Text
    reproducible: bool
    answer: Text = Field(default="", description="Fingerprint of who held what when the plan was made.")
    pins: list[Id] = Field(default=[], description="Shifts that the inputs pinned; others were pinned by hand.")


class DecisionRow(_Row):
    """A stretch of a shift, from `start` up to and not including `end`, that somebody decided by hand who holds."""

    shift: Id
    start: Instant
    end: Instant
    gave: Id | None = Field(description="Who held it before; null where nobody did.")
    took: Id
    reason: Text = Field(default="", description="In the words of who decided; not in feeds.")
    allowed: list[Text] = Field(default=[], description="Rules that it may break, by kind.")
    beside: list[Id] = Field(default=[], description="Shifts of other periods that were decided in the same swap.")


class PlanFile(_Row):
    """A draft (`revision` 0) or a published plan (`revision` from 1 on, `made` says when)."""

    schema_: Literal[1] = Field(alias="schema")
    team: Text
    period: PeriodName
    revision: Count
    made: Instant | None = Field(default=None, description="When this revision was published; plans only.")
    since: Instant | None = Field(default=None, description="From when on it was planned again; before is history.")
    guests: dict[Id, Text] = Field(
        default={},
        description="Names of those who are not in the team and hold parts, by `guest:` and their user's id.",
    )
    decisions: list[DecisionRow] = Field(default=[], description="What was decided by hand, in that order.")
    inputs: InputsRow
    outcome: OutcomeRow
    shifts: list[ShiftRow]
    people: list[PersonRow]
    findings: list[FindingRow]


KEYS = tuple(
    field.alias or name
    for row in (PlanFile, ShiftRow, PartRow, DecisionRow, PersonRow, FindingRow, TierRow, OutcomeRow, InputsRow)
    for name, field in row.model_fields.items()
)


def schema_text() -> str:
    """The JSON Schema of drafts and plans, as it is published in `docs/reference/plan.schema.json`."""
    schema = PlanFile.model_json_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "watchbill draft or plan"}
    return render(head | {key: value for key, value in schema.items() if key != "title"})
