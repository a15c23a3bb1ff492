"""What the addresses of requests name, or the refusal that says it is not known."""

from ijaza_runtime.errors import NotKnown
from ijaza_runtime.fold import P, Table
from ijaza_runtime.references import References
from ijaza_runtime.store import Document, Store


async def programme_of(edition: str, references: References, table: Table[P]) -> P:
    """The newest revision of an edition. Raises `NotKnown` if it was never published."""
    await references.refresh()
    return programme_as_read(edition, references, table)


def programme_as_read(edition: str, references: References, table: Table[P]) -> P:
    """As `programme_of`, of what was last read: for a request that has refreshed already."""
    programme = references.get(table, edition)
    if programme is None:
        raise NotKnown(
            "edition-not-known",
            f"edition {edition!r} is not known here: check its id, or publish it first",
        )
    return programme


async def document_of(participant: str, edition: str, store: Store, collection: str) -> Document:
    """A participant's document. Raises `NotKnown` if there is none of this edition."""
    document = (await store.load(collection, [participant])).get(participant)
    if document is None or document.scope != edition:
        raise NotKnown(
            "participant-not-known",
            f"nothing is known of participant {participant!r} in edition {edition}: check both ids",
        )
    return document
