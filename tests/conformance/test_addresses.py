"""Addresses of buses and stores: what they open, and what is refused."""

import os
from pathlib import Path

import pytest
from ijaza_runtime.addresses import open_bus, open_store
from ijaza_runtime.bus import BusError, TopicPlan
from ijaza_runtime.store import Document, StoreError

from tests.conformance.reading import assigned, everything, numbered


async def test_a_bus_is_a_file(tmp_path: Path) -> None:
    """Four slashes begin an absolute path; the second opening finds what the first published."""
    url = f"sqlite:///{tmp_path / 'bus.db'}"
    bus = open_bus(url)
    await bus.provision([TopicPlan("facts", 1)])
    await bus.publish(numbered("facts", 3))
    await bus.close()
    again = open_bus(url, member="credential")
    assert len(await everything(again, "facts")) == 3
    await again.close()
    assert os.listdir(tmp_path) == ["bus.db"]


async def test_a_store_is_a_file_in_a_folder(tmp_path: Path) -> None:
    """Each service has its own, named after it."""
    url = f"sqlite:///{tmp_path}"
    for service in ("attendance", "credential"):
        store = open_store(url, service)
        assert await store.save("people", [Document("a", 1, "e", 0, "", b"{}")]) == frozenset()
        await store.close()
    assert sorted(os.listdir(tmp_path)) == ["attendance.db", "credential.db"]


async def test_three_slashes_begin_a_relative_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is relative to the working directory, and its folders are made."""
    monkeypatch.chdir(tmp_path)
    await open_bus("sqlite:///.ijaza/bus.db").close()
    await open_store("sqlite:///.ijaza/stores", "partners").close()
    assert os.listdir(tmp_path / ".ijaza" / "stores") == ["partners.db"]
    assert sorted(os.listdir(tmp_path / ".ijaza")) == ["bus.db", "stores"]


async def test_partitions_are_dealt_in_the_order_of_member_names(tmp_path: Path) -> None:
    """A process has the place in the order that its name gives it."""
    buses = [open_bus(f"sqlite:///{tmp_path / 'bus.db'}", member=name) for name in ("z", "a")]
    await buses[0].provision([TopicPlan("facts", 4)])
    consumers = [await bus.consumer("group", ["facts"]) for bus in buses]
    held = await assigned(*consumers, partitions=4)
    assert held == [frozenset({2, 3}), frozenset({0, 1})]
    for bus in buses:
        await bus.close()


async def test_memory_is_new_every_time() -> None:
    """Two buses or stores in memory share nothing."""
    first, second = open_bus("memory://"), open_bus("memory://", member="b")
    await first.provision([TopicPlan("facts", 1)])
    assert await second.ends() == {}
    store = open_store("memory://", "partners")
    await store.save("people", [Document("a", 1, "e", 0, "", b"{}")])
    assert await open_store("memory://", "partners").load("people", ["a"]) == {}


@pytest.mark.parametrize(
    "url",
    ["", "bus.db", "sqlite://", "sqlite:///", "sqlite:bus.db", "memory:", "amqp://u:pass@host"],
)
def test_other_addresses_are_refused(url: str) -> None:
    """The error names the forms that are accepted, and repeats no password."""
    with pytest.raises(BusError, match=r"sqlite:///<file>.*memory://") as bus_error:
        open_bus(url)
    with pytest.raises(StoreError, match=r"sqlite:///<folder>.*memory://") as store_error:
        open_store(url, "attendance")
    assert "pass" not in str(bus_error.value) + str(store_error.value)


@pytest.mark.parametrize("service", ["", "../credential", "Attendance", "a b", "a\n"])
def test_a_store_needs_the_name_of_a_service(tmp_path: Path, service: str) -> None:
    """No name leads out of the folder."""
    with pytest.raises(StoreError, match="name of a service"):
        open_store(f"sqlite:///{tmp_path}", service)
