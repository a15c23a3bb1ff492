"""One measured run, in a process of its own on one core: the bare loop, or credential's reactor.

`python -m bench.fold_run KIND BUS [STORE]` prints its figures as JSON. The clock runs from the
first records in hand until the offsets of everything are committed.
"""

import asyncio
import gc
import json
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer
from ijaza_contracts.envelope import decode
from ijaza_credential import main as credential
from ijaza_credential.handlers import HANDLERS, INPUTS
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.addresses import open_bus, open_store
from ijaza_runtime.bus import Bus
from ijaza_runtime.garbage import collect_seldom
from ijaza_runtime.service import Parts, provision

from bench.calibration import calibrate
from bench.fold_feed import FeedBus
from bench.fold_sampler import Sampler
from bench.fold_stream import facts, references

PARTITIONS = 12
KNOWN = {event.TYPE: event for event in HANDLERS}


class Clock:
    """Wall and CPU seconds since it was first asked to run."""

    def __init__(self, sampler: Sampler | None = None) -> None:
        self._since: tuple[float, float] | None = None
        self._sampler = sampler

    def run(self) -> None:
        if self._since is None:
            self._since = perf_counter(), process_time()
            if self._sampler is not None:
                self._sampler.start()

    def figures(self) -> dict[str, Any]:
        assert self._since is not None, "something was handled"
        wall, cpu = perf_counter() - self._since[0], process_time() - self._since[1]
        profile = self._sampler.stop() if self._sampler is not None else {}
        return {"wall": wall, "cpu": cpu, "profile": profile}


async def bare(servers: str, read: Callable[[dict[str, bytes], bytes], object]) -> dict[str, Any]:
    """The `getmany` of aiokafka, and each record of a known type decoded and dropped."""
    consumer = AIOKafkaConsumer(
        *(topic.name for topic in INPUTS),
        bootstrap_servers=servers,
        group_id=None,
        auto_offset_reset="earliest",
        max_poll_records=5_000,
    )
    await consumer.start()
    clock = Clock()
    left = dict(await consumer.end_offsets(consumer.assignment()))
    while left:
        batches = await consumer.getmany(timeout_ms=100, max_records=5_000)
        if batches:
            clock.run()
        for place, records in batches.items():
            for record in records:
                read(dict(record.headers), record.value)
            if records[-1].offset + 1 >= left.get(place, 0):
                left.pop(place, None)
        left = {place: end for place, end in left.items() if end}
    figures = clock.figures()
    await consumer.stop()
    return figures


def by_contract(headers: dict[str, bytes], body: bytes) -> object:
    """Decode and validate by the contract, as the reactor's slow path does."""
    text = {"ce_type": headers["ce_type"].decode(), "ce_id": "-"}
    return decode(text, body, KNOWN)


def as_json(_headers: dict[str, bytes], body: bytes) -> object:
    """Decode the JSON and look at nothing."""
    return msgspec.json.decode(body)


async def folded(bus: Bus, store_url: str, folder: Path, *, profile: bool) -> dict[str, Any]:
    """Credential as `assemble` makes it, until nothing is left to do or to commit."""
    clock = Clock(Sampler() if profile else None)

    def step(name: str) -> None:
        if name == "polled":
            clock.run()

    store = open_store(store_url, credential.NAME)
    await store.provision(["credential"])
    keys = folder / "keys"
    service = credential.assemble(
        Parts(
            bus=bus,
            store=store,
            keys=keys,
            access=AccessKeys.load_or_create(keys),
            partitions=PARTITIONS,
            step=step,
        )
    )
    await service.references.refresh()
    reactor = service.reactor
    assert reactor is not None
    names = [topic.name for topic in INPUTS]
    ends = {place: end for place, end in (await bus.ends()).items() if place.topic in names}
    while await bus.committed(credential.NAME, names) != ends:
        if not await reactor.turn():
            await reactor.wait(0.05)
        fault = service.stuck(1)
        if fault is not None:
            raise fault
    figures = clock.figures()
    await service.close()
    await store.close()
    return figures


async def fed(participants: int) -> FeedBus:
    """A bus in whose memory a cohort's facts lie ready."""
    bus = FeedBus(PARTITIONS)
    await provision(bus, [credential.NAME], PARTITIONS)
    await bus.publish(list(references(participants)))
    bus.feed(facts(participants))
    gc.collect()
    gc.freeze()  # what lies ready is no work of the collector's
    return bus


async def measured(kind: str, bus_url: str, store_url: str) -> dict[str, Any]:
    """The figures of one run, with a calibration beside it.

    For `memory` the number of participants stands in the place of the bus.
    """
    calibration = calibrate()
    collect_seldom()
    if kind.startswith("bare"):
        servers = bus_url.removeprefix("kafka://")
        figures = await bare(servers, by_contract if kind == "bare" else as_json)
    else:
        with TemporaryDirectory() as folder:
            bus = await fed(int(bus_url)) if kind == "memory" else open_bus(bus_url)
            url = store_url or f"sqlite:///{folder}/stores"
            figures = await folded(bus, url, Path(folder), profile=kind == "profile")
            await bus.close()
    return {"calibration": calibration, **figures}


if __name__ == "__main__":
    kind, bus_url, *rest = sys.argv[1:]
    json.dump(asyncio.run(measured(kind, bus_url, rest[0] if rest else "")), sys.stdout)
