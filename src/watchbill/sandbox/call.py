"""One request on its way to a handler, and the readers of what stands in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from watchbill.sandbox.answers import invalid
from watchbill.sandbox.quirks import Quirks
from watchbill.sandbox.world import World
from watchbill.times import Span, zone_names

TWO_WEEKS = timedelta(days=14)
MOST_LISTED = 10_000
Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Call:
    """A request: what it is about, the world it changes, and the instant it comes at (whole seconds)."""

    world: World
    now: datetime
    quirks: Quirks = field(default_factory=Quirks)
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Query = field(default_factory=dict)
    body: Any = None

    def one(self, name: str) -> str | None:
        """The last value of a query parameter, or None."""
        values = self.query.get(name)
        return values[-1] if values else None

    def flag(self, name: str) -> bool:
        """Whether a query parameter says true."""
        return (self.one(name) or "").lower() in {"true", "1"}

    def instant(self, name: str) -> datetime | None:
        """An instant in the query, or None; 400 if it cannot be read. Without an offset it is UTC."""
        text = self.one(name)
        return None if text is None else instant_of(text, name)

    def window(self) -> Span | None:
        """`since` and `until`; given one, the other is two weeks away; given none, None."""
        since, until = self.instant("since"), self.instant("until")
        if since is None and until is None:
            return None
        start = since or (until or self.now) - TWO_WEEKS
        found = Span(start, until or start + TWO_WEEKS)
        if found.end < found.start:
            raise invalid("Until must be after since")
        return found

    def asked_window(self) -> Span:
        """`since` and `until`, both of which must be given."""
        missing = [f"{name.title()} can't be blank" for name in ("since", "until") if self.one(name) is None]
        found = self.window()
        if missing or found is None:
            raise invalid(*missing)
        return found

    def zone(self, default: str) -> str:
        """The zone in which instants are answered."""
        wanted = self.one("time_zone") or default
        if wanted not in zone_names():
            raise invalid("Time zone is not included in the list")
        return wanted

    def part(self, name: str) -> dict[str, Any]:
        """The object under the body's one key; 400 if there is none."""
        inner = self.body.get(name) if isinstance(self.body, dict) else None
        if not isinstance(inner, dict):
            raise invalid(f"{name.replace('_', ' ').capitalize()} must be provided")
        return inner

    def page(self, items: Sequence[Any], name: str, *, usual: int = 25, most: int = 100) -> dict[str, Any]:
        """One page of a list, with what pages say about themselves."""
        limit, offset = min(self._count("limit", usual), most), self._count("offset", 0)
        if offset + limit > MOST_LISTED:
            raise invalid(f"Offset and limit together must not exceed {MOST_LISTED}")
        shown = list(items[offset : offset + limit])
        more = offset + limit < len(items)
        total = len(items) if self.flag("total") else None
        return {name: shown, "limit": limit, "offset": offset, "total": total, "more": more}

    def _count(self, name: str, usual: int) -> int:
        text = self.one(name)
        if text is None:
            return usual
        if not text.isdigit():
            raise invalid(f"{name.capitalize()} must be a number")
        return int(text)


def instant_of(value: object, name: str) -> datetime:
    """An instant in a body or query; 400 if it cannot be read."""
    try:
        found = datetime.fromisoformat(str(value).replace(" ", "+"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise invalid(f"{name.replace('_', ' ').capitalize()} is not a valid date") from None


def reference(value: object) -> str:
    """The id in a reference, or nothing."""
    return str(value.get("id", "")) if isinstance(value, dict) else ""


def known_user(world: World, user: str) -> bool:
    """Whether a user is there, not removed, and may be on call."""
    found = world.users.get(user)
    return found is not None and found.deleted_at is None and "read_only" not in found.role


def text(value: object, most: int, name: str) -> str:
    """A text that is not too long; 400 otherwise."""
    if not isinstance(value, str):
        raise invalid(f"{name} must be a string")
    if len(value) > most:
        raise invalid(f"{name} is too long (maximum is {most} characters)")
    return value
