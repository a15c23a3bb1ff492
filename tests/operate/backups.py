"""Editions to back up, and the places where a backup is restored."""

import asyncio
import csv
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ijaza_local.operate.backup import Wish, backup
from ijaza_local.operate.backup_format import Manifest
from ijaza_local.operate.replay import Order, replay
from ijaza_local.operate.restore import Request, restore
from ijaza_local.play.run import run_edition
from ijaza_local.play.state import settings_of
from ijaza_local.services import NAMES
from ijaza_runtime.addresses import open_bus
from ijaza_runtime.bus import Record, TopicPartition
from ijaza_runtime.settings import RuntimeSettings

EXAMPLES = Path(__file__).parents[2] / "examples"
PASSPHRASE = "correct horse battery staple"
NOW = datetime(2020, 6, 1, 12, tzinfo=UTC)


def ignore(_what: str, _count: int) -> None:
    """Show nobody how far it is."""


@dataclass(frozen=True)
class Place:
    """An OUT, the keys beside it, and the settings by which both are reached as services'."""

    folder: Path
    partitions: int = 12

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def ledger(self) -> Path:
        return self.out / ".ijaza" / "run.db"

    @property
    def settings(self) -> RuntimeSettings:
        given = settings_of(self.out, RuntimeSettings(keys=self.keys))
        return given.model_copy(update={"partitions": self.partitions})

    def play(self, edition: Path) -> None:
        """Play an edition into OUT, or go on with it."""
        asyncio.run(run_edition(edition, self.out, keys=self.keys))

    def backed_up(self, to: Path, *, keys: bool = True) -> Manifest:
        """Make a backup of what stands here."""
        wish = Wish(settings=self.settings, to=to, passphrase=PASSPHRASE if keys else None)
        return asyncio.run(backup(wish, ignore, NOW))

    def restored(
        self,
        archive: Path,
        *,
        passphrase: str = PASSPHRASE,
        progress: Callable[[str, int], None] = ignore,
    ) -> Manifest:
        """Restore a backup to here."""
        request = Request(settings=self.settings, archive=archive, passphrase=passphrase)
        return asyncio.run(restore(request, progress))

    def records(self) -> Counter[TopicPartition]:
        """Where every topic ends."""

        async def asked() -> Counter[TopicPartition]:
            bus = open_bus(self.settings.bus_url)
            try:
                return Counter(await bus.ends())
            finally:
                await bus.close()

        return asyncio.run(asked())

    def publish(self, record: Record) -> None:
        """Put a record onto the bus."""

        async def done() -> None:
            bus = open_bus(self.settings.bus_url)
            try:
                await bus.publish([record])
            finally:
                await bus.close()

        asyncio.run(done())

    def differing(self) -> dict[str, int]:
        """For each service, how many documents are not what its events make them."""
        return {
            name: asyncio.run(
                replay(Order(service=name, settings=self.settings), ignore, NOW)
            ).differing
            for name in NAMES
        }


def copy_ledger(source: Path, target: Path) -> None:
    """What a run has noted so far, taken while it goes on."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


def with_a_rename(edition: Path, to: Path) -> Path:
    """A copy of an edition's files in which a name is corrected after the certificates."""
    shutil.copytree(edition, to)
    path = to / "corrections.csv"
    with path.open(newline="", encoding="utf-8-sig") as file:
        header = next(csv.reader(file))
    cells = {
        "kind": "rename",
        "participant": "A001",
        "target": "name_en",
        "value": "Another Spelling",
        "actor": "staff-1",
        "at": "2020-05-03T10:00:00+00:00",
    }
    with path.open("a", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow([cells.get(column, "") for column in header])
    return to


def certificates(out: Path) -> list[dict[str, str]]:
    """The rows of certificates.csv."""
    with (out / "certificates.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
