"""Keeps what is served up to date: looks at the team's folder again and again, and builds anew when it changed."""

import threading
from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime

from watchbill.errors import Refused, WatchbillError
from watchbill.feeding import Board
from watchbill.web.access import printed
from watchbill.web.bodies import Shelf, shelf

LOOK_SECONDS = 2.0
LOOKS_BETWEEN_TRIES = 15
_MOST_LINES = 5

Seen = tuple[Hashable, date]


class Keeper:
    """What is served now. One thread builds, requests only read `shelf`, which changes as a whole.

    `build` makes the board as of an instant and may raise; `state` is a cheap fingerprint of all that it reads. `now`
    is the clock. `log` gets a sentence when something is wrong and when it is well again.
    """

    def __init__(
        self,
        build: Callable[[datetime], Board],
        state: Callable[[], Hashable],
        *,
        now: Callable[[], datetime],
        log: Callable[[str], None],
    ) -> None:
        self.shelf: Shelf | None = None
        self.trouble: str | None = None
        self._build = build
        self._state = state
        self._now = now
        self._log = log
        self._done: Seen | None = None
        self._last: Seen | None = None
        self._waited = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feeds", daemon=True)

    def start(self, seconds: float = LOOK_SECONDS) -> None:
        """Looks every so many seconds from now on."""
        self._seconds = seconds
        self._thread.start()

    def stop(self) -> None:
        """Looks no more; a build that is running is not waited for."""
        self._ended.set()

    def look(self) -> bool:
        """Builds anew if that is due; whether what is served changed. Raises nothing that a folder can cause.

        A folder that changed has to stand still from one look to the next: halfway through a `git checkout` a plan or
        a person may be missing, and calendars would lose what they show.
        """
        try:
            seen = self._seen()
            moving = self.shelf is not None and seen != self._last
            self._last = seen
            return not moving and self._due(seen) and self._renewed(seen)
        except Exception as error:  # whatever is wrong with the inputs, what is served goes on
            self._complain(_sentence(error))
            return False

    def _seen(self) -> Seen:
        """What decides what is served: the folder, and the day, since the past that feeds hold ends at midnight."""
        try:
            return self._state(), self._now().astimezone(UTC).date()
        except Exception:  # a folder that could not be looked at counts as changed once it can be
            self._done = None
            raise

    def _run(self) -> None:
        while not self._ended.is_set():
            self.look()
            self._ended.wait(self._seconds)

    def _due(self, seen: Seen) -> bool:
        if seen == self._done and self.trouble is not None:
            self._waited += 1
            return self._waited >= LOOKS_BETWEEN_TRIES
        return seen != self._done

    def _renewed(self, seen: Seen) -> bool:
        self._done, self._waited = seen, 0
        at = self._now()
        board = self._build(at)
        if not board.links:
            raise Refused("nothing is published, so there are no feeds. Publish a plan with: watchbill publish")
        found = shelf(board, now=at, before=self.shelf)
        if self._state() != seen[0]:
            self._done = None
            return False
        if self.trouble is not None or self.shelf is None:
            self._log(f"{len(found.bodies)} feeds are served.")
        changed = self.shelf is None or found.digest != self.shelf.digest
        self.shelf, self.trouble = found, None
        return changed

    def _complain(self, sentence: str) -> None:
        """Says what is wrong, once for each thing that is."""
        if sentence != self.trouble:
            kept = "Feeds stay as they were" if self.shelf else "No feed can be served"
            self._log(f"{sentence}\n{kept} until that is mended.")
        self.trouble = sentence


def _sentence(error: Exception) -> str:
    """What to tell of an error: its lines if it is meant to be read, else its kind only, which gives nothing away."""
    if not isinstance(error, WatchbillError):
        return f"the feeds cannot be built: {type(error).__name__}."
    lines = str(error).splitlines()
    more = [f"and {len(lines) - _MOST_LINES} more."] if len(lines) > _MOST_LINES else []
    return "\n".join([*map(_line, lines[:_MOST_LINES]), *more])


def _line(text: str) -> str:
    return "".join(c if c.isprintable() else printed(c) for c in text)
