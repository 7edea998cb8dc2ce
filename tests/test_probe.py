"""The probe over real HTTP: each way in which an account may differ is found out, recorded, used, and leaves no trace."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from builders import at
from pushes import NOW, PEOPLE, Q1, Desk, days, handed, publish, schedule, seed, team, user
from scripted import Answer as Scripted
from scripted import serving
from tiny import Cli
from watchbill import probing, pushing
from watchbill.errors import InputError, Refused
from watchbill.publish.pagerduty import answers
from watchbill.publish.pagerduty.answers import BY_KEY, QUESTIONS, Answer, Answers, decode, encode
from watchbill.publish.pagerduty.bench import LOOKS, Bench, Unknown, name_of
from watchbill.publish.pagerduty.port import RemoteFailed
from watchbill.publish.pagerduty.probe_layers import counted, moved, next_change
from watchbill.publish.pagerduty.terms import Entry, Meaning
from watchbill.results import Assigned
from watchbill.sandbox import running
from watchbill.sandbox.server import Handle

ROLES = "primary: {schedule: PPRIM01}"
USUAL = {
    "layer_order": "reversed",
    "omitted_layers": "ended",
    "past_layer_start": "now",
    "duplicate_users": "allowed",
    "day_turns": "wall",
    "week_turns": "wall",
    "hour_turns": "elapsed",
    "mixed_restrictions": "both",
    "past_override": "clamped",
    "override_years": 5,
    "overrides_per_request": 100,
    "limit_v2": 960,
    "rotations_key": "ignored",
    "shift_batch": "whole",
    "past_shift": "clamped",
    "shift_years": 2,
    "shifts_per_request": 100,
    "limit_v3": 960,
}


@pytest.fixture(scope="module")
def server() -> Iterator[Handle]:
    with running(seed(schedules=[schedule("Payments primary", "PPRIM01")]), now=NOW) as handle:
        yield handle


@pytest.fixture
def box(server: Handle) -> Handle:
    from watchbill.sandbox import Quirks

    server.box.quirks = Quirks()
    server.heal()
    server.set_now(NOW)
    server.reset(seed(schedules=[schedule("Payments primary", "PPRIM01")]))
    return server


@pytest.fixture
def desk(tmp_path: Path, box: Handle) -> Desk:
    return Desk(team(tmp_path / "team", ROLES), box)


def probed(desk: Desk) -> dict[str, str | int | None]:
    found = probing.run(probing.prepare(desk.folder, desk.link()))
    assert left_behind(desk.box) == []
    return {one.question: one.answer for one in found.found}


def left_behind(box: Handle) -> list[str]:
    """Schedules that were not there before."""
    return [id_ for id_ in (*box.state.schedules, *box.state.shift_schedules) if id_ != "PPRIM01"]


# ---------------------------------------------------------------------------------------------------------- answers


def test_every_question_is_answered_for_the_usual_account_and_nothing_stays(desk: Desk) -> None:
    assert probed(desk) == USUAL
    assert [one.question for one in answers.kept(desk.folder).found] == [q.key for q in QUESTIONS]  # type: ignore[union-attr]
