"""The API key and the address: from the environment or a private file in the team's folder, never from an argument."""

import stat
from collections.abc import Mapping
from pathlib import Path

from watchbill.errors import Refused
from watchbill.texts import printable

KEY = "WATCHBILL_PAGERDUTY_KEY"
URL = "WATCHBILL_PAGERDUTY_URL"
FILE = ".watchbill/pagerduty.key"
REGIONS = {"us": "https://api.pagerduty.com", "eu": "https://api.eu.pagerduty.com"}

_LONGEST = 4096
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
    path = folder / FILE
    if not path.exists() and not path.is_symlink():
        raise Refused(f"There is no PagerDuty key. {_HOW}")
    return Key(_private(path, folder), FILE)


def base_url(environ: Mapping[str, str], region: str = "us") -> str:
    """The address of PagerDuty: what the environment says, else the service region's. Refused for an unknown region."""
    said = environ.get(URL, "").strip()
    if said:
        return said
    if region not in REGIONS:
        raise Refused(f'"{printable(region)}" is no service region of PagerDuty. Write us or eu.')
    return REGIONS[region]


def _private(path: Path, folder: Path) -> str:
    """The text of a file that belongs to the folder and that nobody else can read."""
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise Refused(f"{FILE} leads out of the team's folder. Put the key itself there.")
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LONGEST:
            raise Refused(f"{FILE} is no file with a key. {_HOW}")
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise Refused(f"Others can read {FILE}. Run: chmod 600 {FILE} (and make a new key if they may have).")
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise Refused(f"{FILE} cannot be read: {reason}. Mend that, or set {KEY}.") from None
