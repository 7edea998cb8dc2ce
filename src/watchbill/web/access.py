"""One line for each request, in which no token can be read: of a path only what we know, and four characters else."""

import re
from collections.abc import Collection
from datetime import UTC, datetime

SHOWN = 4
KNOWN = frozenset({"", "feeds", "healthz"})
_METHOD = re.compile(r"[A-Z]{1,16}")
_RUN = re.compile(r"[A-Za-z0-9_~%=-]{32,}")
_MOST_STEPS = 6
_LONGEST = 80


def line(
    at: datetime, client: str, method: str, path: str, status: int, sent: int, agent: str, public: Collection[str] = ()
) -> str:
    """When, who, what, the status, bytes of body, and by which program; one line whatever was in the request."""
    asked = method if _METHOD.fullmatch(method) else _masked(method)
    said = f'"{printed(_RUN.sub(lambda run: _masked(run[0]), agent))}"' if agent else "-"
    when = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{when} {printed(client) or '-'} {printed(asked)} {hidden(path, public)} {status} {sent} {said}"


def hidden(path: str, public: Collection[str] = ()) -> str:
    """A path without secrets: unless it leads to a public feed, steps that we do not know end after four letters."""
    head, feeds, name = path.partition("/feeds/")
    if name in public:
        return f"{hidden(head)}{feeds}{printed(name)}"
    steps = path.split("/")
    shown = [step if step in KNOWN else _masked(step) for step in steps[: _MOST_STEPS + 1]]
    return printed("/".join(shown)) + ("/…" if len(steps) > len(shown) else "")


def printed(text: str) -> str:
    """Text of others on one line: control characters, quotes and what is no ASCII are escaped, and no more than 80."""
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return "".join(c if c == "…" or (c.isascii() and c.isprintable() and c not in '"\\') else _escaped(c) for c in cut)


def _masked(word: str) -> str:
    return word if len(word) <= SHOWN else f"{word[:SHOWN]}…"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode() if character not in '"\\' else f"\\{character}"
