"""`feeds write`, `feeds show` and `feeds revoke`."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchbill.cli.base import AsJson, command, feeds, folder_of, note, now, say, say_json
from watchbill.errors import WrongUsage, did_you_mean

if TYPE_CHECKING:
    from watchbill.feeding import Link, Written

_ADDRESS = "publish: {feeds: {url: https://calendars.example.com/feeds}}"
_APPS = """\
How to subscribe, and when a change shows:
- Google Calendar: on the web, Other calendars, +, From URL: the https link.
  It may show changes a day late, and has no button to refresh.
- Outlook: Add calendar, Subscribe from web: the https link. It may take some
  hours, up to a day.
- Apple Calendar: open the webcal link, on an iPhone too. It looks as often as
  its settings say, from every 5 minutes to once a week.
- Thunderbird: New Calendar, On the Network: the https link. It looks every
  30 minutes, unless set otherwise.
So tell people of changes that matter today yourself.
"""


# ----------------------------------------------------------------------------------------------------------- write


@command("watchbill feeds write --out public/feeds", feeds)
def write(
    context: typer.Context,
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="DIR|URL", help="A folder or store; feeds/ in the team's folder if not given."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the feeds of all published plans as files for a web server: of each person, each role, the team, and swaps.

    A store is an address such as s3://bucket/feeds. Only files that differ are written, feeds that are over are
    removed, and other files are left alone. The links are kept in .watchbill/feeds.txt. The feed key comes from
    WATCHBILL_FEED_KEY or .watchbill/feed.key, and is made if there never was one.
    """
    from watchbill import feeding

    folder = folder_of(context)
    new = not _registered(folder)
    done = feeding.write(folder, feeding.secret(folder, os.environ, note), out, now=now(), told=note)
    _written_json(done) if as_json else _tell(done)
    if new and _registered(folder):
        note("note: links begin to live. Commit feeds.json, and share .watchbill/feed.key with who else writes feeds.")


def _registered(folder: Path) -> bool:
    return (folder / "feeds.json").exists()


def _tell(done: "Written") -> None:
    if done.changed:
        say(f"changed: {', '.join(link.feed.key for link in done.changed)}")
    counts = f"{_many(len(done.links), 'feed')} in {done.where}, {len(done.changed)} of them changed"
    say(f"{counts}, {done.removed} old removed." if done.removed else f"{counts}.")
    say(f"Their links are in {done.listed}, or: watchbill feeds show")


def _written_json(done: "Written") -> None:
    say_json(
        {
            "where": done.where,
            "feeds": [link.feed.key for link in done.links],
            "changed": [link.feed.key for link in done.changed],
            "removed": done.removed,
            "links": str(done.listed),
        }
    )


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


# ------------------------------------------------------------------------------------------------------------ show


@command("watchbill feeds show --person ana", feeds)
def show(
    context: typer.Context,
    person: Annotated[str | None, typer.Option("--person", metavar="ID", help="One person's link only.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the links of feeds, how to subscribe with calendar apps, and how late each may be.

    Whoever knows a link can read the feed.
    """
    from watchbill import feeding

    folder = folder_of(context)
    found = feeding.published(folder, feeding.secret(folder, os.environ, note), now=now()).links
    links = found if person is None else _of(person, found)
    if as_json:
        say_json([_as_json(link) for link in links])
        return
    for link in links:
        _show(link)
    if links[0].url:
        say(_APPS)
    else:
        say("These are names, since no address is set up. Once they are on the web, write")
        say(f"the address that stands before them into team.yaml:\n  {_ADDRESS}")


def _of(person: str, links: Sequence["Link"]) -> list["Link"]:
    people = {link.feed.id: link for link in links if link.feed.kind == "person"}
    if person not in people:
        raise WrongUsage(f'nobody with a feed is called "{person}". {did_you_mean(person, people)}'.rstrip())
    return [people[person]]


def _show(link: "Link") -> None:
    from watchbill.texts import printable

    whose = "" if link.whose in (link.feed.id, link.feed.key) else f": {printable(link.whose)}"
    say(f"{link.feed.key}{whose}{' (public)' if link.public else ''}")
    for address in (link.url, _webcal(link)) if link.url else (link.name,):
        say(f"  {address}")
    say("")


def _webcal(link: "Link") -> str | None:
    """The link as calendar apps open it by themselves."""
    return f"webcal://{link.url.partition('://')[2]}" if link.url else None


def _as_json(link: "Link") -> dict[str, object]:
    return {
        "feed": link.feed.key,
        "whose": link.whose,
        "name": link.name,
        "url": link.url,
        "webcal": _webcal(link),
        "public": link.public,
    }


# ---------------------------------------------------------------------------------------------------------- revoke


@command("watchbill feeds revoke ana", feeds)
def revoke(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[FEED]", help="A person, a role, team or swaps; person/ana if in doubt.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="End every link: start anew with a new feed key.")] = False,
) -> None:
    """End the link of a feed, so that a new one takes its place. The old one answers as if it had never been.

    What was written somewhere ends with the next feeds write; a running server sees it by itself.
    """
    from watchbill import revoking

    folder = folder_of(context)
    if every == (name is not None):
        raise WrongUsage("name one feed, such as ana, primary or team; or all of them with --all.")
    if name is None:
        revoking.revoke_all(folder, os.environ, note)
        say("Every link is dead, and there is a new feed key. Share it with who else writes or serves feeds.")
    else:
        say(f"The link of {revoking.revoke(folder, name, note).key} is dead, and the feed has a new one.")
    say("Commit feeds.json and run: watchbill feeds write. New links: watchbill feeds show")
