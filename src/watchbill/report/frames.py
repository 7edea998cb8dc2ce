"""Drafts and plans as pandas frames and CSV. pandas loads when a frame is asked for, not before."""

from typing import TYPE_CHECKING, Any

from watchbill.domain import BUCKETS, Part
from watchbill.results import Account, Assigned, Draft
from watchbill.times import common, iso, total

if TYPE_CHECKING:
    import pandas as pd

SHIFT_COLUMNS = ("shift", "role", "layer", "seat", "person", "start", "end", "hours", "pinned", "changed")
PEOPLE_COLUMNS = ("person", "bucket", "load", "reference", "difference", "before", "after")


def shifts(draft: Draft) -> "pd.DataFrame":
    """One row for each part of a shift, and for each hole with an empty person; instants in UTC, real hours."""
    import pandas as pd

    rows = [_part(assigned, part) for assigned in draft.shifts for part in assigned.parts or (None,)]
    return pd.DataFrame(rows, columns=list(SHIFT_COLUMNS))


def _part(assigned: Assigned, part: Part | None) -> dict[str, Any]:
    shift = assigned.shift
    spans = common(shift.spans, (part.span,)) if part else shift.spans
    return {
        "shift": shift.id,
        "role": shift.role,
        "layer": shift.layer,
        "seat": shift.seat,
        "person": part.person if part else "",
        "start": iso(part.start if part else shift.start),
        "end": iso(part.end if part else shift.end),
        "hours": round(total(spans).total_seconds() / 3600, 2),
        "pinned": assigned.pinned,
        "changed": assigned.changed,
    }


def people(draft: Draft) -> "pd.DataFrame":
    """One row for each person and bucket, in hours."""
    import pandas as pd

    rows = [_sums(account, bucket) for account in draft.people for bucket in BUCKETS]
    return pd.DataFrame(rows, columns=list(PEOPLE_COLUMNS))


def _sums(account: Account, bucket: str) -> dict[str, Any]:
    load, reference = account.load.get(bucket, 0), account.reference.get(bucket, 0)
    return {
        "person": account.person,
        "bucket": bucket,
        "load": load / 100,
        "reference": reference / 100,
        "difference": (load - reference) / 100,
        "before": account.before.get(bucket, 0) / 100,
        "after": account.after.get(bucket, 0) / 100,
    }


def to_csv(frame: "pd.DataFrame") -> str:
    """A frame as CSV text with a header; hours with two digits, lines end with a newline on every system."""
    return frame.to_csv(index=False, lineterminator="\n", float_format="%.2f")
