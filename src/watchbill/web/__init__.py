"""Feeds over HTTP, read from memory: what is served, how requests are answered, and the server itself."""

from watchbill.web.keeping import Keeper
from watchbill.web.server import USUAL_PORT, Serving, Settings, running, serving

__all__ = ["USUAL_PORT", "Keeper", "Serving", "Settings", "running", "serving"]
