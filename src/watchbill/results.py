"""What stages hand over to each other: findings, tiers, drafts and the answers of a solve. Frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from watchbill.domain import Part, Person, Shift
from watchbill.periods import Period

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One judgement of a rule on a plan: which rule, what is wrong, who and when, hard or at what cost.

    `tier` is None for a hard finding. `cost` is in the tier's own points and adds up to the tier's value.
    """

    rule: str
    sentence: str
    hard: bool = False
    tier: str | None = None
    cost: int = 0
    people: tuple[str, ...] = ()
    shifts: tuple[str, ...] = ()
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """How one tier came out: `value` of the plan, `best` when it was solved, the proven lower `bound`.

    `value` may exceed `best` by the slack that later tiers spent. Points are integers; see `docs/design.md`.
    """

    name: str
    value: int
    best: int
    bound: int
    slack: int = 0

    @property
    def proven(self) -> bool:
        """Whether nothing better than `best` can exist."""
        return self.best == self.bound

    @property
    def gap(self) -> float:
        """How far `best` is from the bound at most, as a fraction of `best`."""
        return 0.0 if self.proven else (self.best - self.bound) / max(abs(self.best), 1)


@dataclass(frozen=True, slots=True)
class Assigned:
    """A shift with who holds it. `person` is who holds most of it; None is a hole."""

    shift: Shift
    person: str | None
    parts: tuple[Part, ...]
    pinned: bool = False
    changed: int = 0
    load: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    """One person's sums, in hundredths of an hour by bucket, and the presence by layer that they rest on."""

    person: str
    presence: Mapping[str, Fraction]
    reference: Mapping[str, int]
    load: Mapping[str, int]
    before: Mapping[str, int]
    after: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a plan was made from and with: fingerprint of the inputs, versions, seed, limits, reproducible or not.

    `answer` is the fingerprint of who held what when the plan was made: a file whose holders no longer give it was
    edited. `pins` are the shifts that the inputs pinned: other pinned shifts were pinned by hand in the draft.
    """

    fingerprint: str
    versions: Mapping[str, str] = field(default_factory=dict)
    seed: int = 1
    effort: str = ""
    reproducible: bool = True
    answer: str = ""
    pins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided by hand: `taker` holds `[start, end)` of a shift in place of `giver`, None where nobody did.

    `reason` is in the words of who decided. `allowed` are rules, by kind, that it may break: what they find of the
    taker in the shift does not make a plan no plan. `beside` are shifts of other periods, by id, that were decided in
    the same swap: all of them are published or none is.
    """

    shift: str
    start: datetime
    end: datetime
    giver: str | None
    taker: str
    reason: str = ""
    allowed: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft (`revision` 0) or a published plan (`revision` from 1 on, `made` says when).

    `since`: the instant from which it was planned again, as ISO 8601 in UTC; what lies before it is history, and what
    rules find in that alone does not make it no plan. `guests` names people outside the team who hold parts.
    `decisions` are what was decided by hand, in the order in which it was.
    """

    team: str
    period: Period
    inputs: Inputs
    status: str
    tiers: tuple[Tier, ...]
    shifts: tuple[Assigned, ...]
    people: tuple[Account, ...]
    findings: tuple[Finding, ...]
    revision: int = 0
    made: str | None = None
    since: str | None = None
    guests: Mapping[str, str] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()

    @property
    def holders(self) -> Mapping[str, tuple[Part, ...]]:
        """Parts by shift id."""
        return {assigned.shift.id: assigned.parts for assigned in self.shifts}

    def guests_on(self, zone: str) -> Mapping[str, Person]:
        """The guests by id, as people of a zone."""
        return {id_: Person(id_, name, zone) for id_, name in self.guests.items()}


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan was found: shift id to person, the tiers, and whether the run can be repeated byte for byte.

    `reliefs`: by shift id, in order, the parts that others take because its holder is away for them. Who really holds
    what is `audit.whole(problem, holders, reliefs)`.
    """

    holders: Mapping[str, str]
    tiers: tuple[Tier, ...]
    reproducible: bool = True
    reliefs: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that helps to make a plan impossible, in words: by which rule, and about whom and which turns."""

    sentence: str
    rule: str = ""
    people: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repair:
    """Changes that end a conflict: one in words for each step, and what they cost together, in points (see the guide).

    `solves`: with them a plan exists; otherwise one does once the other conflicts are out of the way. `edit`: what to
    write into rules, headed by the rule (`rest: except: […]`), as far as the steps are changes of rules.
    """

    steps: tuple[str, ...]
    kinds: tuple[str, ...]
    cost: int
    solves: bool
    people: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()
    edit: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Infeasible:
    """No plan can exist, and why: causes that cannot all hold, and the conflict in one sentence.

    `minimal`: without any one of the causes they could hold. No causes: none could be found within the work allowed.
    `repairs` are ways out, the cheapest first. `others`: conflicts that share nothing to cover with this one, nor with
    each other; `unseen`: how many more there are at least. `whole`: where there are several, what ends them all.
    """

    causes: tuple[Cause, ...] = ()
    summary: str = ""
    minimal: bool = True
    repairs: tuple[Repair, ...] = ()
    others: tuple["Infeasible", ...] = ()
    unseen: int = 0
    whole: Repair | None = None


@dataclass(frozen=True, slots=True)
class OutOfTime:
    """Neither a plan nor a proof that there is none within the limits. `doubt`: two solves that disagree, in words."""

    doubt: str = ""


Outcome = Solved | Infeasible | OutOfTime
