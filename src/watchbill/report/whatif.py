"""Two plans side by side: cover, fairness, who holds more or less. Values first, then tables and JSON of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from rich.console import Group, RenderableType
from rich.table import Table

from watchbill.domain import BUCKETS
from watchbill.report.measures import evened, gini, spread
from watchbill.report.tables import literal_lines, table, titled
from watchbill.report.words import People, literal, name
from watchbill.results import Account, Draft
from watchbill.texts import hours


class Hold(Protocol):
    """What one person holds: see `whatif.Hold`."""

    @property
    def turns(self) -> int:
        """Turns."""

    @property
    def hours(self) -> int:
        """Real hundredths of an hour."""

    @property
    def nights(self) -> int:
        """Night turns."""

    @property
    def weekends(self) -> int:
        """Weekends."""

    @property
    def holidays(self) -> int:
        """Holiday turns."""


Held = Mapping[str, Hold]
COLUMNS = ("turns", "hours", "nights", "weekends", "holidays")


# --------------------------------------------------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class Evenness:
    """How even a bucket is: spread and Gini at equal references, and who is furthest above their part, by how much.

    Hundredths of an hour; what counts as above is the balance carried in, plus the load, less the reference.
    """

    spread: int
    gini: float
    most: int
    who: str | None


def evenness(draft: Draft, bucket: str) -> Evenness:
    """How even the loads of a plan are in a bucket."""
    even = evened(draft.people, bucket)
    counted = [account for account in draft.people if account.reference.get(bucket, 0) > 0]
    top = max(counted, key=lambda account: above(account, bucket), default=None)
    most = above(top, bucket) if top else 0
    return Evenness(round(spread(even)), round(float(gini(even)), 4), most, top.person if top else None)


def above(account: Account, bucket: str) -> int:
    """How far someone is above their part, in hundredths of an hour; below it is negative."""
    return account.before.get(bucket, 0) + account.load.get(bucket, 0) - account.reference.get(bucket, 0)


def weighed(*drafts: Draft) -> tuple[str, ...]:
    """The buckets in which something weighs in some plan."""
    accounts = [account for draft in drafts for account in draft.people]
    return tuple(b for b in BUCKETS if any(a.load.get(b) or a.reference.get(b) for a in accounts))


# --------------------------------------------------------------------------------------------------------- tables


def fairness(was: Draft | None, is_: Draft, people: People) -> RenderableType:
    """For each bucket, how even the present plan is and how even the other one would be."""
    made = table()
    made.add_column("bucket", no_wrap=True)
    for head in ("spread in hours", "Gini"):
        made.add_column(head, justify="right", no_wrap=True)
    made.add_column("furthest above their part, in hours", overflow="fold")
    for bucket in weighed(*(draft for draft in (was, is_) if draft)):
        old, new = evenness(was, bucket) if was else None, evenness(is_, bucket)
        cells = (_pair(old, new, lambda e: hours(e.spread)), _pair(old, new, lambda e: f"{e.gini:.3f}"))
        made.add_row(bucket, *cells, literal_lines(_pair(old, new, lambda e: _top(e, people), " →\n")))
    return titled("fairness, at equal references", made)


def _top(one: Evenness, people: People) -> str:
    return f"{name(one.who, people)} {hours(one.most, sign=True)}" if one.who else "nobody"


def _pair(old: Any, new: Any, shown: Any, between: str = " → ") -> str:
    """`before → after`, or one of them where they are the same or there is one only."""
    texts = [shown(one) for one in (old, new) if one is not None]
    return texts[0] if len(set(texts)) == 1 else between.join(texts)


def persons(was: Held, is_: Held, people: People) -> RenderableType:
    """Who holds what in both plans: everyone who holds something else, and how many hold the same."""
    listed = list(dict.fromkeys((*was, *is_)))
    changed = [id_ for id_ in listed if not was or row(was, id_) != row(is_, id_)]
    made = _table()
    for id_ in changed:
        made.add_row(literal(name(id_, people)), *_cells(row(was, id_) if was else None, row(is_, id_)))
    same = len(listed) - len(changed)
    notes = [f"{same} more {'holds' if same == 1 else 'hold'} as much as before."] if same else []
    return titled("who holds what", made, *notes)


def _table() -> Table:
    made = table()
    made.add_column("person", overflow="fold", max_width=26)
    for head in COLUMNS:
        made.add_column(head, justify="right", no_wrap=True)
    return made


def _cells(old: Sequence[int] | None, new: Sequence[int]) -> Iterator[str]:
    for n, head in enumerate(COLUMNS):
        amounts = [side[n] for side in (old, new) if side is not None]
        texts = [hours(amount) if head == "hours" else str(amount) for amount in amounts]
        yield texts[0] if len(set(texts)) == 1 else " → ".join(texts)


def row(held: Held, person: str) -> tuple[int, ...]:
    """What someone holds, in the order of the columns; nothing if they are not in the team."""
    own = held.get(person)
    return (own.turns, own.hours, own.nights, own.weekends, own.holidays) if own else (0,) * len(COLUMNS)


def tables(was: Draft | None, is_: Draft, was_held: Held, is_held: Held, people: People) -> RenderableType:
    """Fairness and people, one under the other."""
    return Group(fairness(was, is_, people), literal(""), persons(was_held, is_held, people))


# ----------------------------------------------------------------------------------------------------------- json


def side_json(draft: Draft, held: Held) -> dict[str, Any]:
    """One plan: how even each bucket is, the tiers, and what each person holds and carries."""
    return {
        "buckets": {bucket: asdict(evenness(draft, bucket)) for bucket in weighed(draft)},
        "tiers": {tier.name: tier.value for tier in draft.tiers},
        "people": {
            account.person: {
                **dict(zip(COLUMNS, row(held, account.person), strict=True)),
                "load": dict(account.load),
                "reference": dict(account.reference),
            }
            for account in draft.people
        },
    }
