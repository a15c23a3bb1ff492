"""What attendance stores, as documents and back: participants' states, and what is of the doors."""

from typing import Any

import msgspec
from ijaza_runtime.documents import Codec

from ijaza_attendance.domain.batches import Taken
from ijaza_attendance.domain.devices import Device, PassKey
from ijaza_attendance.domain.room_links import RoomLinks
from ijaza_attendance.domain.state import State

COLLECTION = "attendance"
DEVICES = "devices"
PASS_KEYS = "pass_keys"  # noqa: S105 - a collection's name
ROOM_LINKS = "room_links"
BATCHES = "batches"

SCHEMA = 2
"""Raised with every change of what is stored; an older document is then made new on reading."""


def _first_to_second(state: dict[str, Any]) -> dict[str, Any]:
    """Before there were passes: none was given. The number is known after a rebuild."""
    return {**state, "number": 0, "passes": {}, "passes_revoked": {}, "origins": {}}


_codec = Codec(
    COLLECTION,
    SCHEMA,
    msgspec.json.Decoder(State),
    msgspec.json.Encoder(order="deterministic"),
    upcasts={1: _first_to_second},
)
encode, decode = _codec.encode, _codec.decode

device_codec = Codec(
    DEVICES, 1, msgspec.json.Decoder(Device), msgspec.json.Encoder(order="deterministic")
)
pass_key_codec = Codec(
    PASS_KEYS, 1, msgspec.json.Decoder(PassKey), msgspec.json.Encoder(order="deterministic")
)
room_links_codec = Codec(
    ROOM_LINKS, 1, msgspec.json.Decoder(RoomLinks), msgspec.json.Encoder(order="deterministic")
)
batch_codec = Codec(
    BATCHES, 1, msgspec.json.Decoder(Taken), msgspec.json.Encoder(order="deterministic")
)


def labels(_state: State) -> tuple[str, ...]:
    """Nothing but its key finds a participant here."""
    return ()
