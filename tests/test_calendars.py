import re
import subprocess
import sys
from datetime import date

import holidays
import pytest
from holidays.registry import COUNTRIES

from builders import person
from watchbill.calendars import code_problem, holiday_dates, holidays_version, person_holidays
from watchbill.times import Dates

COMPANY = {"company": (date(2027, 3, 19), date(2028, 3, 17))}
YEAR = Dates(date(2027, 1, 1), date(2027, 12, 31))


def test_a_part_of_a_country_has_its_own_days_too() -> None:
    germany, berlin = (holiday_dates([code], [2027], {}) for code in ("DE", "DE-BE"))

    assert set(berlin) - set(germany) == {date(2027, 3, 8)}
    assert date(2027, 10, 3) in germany


def test_days_come_in_order_and_each_once() -> None:
    days = holiday_dates(["SE", "DE", "SE"], [2028, 2027], {})

    assert list(days) == sorted(set(days))
    assert {day.year for day in days} == {2027, 2028}


def test_both_the_day_and_the_observed_day_count() -> None:
    assert {date(2027, 7, 4), date(2027, 7, 5)} <= set(holiday_dates(["US"], [2027], {}))


def test_an_observed_new_year_of_the_next_year_counts_in_this_one() -> None:
    # 1 January 2028 is a Saturday.
    assert date(2027, 12, 31) in holiday_dates(["US"], [2027], {})


def test_a_team_list_wins_over_a_country_and_is_cut_to_the_years() -> None:
    assert holiday_dates(["company"], [2027], COMPANY) == (date(2027, 3, 19),)
    assert holiday_dates(["DE"], [2027], {"DE": (date(2027, 8, 1),)}) == (date(2027, 8, 1),)


def test_a_person_has_the_days_of_their_calendars_and_their_own() -> None:
    ana = person("ana", holidays=("company",), own_holidays=(date(2027, 1, 7), date(2028, 1, 7)))

    assert person_holidays(ana, YEAR, COMPANY) == (date(2027, 1, 7), date(2027, 3, 19))


def test_a_person_without_calendars_has_no_holidays() -> None:
    assert person_holidays(person("ana"), YEAR, COMPANY) == ()


def test_the_dates_asked_for_include_both_ends() -> None:
    days = Dates(date(2027, 12, 25), date(2027, 12, 26))

    assert person_holidays(person("ana", holidays=("DE",)), days, {}) == (date(2027, 12, 25), date(2027, 12, 26))


@pytest.mark.parametrize("code", ["DE", "DE-BE", "GB-SCT", "SG", "company"])
def test_a_known_code_has_no_problem(code: str) -> None:
    assert code_problem(code, 2027, COMPANY) is None


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("UK", 'unknown holiday calendar "UK". Did you mean "GB"?'),
        ("germny", 'unknown holiday calendar "germny". Did you mean "DE"?'),
        ("United Kingdom", 'unknown holiday calendar "United Kingdom". Did you mean "GB"?'),
        ("uk-sct", 'unknown holiday calendar "uk-sct". Did you mean "GB-SCT"?'),
        ("compny", 'unknown holiday calendar "compny". Did you mean "company"?'),
        ("XQ", "Write an ISO 3166 code, such as DE or DE-BE, or a name under calendars:."),
        ("", "Write an ISO 3166 code"),
        ("DE-Berlin", 'DE has no part "Berlin". Did you mean "DE-BE"?'),
        ("GB-XX", 'GB has no part "XX". Known: GB-ENG, GB-NIR, GB-SCT, GB-WLS.'),
        ("DE-", 'DE has no part "". Known: '),
        ("SG-01", 'the holidays of SG are the same everywhere. Write "SG".'),
        ("UA", 'no public holiday is known for "UA" in 2027. List the days under calendars:'),
    ],
)
def test_an_unusable_code_is_named_with_its_remedy(code: str, sentence: str) -> None:
    assert sentence in str(code_problem(code, 2027, COMPANY))


def test_a_year_without_days_is_told_though_the_year_before_has_some() -> None:
    assert code_problem("UA", 2022, ()) is None
    assert 'no public holiday is known for "UA" in 2023' in str(code_problem("UA", 2023, ()))


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(ValueError, match='unknown holiday calendar "XQ"'):
        holiday_dates(["XQ"], [2027], {})


def test_the_version_of_the_package_is_told() -> None:
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?", holidays_version())


@pytest.mark.parametrize("country", sorted(names[1] for names in COUNTRIES.values()))
def test_a_country_loaded_alone_has_the_days_that_the_package_gives(country: str) -> None:
    expected = holidays.country_holidays(country, years=[2027, 2028], expand=False)

    assert list(holiday_dates([country], [2027], {})) == sorted(day for day in expected if day.year == 2027)


def test_one_country_does_not_load_the_others() -> None:
    code = (
        "import sys; from watchbill.calendars import holiday_dates; assert 'holidays' not in sys.modules;"
        "holiday_dates(['DE-BE'], [2027], {}); assert 'holidays.countries' not in sys.modules"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
