"""All services in one process, on one bus, each with a store of its own.

Their loops run here, or elsewhere: each service as a process of its own on the same bus and store.
Then this process gives commands and asks questions only.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from ijaza_assessment import main as assessment
from ijaza_attendance import main as attendance
from ijaza_attendance.settings import USUAL, AttendanceSettings
from ijaza_credential import main as credential
from ijaza_enrollment import main as enrollment
from ijaza_enrollment.handlers import Enrollment
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.addresses import is_embedded, open_bus, open_store
from ijaza_runtime.bus import Bus
from ijaza_runtime.connections import KafkaAccess, MongoWrites
from ijaza_runtime.failpoints import Step, nowhere
from ijaza_runtime.meter import UNHEARD, Meter
from ijaza_runtime.service import Assembly, Parts, provision
from ijaza_runtime.store import Store

PATIENCE = 5
"""Failures in a row after which a drain gives up: three seconds of them."""
PAUSE = 0.05
"""Seconds between two looks at what waits to be tried again."""
LOOK_EVERY = 0.25
"""Seconds between two looks at services that run elsewhere."""
STANDSTILL = 60.0
"""Seconds after which services elsewhere that get no further are given up."""

_PLAIN_KAFKA = KafkaAccess()
_SAFE_WRITES = MongoWrites()

NAMES = (enrollment.NAME, attendance.NAME, assessment.NAME, credential.NAME)


class StandstillError(Exception):
    """Services that run elsewhere do not get on; the message names them."""


@dataclass(frozen=True, slots=True)
class Services:
    """The four core services, put together; `elsewhere` says where their loops run."""

    bus: Bus
    access: AccessKeys
    elsewhere: bool
    enrollment: Assembly[Enrollment]
    attendance: Assembly[attendance.Desk]
    assessment: Assembly[assessment.Desk]
    credential: Assembly[credential.Desk]

    @property
    def all(self) -> tuple[Assembly[Any], ...]:
        """In the order in which events flow."""
        return (self.enrollment, self.attendance, self.assessment, self.credential)

    async def drain(self, services: Sequence[Assembly[Any]]) -> None:
        """Come back when these services have nothing left to do, wherever their loops run.

        Raises what one of them has failed with again and again, or `StandstillError`.
        """
        await (rested(self.bus, services) if self.elsewhere else drain(services))


@asynccontextmanager
async def running(
    *,
    bus_url: str,
    store_url: str,
    keys: Path,
    partitions: int,
    kafka: KafkaAccess = _PLAIN_KAFKA,
    mongo: MongoWrites = _SAFE_WRITES,
    elsewhere: bool = False,
    step: Step = nowhere,
    meter: Meter = UNHEARD,
    member: str | None = None,
    of_attendance: AttendanceSettings = USUAL,
) -> AsyncIterator[Services]:
    """Open bus and stores, put the services together; close all at the end.

    An embedded bus gets its topics here; a server's are made by `ijaza provision` alone. `member`
    names this process in its groups. Whoever is alone by other means (a lock) gives the same name
    each time: then nobody waits for the lease of a process that was killed.

    Raises `BusError` or `StoreError` if an address or a file cannot be used.
    """
    bus = open_bus(bus_url, member=member, kafka=kafka)
    stores: list[Store] = []
    try:
        if is_embedded(bus_url) and not elsewhere:
            await provision(bus, NAMES, partitions)
        access = AccessKeys.load_or_create(keys)

        async def parts(name: str) -> Parts:
            store = open_store(store_url, name, mongo=mongo)
            stores.append(store)
            return Parts(
                bus=bus,
                store=store,
                keys=keys,
                access=access,
                partitions=partitions,
                step=step,
                meter=meter,
            )

        services = Services(
            bus=bus,
            access=access,
            elsewhere=elsewhere,
            enrollment=enrollment.assemble(await parts(enrollment.NAME)),
            attendance=attendance.assemble(await parts(attendance.NAME), of_attendance),
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


async def rested(bus: Bus, services: Sequence[Assembly[Any]]) -> None:
    """Wait until services that run elsewhere have nothing left to do.

    Raises `StandstillError` if they get no further for so long that they hardly run.
    """
    seen: object = None
    since = monotonic()
    while True:
        ends = await bus.ends()
        left = {service.name: await service.left() for service in services}
        if not any(left.values()) and await bus.ends() == ends:
            return
        reached = [ends, *[await service.reached() for service in services]]
        if reached != seen:
            seen, since = reached, monotonic()
        elif monotonic() - since > STANDSTILL:
            waiting = "; ".join(f"{name}: {what}" for name, what in left.items() if what)
            raise StandstillError(
                f"nothing was handled for {STANDSTILL:g} s. {waiting}. See whether the process "
                "runs (/health/ready) and what its log says, and run again."
            )
        await asyncio.sleep(LOOK_EVERY)
