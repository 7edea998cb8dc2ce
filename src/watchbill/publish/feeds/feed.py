"""What a feed is: whose shifts it holds, and the one name by which links, files and requests know it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["person", "role", "team", "swaps"]


@dataclass(frozen=True, slots=True, order=True)
class Feed:
    """The feed of a person or a role (`id` says which), of the team, or of shifts that somebody wants to hand over."""

    kind: Kind
    id: str = ""

    @property
    def key(self) -> str:
        """`person/ana`, `role/primary`, `team` or `swaps`: what a link is made for."""
        return f"{self.kind}/{self.id}" if self.id else self.kind


TEAM = Feed("team")
SWAPS = Feed("swaps")
