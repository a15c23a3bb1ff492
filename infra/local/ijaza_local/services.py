"""All services in one process, on one bus, each with a store of its own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ijaza_assessment import main as assessment
from ijaza_attendance import main as attendance
from ijaza_credential import main as credential
from ijaza_enrollment import main as enrollment
from ijaza_enrollment.handlers import Enrollment
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.addresses import open_bus, open_store
from ijaza_runtime.bus import Bus
from ijaza_runtime.failpoints import Step, nowhere
from ijaza_runtime.observe import Handled, unheeded
from ijaza_runtime.service import Assembly, Parts, provision
from ijaza_runtime.store import Store

PATIENCE = 5
"""Failures in a row after which a drain gives up: three seconds of them."""
PAUSE = 0.05
"""Seconds between two looks at what waits to be tried again."""

NAMES = (enrollment.NAME, attendance.NAME, assessment.NAME, credential.NAME)


@dataclass(frozen=True, slots=True)
class Services:
    """The four core services, put together."""

    bus: Bus
    access: AccessKeys
    enrollment: Assembly[Enrollment]
    attendance: Assembly[attendance.Desk]
    assessment: Assembly[assessment.Desk]
    credential: Assembly[credential.Desk]

    @property
    def all(self) -> tuple[Assembly[Any], ...]:
        """In the order in which events flow."""
        return (self.enrollment, self.attendance, self.assessment, self.credential)


@asynccontextmanager
async def running(
    *,
    bus_url: str,
    store_url: str,
    keys: Path,
    partitions: int,
    step: Step = nowhere,
    handled: Handled = unheeded,
    member: str | None = None,
) -> AsyncIterator[Services]:
    """Open bus and stores, make the topics, put the services together; close all at the end.

    `member` names this process in its groups. Whoever is alone by other means (a lock) gives the
    same name each time: then nobody waits for the lease of a process that was killed.

    Raises `BusError` or `StoreError` if an address or a file cannot be used.
    """
    bus = open_bus(bus_url, member=member)
    stores: list[Store] = []
    try:
        await provision(bus, NAMES, partitions)
        access = AccessKeys.load_or_create(keys)

        async def parts(name: str) -> Parts:
            store = open_store(store_url, name)
            stores.append(store)
            return Parts(
                bus=bus,
                store=store,
                keys=keys,
                access=access,
                partitions=partitions,
                step=step,
                handled=handled,
            )

        services = Services(
            bus=bus,
            access=access,
            enrollment=enrollment.assemble(await parts(enrollment.NAME)),
            attendance=attendance.assemble(await parts(attendance.NAME)),
            assessment=assessment.assemble(await parts(assessment.NAME)),
            credential=credential.assemble(await parts(credential.NAME)),
        )
        try:
            yield services
        finally:
            for service in services.all:
                await service.close()
    finally:
        for store in stores:
            await store.close()
        await bus.close()


async def drain(services: Sequence[Assembly[Any]]) -> None:
    """Turn services until none has anything left to do.

    Raises what one of them has failed with again and again: with that, it would never be done.
    """
    while True:
        done = False
        for service in services:
            done |= await service.turn()
        if done:
            continue
        if all([await service.caught_up() for service in services]):
            return
        for service in services:
            if error := service.stuck(PATIENCE):
                raise error
        await asyncio.sleep(PAUSE)
