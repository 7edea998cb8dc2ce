"""A small sound workspace for tests, and ways to write and read variants of it."""

from collections.abc import Mapping
from pathlib import Path

from watchbill import workspace
from watchbill.errors import InputError

TEAM = """\
team: payments
timezone: Europe/Berlin
holidays: [DE-BE, company]
calendars:
  company: {2027-03-19: Team day}
people:
  ana: {name: Ana Souza, timezone: America/Sao_Paulo, tags: [senior]}
  bo: {name: Bo Lindqvist, share: 80%}
  cy: {name: Cy Tan}
roles:
  primary:
    layers:
      week: {turn: 1 week, handoff: mon 09:00}
rules:
  - {kind: rest, at_least: 11h}
"""
ANA = """\
person: ana
answered_through: 2027-06-30
leave:
  - 2026-12-24..2027-01-02
"""


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Writes files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def complaints(folder: Path, files: Mapping[str, str | bytes]) -> list[str]:
    """What reading these files complains about, as `file:line:col  sentence`."""
    try:
        workspace.read(write(folder, files))
    except InputError as error:
        return [str(mistake) for mistake in error.mistakes]
    return []


def team(old: str = "", new: str = "") -> str:
    """The sound team file with one piece replaced."""
    assert old in TEAM, old
    return TEAM.replace(old, new, 1)


def ana(text: str) -> dict[str, str]:
    """The sound team, and lines after `person: ana` in her file."""
    return {"team.yaml": TEAM, "availability/ana.yaml": f"person: ana\n{text}"}


def layer(text: str) -> dict[str, str]:
    """The sound team with another layer: the text within its braces stands at 13:14."""
    return {"team.yaml": team("{turn: 1 week, handoff: mon 09:00}", "{" + text + "}")}


def rule(text: str) -> dict[str, str]:
    """The sound team with another rule at 15:5."""
    return {"team.yaml": team("{kind: rest, at_least: 11h}", text)}


def more(text: str) -> dict[str, str]:
    """The sound team with lines from line 16 on."""
    return {"team.yaml": TEAM + text}


def person(text: str) -> dict[str, str]:
    """The sound team with other facts about bo: the text within his braces stands at 8:8."""
    return {"team.yaml": team("{name: Bo Lindqvist, share: 80%}", "{" + text + "}")}
