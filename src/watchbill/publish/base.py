"""What publishers outward share: changes to show, hazards with keys, and the digest of what was shown."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from watchbill.errors import Refused, did_you_mean

DIGEST_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Hazard:
    """One named danger in a set of changes: `key` is what `--allow` takes, such as `foreign:primary`.

    `known`: it was allowed before and is the same since, so that it withholds nothing. Allowing it again is no mistake.
    """

    key: str
    sentence: str
    known: bool = False


def withheld(hazards: Iterable[Hazard], allowed: Sequence[str]) -> tuple[Hazard, ...]:
    """The hazards that are not allowed. Refused where an allowance matches none: it would hide the next one."""
    found = tuple(hazards)
    keys = sorted({hazard.key for hazard in found})
    for key in allowed:
        if key not in keys:
            hint = did_you_mean(key, keys) or "There is no hazard now. Leave it out."
            raise Refused(f"--allow {key} matches no hazard. {hint}")
    return tuple(hazard for hazard in found if not hazard.known and hazard.key not in allowed)


def digest(value: Any) -> str:
    """The fingerprint of a value that is JSON: the same wherever and whenever it is the same."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]
