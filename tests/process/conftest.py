"""A house for processes, empty, and one in which credential has everything still to do."""

import asyncio
import shutil
from pathlib import Path

import pytest
from ijaza_local.files import Scan, closing_time, read_edition
from ijaza_local.services import drain, running

from tests.editions import small_edition
from tests.flow.office import Office, connected
from tests.process.house import PARTITIONS, House


@pytest.fixture
def empty_house(tmp_path: Path) -> House:
    """Nothing is there but the topics."""
    house = House(tmp_path / "house")
    house.folder.mkdir()
    asyncio.run(house.provision())
    return house


@pytest.fixture(scope="session")
def taught(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A small edition was taught and closed, and credential has not seen an event of it."""
    folder = tmp_path_factory.mktemp("taught")
    certificate = {"id": "certificate", "kind": "participation", "title": {"en": "C", "ar": "ش"}}
    files = small_edition(folder / "files", certificates=[certificate], approvals=None)
    house = House(folder / "house")
    asyncio.run(_teach(house, files))
    return house


@pytest.fixture
def house(taught: House, tmp_path: Path) -> House:
    """A copy of `taught`, for a test that changes it."""
    return House(Path(shutil.copytree(taught.folder, tmp_path / "house")))


async def _teach(house: House, files: Path) -> None:
    scans: list[Scan] = []
    reading = read_edition(files, on_scan=scans.append)
    assert reading.files is not None, reading
    async with (
        running(
            bus_url=f"sqlite:///{house.bus}",
            store_url=f"sqlite:///{house.stores}",
            keys=house.keys,
            partitions=PARTITIONS,
        ) as services,
        connected(services) as clients,
    ):
        before = (services.enrollment, services.attendance, services.assessment)
        office = Office(clients, reading.files, scans)
        await office.enrol()
        await drain(before)
        await office.record()
        await drain(before)
        await office.close(closing_time(reading.files.edition, reading.latest))
        await drain(before)
