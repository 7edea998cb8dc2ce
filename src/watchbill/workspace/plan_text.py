"""Drafts and plans as JSON text and back, byte for byte; a hand-edited text is judged before it is trusted."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from watchbill.domain import BUCKETS, Part, Shift
from watchbill.errors import InputError, Mistake, did_you_mean
from watchbill.results import SCHEMA, Account, Assigned, Decision, Draft, Finding, Inputs, Tier
from watchbill.times import from_iso, iso
from watchbill.workspace.jsontext import Document, Path, parse, render
from watchbill.workspace.plan_doubts import doubts, given_parts, given_spans
from watchbill.workspace.plan_file import KEYS, Buckets, DecisionRow, FindingRow, PersonRow, PlanFile, ShiftRow

_MOST_MISTAKES = 50


# ---------------------------------------------------------------------------------------------------------- write


def encode(draft: Draft) -> bytes:
    """The file of a draft or plan: equal drafts give equal bytes."""
    made = {} if draft.made is None else {"made": iso(from_iso(draft.made))}
    since = {} if draft.since is None else {"since": iso(from_iso(draft.since))}
    head = {"schema": SCHEMA, "team": draft.team, "period": draft.period.name, "revision": draft.revision, **made}
    guests = {"guests": dict(sorted(draft.guests.items()))} if draft.guests else {}
    decisions = {"decisions": [_decision(decision) for decision in draft.decisions]} if draft.decisions else {}
    body = (
        since
        | guests
        | decisions
        | {
            "inputs": _inputs(draft.inputs),
            "outcome": {"status": draft.status, "tiers": [_tier(tier) for tier in draft.tiers]},
            "shifts": [_shift(assigned) for assigned in draft.shifts],
            "people": [_account(account) for account in draft.people],
            "findings": [_finding(finding) for finding in draft.findings],
        }
    )
    return render(head | body).encode()


def _inputs(inputs: Inputs) -> dict[str, Any]:
    return {
        "fingerprint": inputs.fingerprint,
        "versions": dict(sorted(inputs.versions.items())),
        "seed": inputs.seed,
        "effort": inputs.effort,
        "reproducible": inputs.reproducible,
        "answer": inputs.answer,
        "pins": list(inputs.pins),
    }


def _tier(tier: Tier) -> dict[str, Any]:
    return {
        "name": tier.name,
        "value": tier.value,
        "best": tier.best,
        "bound": tier.bound,
        "slack": tier.slack,
        "proven": tier.proven,
    }


def _shift(assigned: Assigned) -> dict[str, Any]:
    shift = assigned.shift
    return {
        "id": shift.id,
        "role": shift.role,
        "layer": shift.layer,
        "seat": shift.seat,
        "person": assigned.person,
        "start": iso(shift.start),
        "end": iso(shift.end),
        "handoff": iso(shift.handoff),
        "spans": [[iso(span.start), iso(span.end)] for span in shift.spans],
        "parts": [{"person": p.person, "start": iso(p.start), "end": iso(p.end)} for p in assigned.parts],
        "load": _buckets(assigned.load),
        "pinned": assigned.pinned,
        "changed": assigned.changed,
    }


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "shift": decision.shift,
        "start": iso(decision.start),
        "end": iso(decision.end),
        "gave": decision.giver,
        "took": decision.taker,
        "reason": decision.reason,
        "allowed": list(decision.allowed),
        **({"beside": list(decision.beside)} if decision.beside else {}),
    }


def _account(account: Account) -> dict[str, Any]:
    return {
        "person": account.person,
        "presence": {layer: str(share) for layer, share in sorted(account.presence.items())},
        "reference": _buckets(account.reference),
        "load": _buckets(account.load),
        "before": _buckets(account.before),
        "after": _buckets(account.after),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "sentence": finding.sentence,
        "hard": finding.hard,
        "tier": finding.tier,
        "cost": finding.cost,
        "people": list(finding.people),
        "shifts": list(finding.shifts),
        "day": None if finding.day is None else finding.day.isoformat(),
    }


def _buckets(hundredths: Mapping[str, int]) -> dict[str, Decimal]:
    return {bucket: Decimal(hundredths[bucket]).scaleb(-2) for bucket in BUCKETS if bucket in hundredths}


# ----------------------------------------------------------------------------------------------------------- read


def decode(content: bytes, file: str, *, people: Collection[str] | None = None) -> Draft:
    """The draft or plan in a file's bytes; InputError with every mistake and its place.

    `file` is the name to show. With `people`, holders outside of them are mistakes. Where an undivided shift names
    another holder in `person` than in its one part, `person` was edited and the part follows.
    """
    document = parse(content, file)
    found = _validated(document)
    mistakes = [document.mistake(path, sentence) for path, sentence in doubts(found, people)]
    if mistakes:
        raise InputError(mistakes[:_MOST_MISTAKES])
    return _draft(found)


def _validated(document: Document) -> PlanFile:
    value = document.value
    if isinstance(value, dict) and value.get("schema", SCHEMA) != SCHEMA:
        raise InputError([document.mistake(("schema",), f"only schema {SCHEMA} is known. Update watchbill.")])
    try:
        return PlanFile.model_validate(value)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)[:_MOST_MISTAKES]
        raise InputError([_translated(document, detail) for detail in details]) from None


def _translated(document: Document, detail: ErrorDetails) -> Mistake:
    path: Path = tuple(detail["loc"])
    return document.mistake(path, _about(document.value, path) + _sentence(detail))


def _about(value: Any, path: Path) -> str:
    """`shift primary/daily/2027-01-04: `, when the mistake is in one and its id can be read."""
    row = value[path[0]][path[1]] if len(path) > 1 and path[0] in {"shifts", "people"} else {}
    named = row.get("id", row.get("person")) if isinstance(row, dict) else None
    return f"{str(path[0]).replace('people', 'person').removesuffix('s')} {named}: " if isinstance(named, str) else ""


_WORDS = {
    "int_type": "is no whole number. Write digits only",
    "bool_type": "is neither true nor false. Write one of the two, without quotes",
    "string_type": "is no text. Write it in quotes",
    "list_type": "is no list. Write it in [ ]",
    "dict_type": "is no object. Write it in { }",
    "model_type": "is no object. Write it in { }",
    "too_short": "has too few entries. Restore it",
    "too_long": "has too many entries. Write a start and an end",
}


def _sentence(detail: ErrorDetails) -> str:
    names = [step for step in detail["loc"] if isinstance(step, str) and step != "[key]"]
    key = f'"{names[-1]}"' if names else "the file"
    match detail["type"]:
        case "missing":
            return f"{key} is missing. Restore it, or make the draft again with watchbill plan."
        case "extra_forbidden":
            return f"unknown key {key}. {did_you_mean(names[-1], KEYS) or 'Remove it.'}"
        case "value_error":
            return f"{key} {detail['ctx']['error']}."
        case kind:
            return f"{key} {_WORDS.get(kind, 'has a value that cannot stand there. Restore it')}."


# ---------------------------------------------------------------------------------------------------------- build


def _draft(file: PlanFile) -> Draft:
    return Draft(
        team=file.team,
        period=file.period,
        inputs=Inputs(**file.inputs.model_dump() | {"pins": tuple(file.inputs.pins)}),
        status=file.outcome.status,
        tiers=tuple(Tier(**row.model_dump(exclude={"proven"})) for row in file.outcome.tiers),
        shifts=tuple(_assigned(row) for row in file.shifts),
        people=tuple(_read_account(row) for row in file.people),
        findings=tuple(_read_finding(row) for row in file.findings),
        revision=file.revision,
        made=None if file.made is None else iso(file.made),
        since=None if file.since is None else iso(file.since),
        guests=dict(file.guests),
        decisions=tuple(_read_decision(row) for row in file.decisions),
    )


def _assigned(row: ShiftRow) -> Assigned:
    turn = row.id if row.seat == 1 else row.id.removesuffix(f"/{row.seat}")
    shift = Shift(row.id, turn, row.role, row.layer, row.seat, row.handoff, given_spans(row))
    return Assigned(shift, row.person, _parts(row), row.pinned, row.changed, _hundredths(row.load))


def _parts(row: ShiftRow) -> tuple[Part, ...]:
    """The parts as given; those of an undivided shift follow `person`."""
    if row.person is None and len(row.parts) <= 1:
        return ()
    if row.person is not None and not row.parts:
        return (Part(row.person, row.start, row.end),)
    if row.person is not None and len(row.parts) == 1:
        return (Part(row.person, row.parts[0].start, row.parts[0].end),)
    return given_parts(row)


def _read_decision(row: DecisionRow) -> Decision:
    allowed, beside = tuple(row.allowed), tuple(row.beside)
    return Decision(row.shift, row.start, row.end, row.gave, row.took, row.reason, allowed, beside)


def _read_account(row: PersonRow) -> Account:
    sums = (_hundredths(buckets) for buckets in (row.reference, row.load, row.before, row.after))
    return Account(row.person, dict(row.presence), *sums)


def _hundredths(buckets: Buckets) -> dict[str, int]:
    return {str(bucket): amount for bucket, amount in buckets.items()}


def _read_finding(row: FindingRow) -> Finding:
    facts = row.model_dump()
    return Finding(**facts | {"people": tuple(row.people), "shifts": tuple(row.shifts)})
