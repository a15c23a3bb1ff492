"""A backup of Kafka and MongoDB, made while services are at work, restored on other servers."""

import asyncio
import json
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

import pytest
from ijaza_runtime.addresses import open_bus

from tests.deadline import eventually
from tests.flow.commandline import IJAZA
from tests.flow.test_sameness import content
from tests.flow.test_separate_processes import ijaza
from tests.operate.backups import EXAMPLES, PASSPHRASE, certificates, copy_ledger, with_a_rename
from tests.process.house import SERVICES, House, Running
from tests.servers.kafka import OwnKafka
from tests.servers.mongo import OwnMongo

pytestmark = pytest.mark.slow

EDITION = EXAMPLES / "mg-4"
PARTITIONS = "12"
BEGUN = 1_000
"""Records after which the backup is made: some scans have come in, others not."""


def playing(stack: ExitStack, house: House, settings: dict[str, Any], out: Path) -> "Popen[bytes]":
    """Begin to play the edition on the services."""
    command = [str(IJAZA), "run", str(EDITION), "--out", str(out), "--attach"]
    run = Popen(command, env=house.environment(**settings), stdout=DEVNULL)
    stack.callback(run.kill)
    return run


async def has_records(url: str, count: int) -> bool:
    """Whether so many records stand on a bus."""
    bus = open_bus(url)
    try:
        return sum((await bus.ends()).values()) >= count
    finally:
        await bus.close()


async def start_all(stack: ExitStack, house: House, settings: dict[str, Any]) -> list[Running]:
    """Every service as a process of its own, ready."""
    services = [stack.enter_context(house.started(name, **settings)) for name in SERVICES]
    for service in services:
        await service.ready()
    return services


def end_all(services: list[Running]) -> None:
    """End the services as their supervisor would."""
    for service in services:
        service.process.terminate()
    assert [service.process.wait(timeout=60) for service in services] == [0] * len(services)


@pytest.mark.parametrize("there", ["kafka+mongodb", "sqlite+sqlite"])
async def test_a_whole_installation_moves(
    there: str, own_kafka: OwnKafka, own_mongo: OwnMongo, tmp_path: Path
) -> None:
    """From the servers to new ones, or to files, in the middle of an edition: gone on with, it
    comes to the same files, and a correction supersedes under the same serial.
    """
    here = House(tmp_path / "here")
    passphrase = {"backup_passphrase": PASSPHRASE, "partitions": PARTITIONS}
    old: dict[str, Any] = {
        "bus_url": f"kafka://{own_kafka(folder=tmp_path / 'kafka-1').address}",
        "store_url": f"{own_mongo(folder=tmp_path / 'mongo-1').address}ijaza",
        **passphrase,
    }
    archive, out, moved = str(tmp_path / "archive.tar"), tmp_path / "out", tmp_path / "moved"
    with ExitStack() as stack:
        ijaza(here, old, "provision", "--no-acls", "--replication", "1")
        services = await start_all(stack, here, old)
        run = playing(stack, here, old, out)
        await eventually(partial(has_records, old["bus_url"], BEGUN), 120)
        copy_ledger(out / ".ijaza" / "run.db", moved / ".ijaza" / "run.db")
        said = json.loads(ijaza(here, old, "backup", archive, "--json"))
        assert run.poll() is None, "the backup was to be made while the edition was played"
        assert await asyncio.to_thread(run.wait, 240) == 0
        end_all(services)
    assert said["keys"]
    assert said["records"] >= BEGUN

    house = House(tmp_path / "there")
    new: dict[str, Any] = {**passphrase}
    if there == "kafka+mongodb":
        new |= {
            "bus_url": f"kafka://{own_kafka(folder=tmp_path / 'kafka-2').address}",
            "store_url": f"{own_mongo(folder=tmp_path / 'mongo-2').address}ijaza",
        }
        ijaza(house, new, "provision", "--no-acls", "--replication", "1")
    restored = json.loads(ijaza(house, new, "restore", archive, "--json"))
    assert restored == said
    for service in SERVICES:
        ijaza(house, new, "replay", service)

    again = with_a_rename(EDITION, tmp_path / "edition")
    with ExitStack() as stack:
        services = await start_all(stack, house, new)
        ijaza(house, new, "run", str(EDITION), "--out", str(moved), "--attach")
        assert content(moved) == content(out)
        ijaza(house, new, "run", str(again), "--out", str(moved), "--attach")
        end_all(services)

    rows = certificates(moved)
    assert {row["serial"] for row in rows} == {row["serial"] for row in certificates(out)}
    assert sorted(row["status"] for row in rows if row["status"] != "valid") == ["superseded"]
    files = [str(moved / row["credential"]) for row in rows if row["status"] == "valid"]
    ijaza(house, new, "verify", *files)
