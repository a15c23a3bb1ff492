"""A participant's state as a stored document, and back."""

from typing import Any

import msgspec
from ijaza_runtime.documents import Codec

from ijaza_credential.domain.state import State

COLLECTION = "credential"

SCHEMA = 2
"""Raised with every change of what is stored; an older document is then made new on reading."""


def _first_to_second(state: dict[str, Any]) -> dict[str, Any]:
    """Before proposals could be declined: none was."""
    return {**state, "declined": {}}


# A fold keeps its slots in order, so equal states give equal bytes without the encoder's help.
_codec = Codec(
    COLLECTION,
    SCHEMA,
    msgspec.json.Decoder(State),
    msgspec.json.Encoder(),
    upcasts={1: _first_to_second},
)
encode, decode = _codec.encode, _codec.decode


def labels(state: State) -> tuple[str, ...]:
    """A participant is found by the serial and by each credential id, once there is one."""
    serials = {each.serial for each in state.issued.values()}
    return (*sorted(serials), *(state.issued[each].credential_id for each in sorted(state.issued)))
