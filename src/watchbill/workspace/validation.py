"""Trees against models: every pydantic error becomes a mistake at its place, in our words.

After a round of errors the offending entries are taken out and the rest is validated again, so that checks that only
run on sound parts still run. What follows from taking something out is not told.
"""

import re
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from watchbill.errors import Mistake, Place, did_you_mean
from watchbill.workspace.model_keys import keys, tags
from watchbill.workspace.nodes import Entry, Node, Part

M = TypeVar("M", bound=BaseModel)
_ROUNDS = 25


def validated(root: Node, model: type[M], fillers: dict[str, Any]) -> tuple[M | None, tuple[Mistake, ...]]:
    """A model of what is sound in a tree, and every mistake. The tree loses what is wrong.

    `fillers` stand for keys of the root that are missing or wrong, so that the rest can be judged.
    """
    mistakes: dict[Place, Mistake] = {}
    for _ in range(_ROUNDS):
        data = root.plain()
        lost = {key: value for key, value in fillers.items() if key in root.pruned and key not in data}
        try:
            return model.model_validate({**lost, **data}), tuple(mistakes.values())
        except ValidationError as error:
            found = [_Error(root, model, details) for details in error.errors(include_url=False)]
        for one in sorted(found, key=lambda one: one.rank):
            mistake = one.mistake()
            if mistake:
                mistakes.setdefault(mistake.place, mistake)
        for one in sorted(found, key=lambda one: one.where, reverse=True):
            one.prune()
    return None, tuple(mistakes.values())


class _Error:
    """One pydantic error, found again in the tree: `path` leads to the deepest node that it speaks of."""

    def __init__(self, root: Node, model: type[BaseModel], details: ErrorDetails) -> None:
        self.root = root
        self.model = model
        self.details = details
        self.kind = details["type"]
        self.path: list[Part] = []
        self.nodes = [root]
        loc = details["loc"]
        self.on_key = bool(loc) and loc[-1] == "[key]"
        for part in loc:
            child = self.nodes[-1].child(part)
            if child is not None:
                self.path.append(part)
                self.nodes.append(child)
        self.node = self.nodes[-1]
        self.name = str(self.path[-1]) if self.path else ""
        self.missing = str(loc[-1]) if self.kind == "missing" else ""
        self.follows = self._follows()

    @property
    def where(self) -> tuple[tuple[int, int, str], ...]:
        """A key by which deeper and later errors come last."""
        return tuple((0, part, "") if isinstance(part, int) else (1, 0, part) for part in self.path)

    @property
    def rank(self) -> int:
        """Our own sentences before those of pydantic, where several errors concern one place."""
        return 0 if self.kind in {"value_error", "extra_forbidden", "missing"} else 2 if "none" in self.kind else 1

    def mistake(self) -> Mistake | None:
        """The mistake, unless it only follows from one that was told."""
        return None if self.follows else Mistake(self._place(), self._sentence())

    def prune(self) -> None:
        """Takes the offending entry out of the tree."""
        if self.missing and len(self.nodes) == 1:
            self.node.pruned.add(self.missing)
            return
        if not self.path:
            self.root.pruned.update(self.root.keys())
            self.root.value = {}
            return
        holder, part = self.nodes[-2], self.path[-1]
        if isinstance(holder.value, dict) and isinstance(part, str):
            holder.value.pop(part, None)
            holder.pruned.add(part)
        elif isinstance(holder.value, list) and isinstance(part, int) and holder.child(part) is self.node:
            del holder.value[part]
            holder.pruned.add("")

    def _follows(self) -> bool:
        """Whether it is there only because something was taken out before."""
        if self.missing:
            return self.missing in self.node.pruned
        return bool(self.node.pruned) and self.kind in {"value_error", "too_short", "assertion_error"}

    def _entry(self) -> Entry | None:
        holder = self.nodes[-2] if self.path else None
        if holder is not None and isinstance(holder.value, dict) and isinstance(self.path[-1], str):
            return holder.value[self.path[-1]]
        return None

    def _place(self) -> Place:
        entry = self._entry()
        at_key = self.on_key or self.missing or self.node.empty or self.kind == "extra_forbidden"
        if entry and (at_key or isinstance(self.node.value, dict)):
            return entry.place
        return self._item_place() if self.path else Place(self.root.place.file)

    def _item_place(self) -> Place:
        """Of a list that is read as a whole, the item that the sentence quotes."""
        if isinstance(self.node.value, list) and self.kind == "value_error":
            quoted = [node for node in self.node.texts() if f'"{node.text}"' in self.details["msg"]]
            return quoted[0].place if quoted else self.node.place
        return self.node.place

    def _sentence(self) -> str:
        if self.kind == "extra_forbidden":
            return self._unknown_key()
        if self.missing:
            return self._missing_sentence()
        if self.node.empty and not self.on_key:
            return f'"{self.name}" has no value. Write one, or remove the key.'
        if self.kind in {"value_error", "assertion_error"}:
            return self._verbatim()
        return self._other_sentence()

    def _unknown_key(self) -> str:
        known = self._known_keys()
        if self.name[:4].isdigit() and "date" in known:
            return f"a date is no key. Write it as date: {self.name}."
        if self.name == "hours" and "date" in known:
            return 'unknown key "hours". Write times beside the date: 2027-02-01 13:00..18:00.'
        other = _OTHER_WORDS.get(self.name.lower(), "")
        hint = f'Did you mean "{other}"?' if other in known else did_you_mean(self.name, known)
        return f'unknown key "{self.name}". {hint}'.rstrip()

    def _missing_sentence(self) -> str:
        whose = f' of "{self.name}"' if self.path and isinstance(self.path[-1], str) else ""
        example = EXAMPLES.get(self.missing, f"{self.missing}: …")
        return f'the key "{self.missing}"{whose} is missing. Add it: {example}'

    def _verbatim(self) -> str:
        sentence = str(self.details.get("ctx", {}).get("error", self.details["msg"]))
        if sentence.endswith((" a list.", " a mapping.")):
            return f"{sentence[:-1]}. Write it as {EXAMPLES.get(self.name, 'a single value')}."
        return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."

    def _other_sentence(self) -> str:
        context = self.details.get("ctx", {})
        found = self.name if self.on_key else self.node.text
        if self.kind == "union_tag_not_found":
            return f'the key "kind" is missing. Add one of {_listed(tags(self.model))}.'
        if self.kind == "union_tag_invalid":
            tag = str(context.get("tag", ""))
            return (
                f'unknown kind of rule "{tag}". {did_you_mean(tag, _quoted(context.get("expected_tags", "")))}'.rstrip()
            )
        if self.kind == "literal_error":
            return f'"{found}" is not possible here. {_choice(found, _quoted(context.get("expected", "")))}'
        if self.kind == "greater_than_equal":
            return f"{found} is too small. Write {context.get('ge')} or more."
        if self.kind == "too_short":
            return f'"{self.name}" is empty. Write at least one entry.'
        return self._shape_sentence()

    def _shape_sentence(self) -> str:
        is_ = "a list" if isinstance(self.node.value, list) else "a mapping"
        is_ = "text" if isinstance(self.node.value, str) else is_
        wanted = "a list" if self.kind in {"list_type", "tuple_type"} else "one value"
        wanted = "key: value lines" if self.kind in {"dict_type", "model_type", "model_attributes_type"} else wanted
        named = bool(self.path) and isinstance(self.path[-1], str)
        holders = [part for part in self.path if isinstance(part, str)]
        example = EXAMPLES.get(holders[-1] if holders else "", wanted)
        if wanted == "a list" and re.search("[0-9]", self.node.text) and len(self.node.text) <= 60:
            text = self.node.text.removeprefix("-")
            example = f"{self.name}: [{text}]" if text == self.node.text else f'"- {text}" with a space after the "-"'
        subject = f'"{self.name}"' if named else "this entry"
        return f"{subject} expects {wanted}, found {is_}. Write {example}."

    def _known_keys(self) -> tuple[str, ...]:
        return keys(self.model, tuple(self.details["loc"][:-1])) or ()


EXAMPLES = {
    "timezone": "timezone: Europe/Berlin",
    "team": "team: payments",
    "person": "person: ana",
    "turn": "turn: 1 week",
    "handoff": "handoff: mon 09:00",
    "layers": "layers: {weekly: {turn: 1 week, handoff: mon 09:00}}",
    "people": "people: {ana: {name: Ana Souza}}",
    "roles": "roles: {primary: {layers: {weekly: {turn: 1 week, handoff: mon 09:00}}}}",
    "avoid": "avoid: [2027-02-14, fri]",
    "prefer": "prefer: [2027-01-18..2027-01-24, nights]",
    "never": "never: [sat]",
    "travel": "travel: [{dates: 2027-03-03..2027-03-20, timezone: Asia/Tokyo}]",
    "limits": "limits: [{count: shifts, at_most: 2, per: 4 weeks}]",
    "note": "note: moving house",
    "leave": "leave: [2026-12-24..2027-01-02]",
    "holidays": "holidays: [DE-BE, company]",
    "rules": "rules: [{kind: rest, at_least: 11h}]",
    "dates": "dates: 2027-03-03..2027-03-20",
    "days": "days: [sat]",
    "value": "value: 50%",
    "from": "from: 2027-01-04",
    "schedule": "schedule: PXXXXXX",
    "shift": "shift: primary/weekly/2027-01-04",
    "hours": "hours: 22:00..07:00",
    "extra": "extra: 100%",
    "budget": "budget: 10",
    "offers": "offers: [primary/weekly/2027-01-04]",
}


_OTHER_WORDS = {
    **dict.fromkeys(("vacation", "vacations", "holiday", "absence", "absences", "away", "off", "ooo", "pto"), "leave"),
    **dict.fromkeys(("tz", "zone", "time_zone"), "timezone"),
    **dict.fromkeys(("users", "members", "engineers", "persons"), "people"),
    **dict.fromkeys(("start", "since", "anchor", "begin"), "from"),
    **dict.fromkeys(("end", "until", "till"), "to"),
    **dict.fromkeys(("length", "rotation", "every"), "turn"),
    **dict.fromkeys(("max", "most", "maximum"), "at_most"),
    **dict.fromkeys(("min", "least", "minimum"), "at_least"),
    **dict.fromkeys(("fte", "percent"), "share"),
    **dict.fromkeys(("constraints", "policies"), "rules"),
    **dict.fromkeys(("slots", "holders"), "seats"),
    **dict.fromkeys(("dislike", "disprefer", "rather_not"), "avoid"),
    **dict.fromkeys(("want", "wish", "like"), "prefer"),
    **dict.fromkeys(("day", "on_date", "datum"), "date"),
    **dict.fromkeys(("range", "days_off"), "dates"),
    **dict.fromkeys(("trips", "trip", "travels"), "travel"),
}


def _quoted(text: object) -> list[str]:
    return re.findall(r"'([^']*)'", str(text))


def _listed(words: list[str]) -> str:
    return ", ".join(words)


def _choice(found: str, known: list[str]) -> str:
    hint = did_you_mean(found, known)
    return hint if hint.startswith("Did") else f"Write {' or '.join(known)}."
