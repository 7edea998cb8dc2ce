"""Plans fair on-call rotations and says why they are fair."""

__version__ = "0.1.0"
