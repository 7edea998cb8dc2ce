import csv
import io
import subprocess
import sys

from builders import span
from drafts import account, draft, held, holding, shift, split, week
from watchbill.report.frames import people, shifts, to_csv


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_there_is_a_row_for_each_part_and_each_hole() -> None:
    whole = held("primary/daily/2027-01-04", "ana", "2027-01-04T00")
    cut = split(whole, ("ana", "2027-01-04T00", "2027-01-04T18"), ("bo", "2027-01-04T18", "2027-01-05T00"))
    found = rows(to_csv(shifts(draft(cut, held("primary/daily/2027-01-05", None, "2027-01-05T00")))))
    assert [(row["person"], row["start"], row["hours"]) for row in found] == [
        ("ana", "2027-01-04T00:00Z", "18.00"),
        ("bo", "2027-01-04T18:00Z", "6.00"),
        ("", "2027-01-05T00:00Z", "24.00"),
    ]


def test_hours_are_those_on_call() -> None:
    hours = (span("2027-01-04T09", "2027-01-04T17"), span("2027-01-05T09", "2027-01-05T16:45"))
    office = holding(shift("primary/days/2027-01-04", "2027-01-04T09", gaps=hours), "ana")
    assert rows(to_csv(shifts(draft(office))))[0]["hours"] == "15.75"


def test_people_have_a_row_for_each_bucket() -> None:
    found = rows(to_csv(people(draft(people=(account("ana", 17050, 16800, -100),)))))
    assert [row["bucket"] for row in found] == ["all", "night", "weekend", "holiday"]
    assert found[0] == {
        "person": "ana", "bucket": "all", "load": "170.50", "reference": "168.00", "difference": "2.50",
        "before": "-1.00", "after": "1.50",
    }  # fmt: skip


def test_csv_of_nothing_is_its_header() -> None:
    assert to_csv(shifts(draft())) == "shift,role,layer,seat,person,start,end,hours,pinned,changed\n"


def test_csv_is_the_same_each_time() -> None:
    assert to_csv(shifts(draft(*week("primary", "ana bo")))) == to_csv(shifts(draft(*week("primary", "ana bo"))))


def test_pandas_loads_only_when_a_frame_is_asked_for() -> None:
    code = "import sys; import watchbill.report.frames; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
