from datetime import date, datetime

import pytest

from builders import at, person, span
from watchbill.clocks import off_rota, stays, wall_at, zone_at
from watchbill.domain import ShareStep, Travel
from watchbill.times import Dates

TOKYO = Travel(Dates(date(2027, 3, 3), date(2027, 3, 4)), "Asia/Tokyo")  # 15:00 UTC on 2 March to 15:00 on 4 March
PARIS = Travel(Dates(date(2027, 3, 4), date(2027, 3, 5)), "Europe/Paris")  # 23:00 UTC on 3 March to 23:00 on 5 March
ANA = person("ana", "America/Sao_Paulo", travel=(TOKYO,))


@pytest.mark.parametrize(
    ("when", "where"),
    [
        ("2027-03-02T14:59", "America/Sao_Paulo"),
        ("2027-03-02T15:00", "Asia/Tokyo"),
        ("2027-03-04T14:59", "Asia/Tokyo"),
        ("2027-03-04T15:00", "America/Sao_Paulo"),
    ],
)
def test_a_journey_lasts_whole_days_of_the_place(when: str, where: str) -> None:
    assert zone_at(ANA, at(when)).key == where


def test_the_clock_of_a_traveller_is_that_of_the_place() -> None:
    assert wall_at(ANA, at("2027-03-01T12")) == datetime.fromisoformat("2027-03-01T09:00")
    assert wall_at(ANA, at("2027-03-03T12")) == datetime.fromisoformat("2027-03-03T21:00")


def test_the_later_line_wins_where_journeys_overlap() -> None:
    both = person("ana", "UTC", travel=(TOKYO, PARIS))
    assert zone_at(both, at("2027-03-04T00")).key == "Europe/Paris"
    assert zone_at(person("ana", "UTC", travel=(PARIS, TOKYO)), at("2027-03-04T00")).key == "Asia/Tokyo"


def test_a_span_is_cut_where_the_zone_changes() -> None:
    pieces = list(stays(ANA, span("2027-03-02T00", "2027-03-06T00")))
    assert [(piece.start, piece.end, tz.key) for piece, tz in pieces] == [
        (at("2027-03-02T00"), at("2027-03-02T15"), "America/Sao_Paulo"),
        (at("2027-03-02T15"), at("2027-03-04T15"), "Asia/Tokyo"),
        (at("2027-03-04T15"), at("2027-03-06T00"), "America/Sao_Paulo"),
    ]


def test_a_span_that_ends_at_the_departure_is_one_piece() -> None:
    whole = span("2027-03-02T00", "2027-03-02T15")
    assert [piece for piece, _ in stays(ANA, whole)] == [whole]


@pytest.mark.parametrize(
    ("start", "end", "off"),
    [
        ("2027-02-01T00", "2027-02-02T00", None),
        ("2027-01-31T23", "2027-02-02T00", date(2027, 1, 31)),
        ("2027-03-30T00", "2027-04-01T00", None),  # the last day counts to its end
        ("2027-03-30T00", "2027-04-01T01", date(2027, 4, 1)),
    ],
)
def test_days_before_joining_and_after_leaving_are_off_the_rota(start: str, end: str, off: date | None) -> None:
    cy = person("cy", joined=date(2027, 2, 1), left=date(2027, 3, 31))
    assert off_rota(cy, [span(start, end)]) == off


def test_days_without_a_share_are_off_the_rota() -> None:
    bo = person("bo", shares=(ShareStep(date(2027, 2, 1), 0), ShareStep(date(2027, 3, 1), 50)))
    spans = [span("2027-01-31T00", "2027-02-01T00"), span("2027-02-02T00", "2027-02-03T00")]
    assert off_rota(bo, spans) == date(2027, 2, 2)
    assert off_rota(bo, spans[:1]) is None
    assert off_rota(bo, [span("2027-03-01T00", "2027-03-05T00")]) is None


def test_dates_are_those_of_the_home_clock() -> None:
    late = person("cy", "Asia/Singapore", joined=date(2027, 2, 1))
    assert off_rota(late, [span("2027-01-31T16", "2027-01-31T20")]) is None
    assert off_rota(late, [span("2027-01-31T15", "2027-01-31T20")]) == date(2027, 1, 31)
