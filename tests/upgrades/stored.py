"""Every collection that a service stores: how its documents are read, and what they look like."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from ijaza_assessment import storage as assessment
from ijaza_assessment.domain.state import State as AssessmentState
from ijaza_attendance import storage as attendance
from ijaza_attendance.domain.batches import Taken
from ijaza_attendance.domain.devices import Device, PassKey
from ijaza_attendance.domain.room_links import RoomLinks
from ijaza_attendance.domain.state import State as AttendanceState
from ijaza_contracts.journal import DocumentJournaled
from ijaza_credential import desk
from ijaza_credential import storage as credential
from ijaza_credential.domain.state import State as CredentialState
from ijaza_credential.templates import shelf
from ijaza_enrollment import storage as enrollment
from ijaza_enrollment.domain.applicants import Applicant
from ijaza_enrollment.domain.editions import EditionState
from ijaza_enrollment.domain.run import Page, Run
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.documents import Codec
from ijaza_runtime.outbox import Outbox
from pydantic import BaseModel


class Collection(NamedTuple):
    """`again` reads a body and writes it anew, as the service does."""

    service: str
    name: str
    kind: Any
    schema: int
    again: Callable[[bytes], bytes]

    @property
    def file(self) -> str:
        """The name of its golden, without the release."""
        return f"{self.service}.{self.name}.json"

    def shape(self) -> dict[str, Any]:
        """What is stored, as a JSON Schema."""
        return msgspec.json.schema(self.kind, schema_hook=_model_schema)


def _model_schema(kind: type[Any]) -> dict[str, Any]:
    assert issubclass(kind, BaseModel)
    return kind.model_json_schema()


def _shelved(collection: str) -> Callable[[bytes], bytes]:
    store = MemoryStore()
    shelf = enrollment.Shelves(store, Outbox(MemoryBus(), store)).restoring[collection]

    def again(body: bytes) -> bytes:
        told = DocumentJournaled(
            edition="e",
            at=datetime(2020, 1, 1, tzinfo=UTC),
            collection=collection,
            document="d",
            write=1,
            stored=body.decode(),
        )
        return shelf.restored(told, None).body

    return again


_SHELVES: Mapping[str, Any] = {
    enrollment.EDITIONS: EditionState,
    enrollment.APPLICANTS: Applicant,
    enrollment.RUNS: Run,
    enrollment.PAGES: Page,
}

COLLECTIONS = (
    *(
        Collection("enrollment", name, kind, enrollment.SCHEMAS[name], _shelved(name))
        for name, kind in _SHELVES.items()
    ),
    Collection(
        "attendance",
        attendance.COLLECTION,
        AttendanceState,
        attendance.SCHEMA,
        lambda body: attendance.encode(attendance.decode(body)),
    ),
    Collection(
        "assessment",
        assessment.COLLECTION,
        AssessmentState,
        assessment.SCHEMA,
        lambda body: assessment.encode(assessment.decode(body)),
    ),
    Collection(
        "credential",
        credential.COLLECTION,
        CredentialState,
        credential.SCHEMA,
        lambda body: credential.encode(credential.decode(body)),
    ),
    Collection(
        "credential",
        desk.COLLECTION,
        desk.Documents,
        desk.SCHEMA,
        lambda body: msgspec.json.encode(desk.decode(body)),
    ),
)

_OF_THE_DOOR: Mapping[str, tuple[Any, Codec[Any]]] = {
    attendance.DEVICES: (Device, attendance.device_codec),
    attendance.PASS_KEYS: (PassKey, attendance.pass_key_codec),
    attendance.ROOM_LINKS: (RoomLinks, attendance.room_links_codec),
    attendance.BATCHES: (Taken, attendance.batch_codec),
}


def _of_the_door(name: str) -> Collection:
    kind, codec = _OF_THE_DOOR[name]
    return Collection("attendance", name, kind, 1, lambda body: codec.encode(codec.decode(body)))


YOUNG = (
    *map(_of_the_door, _OF_THE_DOOR),
    Collection(
        "credential",
        shelf.PACKS,
        shelf.StoredPack,
        shelf.SCHEMA,
        lambda body: shelf.packs.encode(shelf.packs.decode(body)),
    ),
    Collection(
        "credential",
        shelf.LISTS,
        shelf.Templates,
        shelf.SCHEMA,
        lambda body: shelf.lists.encode(shelf.lists.decode(body)),
    ),
)
"""Collections of which no release has stored anything yet: with one that does, they go above."""
