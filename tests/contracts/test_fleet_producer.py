"""A fleet that emits scans on Kafka itself, by the example: they count, once."""

import asyncio
import json
import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from ijaza_attendance.main import assemble
from ijaza_contracts.enrollment import ParticipantSelected
from ijaza_contracts.topics import SCANS, SERVICES
from ijaza_local.provisioning.cluster import Cluster
from ijaza_local.provisioning.plan import permissions, read_acls
from ijaza_runtime.access import Role
from ijaza_runtime.addresses import open_bus
from ijaza_runtime.bus import Bus, Delivered, Record, partition_of
from ijaza_runtime.connections import KafkaAccess
from ijaza_runtime.service import plans

from tests.servers.kafka_secured import Secured, as_user
from tests.unit.attendance.given import EDITION, PUBLISHED_AT, edition, session
from tests.unit.attendance.office import opened

ROOT = Path(__file__).parents[2]
FLEET, PASSWORD = "fleet-gates", "of-a-fleet"
PARTITIONS = 4
EVERYTHING = plans(SERVICES, PARTITIONS)  # as many as tests/deploy plan on the same broker

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kafka-secured")]


@pytest.fixture
async def bus(kafka_secured: Secured) -> AsyncIterator[Bus]:
    """The secured broker's bus as its administrator has it, with topics and the fleet's user."""
    access = KafkaAccess(
        security="SASL_PLAINTEXT",
        username=kafka_secured.username,
        password=kafka_secured.password,
    )
    kafka_secured.add_user(FLEET, PASSWORD)
    Cluster(kafka_secured.address, access).make_permissions(
        permissions(read_acls(ROOT / "infra/kafka"), [], ["gates"])
    )
    opened_bus = open_bus(f"kafka://{kafka_secured.address}", kafka=access)
    try:
        await opened_bus.provision(EVERYTHING)
        yield opened_bus
    finally:
        await opened_bus.close()


def as_fleet(server: Secured) -> dict[str, str]:
    """What librdkafka is told to be the fleet."""
    return {"bootstrap.servers": server.address, **as_user(FLEET, PASSWORD)}


def emitted(server: Secured, scans: Sequence[dict[str, Any]]) -> None:
    """Run the example."""
    told = {f"KAFKA_{name.upper().replace('.', '_')}": v for name, v in as_fleet(server).items()}
    subprocess.run(
        [sys.executable, ROOT / "examples/kiosk/fleet.py"],
        input="".join(f"{json.dumps(scan)}\n" for scan in scans),
        env={"PATH": os.environ["PATH"], **told},
        text=True,
        timeout=60,
        check=True,
    )


def stay(participant: str) -> list[dict[str, Any]]:
    """Two hours in a session."""
    return [
        {
            "edition": EDITION,
            "participant": participant,
            "scan_id": f"gate-7-{participant}-{seq}",
            "device": "gate-7",
            "session": "s1",
            "direction": direction,
            "at": at,
            "seq": seq,
        }
        for seq, (direction, at) in enumerate(
            [("in", "2019-12-15T16:00:00Z"), ("out", "2019-12-15T18:00:00Z")], 1
        )
    ]


async def of_participants(bus: Bus, keys: Sequence[str]) -> list[tuple[int, Delivered]]:
    """The scans of some participants, with their partitions."""
    follower = await bus.follower([SCANS.name])
    found: list[tuple[int, Delivered]] = []
    while slices := await follower.read(1_000):
        found += [(each.partition, one) for each in slices for one in each.records]
    await follower.close()
    return [(partition, record) for partition, record in found if record.key in keys]


async def test_scans_of_a_fleet_count_once(
    bus: Bus, kafka_secured: Secured, tmp_path: Path
) -> None:
    """Emitted twice, each in its participant's partition, they are two hours of the session."""
    people = [f"p-{secrets.token_hex(4)}" for _ in range(5)]
    scans = [scan for each in people for scan in stay(each)]

    for _ in range(2):
        await asyncio.to_thread(emitted, kafka_secured, scans)
    found = await of_participants(bus, people)

    assert len(found) == 2 * len(scans)
    assert len({record.headers["ce_id"] for _, record in found}) == len(scans)
    ids = {json.loads(record.value or b"")["scan_id"] for _, record in found}
    assert ids == {f"{FLEET}/{scan['scan_id']}" for scan in scans}
    assert all(partition == partition_of(each.key, PARTITIONS) for partition, each in found)
    records = [Record(SCANS.name, each.key, each.value, each.headers) for _, each in found]
    assert await seconds(records, people, tmp_path / "keys") == [7200] * len(people)


async def seconds(records: Sequence[Record], people: Sequence[str], keys: Path) -> list[int]:
    """What attendance makes of records for each of some people."""
    async with opened(assemble, keys) as office:
        selected = [
            ParticipantSelected(
                edition=EDITION,
                participant=each,
                at=PUBLISHED_AT,
                number=number,
                via="ranking",
                rank=number,
            )
            for number, each in enumerate(people, 1)
        ]
        await office.tell(edition([session("s1")]), *selected)
        await office.bus.publish(records)
        await office.drain()
        shown = [
            await office.get(Role.OFFICE, f"/v1/editions/{EDITION}/participants/{each}/attendance")
            for each in people
        ]
        return [each.json()["sessions"][0]["seconds"] for each in shown]
