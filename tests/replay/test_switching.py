"""A rebuilt store in the live one's place: all of it or nothing, and the service goes on."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from ijaza_local.operate.replay import REBUILDS
from ijaza_runtime.adapters.sqlite_store import SqliteStore
from ijaza_runtime.bus import Record
from ijaza_runtime.store import StoreError

from tests.deadline import eventually
from tests.flow.commandline import Call
from tests.flow.test_sameness import content
from tests.replay.conftest import LATER, Lived

pytestmark = pytest.mark.slow

IJAZA = Path(sys.executable).with_name("ijaza")


def test_the_services_go_on_after_a_switch(lived: Lived, tmp_path: Path) -> None:
    """With all four stores rebuilt and switched to, a later run comes to the same files."""
    own, untouched = lived.copy(tmp_path / "own"), lived.copy(tmp_path / "other")
    untouched.play()

    for service in REBUILDS:
        (own.stores / f"{service}.db").unlink()
        assert own.replayed(service, switch=True).aside
    own.play()

    assert content(own.out) == content(untouched.out)
    assert all(own.replayed(service).equal for service in REBUILDS)


def test_the_old_store_is_kept(lived: Lived, tmp_path: Path, ijaza: Call) -> None:
    """The command names the file, with its date; the live one has the service's name."""
    own = lived.copy(tmp_path)
    before = sorted(path.name for path in own.stores.glob("*.db"))

    answer = ijaza("replay", "credential", "--switch", "--out", own.out)

    assert answer.code == 0
    (kept,) = {path.name for path in own.stores.glob("*.db")} - set(before)
    assert kept.startswith("credential-2")
    assert kept in answer.out


def test_a_store_can_be_kept_elsewhere(lived: Lived, tmp_path: Path, ijaza: Call) -> None:
    """`--to` leaves it where `IJAZA_STORE_URL` can name it, and the live one alone."""
    own = lived.copy(tmp_path)
    before = (own.stores / "assessment.db").read_bytes()
    to = f"sqlite:///{tmp_path / 'elsewhere'}"

    first = ijaza("replay", "assessment", "--out", own.out, "--to", to)
    again = ijaza("replay", "assessment", "--out", own.out, "--to", to)

    assert (first.code, again.code) == (0, 3)
    assert "give another one" in again.err
    assert (tmp_path / "elsewhere" / "assessment.db").is_file()
    assert (own.stores / "assessment.db").read_bytes() == before


def test_with_other_keys_nothing_is_made(
    lived: Lived, tmp_path: Path, ijaza: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything would be another's: the message says which keys are meant, and none are made."""
    own = lived.copy(tmp_path)
    monkeypatch.setenv("IJAZA_KEYS", str(tmp_path / "none"))

    answer = ijaza("replay", "credential", "--out", own.out)

    assert answer.code == 3
    assert "set IJAZA_KEYS" in answer.err
    assert not (tmp_path / "none").exists()


def test_a_store_that_has_something_to_send_is_not_switched(lived: Lived, tmp_path: Path) -> None:
    """What a command was answered for and no topic has would be lost."""
    own = lived.copy(tmp_path)

    async def leave_unsent() -> None:
        store = SqliteStore(own.stores / "assessment.db")
        try:
            (heading,) = await store.headings("assessment", most=1)
            document = (await store.load("assessment", [heading.key]))[heading.key]
            waiting = (Record("assessment.events", heading.key, b"{}", {}),)
            await store.save(
                "assessment", [replace(document, version=document.version + 1, outbox=waiting)]
            )
        finally:
            await store.close()

    asyncio.run(leave_unsent())

    with pytest.raises(StoreError, match="were not sent yet"):
        own.replayed("assessment", switch=True)


def test_a_store_that_is_in_use_is_not_switched(lived: Lived, tmp_path: Path) -> None:
    """Whoever has the file open goes on with it; the message says what to do."""
    own = lived.copy(tmp_path)
    path = own.stores / "assessment.db"

    async def held() -> None:
        store = SqliteStore(path)
        try:
            keys = [each.key for each in await store.headings("assessment", most=1)]
            with pytest.raises(StoreError, match="end every process of this service"):
                await asyncio.to_thread(own.replayed, "assessment", switch=True)
            assert await store.load("assessment", keys)
        finally:
            await store.close()

    asyncio.run(held())
    assert own.replayed("assessment").equal


def test_killed_in_the_middle_the_live_store_is_as_it_was(lived: Lived, tmp_path: Path) -> None:
    """What it left beside is no hindrance to the next."""
    own = lived.copy(tmp_path)
    before = (own.stores / "credential.db").read_bytes()
    beside = own.stores / "credential-rebuild.db"
    process = subprocess.Popen(
        [IJAZA, "replay", "credential", "--out", own.out, "--switch"],
        env={**os.environ, "IJAZA_KEYS": str(own.keys)},
    )

    async def under_way() -> bool:
        return beside.exists()

    asyncio.run(eventually(under_way))
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL

    assert (own.stores / "credential.db").read_bytes() == before
    assert own.replayed("credential").equal
    assert not beside.exists()


@pytest.mark.parametrize("service", REBUILDS)
def test_a_store_restored_from_an_older_backup_is_folded_on(
    service: str, lived: Lived, tmp_path: Path
) -> None:
    """From the time of the backup on it becomes what a rebuild from the beginning is."""
    own = lived.copy(tmp_path)
    shutil.copy(own.backup / f"{service}.db", own.stores / f"{service}.db")
    lacks = service in ("enrollment", "credential")
    assert own.replayed(service).equal is not lacks

    assert own.replayed(service, since=LATER, switch=True).equal is not lacks

    assert own.replayed(service).listed == []
