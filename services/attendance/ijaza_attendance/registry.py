"""Devices, keys of passes, links to rooms: changed one document at a time, known to every process.

What a command decides is saved by compare-and-set with the event that says it, so that a code
works once whatever two processes do at the same moment. What is asked is answered from the table
of `attendance.devices`, read to its end: a revocation holds everywhere as soon as it is published.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from ijaza_contracts.door import DeviceEvent, DoorEvent, RoomEvent
from ijaza_runtime.bus import BusError
from ijaza_runtime.documents import Codec
from ijaza_runtime.errors import Conflicting
from ijaza_runtime.observe import log
from ijaza_runtime.outbox import Outbox, records_of
from ijaza_runtime.references import References
from ijaza_runtime.store import Document, Store

from ijaza_attendance.domain.devices import Device, PassKey
from ijaza_attendance.domain.room_links import RoomLinks
from ijaza_attendance.handlers import DEVICES
from ijaza_attendance.storage import DEVICES as DEVICE_COLLECTION
from ijaza_attendance.storage import PASS_KEYS as PASS_KEY_COLLECTION
from ijaza_attendance.storage import ROOM_LINKS as ROOM_LINK_COLLECTION
from ijaza_attendance.storage import device_codec, pass_key_codec, room_links_codec

COLLECTIONS = (DEVICE_COLLECTION, PASS_KEY_COLLECTION, ROOM_LINK_COLLECTION)

V = TypeVar("V", Device, PassKey, RoomLinks)

_TRIES = 20


class Shelf(Generic[V]):
    """The documents of one kind, by id."""

    def __init__(self, collection: str, codec: Codec[V], *, store: Store, outbox: Outbox) -> None:
        self._collection = collection
        self._codec: Codec[V] = codec
        self._store = store
        self._outbox = outbox

    async def change(self, key: str, decide: Callable[[V | None], DoorEvent | None]) -> V | None:
        """Carry out a decision; what is known of the key after it. Raises what `decide` raises."""
        for _ in range(_TRIES):
            document = (await self._store.load(self._collection, [key])).get(key)
            before = None if document is None else self._codec.decode(document.body)
            event = decide(before)
            if event is None:
                return before
            after: V = DEVICES.handlers[type(event)](before, event)
            changed = self._document(key, after, document, event)
            if await self._outbox.save(self._collection, [changed]):
                continue
            try:
                await self._outbox.send(self._collection, [changed])
            except BusError as fault:
                # It is durable with its event: the relay sends it.
                log.warning("events wait in the outbox", why=str(fault))
            return after
        raise Conflicting("too-busy", "others kept changing the same thing: try again")

    async def restore(self, event: DoorEvent) -> None:
        """Fold an event that was published before, and publish nothing."""
        document = (await self._store.load(self._collection, [event.key])).get(event.key)
        before = None if document is None else self._codec.decode(document.body)
        after: V = DEVICES.handlers[type(event)](before, event)
        if after != before:
            restored = self._document(event.key, after, document, None)
            await self._store.save(self._collection, [restored])

    def _document(
        self, key: str, after: V, before: Document | None, event: DoorEvent | None
    ) -> Document:
        return Document(
            key=key,
            version=before.version + 1 if before else 1,
            scope="",
            partition=0,
            basis="",
            body=self._codec.encode(after),
            outbox=(before.outbox if before else ()) + records_of([event] if event else []),
        )


class Registry:
    """Who keeps the doors, what proves a pass, and which links show a room."""

    def __init__(self, *, store: Store, outbox: Outbox, references: References) -> None:
        self._references = references
        self.devices: Shelf[Device] = Shelf(
            DEVICE_COLLECTION, device_codec, store=store, outbox=outbox
        )
        self.pass_keys: Shelf[PassKey] = Shelf(
            PASS_KEY_COLLECTION, pass_key_codec, store=store, outbox=outbox
        )
        self.room_links: Shelf[RoomLinks] = Shelf(
            ROOM_LINK_COLLECTION, room_links_codec, store=store, outbox=outbox
        )

    def shelf_of(self, event: DoorEvent) -> "Shelf[Device] | Shelf[PassKey] | Shelf[RoomLinks]":
        """Where what an event tells of is kept."""
        if isinstance(event, DeviceEvent):
            return self.devices
        return self.room_links if isinstance(event, RoomEvent) else self.pass_keys

    async def refresh(self) -> None:
        """Know what was published until now."""
        await self._references.refresh()

    def device(self, device: str) -> Device | None:
        """A device by its id, as of the last refresh."""
        found = self._references.get(DEVICES, device)
        return found if isinstance(found, Device) else None

    def shows_room(self, edition: str, session: str, number: int) -> bool:
        """Whether a link of this number shows a room, as of the last refresh."""
        found = self._references.get(DEVICES, f"{edition}/{session}")
        return isinstance(found, RoomLinks) and found.show(number)

    def all_devices(self) -> list[Device]:
        """Every device that there ever was, the newest first."""
        known = self._references.all(DEVICES).values()
        devices = [each for each in known if isinstance(each, Device)]
        return sorted(devices, key=lambda each: (-each.invited_at, each.device))

    def all_keys(self) -> list[PassKey]:
        """Every key of passes that there ever was, the newest first."""
        known = self._references.all(DEVICES).values()
        keys = [each for each in known if isinstance(each, PassKey)]
        return sorted(keys, key=lambda each: -each.number)

    def valid_keys(self) -> dict[str, str]:
        """The public keys (base64url) that prove a pass now, by id, the newest first."""
        return {each.key_id: each.public_key for each in self.all_keys() if each.valid}
