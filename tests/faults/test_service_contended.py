"""Commands by HTTP against the very participants whose events the reactor is folding."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ijaza_attendance.handlers import FOLD, INPUTS
from ijaza_attendance.main import NAME
from ijaza_contracts.attendance import ScanRecorded
from ijaza_contracts.topics import ATTENDANCE, EDITIONS, PEOPLE
from ijaza_local.files import read_edition
from ijaza_local.services import drain, running
from ijaza_runtime.addresses import open_bus, open_store
from ijaza_runtime.bus import Bus, Record
from ijaza_runtime.outbox import record_of
from ijaza_runtime.service import provision

from tests.conformance.reading import everything
from tests.deadline import eventually
from tests.editions import small_edition
from tests.faults.members import members_of
from tests.faults.world import PATIENCE, batches, world
from tests.flow.office import Clients, Office, connected
from tests.process.house import PARTITIONS, clients_of
from tests.servers.kafka import OwnKafka

pytestmark = pytest.mark.slow

SCANS, CORRECTIONS = 200, 25
"""Of each participant."""
TOPICS = [topic.name for topic in INPUTS]
SEATED = ("A1", "A3", "A4")
BEGINS = datetime.fromisoformat("2019-12-15T15:00+02:00")


async def test_commands_while_facts_are_folded(own_kafka: OwnKafka, tmp_path: Path) -> None:
    """Each participant's scans come while the office corrects the same participant's seconds:
    documents and published seconds are those of one after the other, though writes were refused.
    """
    place = world(tmp_path, kafka=own_kafka().address)
    house = members_of(place)
    alone = f"sqlite:///{tmp_path}/alone"
    async with (
        running(
            bus_url="memory://", store_url=alone, keys=house.keys, partitions=PARTITIONS
        ) as services,
        connected(services) as clients,
    ):
        office = await enrolled(clients, tmp_path)
        await drain(services.all)
        given = await everything(services.bus, TOPICS[0], EDITIONS.name, PEOPLE.name)
        people = [office.ids[ref] for ref in SEATED]
        scans = scans_of(office, people)
        await services.bus.publish(scans)
        await drain(services.all)
        for person in people:
            await corrected(clients, office, person)
        await drain(services.all)
        wanted = await outcome(services.bus, alone, people)

    bus = open_bus(place.bus_url)
    try:
        await provision(bus, [NAME], PARTITIONS)
        await bus.publish([Record(t, r.key, r.value, r.headers) for t, _, r in given])
        with house.member(place, {"service": NAME, "batch": 20}) as member:
            await member.running.ready()
            await eventually(lambda: has_handled(bus), PATIENCE)
            async with clients_of(house, [member.running]) as clients:
                await asyncio.gather(
                    flow(bus, scans), *(corrected(clients, office, person) for person in people)
                )
            await eventually(lambda: has_handled(bus), PATIENCE)
            assert await member.running.stopped() == 0
            assert member.notes("refused", FOLD.collection), "they were in each other's way"
        assert await outcome(bus, place.store_url, people) == wanted
    finally:
        await bus.close()


async def enrolled(clients: Clients, folder: Path) -> Office:
    """The office of a small edition, with everybody enrolled."""
    reading = read_edition(small_edition(folder / "small"), on_scan=lambda scan: None)
    assert reading.files is not None, reading
    office = Office(clients, reading.files, [])
    await office.enrol()
    return office


def scans_of(office: Office, people: Sequence[str]) -> list[Record]:
    """Scans at the door, in and out by turns, those of all participants mixed."""
    return [
        record_of(
            ScanRecorded(
                edition=office.files.edition.id,
                participant=person,
                at=BEGINS + timedelta(seconds=60 * number),
                scan_id=f"{person}-{number}",
                device="kiosk-1",
                session="m1-d1",
                direction="out" if number % 2 else "in",
                seq=number,
            )
        )
        for number in range(SCANS)
        for person in people
    ]


async def flow(bus: Bus, scans: Sequence[Record]) -> None:
    """Publish the scans, a few at a time."""
    for batch in batches(scans, 12):
        await bus.publish(batch)
        await asyncio.sleep(0.02)


async def corrected(clients: Clients, office: Office, person: str) -> None:
    """Correct a participant's seconds again and again, each correction later than the last."""
    for number in range(CORRECTIONS):
        at = BEGINS + timedelta(days=1, minutes=number)
        body: dict[str, Any] = {
            "correction": f"{person}-{number}",
            "session": "m1-d2" if number % 2 else "m1-d1",
            "minutes": number,
            "at": at.isoformat(),
            "reason": "",
        }
        await clients.post(NAME, f"{office.path}/participants/{person}/corrections", body)


async def has_handled(bus: Bus) -> bool:
    """Whether attendance has committed everything there is."""
    ends = await bus.ends()
    committed = await bus.committed(NAME, TOPICS)
    return all(offset >= ends[place] for place, offset in committed.items())


async def outcome(bus: Bus, stores: str, people: Sequence[str]) -> dict[str, object]:
    """Documents, and of each session the seconds that stand at last."""
    store = open_store(stores, NAME)
    documents = {
        key: json.loads(document.body)
        for key, document in (await store.load(FOLD.collection, people)).items()
    }
    unsent = await store.unsent(FOLD.collection, "", 100)
    await store.close()
    seconds: dict[tuple[str, str], tuple[list[int], int]] = {}
    for _, _, record in await everything(bus, ATTENDANCE.name):
        said = json.loads(record.value or b"{}")
        if record.headers["ce_type"].startswith("attendance.SessionAttended"):
            slot = record.key, said["session"]
            stands = said["version"], said["seconds"]
            seconds[slot] = max(seconds.get(slot, stands), stands)
    return {"documents": documents, "seconds": seconds, "unsent": unsent}
