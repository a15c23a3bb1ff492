"""A process starts with what it is told, serves, says how it is, and ends when it is told to."""

import signal
from pathlib import Path

import pytest
from ijaza_runtime.adapters.sqlite_bus import SqliteBus

from tests.process.house import SERVICES, House

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("service", SERVICES)
async def test_each_service_runs_alone(empty_house: House, service: str) -> None:
    """It comes to be ready, tells its metrics, and ends on SIGTERM without an error."""
    with empty_house.started(service) as running:
        await running.ready()
        live = await running.get("/health/live")
        metrics = (await running.get("/metrics")).text
        code = await running.stopped()

    assert (live.status_code, live.json()) == (200, {"service": service, "status": "ok"})
    assert 'ijaza_build_info{python="' in metrics
    assert f'service="{service}"' in metrics
    assert code == 0


async def test_a_second_signal_ends_it_at_once(house: House) -> None:
    """Who has not the time to wait for the grace need not."""
    with house.started("credential", variant=["endless"], grace=60) as running:
        await running.logged("projecting")
        running.signal(signal.SIGTERM)
        await running.logged("ending")
        running.signal(signal.SIGINT)

        assert await running.exit_code(5) == 128 + signal.SIGINT


def test_wrong_settings_are_named_without_their_values(tmp_path: Path) -> None:
    """One line for each variable, and exit code 2; a value may be a secret in a wrong place."""
    ended = House(tmp_path / "house").ended("credential", partitions="twelve", grace="hunter2")

    lines = ended.stderr.splitlines()
    assert ended.returncode == 2
    assert [line.split(": ")[2] for line in lines] == ["IJAZA_PARTITIONS", "IJAZA_GRACE"]
    assert "twelve" not in ended.stderr
    assert "hunter2" not in ended.stderr


def test_what_a_service_alone_is_told_has_to_fit_as_well(tmp_path: Path) -> None:
    """Of attendance; to another service the variable says nothing, and it is not looked at."""
    refused = House(tmp_path / "house").ended("attendance", fleet_rate="plenty")
    other = House(tmp_path / "house").ended("credential", fleet_rate="plenty", failpoint="lunch")

    assert refused.returncode == 2
    assert "IJAZA_FLEET_RATE: " in refused.stderr
    assert "plenty" not in refused.stderr
    assert "IJAZA_FLEET_RATE" not in other.stderr


def test_a_wrong_failpoint_is_a_wrong_setting(tmp_path: Path) -> None:
    """The steps that there are are named."""
    ended = House(tmp_path / "house").ended("credential", failpoint="lunch")

    assert ended.returncode == 2
    assert "IJAZA_FAILPOINT: expected a step" in ended.stderr
    assert "lunch" not in ended.stderr


def test_a_bus_that_cannot_be_used_is_told_in_a_line(tmp_path: Path) -> None:
    """A foreign file is refused, and nothing is made of it."""
    foreign = tmp_path / "foreign"
    foreign.write_bytes(b"of another program" * 500)

    ended = House(tmp_path / "house").ended("credential", bus_url=f"sqlite:///{foreign}")

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert str(foreign) in ended.stderr


async def test_missing_topics_are_named_and_never_made(tmp_path: Path) -> None:
    """It says what to run; topics with partitions by accident would be there for life."""
    house = House(tmp_path / "house")

    ended = house.ended("attendance", log_level="WARNING")

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "attendance.dead-letters" in ended.stderr
    assert "ijaza provision" in ended.stderr
    bus = SqliteBus(house.bus)
    assert await bus.ends() == {}
    await bus.close()


def test_another_partition_count_is_refused(empty_house: House) -> None:
    """A count that differs would part a participant's events over two processes."""
    ended = empty_house.ended("assessment", partitions=3)

    assert ended.returncode == 1
    assert "has 2 partitions, and 3 are expected" in ended.stderr
