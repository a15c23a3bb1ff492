"""How many scans a second attendance takes and acknowledges as durable, and how long that takes.

`python -m bench.scans [--scans 60000] [--rate 3000] [--bus embedded kafka] [--kind fleet signed]`

The service is the real process (`python -m ijaza_attendance`), folding, deciding and publishing
what it takes while it takes it; the kiosks are another process with 100 connections, which send
batches of 50. Each kind of batch is sent twice: at `--rate` scans a second, whatever the answers
take, for the times; and as fast as answers come, for the throughput. Beside them, in the same
run: a bare endpoint of the same web framework, which reads the body and drops it, and the same
bytes appended to a file that is synced after each batch. `--scans 1000000` is the long run, which
shows the memory of the service after each 100,000.
"""

import argparse
import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from time import perf_counter
from typing import Any

from ijaza_attendance.main import NAME
from ijaza_contracts.topics import SCANS
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.addresses import open_bus
from ijaza_runtime.bus import Bus, BusError
from ijaza_runtime.outbox import record_of
from ijaza_runtime.service import provision

from bench.answering import wait_for
from bench.calibration import calibrate
from bench.scans_world import BATCH, KIOSKS, Kiosk, edition, people_needed, selected
from tests.process.house import House
from tests.servers.kafka import broker
from tests.servers.process import free_port

PARTITIONS = 12
PATHS = {"fleet": "/v1/scans", "signed": "/v1/kiosk/batches", "bare": "/"}
SERVICES = ("enrollment", "attendance", "assessment", "credential")
_CHUNK = 5_000
LONGEST = 900.0
"""Seconds after which a run is given up."""
UNLIMITED = 1_000_000
"""The rate that a fleet is allowed where the question is how much could be taken."""


HEADER = (
    f"{'':30} {'scans/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'CPU us':>8} {'MiB':>6} "
    f"{'behind s':>8} {'calibr.':>8}"
)


@dataclass(frozen=True)
class Found:
    """What one run showed. Times are seconds, memory is MiB.

    `cpu` is the service's own, of the whole run; `behind` is how long it went on after the last
    answer until nothing was left to fold, decide and publish.
    """

    name: str
    scans: int
    wall: float
    middle: float
    late: float
    refused: int
    cpu: float
    peak: float
    behind: float

    def line(self, calibration: float) -> str:
        refused = f"  {self.refused} batches refused" if self.refused else ""
        return (
            f"{self.name:30} {self.scans / self.wall:8,.0f} {1e3 * self.middle:8.1f} "
            f"{1e3 * self.late:8.1f} {1e6 * self.cpu / self.scans:8.0f} {self.peak:6.0f} "
            f"{self.behind:8.1f} {calibration:8.2f}{refused}"
        )


class Watched:
    """The memory and the processor time of a process, while something else goes on."""

    def __init__(self, pid: int) -> None:
        self._proc = Path(f"/proc/{pid}")
        self._since = self._cpu()

    def used(self) -> float:
        """Seconds of processor time since the beginning."""
        return self._cpu() - self._since

    def memory(self, field: str = "VmRSS") -> float:
        """MiB that it has in memory now; `VmHWM` is the most that it ever had."""
        for line in (self._proc / "status").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) / 1024
        raise ValueError(f"no {field} of this process")

    def _cpu(self) -> float:
        fields = (self._proc / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def laid(bus: Bus, people: int) -> None:
    """An edition with its people and kiosks, on a new bus."""
    await provision(bus, SERVICES, PARTITIONS)
    enrolled = [event for number in range(KIOSKS) for event in Kiosk(number).enrolled()]
    await bus.publish([record_of(event) for event in (edition(), *enrolled)])
    events = selected(people)
    while chunk := [record_of(event) for event in islice(events, _CHUNK)]:
        await bus.publish(chunk)


async def at_rest(bus: Bus) -> float:
    """Wait until attendance has handled all that stands on its inputs; the seconds it took."""
    names = ["enrollment.events", "attendance.scans"]
    begun = perf_counter()
    with suppress(BusError):  # this loop stood still while kiosks sent: clients wake up first
        await bus.ends()
    ends = {place: end for place, end in (await bus.ends()).items() if place.topic in names}
    while dict(await bus.committed(NAME, names)) != ends:
        await asyncio.sleep(0.1)
        assert perf_counter() - begun < 300, "attendance comes to an end of it"
    return perf_counter() - begun


def sent(given: dict[str, Any], watched: Watched) -> dict[str, Any]:
    """Have the kiosks send; tell the service's memory after each 100,000 scans."""
    client = subprocess.Popen(
        [sys.executable, "-m", "bench.scans_client"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert client.stdin is not None
    assert client.stdout is not None
    client.stdin.write(json.dumps(given))
    client.stdin.close()
    giving_up = Timer(LONGEST, client.kill)
    giving_up.start()
    for line in client.stdout:
        said: dict[str, Any] = json.loads(line)
        if "acknowledged" not in said:
            giving_up.cancel()
            return said
        print(f"  {said['acknowledged']:9,} scans: {watched.memory():4.0f} MiB", flush=True)
    raise RuntimeError("the kiosks came to no end: what they met stands above")


@contextmanager
def served(house: House, bus_url: str, **settings: Any) -> Iterator[tuple[int, int]]:
    """The service's process: its number, and the port that it answers at."""
    port = free_port()
    settings |= {"bus_url": bus_url, "partitions": PARTITIONS, "log_level": "WARNING"}
    with house.started(NAME, port=port, **settings) as running:
        wait_for(f"http://127.0.0.1:{port}/health/ready")
        yield running.process.pid, port


@contextmanager
def bus_of(kind: str, folder: Path) -> Iterator[str]:
    """A new bus; its address."""
    if kind == "embedded":
        yield f"sqlite:///{folder / 'bus.db'}"
        return
    kafka = broker(folder / "kafka")
    kafka.start()
    try:
        yield f"kafka://{kafka.address}"
    finally:
        kafka.stop()


async def measured(bus: str, kind: str, scans: int, rate: float) -> Found:
    """One run on a bus of its own."""
    with TemporaryDirectory() as folder, bus_of(bus, Path(folder)) as url:
        house = House(Path(folder) / "house")
        house.folder.mkdir()
        access = AccessKeys.load_or_create(house.keys)
        opened = open_bus(url)
        await laid(opened, people_needed(scans))
        settings = {} if rate else {"fleet_rate": UNLIMITED}
        with served(house, url, **settings) as (pid, port):
            await at_rest(opened)
            watched = Watched(pid)
            found = sent(
                {
                    "kind": kind,
                    "port": port,
                    "path": PATHS[kind],
                    "tokens": [
                        Kiosk(each).token(access, own=kind == "signed") for each in range(KIOSKS)
                    ],
                    "scans": scans,
                    "rate": rate,
                },
                watched,
            )
            behind = await at_rest(opened)
            cpu, peak = watched.used(), watched.memory("VmHWM")
            ends = (await opened.ends()).items()
            recorded = sum(end for place, end in ends if place.topic == SCANS.name)
            assert recorded == scans, f"{recorded} scans of {scans} stand on the log"
        await opened.close()
    name = f"{kind}, {bus}, {f'{rate:,.0f}/s' if rate else 'flat out'}"
    return Found(name=name, scans=scans, cpu=cpu, peak=peak, behind=behind, **found)


def bare(scans: int) -> Found:
    """The same requests to an endpoint that reads the body and drops it."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.scans_bare", str(port)])
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        watched = Watched(process.pid)
        given = {"kind": "bare", "path": "/", "port": port, "scans": scans, "rate": 0}
        found = sent({**given, "tokens": ["none"] * KIOSKS}, watched)
        return Found(
            name="bare endpoint, flat out",
            scans=scans,
            cpu=watched.used(),
            peak=watched.memory("VmHWM"),
            behind=0,
            **found,
        )
    finally:
        process.terminate()
        process.wait()


def synced(batches: int = 500) -> float:
    """Scans a second that are appended to a file and synced, a batch at a time."""
    body = next(Kiosk(0).fleet_requests())
    with TemporaryDirectory() as folder, (Path(folder) / "log").open("wb", buffering=0) as file:
        begun = perf_counter()
        for _ in range(batches):
            file.write(body)
            os.fsync(file.fileno())
        return batches * BATCH / (perf_counter() - begun)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Scans taken and acknowledged as durable")
    parser.add_argument("--scans", type=int, default=60_000)
    parser.add_argument("--rate", type=float, default=3_000, help="scans a second")
    parser.add_argument("--bus", nargs="+", choices=["embedded", "kafka"])
    parser.add_argument("--kind", nargs="+", choices=["fleet", "signed"])
    parser.add_argument("--paced", action="store_true", help="leave out the runs at full speed")
    given = parser.parse_args()
    # It says in warnings of its own that a topic which was just made has no leader yet.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    print(f"a file synced after each batch of {BATCH}: {synced():,.0f} scans/s")
    print(HEADER)
    print(bare(min(given.scans, 100_000)).line(calibrate()), flush=True)
    for bus in given.bus or ["embedded", "kafka"]:
        for kind in given.kind or ["fleet", "signed"]:
            for rate in (given.rate,) if given.paced else (given.rate, 0):
                calibration = calibrate()
                found = asyncio.run(measured(bus, kind, given.scans, rate))
                print(found.line(calibration), flush=True)


if __name__ == "__main__":
    main()
