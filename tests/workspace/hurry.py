"""What people hand in in a hurry: files, the place of the one mistake in them, and what its sentence says."""

from collections.abc import Mapping

from folders import TEAM, ana

TY = "team.yaml"
AY = "availability/ana.yaml"
AC = "availability/ana.csv"
ALL = "availability/all.csv"
Files = Mapping[str, str | bytes]

CASES: dict[str, tuple[Files, str, str]] = {}


def case(name: str, files: Files, place: str, sentence: str) -> None:
    assert name not in CASES, name
    CASES[name] = (files, place, sentence)


def line(name: str, text: str, place: str, sentence: str) -> None:
    """A line of ana's YAML file, at line 2."""
    case(name, ana(text + "\n"), f"{AY}:{place}", sentence)


def row(name: str, text: str, place: str, sentence: str) -> None:
    """A row of ana's CSV file, at line 2."""
    rows(name, f"kind;from;to;weight;note\n{text}\n", place, sentence)


def rows(name: str, text: str | bytes, place: str, sentence: str) -> None:
    """The whole of ana's CSV file."""
    case(name, {TY: TEAM, AC: text}, f"{AC}:{place}", sentence)


def many(name: str, text: str, place: str, sentence: str) -> None:
    """The whole of a CSV file for everybody."""
    case(name, {TY: TEAM, ALL: text}, f"{ALL}:{place}", sentence)


# ---------------------------------------------------------------------------------------------- YAML: dates and times
line("range without an end", "leave: [2026-12-24..]", "2:9", "lacks its end. Write it as 2026-12-24..2027-01-02")
line("range without a start", "leave: [..2026-12-24]", "2:9", "lacks its start")
line("number of a spreadsheet", "leave: [46380]", "2:9", "as spreadsheets count days. Write 2026-12-24")
line("slashes, year first", "leave: [2026/12/24]", "2:9", "Write 2026-12-24")
line(
    "day that can only be a day", "leave: [24/12/2026]", "2:9", "is not a date as it is written here. Write 2026-12-24"
)
line("year of two digits", "leave: [24.12.26]", "2:9", "Write 2026-12-24")
line("month in words", "leave: [24 Dec 2026]", "2:9", "Write 2026-12-24")
line("month in German", "leave: [24. Dezember 2026]", "2:9", "Write 2026-12-24")
line("month in French", "leave: [24 décembre 2026]", "2:9", "Write 2026-12-24")
line("month first", 'leave: ["Dec 24, 2026"]', "2:9", "Write 2026-12-24")
line("date without dashes", "leave: [20261224]", "2:9", "Write 2026-12-24")
line("one digit", "leave: [2027-1-4]", "2:9", "lacks a zero. Write 2027-01-04")
line("29 February", "leave: [2027-02-29]", "2:9", "February 2027 has 28 days")
line("week", "leave: [2027-W05]", "2:9", r"no single day. Write 2027-02-01\.\.2027-02-07")
line("month alone", "leave: [2027-02]", "2:9", r"no single day. Write 2027-02-01\.\.2027-02-28")
line("quarter", "answered_through: 2027-Q1", "2:19", r"no single day. Write 2027-01-01\.\.2027-03-31, or one day")
line(
    "range of another spelling",
    "leave: [24.12.2026 - 31.12.2026]",
    "2:9",
    r"ranges are here. Write 2026-12-24\.\.2026-12-31",
)
line("end without its year", "leave: [2026-12-24..01-02]", "2:9", '"01-02" is no date')
line("in words", "leave: [next week]", "2:9", "no date. Write it as 2027-03-08")
line("text after a date", "leave: [2027-01-01 moving]", "2:9", "Write {date: 2027-01-01, note: …}")
line("seconds", "leave: ['2027-02-01 13:00:00..18:00']", "2:9", "Write 2027-02-01 13:00")
line("afternoon", "leave: ['2027-02-01 1:00 PM..6:00 PM']", "2:9", "Write 2027-02-01 13:00")
line("ISO with T", "leave: [2027-02-01T13:00..2027-02-01T18:00]", "2:9", "Write 2027-02-01 13:00")
line("times with points", "leave: [2027-02-01 13.00..18.00]", "2:9", r"Write it as 2027-02-01 13:00\.\.18:00")
line("times with a dash", "leave: [2027-02-01 13:00-18:00]", "2:9", r"Write it as 2027-02-01 13:00\.\.18:00")
line("no time at all", "leave: [2027-02-01 18:00..18:00]", "2:9", "ends when it starts")
line("time without its date", "leave: [{from: 13:00, to: 18:00}]", "2:16", "lacks its date")

# ------------------------------------------------------------------------------------------- YAML: weekdays and hours
line("weekday in German", "never: [Donnerstag]", "2:9", 'Did you mean "thu"')
line("weekday in French", "never: [lundi]", "2:9", 'Did you mean "mon"')
line("weekday in Spanish", "never: [sábado]", "2:9", 'Did you mean "sat"')
line("weekdays with a dash", "never: [mon-fri]", "2:9", r"Write mon\.\.fri")
line("weekdays in one text", 'never: ["sat, sun"]', "2:9", r"Write \[sat, sun\]")
line("no weekday", "never: [{days: []}]", "2:9", "names no day")
line("wish without a weekday", "prefer: [{days: [], weight: 2}]", "2:10", "names no time")
line("hours with a dash", "avoid: [{days: [fri], hours: 9-17}]", "2:30", r"Write 09:00\.\.17:00")
line("hours that can be two things", "avoid: [{days: [fri], hours: 9-5}]", "2:30", r"Write it as 09:00\.\.17:00")
line("hours in English", "avoid: [{days: [fri], hours: 10pm..6am}]", "2:30", '"10pm" is no time of day. Write 22:00')
line("hour alone", "avoid: [{days: [fri], hours: 17..24}]", "2:30", '"17" is no time of day. Write 17:00')
line("kind of hours in the singular", "prefer: [night]", "2:10", 'Did you mean "nights"')
line("unknown kind of hours", "prefer: [evenings]", "2:10", "Write 2027-03-08, fri or nights")
line(
    "hours of a day of leave", "leave: [{date: 2027-02-01, hours: 13:00..18:00}]", "2:28", "Write times beside the date"
)

# ------------------------------------------------------------------------------------------------------ YAML: shapes
line("key with a capital", "Leave: []", "2:1", 'unknown key "Leave". Did you mean "leave"')
line("date as a key", "leave: [{2027-01-01: moving}]", "2:10", "a date is no key. Write it as date: 2027-01-01")
line("day for date", "leave: [{day: 2027-02-01}]", "2:10", 'unknown key "day". Did you mean "date"')
line("dash without a blank", "leave:\n  -2027-01-01", "3:3", 'Write "- 2027-01-01" with a space')
line("list without brackets", "leave: 2027-01-01, 2027-01-02", "2:8", r"Write leave: \[2027-01-01, 2027-01-02\]")
line("several dates in dates", "leave: [{dates: [2027-01-01, 2027-01-02]}]", "2:17", "found a list. Write it as dates")
line("note as a list", "leave: [{date: 2027-01-01, note: [x]}]", "2:34", "Write it as note: ")
line("travel in words", "travel: [2027-03-03..2027-03-20 Tokyo]", "2:10", r"Write travel: \[\{dates: ")
line(
    "travel without its zone",
    "travel: [{dates: 2027-03-03..2027-03-20}]",
    "2:10",
    '"timezone" is missing. Add it: timezone: Europe/Berlin',
)
line(
    "travel by a fixed offset",
    "travel: [{dates: 2027-03-03..2027-03-20, timezone: GMT+2}]",
    "2:52",
    "fixed offset or an old name. Write a city",
)
line(
    "travel by an old name",
    "travel: [{dates: 2027-03-03..2027-03-20, timezone: EST}]",
    "2:52",
    "fixed offset or an old name. Write a city",
)
line(
    "travel to a misspelt city",
    "travel: [{dates: 2027-03-03..2027-03-20, timezone: Europe/Madrd}]",
    "2:52",
    'Did you mean "Europe/Madrid"',
)
line("limits as a mapping", "limits: {count: shifts, at_most: 2}", "2:1", r"Write limits: \[\{count: shifts")
line("limits in words", "limits: [2 per month]", "2:10", r"Write limits: \[\{count: shifts")
line("weight in words", "avoid: [{days: [fri], weight: high}]", "2:31", "no whole number")
line("approved by somebody", "never: [{days: [sat], approved: by Bo}]", "2:33", "neither yes nor no")
case(
    "ending in capitals", {TY: TEAM, "availability/ana.YAML": "x"}, "availability/ana.YAML:1:1", "Rename it to ana.yaml"
)
case("spreadsheet", {TY: TEAM, "availability/all.xlsx": b"PK"}, "availability/all.xlsx:1:1", "Save it as CSV UTF-8")

# ------------------------------------------------------------------------------------------------------- CSV: header
rows("CSV without a header", "leave;2026-12-24;2027-01-02\n", "1:1", "does not name the columns. Add it: kind,from")
rows("header in German", "kind;Von;to\nleave;2026-12-24;\n", "1:6", 'unknown column "Von". Write "from"')
rows("header in French", "kind;from;to;Poids\n", "1:14", 'unknown column "Poids". Write "weight"')
rows("misspelt column", "kind;from;too\n", "1:11", 'unknown column "too". Did you mean "to"')
rows("unknown column", "kind;from;x\n", "1:11", 'unknown column "x". Known: approved, from')
rows("column twice", "kind;from;from\n", "1:11", 'the column "from" appears twice')
rows("no column for the kind", "from;to\n2027-01-01;\n", "1:1", 'the column "kind" is missing. Add it')
rows("column of zones", "kind;from;timezone\n", "1:11", 'no column "timezone": times are on the person\'s own clock')
rows(
    "rows that are one text", '"kind;from"\n"leave;2027-01-01"\n', "1:1", "one text in quotes. Remove the outer quotes"
)
many("nobody's rows", "kind,from\nleave,2027-01-01\n", "1:1", 'nobody is called "all".* needs a column "person"')
rows("empty CSV", "\n;;;\n", "1:1", "the file is empty. Name the columns")

# --------------------------------------------------------------------------------------------------------- CSV: rows
row("row of other separators", "leave,2027-01-01,,,", "2:1", "cut by commas.*Write it like the header")
row("semicolon in a note", "leave;2027-01-01;;;bus; train", "2:25", "more values than the header has columns.*quotes")
row("quote in a CSV that is not closed", 'leave;2027-01-01;;;"bus', "2:20", 'quote " is never closed')
row("quote that swallows rows", 'leave;2027-01-01;;;"bus\nleave;2027-01-02;;;"car"', "2:20", 'quote " is never closed')
row("text after a quote", 'leave;2027-01-01;;;"bus" 5', "2:26", "text stands after a closing quote")
row("typographic quote in a CSV", "leave;2027-01-01;;;“bus", "2:20", "typographic quote “")
row("kind in German", "Urlaub;2027-01-01", "2:1", '"Urlaub" is no kind. Did you mean "leave"')
row("kind in French", "Congés;2027-01-01", "2:1", '"Congés" is no kind. Did you mean "leave"')
row("misspelt kind", "leaf;2027-01-01", "2:1", '"leaf" is no kind. Did you mean "leave"')
row("no kind", ";2027-01-01", "2:1", "the kind is missing. Write leave, avoid or prefer")
row("never in a CSV", "never;2027-01-01", "2:1", r"Write them in YAML: never: \[sat\]")
row("no date in a CSV", "leave;;2027-01-01", "2:7", 'the date is missing. Write it in "from"')
row("weekday in a CSV", "avoid;fri", "2:7", "is for every week, and rows are for dates. Write it in YAML")
row("nights in a CSV", "avoid;nights", "2:7", "is for every week")
row("ambiguous date in a CSV", "leave;03/04/2026", "2:7", "can be 3 April or 4 March. Write 2026-04-03 or 2026-03-04")
row("date saved again", "leave;2026-12-20;24/12/2026", "2:18", "Write 2026-12-24")
row("date saved again in America", "leave;12/24/2026", "2:7", "Write 2026-12-24")
row("date saved again in Germany", "leave;24.12.2026", "2:7", "Write 2026-12-24")
row("date saved again in short", "leave;24-Dez-26", "2:7", "Write 2026-12-24")
row("number for a date", "leave;46380", "2:7", "as spreadsheets count days. Write 2026-12-24")
row("number for a date and time", "leave;46380.5;18:00", "2:7", r"Write 2026-12-24 12:00")
row("date and time saved again", "leave;24/12/2026 13:00:00;18:00", "2:7", "Write 2026-12-24 13:00")
row("impossible date in a CSV", "leave;2027-02-30", "2:7", "February 2027 has 28 days")
row("to before from in a CSV", "leave;2027-01-05;2027-01-01", "2:18", "ends .* before it starts")
row("time and no end", "leave;2027-01-05 13:00", "2:7", '"to" is empty. Write the end there, such as 18:00')
row("one end with a time in a CSV", "leave;2027-01-05 13:00;2027-01-06", "2:24", "Write both with a time, or none")
row("range beside an end", "leave;2027-01-05..2027-01-07;2027-01-09", "2:30", "is a range already. Leave this empty")
row("weight with a comma", "avoid;2027-01-05;;1,5", "2:19", '"1,5" is no whole number. Write 1 or 2')
row("weight that a spreadsheet made", "avoid;2027-01-05;;2.0", "2:19", '"2.0" is no whole number. Write 2.')
row("weight of nothing", "avoid;2027-01-05;;0", "2:19", "too small. Write 1 or more")
row("weight below zero", "avoid;2027-01-05;;-2", "2:19", "below zero")
row("weight in words in a CSV", "avoid;2027-01-05;;high", "2:19", "no whole number")
row("weight of leave", "leave;2027-01-05;;3", "2:19", '"weight" is for avoid and prefer only. Leave it empty')
rows("approved wish", "kind,from,approved\navoid,2027-01-05,true\n", "2:18", '"approved" is for leave only')
rows("approved perhaps in a CSV", "kind,from,approved\nleave,2027-01-05,maybe\n", "2:18", "neither yes nor no")
row("answered twice", "answered_through;2027-06-30\nanswered_through;2027-03-31", "3:1", "on line 2 already")
row("answered from to", "answered_through;2027-01-01;2027-03-31", "2:29", 'is one date. Write it in "from" alone')
row(
    "leave and prefer in a CSV",
    "leave;2027-01-01;2027-01-05\nprefer;2027-01-05",
    "3:1",
    '2027-01-05 is in "prefer" here and in "leave" on line 2. Keep one',
)
case(
    "leave and prefer in two files",
    {**ana("leave: [2027-01-01..2027-01-05]\n"), ALL: "person,kind,from\nana,prefer,2027-01-05\n"},
    f"{ALL}:2:1",
    f'in "prefer" here and in "leave" on line 2 of {AY}',
)

# ------------------------------------------------------------------------------------------------------- CSV: people
many("name for an id", "person,kind,from\nAna Souza,leave,2027-01-01\n", "2:1", 'unknown person.*Write the id: "ana"')
many("id with a capital in a CSV", "person,kind,from\nAna,leave,2027-01-01\n", "2:1", 'Did you mean "ana"')
many("misspelt person", "person,kind,from\nanna,leave,2027-01-01\n", "2:1", 'unknown person "anna". Did you mean "ana"')
many("row of nobody", "person,kind,from\n,leave,2027-01-01\n", "2:1", "nobody is named in this row. Write the id")
rows(
    "row of another person",
    "person,kind,from\nbo,leave,2027-01-01\n",
    "2:1",
    'named after "ana", but the row is about "bo"',
)

# ---------------------------------------------------------------------------------------------------- CSV: encodings
rows(
    "Latin-1 in a CSV",
    "kind,from,note\nleave,2027-01-01,Gesch\xe4ft\n".encode("latin-1"),
    "2:23",
    "not UTF-8.*CSV UTF-8",
)
rows("UTF-16 without a mark", "kind,from\n".encode("utf-16-le"), "1:1", "looks like UTF-16. Save it as")
rows("spreadsheet named CSV", b"PK\x03\x04", "1:1", "a spreadsheet, not CSV. Save it as")
rows("control character in a CSV", "kind,from\nleave,2027-01-01\x07\n", "2:17", r"control character \(U\+0007\)")
rows("large CSV", "kind,from\n" + "#" * 1_000_000, "1:1", "too large .* at most 1 MB")
rows("endless CSV", "kind,from\n" + "a\n" * 10_001, "10001:1", "more than 10000 rows")
