"""Backups made while an edition is being played: whatever the moment, nothing is lost by them."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from time import monotonic, sleep

import pytest
from ijaza_local.operate.backup import Wish, backup
from ijaza_local.operate.backup_format import BackupError

from tests.flow.commandline import by_process, started
from tests.flow.test_sameness import content
from tests.operate.backups import EXAMPLES, NOW, PASSPHRASE, Place, copy_ledger, ignore

pytestmark = pytest.mark.slow

EDITION = EXAMPLES / "mg-4"


def until(process: "Popen[str]", true: Callable[[], bool]) -> bool:
    """Wait for a moment in a process's life; whether it came before its end."""
    deadline = monotonic() + 60
    while monotonic() < deadline:
        if true():
            return True
        if process.poll() is not None:
            return False
        sleep(0.005)
    pytest.fail("neither the moment nor the end came")


def wish_of(place: Place, to: Path) -> Wish:
    return Wish(settings=place.settings, to=to, passphrase=PASSPHRASE)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The edition, played while nobody looked."""
    place = Place(tmp_path_factory.mktemp("undisturbed"))
    place.play(EDITION)
    return place


@pytest.mark.parametrize("records", [60, 1_200, 2_700])
def test_a_backup_of_any_moment_comes_to_the_same(
    records: int, undisturbed: Place, tmp_path: Path
) -> None:
    """Restored, and gone on with: the files are those of the run that nobody disturbed.

    The run sends again what it does not know to be sent, since its notes are older than the backup.
    """
    played, restored = Place(tmp_path / "played"), Place(tmp_path / "restored")
    played.keys.mkdir(parents=True)
    for path in undisturbed.keys.iterdir():
        (played.keys / path.name).write_bytes(path.read_bytes())
        (played.keys / path.name).chmod(0o600)
    process = started("run", EDITION, "--out", played.out, keys=played.keys)
    whole = played.out / ".ijaza" / "stores" / "credential.db"
    reached = until(process, lambda: whole.exists() and played.records().total() >= records)
    copy_ledger(played.ledger, restored.ledger)
    manifest = played.backed_up(tmp_path / "archive.tar")
    process.communicate(timeout=60)
    assert reached
    assert records <= manifest.records

    restored.restored(tmp_path / "archive.tar")
    restored.play(EDITION)

    assert content(restored.out) == content(undisturbed.out)
    assert set(restored.differing().values()) == {0}


@pytest.mark.parametrize("bytes_there", [0, 100_000])
def test_a_killed_backup_leaves_none(bytes_there: int, undisturbed: Place, tmp_path: Path) -> None:
    """The file is whole or not there, and the next backup to the same place is made."""
    to = tmp_path / "archive.tar"
    draft = to.with_name(f".{to.name}.draft")
    environment = {
        "IJAZA_BUS_URL": undisturbed.settings.bus_url,
        "IJAZA_STORE_URL": undisturbed.settings.store_url,
        "IJAZA_BACKUP_PASSPHRASE": PASSPHRASE,
    }
    process = started("backup", to, keys=undisturbed.keys, environment=environment)
    until(process, lambda: draft.exists() and draft.stat().st_size >= bytes_there)
    process.kill()
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert not to.exists()

    assert by_process("backup", to, keys=undisturbed.keys, environment=environment).code == 0
    Place(tmp_path / "restored").restored(to)
    assert not draft.exists()


@pytest.mark.parametrize("moment", ["keys", "records", "stores"])
def test_a_killed_restore_goes_on(moment: str, undisturbed: Place, tmp_path: Path) -> None:
    """By the same command, to the same end."""
    undisturbed.backed_up(tmp_path / "archive.tar")
    place = Place(tmp_path / "restored")
    store = place.out / ".ijaza" / "stores" / "credential.db-wal"
    moments = {
        "keys": lambda: (place.keys / "issuer.pem").exists(),
        "records": lambda: (
            (place.out / ".ijaza" / "bus.db").exists() and place.records().total() > 0
        ),
        "stores": lambda: store.exists() and store.stat().st_size > 1_000_000,
    }
    environment = {
        "IJAZA_BUS_URL": place.settings.bus_url,
        "IJAZA_STORE_URL": place.settings.store_url,
        "IJAZA_BACKUP_PASSPHRASE": PASSPHRASE,
    }
    command = ("restore", tmp_path / "archive.tar")
    process = started(*command, keys=place.keys, environment=environment)
    until(process, moments[moment])
    process.kill()
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL

    assert by_process(*command, keys=place.keys, environment=environment).code == 0
    assert place.records() == undisturbed.records()
    assert set(place.differing().values()) == {0}


def test_two_backups_to_one_place_are_told_apart(undisturbed: Place, tmp_path: Path) -> None:
    """The second is refused while the first goes on, which is whole in the end."""
    to = tmp_path / "archive.tar"

    async def both() -> list[object]:
        return await asyncio.gather(
            *(backup(wish_of(undisturbed, to), ignore, NOW) for _ in range(2)),
            return_exceptions=True,
        )

    first, second = asyncio.run(both())

    refused = [each for each in (first, second) if isinstance(each, BackupError)]
    assert len(refused) == 1
    assert "under way" in str(refused[0])
    Place(tmp_path / "restored").restored(to)
