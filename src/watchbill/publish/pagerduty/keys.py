"""The API key and the address: from the environment or a private file in the team's folder, never from an argument."""

from collections.abc import Mapping
from pathlib import Path

from watchbill.errors import Refused
from watchbill.files import read_private
from watchbill.texts import printable

KEY = "WATCHBILL_PAGERDUTY_KEY"
URL = "WATCHBILL_PAGERDUTY_URL"
FILE = ".watchbill/pagerduty.key"
REGIONS = {"us": "https://api.pagerduty.com", "eu": "https://api.eu.pagerduty.com"}

_HOW = (
    f"Make one in PagerDuty (Integrations, API Access Keys, or under My Profile, User Settings) and set {KEY}, "
    f"or write it to {FILE} in the team's folder and run: chmod 600 {FILE}"
)


class Key:
    """An API key that does not show itself. Refused for what cannot be one; the sentence does not quote it."""

    __slots__ = ("__value",)

    def __init__(self, value: str, source: str = "The API key") -> None:
        if not value or not value.isascii() or not value.isprintable() or " " in value:
            raise Refused(f"{source} is no PagerDuty key: keys are one word of letters and digits. {_HOW}")
        self.__value = value

    def reveal(self) -> str:
        """The key itself, for the header of a request and nothing else."""
        return self.__value

    def __repr__(self) -> str:
        return "Key(…)"

    def __reduce__(self) -> str:
        raise TypeError("a key is not stored")


def find_key(environ: Mapping[str, str], folder: Path) -> Key:
    """The key from the environment, else from the team's folder. Refused if there is none, or if others can read it."""
    said = environ.get(KEY, "").strip()
    if said:
        return Key(said, KEY)
    kept = read_private(folder, FILE, variable=KEY, how=_HOW)
    if kept is None:
        raise Refused(f"There is no PagerDuty key. {_HOW}")
    return Key(kept, FILE)


def base_url(environ: Mapping[str, str], region: str = "us") -> str:
    """The address of PagerDuty: what the environment says, else the service region's. Refused for an unknown region."""
    said = environ.get(URL, "").strip()
    if said:
        return said
    if region not in REGIONS:
        raise Refused(f'"{printable(region)}" is no service region of PagerDuty. Write us or eu.')
    return REGIONS[region]
