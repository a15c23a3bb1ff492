"""design.md §4: "Replay and rebuild have no outside effects … and a rebuilt store is equal to the
old one."
"""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ijaza_credential.desk import COLLECTION as DOCUMENTS
from ijaza_enrollment.storage import COLLECTIONS as ENROLLMENT
from ijaza_local.operate.replay import REBUILDS
from ijaza_local.play.run import run_edition
from ijaza_runtime.addresses import open_store
from ijaza_runtime.comparing import pages
from ijaza_runtime.store import Document

from tests.oracle.random_editions import write_random_edition
from tests.replay.conftest import Lived

pytestmark = pytest.mark.slow


def documents(lived: Lived, service: str, collection: str) -> list[Document]:
    """All documents of a collection of the live store."""

    async def found() -> list[Document]:
        store = open_store(lived.settings.store_url, service)
        try:
            return [each async for page in pages(store, collection) for each in page]
        finally:
            await store.close()

    return asyncio.run(found())


def test_everything_happened_in_the_lived_edition(lived: Lived) -> None:
    """What the tests below rebuild has documents in every collection, and all kinds of endings."""
    for collection in ENROLLMENT:
        assert documents(lived, "enrollment", collection)
    states = b"".join(each.body for each in documents(lived, "credential", "credential"))
    applicants = [each.body for each in documents(lived, "enrollment", "applicants")]
    files = [each.body for each in documents(lived, "credential", DOCUMENTS)]

    assert b'"status":"superseded"' in states
    assert b'"status":"revoked"' in states
    assert any(b'"application":null' in body for body in applicants)
    assert any(b'"pdf":null' in body for body in files)


@pytest.mark.parametrize("service", REBUILDS)
def test_every_store_is_rebuilt_equal(service: str, lived: Lived) -> None:
    """Corrections, departures, superseded, revoked and erased certificates and all."""
    replayed = lived.replayed(service)

    assert replayed.listed == []
    assert replayed.equal
    assert replayed.read.records > 0
    assert (replayed.read.passed_over, replayed.behind) == (0, 0)


@pytest.mark.parametrize("service", REBUILDS)
def test_replay_has_no_effect(service: str, lived: Lived) -> None:
    """Nothing is published, the live store's bytes stay, nothing is left; and twice is the same."""
    ends = lived.ends()
    before = (lived.stores / f"{service}.db").read_bytes()

    assert lived.replayed(service).read == lived.replayed(service).read

    assert lived.ends() == ends
    assert (lived.stores / f"{service}.db").read_bytes() == before
    assert not list(lived.stores.glob("*-rebuild.db*"))


@pytest.mark.parametrize("service", ["attendance", "credential"])
def test_it_does_not_matter_how_much_is_in_memory(
    service: str, lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for a few states, each is saved and read again often, and comes to the same."""
    monkeypatch.setattr("ijaza_runtime.rebuild.KEPT", 3)
    monkeypatch.setattr("ijaza_runtime.rebuild.DECIDED", 2)
    monkeypatch.setattr("ijaza_runtime.rebuild.PAGE", 100)

    assert lived.replayed(service).listed == []


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 100_000), size=st.integers(1, 25))
def test_stores_of_random_editions_are_rebuilt_equal(
    seed: int, size: int, keys: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever an edition's files say, approvals, promotions and rosters among them."""
    folder = tmp_path_factory.mktemp("random")
    write_random_edition(folder / "edition", seed, size=size)
    asyncio.run(run_edition(folder / "edition", folder / "out", keys=keys))
    lived = Lived(folder / "edition", folder / "out", keys)
    for service in REBUILDS:
        replayed = lived.replayed(service)
        assert replayed.listed == [], service
        assert replayed.read.passed_over == 0
