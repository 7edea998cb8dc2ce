"""What if: the plan that would come out if something were otherwise, beside the present one. Writes nothing.

What is supposed lies over the folder's files in memory (`workspace.overlay`). Every number of either plan is counted
by loads and audit from who holds what; nothing is taken from the solver but who that is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from watchbill import drafting, workspace
from watchbill.assemble import Ground
from watchbill.audit import PlanRoster
from watchbill.domain import Part, Person
from watchbill.errors import Refused
from watchbill.judge import hand_pins, judge, with_pins
from watchbill.load import Loads
from watchbill.periods import Period
from watchbill.policy import Near
from watchbill.problem import Problem
from watchbill.remaining import Piece, pieces
from watchbill.replan import Move, smallest_change, with_holes
from watchbill.report.diff import Change, diff
from watchbill.results import Draft, Infeasible, OutOfTime
from watchbill.rules._held import Holding, holdings
from watchbill.rules._tally import counter
from watchbill.shelf import draft_path, plan_path
from watchbill.times import EPOCH, Span, merged, total, without
from watchbill.workspace import plans
from watchbill.workspace.overlay import Overlay

if TYPE_CHECKING:
    from watchbill.solve import Effort, Watch

PLANNED = "planned now"


@dataclass(frozen=True, slots=True)
class Hold:
    """What one person holds in a plan: turns, real hundredths of an hour on call, and what `limit` counts of them.

    `nights` and `holidays` are turns with four such hours or more, `weekends` are weekends touched for as long.
    """

    turns: int
    hours: int
    nights: int
    weekends: int
    holidays: int


@dataclass(frozen=True)
class Side:
    """One of the two plans, judged by the inputs it is for. `source` is its file, or what else it comes from."""

    draft: Draft
    ground: Ground
    source: str

    @property
    def problem(self) -> Problem:
        """The facts it is judged by."""
        return self.ground.problem

    @property
    def holes(self) -> tuple[str, ...]:
        """Ids of the shifts of which nobody holds some hour."""
        return tuple(a.shift.id for a in self.draft.shifts if without(a.shift.spans, _covered(a.parts)))

    @property
    def faults(self) -> tuple[str, ...]:
        """What hard rules have against it, in words."""
        return tuple(finding.sentence for finding in self.draft.findings if finding.hard)

    def held(self) -> Mapping[str, Hold]:
        """What everyone of the team holds, in order of people."""
        roster = PlanRoster(self.problem, self.ground.loads, self.draft.holders)
        own = {person: [h for h in holdings(roster, person) if not h.fixed] for person in self.problem.person}
        return {person: _hold(self.problem.person[person], own[person], self.ground.loads) for person in own}


def _covered(parts: Sequence[Part]) -> tuple[Span, ...]:
    return merged(part.span for part in parts)


def _hold(person: Person, own: Sequence[Holding], loads: Loads) -> Hold:
    hours = sum((total(holding.spans) for holding in own), timedelta()) / timedelta(hours=1)
    nights, weekends, holidays = (
        [day for holding in own for day in counter(kind, loads)(person, holding.spans)]
        for kind in ("nights", "weekends", "holidays")
    )
    return Hold(len(own), round(hours * 100), len(nights), len(set(weekends)), len(holidays))


@dataclass(frozen=True)
class Supposed:
    """The present plan and the one that would come out. `present` is None where there is none and none can exist.

    `lost`: what its holders could not serve any more. `since`: nothing before that instant changes, and as little as
    possible after it; None: everything may change. `moves` are told with `since` only.
    """

    period: Period
    present: Side | None
    then: Side
    lost: tuple[Piece, ...]
    since: datetime | None
    moves: tuple[Move, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every shift that differs."""
        return diff(self.present.draft if self.present else None, self.then.draft)

    @property
    def people(self) -> Mapping[str, Person]:
        """Everyone of both teams, those of the present one first."""
        return {**(self.present.problem.person if self.present else {}), **self.then.problem.person}


@dataclass(frozen=True)
class Impossible:
    """No plan would exist: why, and the draft that would leave the least uncovered. `then` None: not found in time."""

    period: Period
    why: Infeasible
    present: Side | None
    then: Side | None
    since: datetime | None

    @property
    def uncovered(self) -> Mapping[str, int]:
        """Hours that nobody would be on call, in hundredths, by role in the order of the layers."""
        out: dict[str, int] = {}
        for assigned in self.then.draft.shifts if self.then else ():
            missing = total(without(assigned.shift.spans, _covered(assigned.parts))) / timedelta(hours=1)
            out[assigned.shift.role] = out.get(assigned.shift.role, 0) + round(missing * 100)
        return {role: hours for role, hours in out.items() if hours}


# ----------------------------------------------------------------------------------------------------------- plan


def what_if(
    folder: Path,
    period: Period,
    over: Overlay,
    *,
    since: datetime | None = None,
    effort: "Effort | None" = None,
    watch: "Watch | None" = None,
) -> Supposed | Impossible | OutOfTime:
    """The plan that would come out with what is supposed, beside the present one; or why there would be none.

    The present one is the published plan, else the draft, else what `plan` would give now. Without `since` everything
    is planned from scratch, and of equally good plans the one that moves least is taken; with it, as `replan` would.
    Refused with `since` where there is no plan and no draft.
    """
    from watchbill.solve import Effort

    effort = effort or Effort()
    then = drafting.ground(folder, period, over)
    here, stored = _stored(folder, period)
    if stored is None and since is not None:
        raise Refused(f"{period} has neither a plan nor a draft to stay near. Leave --from out, or plan it first.")
    present = here or _planned(folder, period, effort, watch)
    if isinstance(present, OutOfTime):
        return present
    if stored is not None and since is not None:
        return _after(then, stored, since, workspace.read(folder, over).notice, effort, watch, present)
    return _anew(then, effort, watch, present, period)


def _stored(folder: Path, period: Period) -> tuple[Side | None, Draft | None]:
    """The published plan or else the draft, judged by the inputs as they are, and as it is stored."""
    stored, path = plans.read_plan(folder, period), plan_path(folder, period)
    if stored is None:
        stored, path = plans.read_draft(folder, period), draft_path(folder, period)
    if stored is None:
        return None, None
    ground = drafting.ground(folder, period)
    return Side(judge(ground, stored, path).draft, ground, f"{path.parent.name}/{path.name}"), stored


def _planned(folder: Path, period: Period, effort: "Effort", watch: "Watch | None") -> Side | OutOfTime | None:
    ground = drafting.ground(folder, period)
    made = drafting.solved(ground, drafting.inputs(ground, effort), effort, watch)
    if isinstance(made, Draft):
        return Side(made, ground, PLANNED)
    return made if isinstance(made, OutOfTime) else None


def _after(
    ground: Ground,
    stored: Draft,
    since: datetime,
    notice: timedelta,
    effort: "Effort",
    watch: "Watch | None",
    present: Side | None,
) -> Supposed | Impossible | OutOfTime:
    """The smallest change from an instant on."""
    inputs = drafting.inputs(ground, effort)
    made = smallest_change(ground, stored, since, notice=notice, inputs=inputs, effort=effort, watch=watch)
    if isinstance(made, Infeasible):
        quick = _quick(effort)
        best = with_holes(ground, stored, since, notice=notice, inputs=inputs, effort=quick, watch=watch)
        return Impossible(stored.period, made, present, _side(best, ground), since)
    if isinstance(made, OutOfTime):
        return made
    lost = tuple(piece for piece in pieces(ground.problem, stored, since) if piece.free and piece.holder)
    return Supposed(stored.period, present, Side(made.draft, ground, PLANNED), lost, since, made.moves)


def _anew(
    ground: Ground,
    effort: "Effort",
    watch: "Watch | None",
    present: Side | None,
    period: Period,
) -> Supposed | Impossible | OutOfTime:
    """The best plan from scratch; what was pinned by hand stays where its holder can."""
    near = present.draft if present else None
    free = _free(ground, near)
    # What somebody could not serve anyway, as after an old illness, is not lost by what is supposed.
    known = _free(present.ground, near) if present else ()
    lost = tuple(piece for piece in free if piece not in known)
    on = _beside(ground, near, free) if near else ground
    made = drafting.solved(on, drafting.inputs(on, effort), effort, watch)
    if isinstance(made, Draft):
        return Supposed(period, present, Side(made, on, PLANNED), lost, None)
    if isinstance(made, OutOfTime):
        return made
    from watchbill import explain
    from watchbill.holes import best_effort

    quick = _quick(effort)
    # First what is soon known: ways out of a large problem take long, and may be stopped.
    best = _side(best_effort(on, drafting.inputs(on, quick), quick, watch), on)
    why = explain.explained(on.problem, on.rules, on.loads, watch=watch)
    return why if isinstance(why, OutOfTime) else Impossible(period, why, present, best, None)


def _free(ground: Ground, plan: Draft | None) -> tuple[Piece, ...]:
    """What the holders of a plan cannot serve on some ground."""
    listed = pieces(ground.problem, plan, EPOCH) if plan else ()
    return tuple(piece for piece in listed if piece.free and piece.holder)


def _quick(effort: "Effort") -> "Effort":
    """A thirtieth of the work: what counts is how little can be left uncovered, not how fair the rest is."""
    return replace(effort, work=effort.work / 30, nodes=max(1, effort.nodes // 30))


def _side(made: Draft | OutOfTime, ground: Ground) -> Side | None:
    return Side(made, ground, PLANNED) if isinstance(made, Draft) else None


def _beside(ground: Ground, near: Draft, lost: Sequence[Piece]) -> Ground:
    """The ground near a plan, with the pins of that plan that can stay."""
    free = {piece.shift.turn for piece in lost}
    known = ground.problem.shift
    pins = tuple(pin for pin in hand_pins(near, ground.problem) if known[pin.shift].turn not in free)
    held = {a.shift.id: a.person for a in near.shifts if a.person}
    return with_pins(ground, pins, Near(held))
