"""An edition with a life behind it, to rebuild every service's store from its events."""

import asyncio
import csv
import gc
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ijaza_credential.domain.commands import Reinstate, Revoke
from ijaza_credential.domain.reissue import Reissue
from ijaza_credential.handlers import deciding
from ijaza_enrollment.domain.commands import ErasePerson
from ijaza_local.operate.replay import Order, Replayed, replay
from ijaza_local.play.run import run_edition
from ijaza_local.play.state import opened, services_of, settings_of
from ijaza_local.services import Services, drain
from ijaza_runtime.addresses import open_bus
from ijaza_runtime.bus import TopicPartition
from ijaza_runtime.settings import RuntimeSettings

from tests.flow.commandline import Call, in_process
from tests.flow.conftest import EXAMPLES

EDITION = "mg-4"
LATER = datetime(2020, 5, 3, 10, tzinfo=UTC)
"""When a name is corrected, after the certificates were issued."""
NOW = datetime(2020, 6, 1, 12, tzinfo=UTC)
"""When an officer revokes, reinstates and reissues, and people are erased."""


@dataclass(frozen=True)
class Lived:
    """The files, OUT and keys of an edition to which everything happened that can."""

    edition: Path
    out: Path
    keys: Path

    def copy(self, folder: Path) -> "Lived":
        """The same in another folder, for a test that changes it; the keys are shared."""
        shutil.copytree(self.backup, folder / "backup")
        return Lived(
            Path(shutil.copytree(self.edition, folder / "edition")),
            Path(shutil.copytree(self.out, folder / "out")),
            self.keys,
        )

    @property
    def backup(self) -> Path:
        """The stores' files as they were before `LATER`."""
        return self.out.with_name("backup")

    @property
    def settings(self) -> RuntimeSettings:
        """Where OUT keeps bus and stores."""
        return settings_of(self.out, RuntimeSettings(keys=self.keys))

    @property
    def stores(self) -> Path:
        """The folder of the stores' files."""
        return self.out / ".ijaza" / "stores"

    def play(self) -> None:
        """Play the files into OUT, once more."""
        asyncio.run(run_edition(self.edition, self.out, keys=self.keys))

    def replayed(
        self, service: str, *, since: datetime | None = None, switch: bool = False
    ) -> Replayed:
        """Replay a service as the command line does."""
        order = Order(service=service, settings=self.settings, since=since, switch=switch)
        return asyncio.run(replay(order, lambda what, count: None, NOW))

    def ends(self) -> dict[TopicPartition, int]:
        """Where every topic ends."""

        async def asked() -> dict[TopicPartition, int]:
            bus = open_bus(self.settings.bus_url)
            try:
                return dict(await bus.ends())
            finally:
                await bus.close()

        return asyncio.run(asked())


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One issuer's keys for all runs of the session."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Lived:
    """A played example, in which certificates were then superseded, revoked, and erased."""
    folder = tmp_path_factory.mktemp("lived")
    shutil.copytree(EXAMPLES / EDITION, folder / "edition")
    lived = Lived(folder / "edition", folder / "out", keys)
    lived.play()
    first, *_ = holders = _holders(lived)
    _append(lived, kind="rename", participant=first, target="name_en", value="Another Spelling")
    shutil.copytree(lived.stores, folder / "backup")
    lived.play()
    asyncio.run(_staff(lived, holders))
    return lived


def _holders(lived: Lived) -> list[str]:
    with (lived.out / "certificates.csv").open(newline="", encoding="utf-8") as file:
        return [row["participant"] for row in csv.DictReader(file)]


def _append(lived: Lived, **cells: str) -> None:
    path = lived.edition / "corrections.csv"
    with path.open(newline="", encoding="utf-8-sig") as file:
        header = next(csv.reader(file))
    cells |= {"actor": "staff-1", "at": LATER.isoformat()}
    with path.open("a", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow([cells.get(column, "") for column in header])


async def _staff(lived: Lived, holders: list[str]) -> None:
    """An officer revokes, reinstates, reissues; the renamed, an applicant and a leaver go."""
    with opened(lived.out) as ledger:
        async with services_of(lived.out, ledger, lived.keys) as services:
            enrollment, credential = services.enrollment.desk, services.credential.desk
            second, third = (enrollment.applicants.id_of(EDITION, ref) for ref in holders[1:3])
            fourth = enrollment.applicants.id_of(EDITION, holders[3])
            for person, command in (
                (second, Revoke(actor="staff-1", reason="inquiry", at=NOW)),
                (second, Reinstate(actor="staff-1", at=NOW)),
                (third, Revoke(actor="staff-1", reason="inquiry", at=NOW)),
                (fourth, Reissue(actor="staff-1", reason="file-lost", at=NOW)),
            ):
                decide = deciding(command, credential.secret)
                await credential.commands.perform(EDITION, person, decide)
                await drain(services.all)
            for participant in await _to_be_erased(services, holders[0]):
                await enrollment.applicants.erase(
                    ErasePerson(edition=EDITION, participant=participant)
                )
            await drain(services.all)


async def _to_be_erased(services: Services, renamed: str) -> list[str]:
    desk = services.enrollment.desk
    results = await desk.selections.results(EDITION, most=1_000)
    outcomes = {result.outcome: result.participant for result in results}
    left = [outcomes[each] for each in ("withdrawn", "waitlisted", "declined") if each in outcomes]
    return [desk.applicants.id_of(EDITION, renamed), *left]


@pytest.fixture
def ijaza(monkeypatch: pytest.MonkeyPatch, keys: Path) -> Iterator[Call]:
    """The command line in this process, with the session's keys."""
    monkeypatch.setenv("IJAZA_KEYS", str(keys))
    # Logs and the collector are the process's, which is pytest's here.
    monkeypatch.setattr("ijaza_runtime.observe.configure", lambda *_: None)
    thresholds = gc.get_threshold()
    yield in_process
    gc.set_threshold(*thresholds)
