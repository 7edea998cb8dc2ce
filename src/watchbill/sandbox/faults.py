"""Failures on demand: which requests fail, how, how often, and whether what they asked for is done first."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any, Literal, get_args

from watchbill.errors import WrongUsage, did_you_mean

Kind = Literal["status", "drop", "slow", "stale"]


@dataclass(slots=True)
class Fault:
    """One kind of failure, for requests whose verb and path (and query) match two regular expressions.

    `status`: answered with `status`, with a body if `told`. `drop`: the connection is cut without an answer. `slow`:
    answered after `seconds`. `stale`: after a write, reads that match show what was before it, `reads` times or for
    `seconds`, whichever is given. `when` says whether the request is carried out first. It happens `times` times
    after the first `skip` matches (always if None), each time with a `probability` that a `seed` makes repeatable.
    """

    kind: Kind
    method: str = ".*"
    path: str = ".*"
    status: int = 503
    told: bool = True
    when: Literal["before", "after"] = "before"
    seconds: float = 0.0
    reads: int | None = None
    times: int | None = None
    skip: int = 0
    probability: float = 1.0
    seed: int = 0
    hits: int = 0
    seen: int = 0

    def strikes(self, method: str, path: str) -> bool:
        """Whether it happens to this request; counts."""
        if not re.fullmatch(self.method, method) or not re.search(self.path, path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        if not self._drawn():
            return False
        self.hits += 1
        return True

    def _drawn(self) -> bool:
        """Whether chance has it, this time: it follows from the seed and how often it was asked."""
        self.seen += 1
        digest = sha256(f"{self.seed} {self.seen}".encode()).digest()
        return int.from_bytes(digest[:4]) < self.probability * 2**32

    def as_json(self) -> dict[str, Any]:
        """What it is and how often it has happened."""
        return asdict(self)


def fault(wanted: Mapping[str, Any]) -> Fault:
    """Reads a fault; `match: {method, path}` is read too. WrongUsage for what is none."""
    flat = dict(wanted)
    flat |= flat.pop("match", {})
    names = [field.name for field in fields(Fault)]
    for name in flat:
        if name not in names:
            raise WrongUsage(f'a fault has no "{name}". {did_you_mean(name, names)}'.rstrip())
    if flat.get("kind") not in get_args(Kind):
        raise WrongUsage(f"a fault is of one kind: {', '.join(get_args(Kind))}.")
    try:
        re.compile(f"{flat.get('method', '')}|{flat.get('path', '')}")
    except re.error as error:
        raise WrongUsage(f"the fault matches nothing: {error}.") from None
    return Fault(**flat)
