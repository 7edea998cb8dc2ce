"""`staffing`."""

from typing import TYPE_CHECKING, Annotated

import typer

from watchbill.cli.base import AsJson, PeriodText, command, folder_of, out, period_of, say, say_json
from watchbill.cli.supposing import period_meant
from watchbill.cli.watching import end_if, shown, watched
from watchbill.errors import WrongUsage

if TYPE_CHECKING:
    from watchbill.needs import Staffing
    from watchbill.solve.limits import Watch


@command("watchbill staffing 2027-Q1 --at-most 25%")
def staffing(
    context: typer.Context,
    period: PeriodText = None,
    at_most: Annotated[
        str, typer.Option(metavar="PERCENT", help="How much of anyone's time may be on call, for the third number.")
    ] = "25%",
    no_growth: Annotated[
        bool, typer.Option("--no-growth", help="Do not ask which month breaks first as leave grows.")
    ] = False,
    seed: Annotated[
        int, typer.Option(metavar="NUMBER", min=0, max=2**31 - 1, help="For the leave that is simulated.")
    ] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show how many people it takes at each site, and which month breaks first as leave grows. Nothing is written.

    Fewer are ruled out by counting, or by two solves that agree. Ctrl-C ends with what is known, and exit code 130.
    """
    from watchbill.report import staffing as tables
    from watchbill.shelf import shelf
    from watchbill.staffing import staffing as asked

    folder = folder_of(context)
    wanted = period_of(period) or period_meant(shelf(folder), None)
    percent = _percent(at_most)

    def call(watch: "Watch") -> "Staffing":
        return asked(folder, wanted, at_most=percent, growth=not no_growth, seed=seed, watch=watch)

    worked = watched(f"staffing, {wanted}", call, quiet=quiet, said=shown)
    done = worked.result
    if as_json:
        say_json(tables.as_json(done))
    else:
        say(f"{done.period}: how many people it takes{'' if done.complete else ', as far as it was asked: stopped'}.")
        if left_out := tables.left_out(done):
            say(left_out)
        for site in done.sites:
            out("", tables.site(site, percent))
    end_if(worked.interrupted and not done.complete)


def _percent(text: str) -> int:
    from watchbill.fields import percent

    try:
        found = percent(text)
    except ValueError as error:
        raise WrongUsage(f"--at-most: {error}") from None
    if not 1 <= found <= 100:
        raise WrongUsage(f'--at-most: "{text}" is not between 1% and 100%. Write it as 25%.')
    return found
