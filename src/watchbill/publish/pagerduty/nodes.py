"""Parts of an answer by their keys: what is not of the kind that is needed is RemoteFailed, naming it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from watchbill.errors import Refused
from watchbill.publish.pagerduty.port import RemoteFailed
from watchbill.texts import printable

LONGEST_URL = 500

_REMEDY = "Nothing was made of it. If it stays so, watchbill does not know this form of the API: report it."


def flattened(errors: Any) -> tuple[str, ...]:
    """The `errors` of an answer, whether a list, a map of lists by field, one text or absent, as sentences."""
    if isinstance(errors, dict):
        return tuple(f"{printable(str(key))}: {line}" for key, value in errors.items() for line in flattened(value))
    if isinstance(errors, list):
        return tuple(line for value in errors for line in flattened(value))
    return () if errors in (None, "") else (printable(str(errors)),)


def mapping(node: Any, key: str) -> dict[str, Any]:
    """A mapping inside a mapping."""
    value = field(node, key, "the answer")
    if not isinstance(value, dict):
        raise lacking(key, node, "a mapping")
    return value


def listed(node: Any, key: str, default: Sequence[Any] | None = None) -> Sequence[Any]:
    """A list inside a mapping; the default, if there is one, where it is absent or null."""
    value = node.get(key) if isinstance(node, dict) else None
    if value is None and default is not None:
        return default
    if not isinstance(value, list):
        raise lacking(key, node, "a list")
    return value


def text(node: Any, key: str, default: str | None = None) -> str:
    """A text inside a mapping; the default, if there is one, where it is absent or null."""
    value = node.get(key) if isinstance(node, dict) else None
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or (default is None and not value):
        raise lacking(key, node, "a text")
    return value


def number(node: Any, key: str, default: int | None = None) -> int:
    """A whole number inside a mapping; the default, if there is one, where it is absent or null."""
    value = node.get(key) if isinstance(node, dict) else None
    if value is None and default is not None:
        return default
    if isinstance(value, bool) or not isinstance(value, int):
        raise lacking(key, node, "a whole number")
    return value


def instant(node: Any, key: str) -> datetime:
    """An instant inside a mapping, in UTC and to the second."""
    try:
        at = datetime.fromisoformat(text(node, key))
    except (ValueError, OverflowError):
        raise lacking(key, node, "a date and time") from None
    if at.tzinfo is None:
        raise lacking(key, node, "a date and time with an offset")
    return at.astimezone(UTC).replace(microsecond=0)


def maybe_instant(node: Any, key: str) -> datetime | None:
    """An instant inside a mapping; None where it is absent or null."""
    return None if isinstance(node, dict) and node.get(key) is None else instant(node, key)


def reference(node: Any) -> str:
    """The id of what is referred to, or a bare id."""
    return node if isinstance(node, str) and node else text(node, "id")


def web_page(value: Any) -> str | None:
    """The address of a page, if it is one that is safe to show and to link to: https, plain and of bounded length."""
    if not isinstance(value, str) or len(value) > LONGEST_URL or not value.isascii() or not value.isprintable():
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    whole = parts.scheme == "https" and parts.hostname and parts.username is None and parts.password is None
    return value if whole and not set(value) & set(' "<>\\^`{|}') else None


def field(node: Any, key: str, where: str) -> Any:
    """Whatever stands under a key that must be there; `where` says in what, for the error."""
    if not isinstance(node, dict) or key not in node:
        raise RemoteFailed(f'PagerDuty answered something unexpected: "{key}" is missing in {where}. {_REMEDY}')
    return node[key]


def lacking(key: str, node: Any, wanted: str) -> RemoteFailed:
    """The error for something that is missing or of another kind than wanted."""
    kind = node.get("type") or node.get("id") if isinstance(node, dict) else None
    where = f" of {printable(str(kind))[:60]}" if kind else ""
    return RemoteFailed(f'PagerDuty answered something unexpected: "{key}"{where} is not {wanted}. {_REMEDY}')


def safe_id(id_: str | None) -> str:
    """An id that is safe as a step of a path; Refused for anything else."""
    if not id_ or not id_.isascii() or not id_.replace("-", "").replace("_", "").isalnum():
        raise Refused(f'"{printable(id_ or "")}" is no id of PagerDuty\'s. Ids are like PABC123: letters and digits.')
    return id_
