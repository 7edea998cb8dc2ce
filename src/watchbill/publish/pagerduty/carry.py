"""Carries writes out: looks before each one, journals it, and after a lost answer looks before writing again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from watchbill.errors import Refused
from watchbill.publish.pagerduty import remote
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.journal import Doing
from watchbill.publish.pagerduty.port import Unsure
from watchbill.publish.pagerduty.proposal import WALL, ordered
from watchbill.publish.pagerduty.standing import standing
from watchbill.publish.pagerduty.steps import after
from watchbill.publish.pagerduty.terms import AnySchedule, Meaning
from watchbill.publish.pagerduty.writes import write
from watchbill.times import Span

LOOKS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
TRIES = 3


@dataclass(frozen=True)
class Hands:
    """What carrying out needs: PagerDuty, the present, patience, and the window of the schedules that counts."""

    calls: Calls
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    window: Span
    meaning: Meaning = WALL


class Moved(Refused):
    """A schedule is not as it was shown, nor as our own writes leave it."""


def look(hands: Hands, doing: Doing) -> AnySchedule | None:
    """A schedule as it stands; None if it does not exist yet."""
    found = (doing.schedule, doing.kind) if doing.schedule is not None else remote.find(hands.calls, doing.name)
    if found is None:
        return None
    return ordered(remote.read(hands.calls, *found, hands.window), hands.window, hands.meaning)


def carry_out(hands: Hands, doing: Doing, save: Callable[[Doing], None]) -> Doing:
    """Makes the writes that are not made yet, in order; `save` is called before each. Moved if others changed things.

    A write whose answer was lost is made again only after looking, again and again, shows that it did not arrive.
    """
    states = _states(doing)
    doing = _found_at(hands, doing, states)
    lost = 0
    while doing.done < len(doing.steps):
        save(doing)
        live, doing = _checked(hands, doing, states, patient=lost > 0)
        if doing.done == len(doing.steps):
            break
        try:
            made = write(hands.calls, live, doing.steps[doing.done], hands.now())
        except Unsure:
            lost += 1
            if lost > TRIES:
                raise
            continue
        lost = 0
        doing = replace(doing, done=doing.done + 1, schedule=made or doing.schedule)
    save(doing)
    return doing


def _states(doing: Doing) -> tuple[AnySchedule | None, ...]:
    """What stands after none, one, two ... of the steps."""
    states: list[AnySchedule | None] = [doing.before]
    for step in doing.steps:
        states.append(after(states[-1], step))
    return tuple(states)


def _found_at(hands: Hands, doing: Doing, states: tuple[AnySchedule | None, ...]) -> Doing:
    """How far the writes are by the looks of the schedule, wherever a run before this one was cut off."""
    for pause in LOOKS:
        hands.sleep(pause)
        live, reached = _reached(hands, doing, states)
        if reached:
            return _at(doing, reached[-1], live)
    raise _moved(doing)


def _checked(
    hands: Hands, doing: Doing, states: tuple[AnySchedule | None, ...], *, patient: bool
) -> tuple[AnySchedule | None, Doing]:
    """The schedule right before the next write; that one may turn out to be made already, where its answer was lost.

    Lists may be stale for some seconds after a write: what looks like neither state is looked at again, and with
    `patient` what looks as if the last write did not arrive, too.
    """
    seen: AnySchedule | None = None
    untouched = False
    for pause in LOOKS:
        hands.sleep(pause)
        live, reached = _reached(hands, doing, states[: doing.done + 2])
        if reached and (reached[-1] > doing.done or not patient):
            return live, _at(doing, reached[-1], live)
        seen, untouched = live, bool(reached)
    if untouched:
        return seen, doing
    raise _moved(doing)


def _reached(
    hands: Hands, doing: Doing, states: tuple[AnySchedule | None, ...]
) -> tuple[AnySchedule | None, list[int]]:
    """The schedule, and which of the states from `done` on it looks like."""
    live = look(hands, doing)
    now = hands.now()
    mine = standing(live, now)
    return live, [n for n in range(doing.done, len(states)) if standing(states[n], now) == mine]


def _at(doing: Doing, done: int, live: AnySchedule | None) -> Doing:
    return replace(doing, done=done, schedule=live.id if live else None)


def _moved(doing: Doing) -> Moved:
    name = doing.name or doing.schedule
    return Moved(
        f"{name} ({doing.role}) has changed since it was shown: what stands there is neither what was shown nor what "
        "our own writes leave. Nothing more was written. Look again with: watchbill push"
    )
