"""A service's process with one thing changed: what a test needs to happen at a certain moment."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ijaza_credential import main as credential
from ijaza_runtime import process
from ijaza_runtime.addresses import open_bus
from ijaza_runtime.bus import Bus, BusError, Slice, TopicPartition
from ijaza_runtime.meter import Meter
from ijaza_runtime.metered import MeteredBus, MeteredConsumer
from ijaza_runtime.observe import log
from ijaza_runtime.service import Assembly, Parts

Variant = Callable[..., Callable[[Parts], Assembly[Any]]]


def signalled(step: str, arrival: str) -> Callable[[Parts], Assembly[Any]]:
    """Send itself a SIGTERM when it arrives at a step for the n-th time."""
    left = int(arrival)

    def at(reached: str) -> None:
        nonlocal left
        left -= reached == step
        if reached == step and left == 0:
            os.kill(os.getpid(), signal.SIGTERM)

    return lambda parts: credential.assemble(replace(parts, step=at))


def blocked() -> Callable[[Parts], Assembly[Any]]:
    """Block the event loop once a batch was taken."""

    def at(reached: str) -> None:
        if reached == "polled":
            log.info("blocking")
            time.sleep(3600)

    return lambda parts: credential.assemble(replace(parts, step=at))


class StuckConsumer(MeteredConsumer):
    """A consumer whose polls never return, as after some restarts of a broker."""

    async def poll(self, partition: int, most: int) -> list[Slice]:
        await asyncio.Event().wait()
        raise AssertionError("never set")


class StuckBus(MeteredBus):
    """A bus whose consumers are stuck, and which answers everything else."""

    async def consumer(self, group: str, topics: Any) -> StuckConsumer:
        return StuckConsumer(await super().consumer(group, topics), group, Meter())


def stuck() -> Callable[[Parts], Assembly[Any]]:
    """Never get a record."""
    return lambda parts: credential.assemble(replace(parts, bus=StuckBus(parts.bus, Meter())))


def failing() -> Callable[[Parts], Assembly[Any]]:
    """Fail on every batch."""

    def at(reached: str) -> None:
        if reached == "folded":
            raise RuntimeError("a fault in the handler")

    return lambda parts: credential.assemble(replace(parts, step=at))


def endless() -> Callable[[Parts], Assembly[Any]]:
    """Never come to the end of a projection."""

    def assemble(parts: Parts) -> Assembly[Any]:
        assembly = credential.assemble(parts)
        assert assembly.projector is not None

        async def project(_: Any) -> None:
            log.info("projecting")
            await asyncio.Event().wait()

        assembly.projector._project = project
        return assembly

    return assemble


class AbsentBus(MeteredBus):
    """A bus that does not answer as long as a file is there."""

    def __init__(self, bus: Bus, file: Path) -> None:
        super().__init__(bus, Meter())
        self._file = file

    async def ping(self) -> None:
        self._refuse()
        await super().ping()

    async def ends(self) -> Mapping[TopicPartition, int]:
        self._refuse()
        return await super().ends()

    async def publish(self, records: Any) -> None:
        self._refuse()
        await super().publish(records)

    def _refuse(self) -> None:
        if self._file.exists():
            raise BusError("the bus is away")


def absent(file: str) -> Callable[[Parts], Assembly[Any]]:
    """Have a bus that is away as long as `file` is there."""
    opened = open_bus

    def open_absent(*args: Any, **given: Any) -> Bus:
        return AbsentBus(opened(*args, **given), Path(file))

    process.open_bus = open_absent  # type: ignore[attr-defined] # a test's own bus
    return credential.assemble


VARIANTS: dict[str, Variant] = {
    each.__name__: each for each in (signalled, blocked, stuck, failing, endless, absent)
}

if __name__ == "__main__":
    process.main(credential.NAME, VARIANTS[sys.argv[1]](*sys.argv[2:]))
