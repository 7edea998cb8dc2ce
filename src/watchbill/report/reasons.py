"""Reasons in words: who else could hold a shift, and what became of what somebody asked for. No notes of anybody."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from watchbill.domain import BUCKETS, Part, Shift
from watchbill.reasons.asked import Got, Limited, Respected, Way, Wished
from watchbill.reasons.candidates import Candidate, cheapest, grouped
from watchbill.reasons.prices import Exchange, Step
from watchbill.report import said
from watchbill.report.words import People, moment, name, until
from watchbill.results import Account, Assigned, Finding, Tier
from watchbill.texts import counted, hours
from watchbill.times import iso

FEW = 2
_KINDS = {"night": "night shift", "weekend": "weekend shift", "holiday": "holiday shift"}


# ---------------------------------------------------------------------------------------------------------- shifts


def held(assigned: Assigned, people: People, zone_name: str) -> str:
    """`Lena Hoffmann holds primary/week/2027-02-08, Mon 08 Feb 09:00 to Mon 15 Feb 09:00; pinned.`"""
    shift = assigned.shift
    who = " and ".join(dict.fromkeys(name(part.person, people) for part in assigned.parts)) or "Nobody"
    verb = "hold" if len({part.person for part in assigned.parts}) > 1 else "holds"
    when = f"{moment(shift.start, zone_name)} to {until(shift.end, shift.start, zone_name)}"
    return f"{who} {verb} {shift.id}, {when}{'; pinned' if assigned.pinned else ''}."


def verdict(found: Sequence[Candidate], people: People, undone: str = "", tiers: Sequence[Tier] = ()) -> str:
    """The answer in a sentence or two: what the cheapest exchange costs, or that nobody else could.

    `undone` is the cause for which the plan leaves it undone, should it cost less: see `why.Explained.undone`.
    """
    best = cheapest(found)
    if best is None:
        return "Nobody else could hold it as the plan stands: each line says what is in the way."
    able = sum(candidate.exchange.possible for candidate in found)
    head = f"{able} of {len(found)} others could hold it as the plan stands."
    who, step = name(best.person, people), best.exchange.deciding
    if step is None:
        return f"{head} With {who} on it nothing would cost more or less: a tie."
    if step.more > 0:
        return f"{head} The cheapest is {who}: {steps_told(best.exchange.tiers)}."
    return f"{head} With {who} on it {steps_told(best.exchange.tiers)}: {_why_still(step, undone, tiers)}."


def _why_still(step: Step, undone: str, tiers: Sequence[Tier]) -> str:
    """Why a plan left an exchange undone that costs less."""
    slack = next((tier.slack for tier in tiers if tier.name == step.name), 0)
    causes = {
        "past": "but it had begun when the plan was last changed, and what was does not change",
        "inputs": "the inputs have changed since the plan was made",
        "news": "after news as little as possible of the plan was changed, whatever that cost",
        "hand": "the plan was changed or pinned by hand",
        "slack": f"later tiers may spend {slack} % of {step.name}, and did",
    }
    return causes.get(undone, f"the search had not shown that {step.name} can be less")


def line(candidate: Candidate, people: People) -> str:
    """`Bo Lindqvist: 120 more fairness, 30 more evenness; 9 % above their part of load (now 3 % below)`."""
    reasons = list(candidate.reasons)
    if not candidate.exchange.possible:
        more = [f"and {len(reasons) - FEW} more"] if len(reasons) > FEW else []
        return f"{name(candidate.person, people)}: cannot; {'; '.join([*reasons[:FEW], *more])}"
    return f"{name(candidate.person, people)}: {'; '.join([steps_told(candidate.exchange.tiers), *reasons])}"


def steps_told(steps: Sequence[Step]) -> str:
    """`120 more fairness, 12 less wishes`; `costs the same` if no tier changes."""
    told = [change(step.name, step.more) for step in steps if step.more]
    return ", ".join(told) or "costs the same"


def change(tier: str, more: int) -> str:
    """`3 420 more evenness`."""
    return f"{grouped(abs(more))} {'more' if more > 0 else 'less'} {tier}"


def candidate_json(candidate: Candidate) -> dict[str, Any]:
    """One exchange as JSON values."""
    exchange = candidate.exchange
    return {
        "person": candidate.person,
        "possible": exchange.possible,
        "reasons": list(candidate.reasons),
        "relievers": _parts(exchange.relievers),
        "tiers": [_step(step) for step in exchange.tiers],
        "distances": [
            {
                "bucket": d.bucket,
                "part": d.part / 100,
                "before": d.before / 100,
                "after": d.after / 100,
                "percent_before": d.percent(d.before),
                "percent_after": d.percent(d.after),
            }
            for d in candidate.distances
        ],
        "new": _findings(exchange, exchange.new),
        "gone": _findings(exchange, exchange.gone),
    }


def _step(step: Step) -> dict[str, Any]:
    return {"name": step.name, "before": step.before, "after": step.after, "more": step.more}


def _findings(exchange: Exchange, found: Sequence[Finding]) -> list[dict[str, Any]]:
    return [
        {"rule": f.rule, "sentence": f.sentence, "hard": f.hard, "tier": f.tier, "cost": f.cost, "people": [*f.people]}
        for f in found
    ]


# ---------------------------------------------------------------------------------------------------------- person


def carried(account: Account, faded: Mapping[str, int]) -> Iterator[str]:
    """A line for each bucket: load, part and balance in hours, and what is left of that balance when it has faded."""
    for bucket in BUCKETS:
        load, part = account.load.get(bucket, 0), account.reference.get(bucket, 0)
        if load or part:
            what = "load" if bucket == "all" else f"{bucket} load"
            before, after = (hours(sums[bucket], sign=True) for sums in (account.before, account.after))
            difference = hours(load - part, sign=True)
            left = hours(faded.get(bucket, 0), sign=True)
            fades = f" (fades to {left})" if left != before else ""
            sums = f"{hours(load)} h, the part is {hours(part)} h ({difference})"
            yield f"{what}: {sums}; balance {before}{fades}, then {after}"


def got_told(found: Got) -> str:
    """`4 shifts; 4 night shifts, 4 weekend shifts`."""
    kinds = ", ".join(counted(count, _KINDS[kind]) for kind, count in found.kinds.items() if count)
    return counted(len(found.shifts), "shift") + (f", of which {kinds}" if kinds else "")


def wish_told(wished: Wished, people: People) -> Iterator[str]:
    """One wish: what it says, whether it was granted, and if not, what the alternatives would cost."""
    yield f"{wished.line.kind} {said.when(wished.line)}: {_outcome(wished)}"
    if not wished.granted:
        yield from (f"  {_way(way, people, avoided=wished.line.kind == 'avoid')}" for way in wished.ways)


def _outcome(wished: Wished) -> str:
    if not wished.named:
        return "no shift is in that time"
    if not wished.held:
        return "granted" if wished.granted else "not granted"
    how = "granted" if wished.granted else "not wholly granted"
    return f"{how}, {wished.seconds / 3600:.1f} h of it held: {_shifts(wished.held)}"


def _way(way: Way, people: People, *, avoided: bool) -> str:
    if way.best is None:
        return f"{way.shift.id}: nobody else could take it as the plan stands"
    best, possible = way.best, way.best.exchange.possible
    if not possible:
        return f"{way.shift.id}: {'; '.join(best.reasons[:FEW])}"
    who = f"the cheapest other is {name(best.person, people)}" if avoided else "to hold it"
    return f"{way.shift.id}: {who}: {'; '.join([steps_told(best.exchange.tiers), *best.reasons])}"


def leave_told(found: Respected, people: People) -> str:
    """One line of leave: kept, and what others take for it; or which shifts lie in it all the same."""
    free = f", free of {counted(len(found.line.blocks), 'shift')}" if found.line.blocks else ""
    how = f"not kept, by {_shifts(found.held)}" if found.held else f"kept{free}"
    more = [f"{name(who, people)} takes {_span(seconds)}" for who, seconds in found.taken]
    more += [f"{_span(seconds)} of {shift.id} had been before the news" for shift, seconds in found.before]
    return "; ".join([f"{found.line.kind} {said.when(found.line)}: {how}", *more])


def _span(seconds: int) -> str:
    return f"{seconds / 3600:.1f}".removesuffix(".0") + " h"


def limit_told(found: Limited) -> str:
    """One limit of a person's own: kept, or what is against it."""
    return f"{said.limit(found.rule)}: {'; '.join(found.broken) or 'kept'}"


def _shifts(listed: Sequence[Shift]) -> str:
    ids = [shift.id for shift in listed]
    return ", ".join(ids[:3]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")


def wish_json(wished: Wished) -> dict[str, Any]:
    """One wish as JSON values; hours are those that it names."""
    return {
        "kind": wished.line.kind,
        "when": said.when(wished.line),
        "weight": wished.line.weight,
        "granted": wished.granted,
        "held": [shift.id for shift in wished.held],
        "hours_held": wished.seconds / 3600,
        "hours_named": wished.named / 3600,
        "ways": [{"shift": way.shift.id, "best": way.best and candidate_json(way.best)} for way in wished.ways],
    }


def leave_json(found: Respected) -> dict[str, Any]:
    """One line of leave as JSON values."""
    return {
        "kind": found.line.kind,
        "when": said.when(found.line),
        "kept": not found.held,
        "blocks": [turn.turn for turn in found.line.blocks],
        "held": [shift.id for shift in found.held],
        "taken": [{"person": person, "hours": seconds / 3600} for person, seconds in found.taken],
        "before": [{"shift": shift.id, "hours": seconds / 3600} for shift, seconds in found.before],
    }


def limit_json(found: Limited) -> dict[str, Any]:
    """One limit of a person's own as JSON values."""
    return {"limit": said.limit(found.rule), "kept": not found.broken, "broken": list(found.broken)}


def account_json(account: Account, faded: Mapping[str, int]) -> dict[str, Mapping[str, float]]:
    """The sums of a person, in hours by bucket."""
    sums = {
        "load": account.load,
        "reference": account.reference,
        "before": account.before,
        "faded": faded,
        "after": account.after,
    }
    return {what: {bucket: sum_ / 100 for bucket, sum_ in listed.items()} for what, listed in sums.items()}


def shift_json(assigned: Assigned) -> dict[str, Any]:
    """A shift and its parts as JSON values."""
    shift, parts = assigned.shift, _parts(assigned.parts)
    return {"id": shift.id, "start": iso(shift.start), "end": iso(shift.end), "pinned": assigned.pinned, "parts": parts}


def _parts(parts: Sequence[Part]) -> list[dict[str, str]]:
    return [{"person": part.person, "start": iso(part.start), "end": iso(part.end)} for part in parts]
