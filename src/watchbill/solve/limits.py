"""How much work a solve may do, how it is told to stop, and what it reports while it runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event


@dataclass(frozen=True, slots=True)
class Effort:
    """Work limits. Without `race` they count deterministic work, so the same inputs give the same plan.

    `work` is CP-SAT's deterministic time for one tier, roughly seconds on an idle core. The proving engine first
    closes the gap to `gap`, a fraction of the value, and then goes for the whole proof; `nodes` bounds its tree,
    counted for a model of a thousand variables. `race` uses every core at the price of repeatability.
    """

    work: float = 30.0
    nodes: int = 150
    gap: float = 0.002
    seed: int = 1
    race: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """One report: which tier, of which independent part of the problem, and how far it is."""

    tier: str
    value: int | None
    bound: int | None
    part: int = 1
    parts: int = 1


def _silent(progress: Progress) -> None:
    """The default watcher reports to nobody."""


def _unheard(_: str) -> None:
    """Nobody hears of it."""


def _at_once() -> None:
    """Nobody wants to hold a write back."""


@dataclass
class Watch:
    """The line between a running solve and its caller: reports go out, a request to stop comes in.

    `told` hears in words what the work has to wait for.
    `settle` is called before an answer is written. It returns when that may be: who stopped the solve may drop it yet.
    """

    report: Callable[[Progress], None] = _silent
    settle: Callable[[], None] = _at_once
    told: Callable[[str], None] = _unheard
    stopped: Event = field(default_factory=Event)
    _stoppers: list[Callable[[], None]] = field(default_factory=list)

    def stop(self) -> None:
        """Asks the running engine to end with what it has; later engines do not start."""
        self.stopped.set()
        for stopper in list(self._stoppers):
            stopper()

    def on_stop(self, stopper: Callable[[], None]) -> Callable[[], None]:
        """Registers what ends the running engine; returns a function that takes it back."""
        self._stoppers.append(stopper)
        if self.stopped.is_set():
            stopper()
        return lambda: self._stoppers.remove(stopper)
