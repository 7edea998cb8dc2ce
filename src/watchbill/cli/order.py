"""The commands as one group: in what order the help shows them, and how one ends that Ctrl-C interrupts."""

import sys
from typing import Any

from typer import Abort, Exit
from typer.core import TyperGroup

from watchbill.endings import ABORTED, INTERRUPTED, clean_up_first

# As a team meets them, from the first plan to its calendars and PagerDuty.
ORDER = (
    *("demo", "init", "check", "plan", "show", "audit", "explain", "diff", "report", "publish"),
    *("replan", "assign", "relieve", "swap", "what-if", "staffing", "ledger", "compare"),
    *("feeds", "serve"),
    *("push", "rollback", "drift", "who", "drill", "sandbox", "import", "schema"),
)
HOMELESS = ("demo", "init", "schema")  # need no team's folder


class InOrder(TyperGroup):
    """A group whose commands come in the order above; one that is not named there comes last."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        place = {name: n for n, name in enumerate(ORDER)}
        self.commands = dict(sorted(self.commands.items(), key=lambda named: place.get(named[0], len(ORDER))))

    def invoke(self, ctx: Any) -> Any:
        """Runs a command; what Ctrl-C interrupts is told in a sentence, also where a question was asked."""
        clean_up_first()
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise _ended(INTERRUPTED, ABORTED) from None
        except Abort as abort:
            if isinstance(abort.__context__, EOFError):
                raise _ended("there was no answer; nothing was written.", 1) from None
            raise _ended("interrupted; nothing was written.", ABORTED) from None


def _ended(sentence: str, code: int) -> Exit:
    sys.stderr.write(f"\n{sentence}\n" if sys.stderr.isatty() else f"{sentence}\n")
    return Exit(code)
