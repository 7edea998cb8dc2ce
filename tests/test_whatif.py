"""What if: what is supposed lies over the files in memory, and every number of both plans is counted again."""

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tiny import PERIOD, TEAM, Cli, write_team
from watchbill import app, workspace
from watchbill.audit import audit
from watchbill.errors import InputError, Refused, WrongUsage
from watchbill.periods import period
from watchbill.report.whatif import above, evenness
from watchbill.results import Draft
from watchbill.rules import Limit
from watchbill.supposing import supposition
from watchbill.times import total
from watchbill.whatif import PLANNED, Impossible, Side, Supposed, what_if
from watchbill.workspace import overlay

WHEN = period(PERIOD)
EVERYONE = [f"{who}:2027-01-19" for who in ("ana", "bo", "cy", "dee")]
NEWS = datetime(2027, 1, 13, 13, tzinfo=UTC)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny team with a published plan; not to be changed."""
    folder = write_team(tmp_path_factory.mktemp("whatif") / "team")
    assert isinstance(app.plan(folder, WHEN), app.Planned)
    app.publish(folder, WHEN, datetime(2026, 12, 1, 12, tzinfo=UTC))
    return folder


def supposed(
    folder: Path,
    *leaves: str,
    gone: tuple[str, ...] = (),
    change: str | None = None,
    since: datetime | None = None,
) -> Supposed:
    changes = [("change.yaml", change.encode())] if change else []
    over = supposition(folder, WHEN, leaves=leaves, gone=gone, changes=changes, since=since)
    made = what_if(folder, WHEN, over, since=since)
    assert isinstance(made, Supposed), made
    assert made.then.holes == made.then.faults == ()
    return made


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def holder(draft: Draft, shift: str) -> str:
    return str(next(a.person for a in draft.shifts if a.shift.id == shift))


# -------------------------------------------------------------------------------------------------------- overlay


def read(folder: Path, text: str) -> workspace.Workspace:
    return workspace.read(folder, overlay.fragment("change.yaml", text.encode()))


def test_keys_are_laid_over_one_by_one_and_what_is_not_named_stays(team: Path) -> None:
    found = read(team, "people:\n  bo: {timezone: Asia/Tokyo}\n  eve: {name: Eve Ray}\n")
    assert [person.id for person in found.people] == ["ana", "bo", "cy", "dee", "eve"]
    assert (found.people[1].name, found.people[1].zone) == ("Bo Lindqvist", "Asia/Tokyo")


def test_a_list_takes_the_place_of_a_list_and_a_key_without_value_removes(team: Path) -> None:
    assert [rule.kind for rule in read(team, "rules: [{kind: rest, at_least: 11h}]\n").rules] == ["rest"]
    assert read(team, "rules:\n").rules == ()
    assert [person.id for person in read(team, "people: {dee: }\n").people] == ["ana", "bo", "cy"]


def test_lines_of_availability_are_added_and_other_keys_replaced(team: Path) -> None:
    found = read(team, "availability: {ana: {answered_through: 2027-06-30, leave: [2027-03-01]}}\n")
    assert [str(line.moments) for line in found.availability["ana"].leave] == ["2027-01-11..2027-01-13", "2027-03-01"]
    assert found.answered["ana"] == date(2027, 6, 30)


def test_every_mistake_of_a_fragment_is_told_where_it_stands(team: Path) -> None:
    text = "peple: {}\navailability:\n  ana: {leve: [2027-01-01]}\n  zed: {leave: [2027-01-01]}\n  bo: friday\n"
    with pytest.raises(InputError) as told:
        read(team, text)
    places = [str(mistake.place) for mistake in told.value.mistakes]
    assert places == ["change.yaml:1:1", "change.yaml:3:9", "change.yaml:4:3", "change.yaml:5:7"]
    with pytest.raises(InputError, match=r"change\.yaml:1:\d+  .*by person here"):
        read(team, "availability: [2027-01-01]\n")


def test_a_fragment_counts_for_the_fingerprint(team: Path) -> None:
    assert workspace.read(team).fingerprint != read(team, "notice: 7 days\n").fingerprint


# ----------------------------------------------------------------------------------------------------- what comes out


def test_who_is_away_holds_nothing_then_and_what_they_would_lose_is_named(published: Path) -> None:
    lost = "primary/week/2027-01-18"
    who = holder(app.show(published, WHEN).draft, lost)
    made = supposed(published, f"{who}:2027-01-19..2027-01-20")
    assert [(piece.shift.id, piece.holder, piece.reason) for piece in made.lost] == [(lost, who, "leave")]
    assert holder(made.then.draft, lost) != who
    assert lost in [change.id for change in made.changes]


def test_supposing_what_is_so_already_moves_nothing(published: Path) -> None:
    made = supposed(published, "ana:2027-01-11..2027-01-13")
    assert (made.changes, made.lost) == ((), ())
    assert made.present is not None
    assert made.present.held() == made.then.held()


def test_who_is_gone_holds_nothing_even_if_they_would_join_later(published: Path) -> None:
    assert supposed(published, gone=("bo",)).then.held()["bo"].turns == 0
    late = supposed(published, gone=("cy",), change="people: {cy: {joined: 2027-01-20}}\n")
    assert late.then.held()["cy"].turns == 0


def test_one_more_person_takes_some_of_it(published: Path) -> None:
    made = supposed(published, change="people: {eve: {name: Eve Ray}}\n")
    assert made.then.held()["eve"].turns == 1
    assert made.present is not None
    assert "eve" not in made.present.held()


def test_several_suppositions_hold_together(published: Path) -> None:
    made = supposed(published, "dee:2027-01-04..2027-01-31", gone=("bo",), change="rules:\n")
    assert {person for person, hold in made.then.held().items() if hold.turns} == {"ana", "cy"}


def test_from_an_instant_on_as_little_as_possible_changes_and_nothing_before(published: Path) -> None:
    running = holder(app.show(published, WHEN).draft, "primary/week/2027-01-11")
    made = supposed(published, gone=(running,), since=NEWS)
    assert made.present is not None
    lost = {piece.shift.id for piece in made.lost}
    assert "primary/week/2027-01-11" in lost
    assert lost <= {change.id for change in made.changes} < set(made.then.draft.holders)
    assert made.changes[0].start >= datetime(2027, 1, 11, tzinfo=UTC)
    cut = next(a for a in made.then.draft.shifts if a.shift.id == "primary/week/2027-01-11")
    assert [part.person == running for part in cut.parts] == [True, False]
    assert cut.parts[0].end == NEWS


def test_where_nobody_is_left_the_conflict_is_the_answer(published: Path) -> None:
    over = supposition(published, WHEN, leaves=EVERYONE)
    made = what_if(published, WHEN, over)
    assert isinstance(made, Impossible)
    assert made.why.causes


@pytest.mark.parametrize("since", [None, NEWS])
def test_where_nobody_is_left_the_least_that_would_be_uncovered_is_told(
    published: Path, since: datetime | None
) -> None:
    made = what_if(published, WHEN, supposition(published, WHEN, leaves=EVERYONE, since=since), since=since)
    assert isinstance(made, Impossible)
    assert made.then is not None
    assert made.then.holes == ("primary/week/2027-01-18",)
    assert made.uncovered == {"primary": 168_00}
    left = [a for a in made.then.draft.shifts if a.shift.id not in made.then.holes]
    assert all(total(a.shift.spans) == sum((p.end - p.start for p in a.parts), timedelta()) for a in left)
    assert {finding.rule for finding in made.then.draft.findings if finding.hard} == {"cover"}


def test_without_a_plan_the_one_that_plan_would_give_is_the_present_one(team: Path) -> None:
    made = supposed(team, "bo:2027-01-18..2027-01-20")
    assert made.present is not None
    assert (made.present.source, made.present.holes) == (PLANNED, ())


def test_what_would_make_a_plan_possible_can_be_tried(team: Path) -> None:
    (team / "team.yaml").write_text(TEAM.replace("at_least: 1 week", "at_least: 5 weeks").replace("  dee", "  # dee"))
    made = supposed(team, change="people: {eve: {name: Eve}, fay: {name: Fay}}\n")
    assert made.present is None
    assert len(made.changes) == len(made.then.draft.shifts)


# -------------------------------------------------------------------------------------------------------- numbers


def test_every_number_of_a_person_is_what_the_audit_counts(published: Path) -> None:
    made = supposed(published, "ana:2027-01-18..2027-01-31")
    for side in (made.present, made.then):
        assert side is not None
        for person, hold in side.held().items():
            counts = {"shifts": hold.turns, "nights": hold.nights, "weekends": hold.weekends}
            for count, amount in {**counts, "holidays": hold.holidays}.items():
                assert not exceeds(side, person, count, amount), (person, count)
                assert not amount or exceeds(side, person, count, amount - 1), (person, count)
            spans = [span for a in side.draft.shifts if a.person == person for span in a.shift.spans]
            assert hold.hours == total(spans) / timedelta(hours=1) * 100


def exceeds(side: Side, person: str, count: str, most: int) -> bool:
    """Whether the audit finds that someone has more of something than so many."""
    rule = Limit.model_validate({"kind": "limit", "count": count, "at_most": most, "people": [person]})
    return bool(audit(side.problem, (rule,), side.draft.holders, side.ground.loads))


def test_how_even_a_plan_is_rests_on_the_loads_counted_again(published: Path) -> None:
    made = supposed(published, gone=("bo",))
    loads = made.then.ground.loads
    for account in made.then.draft.people:
        own = [a.shift for a in made.then.draft.shifts if a.person == account.person]
        assert account.load["all"] == sum(loads.of(account.person, shift)["all"] for shift in own)
        assert above(account, "all") == account.load["all"] - loads.reference(account.person)["all"]
    found = evenness(made.then.draft, "all")
    counted = [account for account in made.then.draft.people if account.person != "bo"]
    assert found.most == max(above(account, "all") for account in counted)
    assert found.who != "bo"


def test_a_hole_of_the_present_plan_is_told(published: Path, tmp_path: Path, exact: Cli) -> None:
    folder = Path(shutil.copytree(published, tmp_path / "holed"))
    path = folder / "plans" / f"{PERIOD}.json"
    plan = json.loads(path.read_text(encoding="utf-8"))
    shift = next(shift for shift in plan["shifts"] if shift["id"] == "primary/week/2027-01-18")
    shift["person"], shift["parts"] = None, []
    path.write_text(json.dumps(plan), encoding="utf-8")
    made = supposed(folder, gone=("bo",))
    assert made.present is not None
    assert made.present.holes == ("primary/week/2027-01-18",)
    assert "1 hole (primary/week/2027-01-18)" in exact("-C", folder, "what-if", "--without", "bo").out


# ------------------------------------------------------------------------------------------------------- command


def test_nothing_is_written_and_the_answer_says_what_moves(published: Path, exact: Cli) -> None:
    before = contents(published)
    ended = exact("-C", published, "what-if", "--without", "bo")
    assert ended.code == 0
    assert f"{PERIOD}: plans/{PERIOD}.json, and what would come out from scratch." in ended.out
    assert "What would come out: all 5 shifts are covered." in ended.out
    assert "of 5 shifts would move." in ended.out
    assert "nothing was written." in ended.err
    assert contents(published) == before


def test_json_holds_both_plans_and_what_differs(published: Path, exact: Cli) -> None:
    arguments = ("-C", published, "what-if", "--without", "bo", "--from", "2027-01-13T14:00", "--json")
    told = json.loads(exact(*arguments).out)
    assert (told["period"], told["from"]) == (PERIOD, "2027-01-13T13:00Z")
    assert told["moved"] == len(told["changes"]) == len(told["lost"])
    assert told["then"]["people"]["bo"]["turns"] <= told["present"]["people"]["bo"]["turns"]
    assert set(told["then"]["buckets"]) >= {"all", "night", "weekend"}
    assert told["present"]["holes"] == told["then"]["holes"] == []


def test_a_fragment_comes_from_a_file_and_its_mistakes_name_it(published: Path, exact: Cli, tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text("people: {eve: {name: Eve Ray}}\n", encoding="utf-8")
    assert "Eve Ray" in exact("-C", published, "what-if", "--change", path).out
    path.write_text("people: {eve: {nme: Eve Ray}}\n", encoding="utf-8")
    wrong = exact("-C", published, "what-if", "--change", path)
    assert (wrong.code, 'other.yaml:1:16  unknown key "nme"' in wrong.err) == (1, True)
    missing = exact("-C", published, "what-if", "--change", tmp_path / "none.yaml")
    assert (missing.code, "none.yaml cannot be read" in missing.err) == (2, True)


def test_no_plan_is_an_answer_with_its_own_exit_code(published: Path, exact: Cli) -> None:
    before = contents(published)
    leaves = [word for leave in EVERYONE for word in ("--leave", leave)]
    ended = exact("-C", published, "what-if", *leaves)
    assert ended.code == 3
    assert "18 January" in ended.err
    assert "At best 1 of 5 shifts would have holes: 168.0 h of primary.\n  primary/week/2027-01-18\n" in ended.out
    told = json.loads(exact("-C", published, "what-if", *leaves, "--json").out)
    assert (told["outcome"], told["best"]["uncovered"]) == ("infeasible", {"primary": 168.0})
    assert told["best"]["holes"] == ["primary/week/2027-01-18"]
    assert contents(published) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing is supposed"),
        (("--without", "boo"), 'Did you mean "bo"?'),
        (("--leave", "ana:2027"), '"2027" is no date'),
        (("--leave", "ana"), "Write it as --leave ana:"),
        (("--leave", "ana:2027-02-01", "--from", "soon"), '"soon" is no time'),
    ],
)
def test_wrong_usage_says_how_to_write_it(published: Path, exact: Cli, arguments: tuple[str, ...], said: str) -> None:
    ended = exact("-C", published, "what-if", *arguments)
    assert (ended.code, said in ended.err) == (2, True)


def test_there_has_to_be_a_plan_to_stay_near(team: Path) -> None:
    with pytest.raises(Refused, match=r"neither a plan nor a draft to stay near"):
        what_if(team, WHEN, supposition(team, WHEN, gone=["bo"], since=NEWS), since=NEWS)


def test_people_are_named_by_name_as_by_id_and_dates_outside_of_the_period_are_refused(team: Path) -> None:
    wanted = period(PERIOD)
    name = next(person.name for person in workspace.read(team).people if person.id == "bo")
    by_id, by_name = (supposition(team, wanted, leaves=[f"{who}:2027-01-05"]) for who in ("bo", name))
    assert by_id == by_name
    with pytest.raises(WrongUsage, match=r"touches nothing of .*, so nothing would change for"):
        supposition(team, wanted, leaves=["bo:2031-02-01..2031-02-05"])


def test_someone_unknown_is_wrong_usage_unless_the_fragment_brings_them(team: Path) -> None:
    with pytest.raises(WrongUsage, match=r'nobody is called "eve"'):
        supposition(team, WHEN, gone=["eve"])
    fragment = [("change.yaml", b"people: {eve: {name: Eve}}\n")]
    assert supposition(team, WHEN, gone=["eve"], changes=fragment).team
