"""Instants as whole seconds since 1970, and back."""

from datetime import UTC, datetime


def seconds_of(instant: datetime) -> int:
    """The whole seconds since 1970 (UTC) of an aware datetime."""
    return int(instant.timestamp())


def instant(seconds: int) -> datetime:
    """The UTC datetime of seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)
