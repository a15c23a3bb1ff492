"""An edition on services that run as processes of their own, on real servers."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.flow.conftest import EXAMPLES
from tests.flow.test_sameness import content
from tests.process.house import ROOT, SERVICES, House, Running
from tests.servers.kafka import OwnKafka
from tests.servers.mongo import OwnMongo

pytestmark = pytest.mark.slow

PARTITIONS = 12
"""As many as a run has that keeps its state in OUT."""

Addresses = Callable[[str], dict[str, str]]
"""The addresses of a bus and a store by the names of their kinds: `kafka+mongodb`."""


@pytest.fixture
def addresses(own_kafka: OwnKafka, own_mongo: OwnMongo, tmp_path: Path) -> Addresses:
    """Servers of one test: the services' topics bear the same names in every installation."""

    def of(pair: str) -> dict[str, str]:
        bus, _, store = pair.partition("+")
        return {
            "bus_url": f"kafka://{own_kafka().address}"
            if bus == "kafka"
            else f"sqlite:///{tmp_path}/bus.db",
            "store_url": f"{own_mongo().address}ijaza"
            if store == "mongodb"
            else f"sqlite:///{tmp_path}/stores",
        }

    return of


@pytest.fixture
def starting() -> Iterator[ExitStack]:
    """Ends what a test starts."""
    with ExitStack() as stack:
        yield stack


def ijaza(house: House, settings: dict[str, str], *arguments: str) -> str:
    """What the command line prints; it has to succeed."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ijaza")), *arguments],
        env=house.environment(**settings),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("pair", ["kafka+mongodb", "kafka+sqlite", "sqlite+mongodb"])
async def test_the_same_bytes_as_in_one_process(
    pair: str,
    addresses: Addresses,
    starting: ExitStack,
    governance: Path,
    keys: Path,
    tmp_path: Path,
) -> None:
    """Four processes, that share bus and keys only, come to the very files of the embedded run."""
    house = House(tmp_path / "house")
    settings: dict[str, Any] = {
        **addresses(pair),
        "keys": str(keys),
        "partitions": str(PARTITIONS),
    }
    ijaza(house, settings, "provision", "--no-acls", "--replication", "1")
    services: list[Running] = [
        starting.enter_context(house.started(name, **settings)) for name in SERVICES
    ]
    for service in services:
        await service.ready()
    out = tmp_path / "out"
    ijaza(house, settings, "run", str(EXAMPLES / "mg-4"), "--out", str(out), "--attach")
    assert content(out) == content(governance)
    for service in services:
        service.process.terminate()
    assert [service.process.wait(timeout=30) for service in services] == [0, 0, 0, 0]
