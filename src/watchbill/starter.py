"""The workspace that `init` writes: small, commented, and good for a first plan as it is."""

from collections.abc import Mapping

TEAM = """\
# The team's facts and policy. Change what is here, then run: watchbill check
team: my-team
timezone: Europe/Berlin        # the clock of handoffs, unless a layer has its own
holidays: [DE-BE]              # ISO 3166 codes, or names of lists under calendars:
# calendars:
#   company: {2027-03-19: Team day}

# Everyone who can be on call. Ids are short and lasting: they name files and shifts' holders.
people:
  ana:   {name: Ana Example, email: ana@example.com, tags: [senior]}
  ben:   {name: Ben Example, email: ben@example.com}
  chloe: {name: Chloe Example, email: chloe@example.com, tags: [senior]}
  dario: {name: Dario Example, email: dario@example.com}
  ella:  {name: Ella Example, email: ella@example.com, tags: [senior]}
  finn:  {name: Finn Example, email: finn@example.com}
  # A person's own zone and holidays, a share of full time, first and last days:
  # gita: {name: Gita Example, timezone: Asia/Kolkata, holidays: [IN], share: 80%, joined: 2027-02-01}

# Roles are seats. A layer says how long a turn is and when it hands off; without days: and hours: it is always on call.
roles:
  primary:
    layers:
      week: {turn: 1 week, handoff: mon 09:00, may_miss: 10h}
  secondary:
    weight: 50%                # of the load of the same hours as primary
    layers:
      week: {turn: 1 week, handoff: mon 09:00, may_miss: 24h}

# What hours weigh more, on the clock and calendar of who holds them.
load:
  night: {hours: 22:00..07:00, extra: 150%}
  weekend: {extra: 100%}
  holiday: {extra: 200%}

# Policy. Nobody is ever in two places at once or on call while away; the rest is yours to say.
rules:
  - {kind: space, at_least: 1 week}                    # between two turns of one person
  - {kind: pair, roles: [primary, secondary], at_least_one: senior}
"""

PERSON = """\
# One engineer, one file: only you change it. Dates are on your own clock, both ends included.
person: ana
# answered_through: 2027-03-31         # so that silence is not taken for consent
# leave:                               # away; never on call
#   - 2027-02-15..2027-02-19
# avoid:                               # rather not
#   - {date: 2027-02-14, weight: 3}
# prefer:                              # gladly
#   - 2027-01-18..2027-01-24
"""

IGNORED = "# Keys, raw backups and caches stay on this machine.\n.watchbill/\n"


def files() -> Mapping[str, str]:
    """Relative paths and their texts."""
    return {"team.yaml": TEAM, "availability/ana.yaml": PERSON, ".gitignore": IGNORED}
