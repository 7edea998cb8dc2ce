"""Sixty and more broken workspaces: files, the place of the mistake, and what its sentence says."""

import re
from collections.abc import Mapping

from folders import TEAM, ana, layer, more, person, rule, team

TY = "team.yaml"
AY = "availability/ana.yaml"

CASES: dict[str, tuple[Mapping[str, str | bytes], str, str]] = {}


def case(name: str, files: Mapping[str, str | bytes], place: str, sentence: str) -> None:
    assert name not in CASES, name
    CASES[name] = (files, place, sentence)


# ------------------------------------------------------------------------------------------------- YAML as such
case("tab as indentation", ana("leave:\n\t- 2027-01-01\n"), f"{AY}:3:1", "tab is used for indentation. Use spaces")
case("tab after a colon", ana("leave:\t[2027-01-01]\n"), f"{AY}:2:7", "tab is used as a blank. Use spaces")
case("duplicate key", ana("leave: []\nperson: ana\n"), f"{AY}:3:1", r'"person" appears twice \(first on line 1\)')
case(
    "duplicate key deep inside",
    person("name: Bo, name: Bob"),
    f"{TY}:8:18",
    r'"name" appears twice \(first on line 8\)',
)
case("duplicate person", {TY: team("  cy:", "  bo:")}, f"{TY}:9:3", r'"bo" appears twice \(first on line 8\)')
case("colon inside text", ana("note: on leave: back Monday\n"), f"{AY}:2:15", r'":" inside text needs quotes')
case(
    "no space after the colon",
    {TY: TEAM, AY: "person:ana\nleave: []\n"},
    f"{AY}:1:7",
    "a space is missing after the.*Write person: ana",
)
case(
    "no space after the colon in braces",
    ana("leave: [{date:2027-01-01}]\n"),
    f"{AY}:2:14",
    "a space is missing after the.*Write date: 2027-01-01",
)
case("line without a colon", {TY: TEAM, AY: "person ana\nleave: []\n"}, f"{AY}:1:1", 'lacks a ":" after its key')
case("last line without a colon", ana("leave\n"), f"{AY}:2:1", 'lacks a ":" after its key')
case("unclosed quote", {TY: team("Ana Souza", '"Ana Souza')}, f"{TY}:7:15", 'quote " is never closed')
case(
    "unclosed quote with others after it",
    {TY: 'team: "payments\ntimezone: "Europe/Berlin"\n'},
    f"{TY}:1:7",
    'quote " is never closed',
)
case(
    "unclosed single quote", ana("leave:\n  - {date: 2027-01-01, note: 'x}\n"), f"{AY}:3:30", "quote ' is never closed"
)
case(
    "apostrophe inside single quotes",
    ana("leave: [{date: 2027-01-01, note: 'it's me'}]\n"),
    f"{AY}:2:38",
    'a "," or "}" is missing',
)
case("typographic quotes", {TY: team("Ana Souza", "“Ana Souza”")}, f"{TY}:7:15", "typographic quote “")
case(
    "typographic quotes that break the file",
    {TY: team("team: payments", "team: “pay: ments”")},
    f"{TY}:1:7",
    "typographic quote “",
)
case(
    "no-break space as indentation",
    ana("leave:\n\u00a0\u00a0- 2027-01-01\n"),
    f"{AY}:3:1",
    r"special space \(U\+00A0\)",
)
case(
    "no-break space inside a value",
    ana("leave: [2027-01-01\u00a013:00..18:00]\n"),
    f"{AY}:2:19",
    r"special space \(U\+00A0\)",
)
case(
    "unclosed list", ana("leave: [2027-01-01\navoid: []\n"), f"{AY}:2:8", r'"\[" is never closed. Add the closing "\]"'
)
case("unclosed list with others in it", ana("leave: [{date: 2027-01-01}, [\n"), f"{AY}:2:8", r'"\[" is never closed')
case("unclosed braces", {TY: team("{name: Cy Tan}", "{name: Cy Tan")}, f"{TY}:9:7", r'"{" is never closed')
case(
    "missing comma",
    {TY: team("{name: Cy Tan}", "{name: Cy Tan email: cy@example.com}")},
    f"{TY}:9:26",
    r'a "," or "}" is missing',
)
case("bracket too many", ana("leave: [2027-01-01]]\n"), f"{AY}:2:20", "brackets come in pairs")
case("two commas", ana("leave: [2027-01-01, , 2027-01-02]\n"), f"{AY}:2:21", 'a value is missing before this ","')
case("indented too far", {TY: team("timezone:", "  timezone:")}, f"{TY}:2:3", "not indented like its neighbours")
case(
    "indented too little",
    {TY: team("  primary:\n", " primary:\n").replace("    layers", "   x: 1\n  layers")},
    f"{TY}:13:3",
    "not indented like its neighbours",
)
case("list on the line of its key", ana("leave: - 2027-01-01\n"), f"{AY}:2:8", "starts on a line of its own")
case("list mixed with keys", ana("leave:\n  - 2027-01-01\n  avoid: []\n"), f"{AY}:4:3", "are mixed here")
case("anchor", {TY: team("{name: Cy Tan}", "&cy {name: Cy Tan}")}, f"{TY}:9:7", 'anchors such as "&cy" are not read')
case("alias", ana("leave: *vacation\n"), f"{AY}:2:8", r'aliases such as "\*vacation" are not read')
case(
    "tag that would run code",
    {TY: team("payments", "!!python/object/apply:os.system [ls]")},
    f"{TY}:1:7",
    "tags such as.*not read",
)
case("merge key", {TY: team("{name: Cy Tan}", "{<<: {name: Cy}}")}, f"{TY}:9:8", "merging with.*Write the keys out")
case("star as text", ana("leave: [{date: 2027-01-01, note: *}]\n"), f"{AY}:2:34", r'text cannot start with "\*"')
case("percent sign as text", ana("leave: [{date: 2027-01-01, note: %}]\n"), f"{AY}:2:34", 'text cannot start with "%"')
case(
    "backslash in double quotes",
    ana('leave: [{date: 2027-01-01, note: "C:\\qux"}]\n'),
    f"{AY}:2:37",
    "Use single quotes",
)
case("several documents", ana("---\nperson: bo\n"), f"{AY}:2:1", "second document starts here")
case("list for a file", {TY: TEAM, AY: "- person: ana\n"}, f"{AY}:1:1", 'expected "key: value" lines')
case("empty file", {TY: TEAM, AY: "# nothing yet\n"}, f"{AY}:1:1", "the file is empty")
case("list as a key", ana("[leave]: []\n"), f"{AY}:2:1", "stands where a key belongs")
case("too deep", ana("leave: " + "[" * 60 + "]" * 60 + "\n"), f"{AY}:2:57", "more than 50 levels deep")
case("too large", ana("# " + "x" * 1_000_000), f"{AY}:1:1", "too large .* at most 1 MB")
case("NUL", ana("leave: [\0]\n"), f"{AY}:2:9", r"control character \(U\+0000\)")

# ------------------------------------------------------------------------------------------------------- the team
case(
    "no team file",
    {"README.md": "x"},
    f"{TY}:1:1",
    'there is no team.yaml in this folder. Start with "watchbill init DIR"',
)
case(
    "missing key",
    {TY: team("timezone: Europe/Berlin\n")},
    f"{TY}:1:1",
    '"timezone" is missing. Add it: timezone: Europe/Berlin',
)
case("missing roles", {TY: TEAM[: TEAM.index("roles:")]}, f"{TY}:1:1", '"roles" is missing')
case("unknown key", more("calender: {}\n"), f"{TY}:16:1", 'unknown key "calender". Did you mean "calendars"')
case("key without a value", more("wishes:\n"), f"{TY}:16:1", '"wishes" has no value')
case(
    "unknown zone",
    {TY: team("Europe/Berlin", "Europe/Berln")},
    f"{TY}:2:11",
    'unknown time zone "Europe/Berln". Did you mean "Europe/Berlin"',
)
case("fixed offset", {TY: team("Europe/Berlin", "GMT+2")}, f"{TY}:2:11", "fixed offset .* Write a city")
case("old zone name", {TY: team("Europe/Berlin", "CET")}, f"{TY}:2:11", "fixed offset or an old name")
case(
    "unknown country",
    {TY: team("DE-BE", "Germany")},
    f"{TY}:3:12",
    'unknown holiday calendar "Germany". Did you mean "DE"',
)
case(
    "unknown part of a country",
    {TY: team("DE-BE", "DE-BERLN")},
    f"{TY}:3:12",
    'DE has no part "BERLN". Did you mean "DE-BE"',
)
case(
    "unknown list of holidays", {TY: team("DE-BE, company]", "DE-BE, compny]")}, f"{TY}:3:19", 'Did you mean "company"'
)
case("date in a calendar", {TY: team("2027-03-19", "19.03.2027")}, f"{TY}:5:13", "Write 2027-03-19")
case(
    "people as a list",
    {TY: re.sub(r"people:\n(  .*\n)+roles", "people: [ana]\nroles", TEAM)},
    f"{TY}:6:9",
    '"people" expects key: value lines, found a list',
)
case("id with a capital", {TY: team("  bo:", "  Bo:")}, f"{TY}:8:3", '"Bo" is no id.*such as "bo"')
case("text for a person", {TY: team("{name: Cy Tan}", "Cy Tan")}, f"{TY}:9:7", "expects key: value lines, found text")
case("share in words", person("share: half"), f"{TY}:8:15", '"half" is no share. Write it as 80% or 0.8')
case("share step without a value", person("share: [{from: 2027-02-01}]"), f"{TY}:8:16", '"value" is missing')
case(
    "share steps out of order",
    person("share: [{from: 2027-02-01, value: 50%}, {from: 2027-01-01, value: 80%}]"),
    f"{TY}:8:48",
    "Write the steps in order",
)
case(
    "holiday of one's own",
    person("holidays: [DE, 27-02-09]"),
    f"{TY}:8:23",
    '"27-02-09" is not a date.*Write 2027-02-09',
)
case("left before joining", person("joined: 2027-02-01, left: 2027-01-01"), f"{TY}:8:34", "before joining")
case("no address", person("email: bo at example"), f"{TY}:8:15", "no e-mail address")
case("unknown role of a person", person("roles: [secondary]"), f"{TY}:8:16", 'unknown role "secondary"')
case("tag named like a person", person("tags: [ana]"), f"{TY}:8:15", "also the id of a person")
case(
    "weekday in another language",
    person("weekend: [fri, sab]"),
    f"{TY}:8:23",
    '"sab" is no day of the week. Did you mean "sat"',
)
case("excused the wrong way round", person("excused: 2027-03-07..2027-03-01"), f"{TY}:8:17", "ends .* before it starts")
case("person without facts", {TY: team("{name: Cy Tan}", "{name: }")}, f"{TY}:9:8", '"name" has no value')

# --------------------------------------------------------------------------------------------------------- layers
case(
    "turn without anchor",
    layer("turn: 2 weeks, handoff: mon 09:00"),
    f"{TY}:13:20",
    "turns of 2 weeks need an anchor.*from: 2027-01-04",
)
case("week without weekday", layer("turn: 1 week, handoff: 09:00"), f"{TY}:13:20", "on which day they begin")
case("turn that does not divide a day", layer("turn: 5 hours, handoff: 09:00"), f"{TY}:13:20", "does not divide a day")
case("turn too long", layer("turn: 2 years, handoff: 09:00"), f"{TY}:13:20", "from one hour to one year")
case(
    "turn in words",
    layer("turn: weekly, handoff: mon 09:00"),
    f"{TY}:13:20",
    "no length of a turn. Write it as 12 hours",
)
case("weekday for turns of hours", layer("turn: 12 hours, handoff: mon 09:00"), f"{TY}:13:39", "Write the time alone")
case(
    "weekday for turns of days",
    layer("turn: 3 days, handoff: mon 09:00, from: 2027-01-04"),
    f"{TY}:13:37",
    "do not always begin on one day",
)
case(
    "anchor on another weekday",
    layer("turn: 2 weeks, handoff: mon 09:00, from: 2027-01-05"),
    f"{TY}:13:55",
    "2027-01-05 is a tue.*Write 2027-01-11",
)
case(
    "anchor on the 31st",
    layer("turn: 1 month, handoff: 09:00, from: 2027-01-31"),
    f"{TY}:13:51",
    "not every month has a day 31",
)
case("missing turn", layer("handoff: mon 09:00"), f"{TY}:13:7", '"turn" of "week" is missing')
case("handoff in English", layer("turn: 1 week, handoff: monday 9am"), f"{TY}:13:37", '"9am" is no time of day')
case("handoff at 24:00", layer("turn: 1 day, handoff: 24:00"), f"{TY}:13:36", "Write 00:00")
case(
    "hours with a dash",
    layer("turn: 1 week, handoff: mon 09:00, hours: 9-17"),
    f"{TY}:13:55",
    "Write 09:00..17:00",
)
case(
    "hours as numbers",
    layer("turn: 1 day, handoff: 09:00, hours: [[540, 1020]]"),
    f"{TY}:13:51",
    "expected one value, found a list",
)
case(
    "stretch without an end",
    layer("turn: 1 week, handoff: mon 09:00, span: fri 17:00"),
    f"{TY}:13:54",
    "no stretch of the week",
)
case(
    "who nobody is",
    layer("turn: 1 week, handoff: mon 09:00, who: [junior]"),
    f"{TY}:13:54",
    "neither a person nor a tag",
)
case(
    "layer that nobody may serve",
    layer("turn: 1 week, handoff: mon 09:00, who: []"),
    f"{TY}:13:7",
    "nobody may serve this layer",
)
case(
    "over an unknown layer",
    layer("turn: 1 week, handoff: mon 09:00, over: [weekend]"),
    f"{TY}:13:55",
    'unknown other layer of primary "weekend"',
)
case(
    "over each other",
    {
        TY: team(
            "handoff: mon 09:00}\n",
            "handoff: mon 09:00, over: [d]}\n      d: {turn: 1 day, handoff: 09:00, over: [week]}\n",
        )
    },
    f"{TY}:14:40",
    "week and d are over each other",
)
case("no layers", {TY: re.sub(r"layers:\n.*\n", "layers: {}\n", TEAM)}, f"{TY}:12:5", '"layers" is empty')
case("no seat", {TY: team("  primary:\n", "  primary:\n    seats: 0\n")}, f"{TY}:12:12", "Write 1 or more")

# ---------------------------------------------------------------------------------------------------------- rules
case(
    "unknown kind of rule",
    rule("{kind: rset, at_least: 11h}"),
    f"{TY}:15:5",
    'unknown kind of rule "rset". Did you mean "rest"',
)
case("rule without kind", rule("{at_least: 11h}"), f"{TY}:15:5", '"kind" is missing. Add one of eligible')
case("rule as text", rule("rest"), f"{TY}:15:5", "expects key: value lines, found text")
case(
    "unknown key of a rule",
    rule("{kind: rest, at_leest: 11h}"),
    f"{TY}:15:18",
    'unknown key "at_leest". Did you mean "at_least"',
)
case(
    "unknown role in a rule",
    rule("{kind: rest, at_least: 11h, roles: [primry]}"),
    f"{TY}:15:41",
    'unknown role "primry". Did you mean "primary"',
)
case(
    "unknown layer in a rule",
    rule("{kind: waking, layers: [primary/wek]}"),
    f"{TY}:15:29",
    'Did you mean "primary/week"',
)
case(
    "unknown tag in a rule",
    rule("{kind: pair, at_least_one: senor}"),
    f"{TY}:15:32",
    'nobody has the tag "senor". Did you mean "senior"',
)
case(
    "unknown person in a rule",
    rule("{kind: pair, apart: [ana, boo]}"),
    f"{TY}:15:31",
    'unknown person "boo". Did you mean "bo"',
)
case(
    "unknown role to follow",
    rule("{kind: follow, first: secondary, then: primary}"),
    f"{TY}:15:27",
    'unknown role "secondary"',
)
case("unknown strength", rule("{kind: rest, at_least: 11h, strength: shuld}"), f"{TY}:15:43", 'Did you mean "should"')
case("length of time without a unit", rule("{kind: rest, at_least: 11}"), f"{TY}:15:28", '"11" is no length of time')
case("negative length of time", rule("{kind: rest, at_least: -11h}"), f"{TY}:15:28", '"-11h" is below zero')

# --------------------------------------------------------------------------------------------------------- policy
case(
    "unknown tier", more("tiers: [should, fairnes]\n"), f"{TY}:16:17", 'unknown tier "fairnes". Did you mean "fairness"'
)
case("tier twice", more("tiers: [should, should]\n"), f"{TY}:16:17", "appears twice")
case(
    "unknown bucket",
    more("fairness: {buckets: {nite: 1}}\n"),
    f"{TY}:16:22",
    '"nite" is not possible here. Did you mean "night"',
)
case("half-life too short", more("fairness: {half_life: 1 hour}\n"), f"{TY}:16:23", "Write 1 day or more")
case("slack in words", more("tiers: [{fairness: some}]\n"), f"{TY}:16:9", '"some" is no share')
case("wish budget in words", more("wishes: {budget: many}\n"), f"{TY}:16:18", "no whole number")
case("hard budget", more("hard_budget: {leave: a month}\n"), f"{TY}:16:22", "Write it as 30 days per year")
case("load as a list", more("load: []\n"), f"{TY}:16:7", '"load" expects key: value lines')
case("pin without a date", more("pins: [{shift: primary/week, person: bo}]\n"), f"{TY}:16:16", "Write role/layer/date")
case(
    "pin on an unknown layer",
    more("pins: [{shift: primary/wek/2027-01-04, person: bo}]\n"),
    f"{TY}:16:16",
    'unknown layer of primary "wek"',
)
case(
    "pin of an unknown person",
    more("pins: [{shift: primary/week/2027-01-04, person: bob}]\n"),
    f"{TY}:16:49",
    'unknown person "bob"',
)
case(
    "pin twice",
    more("pins:\n  - {shift: primary/week/2027-01-04, person: bo}\n  - {shift: primary/week/2027-01-04, person: cy}\n"),
    f"{TY}:18:13",
    r"pinned twice \(first on line 17\)",
)
case(
    "published role unknown",
    more("publish: {pagerduty: {primry: {schedule: PX}}}\n"),
    f"{TY}:16:23",
    'unknown role "primry"',
)
case(
    "schedules and seats",
    more("publish: {pagerduty: {primary: {schedule: [PX, PY]}}}\n"),
    f"{TY}:16:43",
    "1 seat and 2 schedules",
)
case(
    "publish form",
    more("publish: {pagerduty: {primary: {schedule: PX, as: layer}}}\n"),
    f"{TY}:16:51",
    'Did you mean "layers"',
)

# --------------------------------------------------------------------------------------------------- availability
case(
    "ambiguous date",
    ana("leave:\n  - 03/04/2026\n"),
    f"{AY}:3:5",
    "can be 3 April or 4 March. Write 2026-04-03 or 2026-03-04",
)
case("impossible date", ana("leave: [2026-02-30]\n"), f"{AY}:2:9", "February 2026 has 28 days")
case("month 13", ana("leave: [2027-13-01]\n"), f"{AY}:2:9", "no month 13")
case("year far away", ana("leave: [9999-12-31]\n"), f"{AY}:2:9", "too far away")
case(
    "end before start",
    ana("leave: [2026-12-24..2026-12-20]\n"),
    f"{AY}:2:9",
    r"ends \(2026-12-20\) before it starts \(2026-12-24\)",
)
case(
    "range with a word",
    ana("leave: [2027-02-01 to 2027-02-03]\n"),
    f"{AY}:2:9",
    r"Write 2027-02-01\.\.2027-02-03 with two dots",
)
case(
    "range with three dots",
    ana("leave: [2027-02-01...2027-02-03]\n"),
    f"{AY}:2:9",
    r"Write 2027-02-01\.\.2027-02-03 with two dots",
)
case("time without an end", ana("leave: [2027-02-01 13:00]\n"), f"{AY}:2:9", "a start and no end")
case(
    "one end with a time",
    ana("leave: [2027-02-01 13:00..2027-02-02]\n"),
    f"{AY}:2:9",
    "Write both with a time, or none",
)
case("hour 25", ana("leave: [2027-02-01 25:00..26:00]\n"), f"{AY}:2:9", '"25:00" is no time of day')
case("from without to", ana("leave: [{from: 2027-02-01}]\n"), f"{AY}:2:9", '"from" and "to" come together')
case("to before from", ana("leave: [{from: 2027-02-05, to: 2027-02-01}]\n"), f"{AY}:2:9", "before it starts")
case("two spellings", ana("leave: [{date: 2027-02-01, dates: 2027-02-01}]\n"), f"{AY}:2:9", "Keep one of them")
case("leave without dates", ana("leave: [{note: moving}]\n"), f"{AY}:2:9", "names no dates")
case("leave as text", ana("leave: 2027-01-01\n"), f"{AY}:2:8", '"leave" expects a list, found text')
case(
    "unknown key in availability",
    ana("vacation: [2027-01-01]\n"),
    f"{AY}:2:1",
    'unknown key "vacation". Did you mean "leave"',
)
case("wish for nothing", ana("avoid: [{weight: 3}]\n"), f"{AY}:2:9", "names no time")
case("wish of no weight", ana("avoid: [{days: [fri], weight: 0}]\n"), f"{AY}:2:31", "Write 1 or more")
case("wish for unknown hours", ana("prefer: [{on: mornings}]\n"), f"{AY}:2:15", "Write nights, weekends or holidays")
case("never with dates", ana("never: [{days: sat, dates: 2027-01-01}]\n"), f"{AY}:2:21", 'unknown key "dates"')
case("approved perhaps", ana("never: [{days: [sat], approved: maybe}]\n"), f"{AY}:2:33", "Write true or false")
case(
    "leave and prefer on one day",
    ana("leave: [2027-01-01..2027-01-05]\nprefer: [2027-01-05]\n"),
    f"{AY}:3:10",
    '"prefer" here and in "leave" on line 2',
)
case(
    "travel to a city without its continent",
    ana("travel: [{dates: 2027-03-03..2027-03-20, timezone: Tokyo}]\n"),
    f"{AY}:2:52",
    'Did you mean "Asia/Tokyo"',
)
case("limit for somebody else", ana("limits: [{count: shifts, at_most: 2, people: [bo]}]\n"), f"{AY}:2:10", "Remove it")
case(
    "unknown key of a limit",
    ana("limits: [{count: shifts, max: 2}]\n"),
    f"{AY}:2:26",
    'unknown key "max". Did you mean "at_most"',
)
case(
    "negative limit", ana("limits: [{count: shifts, at_most: -2, per: 4 weeks}]\n"), f"{AY}:2:35", '"-2" is below zero'
)
case(
    "unknown role of a limit",
    ana("limits: [{count: shifts, at_most: 2, roles: [scribe]}]\n"),
    f"{AY}:2:46",
    'unknown role "scribe"',
)
case(
    "unknown person",
    {TY: TEAM, "availability/anna.yaml": "person: anna\n"},
    "availability/anna.yaml:1:9",
    'unknown person "anna". Did you mean "ana"',
)
case("file of another person", {TY: TEAM, AY: "person: bo\n"}, f"{AY}:1:9", 'named after "ana", but is about "bo"')
case("nobody's file", {TY: TEAM, AY: "leave: []\n"}, f"{AY}:1:1", '"person" is missing. Add it: person: ana')
case("a CSV file", {TY: TEAM, "availability/ana.csv": "x"}, "availability/ana.csv:1:1", "does not name the columns")
case("a calendar file", {TY: TEAM, "availability/ana.ics": "x"}, "availability/ana.ics:1:1", "watchbill import ics")
case("another ending", {TY: TEAM, "availability/ana.yml": "x"}, "availability/ana.yml:1:1", "Rename it to ana.yaml")
case(
    "Latin-1",
    {TY: TEAM, AY: "person: ana\nleave: [{date: 2027-01-01, note: Geschäft}]\n".encode("latin-1")},
    f"{AY}:2:39",
    "not UTF-8",
)
case("UTF-16", {TY: TEAM.encode("utf-16")}, f"{TY}:1:1", "Save the file as UTF-8")
