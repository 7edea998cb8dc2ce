"""Names under which feeds are found: tokens that nobody can guess, and that every holder of the key makes alike.

A token is HMAC-SHA256 (RFC 2104) over the feed and its generation under the team's feed key. Nothing of it is stored,
so written files and served feeds have the same links, also after a fresh clone. A new generation ends the old link.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from watchbill.files import file_name
from watchbill.publish.feeds.feed import Feed

ENDING = ".ics"

_FOLDERS = {"person": "people", "role": "roles"}


@dataclass(frozen=True)
class Links:
    """Names of feeds under one key. `generations` are by `Feed.key`, 0 if absent; `public` ones have speaking names.

    `speaking`: all of them have, such as `people/ana.ics`, and nothing is secret.
    """

    secret: bytes = field(repr=False)
    generations: Mapping[str, int] = field(default_factory=dict)
    public: frozenset[Feed] = frozenset()
    speaking: bool = False

    def name(self, feed: Feed) -> str:
        """The last step of the feed's address, such as `team.ics` or `Zk3…9Q.ics`: one file name, with its ending.

        Speaking names of people and roles stand in a folder. Refused for ids that are no file names.
        """
        if self.speaking and feed.id:
            return f"{_FOLDERS[feed.kind]}/{file_name(feed.id)}{ENDING}"
        spoken = self.speaking or (feed in self.public and not feed.id)
        return (feed.kind if spoken else self.token(feed)) + ENDING

    def token(self, feed: Feed) -> str:
        """43 characters that are safe in addresses and file names: 256 bits in base64url (RFC 4648, section 5)."""
        said = f"watchbill feed\n{feed.key}\n{self.generations.get(feed.key, 0)}"
        digest = hmac.digest(self.secret, said.encode(), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


def fingerprint(secret: bytes) -> str:
    """What tells keys apart and gives nothing of them away, to be kept in git: 16 hexadecimal digits."""
    return hmac.digest(secret, b"watchbill feed key", "sha256").hex()[:16]
