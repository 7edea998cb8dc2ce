"""What `push --probe` found out about an account: the questions, their answers, and the file that keeps them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from watchbill.errors import InputError, Mistake, Place, did_you_mean
from watchbill.publish.pagerduty.terms import BATCH, Meaning, Turns
from watchbill.texts import printable
from watchbill.times import from_iso, iso

NAME = "history/pagerduty-probe.json"
SCHEMA = 1
MOST = 1_000_000

_AGAIN = "Make the file anew with: watchbill push --probe"
_LONGEST_WHY = 200
_COUNTED: tuple[Turns, ...] = ("wall", "elapsed")
_PAST = ("kept", "clamped", "refused")


@dataclass(frozen=True, slots=True)
class Question:
    """Something that PagerDuty's documents leave open.

    An answer is one of `words`, or where `unit` names what is counted, a whole number from `least` on. Where the probe
    stopped asking for more at `top`, the answer means at least so many.
    """

    key: str
    asks: str
    words: tuple[str, ...] = ()
    unit: str = ""
    least: int = 1
    top: int | None = None


QUESTIONS = (
    Question("layer_order", "In which order are layers read?", ("reversed", "as_written")),
    Question("omitted_layers", "What becomes of a layer that a PUT leaves out?", ("kept", "ended", "dropped")),
    Question("past_layer_start", "What becomes of a layer's start in the past?", ("now", "kept", "refused")),
    Question("duplicate_users", "May a layer name a user twice?", ("allowed", "dropped", "refused")),
    Question("day_turns", "How are turns of 24 hours counted across a clock change?", _COUNTED),
    Question("week_turns", "How are turns of 7 days counted across a clock change?", _COUNTED),
    Question("hour_turns", "How are turns of 8 hours counted across a clock change?", _COUNTED),
    Question("mixed_restrictions", "What do daily and weekly restrictions make together?", ("both", "one", "refused")),
    Question("past_override", "What becomes of an override's start in the past?", _PAST),
    Question("override_years", "How far ahead may an override lie?", unit="years", least=0, top=5),
    Question("overrides_per_request", "How many overrides does one request take?", unit="overrides", top=500),
    Question("limit_v2", "How many requests are allowed, say answers of v2?", ("none",), "requests"),
    Question("rotations_key", 'What of "rotations" in POST /v3/schedules?', ("ignored", "required", "refused")),
    Question("shift_batch", "One bad custom shift among good ones: what fails?", ("whole", "item")),
    Question("past_shift", "What becomes of a custom shift's start in the past?", _PAST),
    Question("shift_years", "How far ahead may a custom shift lie?", unit="years", least=0, top=5),
    Question("shifts_per_request", "How many custom shifts does one request take?", unit="custom shifts", top=500),
    Question("limit_v3", "How many requests are allowed, say answers of v3?", ("none",), "requests"),
)
BY_KEY = {question.key: question for question in QUESTIONS}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question; None where it could not be told, and then why not, without names of people."""

    question: str
    answer: str | int | None
    why: str = ""

    @property
    def words(self) -> str:
        """The answer as a person reads it."""
        question = BY_KEY[self.question]
        if self.answer is None:
            return f"unknown: {self.why}"
        if isinstance(self.answer, str):
            return self.answer.replace("_", " ")
        if self.answer == 0:
            return f"less than 1 {question.unit.removesuffix('s')}"
        unit = question.unit if self.answer != 1 else question.unit.removesuffix("s")
        return f"{'at least ' if self.answer == question.top else ''}{self.answer} {unit}"


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers of one probe, made at an instant of PagerDuty's clock, in the order of the questions."""

    at: datetime
    found: tuple[Answer, ...]

    def of(self, key: str) -> str | int | None:
        """The answer to a question; None where it is not known."""
        return next((one.answer for one in self.found if one.question == key), None)

    def meaning(self) -> Meaning:
        """How to read PagerDuty by these answers; what is not known stays as it usually is.

        Where turns of days and of weeks differ, no one way is right: the preview of a push then finds the difference.
        """
        told = {self.of(key) for key in ("day_turns", "week_turns")} - {None}
        return Meaning(
            turns="elapsed" if told == {"elapsed"} else "wall",
            repeats=self.of("duplicate_users") not in {"dropped", "refused"},
            overrides=self._at_most("overrides_per_request"),
            shifts=self._at_most("shifts_per_request"),
        )

    def _at_most(self, key: str) -> int:
        most = self.of(key)
        return min(BATCH, most) if isinstance(most, int) else BATCH


# ------------------------------------------------------------------------------------------------------------ file


def kept(folder: Path) -> Answers | None:
    """The answers that a team's folder keeps; None where it was never probed. InputError if the file is not whole."""
    path = folder / NAME
    return decode(path.read_bytes()) if path.is_file() else None


def as_json(answers: Answers) -> dict[str, Any]:
    """The answers as they are kept."""
    found = {one.question: {"answer": one.answer} | ({"why": one.why} if one.why else {}) for one in answers.found}
    return {"schema": SCHEMA, "at": iso(answers.at), "answers": found}


def encode(answers: Answers) -> bytes:
    """The bytes of the file."""
    return (json.dumps(as_json(answers), indent=1, ensure_ascii=False) + "\n").encode()


def decode(content: bytes) -> Answers:
    """Reads the file; InputError with every mistake in it."""
    try:
        text = content.decode("utf-8")
        node = json.loads(text)
    except json.JSONDecodeError as error:
        place = Place(NAME, error.lineno, error.colno)
        raise InputError([Mistake(place, f"this is no JSON ({error.msg}). {_AGAIN}")]) from None
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise InputError([Mistake(Place(NAME), f"this is no JSON in UTF-8. {_AGAIN}")]) from None
    mistakes = [Mistake(_place(text, key), f"{sentence} {_AGAIN}") for key, sentence in _wrong(node)]
    if mistakes:
        raise InputError(mistakes)
    said = node["answers"]
    found = (Answer(q.key, said[q.key]["answer"], said[q.key].get("why", "")) for q in QUESTIONS if q.key in said)
    return Answers(_instant(node["at"]), tuple(found))


def _place(text: str, key: str) -> Place:
    """Where a key stands first."""
    at = text.find(f'"{key}"') if key else -1
    line = text.count("\n", 0, at) + 1 if at >= 0 else 1
    return Place(NAME, line, at - text.rfind("\n", 0, at) if at >= 0 else 1)


def _wrong(node: Any) -> Iterator[tuple[str, str]]:
    """Every mistake: the key at which it stands, and a sentence."""
    if not isinstance(node, dict):
        yield "", "this is no mapping."
        return
    for key in node:
        if key not in {"schema", "at", "answers"}:
            yield key, f'"{printable(key)}" is no key of this file. {did_you_mean(key, ["schema", "at", "answers"])}'
    if node.get("schema") != SCHEMA or isinstance(node.get("schema"), bool):
        yield "schema", f'"schema" is not {SCHEMA}, the only form that this version of watchbill reads.'
    try:
        _instant(node.get("at"))
    except ValueError:
        yield "at", '"at" is no instant such as 2027-01-04T08:00Z.'
    said = node.get("answers")
    if not isinstance(said, dict):
        yield "answers", '"answers" is no mapping of questions.'
        return
    for key, value in said.items():
        yield from ((key, sentence) for sentence in _wrong_answer(key, value))


def _wrong_answer(key: str, node: Any) -> Iterator[str]:
    question = BY_KEY.get(key)
    if question is None:
        yield f'"{printable(key)}" is no question. {did_you_mean(key, BY_KEY)}'.rstrip()
        return
    if not isinstance(node, dict) or "answer" not in node or not node.keys() <= {"answer", "why"}:
        yield f'"{key}" needs "answer", and may have "why", and nothing else.'
        return
    why = node.get("why", "")
    if not isinstance(why, str) or len(why) > _LONGEST_WHY or why != printable(why):
        yield f'the "why" of "{key}" is no plain text of at most {_LONGEST_WHY} characters.'
    if not _fits(question, node["answer"]):
        yield f'the answer of "{key}" is not {_expected(question)}.'


def _fits(question: Question, answer: object) -> bool:
    if isinstance(answer, str):
        return answer in question.words
    if isinstance(answer, int) and not isinstance(answer, bool):
        return bool(question.unit) and question.least <= answer <= MOST
    return answer is None


def _expected(question: Question) -> str:
    numbers = [f"a whole number from {question.least} on"] if question.unit else []
    return ", ".join([*question.words, *numbers, "or null where it is not known"])


def _instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("no text")
    return from_iso(value)
