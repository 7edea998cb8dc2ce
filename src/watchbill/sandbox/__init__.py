"""A PagerDuty to rehearse on: a server on loopback that shares no code with what is rehearsed."""

from watchbill.sandbox.quirks import Quirks
from watchbill.sandbox.seeds import Seed
from watchbill.sandbox.server import Handle, running
from watchbill.sandbox.world import World

__all__ = ["Handle", "Quirks", "Seed", "World", "running"]
