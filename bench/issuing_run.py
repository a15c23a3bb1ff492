"""One measured part of `bench.issuing`, in a process of its own; its figures as JSON."""

import asyncio
import json
import resource
import sys
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter, process_time
from typing import Any

from ijaza_contracts.assessment import TestPassed
from ijaza_contracts.attendance import SessionAttended
from ijaza_contracts.enrollment import EditionClosed, ParticipantSelected
from ijaza_contracts.envelope import Event
from ijaza_credential import main as credential
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.addresses import open_bus, open_store
from ijaza_runtime.garbage import collect_seldom
from ijaza_runtime.meter import Meter
from ijaza_runtime.observe import configure
from ijaza_runtime.outbox import records_of
from ijaza_runtime.service import Assembly, Parts, provision

from bench.calibration import calibrate
from bench.fold_stream import APPLIED, edition, participant, references
from bench.issuing_parts import parts

PARTITIONS = 12
LOOKS = 8
"""Lines of the memory's course."""
TICK = 0.01
EDITION = edition()


class Course(Meter):
    """What was made by when, and how much memory was in use then."""

    def __init__(self, documents: int) -> None:
        self._every = max(1, documents // LOOKS)
        self.made = 0
        self.memory: list[tuple[int, float, float]] = []

    def projected(self, group: str, events: int) -> None:
        self.made += events
        if self.made >= self._every * (len(self.memory) + 1):
            self.memory.append((self.made, *_memory()))


async def issue(graduates: int) -> dict[str, Any]:
    """Fold everything, close the edition, and measure until the last document is committed."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        bus = open_bus(f"sqlite:///{folder / 'bus.db'}")
        store = open_store(f"sqlite:///{folder / 'stores'}", credential.NAME)
        await provision(bus, [credential.NAME], PARTITIONS)
        course = Course(graduates)
        assembly = credential.assemble(
            Parts(
                bus=bus,
                store=store,
                keys=folder / "keys",
                access=AccessKeys.load_or_create(folder / "keys"),
                partitions=PARTITIONS,
                meter=course,
            )
        )
        await bus.publish(list(references(graduates)))
        for start in range(0, graduates, 200):
            people = range(start, min(start + 200, graduates))
            await bus.publish(records_of(event for each in people for event in _facts(each)))
        await _rest(assembly)
        last = max(session.end for module in EDITION.modules for session in module.sessions)
        closing = EditionClosed(edition=EDITION.id, at=last + timedelta(days=1), actor="office")
        await bus.publish(records_of([closing]))
        figures = await _measured(assembly)
        await assembly.close()
        workers = resource.getrusage(resource.RUSAGE_CHILDREN)
        await store.close()
        await bus.close()
    return {
        **figures,
        "documents": course.made,
        "own_cpu": 1000 * figures["own_cpu"] / course.made,
        "workers_cpu": 1000 * (workers.ru_utime + workers.ru_stime) / course.made,
        "memory": course.memory,
    }


async def _measured(assembly: Assembly[Any]) -> dict[str, Any]:
    late: list[float] = []
    ticking = asyncio.create_task(_tick(late))
    wall, cpu = perf_counter(), process_time()
    await _rest(assembly)
    figures = {"wall": perf_counter() - wall, "own_cpu": process_time() - cpu}
    ticking.cancel()
    late.sort()
    gaps = [1000 * late[int(share * (len(late) - 1))] for share in (0.5, 0.99, 1)]
    return {**figures, "gaps": gaps}


async def _rest(assembly: Assembly[Any]) -> None:
    """Turn until nothing is left, showing what goes wrong instead of trying again for ever."""
    while await assembly.turn() or not await assembly.caught_up():
        if error := assembly.stuck(2):
            raise error


async def _tick(late: list[float]) -> None:
    while True:
        due = monotonic() + TICK
        await asyncio.sleep(TICK)
        late.append(monotonic() - due)


def _facts(number: int) -> Iterator[Event]:
    """All that makes a participant a graduate, each fact once; hours and scores differ."""
    said = {"edition": EDITION.id, "participant": participant(number), "at": APPLIED}
    yield ParticipantSelected.model_validate({**said, "number": number + 1, "via": "ranking"})
    for module in EDITION.modules:
        for session in module.sessions:
            whole = int((session.end - session.start).total_seconds())
            seconds, version = whole - 60 * (number * 7 % 11), (1, 1)
            stay = {"session": session.id, "seconds": seconds, "version": version}
            yield SessionAttended.model_validate({**said, "at": session.end, **stay})
        if module.test is not None:
            score, taken = Decimal(65 + number * 7 % 34), module.sessions[-1].end
            scores = {"score": score, "recorded_score": score, "version": (1, 1)}
            test = {"module": module.id, "attempt": 1, "taken_at": taken}
            yield TestPassed.model_validate({**said, "at": taken, **test, **scores})


def _memory() -> tuple[float, float]:
    """Resident MiB of this process, and of the workers that it has started."""
    workers = Path("/proc/self/task").glob("*/children")
    pids = {pid for file in workers for pid in file.read_text().split()}
    return _resident("self"), sum(_resident(pid) for pid in pids)


def _resident(process: str) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main(what: str, graduates: int = 0) -> None:
    """Print the figures of one part."""
    configure(credential.NAME, "WARNING")
    collect_seldom()
    if what == "issue":
        figures = asyncio.run(issue(graduates))
    else:
        figures = {"calibration": calibrate(), "parts": parts(EDITION)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
