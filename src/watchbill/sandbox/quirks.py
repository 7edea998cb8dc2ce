"""What PagerDuty does that its documents leave open, or that one would not expect: each can be set."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args, get_origin, get_type_hints

from watchbill.errors import WrongUsage, did_you_mean


@dataclass(frozen=True, slots=True)
class Quirks:
    """How the sandbox behaves where PagerDuty surprises or is not known; the defaults are what has been seen of it."""

    turns: Literal["wall", "elapsed"] = "wall"
    """Whether turns of whole days keep the wall-clock handoff across a clock change. Other turns are elapsed time."""
    omitted_layers: Literal["end", "drop"] = "end"
    """What becomes of a layer that a PUT leaves out: ended now and put on top, or gone."""
    reversed: bool = True
    """Whether layers are read in the opposite order (highest first) to the one they are written in."""
    duplicate_users: bool = True
    """Whether a layer may name one user several times; otherwise 400."""
    merged: bool = True
    """Whether touching entries of one user are one entry."""
    bulk: Literal["array", "object"] = "array"
    """The answer to many overrides: a bare list, or the overrides under their key."""
    zones: Literal["listed", "any"] = "listed"
    """Which zones schedules of layers may have: the short list of PagerDuty, or every IANA zone."""
    past_overrides: Literal["clamp", "keep", "refuse"] = "clamp"
    """What becomes of an override (or custom shift) that starts in the past: it starts now, stays, or fails."""
    most_overrides: int = 100
    """How many overrides one request may make."""
    most_custom_shifts: int = 100
    """How many custom shifts one request may make."""
    custom_shifts_months: int = 24
    """How far ahead, in months of 31 days, a custom shift may end."""
    rotations_key: Literal["refused", "required", "ignored"] = "ignored"
    """What POST /v3/schedules makes of `rotations`: an error if there, an error if not there, nothing."""
    gaps: bool = True
    """Whether stretches without anyone are told as `empty_member` in what a v3 schedule renders."""
    rate_limit: int = 960
    """Requests in one window."""
    rate_window: float = 60.0
    """Seconds in one window of the rate limit."""
    rate_told: bool = True
    """Whether a 429 comes with headers and a body."""

    def changed(self, wanted: Mapping[str, Any]) -> "Quirks":
        """The same with some of them set; WrongUsage for unknown names and values."""
        hints = get_type_hints(Quirks)
        names = [field.name for field in fields(self)]
        for name, value in wanted.items():
            if name not in names:
                raise WrongUsage(f'there is no quirk "{name}". {did_you_mean(name, names)}'.rstrip())
            if not _fits(hints[name], value):
                raise WrongUsage(f'the quirk "{name}" cannot be {value!r}.')
        return replace(self, **wanted)


def _fits(kind: Any, value: object) -> bool:
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is kind
