"""The push file keeps the published schema, whatever a push writes; the schema is the one of the values."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from watchbill.publish.pagerduty.journal import Doing, Pending, PushFile, Written, encode, schema
from watchbill.publish.pagerduty.steps import (
    AnyStep,
    DropOverride,
    DropRotation,
    DropShift,
    EndEvent,
    MakeEvent,
    MakeOverrides,
    MakeSchedule,
    MakeShifts,
    PutLayers,
)
from watchbill.publish.pagerduty.terms import (
    AnySchedule,
    CustomShift,
    Event,
    Override,
    PdLayer,
    Restriction,
    Rotation,
    Schedule,
    ShiftSchedule,
)
from watchbill.workspace.jsontext import render

PUBLISHED = Path(__file__).parents[3] / "docs" / "reference" / "push.schema.json"
HEAD = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "what a push wrote"}

START, END = datetime(2027, 1, 4, 8, tzinfo=UTC), datetime(2027, 1, 11, 8, tzinfo=UTC)
LAYER = PdLayer("watchbill 2027-Q1 week", START, None, START, 604_800, ("PU1",), (Restriction(0, 3600, 1),), "PL1")
OVERRIDE = Override(START, END, "PU1", "Q1")
SHIFT = CustomShift(START, END, "PU1", "S1")
EVENT = Event("watchbill after week", START, END, "Etc/UTC", START, None, ("RRULE:FREQ=DAILY",), ("PU1",), 1, "E1")
LAYERED = Schedule("P1", "primary", "Etc/UTC", layers=(LAYER,), overrides=(OVERRIDE,))
SHIFTED = ShiftSchedule("P2", "secondary", "Etc/UTC", shifts=(SHIFT,), rotations=(Rotation((EVENT,), "R1"),))
STEPS: tuple[AnyStep, ...] = (
    MakeSchedule("new", "Etc/UTC", "", "schedule", (LAYER,)),
    PutLayers((LAYER,)),
    MakeOverrides((OVERRIDE,)),
    DropOverride(OVERRIDE),
    MakeShifts((SHIFT,)),
    DropShift(SHIFT),
    MakeEvent(EVENT),
    EndEvent("R1", EVENT, END),
    DropRotation(Rotation((EVENT,), "R1")),
)


def published() -> Any:
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))


def of(before: AnySchedule | None, *steps: AnyStep) -> PushFile:
    """A file of a run that was cut off, after another that came to its end."""
    written = Written("primary", 1, "P1", "schedule", (OVERRIDE,), (SHIFT,), ("R1",), before)
    doing = Doing("primary", 1, "primary", before.id if before else None, "schedule", before, steps, 1, before)
    pending = Pending("0123456789abcdef", START, (doing,), revision=3)
    return PushFile("2027-Q1", 2, "fedcba9876543210", START, (written,), pending)


def schema_text() -> str:
    return render(HEAD | {key: value for key, value in schema().items() if key != "title"})


def test_the_published_schema_is_the_one_of_the_values() -> None:
    """To renew it: `python tests/publish/pagerduty/test_push_file.py`."""
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("before", [None, LAYERED, SHIFTED], ids=["none", "layers", "shifts"])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.kind)
def test_push_files_keep_the_schema(before: AnySchedule | None, step: AnyStep) -> None:
    jsonschema.Draft202012Validator(published()).validate(json.loads(encode(of(before, step))))


def test_a_file_that_has_just_begun_keeps_the_schema() -> None:
    jsonschema.Draft202012Validator(published()).validate(json.loads(encode(PushFile("2027-Q1", 0))))


def test_the_schema_refuses_what_is_no_push_file() -> None:
    whole = json.loads(encode(replace(of(LAYERED, *STEPS), pending=None)))
    del whole["written"][0]["schedule"]
    with pytest.raises(jsonschema.ValidationError, match="'schedule' is a required property"):
        jsonschema.Draft202012Validator(published()).validate(whole)


if __name__ == "__main__":
    PUBLISHED.write_text(schema_text(), encoding="utf-8")
