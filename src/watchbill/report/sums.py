"""Tables of what a plan adds up to: loads and balances, how good it is proven to be, what its rules say of it."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table

from watchbill.domain import BUCKETS
from watchbill.report.measures import evened, gini, spread
from watchbill.report.tables import spaced, table, titled
from watchbill.report.words import People, day, heading, literal, name
from watchbill.results import Account, Draft, Finding, Tier
from watchbill.texts import hours

MOST_SOFT = 20
_FAR = 0.1
_QUIET = {"burden"}


# ----------------------------------------------------------------------------------------------------------- loads


def loads(draft: Draft, people: People) -> RenderableType:
    """For each bucket that weighs anything: everyone's load, reference, difference and balance in hours."""
    weighed = [b for b in BUCKETS if any(a.load.get(b) or a.reference.get(b) for a in draft.people)]
    if not weighed:
        return literal(heading(draft, "no loads"))
    title = literal(heading(draft, "load in hours"), "bold")
    return Group(title, *spaced([_bucket(draft.people, bucket, people) for bucket in weighed]))


def _bucket(accounts: Sequence[Account], bucket: str, people: People) -> Group:
    made = table()
    made.add_column("person", overflow="fold", max_width=26)
    for head in ("load", "reference", "difference", "before", "after"):
        made.add_column(head, justify="right", no_wrap=True)
    for account in accounts:
        made.add_row(literal(name(account.person, people)), *_sums([account], bucket))
    made.add_section()
    made.add_row("total", *_sums(accounts, bucket))
    even = evened(accounts, bucket)
    measures = f"spread {hours(round(spread(even)))} h, Gini {float(gini(even)):.3f}, at equal references"
    return titled(f"bucket {bucket}", made, measures)


def _sums(accounts: Sequence[Account], bucket: str) -> list[str]:
    load, reference, before, after = (
        sum(found.get(bucket, 0) for found in column)
        for column in zip(*((a.load, a.reference, a.before, a.after) for a in accounts), strict=True)
    )
    shown = (hours(amount, sign=True) for amount in (load - reference, before, after))
    return [hours(load), hours(reference), *shown]


# ----------------------------------------------------------------------------------------------------------- tiers


def tiers(draft: Draft) -> RenderableType:
    """How each tier came out, in order: its value, the bound, and in words what is proven."""
    made = table()
    made.add_column("tier")
    made.add_column("value", justify="right")
    made.add_column("bound", justify="right")
    made.add_column("proof", overflow="fold")
    for tier in draft.tiers:
        made.add_row(literal(tier.name), str(tier.value), str(tier.bound), proof(tier))
    return titled(heading(draft, draft.status), made, *_further(draft.tiers))


def _further(tiers: Sequence[Tier]) -> list[str]:
    """What to do next where much is not proven."""
    far = [tier.name for tier in tiers if tier.gap > _FAR]
    more = "More work may do better: plan again with --effort or a longer --time-limit."
    return [f"Far from proven: {', '.join(far)}. {more}"] if far else []


def proof(tier: Tier) -> str:
    """What is known about a tier, in words."""
    spent = tier.value - tier.best
    slack = f"; +{spent} for later tiers" if spent > 0 else ""
    if tier.proven:
        return f"best {tier.best} is proven{slack}" if spent > 0 else "proven best"
    # Of what is near 0, or below it, a percentage says nothing.
    better = f"{tier.gap:.1%}" if tier.gap <= 1 else str(tier.best - tier.bound)
    return f"at most {better} better is possible{slack}"


# -------------------------------------------------------------------------------------------------------- findings


def findings(draft: Draft) -> RenderableType:
    """What rules found: hard breaks first, then the costliest soft ones with a count of the rest, by date."""
    hard = [finding for finding in draft.findings if finding.hard]
    soft = [finding for finding in draft.findings if not finding.hard and finding.tier not in _QUIET]
    if not hard and not soft:
        return literal("No findings.")
    parts: list[RenderableType] = []
    if hard:
        parts += [literal(f"{len(hard)} to fix", "bold red"), _listed(hard)]
    if soft:
        parts += [literal(f"{len(soft)} with a cost", "bold"), _listed(_costliest(soft))]
    if len(soft) > MOST_SOFT:
        parts.append(literal(f"… and {len(soft) - MOST_SOFT} more that cost less or as much."))
    return Group(*parts)


def _costliest(soft: Sequence[Finding]) -> list[Finding]:
    ranked = sorted(range(len(soft)), key=lambda n: -soft[n].cost)[:MOST_SOFT]
    return [soft[n] for n in sorted(ranked)]


def _listed(listed: Sequence[Finding]) -> Table:
    made = Table.grid(padding=(0, 2))
    made.add_column(no_wrap=True)
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    often = Counter((finding.day, finding.rule, finding.sentence) for finding in listed)
    for finding in listed:
        again = often[finding.day, finding.rule, finding.sentence] > 1 and finding.tier is not None
        cost = f" (cost {finding.cost}{f' in {finding.tier}' if again else ''})" if finding.cost else ""
        when = day(finding.day) if finding.day else ""
        made.add_row(when, literal(finding.rule), literal(finding.sentence + cost))
    return made
