"""How many facts a second credential folds into a durable state, on one core.

`python -m bench.fold [PARTICIPANTS]` starts a Kafka broker and a Mongo-wire server, publishes the
facts of a cohort (10,500 participants: a million) and measures, each in a process of its own on
the last core, with the servers on the others:

- the fold by itself, of a fifth of the facts, which lie in memory;
- the bare loop: aiokafka alone, every record decoded and dropped, nothing kept;
- the reactor of credential as `assemble` makes it, over each store: states saved with every
  write synced once a second, decided on at the end of the log, offsets committed.

A calibration stands beside each run: compare ratios, not seconds, between machines and hours.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from ijaza_credential.main import NAME
from ijaza_runtime.addresses import open_bus
from ijaza_runtime.bus import Record, partition_of
from ijaza_runtime.service import provision

from bench.fold_run import PARTITIONS
from bench.fold_stream import facts, references
from tests.servers.kafka import broker
from tests.servers.mongo import Mongo

COHORT = 10_500
ROUNDS = 3
SHARE = 5
"""A fifth of the cohort is measured without a bus: its records take half a gigabyte of memory."""
RUNS = (
    ("bare-json", "bare loop, JSON decoded"),
    ("bare", "bare loop, contract read"),
    ("fold", "fold, SQLite store"),
)
_CHUNK = 10_000


async def laid(bus_url: str, participants: int) -> int:
    """Make the topics and publish a cohort; how many facts there are."""
    bus = open_bus(bus_url)
    await provision(bus, [NAME], PARTITIONS)
    known = iter(references(participants))
    while chunk := list(islice(known, _CHUNK)):
        await bus.publish(chunk)
    await bus.close()
    return produced(bus_url.removeprefix("kafka://"), facts(participants))


def produced(servers: str, records: Iterable[Record]) -> int:
    """Publish facts by librdkafka, which is quicker than what is measured."""
    producer = Producer({"bootstrap.servers": servers, "acks": "all", "linger.ms": 20})
    count = 0
    for topic, key, value, headers in records:
        count += 1
        while True:
            try:
                producer.produce(
                    topic,
                    value,
                    key,
                    partition_of(key, PARTITIONS),
                    headers=[(name, text.encode()) for name, text in headers.items()],
                )
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    assert producer.flush(60) == 0, "every fact is acknowledged"
    return count


def measured(core: int, *arguments: str) -> dict[str, Any]:
    """One run in a process of its own on one core."""
    found = subprocess.run(
        [sys.executable, "-m", "bench.fold_run", *arguments],
        stdout=subprocess.PIPE,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    figures: dict[str, Any] = json.loads(found.stdout)
    return figures


def forgotten(bus_url: str) -> None:
    """Let the next run begin at the beginning: credential's group has committed nothing."""
    admin = AdminClient({"bootstrap.servers": bus_url.removeprefix("kafka://")})
    for done in admin.delete_consumer_groups([NAME]).values():
        done.result()


def main(participants: int, rounds: int) -> None:
    """Measure each in turn, several rounds, and print a table and a profile."""
    *others, core = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, set(others or [core]))
    with TemporaryDirectory() as folder:
        kafka, mongo = broker(Path(folder) / "kafka"), Mongo(Path(folder) / "mongo")
        kafka.start()
        mongo.start()
        try:
            bus = f"kafka://{kafka.address}"
            count = asyncio.run(laid(bus, participants))
            print(f"{participants:,} participants, {count:,} facts, {PARTITIONS} partitions")
            print("                            events/s  CPU s/M  calibration s")
            for _ in range(rounds):
                _show("fold, from memory", count // SHARE, _from_memory(core, participants))
                for kind, name in RUNS:
                    _show(name, count, measured(core, kind, bus))
                    if kind == "fold":
                        forgotten(bus)
            store = f"{mongo.address}bench"
            _show("fold, Mongo-wire store", count, measured(core, "fold", bus, store))
            forgotten(bus)
            profile = measured(core, "profile", bus)["profile"]
        finally:
            kafka.stop()
            mongo.stop()
    for what, share in profile.items():
        print(f"{share:5.0%}  {what}")


def _from_memory(core: int, participants: int) -> dict[str, Any]:
    return measured(core, "memory", str(participants // SHARE))


def _show(name: str, count: int, figures: dict[str, Any]) -> None:
    print(
        f"{name:26} {count / figures['wall']:9,.0f} {1e6 * figures['cpu'] / count:8.2f} "
        f"{figures['calibration']:14.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COHORT, ROUNDS)
