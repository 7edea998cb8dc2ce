"""One exchange in a plan, counted by audits of the whole, and what a line says of it held against that."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from recounted import NAME, NAMES
from recounting import Sums, changes_in
from relieving import every_holding
from watchbill.domain import Part, Shift
from watchbill.results import Finding
from watchbill.times import common, merged

CHANGES = r"costs the same|[\d ]+ (?:more|less) \w+(?:, [\d ]+ (?:more|less) \w+)*"
STANDING = re.compile(
    r"(?:(\d+) % (above|below)|at) their part of (?:(\w+) )?load \(now (?:(\d+) % (above|below)|at)\)"
)
AWAY = re.compile(r"unavailable (on|from) [\d-]+[^;,]*")


@dataclass(frozen=True)
class Exchanged:
    """Somebody on a shift in place of who holds it: every way to do that, each counted by an audit of the whole."""

    sums: Sums
    shift: Shift
    person: str

    @cached_property
    def ways(self) -> list[tuple[Sums, dict[str, int]]]:
        """Those that break no hard rule which was kept before, with what they cost more; the cheapest first."""
        parts = every_holding(self.sums.ground.problem, self.shift, self.person)
        made = [self.sums.having(self.shift.id, held) for held in parts]
        legal = [one for one in made if not self.new(one, hard=True)]
        costs = [(one, {tier: one.tiers[tier] - was for tier, was in self.sums.tiers.items()}) for one in legal]
        return sorted(costs, key=lambda row: tuple(row[1].values()))

    @property
    def whole(self) -> Sums:
        return self.sums.having(self.shift.id, [Part(self.person, self.shift.start, self.shift.end)])

    def new(self, after: Sums, *, hard: bool) -> list[Finding]:
        left = list(self.sums.findings)
        out = []
        for finding in after.findings:
            if finding in left:
                left.remove(finding)
            elif finding.hard is hard:
                out.append(finding)
        return out

    def said(self, text: str) -> None:
        """Holds what is said of it, after the name, against the counts."""
        if text.startswith("cannot; "):
            assert not self.ways, text
            self._hurdles(text.removeprefix("cannot; "))
            return
        told = re.match(CHANGES, text)
        assert told, text
        assert self.ways, text
        least = {tier: more for tier, more in self.ways[0][1].items() if more}
        assert changes_in(told[0]) == least, (text, least)
        assert self._fits(text[told.end() :]), text

    def _fits(self, reasons: str) -> bool:
        """Whether one of the cheapest ways is the one that is told."""
        best = [one for one, more in self.ways if more == self.ways[0][1]]
        return any(self._told(one, reasons) for one in best)

    def _told(self, after: Sums, rest: str) -> bool:
        takers = [part for part in after.parts[self.shift.id] if part.person != self.person]
        sentences = self._sentences(self.new(after, hard=False))
        while rest:
            rest = rest.removeprefix("; ")
            if taken := re.match(rf"({AWAY.pattern}), which ({NAME}) takes", rest):
                if not takers or NAMES[takers.pop(0).person] != taken[3]:
                    return False
                rest = rest[taken.end() :]
            elif standing := STANDING.match(rest):
                self._standing(after, standing)
                rest = rest[standing.end() :]
            elif known := next((s for s in sentences if rest.startswith(s)), None):
                rest = rest.removeprefix(known)
            else:
                return False
        return not takers

    def _standing(self, after: Sums, found: re.Match[str]) -> None:
        bucket = found[3] or "all"
        sides = [int(found[n] or 0) * (-1 if found[n + 1] == "below" else 1) for n in (1, 4)]
        assert sides == [one.percent(self.person, bucket) for one in (after, self.sums)], found[0]

    def _sentences(self, findings: Sequence[Finding]) -> list[str]:
        """What findings may be shortened to in a line about the person; the longest first."""
        name, id_ = NAMES[self.person], self.shift.id
        heads = ("", f"{name} ", f"{name} holds {self.shift.turn} ", f"{name} holds {id_}, but ")
        told = {f.sentence.removeprefix(head) for f in findings for head in heads}
        return sorted(told, key=len, reverse=True)

    def _hurdles(self, text: str) -> None:
        new = self.new(self.whole, hard=True)
        sentences = self._sentences(new)
        more = re.search(r"; and (\d+) more$", text)
        rest, seen = text[: more.start()] if more else text, 0
        while rest:
            rest = rest.removeprefix("; ")
            known = next((s for s in sentences if rest.startswith(s)), None)
            away = AWAY.match(rest)
            known = known or (away[0] if away and self._away(away[0]) else None)
            known = known or ("may miss that, but nobody else can take it as the plan stands" if seen else None)
            assert known, text
            assert rest.startswith(known), text
            rest, seen = rest.removeprefix(known), seen + 1
        distinct = len({f.sentence for f in new if f.rule != "leave"}) + any(f.rule == "leave" for f in new)
        assert not more or int(more[1]) == distinct - seen

    def _away(self, text: str) -> bool:
        """Whether the dates are those of leave that meets the shift, on the person's clock."""
        problem = self.sums.ground.problem
        zone = ZoneInfo(problem.person[self.person].zone)
        met = [
            s for s in merged(leave.span for leave in problem.leaves_of[self.person]) if common((s,), self.shift.spans)
        ]
        days = {moment_.astimezone(zone).date() for s in met for moment_ in (s.start, s.end - datetime.resolution)}
        return {date.fromisoformat(day) for day in re.findall(r"\d{4}-\d{2}-\d{2}", text)} == days
