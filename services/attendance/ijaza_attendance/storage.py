"""A participant's state as a stored document, and back.

The encoding is deterministic: equal states give equal bytes, so that a rebuilt store can be
compared with the old one.
"""

import msgspec

from ijaza_attendance.domain.state import State

COLLECTION = "attendance"

SCHEMA = 1
"""Raised with every change of what is stored; an older document is then made new on reading."""


class Stored(msgspec.Struct):
    """The body of a document."""

    schema: int
    state: msgspec.Raw


class NewerSchemaError(Exception):
    """A document was written by a newer version of this service: run that version."""


_encoder = msgspec.json.Encoder(order="deterministic")
_stored = msgspec.json.Decoder(Stored)
_state = msgspec.json.Decoder(State)


def encode(state: State) -> bytes:
    """The body of a state's document."""
    return _encoder.encode(Stored(SCHEMA, msgspec.Raw(_encoder.encode(state))))


def decode(body: bytes) -> State:
    """The state that a body holds. Raises `NewerSchemaError` for one of a newer version."""
    stored = _stored.decode(body)
    if stored.schema != SCHEMA:
        raise NewerSchemaError(
            f"{COLLECTION} document of schema {stored.schema}: this version reads {SCHEMA}"
        )
    return _state.decode(stored.state)


def labels(_state: State) -> tuple[str, ...]:
    """Nothing but its key finds a participant here."""
    return ()
