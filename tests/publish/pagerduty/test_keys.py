"""Where the key and the address come from, and where the key does not go. And which zones PagerDuty knows."""

import copy
import pickle
from pathlib import Path

import pytest

from watchbill.errors import Refused
from watchbill.publish.pagerduty.keys import Key, base_url, find_key
from watchbill.publish.pagerduty.zones import NAMES, for_pagerduty, same
from watchbill.times import zone_names


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / ".watchbill" / "pagerduty.key"
    path.parent.mkdir()
    path.write_text("kFILE123\n")
    path.chmod(0o600)
    return path


def test_the_environment_comes_before_the_file(tmp_path: Path, file: Path) -> None:
    assert find_key({"WATCHBILL_PAGERDUTY_KEY": " kENV456 "}, tmp_path).reveal() == "kENV456"
    assert find_key({"WATCHBILL_PAGERDUTY_KEY": " "}, tmp_path).reveal() == "kFILE123"
    assert find_key({}, tmp_path).reveal() == "kFILE123"


def test_without_a_key_it_is_said_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"no PagerDuty key.*WATCHBILL_PAGERDUTY_KEY.*chmod 600"):
        find_key({}, tmp_path)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604, 0o601])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(Refused, match=r"Run: chmod 600 \.watchbill/pagerduty\.key"):
        find_key({}, tmp_path)


def test_a_stricter_file_is_taken(tmp_path: Path, file: Path) -> None:
    file.chmod(0o400)
    assert find_key({}, tmp_path).reveal() == "kFILE123"


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path, file: Path) -> None:
    team = tmp_path / "team"
    (team / ".watchbill").mkdir(parents=True)
    (team / ".watchbill" / "pagerduty.key").symlink_to(file)
    with pytest.raises(Refused, match="leads out of the team's folder"):
        find_key({}, team)


def test_a_link_to_nothing_a_folder_and_odd_bytes_are_refused(tmp_path: Path, file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Refused, match="cannot be read: it is no text"):
        find_key({}, tmp_path)
    file.unlink()
    file.symlink_to("nowhere")
    with pytest.raises(Refused, match="cannot be read: No such file"):
        find_key({}, tmp_path)
    file.unlink()
    file.mkdir()
    with pytest.raises(Refused, match="is no file with a key"):
        find_key({}, tmp_path)


@pytest.mark.parametrize("content", ["", "two words", "key: kABC\nmore", "schlüssel"])
def test_a_file_without_a_key_is_refused_without_being_quoted(tmp_path: Path, file: Path, content: str) -> None:
    file.write_text(content)
    with pytest.raises(Refused, match=r"pagerduty\.key is no PagerDuty key") as refused:
        find_key({}, tmp_path)
    assert not content or content not in str(refused.value)


def test_a_key_does_not_show_itself() -> None:
    key = Key("kSECRET")
    assert "kSECRET" not in f"{key} {key!r} {[key]} {vars(type(key))}"
    for store in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="a key is not stored"):
            store(key)


def test_the_address_is_said_or_the_regions() -> None:
    assert base_url({}) == "https://api.pagerduty.com"
    assert base_url({}, "eu") == "https://api.eu.pagerduty.com"
    assert base_url({"WATCHBILL_PAGERDUTY_URL": "http://127.0.0.1:8377"}, "eu") == "http://127.0.0.1:8377"
    with pytest.raises(Refused, match=r'"mars" is no service region.*us or eu'):
        base_url({}, "mars")


# ----------------------------------------------------------------------------------------------------------- zones


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("UTC", "Etc/UTC"),
        ("Europe/Berlin", "Europe/Berlin"),
        ("Europe/Kyiv", "Europe/Kiev"),
        ("Europe/Oslo", "Europe/Berlin"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("America/Nuuk", "America/Godthab"),
        ("America/Toronto", "America/New_York"),
        ("US/Pacific", "America/Los_Angeles"),
    ],
)
def test_a_zone_gets_the_name_that_pagerduty_has_for_it(name: str, known: str) -> None:
    assert for_pagerduty(name) == known


def test_every_zone_is_named_after_one_with_the_same_clock_or_refused() -> None:
    refused = []
    for name in sorted(zone_names())[::7]:
        try:
            known = for_pagerduty(name)
        except Refused:
            refused.append(name)
            continue
        assert known in NAMES
        assert same(name, known)
    assert len(refused) < 8


def test_a_zone_that_no_name_fits_is_refused_with_a_remedy() -> None:
    with pytest.raises(Refused, match=r'zone Australia/Lord_Howe.*"timezone:".*as: overrides'):
        for_pagerduty("Australia/Lord_Howe")


def test_two_names_of_one_clock_are_the_same() -> None:
    assert same("UTC", "Etc/UTC")
    assert same("Europe/Kyiv", "Europe/Kiev")
    assert not same("Europe/Berlin", "Europe/London")
    assert not same("Africa/Casablanca", "Africa/Algiers")
    assert same("Mars/Olympus", "Mars/Olympus")
    assert not same("Mars/Olympus", "Etc/UTC")


def test_every_name_is_a_zone() -> None:
    assert zone_names() >= NAMES
    assert len(NAMES) == 135
