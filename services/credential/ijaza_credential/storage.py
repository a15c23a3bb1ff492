"""A participant's state as a stored document, and back."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from ijaza_runtime.documents import Codec
from ijaza_runtime.store import Store

from ijaza_credential.domain.state import State

COLLECTION = "credential"

AT_ONCE = 50
"""States that are in memory at once: the event loop turns between two pages of them."""
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


async def states_of(store: Store, edition: str, after: str = "") -> AsyncIterator[State]:
    """The states of an edition by participant, those after `after`."""
    while page := await store.page(COLLECTION, scope=edition, after=after, most=AT_ONCE):
        for document in page:
            yield decode(document.body)
        after = page[-1].key
