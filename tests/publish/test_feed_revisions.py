"""What a new revision does to feeds: random plans through random revisions, published as `publish` does it."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from builders import at, person, shift
from drafts import draft, holding
from icslint import lint
from watchbill.domain import Part
from watchbill.publish.feeds import TEAM, Feed, build
from watchbill.results import Assigned
from watchbill.times import Span
from watchbill.workspace import plans

PEOPLE = {id_: person(id_) for id_ in ("ana", "bo", "cy", "di", "eve")}
HOUR = timedelta(hours=1)
FIRST = {"2027-01-04..2027-01-17": "2027-01-04", "2027-01-18..2027-01-31": "2027-01-18"}
MAY_FOLLOW = {"DESCRIPTION", "DTSTAMP", "LAST-MODIFIED"}


# ---------------------------------------------------------------------------------------------------- random plans


def turns(period: str) -> list[Assigned]:
    """Two weeks: two seats that change between days and nights, a whole week each, and a daily handoff at midnight."""
    first = at(FIRST[period])
    out = []
    for day in (first + timedelta(days=7 * n) for n in range(2)):
        mornings = [day + timedelta(days=n, hours=9) for n in range(5)]
        for seat in (1, 2):
            end = f"{day.date()}" + f"/{seat}" * (seat > 1)
            days, nights = ([Span(m + h * HOUR, m + (h + n) * HOUR) for m in mornings] for h, n in ((0, 8), (8, 16)))
            out += [shift(f"primary/days/{end}", f"{day.date()}", seat=seat, gaps=days)]
            out += [shift(f"primary/nights/{end}", f"{day.date()}", seat=seat, gaps=nights)]
        out += [shift(f"backup/weekly/{day.date()}", f"{day:%Y-%m-%dT%H}", 168)]
    for day in (first + timedelta(days=n) for n in range(14)):
        out += [shift(f"release/daily/{day.date()}", f"{day:%Y-%m-%dT%H}")]
    return [holding(what, None) for what in out]


def dealt(dice: random.Random, assigned: Assigned) -> Assigned:
    """Held by somebody, by nobody, or by several in parts, which need not be the whole of it."""
    start, end = assigned.shift.start, assigned.shift.end
    kind = dice.random()
    if kind < 0.1:
        return replace(assigned, person=None, parts=())
    if kind < 0.7:
        who = dice.choice(list(PEOPLE))
        return replace(assigned, person=who, parts=(Part(who, start, end),))
    hours = int((end - start) / HOUR)
    cuts = sorted(dice.sample(range(1, hours), 2))
    ends = [start, *(start + cut * HOUR for cut in cuts), end]
    several = [Part(dice.choice(list(PEOPLE)), a, b) for a, b in pairwise(ends)]
    parts = tuple(several[dice.choice((0, 0, 0, 1)) :])
    return replace(assigned, person=most(assigned, parts), parts=parts)


def most(assigned: Assigned, parts: tuple[Part, ...]) -> str:
    held = dict.fromkeys((part.person for part in parts), timedelta())
    for part in parts:
        for span in assigned.shift.spans:
            if piece := part.span.common(span):
                held[part.person] += piece.length
    return max(held, key=lambda who: held[who])


def changed(dice: random.Random, shifts: tuple[Assigned, ...]) -> tuple[Assigned, ...]:
    """One to three shifts in other hands, with other hours, or gone."""
    out = list(shifts)
    for _ in range(dice.randint(1, 3)):
        n = dice.randrange(len(out))
        kind = dice.random()
        if kind < 0.15:
            del out[n]
        elif kind < 0.3:
            *spans, last = out[n].shift.spans
            shorter = replace(out[n].shift, spans=(*spans, Span(last.start, last.end - HOUR)))
            out[n] = dealt(dice, replace(out[n], shift=shorter))
        else:
            out[n] = dealt(dice, out[n])
    return tuple(out)


# ------------------------------------------------------------------------------------------------------------ feeds


@dataclass
class Event:
    """One event as it is written, with its properties and the plan's shift that it is of."""

    written: str
    said: Mapping[str, str]

    @property
    def shift(self) -> str:
        return self.said["DESCRIPTION"].rpartition("Shift ")[2]

    @property
    def ends(self) -> set[tuple[str, str]]:
        role = self.shift.partition("/")[0]
        return {(role, self.said[key]) for key in ("DTSTART", "DTEND")}


def events(content: bytes) -> dict[str, Event]:
    """By UID."""
    found = {}
    for written in re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", content.decode(), re.DOTALL):
        lines = written.replace("\r\n ", "").split("\r\n")
        said = dict(line.split(":", 1) for line in lines if line)
        found[said["UID"]] = Event(written, said)
    return found


def boundaries(shifts: tuple[Assigned, ...]) -> set[tuple[str, str]]:
    """Role and time, as feeds write it, of each instant at which some shifts or their parts begin or end."""
    ends = set()
    for assigned in shifts:
        for span in (*assigned.shift.spans, *(part.span for part in assigned.parts)):
            ends |= {(assigned.shift.role, f"{when:%Y%m%dT%H%M%SZ}") for when in (span.start, span.end)}
    return ends


class Team:
    """A folder of published plans, and its feeds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = at("2026-12-01T12")
        self.shifts: dict[str, tuple[Assigned, ...]] = {}

    def publish(self, period: str, shifts: tuple[Assigned, ...]) -> set[str]:
        """Publishes a revision; returns the ids of the shifts that it changes."""
        self.now += timedelta(days=1)
        plans.publish(self.folder, draft(*shifts, when=period), self.now)
        old = {a.shift.id: a for a in self.shifts.get(period, ())}
        self.shifts[period] = shifts
        new = {a.shift.id: a for a in shifts}
        return {id_ for id_ in {**old, **new} if held(old.get(id_)) != held(new.get(id_))}

    def feeds(self, *, history: bool) -> dict[Feed, bytes]:
        published = plans.read_plans(self.folder)
        if history:
            older = [old for found in published for old in plans.older(self.folder, found.period)]
            return build(published, PEOPLE, earlier=older[::-1])
        return build(published, PEOPLE, made=plans.revisions(self.folder, published))


def held(assigned: Assigned | None) -> object:
    return assigned and (assigned.shift, assigned.parts)


# -------------------------------------------------------------------------------------------------------- the bar


@pytest.mark.parametrize("seed", range(6))
def test_a_revision_changes_the_events_of_its_shifts_and_what_their_neighbours_say_of_them(
    seed: int, tmp_path: Path
) -> None:
    dice = random.Random(seed)
    one, two = FIRST
    team = Team(tmp_path)
    team.publish(one, tuple(dealt(dice, turn) for turn in turns(one)))
    before = team.feeds(history=True)
    for step in range(5):
        period = two if step == 2 or (step > 2 and dice.random() < 0.5) else one
        was = team.shifts.get(period, ())
        now = changed(dice, was) if was else tuple(dealt(dice, turn) for turn in turns(two))
        touched = team.publish(period, now)
        after = team.feeds(history=True)
        near = boundaries(tuple(a for a in (*was, *now) if a.shift.id in touched))
        assert_only_these_change(events(before[TEAM]), events(after[TEAM]), touched, near, f"{team.now:%Y%m%dT%H%M%SZ}")
        assert_one_event_everywhere(after)
        before = after


def assert_only_these_change(
    before: Mapping[str, Event], after: Mapping[str, Event], touched: set[str], near: set[tuple[str, str]], now: str
) -> None:
    for uid in {**before, **after}:
        old, new = before.get(uid), after.get(uid)
        if old is None or new is None:
            assert {event.shift for event in (old, new) if event} <= touched
            continue
        if old.written == new.written:
            continue
        assert (new.said["DTSTAMP"], new.said["LAST-MODIFIED"]) == (now, now)
        assert int(new.said["SEQUENCE"]) >= int(old.said["SEQUENCE"])
        if new.shift not in touched:
            assert {key for key in new.said if new.said[key] != old.said[key]} == MAY_FOLLOW
            assert new.ends & near
            assert new.said["DTSTAMP"] > old.said["DTSTAMP"]
        else:
            assert int(new.said["SEQUENCE"]) > int(old.said["SEQUENCE"])


def assert_one_event_everywhere(made: Mapping[Feed, bytes]) -> None:
    everything = {uid: event.written for uid, event in events(made[TEAM]).items()}
    for kind in ("person", "role"):
        parts = [events(content) for feed, content in made.items() if feed.kind == kind]
        assert {uid: event.written for part in parts for uid, event in part.items()} == everything
        assert sum(len(part) for part in parts) == len(everything)
    assert [fault for content in made.values() for fault in lint(content)] == []


@pytest.mark.parametrize("seed", range(2))
def test_without_older_revisions_only_shifts_and_what_touches_them_change(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    (period, *_) = FIRST
    team = Team(tmp_path)
    team.publish(period, tuple(dealt(dice, turn) for turn in turns(period)))
    before = events(team.feeds(history=False)[TEAM])
    for _ in range(4):
        was = team.shifts[period]
        touched = team.publish(period, changed(dice, was))
        after = events(team.feeds(history=False)[TEAM])
        near = boundaries(tuple(a for a in (*was, *team.shifts[period]) if a.shift.id in touched))
        for uid in before.keys() & after.keys():
            if before[uid].written != after[uid].written and after[uid].shift not in touched:
                assert after[uid].ends & near
                assert {k for k, said in after[uid].said.items() if said != before[uid].said[k]} <= MAY_FOLLOW
        before = after
