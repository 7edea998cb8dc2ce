"""What `check` found and understood for programs: JSON, and workflow commands that mark lines of a pull request."""

from typing import Any

from watchbill.checking import Checked
from watchbill.errors import Mistake
from watchbill.report import said
from watchbill.serving import Staffed
from watchbill.times import iso
from watchbill.understood import Line, Understood, hours_of


def github(mistake: Mistake, file: str) -> str:
    """A workflow command for a mistake in a file, named as seen from the root of the repository."""
    kind = "warning" if mistake.warning else "error"
    place = mistake.place
    return f"::{kind} file={_property(file)},line={place.line},col={place.column}::{_escaped(mistake.sentence)}"


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def as_json(checked: Checked, mistakes: tuple[Mistake, ...], people: tuple[Understood, ...]) -> dict[str, Any]:
    """All of it, with some of the mistakes and people."""
    return {
        "period": checked.period.name,
        "mistakes": [_mistake(mistake) for mistake in mistakes],
        "people": [_person(row) for row in people],
        "layers": [_layer(row) for row in checked.layers],
        "shifts": len(checked.problem.shifts) if checked.problem else None,
        "published_until": iso(checked.covered) if checked.covered else None,
    }


def _mistake(mistake: Mistake) -> dict[str, Any]:
    place = mistake.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "sentence": mistake.sentence,
        "warning": mistake.warning,
    }


def _person(row: Understood) -> dict[str, Any]:
    return {
        "person": row.person.id,
        "serves": list(row.serves),
        "leave_days": row.leave_days,
        "could_serve": row.able,
        "blocked": len(row.blocked),
        "blocked_hours": round(row.blocked_hours, 2),
        "wishes": len(row.wishes),
        "wishes_weigh": round(float(sum(line.effective for line in row.wishes)), 3),
        "answered_through": row.answered and row.answered.isoformat(),
        "lines": [_line(line) for line in sorted(row.lines, key=lambda line: line.place)],
    }


def _line(line: Line) -> dict[str, Any]:
    told: dict[str, Any] = {
        "file": line.place.file,
        "line": line.place.line,
        "column": line.place.column,
        "kind": line.kind,
        "understood": said.when(line),
    }
    if not line.hard:
        return told | {"weight": line.weight, "weighs": round(float(line.effective), 3)}
    return told | {
        "approved": line.approved,
        "counts": not line.uncounted,
        "blocks": [turn.turn for turn in line.blocks],
        "hours": round(hours_of(line.blocks), 2),
    }


def _layer(row: Staffed) -> dict[str, Any]:
    weeks = [{"week": monday.isoformat(), "can_serve": able} for monday, able in row.weeks.items()]
    return {"layer": row.layer.key, "seats": row.seats, "weeks": weeks}
