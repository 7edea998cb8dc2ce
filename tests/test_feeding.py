"""From a team's folder to feeds and links: which live, under which key, and what ends them."""

import json
import os
import shutil
import stat
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from icalendar import Calendar

from builders import at
from drafts import held, plan, week
from watchbill import feeding, revoking
from watchbill.errors import InputError, Refused, WrongUsage
from watchbill.feeding import Board
from watchbill.publish.feeds import SWAPS, TEAM, Feed, keys
from watchbill.publish.feeds.links import fingerprint
from watchbill.workspace import plans, register

NOW = at("2027-01-05T12")
ENVIRONMENT = {keys.KEY: "a-feed-key-of-tests-0123456789-abcdef"}
TEAM_FILE = """\
team: payments
timezone: UTC
people:
  ana: {{name: Ana Souza{ana}}}
  bo: {{name: Bo Lindqvist, timezone: Pacific/Auckland{bo}}}
roles:
  primary: {{layers: {{weekly: {{turn: 1 week, handoff: mon 09:00}}}}}}
{more}"""


def team(folder: Path, *, ana: str = "", bo: str = "", more: str = "") -> Path:
    """A team's folder with a published plan of January; Zoe has left long ago."""
    settle(folder, ana=ana, bo=bo, more=more)
    published(folder, "ana bo ana zoe")
    return folder


def settle(folder: Path, *, ana: str = "", bo: str = "", more: str = "") -> None:
    folder.mkdir(exist_ok=True)
    (folder / "team.yaml").write_text(TEAM_FILE.format(ana=ana, bo=bo, more=more), encoding="utf-8")


def published(folder: Path, people: str, when: str = "2027-01") -> None:
    made = plan(*week("primary", people, f"{when}-04"), when=when, revision=0, made=None)
    plans.publish(folder, made, at("2026-12-01T12"))


def options(text: str) -> str:
    return f"publish: {{feeds: {{{text}}}}}\n"


def board(folder: Path, now: datetime = NOW) -> Board:
    return feeding.board(folder, feeding.secret(folder, ENVIRONMENT), now=now)


def live(folder: Path, now: datetime = NOW) -> list[str]:
    return [link.feed.key for link in board(folder, now).links]


def named(folder: Path, environ: dict[str, str] | None = None) -> dict[str, str]:
    """Names of links by feed."""
    secret = feeding.secret(folder, ENVIRONMENT if environ is None else environ)
    return {link.feed.key: link.name for link in feeding.board(folder, secret, now=NOW).links}


def starts(found: Board, feed: Feed) -> list[datetime]:
    content = next(found.files[link.name] for link in found.links if link.feed == feed)
    return sorted(event["DTSTART"].dt for event in Calendar.from_ical(content).walk("VEVENT"))


# ----------------------------------------------------------------------------------------------------------- board


def test_a_board_has_a_feed_of_the_team_each_role_each_person_and_swaps(tmp_path: Path) -> None:
    found = board(team(tmp_path))
    assert [link.feed.key for link in found.links] == ["team", "role/primary", "person/ana", "person/bo", "swaps"]
    assert [link.whose for link in found.links[:4]] == ["payments", "primary", "Ana Souza", "Bo Lindqvist"]
    assert list(found.files) == [link.name for link in found.links]
    assert starts(found, Feed("person", "ana")) == [at("2027-01-04T09"), at("2027-01-18T09")]
    assert len(starts(found, TEAM)) == 4


def test_without_a_plan_the_board_is_empty(tmp_path: Path) -> None:
    settle(tmp_path)
    assert board(tmp_path) == Board("payments", (), {})
    with pytest.raises(Refused, match=r"nothing is published yet.*watchbill publish"):
        feeding.published(tmp_path, feeding.secret(tmp_path, ENVIRONMENT), now=NOW)


def test_feeds_reach_back_ninety_days_from_midnight(tmp_path: Path) -> None:
    team(tmp_path)
    assert len(starts(board(tmp_path, at("2027-04-11T08:59")), TEAM)) == 4
    assert len(starts(board(tmp_path, at("2027-04-11T23")), TEAM)) == 4
    assert len(starts(board(tmp_path, at("2027-04-12T00")), TEAM)) == 3


def test_who_has_left_the_team_has_no_feed_and_keeps_the_name_in_others(tmp_path: Path) -> None:
    found = board(team(tmp_path))
    assert "person/zoe" not in [link.feed.key for link in found.links]
    assert b"zoe" in found.files[found.links[0].name]


def test_a_feed_dies_after_the_last_day_on_the_clock_of_home(tmp_path: Path) -> None:
    team(tmp_path, ana=", left: 2027-01-10", bo=", left: 2027-01-10")
    both = ["person/ana", "person/bo"]
    assert [key for key in live(tmp_path, at("2027-01-10T10")) if key in both] == both
    assert [key for key in live(tmp_path, at("2027-01-10T12")) if key in both] == ["person/ana"]
    assert [key for key in live(tmp_path, at("2027-01-11T00")) if key in both] == []


def test_links_have_the_address_and_the_options_of_the_team(tmp_path: Path) -> None:
    more = options("url: https://example.com/feeds/, public: team, busy: true, reminders: [30m, 12h, 30m]")
    found = board(team(tmp_path, more=more))
    links = {link.feed: link for link in found.links}
    assert (links[TEAM].url, links[TEAM].public) == ("https://example.com/feeds/team.ics", True)
    assert links[SWAPS].url == f"https://example.com/feeds/{links[SWAPS].name}"
    assert [link.feed for link in found.links if link.public] == [TEAM]
    content = found.files["team.ics"].decode()
    assert "TRANSP:OPAQUE" in content
    assert content.count("TRIGGER:-PT12H") == content.count("TRIGGER:-PT30M") == 4


def test_offered_shifts_are_in_the_feed_of_swaps(tmp_path: Path) -> None:
    team(tmp_path)
    (tmp_path / "availability").mkdir()
    offer = "person: bo\noffers: [primary/weekly/2027-01-11]\n"
    (tmp_path / "availability" / "bo.yaml").write_text(offer, encoding="utf-8")
    assert starts(board(tmp_path), SWAPS) == [at("2027-01-11T09")]


def test_bad_input_makes_no_board(tmp_path: Path) -> None:
    team(tmp_path)
    secret = feeding.secret(tmp_path, ENVIRONMENT)
    (tmp_path / "plans" / "2027-01.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"plans/2027-01\.json:1:2"):
        feeding.board(tmp_path, secret, now=NOW)


def test_drafts_never_reach_feeds(tmp_path: Path) -> None:
    before = board(team(tmp_path)).files
    held_ = held("primary/weekly/2027-02-01", "ana", "2027-02-01T09", 168)
    plans.write_draft(tmp_path, plan(held_, when="2027-02", revision=0, made=None))
    assert board(tmp_path).files == before


def test_the_state_changes_with_every_file_that_a_board_reads(tmp_path: Path) -> None:
    team(tmp_path)
    seen = [feeding.state(tmp_path)]
    for change in (
        lambda: settle(tmp_path, ana=", left: 2027-03-01"),
        lambda: published(tmp_path, "bo ana ana"),
        lambda: published(tmp_path, "bo", "2027-02"),
        lambda: (tmp_path / "plans" / "2027-01.push.json").write_text("{}"),
        lambda: feeding.secret(tmp_path, ENVIRONMENT),
        lambda: revoking.revoke(tmp_path, "ana"),
        lambda: revoking.revoke_all(tmp_path, {}),
    ):
        change()
        seen.append(feeding.state(tmp_path))
    assert len(set(seen)) == len(seen)
    (tmp_path / "drafts").mkdir()
    (tmp_path / "drafts" / "2027-02.json").write_text("{}")
    assert feeding.state(tmp_path) == seen[-1]


# ------------------------------------------------------------------------------------------------------------- key


def test_a_key_is_made_on_first_need_for_its_owner_alone(tmp_path: Path) -> None:
    team(tmp_path)
    old = os.umask(0)
    try:
        first = feeding.secret(tmp_path, {})
    finally:
        os.umask(old)
    assert len(first) == 43
    assert stat.S_IMODE((tmp_path / keys.FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / ".watchbill").stat().st_mode) == 0o700
    assert feeding.secret(tmp_path, {}) == first
    assert [path.name for path in (tmp_path / ".watchbill").iterdir() if path.name.endswith(".tmp")] == []


def test_who_makes_a_key_at_the_same_time_gets_the_same(tmp_path: Path) -> None:
    team(tmp_path)
    assert keys.make(tmp_path) == keys.make(tmp_path)


def test_the_register_holds_a_fingerprint_and_not_the_key(tmp_path: Path) -> None:
    secret = feeding.secret(team(tmp_path), {})
    content = (tmp_path / "feeds.json").read_text(encoding="utf-8")
    assert json.loads(content)["generations"] == {}
    assert secret.decode() not in content


def test_the_environment_comes_before_the_file_and_both_make_the_same_links(tmp_path: Path) -> None:
    own = feeding.secret(team(tmp_path), {}).decode()
    assert named(tmp_path, {}) == named(tmp_path, {keys.KEY: f" {own}\n"})
    with pytest.raises(Refused, match=r"not the one that feeds\.json speaks of.*revoke --all"):
        feeding.secret(tmp_path, ENVIRONMENT)


@pytest.mark.parametrize(
    "weak", ["0123456789abcdefghijklmnopqrstu", "x" * 40, "ä" * 40, "two words of thirty-two characters\x00 or more"]
)
def test_weak_keys_are_refused_and_not_quoted(tmp_path: Path, weak: str) -> None:
    with pytest.raises(Refused, match="could be guessed") as caught:
        feeding.secret(team(tmp_path), {keys.KEY: weak})
    assert weak not in str(caught.value)
    assert not (tmp_path / "feeds.json").exists()


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    feeding.secret(team(tmp_path), {})
    (tmp_path / keys.FILE).chmod(0o640)
    with pytest.raises(Refused, match=r"Run: chmod 600 \.watchbill/feed\.key"):
        feeding.secret(tmp_path, {})


def test_a_key_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    feeding.secret(team(tmp_path / "other"), {})
    folder = team(tmp_path / "team")
    (folder / ".watchbill").mkdir()
    (folder / keys.FILE).symlink_to(tmp_path / "other" / keys.FILE)
    with pytest.raises(Refused, match="leads out of the team's folder"):
        feeding.secret(folder, {})


def test_another_key_makes_no_board(tmp_path: Path) -> None:
    feeding.secret(team(tmp_path), ENVIRONMENT)
    with pytest.raises(Refused, match="not the one"):
        feeding.board(tmp_path, b"another key that is long enough for it", now=NOW)


def test_no_key_makes_no_board_unless_names_are_no_secret(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no feed key"):
        feeding.board(team(tmp_path), b"", now=NOW)
    settle(tmp_path, more=options("secrets: false"))
    assert feeding.secret(tmp_path, {}) == b""
    assert list(feeding.board(tmp_path, b"", now=NOW).files)[:3] == ["team.ics", "roles/primary.ics", "people/ana.ics"]
    assert not (tmp_path / keys.FILE).exists()


# ----------------------------------------------------------------------------------------------------------- clone


def git(folder: Path, *arguments: str) -> None:
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "HOME": str(folder.parent)}
    settings |= {f"GIT_{who}_{what}": "x@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *arguments], cwd=folder, env=os.environ | settings, check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path: Path) -> tuple[Path, Path]:
    """A folder with links in use, and a fresh clone of what was committed."""
    folder = team(tmp_path / "team")
    feeding.write(folder, feeding.secret(folder, {}), now=NOW)
    revoking.revoke(folder, "bo")
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "all")
    git(tmp_path, "clone", "--quiet", str(folder), "clone")
    return folder, tmp_path / "clone"


def test_a_fresh_clone_has_no_key_and_no_feeds(clone: tuple[Path, Path]) -> None:
    _, fresh = clone
    assert sorted(path.name for path in fresh.iterdir()) == [".git", "feeds.json", "plans", "team.yaml"]
    with pytest.raises(Refused, match=r"no feed key.*Get the key from a colleague.*revoke --all"):
        feeding.secret(fresh, {})
    assert not (fresh / keys.FILE).exists()


def test_links_are_the_same_after_a_fresh_clone_with_the_same_key(clone: tuple[Path, Path]) -> None:
    folder, fresh = clone
    own = (folder / keys.FILE).read_text(encoding="utf-8")
    assert named(fresh, {keys.KEY: own}) == named(folder, {})
    (fresh / ".watchbill").mkdir()
    shutil.copy(folder / keys.FILE, fresh / keys.FILE)
    assert named(fresh, {}) == named(folder, {})


def test_who_has_no_key_can_start_anew(clone: tuple[Path, Path]) -> None:
    folder, fresh = clone
    before = named(folder, {})
    revoking.revoke_all(fresh, {})
    assert not set(before.values()) & set(named(fresh, {}).values())


# ---------------------------------------------------------------------------------------------------------- revoke


def test_revoking_ends_one_link_and_no_other(tmp_path: Path) -> None:
    before = named(team(tmp_path))
    assert revoking.revoke(tmp_path, "ana") == Feed("person", "ana")
    after = named(tmp_path)
    assert {key for key in before if before[key] != after[key]} == {"person/ana"}
    revoking.revoke(tmp_path, "person/ana")
    assert named(tmp_path)["person/ana"] not in (before["person/ana"], after["person/ana"])


@pytest.mark.parametrize(("name", "key"), [
    ("primary", "role/primary"), ("role/primary", "role/primary"), ("team", "team"), ("swaps", "swaps"),
    ("zoe", "person/zoe"),
])  # fmt: skip
def test_everything_that_has_a_link_or_had_one_can_be_revoked(tmp_path: Path, name: str, key: str) -> None:
    named(team(tmp_path))
    assert revoking.revoke(tmp_path, name).key == key
    assert register.read(tmp_path) == register.Register(fingerprint(feeding.secret(tmp_path, ENVIRONMENT)), {key: 1})


def test_a_name_of_two_things_has_to_be_said_in_full(tmp_path: Path) -> None:
    named(team(tmp_path, more="", bo="}\n  primary: {name: Prim Ary"))
    with pytest.raises(WrongUsage, match=r'"primary" is more than one thing. Write role/primary or person/primary\.'):
        revoking.revoke(tmp_path, "primary")
    assert revoking.revoke(tmp_path, "person/primary") == Feed("person", "primary")


def test_an_unknown_name_gets_a_suggestion(tmp_path: Path) -> None:
    named(team(tmp_path))
    with pytest.raises(WrongUsage, match=r'no feed of "anna"\. Did you mean "ana"'):
        revoking.revoke(tmp_path, "anna")


def test_what_is_no_secret_cannot_be_revoked(tmp_path: Path) -> None:
    team(tmp_path, more=options("public: team"))
    with pytest.raises(Refused, match="no link was ever made"):
        revoking.revoke(tmp_path, "ana")
    named(tmp_path)
    with pytest.raises(Refused, match=r"team's feed is public\. Take it out of public"):
        revoking.revoke(tmp_path, "team")
    settle(tmp_path, more=options("secrets: false"))
    with pytest.raises(Refused, match="names of feeds are no secret here"):
        revoking.revoke(tmp_path, "ana")


def test_a_key_of_the_environment_has_to_be_changed_there(tmp_path: Path) -> None:
    before = named(team(tmp_path))
    with pytest.raises(Refused, match=f"{keys.KEY} still holds the key that is to end"):
        revoking.revoke_all(tmp_path, ENVIRONMENT)
    new = {keys.KEY: "another-feed-key-of-tests-9876543210"}
    revoking.revoke_all(tmp_path, new)
    assert not set(before.values()) & set(named(tmp_path, new).values())
    assert not (tmp_path / keys.FILE).exists()


def test_starting_anew_is_the_way_out_of_a_broken_register_and_an_open_key(tmp_path: Path) -> None:
    feeding.secret(team(tmp_path), {})
    (tmp_path / keys.FILE).chmod(0o644)
    (tmp_path / "feeds.json").write_text("<<<<<<< ours\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"feeds\.json:1:1  unresolved merge conflict"):
        feeding.board(tmp_path, b"", now=NOW)
    revoking.revoke_all(tmp_path, {})
    assert len(named(tmp_path, {})) == 5
    assert stat.S_IMODE((tmp_path / keys.FILE).stat().st_mode) == 0o600


# -------------------------------------------------------------------------------------------------------- register


def test_the_register_has_a_line_for_each_generation_in_order(tmp_path: Path) -> None:
    register.write(tmp_path, register.Register("0" * 16, {"team": 2, "person/bo": 1, "person/ana": 3}))
    content = (tmp_path / "feeds.json").read_text(encoding="utf-8")
    assert content.splitlines()[4:7] == ['  "person/ana": 3,', '  "person/bo": 1,', '  "team": 2']
    assert register.read(tmp_path) == register.Register("0" * 16, {"person/ana": 3, "person/bo": 1, "team": 2})


@pytest.mark.parametrize(("content", "told"), [
    ('{"format": 2, "key": "0000000000000000", "generations": {}}', '1:2  "format" must be 1'),
    ('{"format": 1, "key": "xyz", "generations": {}}', '1:15  "key" must be 16 digits'),
    ('{"format": 1, "key": "0000000000000000", "generations": {"team": -1}}', 'the generation of "team" must be'),
    ('{"format": 1, "key": "0000000000000000", "generations": {"team": true}}', 'the generation of "team" must be'),
    ('{"format": 1, "key": "0000000000000000", "generations": []}', '"generations" must be an object'),
    ('{"format": 1, "key": "0000000000000000", "generations": {}, "more": 1}', 'unknown key "more"'),
    ("[]", "expected an object"),
])  # fmt: skip
def test_a_register_that_is_not_whole_is_refused_with_its_place(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "feeds.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        register.read(tmp_path)
    assert told in str(caught.value)
    assert str(caught.value).startswith("feeds.json:1:")


# ------------------------------------------------------------------------------------------------ pages in PagerDuty


def test_events_name_the_page_that_the_last_push_found(tmp_path: Path) -> None:
    folder = team(tmp_path / "team")
    page = "https://sandbox.pagerduty.com/schedules/PPRIM01"
    pushed = folder / "plans" / "2027-01.push.json"
    pushed.write_text(json.dumps({"written": [{"role": "primary", "seat": 1, "url": page}]}), encoding="utf-8")
    assert all(f"PagerDuty: {page}" in told for told in descriptions(board(folder)))
    pushed.write_text("cut off in the mid", encoding="utf-8")
    assert not any("PagerDuty" in told for told in descriptions(board(folder)))


def descriptions(found: Board) -> list[str]:
    content = next(found.files[link.name] for link in found.links if link.feed == TEAM)
    told = [str(event["DESCRIPTION"]) for event in Calendar.from_ical(content).walk("VEVENT")]
    assert told
    return told
