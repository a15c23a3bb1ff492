"""Records that were removed before a group had read them: an alarm, and no silent skip."""

import signal
from collections.abc import Mapping
from pathlib import Path

import pytest
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import AdminClient
from ijaza_contracts.topics import ATTENDANCE
from ijaza_runtime.bus import TopicPartition

from tests.deadline import eventually
from tests.faults.world import FACTS, PATIENCE, Tools, batches, facts, world
from tests.process.house import Running
from tests.servers.kafka import OwnKafka

pytestmark = pytest.mark.slow

LOST = TopicPartition(ATTENDANCE.name, 0)
OTHER = TopicPartition(ATTENDANCE.name, 1)


async def offsets(tools: Tools) -> dict[TopicPartition, int]:
    return dict(await tools.bus.committed("credential", FACTS))


def names_the_loss(running: Running) -> bool:
    """Whether the log says that records are lost, and where."""
    said = running.log.read_text(encoding="utf-8")
    return f"{LOST.topic}[{LOST.partition}]" in said and "removed before they were read" in said


@pytest.mark.parametrize("how", ["ended", "stopped"])
async def test_removed_records_are_an_alarm(own_kafka: OwnKafka, tmp_path: Path, how: str) -> None:
    """While the process is away, ended or stopped (SIGSTOP), records are removed that it has not
    read. It says so, counts failures, and holds that partition where it stood; others go on.
    """
    broker = own_kafka()
    place = world(tmp_path, kafka=broker.address)
    async with place.tools() as tools:
        await tools.prepare()
        parts = list(batches(facts(), 100))
        with place.credential() as running:
            await running.ready()
            for part in parts[: len(parts) // 2]:
                await tools.publish(part)
            await eventually(tools.has_handled, PATIENCE)
            stood = await offsets(tools)
            if how == "ended":
                assert await running.stopped() == 0
            else:
                running.signal(signal.SIGSTOP)
            for part in parts[len(parts) // 2 :]:
                await tools.publish(part)
            ends = await tools.bus.ends()
            admin = AdminClient({"bootstrap.servers": broker.address})
            for removing in admin.delete_records([Place(*LOST, ends[LOST] - 5)]).values():
                removing.result()
            if how == "stopped":
                running.signal(signal.SIGCONT)
                await expect_alarm(tools, running, stood, ends)
        if how == "ended":
            with place.credential() as running:
                await expect_alarm(tools, running, stood, ends)


async def expect_alarm(
    tools: Tools,
    running: Running,
    stood: dict[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
) -> None:
    """It is told, and held; the other partition is not."""

    async def told() -> bool:
        return names_the_loss(running)

    async def other_goes_on() -> bool:
        return (await offsets(tools))[OTHER] == ends[OTHER]

    await eventually(told, PATIENCE)
    await eventually(other_goes_on, PATIENCE)
    assert (await offsets(tools))[LOST] == stood[LOST] < ends[LOST]
    metrics = (await running.get("/metrics")).text
    failures = [
        line for line in metrics.splitlines() if line.startswith("ijaza_turn_failures_total{")
    ]
    assert any(float(line.rpartition(" ")[2]) > 0 for line in failures)
