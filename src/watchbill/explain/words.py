"""A conflict in sentences: what has to be covered, who cannot, and which rules are in the way.

Of an absence the dates are told and nothing else: why someone is away is theirs to tell.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from watchbill.domain import Shift
from watchbill.explain.dates import Calendar, gathered, listing
from watchbill.explain.demands import clock, demand, tagged
from watchbill.results import Cause
from watchbill.rules import Limit, Pair, Rule, Waking
from watchbill.rules._words import length
from watchbill.rules.base import names
from watchbill.solve.labelled import Label, LabelledBoard

MANY = 12
FEW_RUNS = 3
ON_ROTA = ("joined", "left", "share")
CONTRADICTION = "What is asked for contradicts itself, whoever covers the turns."

Most = Callable[[Label | None, str, Sequence[str]], int | None]


class Teller:
    """Tells one conflict. Labels that say the same are one cause, about several people or turns.

    `most` says how many of some turns one person can hold with a label alone in force.
    """

    def __init__(self, board: LabelledBoard, rules: Sequence[Rule], labels: Sequence[Label], most: Most) -> None:
        self._board = board
        self._problem = board.problem
        self._rules = rules
        self._labels = labels
        self._most = most
        self._calendar = Calendar(self._problem)
        self._turn = {turn.turn: turn for turn in self._problem.turns}
        self._needed = [self._turn[id_] for label in self._of("cover") for id_ in label.turns]

    def causes(self) -> tuple[Cause, ...]:
        """Every cause: first what has to be covered, then facts about people, then rules."""
        return (
            *self._covers(),
            *self._servers(),
            *self._rota(),
            *self._leaves(),
            *self._held(),
            *self._pins(),
            *self._policy(),
        )

    def _of(self, *kinds: str) -> list[Label]:
        return [label for label in self._labels if label.kind in kinds]

    def _people(self, labels: Iterable[Label]) -> tuple[str, ...]:
        wanted = {label.person for label in labels}
        return tuple(person.id for person in self._problem.people if person.id in wanted)

    # ---------------------------------------------------------------------------------------------------- summary

    def summary(self, also: Sequence[str]) -> str:
        """The conflict in one sentence, and when else there are too few people."""
        if not self._needed:
            return self._unmet()
        when = self._when(self._needed)
        told = f"{when[0].upper()}{when[1:]} {self._layers(self._needed)} {self._need()}, and {self._who()}."
        known = {self._calendar.handoff(turn) for turn in self._needed}
        others = [turn for turn in map(self._turn.__getitem__, also) if self._calendar.handoff(turn) not in known]
        days = len({self._calendar.handoff(turn) for turn in others})
        if days > MANY:
            return f"{told} There are too few people on {days} other days, too."
        return f"{told} There are too few people {self._when(others)}, too." if others else told

    def _unmet(self) -> str:
        """What cannot be had, where covering the turns is not in question."""
        due = [label for label in self._labels if label.due]
        rules = {label.rule: self._rules[label.rule] for label in due}
        rule = next(iter(rules.values())) if len(rules) == 1 else None
        if isinstance(rule, Pair):
            turns = dict.fromkeys(id_ for label in due for id_ in label.turns)
            return self._missing_tag(rule, [self._turn[id_] for id_ in turns])
        return (self._missing(due[0]) if len(due) == 1 else None) or CONTRADICTION

    def _missing_tag(self, rule: Pair, turns: Sequence[Shift]) -> str:
        when = self._when(turns)
        head, lacking = f"{when[0].upper()}{when[1:]}", self._lacking(rule, turns)
        if lacking:
            return f"{head} nobody with {tagged(lacking)} is left for {self._layers(turns)}."
        who = f"somebody with {tagged(rule.at_least_one)}"
        return f"{head} {who} is needed for {self._layers(turns)}, which the other causes do not allow."

    def _missing(self, label: Label) -> str | None:
        rule = self._rules[label.rule]
        if label.kind == "pin":
            return f"{label.turns[0]} is pinned to {names(self._problem, [label.person or ''])}, who cannot hold it."
        if isinstance(rule, Limit) and rule.at_least is not None and label.person:
            who = names(self._problem, [label.person])
            return f"{who} cannot have {rule.in_words(rule.at_least)}, as rule `limit` asks for."
        return None

    def _lacking(self, rule: Pair, turns: Sequence[Shift]) -> list[str]:
        """The tags without anybody whom no cause keeps from all of these turns."""
        free = set(self._free(turns))
        crews = {tag: [p.id for p in self._problem.people if tag in p.tags] for tag in rule.at_least_one}
        return [tag for tag, crew in crews.items() if free.isdisjoint(crew)]

    def _need(self) -> str:
        seats = sum(self._problem.seats(turn) for turn in self._needed)
        many = len({turn.key for turn in self._needed}) > 1
        if seats == 1:
            return "needs one person"
        if _at_once(self._needed):
            return f"{'need' if many else 'needs'} {seats} people at once"
        return f"{'have' if many else 'has'} {seats} turns"

    def _who(self) -> str:
        left, hurdles = self._left(), self._hurdles()
        everyone = len(left) == len(self._problem.people)
        who = names(self._problem, left) if len(left) <= MANY else f"{len(left)} people"
        them = "it" if len(self._needed) == 1 else "them all"
        if not left:
            return "nobody is left"
        if everyone:
            return f"{hurdles} not let the team hold {them}" if hurdles else f"the team has only {who}"
        only = f"only {who} {'is' if len(left) == 1 else 'are'} left"
        return f"{only}, whom {hurdles} not let hold {them}" if hurdles else only

    def _left(self) -> list[str]:
        """People whom no cause keeps from each of the turns in question."""
        return self._free(self._needed)

    def _free(self, turns: Sequence[Shift]) -> list[str]:
        """People whom no cause keeps from each of some turns."""
        bars, named = self._board.bars, set(self._labels)
        return [
            person.id
            for person in self._problem.people
            if any(named.isdisjoint(bars.get((person.id, turn.turn), ())) for turn in turns)
        ]

    def _hurdles(self) -> str:
        """``rule `limit` does``, ``pins and rules `limit` and `rest` do``; empty if only facts are in the way."""
        kinds = [f"`{kind}`" for kind in dict.fromkeys(label.kind for label in self._policies())]
        parts = ["pins"] * bool(self._of("pin"))
        parts += [f"{'rule' if len(kinds) == 1 else 'rules'} {listing(kinds)}"] if kinds else []
        one = not self._of("pin") and len(kinds) == 1
        return f"{listing(parts)} {'does' if one else 'do'}" if parts else ""

    # ------------------------------------------------------------------------------------------------ facts, causes

    def _covers(self) -> list[Cause]:
        by_layer = gathered(self._needed, lambda turn: turn.key)
        alike = gathered(by_layer.values(), lambda turns: (self._when(turns), self._problem.seats(turns[0])))
        return [self._cover([turn for turns in group for turn in turns], *key) for key, group in alike.items()]

    def _cover(self, turns: Sequence[Shift], when: str, seats: int) -> Cause:
        many = len({turn.key for turn in turns}) > 1
        people = "one person" if seats == 1 else f"{seats} people"
        sentence = f"{self._layers(turns)} {'need' if many else 'needs'} {people}{' each' if many else ''} {when}"
        return Cause(sentence, "cover", (), tuple(turn.turn for turn in turns))

    def _servers(self) -> list[Cause]:
        servers = self._problem.servers
        groups = gathered((label.layer for label in self._of("serves") if label.layer), lambda key: servers[key])
        return [self._serving(people, listing([self._layer(key) for key in keys])) for people, keys in groups.items()]

    def _serving(self, people: tuple[str, ...], layers: str) -> Cause:
        if not people:
            return Cause(f"nobody serves {layers}", "eligible")
        who = names(self._problem, people) if len(people) <= MANY else f"{len(people)} people"
        return Cause(f"only {who} {'serves' if len(people) == 1 else 'serve'} {layers}", "eligible", people)

    def _rota(self) -> list[Cause]:
        out = []
        for label in self._of(*ON_ROTA):
            person = self._problem.person[label.person or ""]
            if label.kind == "joined" and person.joined:
                sentence = f"{person.name} joins on {self._calendar.day(person.joined)}"
            elif label.kind == "left" and person.left:
                sentence = f"{person.name} is in the team until {self._calendar.day(person.left)}"
            else:
                sentence = f"{person.name} has a share of 0% then"
            out.append(Cause(sentence, "eligible", (person.id,)))
        return out

    def _leaves(self) -> list[Cause]:
        own = gathered(self._of("leave"), lambda label: label.person or "")
        alike = gathered(own, lambda person: self._away(person, own[person]))
        return [
            Cause(
                f"{names(self._problem, people)} {'is' if len(people) == 1 else 'are'} unavailable {when}",
                "leave",
                tuple(people),
            )
            for when, people in alike.items()
        ]

    def _away(self, person: str, labels: Sequence[Label]) -> str:
        spans = sorted(label.away for label in labels if label.away)
        told = [self._calendar.away(span, self._problem.person[person].zone) for span in spans[:FEW_RUNS]]
        return listing(told + [f"{len(spans) - FEW_RUNS} more times"] * (len(spans) > FEW_RUNS))

    def _held(self) -> list[Cause]:
        return [
            Cause(
                f"{names(self._problem, [label.person or ''])} holds {label.turns[0]} of a neighbouring plan",
                "overlap",
                (label.person or "",),
                label.turns,
            )
            for label in self._of("held")
        ]

    def _pins(self) -> list[Cause]:
        return [
            Cause(
                f"{turn} is pinned to {names(self._problem, self._people([label]))}",
                "pin",
                self._people([label]),
                (turn,),
            )
            for label in self._of("pin")
            for turn in label.turns
        ]

    # ------------------------------------------------------------------------------------------------ rules, causes

    def _policies(self) -> list[Label]:
        facts = {"cover", "serves", "leave", "held", "pin", *ON_ROTA}
        return [label for label in self._labels if label.kind not in facts]

    def _policy(self) -> list[Cause]:
        groups = gathered(self._policies(), lambda label: (label.rule, bool(label.turns), self._allowance(label)))
        return [self._rule(labels, allowance) for (_, _, allowance), labels in groups.items()]

    def _rule(self, labels: Sequence[Label], allowance: int | None) -> Cause:
        rule, people = self._rules[labels[0].rule], self._people(labels)
        turns = [self._turn[id_] for id_ in dict.fromkeys(id_ for label in labels for id_ in label.turns)]
        head = f"rule `{rule.kind}`{_options(rule)}"
        due = any(label.due for label in labels)
        if turns:
            who = names(self._problem, rule.apart if isinstance(rule, Pair) else people)
            head = f"rule `{rule.kind}` {demand(rule, who, due=due)} in {self._layers(turns)} {self._when(turns)}"
        elif allowance is None:
            head = f"rule `{rule.kind}` {demand(rule, *([names(self._problem, people)] if people else []), due=due)}"
        elif people:
            head = f"{head} {self._allowing(people, allowance or 0)}"
        return Cause(head, rule.kind, people, tuple(turn.turn for turn in turns))

    def _allowing(self, people: Sequence[str], allowance: int) -> str:
        who = names(self._problem, people)
        if not allowance:
            return f"keeps {who} from {'it' if len(self._needed) == 1 else 'all of these'}"
        return f"lets {who}{' each' if len(people) > 1 else ''} hold at most {allowance} of these"

    def _allowance(self, label: Label) -> int | None:
        """How many of the needed turns this rule lets its person hold; None if it takes none away."""
        if label.person is None or not self._needed:
            return None
        turns = [turn.turn for turn in self._needed]
        free, bound = self._most(None, label.person, turns), self._most(label, label.person, turns)
        return None if free is None or bound is None or bound >= free else bound

    # ------------------------------------------------------------------------------------------------------- turns

    def _layers(self, turns: Sequence[Shift]) -> str:
        return listing([self._layer(key) for key in dict.fromkeys(turn.key for turn in turns)])

    def _layer(self, key: str) -> str:
        """The role, if it has no other layer."""
        layer = self._problem.layer[key]
        return layer.role if len(self._problem.role[layer.role].layers) == 1 else key

    def _when(self, turns: Sequence[Shift]) -> str:
        return self._calendar.turns(turns)


def _at_once(turns: Sequence[Shift]) -> bool:
    """Whether there is a moment at which all of these are on call."""
    starts = [span.start for turn in turns for span in turn.spans]
    return any(all(any(s.start <= at < s.end for s in turn.spans) for turn in turns) for at in starts)


def _options(rule: Rule) -> str:
    """` (at_least: 11 h, roles: [primary])`: what was written in the file."""
    given = rule.model_dump(exclude_unset=True, exclude={"kind", "strength", "weight", "exceptions"})
    told = [f"{name}: {_value(rule, value)}" for name, value in given.items() if value not in (None, ())]
    return f" ({', '.join(told)})" if told else ""


def _value(rule: Rule, value: object) -> str:
    if isinstance(value, timedelta):
        return length(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(rule, Waking) and value == rule.hours:
        return clock(rule.hours)
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else str(value)
