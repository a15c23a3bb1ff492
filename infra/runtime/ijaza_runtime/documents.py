"""States as the bodies of stored documents, and back: JSON that says which schema it has."""

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class NewerSchemaError(Exception):
    """A document was written by a newer version of its service: run that version."""


class Stored(msgspec.Struct):
    """The body of a document."""

    schema: int
    state: msgspec.Raw


_stored = msgspec.json.Decoder(Stored)


class Codec(Generic[T]):
    """Writes and reads the states of one collection.

    `schema` is raised with every change of what is stored; an older document is then made new on
    reading. Equal states must give equal bytes, so that a rebuilt store can be compared with the
    old one: `encoder` sees to it where the states' own order does not.
    """

    def __init__(
        self,
        collection: str,
        schema: int,
        decoder: msgspec.json.Decoder[T],
        encoder: msgspec.json.Encoder,
    ) -> None:
        self._collection = collection
        self._schema = schema
        self._decoder = decoder
        self._encoder = encoder

    def encode(self, state: T) -> bytes:
        """The body of a state's document."""
        return self._encoder.encode(Stored(self._schema, msgspec.Raw(self._encoder.encode(state))))

    def decode(self, body: bytes) -> T:
        """The state that a body holds. Raises `NewerSchemaError` for one of a newer version."""
        stored = _stored.decode(body)
        if stored.schema != self._schema:
            raise NewerSchemaError(
                f"{self._collection} document of schema {stored.schema}: this version reads "
                f"{self._schema}"
            )
        return self._decoder.decode(stored.state)
