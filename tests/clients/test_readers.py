"""Every feed of every sample, read by five programs that are not ours: all see what the plans say, and the same ids."""

import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from icalendar import Calendar
from installed import libical_flags, node_modules, program, venv_python
from samples import NAMES, basic
from writing import Written

from icslint import lint

HERE = Path(__file__).parent


@dataclass(frozen=True, order=True)
class Seen:
    """An event as a reader tells of it."""

    uid: str
    start: str
    end: str
    summary: str


Reader = Callable[[list[str], Path], Mapping[str, list[Seen]]]


def icalendar(files: list[str], scratch: Path) -> Mapping[str, list[Seen]]:
    out = {}
    for file in files:
        events = Calendar.from_ical(Path(file).read_bytes()).events
        out[file] = [Seen(str(e["UID"]), basic(e.start), basic(e.end), str(e["SUMMARY"])) for e in events]
    return out


def ical_js(files: list[str], scratch: Path) -> Mapping[str, list[Seen]]:
    return told([program("node"), str(HERE / "icaljs.cjs"), *files], node_modules("ical.js"))


def node_ical(files: list[str], scratch: Path) -> Mapping[str, list[Seen]]:
    return told([program("node"), str(HERE / "nodeical.cjs"), *files], node_modules("node-ical"))


def libical(files: list[str], scratch: Path) -> Mapping[str, list[Seen]]:
    reader = scratch / "libical"
    flags = ["-Wall", "-Werror", "-O1", "-o", str(reader)]
    subprocess.run([program("gcc"), str(HERE / "libical.c"), *flags, *libical_flags()], check=True)
    return told([str(reader), *files], {"TZ": "America/New_York"})


def khal(files: list[str], scratch: Path) -> Mapping[str, list[Seen]]:
    return told([venv_python("khal"), str(HERE / "khal_reader.py"), *files], {"TZ": "Asia/Tokyo", "PYTHONUTF8": "1"})


READERS: dict[str, Reader] = {
    "icalendar": icalendar,
    "ical.js": ical_js,
    "node-ical": node_ical,
    "libical": libical,
    "khal": khal,
}


def told(command: list[str], environment: Mapping[str, str]) -> Mapping[str, list[Seen]]:
    """What a reader prints: a line for each event, with file, UID, start, end and summary parted by tabs."""
    ran = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr
    out: dict[str, list[Seen]] = {}
    for line in ran.stdout.removesuffix("\n").split("\n"):
        file, *event = line.split("\t")
        out.setdefault(file, []).append(Seen(*event))
    return out


def lines_of(content: bytes) -> list[Seen]:
    """Events by RFC 5545 alone: unfold, split, unescape. The ids and words that every reader must find."""
    out, said = [], dict[str, str]()
    for line in content.decode().replace("\r\n ", "").split("\r\n"):
        name, _, value = line.partition(":")
        if line == "END:VEVENT":
            out.append(Seen(said["UID"], said["DTSTART"], said["DTEND"], unescaped(said["SUMMARY"])))
        said[name] = value
    return out


def unescaped(text: str) -> str:
    whole = text.replace("\\\\", "\0").replace("\\,", ",").replace("\\;", ";").replace("\\n", "\n")
    return whole.replace("\0", "\\")


@pytest.mark.parametrize("name", READERS)
def test_a_reader_sees_what_the_plans_say(name: str, written: Mapping[str, Written], tmp_path: Path) -> None:
    seen = READERS[name](list(written), tmp_path)
    for path, feed in written.items():
        events = seen.get(path, [])
        assert Counter((event.start, event.end) for event in events) == times(feed), feed.sample
        assert sorted(events) == sorted(lines_of(feed.content)), feed.sample


def times(feed: Written) -> Counter[tuple[str, str]]:
    return Counter((duty.start, duty.end) for duty in feed.duties)


def test_no_feed_breaks_a_rule_of_the_format(written: Mapping[str, Written]) -> None:
    faults = [(feed.sample, fault) for feed in written.values() for fault in lint(feed.content)]
    assert faults == []


def test_ids_are_unique_in_a_feed_and_the_same_in_every_feed_of_a_team(written: Mapping[str, Written]) -> None:
    known: dict[tuple[str, str], Seen] = {}
    for feed in written.values():
        events = lines_of(feed.content)
        assert len({event.uid for event in events}) == len(events) == len(feed.duties)
        for event in events:
            other = known.setdefault((feed.sample, event.uid), event)
            assert (other.start, other.end) == (event.start, event.end)


def test_names_that_need_escapes_and_folds_are_among_the_summaries(written: Mapping[str, Written]) -> None:
    said = {event.summary for feed in written.values() if feed.sample == "names" for event in lines_of(feed.content)}
    assert [name for name in NAMES if not any(name in summary for summary in said)] == []


def test_samples_hold_every_change_of_clocks(written: Mapping[str, Written]) -> None:
    assert {feed.sample for feed in written.values()} >= {"spring", "autumn", "sun-24", "year-100", "christmas"}
    assert sum(len(feed.duties) for feed in written.values()) > 15_000
