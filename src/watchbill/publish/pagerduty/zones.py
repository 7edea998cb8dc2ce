"""Which zones PagerDuty knows: it takes a fixed list of names, and shows some of them differently."""

from datetime import UTC, datetime
from functools import cache

from watchbill.errors import Refused
from watchbill.times import Span, offsets, tzdata_version, zone, zone_names

# The names that PagerDuty's schedules take.
_PLACES = {
    "Africa": "Algiers Cairo Casablanca Harare Johannesburg Monrovia Nairobi",
    "America": (
        "Argentina/Buenos_Aires Bogota Caracas Chicago Chihuahua Denver Godthab Guatemala Guyana Halifax "
        "Indiana/Indianapolis Juneau La_Paz Lima Los_Angeles Mazatlan Mexico_City Monterrey Montevideo "
        "New_York Phoenix Puerto_Rico Regina Santiago Sao_Paulo St_Johns Tijuana"
    ),
    "Asia": (
        "Almaty Baghdad Baku Bangkok Chongqing Colombo Dhaka Hong_Kong Irkutsk Jakarta Jerusalem Kabul "
        "Kamchatka Karachi Kathmandu Kolkata Krasnoyarsk Kuala_Lumpur Kuwait Magadan Muscat Novosibirsk "
        "Rangoon Riyadh Seoul Shanghai Singapore Srednekolymsk Taipei Tashkent Tbilisi Tehran Tokyo "
        "Ulaanbaatar Urumqi Vladivostok Yakutsk Yekaterinburg Yerevan"
    ),
    "Atlantic": "Azores Cape_Verde South_Georgia",
    "Australia": "Adelaide Brisbane Darwin Hobart Melbourne Perth Sydney",
    "Etc": "GMT+12 UTC",
    "Europe": (
        "Amsterdam Athens Belgrade Berlin Bratislava Brussels Bucharest Budapest Copenhagen Dublin Helsinki "
        "Istanbul Kaliningrad Kiev Lisbon Ljubljana London Madrid Minsk Moscow Paris Prague Riga Rome Samara "
        "Sarajevo Skopje Sofia Stockholm Tallinn Vienna Vilnius Volgograd Warsaw Zagreb Zurich"
    ),
    "Pacific": (
        "Apia Auckland Chatham Fakaofo Fiji Guadalcanal Guam Honolulu Majuro Midway Noumea Pago_Pago "
        "Port_Moresby Tongatapu"
    ),
}
NAMES = frozenset(f"{area}/{place}" for area, places in _PLACES.items() for place in places.split())
UTC_NAME = "Etc/UTC"
YEARS = 4
_UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Zulu", "Etc/Zulu", "Etc/UCT", "UCT", "Universal", "Etc/Universal"})


def canonical(name: str) -> str:
    """A name as it is compared: PagerDuty says `UTC` here and `Etc/UTC` there."""
    return UTC_NAME if name in _UTC_NAMES else name


def for_pagerduty(name: str) -> str:
    """The name under which PagerDuty knows a zone, or one whose clock shows the same for years to come.

    Of several that do, the one that was like it for longest, then the first by name. Refused if there is none.
    """
    name = canonical(name)
    if name in NAMES:
        return name
    found = [known for known in sorted(NAMES & zone_names()) if same(name, known)]
    if not found:
        raise Refused(
            f'PagerDuty does not know the zone {name}, nor one with the same clock. Set "timezone:" of the team or '
            f'the layer to a zone near it that PagerDuty has, or write "as: overrides".'
        )
    return max(found, key=lambda known: _alike(name, known))


@cache
def same(one: str, other: str) -> bool:
    """Whether two names mean the same clock, for four years from the middle of the zone database's year on."""
    one, other = canonical(one), canonical(other)
    if one == other:
        return True
    return {one, other} <= zone_names() and _glance(one) == _glance(other) and _rules(one) == _rules(other)


@cache
def _rules(name: str) -> tuple[object, ...]:
    year = int(tzdata_version()[:4])
    span = Span(datetime(year, 7, 1, tzinfo=UTC), datetime(year + YEARS, 7, 1, tzinfo=UTC))
    return offsets(span, zone(name))


@cache
def _glance(name: str) -> tuple[object, ...]:
    """Enough to tell most clocks apart without reading all their rules."""
    year = int(tzdata_version()[:4]) + 1
    return tuple(datetime(year, month, 1, tzinfo=UTC).astimezone(zone(name)).utcoffset() for month in (1, 7))


def _alike(one: str, other: str) -> int:
    """In how many months since 1970 two clocks showed the same."""
    months = (datetime(year, month, 1, tzinfo=UTC) for year in range(1970, 2040) for month in (1, 4, 7, 10))
    left, right = zone(one), zone(other)
    return sum(at.astimezone(left).utcoffset() == at.astimezone(right).utcoffset() for at in months)
