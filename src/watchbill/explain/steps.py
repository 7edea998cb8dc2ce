"""Single changes that may end a conflict: what each says, what it costs, and the problem that it makes.

Costs are points; the guide on impossible plans shows the table. People come before policy: a day of someone's leave is
asked for before a rule is bent, a rule is bent before it is given up, and a turn is left uncovered last.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from watchbill.domain import Held, Leave, Person, ShareStep, Shift
from watchbill.explain.dates import Calendar, listing, runs
from watchbill.problem import Problem
from watchbill.rules import Cover, Rule
from watchbill.rules.base import Board, names
from watchbill.solve.labelled import Label
from watchbill.times import DAY, Dates, Span, common, merged, wall, without, zone

COSTS = {
    "leave": 2,
    "approved": 6,
    "bend": 5,
    "unpin": 8,
    "excuse": 10,
    "share": 10,
    "neighbour": 12,
    "rule": 15,
    "train": 20,
    "dates": 20,
    "should": 25,
    "newcomer": 40,
    "uncovered": 100,
}
NEWCOMER = "newcomer"
TICK = datetime.resolution


@dataclass(frozen=True)
class Case:
    """A problem and its rules, before or after a change."""

    problem: Problem
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Step:
    """One change, in words that tell a lead what to do. `topic`: steps of one topic are alternatives to each other.

    `edit`: what to write, where that is a line of a rule, headed by the rule.
    """

    kind: str
    sentence: str
    cost: int
    change: Callable[[Case], Case]
    people: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()
    topic: str = ""
    edit: tuple[str, ...] = ()


# --------------------------------------------------------------------------------------------------------- people


def ask(problem: Problem, calendar: Calendar, person: str, turns: Sequence[Shift]) -> Step | None:
    """To be there on the days of leave, on the person's clock, that keep them from some turns; None if none do."""
    who = problem.person[person]
    days = _days_away(problem, who, turns)
    if not days:
        return None
    tz = zone(who.zone)
    spans = merged(Dates(day, day).on(tz) for day in days)
    dear = any(leave.approved and any(leave.span.meets(span) for span in spans) for leave in problem.leaves_of[person])

    def change(case: Case) -> Case:
        kept = [rest for leave in case.problem.leaves for rest in _cut(leave, person, spans)]
        return replace(case, problem=replace(case.problem, leaves=tuple(kept)))

    when = listing([calendar.days(*run) for run in runs(days)])
    told = f"ask {who.name} for {when}{' (approved leave)' if dear else ''}"
    cost = COSTS["approved" if dear else "leave"] * len(days)
    return Step("leave", told, cost, change, (person,), tuple(turn.turn for turn in turns), f"leave {person}")


def _days_away(problem: Problem, person: Person, turns: Iterable[Shift]) -> list[date]:
    tz = zone(person.zone)
    away = merged(leave.span for leave in problem.leaves_of[person.id])
    found: set[date] = set()
    for turn in turns:
        for span in common(turn.spans, away):
            first, last = wall(span.start, tz).date(), wall(span.end - TICK, tz).date()
            found.update(Dates(first, last))
    return sorted(found)


def _cut(leave: Leave, person: str, spans: Sequence[Span]) -> list[Leave]:
    if leave.person != person:
        return [leave]
    return [replace(leave, span=rest) for rest in without((leave.span,), spans)]


def on_rota(problem: Problem, calendar: Calendar, label: Label, turns: Sequence[Shift]) -> Step:
    """To join earlier, stay longer, or have a share already for some turns."""
    person = problem.person[label.person or ""]
    tz = zone(person.zone)
    first = min(wall(turn.start, tz).date() for turn in turns)
    last = max(wall(turn.end - TICK, tz).date() for turn in turns)
    if label.kind == "joined":
        new, told = replace(person, joined=first), f"let {person.name} join on {calendar.day(first)}"
    elif label.kind == "left":
        new, told = replace(person, left=last), f"keep {person.name} in the team until {calendar.day(last)}"
    else:
        later = [step for step in person.shares if step.since > last]
        earlier = [step for step in person.shares if step.since < first]
        # The steps that follow say what holds from then on; what the last one before them said holds again.
        resumed = [ShareStep(last + DAY, _percent(person, last + DAY))]
        shares = (*earlier, ShareStep(first, 100), *([] if _steps_on(person, last + DAY) else resumed), *later)
        new, told = replace(person, shares=shares), f"give {person.name} a share {_on(calendar, first, last)}"
    kind = "share" if label.kind == "share" else "dates"
    return Step(kind, told, COSTS[kind], _with_person(new), (person.id,), _ids(turns), f"{label.kind} {person.id}")


def _percent(person: Person, day: date) -> int:
    return next((step.percent for step in reversed(person.shares) if step.since <= day), 100)


def _steps_on(person: Person, day: date) -> bool:
    return any(step.since == day for step in person.shares)


def _with_person(new: Person) -> Callable[[Case], Case]:
    def change(case: Case) -> Case:
        people = tuple(new if person.id == new.id else person for person in case.problem.people)
        return replace(case, problem=replace(case.problem, people=people))

    return change


def train(problem: Problem, person: str, layer: str, told: str) -> Step:
    """For a layer that someone does not serve."""

    def change(case: Case) -> Case:
        servers = {**case.problem.servers, layer: tuple({**dict.fromkeys(case.problem.servers[layer]), person: None})}
        return replace(case, problem=replace(case.problem, servers=servers))

    return Step("train", f"let {names(problem, [person])} serve {told}", COSTS["train"], change, (person,), (), layer)


def newcomer(problem: Problem, layers: str, when: str, turns: Sequence[Shift], like: Person) -> Step:
    """One more person, on the clock and with the tags of somebody there, who can take these turns and no others."""
    tags = tuple(dict.fromkeys(tag for person in problem.people for tag in person.tags))
    tz = zone(like.zone)
    first = min(wall(turn.start, tz).date() for turn in turns)
    last = max(wall(turn.end - TICK, tz).date() for turn in turns)
    new = Person(NEWCOMER, "somebody new", like.zone, tags=tags, joined=first, left=last)

    def change(case: Case) -> Case:
        keys = {turn.key for turn in turns}
        servers = {key: (*people, NEWCOMER) if key in keys else people for key, people in case.problem.servers.items()}
        return replace(case, problem=replace(case.problem, people=(*case.problem.people, new), servers=servers))

    told = f"find one more person who can take {layers} {when}"
    return Step("newcomer", told, COSTS["newcomer"], change, (), _ids(turns), "newcomer")


# ------------------------------------------------------------------------------------------------- pins, neighbours


def unpin(problem: Problem, label: Label) -> Step:
    """A turn from its person."""

    def change(case: Case) -> Case:
        kept = tuple(
            pin
            for pin in case.problem.pins
            if pin.person != label.person or case.problem.shift[pin.shift].turn not in label.turns
        )
        return replace(case, problem=replace(case.problem, pins=kept))

    told = f"unpin {label.turns[0]} from {names(problem, [label.person or ''])}"
    return Step("unpin", told, COSTS["unpin"], change, (label.person or "",), label.turns, f"pin {label.turns}")


def free_neighbour(problem: Problem, label: Label) -> Step:
    """Somebody from a turn of a neighbouring plan."""

    def change(case: Case) -> Case:
        def without_it(held: Iterable[Held]) -> tuple[Held, ...]:
            return tuple(one for one in held if one.shift.turn not in label.turns or not _holds(one, label.person))

        new = replace(case.problem, before=without_it(case.problem.before), after=without_it(case.problem.after))
        return replace(case, problem=new)

    told = (
        f"let somebody else take {label.turns[0]} of the neighbouring plan from {names(problem, [label.person or ''])}"
    )
    return Step("neighbour", told, COSTS["neighbour"], change, (label.person or "",), label.turns)


def uncover(layers: str, when: str, turns: Sequence[Shift]) -> Step:
    """Nobody for one seat of each of some turns."""

    def change(case: Case) -> Case:
        return spared(case, _ids(turns))

    cost = COSTS["uncovered"] * len(turns)
    return Step("uncovered", f"leave {layers} uncovered {when}", cost, change, (), _ids(turns))


class Spared(Cover):
    """Cover that asks for one person less in a turn for each time that it is `sparing` the turn.

    The turn is still there, so what other rules ask of it and of its neighbours has to be kept, as the audit sees it.
    """

    sparing: tuple[str, ...] = ()

    def seats(self, board: Board, turn: Shift) -> tuple[int, int]:
        """How many people a turn needs at least, and at most."""
        least, most = super().seats(board, turn)
        return max(0, least - self.sparing.count(turn.turn)), most


def spared(case: Case, turns: Iterable[str]) -> Case:
    """The case with a seat of each of some turns that may stay empty."""
    more = tuple(turns)
    return replace(case, rules=tuple(_sparing(rule, more) if isinstance(rule, Cover) else rule for rule in case.rules))


def _sparing(rule: Cover, turns: tuple[str, ...]) -> Spared:
    known = rule.sparing if isinstance(rule, Spared) else ()
    return Spared(sparing=(*known, *turns))


def _holds(held: Held, person: str | None) -> bool:
    return any(part.person == person for part in held.parts)


def _on(calendar: Calendar, first: date, last: date) -> str:
    return f"on {calendar.day(first)}" if first == last else f"from {calendar.days(first, last)}"


def _ids(turns: Iterable[Shift]) -> tuple[str, ...]:
    return tuple(turn.turn for turn in turns)
