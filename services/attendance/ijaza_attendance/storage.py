"""A participant's state as a stored document, and back."""

import msgspec
from ijaza_runtime.documents import Codec

from ijaza_attendance.domain.state import State

COLLECTION = "attendance"

SCHEMA = 1
"""Raised with every change of what is stored; an older document is then made new on reading."""

_codec = Codec(
    COLLECTION,
    SCHEMA,
    msgspec.json.Decoder(State),
    msgspec.json.Encoder(order="deterministic"),
)
encode, decode = _codec.encode, _codec.decode


def labels(_state: State) -> tuple[str, ...]:
    """Nothing but its key finds a participant here."""
    return ()
