"""Documents of devices are compared and set: of two decisions on one state, one is made again."""

import asyncio
from collections.abc import Mapping, Sequence

from ijaza_attendance.domain.devices import Device, enrol
from ijaza_attendance.domain.refusals import NotAllowedError
from ijaza_attendance.registry import Shelf
from ijaza_attendance.storage import DEVICES, device_codec
from ijaza_contracts.door import DeviceInvited, DeviceScope
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.outbox import Outbox
from ijaza_runtime.service import provision
from ijaza_runtime.store import Document

from tests.unit.attendance.given import EDITION, at


class Simultaneous(MemoryStore):
    """Lets two read a document before either writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.both = asyncio.Barrier(2)
        self.reads = 2

    async def load(self, collection: str, keys: Sequence[str]) -> Mapping[str, Document]:
        found = await super().load(collection, keys)
        self.reads += 1
        if self.reads <= 2:
            await self.both.wait()
        return found


async def test_of_two_that_use_a_code_at_once_one_is_enrolled() -> None:
    """Whichever process each of them asked; the other is told what every stranger is told."""
    bus, store = MemoryBus(), Simultaneous()
    await provision(bus, ["attendance"], 1)
    shelf: Shelf[Device] = Shelf(DEVICES, device_codec, store=store, outbox=Outbox(bus, store))
    invitation = DeviceInvited(
        device="door-1", at=at("09:00"), label="L", editions=(DeviceScope(edition=EDITION),),
        code_hash="0" * 32, expires_at=at("10:00"), actor="staff-7",
    )  # fmt: skip
    await shelf.restore(invitation)
    store.reads = 0

    async def use(key: str) -> Device | None:
        return await shelf.change(
            "door-1",
            lambda known: enrol(known, public_key=key * 43, user_agent="", at=at("09:30")),
        )

    results = await asyncio.gather(use("A"), use("B"), return_exceptions=True)

    assert [type(each) for each in results].count(Device) == 1
    assert [type(each) for each in results].count(NotAllowedError) == 1
