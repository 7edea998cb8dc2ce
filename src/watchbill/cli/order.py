"""The order of the commands in the help: as a team meets them, from the first plan to its calendars and PagerDuty."""

from typing import Any

from typer.core import TyperGroup

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
