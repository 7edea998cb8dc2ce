"""Drafts and plans as files: exact both ways, strict on the way in, revised on the way out."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import at, shift, span
from drafts import account, draft, held, holders, holding, plan, split, week
from watchbill.domain import Part
from watchbill.errors import InputError, Refused
from watchbill.periods import Period, period
from watchbill.results import Account, Draft, Finding, Inputs
from watchbill.times import Dates
from watchbill.workspace.plan_file import schema_text
from watchbill.workspace.plan_text import decode, encode
from watchbill.workspace.plans import (
    balances,
    head,
    neighbours,
    publish,
    read_draft,
    read_plan,
    read_plans,
    revisions,
    write_draft,
)

DOCS = Path(__file__).parents[1] / "docs" / "reference"
MADE = at("2026-12-01T12")
FIRST = "primary/weekly/2027-01-04"


def rich() -> Draft:
    """A draft with one of everything: parts, spans, a hole, a pin, a second seat, findings with and without a day."""
    office = (span("2027-01-04T09", "2027-01-04T17"), span("2027-01-05T09", "2027-01-05T17:30"))
    halves = split(
        held("primary/weekly/2027-01-11", "ana", "2027-01-11T09", 168),
        ("ana", "2027-01-11T09", "2027-01-16T09"),
        ("bo", "2027-01-16T09", "2027-01-18T09"),
    )
    shifts = (
        holding(shift("primary/office/2027-01-04", "2027-01-04T09", gaps=office), "ana", pinned=True),
        halves,
        held("secondary/weekly/2027-01-04", None, "2027-01-04T09", 168),
        held("secondary/weekly/2027-01-04/2", "cy", "2027-01-04T09", 168),
    )
    hard = Finding("leave", "ana – “away” 😀", hard=True, people=("ana",), shifts=(FIRST,), day=at("2027-01-04").date())
    inputs = Inputs("sha256:0011", {"tzdata": "2026f"}, 7, "time limit", False, "sha256:0022", (shifts[0].shift.id,))
    return draft(*shifts, inputs=inputs, findings=(hard, Finding("wishes", "", tier="wishes", cost=-3)))


def edited(change: Callable[[Any], object], found: Draft | None = None) -> bytes:
    """The bytes of a draft after a change to its JSON."""
    value = json.loads(encode(found or rich()))
    change(value)
    return json.dumps(value, indent=1).encode()


def mistakes(content: bytes, **facts: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        decode(content, "drafts/2027-01.json", **facts)
    return [str(mistake) for mistake in caught.value.mistakes]


# ------------------------------------------------------------------------------------------------------ both ways


def test_a_draft_comes_back_as_it_was() -> None:
    assert decode(encode(rich()), "x") == rich()


def test_a_plan_comes_back_as_it_was() -> None:
    found = plan(*rich().shifts, revision=3)
    assert decode(encode(found), "x") == found


def test_equal_drafts_give_equal_bytes_whatever_the_order_of_their_mappings() -> None:
    one = rich()
    first, *others = one.people
    turned: dict[str, Any] = {name: dict(reversed(list(getattr(first, name).items()))) for name in ("load", "presence")}
    one = replace(one, inputs=replace(one.inputs, versions={"a": "1", "b": "2"}))
    versions = dict(reversed(list(one.inputs.versions.items())))
    other = replace(one, people=(replace(first, **turned), *others), inputs=replace(one.inputs, versions=versions))
    assert encode(other) == encode(one)


def test_hours_are_written_with_two_digits_and_read_exactly() -> None:
    odd = Account("ana", {"primary/daily": Fraction(1, 3)}, {"all": 1}, {"all": -5}, {"all": 123456789}, {"all": 0})
    content = encode(draft(people=(odd,)))
    assert b'"reference": {"all": 0.01}' in content
    assert b'"load": {"all": -0.05}' in content
    assert b'"before": {"all": 1234567.89}' in content
    assert b'"presence": {"primary/daily": "1/3"}' in content
    assert decode(content, "x").people == (odd,)


@given(st.integers(-(10**9), 10**9))
def test_every_hundredth_survives(amount: int) -> None:
    carried = account("ana", load=amount)
    assert decode(encode(draft(people=(carried,))), "x").people == (carried,)


def test_one_changed_holder_changes_its_person_and_its_part_only() -> None:
    """What a reviewer of a plan reads in git."""
    one = draft(*week("primary", "ana bo"))
    old, new = (encode(found).decode().splitlines() for found in (one, _with_holder(one, FIRST, "bo")))
    changed = [line.split(":")[0].strip() for was, line in zip(old, new, strict=True) if was != line]
    assert changed == ['"person"', '"parts"']


def _with_holder(found: Draft, id_: str, person: str) -> Draft:
    shifts = [holding(a.shift, person) if a.shift.id == id_ else a for a in found.shifts]
    return replace(found, shifts=tuple(shifts))


def test_files_end_with_a_newline_and_keep_letters() -> None:
    content = encode(rich())
    assert content.endswith(b"}\n")
    assert "“away” 😀".encode() in content


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert decode(b"\xef\xbb\xbf" + encode(rich()), "x") == rich()


# --------------------------------------------------------------------------------------------------------- schema


def test_the_published_schema_is_the_one_of_the_models() -> None:
    """To renew it, write what `schema_text()` returns to the file."""
    assert (DOCS / "plan.schema.json").read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("found", [rich(), plan(*rich().shifts), draft()], ids=["draft", "plan", "empty"])
def test_drafts_keep_the_schema(found: Draft) -> None:
    jsonschema.validate(json.loads(encode(found)), json.loads(schema_text()))


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    value = json.loads(edited(lambda v: v["shifts"][0].update(holder="ana")))
    with pytest.raises(jsonschema.ValidationError, match="holder"):
        jsonschema.validate(value, json.loads(schema_text()))


def test_the_reference_page_names_every_key() -> None:
    page = (DOCS / "plan.md").read_text(encoding="utf-8")
    schema = json.loads(schema_text())
    tables = [schema, *schema["$defs"].values()]
    missing = {key for table in tables for key in table.get("properties", {}) if f"`{key}`" not in page}
    assert not missing


# ------------------------------------------------------------------------------------------------------ hand edits


def test_the_part_of_an_undivided_shift_follows_its_person() -> None:
    content = edited(lambda v: v["shifts"][0].update(person="bo"))
    first = decode(content, "x").shifts[0]
    assert first.person == "bo"
    assert first.parts == (Part("bo", first.shift.start, first.shift.end),)


def test_a_hole_that_is_given_a_person_gets_a_part() -> None:
    found = decode(edited(lambda v: v["shifts"][2].update(person="bo")), "x").shifts[2]
    assert found.parts == (Part("bo", found.shift.start, found.shift.end),)


def test_taking_the_person_away_makes_a_hole() -> None:
    found = decode(edited(lambda v: v["shifts"][0].update(person=None)), "x").shifts[0]
    assert (found.person, found.parts) == (None, ())


def test_parts_may_be_moved_within_the_shift() -> None:
    def move(value: Any) -> None:
        first, second = value["shifts"][1]["parts"]
        first["end"] = second["start"] = "2027-01-15T10:00+01:00"

    parts = decode(edited(move), "x").shifts[1].parts
    assert [part.end for part in parts] == [at("2027-01-15T09"), at("2027-01-18T09")]


def test_a_person_who_does_not_hold_most_of_the_parts_is_a_mistake() -> None:
    (said,) = mistakes(edited(lambda v: v["shifts"][1].update(person="bo")))
    assert "shift primary/weekly/2027-01-11" in said
    assert 'Write "ana", or change "parts".' in said


def test_a_misspelt_person_is_named_if_the_people_are_known() -> None:
    content = edited(lambda v: v["shifts"][0].update(person="annna"))
    (said,) = mistakes(content, people=["ana", "bo", "cy"])
    assert said.endswith('shift primary/office/2027-01-04: nobody is called "annna". Did you mean "ana"?')
    assert decode(content, "x").shifts[0].person == "annna"


def test_a_misspelt_person_in_a_part_is_named_too() -> None:
    content = edited(lambda v: v["shifts"][1]["parts"][1].update(person="boo"))
    (said,) = mistakes(content, people=["ana", "bo", "cy"])
    assert 'nobody is called "boo". Did you mean "bo"?' in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v: v["shifts"][0].update(holder=1), 'unknown key "holder".'),
        (lambda v: v["shifts"][0].update(persons="ana"), 'unknown key "persons". Did you mean "person"?'),
        (lambda v: v["shifts"][0].pop("end"), 'shift primary/office/2027-01-04: "end" is missing.'),
        (lambda v: v["shifts"][0].update(pinned="yes"), '"pinned" is neither true nor false.'),
        (lambda v: v["shifts"][0].update(seat=True), '"seat" is no whole number.'),
        (lambda v: v["shifts"][0].update(seat=2), 'ends with "/2"'),
        (lambda v: v["shifts"][0].update(start="2027-01-04 09:00"), '"start" is no instant. Write it with its offset'),
        (lambda v: v["shifts"][0].update(start="2027-01-04T09:00"), '"start" is no instant.'),
        (lambda v: v["shifts"][0].update(start="0001-01-01T00:00+23:59"), '"start" is no instant.'),
        (lambda v: v["shifts"][0].update(start="1027-01-04T09:00Z"), "too far away"),
        (lambda v: v["shifts"][0].update(start="2027-01-04T10:00Z"), "not those of the spans"),
        (lambda v: v["shifts"][0].update(spans=[]), '"spans" has too few entries.'),
        (lambda v: v["shifts"][0]["spans"].reverse(), "not in order of time"),
        (lambda v: v["shifts"][0]["load"].update(all=1.005), "at most two digits"),
        (lambda v: v["shifts"][0]["load"].update(all="12"), '"all" is no number of hours'),
        (lambda v: v["shifts"][0]["load"].update(all=10**30), '"all" is no number of hours'),
        (lambda v: v["shifts"][0]["load"].update(dawn=1), '"dawn"'),
        (lambda v: v["shifts"][0].update(person=7), '"person" is no text.'),
        (lambda v: v["shifts"][0].update(person="\ud800"), '"person"'),
        (lambda v: v["findings"][0].update(sentence="\ud800"), "half a character"),
        (lambda v: v["shifts"][1]["parts"][1].update(end="2027-01-16T09:00Z"), "ends before it starts"),
        (lambda v: v["shifts"][1]["parts"][1].update(end="2027-01-19T09:00Z"), "not inside the shift"),
        (lambda v: v["shifts"][1]["parts"][1].update(start="2027-01-15T09:00Z"), "before the one above it ends"),
        (lambda v: v["shifts"].append(v["shifts"][0]), "twice"),
        (lambda v: v["people"].append(v["people"][0]), '"ana" stands in "people" twice.'),
        (lambda v: v["people"][0]["presence"].update({"primary/weekly": "4/0"}), "is no fraction"),
        (lambda v: v["people"][0]["presence"].update({"primary/weekly": 0.8}), "is no fraction"),
        (lambda v: v.update(schema=2), "only schema 1 is known"),
        (lambda v: v.update(schema="1"), "only schema 1 is known"),
        (lambda v: v.update(period="2027-13"), '"period" is no period.'),
        (lambda v: v.update(period="2027-q1"), '"period" is no period.'),
        (lambda v: v.update(period=2027), '"period" is no period.'),
        (lambda v: v.update(period="2027-01-04..2026-01-01"), '"period" is no period.'),
        (lambda v: v.update(revision=1), 'a plan has a "revision" from 1 on and "made"'),
        (lambda v: v.update(shifts={}), '"shifts" is no list.'),
        (lambda v: v.update(shifts=[7]), '"shifts" is no object.'),
        (lambda v: v.update(inputs=None), '"inputs" is no object.'),
        (lambda v: v["findings"][0].update(day="2027-02-30"), '"day" is no date.'),
        (lambda v: v["outcome"]["tiers"][0].update(value=1.5), '"value" is no whole number.'),
    ],
)  # fmt: skip
def test_every_broken_value_is_a_mistake_with_its_place(change: Callable[[Any], object], said: str) -> None:
    found = mistakes(edited(change))
    assert any(said in sentence for sentence in found), found
    assert all(sentence.startswith("drafts/2027-01.json:") for sentence in found)
    assert all(sentence.endswith((".", "?")) for sentence in found), found


def test_the_place_is_the_line_of_the_element() -> None:
    content = edited(lambda v: v["shifts"][3].update(pinned="yes"))
    line = 1 + content.decode().splitlines().index('   "pinned": "yes",')
    assert mistakes(content) == [
        f"drafts/2027-01.json:{line}:4  shift secondary/weekly/2027-01-04/2: "
        '"pinned" is neither true nor false. Write one of the two, without quotes.'
    ]


def test_every_mistake_of_a_file_is_said_at_once() -> None:
    def spoil(value: Any) -> None:
        value["shifts"][0]["seat"] = "x"
        value["shifts"][2]["colour"] = "red"
        del value["people"][1]["after"]

    assert len(mistakes(edited(spoil))) == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "1:1  the JSON ends too early"),
        (b"[]", "the file is no object"),
        (b"null", "the file is no object"),
        (b'{\n "schema": 1,\n "team": "a"', "ends too early"),
        (b'{\n "schema": 1\n "team": "a"}', ":3:2  this is no JSON"),
        (b'{\n<<<<<<< ours\n "schema": 1}', ":2:1  unresolved merge conflict"),
        (b'{"schema": 1,\n "schema": 1}', ':2:2  "schema" appears twice'),
        (b'{"a": \xff}', "not UTF-8"),
        (b"[" * 100_000, "nested far too deeply"),
        (b'{"schema": ' + b"9" * 5000 + b"}", "only schema 1 is known"),
        (b'{"schema": 1, "revision": 1e99999999999999999999999}', '"revision" is no whole number'),
        (b'{"schema": 1, "team": NaN}', '"team" is no text'),
    ],
)
def test_what_is_no_json_is_a_mistake_with_its_place(content: bytes, said: str) -> None:
    assert any(said in sentence for sentence in mistakes(content)), mistakes(content)


def test_a_key_twice_deep_inside_is_found() -> None:
    content = encode(draft(*week("primary", "ana"))).replace(b'"pinned": false', b'"person": "bo",\n   "pinned": false')
    (said,) = mistakes(content)
    assert said.endswith('"person" appears twice in one object. Remove one of the two.')
    line = 1 + content.decode().splitlines().index('   "person": "bo",')
    assert said.startswith(f"drafts/2027-01.json:{line}:4 ")


def test_a_huge_file_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchbill.workspace.jsontext.LONGEST", 100)
    assert "larger than" in mistakes(encode(rich()))[0]


@given(st.data())
def test_a_file_with_a_piece_cut_out_is_a_mistake_or_a_draft(data: st.DataObject) -> None:
    content = encode(rich())
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 60)))
    with suppress(InputError):
        decode(content[:start] + content[end:], "x")


def test_of_two_who_hold_as_much_either_may_be_the_person() -> None:
    """What counts is hours on call, not the hours between the first and the last span."""
    hours = (span("2027-01-04T09", "2027-01-04T17"), span("2027-01-05T09", "2027-01-05T17"))
    whole = holding(shift("primary/office/2027-01-04", "2027-01-04T09", gaps=hours), "ana")
    cut = split(whole, ("ana", "2027-01-04T09", "2027-01-05T06"), ("bo", "2027-01-05T06", "2027-01-05T17"))
    for person in ("ana", "bo"):
        assert decode(encode(draft(replace(cut, person=person))), "x").shifts[0].person == person
    assert mistakes(encode(draft(replace(cut, person="cy"))))


# ---------------------------------------------------------------------------------------------------------- folders


def test_drafts_are_read_from_where_they_were_written(tmp_path: Path) -> None:
    path = write_draft(tmp_path, rich())
    assert path == tmp_path / "drafts" / "2027-01.json"
    assert read_draft(tmp_path, period("2027-01")) == rich()
    assert read_draft(tmp_path, period("2027-02")) is None
    assert read_plan(tmp_path, period("2027-01")) is None


def test_a_file_of_another_period_is_a_mistake(tmp_path: Path) -> None:
    write_draft(tmp_path, rich()).rename(tmp_path / "drafts" / "2027-02.json")
    with pytest.raises(InputError, match=r"named 2027-02.json, but holds the period 2027-01"):
        read_draft(tmp_path, period("2027-02"))


def test_a_draft_among_plans_is_a_mistake(tmp_path: Path) -> None:
    write_draft(tmp_path, rich())
    (tmp_path / "drafts").rename(tmp_path / "plans")
    with pytest.raises(InputError, match="this is a draft, not a plan"):
        read_plans(tmp_path)


def test_plans_come_in_order_of_time_without_push_state_and_history(tmp_path: Path) -> None:
    for when in ("2027-10", "2027-Q1", "2027-04-01..2027-04-30"):
        publish(tmp_path, draft(*week("primary", "ana"), when=when), MADE)
    publish(tmp_path, draft(*week("primary", "bo"), when="2027-Q1"), MADE)
    (tmp_path / "plans" / "2027-Q1.push.json").write_text("{}")
    (tmp_path / "plans" / "notes.txt").write_text("mine")
    assert [str(found.period) for found in read_plans(tmp_path)] == ["2027-Q1", "2027-04-01..2027-04-30", "2027-10"]
    assert read_plans(tmp_path / "nowhere") == ()


def test_the_mistakes_of_all_plans_are_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    for name in ("2027-01", "2027-02"):
        (tmp_path / "plans" / f"{name}.json").write_text("{")
    with pytest.raises(InputError, match=r"(?s)plans/2027-01.json:1.*plans/2027-02.json:1"):
        read_plans(tmp_path)


def test_plans_that_came_to_overlap_by_a_merge_are_a_mistake(tmp_path: Path) -> None:
    for when in ("2027-01", "2027-Q1"):
        publish(tmp_path / when, draft(*week("primary", "ana"), when=when), MADE)
    (tmp_path / "2027-01/plans/2027-01.json").rename(tmp_path / "2027-Q1/plans/2027-01.json")
    with pytest.raises(InputError, match="overlaps"):
        read_plans(tmp_path / "2027-Q1")


# ---------------------------------------------------------------------------------------------------------- publish


def test_the_first_publication_is_revision_one(tmp_path: Path) -> None:
    found = publish(tmp_path, draft(*week("primary", "ana bo")), MADE)
    assert (found.revision, found.made) == (1, "2026-12-01T12:00Z")
    assert [assigned.changed for assigned in found.shifts] == [1, 1]
    assert read_plan(tmp_path, period("2027-01")) == found
    assert not (tmp_path / "plans" / "history").exists()


def test_a_changed_draft_becomes_the_next_revision_and_marks_what_changed(tmp_path: Path) -> None:
    first = publish(tmp_path, draft(*week("primary", "ana bo cy")), MADE)
    old = (tmp_path / "plans" / "2027-01.json").read_bytes()
    found = publish(tmp_path, draft(*week("primary", "ana cy cy")), at("2026-12-05T08:30"))
    assert (found.revision, found.made) == (2, "2026-12-05T08:30Z")
    assert [assigned.changed for assigned in found.shifts] == [1, 2, 1]
    assert (tmp_path / "plans" / "history" / "2027-01.r1.json").read_bytes() == old
    assert revisions(tmp_path, [found]) == {("2027-01", 1): first.made, ("2027-01", 2): found.made}
    third = publish(tmp_path, draft(*week("primary", "bo cy cy")), at("2026-12-06T00"))
    assert [assigned.changed for assigned in third.shifts] == [3, 2, 1]


def test_an_unchanged_result_makes_no_revision(tmp_path: Path) -> None:
    first = publish(tmp_path, draft(*week("primary", "ana bo")), MADE)
    again = draft(*week("primary", "ana bo"), findings=(), status="other")
    assert publish(tmp_path, again, at("2026-12-09T00")) == first
    assert not (tmp_path / "plans" / "history").exists()


def test_a_shift_that_is_cut_into_parts_has_changed(tmp_path: Path) -> None:
    whole = week("primary", "ana bo")
    publish(tmp_path, draft(*whole), MADE)
    cut = split(whole[0], ("ana", "2027-01-04T09", "2027-01-10T09"), ("bo", "2027-01-10T09", "2027-01-11T09"))
    found = publish(tmp_path, draft(cut, whole[1]), MADE)
    assert [assigned.changed for assigned in found.shifts] == [2, 1]


def test_a_shift_that_is_gone_makes_a_revision(tmp_path: Path) -> None:
    publish(tmp_path, draft(*week("primary", "ana bo")), MADE)
    assert publish(tmp_path, draft(*week("primary", "ana")), MADE).revision == 2


def test_overlapping_periods_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    publish(tmp_path, draft(*week("primary", "ana"), when="2027-01"), MADE)
    with pytest.raises(Refused, match="2027-Q1 overlaps 2027-01, which is published already"):
        publish(tmp_path, draft(*week("primary", "bo"), when="2027-Q1"), MADE)
    assert [path.name for path in (tmp_path / "plans").iterdir()] == ["2027-01.json"]


def test_a_period_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    bad = Period("../../etc", Dates(at("2027-01-01").date(), at("2027-01-31").date()))
    with pytest.raises(Refused, match="cannot be a file name"):
        write_draft(tmp_path, draft(when=bad))


# ------------------------------------------------------------------------------------------------------------ seams


def test_neighbours_are_the_shifts_of_the_plans_before_and_after() -> None:
    winter = plan(*week("primary", "ana bo"), when="2027-01")
    spring = plan(*week("primary", "cy", "2027-03-01"), when="2027-03")
    before, after = neighbours((winter, spring), period("2027-02"))
    assert [(held_.shift.id, held_.parts[0].person) for held_ in before] == [
        ("primary/weekly/2027-01-04", "ana"),
        ("primary/weekly/2027-01-11", "bo"),
    ]
    assert [held_.shift.id for held_ in after] == ["primary/weekly/2027-03-01"]


def test_the_published_plan_of_the_same_period_is_no_neighbour() -> None:
    assert neighbours((plan(*week("primary", "ana")),), period("2027-01")) == ((), ())


def test_what_no_window_can_reach_and_holes_are_no_neighbours() -> None:
    long_ago = plan(*week("primary", "ana", "2024-01-01"), when="2024-01")
    hole = plan(held("primary/daily/2027-01-31", None, "2027-01-31T00"), when="2027-01")
    assert neighbours((long_ago, hole), period("2027-02")) == ((), ())


def test_balances_are_what_the_last_plan_left() -> None:
    old = plan(people=(account("ana", 17000), account("bo", 16000)), when="2026-12")
    new = plan(people=(account("ana", 16900),), when="2027-01")
    later = plan(people=(account("ana", 99999),), when="2027-03")
    assert balances((new, old, later), period("2027-02")) == {"ana": {"all": 100}, "bo": {"all": -800}}
    assert balances((), period("2027-02")) == {}


def test_a_plan_has_a_head_unless_another_one_holds_the_day_before() -> None:
    january = plan(when="2027-01")
    assert head((), period("2027-02"))
    assert not head((january,), period("2027-02"))
    assert head((january,), period("2027-03"))
    assert head((january,), period("2027-01"))


def test_the_builder_holds_what_it_is_told() -> None:
    assert list(holders(draft(*week("primary", "ana bo"))).values()) == ["ana", "bo"]


@pytest.mark.parametrize("content", [b"", b'{\n "schema": 1,\n "tea', b"{"])
def test_a_draft_that_is_cut_off_may_be_removed_or_made_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "drafts").mkdir()
    (tmp_path / "drafts" / "2027-Q1.json").write_bytes(content)
    with pytest.raises(InputError, match="Remove it, or plan again: watchbill plan 2027-Q1"):
        read_draft(tmp_path, period("2027-Q1"))
