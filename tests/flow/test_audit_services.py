"""Audits and seals in services: over HTTP, by two desks at once, and after a store was lost."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from ijaza_contracts.topics import CREDENTIAL
from ijaza_credential.audit.sealing import COLLECTION, SealDesk
from ijaza_local.play.state import opened, services_of
from ijaza_local.services import Services
from ijaza_runtime.access import Role
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.bus import Bus
from ijaza_runtime.outbox import Outbox

from tests.flow.bus_file import tamper
from tests.flow.test_audit import a_serial

pytestmark = pytest.mark.slow
PARTITIONS = frozenset(range(12))


@pytest.fixture
def out(small_out: Path, tmp_path: Path) -> Path:
    """An OUT of its own."""
    return Path(shutil.copytree(small_out, tmp_path / "out"))


async def seals_on(bus: Bus) -> list[tuple[str, str]]:
    """Whose seals stand on the log, with the events' ids."""
    follower = await bus.follower([CREDENTIAL.name])
    found = []
    while slices := await follower.read(1_000):
        for _, _, records in slices:
            found += [
                (each.key, each.headers["ce_id"])
                for each in records
                if each.headers["ce_type"] == "credential.HistorySealed.v1"
            ]
    await follower.close()
    return found


def desk_of(services: Services, store: MemoryStore, held: frozenset[int] = PARTITIONS) -> SealDesk:
    """A desk of a process that holds these partitions."""
    bus = services.bus
    return SealDesk(
        bus=bus,
        store=store,
        outbox=Outbox(bus, store),
        keys=services.credential.desk.keys,
        partitions=12,
        held=lambda: held,
    )


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 200), (Role.EXAMINER, 403)])
async def test_an_auditor_asks_over_http(out: Path, keys: Path, role: Role, status: int) -> None:
    """The route tells what the command tells; scans and dead letters are the command's alone."""
    serial = a_serial(out)
    with opened(out) as ledger:
        async with services_of(out, ledger, keys) as services:
            token = services.access.issue("staff-1", [role], timedelta(hours=1), datetime.now(UTC))
            transport = httpx.ASGITransport(services.credential.app())
            async with httpx.AsyncClient(transport=transport, base_url="http://a") as client:
                client.headers["Authorization"] = f"Bearer {token}"
                answer = await client.get(f"/v1/certificates/{serial}/audit")

    assert answer.status_code == status
    if status == 200:
        told = answer.json()
        assert (told["serial"], told["unchanged"], told["seals"]) == (serial, True, 1)
        assert "attendance.scans" not in told["read"]


async def test_two_desks_on_one_store_make_one_seal_of_each_number(out: Path, keys: Path) -> None:
    """Partitions change hands while a pass goes on: whoever writes first has made it."""
    tamper(out, CREDENTIAL.name, without_seals)
    with opened(out) as ledger:
        async with services_of(out, ledger, keys) as services:
            store = MemoryStore()
            one, other = desk_of(services, store), desk_of(services, store)
            # Both look before either has sealed.
            passes = [await one.turn(), await other.turn()]
            await one.finish()
            await other.finish()
            standing = await seals_on(services.bus)

    assert passes[0]
    assert standing
    assert len(standing) == len(set(standing)) == len(dict(standing))


async def test_a_desk_seals_only_what_its_process_holds(out: Path, keys: Path) -> None:
    """Without a partition nothing is due; a desk that finds all sealed makes none again."""
    tamper(out, CREDENTIAL.name, without_seals)
    with opened(out) as ledger:
        async with services_of(out, ledger, keys) as services:
            store = MemoryStore()
            idle = await desk_of(services, store, frozenset()).turn()
            busy = desk_of(services, store)
            await busy.finish()
            sealed = await seals_on(services.bus)
            again = await desk_of(services, MemoryStore()).turn()
            kept = await store.load(COLLECTION, [key for key, _ in sealed])

    assert not idle
    assert len(kept) == len(sealed) > 0
    assert not again


def without_seals(rows: list[list[object]]) -> list[list[object]]:
    """A log of a release that made no seals."""
    return [row for row in rows if "HistorySealed" not in str(row[3])]
