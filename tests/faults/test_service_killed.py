"""Each service killed at each step that it takes, on Kafka: what comes of it is as ever."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ijaza_assessment import handlers as assessment
from ijaza_attendance import handlers as attendance
from ijaza_contracts.topics import EDITIONS, ENROLLMENT, PEOPLE
from ijaza_enrollment.storage import COLLECTIONS
from ijaza_local.files import Scan, read_edition
from ijaza_local.play.run import run_edition
from ijaza_local.services import drain, running
from ijaza_runtime.addresses import open_bus, open_store
from ijaza_runtime.bus import Bus
from ijaza_runtime.failpoints import STEPS
from ijaza_runtime.service import provision

from tests.conformance.reading import everything
from tests.deadline import eventually
from tests.editions import small_edition
from tests.faults.supervised import Retrying, Supervised, supervised
from tests.faults.world import PATIENCE
from tests.flow.office import Clients, Office, connected
from tests.flow.test_sameness import content
from tests.oracle.random_editions import write_random_edition
from tests.process.house import PARTITIONS, ROOT, House
from tests.servers.kafka import OwnKafka
from tests.servers.mongo import OwnMongo

pytestmark = pytest.mark.slow

SEED = 3
"""A random edition with selection, corrections and certificates."""
SIZE = 12
OF_A_COMMAND = ("saved", "published", "marked")
OF_COMMANDS = (*OF_A_COMMAND, "saved:2", "published:2", "marked:2", "saved:3")
"""The later ones lie within a command that saves several documents."""
OF_A_FOLD = ("polled", "folded", "saved", "published", "marked", "committed")
OF_A_SILENT_FOLD = ("polled", "folded", "saved", "committed")
"""What assessment folds it answers nothing to; its events come of commands."""
READ = {
    "attendance": [topic.name for topic in attendance.INPUTS],
    "assessment": [topic.name for topic in assessment.INPUTS],
}
KEPT = {
    "enrollment": COLLECTIONS,
    "attendance": [attendance.FOLD.collection],
    "assessment": [assessment.FOLD.collection],
}
CLOSED = datetime(2020, 1, 10, tzinfo=UTC)
IN_A_RUN = 12
"""Partitions where a run keeps its state in OUT."""


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    """The files of an edition."""
    folder = tmp_path / "edition"
    write_random_edition(folder, SEED, size=SIZE)
    return folder


async def test_folding_services_killed_at_each_step(
    own_kafka: OwnKafka, own_mongo: OwnMongo, edition: Path, tmp_path: Path
) -> None:
    """While an edition passes through them, three services are killed at every step of theirs,
    credential's document desk included: the files are those of the undisturbed run, byte for byte.
    """
    house = House(tmp_path / "house")
    settings = {
        "bus_url": f"kafka://{own_kafka().address}",
        "store_url": f"{own_mongo().address}ijaza",
        "partitions": str(IN_A_RUN),
    }
    await ijaza(house, settings, "provision", "--no-acls", "--replication", "1")
    services = [
        Supervised(house, "attendance", settings, OF_A_FOLD),
        Supervised(house, "assessment", settings, OF_A_SILENT_FOLD),
        Supervised(house, "credential", settings, STEPS),
    ]
    out = tmp_path / "out"

    async with supervised(services):
        await ijaza(house, settings, "run", str(edition), "--out", str(out), "--attach")

    assert [each.killed_at for each in services] == [list(each.steps) for each in services]
    await run_edition(edition, tmp_path / "undisturbed", keys=house.keys)
    assert content(out) == content(tmp_path / "undisturbed")


async def ijaza(house: House, settings: dict[str, str], *arguments: str) -> None:
    """Call the command line; it has to succeed."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("ijaza")),
        *arguments,
        env=house.environment(**settings),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), 240)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, said.decode()


async def test_commands_cut_short(own_kafka: OwnKafka, tmp_path: Path) -> None:
    """Services are killed at each step of commands that they are given by HTTP, and who asked
    asks again: everybody is there once, the seats are given as ever, each scan and each result
    counts once, and nothing was said twice in effect.
    """
    house = House(tmp_path / "house")
    settings = {
        "bus_url": f"kafka://{own_kafka().address}",
        "store_url": f"sqlite:///{tmp_path}/stores",
        "partitions": PARTITIONS,
    }
    wanted = await undisturbed(house, tmp_path)
    bus = open_bus(str(settings["bus_url"]))
    services = {
        "enrollment": Supervised(house, "enrollment", settings, OF_COMMANDS),
        "attendance": Supervised(house, "attendance", settings, ()),
        "assessment": Supervised(house, "assessment", settings, OF_A_COMMAND),
    }
    try:
        await provision(bus, list(services), PARTITIONS)
        async with supervised(list(services.values())):
            office = office_of(Retrying({}, services, house.headers()), tmp_path)
            await taught(office, lambda: eventually(lambda: at_rest(bus), PATIENCE))
            found = await outcome(bus, str(settings["store_url"]))
    finally:
        await bus.close()

    assert [each.killed_at for each in services.values()] == [
        list(each.steps) for each in services.values()
    ]
    assert found == wanted


async def undisturbed(house: House, folder: Path) -> dict[str, object]:
    """What comes of the same where nothing fails."""
    stores = f"sqlite:///{folder}/alone"
    async with (
        running(
            bus_url="memory://", store_url=stores, keys=house.keys, partitions=PARTITIONS
        ) as services,
        connected(services) as clients,
    ):
        await taught(office_of(clients, folder), lambda: drain(services.all))
        found = await outcome(services.bus, stores)
    assert found["events"]
    assert found["documents"]
    return found


def office_of(clients: Clients, folder: Path) -> Office:
    """The office of a small edition, of whom some leave."""
    scans: list[Scan] = []
    reading = read_edition(small_edition(folder / "small"), on_scan=scans.append)
    assert reading.files is not None, reading
    return Office(clients, reading.files, scans)


async def taught(office: Office, handled: Callable[[], Awaitable[None]]) -> None:
    """Enrol everybody, record what they did, and close."""
    await office.enrol()
    await handled()
    await office.record()
    await handled()
    await office.close(CLOSED)
    await handled()


async def at_rest(bus: Bus) -> bool:
    """Whether the services have committed everything there is."""
    ends = await bus.ends()
    for group, topics in READ.items():
        committed = await bus.committed(group, topics)
        if any(offset < ends[place] for place, offset in committed.items()):
            return False
    return True


async def outcome(bus: Bus, stores: str) -> dict[str, object]:
    """The services' documents, and what enrollment said, by the ids of the events."""
    events: dict[tuple[str, str, str], bytes | None] = {}
    for topic, _, record in await everything(bus, ENROLLMENT.name, EDITIONS.name, PEOPLE.name):
        name = (topic, record.headers["ce_type"], record.headers["ce_id"])
        assert events.setdefault(name, record.value) == record.value, name
    documents = {}
    unsent = []
    for service, collections in KEPT.items():
        store = open_store(stores, service)
        for collection in collections:
            keys = [each.key for each in await store.headings(collection, most=1000)]
            for key, document in (await store.load(collection, keys)).items():
                documents[collection, key] = json.loads(document.body)
            unsent += [each.key for each in await store.unsent(collection, "", 100)]
        await store.close()
    return {"events": events, "documents": documents, "unsent": unsent}
