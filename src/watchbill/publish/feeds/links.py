"""Names under which feeds are found: tokens that nobody can guess, and that every holder of the key makes alike.

A token is HMAC-SHA256 (RFC 2104) over the feed and its generation under the team's feed key. Nothing of it is stored,
so written files and served feeds have the same links, also after a fresh clone. A new generation ends the old link.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from watchbill.publish.feeds.feed import Feed

ENDING = ".ics"


@dataclass(frozen=True)
class Links:
    """Names of feeds under one key. `generations` are by `Feed.key`, 0 if absent; `public` ones have speaking names."""

    secret: bytes = field(repr=False)
    generations: Mapping[str, int] = field(default_factory=dict)
    public: frozenset[Feed] = frozenset()

    def name(self, feed: Feed) -> str:
        """The last step of the feed's address, such as `team.ics` or `Zk3…9Q.ics`: one file name, with its ending."""
        return (feed.kind if feed in self.public and not feed.id else self.token(feed)) + ENDING

    def token(self, feed: Feed) -> str:
        """43 characters that are safe in addresses and file names: 256 bits in base64url (RFC 4648, section 5)."""
        said = f"watchbill feed\n{feed.key}\n{self.generations.get(feed.key, 0)}"
        digest = hmac.digest(self.secret, said.encode(), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


def fingerprint(secret: bytes) -> str:
    """What tells keys apart and gives nothing of them away, to be kept in git: 16 hexadecimal digits."""
    return hmac.digest(secret, b"watchbill feed key", "sha256").hex()[:16]
