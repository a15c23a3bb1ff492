"""States as the bodies of stored documents, and back: JSON that says which schema it has."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")

Upcast = Callable[[Any], Any]
"""A state of one schema, as plain JSON values, made into one of the next: pure, and never changed
once it was released."""
_NO_UPCASTS: Mapping[int, Upcast] = MappingProxyType({})


class NewerSchemaError(Exception):
    """A document was written by a newer version of its service: run that version."""

    def __init__(self, collection: str, found: int, known: int) -> None:
        super().__init__(
            f"{collection} document of schema {found}: this version reads {known}. A newer release "
            "wrote it: run that release, or a newer one."
        )


class Stored(msgspec.Struct):
    """The body of a document."""

    schema: int
    state: msgspec.Raw


_stored = msgspec.json.Decoder(Stored)


class Codec(Generic[T]):
    """Writes and reads the states of one collection.

    `schema` is raised with a change of what is stored, and `upcasts` has a function for each
    schema before it: an older document is made new on reading. An optional field alone needs
    neither, so that two releases can run side by side. Equal states must give equal bytes, so that
    a rebuilt store can be compared with the old one: `encoder` sees to it where the states' own
    order does not.
    """

    def __init__(
        self,
        collection: str,
        schema: int,
        decoder: msgspec.json.Decoder[T],
        encoder: msgspec.json.Encoder,
        upcasts: Mapping[int, Upcast] = _NO_UPCASTS,
    ) -> None:
        if set(upcasts) != set(range(1, schema)):
            raise ValueError(
                f"{collection}: schema {schema} needs an upcast from each of 1 to {schema - 1}, "
                f"and has them from {sorted(upcasts)}"
            )
        self._collection = collection
        self._schema = schema
        self._decoder = decoder
        self._encoder = encoder
        self._upcasts = upcasts

    def encode(self, state: T) -> bytes:
        """The body of a state's document."""
        return self._encoder.encode(Stored(self._schema, msgspec.Raw(self._encoder.encode(state))))

    def decode(self, body: bytes) -> T:
        """The state that a body holds. Raises `NewerSchemaError` for one of a newer version."""
        stored = _stored.decode(body)
        if stored.schema == self._schema:
            return self._decoder.decode(stored.state)
        if stored.schema > self._schema:
            raise NewerSchemaError(self._collection, stored.schema, self._schema)
        state = msgspec.json.decode(stored.state)
        for schema in range(stored.schema, self._schema):
            state = self._upcasts[schema](state)
        return self._decoder.decode(msgspec.json.encode(state))
