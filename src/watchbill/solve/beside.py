"""The best plan beside a known one: tier by tier as good as that one if it can be, and hardly worse if it cannot.

The search starts from the plan that differs least, and works on a tier only where that costs more than the known plan
does. So an answer comes soon, and says what the difference between the two problems costs. A large model is first asked
for any plan that costs no more than the known one: where there is one, that is found much sooner than an optimum.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from watchbill.domain import Part, Shift, turn_of
from watchbill.load import Loads
from watchbill.policy import TierSpec
from watchbill.problem import Problem
from watchbill.results import Infeasible, Outcome, OutOfTime, Solved, Tier
from watchbill.rules.base import Rule
from watchbill.solve import board
from watchbill.solve.board import PlanBoard
from watchbill.solve.cpsat import CpSat
from watchbill.solve.engine import Answer
from watchbill.solve.limits import Effort, Progress, Watch
from watchbill.solve.model import Objective, Row
from watchbill.solve.neighbours import Neighbours, draws
from watchbill.solve.parts import ModelPart, parts
from watchbill.solve.proving import PROOF_VARIABLES, Proving
from watchbill.solve.tiers import Climbed, Race, Seen, Step
from watchbill.times import common, merged

START_SHARE = 0.2
CREW, CREWS, CREW_PART = 4, 3, 12
ASK_SHARE, ASK_STEP, NEAR_SHARE = 0.05, 8, 0.1
NEAR = "stability"
FIRST, LONG = ("should", "fairness", "burden"), ("wishes", NEAR)
SEARCH_SHARE, GLANCE_SHARE = 0.4, 0.1


def solve_beside(
    problem: Problem,
    rules: Sequence[Rule],
    known: Mapping[str, Sequence[Part]],
    values: Mapping[str, int],
    *,
    turn: str,
    effort: Effort | None = None,
    watch: Watch | None = None,
    loads: Loads | None = None,
) -> Outcome:
    """The best plan of a problem in which one turn is decided otherwise than in a known plan, given by its parts.

    `values` is what each tier costs in the known plan, which breaks nothing hard but what is decided about the turn. A
    tier's bound holds for every plan that costs no more than the known one in each tier before it.
    """
    effort, watch = effort or Effort(), watch or Watch()
    posted = board(problem, rules, loads or Loads(problem))
    wanted = _wanted(posted, known)
    pieces = parts(posted.model)
    ladders = [_Beside(piece, wanted, effort, watch) for piece in pieces]
    starts = []
    for n, ladder in enumerate(ladders, 1):
        watch.report(Progress("first plan", None, None, n, len(ladders)))
        answer = ladder.start(problem.tiers)
        if answer.infeasible:
            return Infeasible()
        if answer.values is None:
            return OutOfTime()
        starts.append(answer.values)
    _limit(problem.tiers, ladders, starts, values, _piece_of(posted, pieces, turn))
    climbed = [
        ladder.climb(start, problem.tiers, lambda tier, value, bound: watch.report(Progress(tier, value, bound)))
        for ladder, start in zip(ladders, starts, strict=True)
    ]
    return _solved(problem, posted, pieces, climbed, reproducible=not effort.race and not watch.stopped.is_set())


def _wanted(posted: PlanBoard, known: Mapping[str, Sequence[Part]]) -> set[int]:
    """What of the known plan can be chosen: turns, what somebody keeps of one, and what others take of it.

    Parts that are none of these were cut by hand, or by news: then the turn is near if one of their people holds it.
    """
    out = set()
    for shift in posted.problem.shifts:
        held = known.get(shift.id, ())
        found = {v for part in held if (v := _choice_of(posted, shift, held, part.person)) is not None}
        out |= found or {v for part in held if (v := posted.choices.get((part.person, shift.turn))) is not None}
    return out


def _choice_of(posted: PlanBoard, shift: Shift, held: Sequence[Part], person: str) -> int | None:
    """The variable of exactly what a person holds of a shift; None if there is none."""
    own = common(shift.spans, merged(part.span for part in held if part.person == person))
    same = (c for c in posted.problem.choices(person, shift) if c.spans == own and posted.problem.may_take(person, c))
    return next((v for c in same if (v := posted.choices.get((person, c.turn))) is not None), None)


def _piece_of(posted: PlanBoard, pieces: Sequence[ModelPart], turn: str) -> int:
    own = {variable for (_, id_), variable in posted.choices.items() if turn_of(id_) == turn}
    return next((n for n, piece in enumerate(pieces) if not own.isdisjoint(piece.variables)), 0)


def _limit(
    tiers: Sequence[TierSpec],
    ladders: "Sequence[_Beside]",
    starts: Sequence[Sequence[int]],
    values: Mapping[str, int],
    changed: int,
) -> None:
    """Tells each piece what it may cost without being worse than the known plan: the others cost what they did."""
    for tier in tiers:
        costs = [ladder.model.objective(tier.name).value(start) for ladder, start in zip(ladders, starts, strict=True)]
        for n, ladder in enumerate(ladders):
            ladder.enough[tier.name] = values[tier.name] - (sum(costs) - costs[n]) if n == changed else costs[n]


def _solved(
    problem: Problem, posted: PlanBoard, pieces: Sequence[ModelPart], climbed: Sequence[Climbed], *, reproducible: bool
) -> Solved:
    values = list(posted.model.lower)
    for piece, done in zip(pieces, climbed, strict=True):
        for variable, value in zip(piece.variables, done.values, strict=True):
            values[variable] = value
    values = posted.model.tightened(values)
    tiers = []
    for n, spec in enumerate(problem.tiers):
        steps = [done.steps[n] for done in climbed]
        value = posted.model.objective(spec.name).value(values)
        tiers.append(Tier(spec.name, value, sum(s.best for s in steps), sum(s.bound for s in steps), spec.slack))
    return Solved(posted.holders(values), tuple(tiers), reproducible, posted.relieved(values))


class _Beside(Proving):
    """One piece. `enough` says for each tier what is good enough, `whole` that engines go all the way.

    `_far`: the values come from a search that did not care how much of the known plan it keeps.
    """

    def __init__(self, piece: ModelPart, wanted: Collection[int], effort: Effort, watch: Watch) -> None:
        super().__init__(piece.model, effort, watch)
        self.enough: dict[str, int] = {}
        self.whole = len(piece.model.lower) <= PROOF_VARIABLES
        self._wanted = [n for n, variable in enumerate(piece.variables) if variable in wanted]
        self._far = False

    def start(self, tiers: Sequence[TierSpec]) -> Answer:
        """The plan that keeps the hard rules and most of the known plan, as far as a short search tells."""
        work = START_SHARE * self.effort.work
        answer = CpSat(self.model).solve(self._nearness, None, self.effort, self.watch, work=work)
        if answer.values is None:
            return answer if answer.infeasible else super().start(tiers)
        return Answer(self.model.tightened(answer.values))

    def climb(self, values: Sequence[int], tiers: Sequence[TierSpec], seen: Seen) -> Climbed:
        """The whole way for a small model. Of a large one a few people's turns at a time, then bounds."""
        if self.whole:
            return self._climb(values, tiers, seen)
        best = self._asked(values, tiers)
        self._far = best is not values
        if not self._far:
            for people in self._crews(best):
                if not self.watch.stopped.is_set() and any(self._excess(best, tiers)):
                    found = self._among(best, people, tiers, seen)
                    best = min(best, found, key=lambda known: self._excess(known, tiers))
        return self._climb(best, tiers, seen)

    def _climb(self, values: Sequence[int], tiers: Sequence[TierSpec], seen: Seen) -> Climbed:
        """One tier after the other: frozen where it is good enough, else minimised and frozen with its slack."""
        steps = []
        for tier in tiers:
            race = self._race(tier.name, values, seen)
            if race.value > self.enough[tier.name] and not race.proven and not self.watch.stopped.is_set():
                self.minimise(race)
            values = race.values
            steps.append(Step(race.value, race.bound))
            most = race.value + abs(race.value) * tier.slack // 100
            enough = self.enough[tier.name]
            self.freeze(tier.name, race.objective, enough if race.value <= enough else most)
            if self._far and race.value > enough:
                self._far, values = False, self._nearer(values)
        return Climbed(values, tuple(steps))

    def minimise(self, race: Race) -> None:
        """The whole way for a small model; for a large one only a proof, of tiers that engines settle soon."""
        if self.whole:
            super().minimise(race)
        elif race.tier in FIRST:
            apart = Race(race.tier, race.objective, race.values, race.bound, race.report)
            self._ask(apart, None, 1.0, self.effort.gap)
            race.take(Answer(self.model.tightened(apart.values), apart.bound))

    # ------------------------------------------------------------------------------------------------------- asking

    @property
    def _nearness(self) -> Objective:
        """How many choices of the known plan are not kept."""
        return Objective(dict.fromkeys(self._wanted, -1), len(self._wanted))

    def _asked(self, values: Sequence[int], tiers: Sequence[TierSpec]) -> Sequence[int]:
        """A plan that costs no more than the known one in as many tiers as one is found, and hardly more in the next.

        The same values where no such plan is found for the first tier that costs more.
        """
        best, rows = values, list[Row]()
        for tier in tiers:
            goal, enough = self.model.objective(tier.name), self.enough[tier.name]
            if tier.name == NEAR or self.watch.stopped.is_set():
                break
            if goal.value(best) > enough:
                found = self._of_at_most(goal, enough, rows, best)
                if found is None:
                    return best if best is values else self._approached(goal, enough, rows, best)
                best = found
            rows.append(_at_most(goal, enough))
        return best

    def _approached(self, goal: Objective, enough: int, rows: Sequence[Row], values: Sequence[int]) -> Sequence[int]:
        """Nearer and nearer to what is enough: each time for a fraction of the distance, until none is found."""
        best = values
        while (distance := goal.value(best) - enough) > 1:
            found = self._of_at_most(goal, enough + distance // ASK_STEP, rows, best)
            if found is None:
                break
            best = found
        return best

    def _of_at_most(
        self, goal: Objective, most: int, rows: Sequence[Row], values: Sequence[int]
    ) -> Sequence[int] | None:
        """Any plan that costs so much at most, as far as a short search tells."""
        asked = replace(self.model, rows=[*self.model.rows, *rows, _at_most(goal, most)])
        work = ASK_SHARE * self.effort.work
        found = CpSat(asked).solve(Objective(), values, self.effort, self.watch, work=work).values
        return None if found is None else self.model.tightened(found)

    def _nearer(self, values: Sequence[int]) -> Sequence[int]:
        """A plan as good as this in what is frozen that keeps more of the known one, as far as a short search tells."""
        asked = replace(self.model, rows=[*self.model.rows, *self.frozen])
        work = NEAR_SHARE * self.effort.work
        found = CpSat(asked).solve(self._nearness, values, self.effort, self.watch, work=work).values
        return values if found is None else self.model.tightened(found)

    # ------------------------------------------------------------------------------------------------------- crews

    def _excess(self, values: Sequence[int], tiers: Sequence[TierSpec]) -> list[int]:
        """What is beyond the known plan, tier by tier; staying near it is no goal by itself."""
        return [
            max(0, self.model.objective(t.name).value(values) - self.enough[t.name]) for t in tiers if t.name != NEAR
        ]

    def _crews(self, values: Sequence[int]) -> Iterator[set[int]]:
        """A few people at a time: those whose turns differ from the known plan, and others drawn with the seed."""
        owner, wanted = self.model.owner, set(self._wanted)
        changed = {owner[v] for v in owner if bool(values[v]) != (v in wanted)}
        others = sorted(set(owner.values()) - changed)
        random = draws(self.effort)
        for _ in range(CREWS):
            yield changed | set(random.sample(others, max(0, min(len(others), CREW - len(changed)))))

    def _among(self, values: Sequence[int], people: set[int], tiers: Sequence[TierSpec], seen: Seen) -> list[int]:
        """The best values when only these people exchange what they hold."""
        self._neighbours = self._neighbours or Neighbours(self.model)
        part = self._neighbours.of(values, people)
        effort = replace(self.effort, work=self.effort.work / CREW_PART, nodes=max(1, self.effort.nodes // CREW_PART))
        inner = _Crew(part, (), effort, self.watch)
        inner.enough, inner.whole = self.enough, True
        done = inner.climb([values[v] for v in part.variables], tiers, seen)
        out = list(values)
        for variable, value in zip(part.variables, done.values, strict=True):
            out[variable] = value
        return self.model.tightened(out)


def _at_most(goal: Objective, most: int) -> Row:
    return Row(list(goal.terms), list(goal.terms.values()), None, most - goal.constant, "tier")


class _Crew(_Beside):
    """A few people's turns: every engine up to the tier that decides what it costs; of what comes after, a glance."""

    def minimise(self, race: Race) -> None:
        """A proof would say nothing of the whole, so tiers whose proofs take long are only searched."""
        if any(self.most[tier] > self.enough[tier] for tier in self.most):
            self._find(race, GLANCE_SHARE)
        elif race.tier in LONG:
            self._find(race, SEARCH_SHARE)
        else:
            super().minimise(race)
