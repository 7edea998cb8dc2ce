"""Plans outward: feeds."""
