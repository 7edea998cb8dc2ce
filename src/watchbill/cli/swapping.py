"""`swap`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watchbill.cli.base import AsJson, command, folder_of, note, say, say_folded, say_json

if TYPE_CHECKING:
    from watchbill.report.exchanges import Choice
    from watchbill.report.words import People
    from watchbill.swapping import Exchange, Offered, Swaps

SEARCHING = "looking for takers"


@command("watchbill swap 'ana 2027-02-08'")
def swap(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SHIFT]", help="A shift: its id, or ana 2027-02-08. Without: the shifts on offer."),
    ] = None,
    person: Annotated[str | None, typer.Option(metavar="WHO", help="Only what this person has a part in.")] = None,
    most: Annotated[int, typer.Option(metavar="NUMBER", min=1, max=50, help="How many of each kind to show.")] = 3,
    since: Annotated[
        str,
        typer.Option("--from", metavar="WHEN", help="now, 2027-02-10T14:00 on the team's clock, or a date."),
    ] = "now",
    as_json: AsJson = False,
) -> None:
    """Find who can take a shift: for nothing, in exchange for one of theirs, or in a round of three. Writes nothing.

    All rules hold in what is shown. The best come first, by the plan's tiers: rules, fairness, wishes. In rounds of
    three nobody ends worse off by their own wishes. Each comes with the command that decides it.
    """
    from watchbill import swapping
    from watchbill.cli.deciding import moment_of
    from watchbill.cli.progress import progress

    folder = folder_of(context)
    at = moment_of(folder, since)
    again = None if since == "now" else since
    if words:
        shift = " ".join(words)
        with progress(shift, doing=SEARCHING):
            found = swapping.swaps(folder, shift, at, person=person, most=most)
        _tell_json(found, again) if as_json else _tell(found, again)
        return
    with progress("shifts on offer", doing=SEARCHING):
        offered = swapping.offers(folder, at, person=person, most=most)
    _tell_offers_json(offered, again) if as_json else _tell_offers(offered, again)


# ------------------------------------------------------------------------------------------------------------ tell


def _tell(found: "Swaps", again: str | None) -> None:
    from watchbill.report import words

    people, zone_name = found.people, found.zone
    lot = found.lot
    when = f"{words.moment(lot.span.start, zone_name)} to {words.until(lot.span.end, lot.span.start, zone_name)}"
    say_folded(f"{lot.shift.id}, held by {words.name(lot.holder, people)}, {when} · times in {zone_name}")
    kinds = (("Taken for nothing in return", found.gives), ("Swaps of two", found.pairs))
    for title, listed in (*kinds, ("Rounds of three, nobody worse off by their own wishes", found.rounds)):
        say("")
        say(f"{title}: {'' if listed else 'none.'}".rstrip())
        _list(listed, people, zone_name, again)


def _list(listed: "Sequence[Exchange]", people: "People", zone_name: str, again: str | None) -> None:
    from watchbill.report import exchanges

    for number, exchange in enumerate(listed, 1):
        first, *others = exchanges.lines(_choice(exchange, again), people, zone_name)
        say_folded(f"{number:>2}. {first}", 6 - (number < 10))
        for line in others:
            # A command is to be copied, so it stays in one line.
            (say if line.lstrip().startswith("watchbill ") else say_folded)(f"    {line}")


def _choice(exchange: "Exchange", again: str | None) -> "Choice":
    from watchbill.report.exchanges import Choice, command

    made = exchange.effect
    return Choice(made.decisions, made.before, made.after, made.costs, made.come, command(exchange.words, again))


def _tell_offers(offered: "Sequence[Offered]", again: str | None) -> None:
    if not offered:
        say("Nobody offers a shift. People do it in their availability file: offers: [primary/week/2027-02-08]")
    for n, offer in enumerate(offered):
        if n:
            say("")
        if offer.swaps is None:
            note(f"{offer.person} offers {offer.shift}: {offer.problem}")
        else:
            _tell(offer.swaps, again)


def _tell_json(found: "Swaps", again: str | None) -> None:
    say_json(_as_json(found, again))


def _tell_offers_json(offered: "Sequence[Offered]", again: str | None) -> None:
    say_json(
        [
            {
                "person": offer.person,
                "shift": offer.shift,
                "problem": offer.problem or None,
                "found": _as_json(offer.swaps, again) if offer.swaps else None,
            }
            for offer in offered
        ]
    )


def _as_json(found: "Swaps", again: str | None) -> dict[str, Any]:
    from watchbill.report import exchanges
    from watchbill.times import iso

    kinds = {"gives": found.gives, "pairs": found.pairs, "rounds": found.rounds}
    lot = found.lot
    return {
        "shift": lot.shift.id,
        "holder": lot.holder,
        "start": iso(lot.span.start),
        "end": iso(lot.span.end),
        **{kind: [exchanges.as_json(_choice(one, again)) for one in listed] for kind, listed in kinds.items()},
    }
