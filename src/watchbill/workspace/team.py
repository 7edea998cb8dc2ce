"""What `team.yaml` may hold: one model for each mapping, as `docs/reference/files.md` describes them."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from watchbill.errors import did_you_mean
from watchbill.fields import (
    DateRange,
    Day,
    Duration,
    Email,
    Handoff,
    Hours,
    Identity,
    Line,
    Names,
    Number,
    PagerDutyId,
    Percent,
    Reminder,
    Stretches,
    Turn,
    WebAddress,
    Weekdays,
    Yes,
    Zone,
)
from watchbill.policy import TIERS
from watchbill.rules import AnyRule
from watchbill.workspace.import_file import ImportFile
from watchbill.workspace.moments import WeekdayBudget, YearlyBudget
from watchbill.workspace.shapes import FileModel, Listed, OneOrMore, OrText, text_as_item

Bucket = Literal["all", "night", "weekend", "holiday"]
Positive = Annotated[Number, Field(ge=1)]


class ShareStepFile(FileModel):
    """From a date on, the share of full time."""

    since: Day = Field(alias="from")
    value: Percent


def _always(text: str) -> dict[str, str]:
    return {"from": "1971-01-01", "value": text}


class PersonFile(FileModel):
    """Someone who can be on call."""

    name: Line | None = None
    email: Email | None = None
    pagerduty: PagerDutyId | None = None
    timezone: Zone | None = None
    holidays: Names | None = None
    tags: Names = ()
    share: Annotated[tuple[ShareStepFile, ...], text_as_item(_always), OrText()] = ()
    joined: Day | None = None
    left: Day | None = None
    roles: Names | None = None
    excused: OneOrMore[DateRange] = ()
    weekend: Weekdays = (5, 6)


class LayerFile(FileModel):
    """A recurring pattern inside a role."""

    turn: Turn
    handoff: Handoff
    since: Day | None = Field(default=None, alias="from")
    timezone: Zone | None = None
    days: Weekdays | None = None
    hours: OneOrMore[Hours] = ()
    span: OneOrMore[Stretches] = ()
    who: Names | None = None
    over: Names = ()
    may_miss: Duration = timedelta()


class RoleFile(FileModel):
    """A seat, such as primary."""

    name: Line | None = None
    weight: Percent = 100
    seats: Positive = 1
    layers: Annotated[dict[Identity, LayerFile], Field(min_length=1)]


class NightFile(FileModel):
    """What counts as night, and its extra load."""

    hours: Hours | None = None
    extra: Percent | None = None


class ExtraFile(FileModel):
    """The extra load of a kind of hours."""

    extra: Percent


class LoadFile(FileModel):
    """Which hours weigh extra."""

    night: NightFile | None = None
    weekend: ExtraFile | None = None
    holiday: ExtraFile | None = None


class FairnessFile(FileModel):
    """What counts for fairness, and how far back."""

    buckets: dict[Bucket, Number] | None = None
    band: Percent | None = None
    half_life: Duration | None = None


def _tier(value: Any) -> Any:
    """`fairness` and `{fairness: 2%}` as a name and a slack."""
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, dict) and len(value) == 1:
        name, slack = next(iter(value.items()))
        return {"name": name, "slack": slack}
    raise ValueError("a tier is a name, or a name with its slack. Write fairness or {fairness: 2%}.")


def _tier_name(text: Any) -> Any:
    known = [tier.name for tier in TIERS]
    if isinstance(text, str) and text.strip() not in known:
        raise ValueError(f'unknown tier "{text}". {did_you_mean(text, known)}'.rstrip())
    return text


class TierFile(FileModel):
    """One tier of the order in which a plan is made better."""

    name: Annotated[str, BeforeValidator(_tier_name)]
    slack: Percent | None = None


_NAMES = [tier.name for tier in TIERS]
_SLACK = {
    "type": "object",
    "propertyNames": {"enum": _NAMES},
    "additionalProperties": {"type": ["string", "number"]},
    "minProperties": 1,
    "maxProperties": 1,
}
_TIER_SCHEMA = {"anyOf": [{"enum": _NAMES}, _SLACK]}


class WishesFile(FileModel):
    """How much everyone's wishes may weigh together."""

    budget: Number


class HardBudgetFile(FileModel):
    """How much hard unavailability needs no approval."""

    never: WeekdayBudget | None = None
    leave: YearlyBudget | None = None


class PinFile(FileModel):
    """A shift whose holder is decided beforehand."""

    shift: Line
    person: Line
    reason: Line | None = None


class PagerDutyFile(FileModel):
    """Where a role is published in PagerDuty."""

    schedule: Names
    form: Literal["layers", "overrides", "custom_shifts"] = Field(default="layers", alias="as")
    after_end: Literal["rotate", "none"] = "rotate"


class FeedsFile(FileModel):
    """Where feeds are found and who may guess it; whether events make busy, and when their alarms ring."""

    url: WebAddress | None = None
    public: OneOrMore[Literal["team"]] = ()
    busy: Yes = False
    reminders: OneOrMore[Reminder] = ()
    secrets: Yes = True


class PublishFile(FileModel):
    """Where plans are published. `region` is PagerDuty's service region."""

    region: Literal["us", "eu"] = "us"
    feeds: FeedsFile = FeedsFile()
    pagerduty: dict[str, PagerDutyFile] = Field(default_factory=dict)


class TeamFile(FileModel):
    """`team.yaml`."""

    team: Line
    timezone: Zone
    holidays: Names = ()
    calendars: dict[Line, dict[DateRange, Line]] = Field(default_factory=dict)
    notice: Duration = timedelta(days=14)
    people: Annotated[dict[Identity, PersonFile], Field(min_length=1)]
    roles: Annotated[dict[Identity, RoleFile], Field(min_length=1)]
    load: LoadFile = LoadFile()
    rules: Listed[AnyRule] = ()
    fairness: FairnessFile = FairnessFile()
    tiers: Listed[Annotated[TierFile, BeforeValidator(_tier), WithJsonSchema(_TIER_SCHEMA)]] = ()
    wishes: WishesFile | None = None
    hard_budget: HardBudgetFile = HardBudgetFile()
    pins: Listed[PinFile] = ()
    publish: PublishFile = PublishFile()
    imports: ImportFile = Field(default=ImportFile(), alias="import")
