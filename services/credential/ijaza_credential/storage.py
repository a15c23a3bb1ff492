"""A participant's state as a stored document, and back.

Equal states give equal bytes, for a fold keeps its slots in order: so a rebuilt store can be
compared with the old one.
"""

import msgspec

from ijaza_credential.domain.state import State

COLLECTION = "credential"

SCHEMA = 1
"""Raised with every change of what is stored; an older document is then made new on reading."""


class Stored(msgspec.Struct):
    """The body of a document."""

    schema: int
    state: msgspec.Raw


class NewerSchemaError(Exception):
    """A document was written by a newer version of this service: run that version."""


_encoder = msgspec.json.Encoder()
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


def labels(state: State) -> tuple[str, ...]:
    """A participant is found by the serial and by each credential id, once there is one."""
    serials = {each.serial for each in state.issued.values()}
    return (*sorted(serials), *(state.issued[each].credential_id for each in sorted(state.issued)))
