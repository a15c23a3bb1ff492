"""A service as one member of its group that tells what it does, and can be made to stop anywhere.

`python -m tests.faults.members FILE [name=value …]` runs credential; each line of FILE is a
`Note`. What it can be told: `service=attendance`, another service; `batch=100`, records folded at
once; `stop=folded:3`, SIGSTOP to itself at its third arrival at a step; `end=folded:3`, SIGTERM;
`hang=FILE`, a store that answers pings and nothing else as long as FILE is there.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any

from ijaza_credential import main as credential
from ijaza_runtime import process, reactor
from ijaza_runtime.bus import Slice, TopicPartition
from ijaza_runtime.meter import Meter
from ijaza_runtime.metered import MeteredBus, MeteredConsumer, MeteredStore
from ijaza_runtime.service import Assembly, Parts
from ijaza_runtime.store import Document

from tests.faults.world import World
from tests.process.house import House, Running

SIGNALS = {"stop": signal.SIGSTOP, "end": signal.SIGTERM}


@dataclass(frozen=True, slots=True)
class Note:
    """What a member has told: `what` it did in which group, or on which collection, and when.

    `seconds` are of one clock for all processes. `records` are (topic, partition, offset, key) of
    what was `polled`; `held` are partitions, of what is `held`; `keys` are of what was `refused`.
    """

    what: str
    where: str
    seconds: float
    records: tuple[tuple[str, int, int, str], ...] = ()
    held: tuple[int, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One process, and the file that it writes its notes to."""

    running: Running
    file: Path

    def notes(self, what: str, where: str = credential.NAME) -> list[Note]:
        """What it has told so far."""
        return [note for note in notes_of(self.file) if (note.what, note.where) == (what, where)]

    @property
    def held(self) -> frozenset[int]:
        """The partitions that it last said it holds."""
        told = self.notes("held")
        return frozenset(told[-1].held) if told else frozenset()

    def is_stopped(self) -> bool:
        """Whether SIGSTOP has taken effect."""
        stat = Path(f"/proc/{self.running.process.pid}/stat").read_text(encoding="utf-8")
        return stat.rpartition(")")[2].split()[0] == "T"

    def wake(self) -> None:
        """Let it go on."""
        self.running.signal(signal.SIGCONT)


@dataclass(frozen=True)
class Members(House):
    """A house whose variants are members of this module."""

    def command(self, service: str, variant: Sequence[str] = ()) -> list[str]:
        if not variant:
            return super().command(service)
        return [sys.executable, "-m", "tests.faults.members", *variant]

    @contextmanager
    def member(
        self, place: World, told: Mapping[str, object] | None = None, **settings: object
    ) -> Iterator[Member]:
        """Run a member; what it is told beside its settings is said above."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"notes.{len(list(self.folder.glob('*.jsonl')))}.jsonl"
        file.touch()
        variant = [str(file), *(f"{name}={value}" for name, value in (told or {}).items())]
        given: dict[str, Any] = {"bus_url": place.bus_url, "store_url": place.store_url, **settings}
        service = str((told or {}).get("service", credential.NAME))
        with self.started(service, variant=variant, **given) as running:
            yield Member(running, file)


def members_of(place: World) -> Members:
    """The house of a world, for members."""
    return Members(place.house.folder)


def notes_of(file: Path) -> list[Note]:
    """The notes in a file; a line that a kill has cut short is none."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            told = json.loads(line)
            records = tuple((topic, part, at, key) for topic, part, at, key in told.pop("records"))
            held, keys = tuple(told.pop("held")), tuple(told.pop("keys"))
            found.append(Note(**told, records=records, held=held, keys=keys))
    return found


class _Notebook:
    """Writes each note at once and whole."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND)

    def note(
        self,
        what: str,
        where: str,
        *,
        records: Sequence[tuple[str, int, int, str]] = (),
        held: Collection[int] = (),
        keys: Collection[str] = (),
    ) -> None:
        told = {
            "what": what,
            "where": where,
            "seconds": monotonic(),
            "records": records,
            "held": sorted(held),
            "keys": sorted(keys),
        }
        os.write(self._file, json.dumps(told).encode() + b"\n")


class _Consumer(MeteredConsumer):
    def __init__(self, consumer: Any, group: str, notebook: _Notebook) -> None:
        super().__init__(consumer, group, Meter())
        self._notebook = notebook
        self._held: frozenset[int] = frozenset()

    async def assigned(self) -> frozenset[int]:
        held = await super().assigned()
        if held != self._held:
            self._held = held
            self._notebook.note("held", self._group, held=held)
        return held

    async def poll(self, partition: int, most: int) -> Sequence[Slice]:
        slices = await super().poll(partition, most)
        if slices:
            records = [
                (each.topic, each.partition, record.offset, record.key)
                for each in slices
                for record in each.records
            ]
            self._notebook.note("polled", self._group, records=records)
        return slices

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        await super().commit(offsets)
        records = [(*place, offset, "") for place, offset in offsets.items()]
        self._notebook.note("committed", self._group, records=records)


class _Bus(MeteredBus):
    def __init__(self, bus: Any, notebook: _Notebook) -> None:
        super().__init__(bus, Meter())
        self._notebook = notebook

    async def consumer(self, group: str, topics: Sequence[str]) -> _Consumer:
        return _Consumer(await super().consumer(group, topics), group, self._notebook)


class _Store(MeteredStore):
    """Notes what was refused, and hangs as long as a file is there."""

    def __init__(self, store: Any, notebook: _Notebook, hang: Path) -> None:
        super().__init__(store, Meter())
        self._notebook = notebook
        self._hang = hang

    async def load(self, collection: str, keys: Sequence[str]) -> Mapping[str, Document]:
        if self._hang.is_file():
            await asyncio.Event().wait()
        return await super().load(collection, keys)

    async def save(self, collection: str, documents: Sequence[Document]) -> frozenset[str]:
        refused = await super().save(collection, documents)
        if refused:
            self._notebook.note("refused", collection, keys=refused)
        return refused


def _signalling(told: Mapping[str, str]) -> Callable[[str], None]:
    """Send this process a signal at the n-th arrival at a step."""
    left = {
        step: [int(count), SIGNALS[how]]
        for how in SIGNALS.keys() & told
        for step, _, count in [told[how].partition(":")]
    }

    def at(reached: str) -> None:
        if reached in left:
            left[reached][0] -= 1
            if left[reached][0] == 0:
                os.kill(os.getpid(), left[reached][1])

    return at


def main(file: str, *arguments: str) -> None:
    """Run the service as it is told."""
    told = dict(each.split("=", 1) for each in arguments)
    notebook = _Notebook(Path(file))
    if "batch" in told:
        reactor.BATCH = reactor.GATHERED = int(told["batch"])

    service = told.get("service", credential.NAME)
    front_door = import_module(f"ijaza_{service}.main")

    def assemble(parts: Parts) -> Assembly[Any]:
        assembly: Assembly[Any] = front_door.assemble(
            replace(
                parts,
                bus=_Bus(parts.bus, notebook),
                store=_Store(parts.store, notebook, Path(told.get("hang", os.devnull))),
                step=_signalling(told),
            )
        )
        return assembly

    process.main(service, assemble)


if __name__ == "__main__":
    main(*sys.argv[1:])
