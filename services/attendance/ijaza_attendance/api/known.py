"""What requests refer to, or the refusal that says it is not known."""

from ijaza_runtime.errors import NotKnown
from ijaza_runtime.references import References

from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.handlers import EDITIONS


async def programme_of(edition: str, references: References) -> Programme:
    """The newest revision of an edition. Raises `NotKnown` if it was never published."""
    await references.refresh()
    programme = references.get(EDITIONS, edition)
    if programme is None:
        raise NotKnown(
            "edition-not-known",
            f"edition {edition!r} is not known here: check its id, or publish it first",
        )
    return programme
