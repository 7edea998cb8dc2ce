"""`feeds write`, `feeds show` and `feeds revoke`, as people see them."""

import json
import re
import stat
from pathlib import Path

import fsspec
import pytest

from tiny import TEAM, Cli
from watchbill.publish.feeds import keys

TOKEN = re.compile(r"[\w-]{43}\.ics")
URL = "https://calendars.example.com/feeds"


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(keys.KEY, raising=False)


def options(folder: Path, text: str) -> None:
    """Sets `publish: feeds` of a team."""
    (folder / "team.yaml").write_text(f"{TEAM}publish: {{feeds: {{{text}}}}}\n", encoding="utf-8")


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.ics"))


# ----------------------------------------------------------------------------------------------------------- write


def test_feeds_have_names_that_nobody_can_guess_and_that_are_not_printed(published: Path, cli: Cli) -> None:
    ended = cli("-C", published, "feeds", "write")
    assert ended.code == 0
    made = names(published / "feeds")
    assert len(made) == 7
    assert all(TOKEN.fullmatch(name) for name in made)
    assert not TOKEN.search(ended.out + ended.err)
    assert "changed: team, role/primary, person/ana, person/bo, person/cy, person/dee, swaps" in ended.out
    assert "Commit feeds.json" in ended.err


def test_the_list_of_links_is_private_and_git_ignores_what_is_secret(published: Path, cli: Cli) -> None:
    cli("-C", published, "feeds", "write")
    listed = published / ".watchbill" / "feeds.txt"
    assert stat.S_IMODE(listed.stat().st_mode) == 0o600
    rows = [row.split("\t") for row in listed.read_text(encoding="utf-8").splitlines()[1:]]
    assert {name for _, _, name in rows} == set(names(published / "feeds"))
    assert ["person/ana", "Ana Souza"] in [row[:2] for row in rows]
    for folder in ("feeds", ".watchbill"):
        assert "*" in (published / folder / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_writing_again_changes_nothing(published: Path, cli: Cli) -> None:
    cli("-C", published, "feeds", "write")
    ended = cli("-C", published, "feeds", "write")
    assert "7 feeds in" in ended.out
    assert "0 of them changed." in ended.out
    assert ended.err == ""


def test_feeds_go_where_they_are_told_and_json_has_no_names(published: Path, tmp_path: Path, cli: Cli) -> None:
    ended = cli("-C", published, "feeds", "write", "--out", tmp_path / "out", "--json")
    told = json.loads(ended.out)
    assert told["changed"] == told["feeds"]
    assert len(names(tmp_path / "out")) == 7
    assert not TOKEN.search(ended.out)
    assert not (published / "feeds").exists()


def test_feeds_go_to_a_store(published: Path, cli: Cli) -> None:
    store = fsspec.filesystem("memory")
    store.store.clear()
    assert cli("-C", published, "feeds", "write", "--out", "memory://bucket/feeds").code == 0
    assert len(store.find("/bucket/feeds")) == 7
    store.store.clear()


def test_a_target_that_is_none_is_wrong_usage(published: Path, cli: Cli) -> None:
    ended = cli("-C", published, "feeds", "write", "--out", "nonsense://x")
    assert ended.code == 2
    assert "Name a folder, or a store" in ended.err


def test_without_secrets_names_speak_and_no_key_is_made(published: Path, cli: Cli) -> None:
    options(published, "secrets: false")
    assert cli("-C", published, "feeds", "write").err == ""
    people = [f"people/{id_}.ics" for id_ in ("ana", "bo", "cy", "dee")]
    assert names(published / "feeds") == sorted([*people, "roles/primary.ics", "swaps.ics", "team.ics"])
    assert not (published / "feeds.json").exists()
    assert not (published / ".watchbill" / "feed.key").exists()


def test_a_public_team_feed_has_a_speaking_name(published: Path, cli: Cli) -> None:
    options(published, "public: [team]")
    cli("-C", published, "feeds", "write")
    assert [name for name in names(published / "feeds") if not TOKEN.fullmatch(name)] == ["team.ics"]


def test_drafts_have_no_feeds(drafted: Path, cli: Cli) -> None:
    for verb in ("write", "show"):
        ended = cli("-C", drafted, "feeds", verb)
        assert ended.code == 1
        assert "nothing is published yet" in ended.err


def test_mistakes_in_the_options_have_a_place_and_a_remedy(published: Path, cli: Cli) -> None:
    for text, remedy in (
        ("url: webcal://example.com/feeds", "Write it with https:// here"),
        ("url: 'https://ana:secret@example.com/feeds'", "without name, password"),
        ("public: [taem]", 'Did you mean "team"?'),
        ("reminders: [2 months]", "at most 4 weeks"),
        ("busy: perhaps", "Write true or false"),
        ("secret: false", 'unknown key "secret". Did you mean "secrets"?'),
    ):
        options(published, text)
        ended = cli("-C", published, "feeds", "write")
        assert ended.code == 1
        assert re.search(rf"team\.yaml:\d+:\d+  .*{re.escape(remedy)}", ended.err), ended.err


# ------------------------------------------------------------------------------------------------------------ show


def test_show_has_both_links_and_says_how_late_each_app_may_be(published: Path, cli: Cli) -> None:
    options(published, f"url: {URL}/, public: team")
    ended = cli("-C", published, "feeds", "show")
    assert ended.code == 0
    assert f"\nperson/ana: Ana Souza\n  {URL}/" in ended.out
    assert "  webcal://calendars.example.com/feeds/" in ended.out
    assert f"team: tiny (public)\n  {URL}/team.ics\n" in ended.out
    for app in ("Google Calendar", "Outlook", "Apple Calendar", "Thunderbird"):
        assert f"- {app}" in ended.out
    assert "day late" in ended.out
    assert max(len(line) for line in ended.out.splitlines() if ".ics" not in line) <= 80


def test_show_can_be_about_one_person(published: Path, cli: Cli) -> None:
    options(published, f"url: {URL}")
    assert cli("-C", published, "feeds", "show", "--person", "ana").out.count(".ics") == 2
    (told,) = json.loads(cli("-C", published, "feeds", "show", "--person", "ana", "--json").out)
    assert (told["feed"], told["whose"], told["public"]) == ("person/ana", "Ana Souza", False)
    assert told["url"] == f"{URL}/{told['name']}"
    assert told["webcal"] == told["url"].replace("https", "webcal")
    wrong = cli("-C", published, "feeds", "show", "--person", "anna")
    assert (wrong.code, 'Did you mean "ana"?' in wrong.err) == (2, True)


def test_show_says_how_to_set_an_address_up(published: Path, cli: Cli) -> None:
    ended = cli("-C", published, "feeds", "show", "--person", "ana")
    assert TOKEN.search(ended.out)
    assert "publish: {feeds: {url: https://" in ended.out
    assert json.loads(cli("-C", published, "feeds", "show", "--json").out)[0]["url"] is None


# ---------------------------------------------------------------------------------------------------------- revoke


def test_revoking_a_link_takes_its_file_away_and_leaves_the_others(published: Path, cli: Cli) -> None:
    cli("-C", published, "feeds", "write")
    before = names(published / "feeds")
    ended = cli("-C", published, "feeds", "revoke", "ana")
    assert "The link of person/ana is dead" in ended.out
    assert "Commit feeds.json and run: watchbill feeds write" in ended.out
    assert "1 of them changed, 1 old removed." in cli("-C", published, "feeds", "write").out
    after = names(published / "feeds")
    assert len(set(before) - set(after)) == len(set(after) - set(before)) == 1


def test_revoking_all_ends_every_link(published: Path, cli: Cli) -> None:
    cli("-C", published, "feeds", "write")
    before = names(published / "feeds")
    assert "a new feed key" in cli("-C", published, "feeds", "revoke", "--all").out
    cli("-C", published, "feeds", "write")
    assert not set(before) & set(names(published / "feeds"))
    assert len(names(published / "feeds")) == 7


@pytest.mark.parametrize(("arguments", "remedy"), [
    (["anna"], 'Did you mean "ana"?'),
    (["person/anna"], 'Did you mean "person/ana"?'),
    ([], "name one feed"),
    (["ana", "--all"], "name one feed"),
])  # fmt: skip
def test_revoking_nothing_is_wrong_usage(published: Path, cli: Cli, arguments: list[str], remedy: str) -> None:
    cli("-C", published, "feeds", "write")
    ended = cli("-C", published, "feeds", "revoke", *arguments)
    assert ended.code == 2
    assert remedy in ended.err


def test_a_weak_key_is_refused_and_not_quoted(published: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keys.KEY, "hunter2")
    ended = cli("-C", published, "feeds", "write")
    assert ended.code == 1
    assert "could be guessed" in ended.err
    assert "hunter2" not in ended.err
