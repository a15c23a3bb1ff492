"""The services as if each were deployed alone: every one on a bus of its own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from ijaza_assessment import main as assessment
from ijaza_attendance import main as attendance
from ijaza_credential import main as credential
from ijaza_enrollment import main as enrollment
from ijaza_local.services import NAMES, Services
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.bus import Bus
from ijaza_runtime.service import Parts

PARTITIONS = 4


@asynccontextmanager
async def apart(buses: Mapping[str, Bus], keys: Path) -> AsyncIterator[Services]:
    """Put the services together, each on its bus and with an empty store; close all at the end."""
    access = AccessKeys.load_or_create(keys)

    def parts(name: str) -> Parts:
        return Parts(
            bus=buses[name],
            store=MemoryStore(),
            keys=keys,
            access=access,
            partitions=PARTITIONS,
        )

    services = Services(
        bus=buses[NAMES[0]],
        access=access,
        elsewhere=False,
        enrollment=enrollment.assemble(parts(enrollment.NAME)),
        attendance=attendance.assemble(parts(attendance.NAME)),
        assessment=assessment.assemble(parts(assessment.NAME)),
        credential=credential.assemble(parts(credential.NAME)),
    )
    try:
        yield services
    finally:
        for service in services.all:
            await service.close()
        for bus in buses.values():
            await bus.close()
