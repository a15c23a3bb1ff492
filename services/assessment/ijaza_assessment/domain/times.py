"""Times of facts: UTC, whole seconds."""

from datetime import UTC, datetime


def whole(at: datetime) -> datetime:
    """An aware time in UTC without its fraction of a second."""
    return at.astimezone(UTC).replace(microsecond=0)
