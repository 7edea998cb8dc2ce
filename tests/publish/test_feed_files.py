"""Feeds under speaking names in a folder."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from builders import person
from drafts import plan, week
from watchbill.errors import Refused
from watchbill.publish.feeds import feeds, write
from watchbill.results import Draft

PEOPLE = {id_: person(id_) for id_ in ("ana", "bo", "cy")}


def of(*plans: Draft) -> dict[str, bytes]:
    return feeds(plans, PEOPLE)


def test_feeds_are_written_once_and_left_alone_after(tmp_path: Path) -> None:
    made = of(plan(*week("primary", "ana")))
    assert write(tmp_path, made) == tuple(sorted(made))
    os.utime(tmp_path / "team.ics", (1, 1))
    assert write(tmp_path, made) == ()
    assert (tmp_path / "team.ics").stat().st_mtime == 1
    assert (tmp_path / "people" / "ana.ics").read_bytes() == made["people/ana.ics"]


def test_a_swap_changes_the_feeds_it_touches_only(tmp_path: Path) -> None:
    shifts = week("primary", "ana bo")
    write(tmp_path, feeds([plan(*shifts)], PEOPLE))
    swapped = (shifts[0], replace(week("primary", "ana ana")[1], changed=2))
    after = plan(*swapped, revision=2)
    changed = write(tmp_path, feeds([after], PEOPLE, made={("2027-01", 1): "2026-12-01T12:00Z"}))
    assert changed == ("people/ana.ics", "people/bo.ics", "roles/primary.ics", "team.ics")


def test_feeds_of_people_and_roles_that_are_gone_disappear_and_foreign_files_stay(tmp_path: Path) -> None:
    write(tmp_path, of(plan(*week("shadow", "ana"))))
    foreign = tmp_path / "people" / "zoe.ics"
    foreign.write_bytes(b"BEGIN:VCALENDAR\r\nPRODID:-//other//EN\r\nEND:VCALENDAR\r\n")
    (tmp_path / "index.html").write_text("mine")
    changed = write(tmp_path, feeds([plan(*week("primary", "bo"))], {"bo": PEOPLE["bo"]}))
    assert "people/ana.ics" in changed
    assert "roles/shadow.ics" in changed
    left = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["index.html", "people/bo.ics", "people/zoe.ics", "roles/primary.ics", "team.ics"]


@pytest.mark.parametrize("name", ["../bo", "a/b", "..", ""])
def test_ids_that_lead_out_of_the_folder_are_refused(name: str) -> None:
    with pytest.raises(Refused, match="cannot be a file name"):
        feeds([], {name: person("bo")})
