"""`check` says which offers of shifts nobody sees."""

from pathlib import Path

from tiny import ANA, PERIOD, Cli


def test_check_warns_of_offers_that_no_published_plan_knows(team: Path, cli: Cli) -> None:
    offers = "offers: [primary/week/2027-01-04]\n"
    (team / "availability" / "ana.yaml").write_text(ANA + offers, encoding="utf-8")
    ended = cli("-C", team, "check", PERIOD)
    assert ended.code == 0
    assert "availability/ana.yaml:4:10  warning: primary/week/2027-01-04 is in no published plan" in ended.out
