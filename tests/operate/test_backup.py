"""A backup is restored on an empty machine, and everything goes on from there."""

import random
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from ijaza_contracts.attendance import SessionAttended
from ijaza_contracts.topics import ATTENDANCE
from ijaza_local.operate import backup_archive
from ijaza_local.operate.backup_archive import opened
from ijaza_local.operate.backup_format import BackupError
from ijaza_runtime.bus import Record

from tests.flow.commandline import by_process
from tests.flow.test_sameness import content
from tests.operate.backups import (
    EXAMPLES,
    PASSPHRASE,
    Place,
    certificates,
    copy_ledger,
    ignore,
    with_a_rename,
)

pytestmark = pytest.mark.slow

EDITION = EXAMPLES / "mg-4"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """An edition that was played to its end."""
    place = Place(tmp_path_factory.mktemp("played"))
    place.play(EDITION)
    return place


@pytest.fixture(scope="module")
def archive(played: Place) -> Path:
    """A backup of it."""
    path = played.folder / "archive.tar"
    played.backed_up(path)
    return path


@pytest.fixture(scope="module")
def in_parts(played: Place) -> Path:
    """A backup of it in very many parts, as that of a large one is."""
    path = played.folder / "parts.tar"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backup_archive, "PART_BYTES", 20_000)
        played.backed_up(path)
    return path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty machine."""
    return Place(tmp_path / "new")


def test_the_run_goes_on_where_the_backup_stood(
    played: Place, archive: Path, place: Place, tmp_path: Path
) -> None:
    """A name corrected after the restore supersedes a certificate just as it does without one."""
    place.restored(archive)
    copy_ledger(played.ledger, place.ledger)
    untouched = Place(Path(shutil.copytree(played.folder, tmp_path / "untouched")))
    later = with_a_rename(EDITION, tmp_path / "edition")

    place.play(later)
    untouched.play(later)

    assert content(place.out) == content(untouched.out)
    assert set(place.differing().values()) == {0}
    before = {row["serial"] for row in certificates(played.out)}
    assert {row["serial"] for row in certificates(place.out)} == before
    assert "superseded" in {row["status"] for row in certificates(place.out)}


def test_restored_certificates_verify(played: Place, archive: Path, place: Place) -> None:
    """They are written from the restored stores, and are the very bytes of before."""
    place.restored(archive)
    copy_ledger(played.ledger, place.ledger)
    place.play(EDITION)

    files = sorted((place.out / "certificates").glob("*.pdf"))
    answer = by_process("verify", *files, keys=place.keys)

    assert files
    assert answer.code == 0
    assert content(place.out) == content(played.out)


def test_nothing_is_said_a_second_time(played: Place, archive: Path, place: Place) -> None:
    """Services that start on what was restored publish nothing: it all stands there."""
    place.restored(archive)
    assert place.records() == played.records()
    assert set(place.differing().values()) == {0}
    copy_ledger(played.ledger, place.ledger)

    place.play(EDITION)

    assert place.records() == played.records()


def test_a_dead_letter_is_not_laid_aside_again(played: Place, place: Place, tmp_path: Path) -> None:
    """Groups begin where they stood, and not at what they could not handle before."""
    source = Place(Path(shutil.copytree(played.folder, tmp_path / "source")))
    source.publish(Record(ATTENDANCE.name, "p1", b"{", {"ce_type": SessionAttended.TYPE}))
    source.play(EDITION)
    source.backed_up(tmp_path / "archive.tar")
    place.restored(tmp_path / "archive.tar")
    copy_ledger(source.ledger, place.ledger)

    place.play(EDITION)

    letters = {at.topic: end for at, end in place.records().items() if "dead" in at.topic and end}
    assert letters == {"credential.dead-letters": 1}


def test_the_archive_and_the_keys_are_their_owners_alone(archive: Path, place: Place) -> None:
    """What is personal, and what can issue, has mode 0600."""
    place.restored(archive)
    files = [archive, *place.keys.iterdir(), *(place.out / ".ijaza").rglob("*.db")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_the_keys_are_in_no_archive_in_clear(played: Place, archive: Path) -> None:
    """Neither as they are, nor compressed alone."""
    whole = archive.read_bytes()
    for path in played.keys.iterdir():
        assert path.read_bytes() not in whole


@pytest.mark.parametrize("seed", range(12))
def test_an_altered_archive_is_refused(
    archive: Path, place: Place, tmp_path: Path, seed: int
) -> None:
    """A byte of any part is changed: nothing is written, not even a folder."""
    altered = bytearray(archive.read_bytes())
    with opened(archive, ignore) as whole:
        parts = whole.manifest.parts
    part = random.Random(seed).choice(parts)
    at = altered.index(part.name.encode() + b"\0") + 512 + random.Random(seed).randrange(part.bytes)
    altered[at] ^= 1 << seed % 8
    path = tmp_path / "altered.tar"
    path.write_bytes(altered)

    with pytest.raises(BackupError, match="no whole backup"):
        place.restored(path)
    assert not place.folder.exists()


@pytest.mark.parametrize("cut", [0, 1, 511, 512, 40_000, 0.5, 0.99, -10_240, -2_048])
def test_a_truncated_archive_is_refused(
    archive: Path, place: Place, tmp_path: Path, cut: float
) -> None:
    """Wherever it was cut off; what follows its last member is only padding."""
    whole = archive.read_bytes()
    seal = whole.rindex(backup_archive.SEAL.encode())
    end = int(cut * len(whole)) if 0 < cut < 1 else int(cut) if cut >= 0 else seal + 512
    path = tmp_path / "cut.tar"
    path.write_bytes(whole[:end])

    with pytest.raises(BackupError, match="no whole backup"):
        place.restored(path)
    assert not place.folder.exists()


def test_an_archive_of_a_newer_format_is_refused(
    archive: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may say what this release would drop."""
    monkeypatch.setattr(backup_archive, "FORMAT", 0)
    with pytest.raises(BackupError, match="has format 1, and this release reads format 0"):
        place.restored(archive)
    assert not place.folder.exists()


def test_another_passphrase_opens_nothing(archive: Path, place: Place) -> None:
    """And nothing is written."""
    with pytest.raises(BackupError, match="the keys do not open"):
        place.restored(archive, passphrase=PASSPHRASE + "!")
    assert not place.folder.exists()


def test_another_partition_count_is_refused(archive: Path, tmp_path: Path) -> None:
    """It is fixed for life: every key would be in another partition than what stands there."""
    place = Place(tmp_path / "new", partitions=6)
    with pytest.raises(BackupError, match="IJAZA_PARTITIONS=12"):
        place.restored(archive)
    assert not place.folder.exists()


def test_what_is_there_is_never_written_over(archive: Path, place: Place, tmp_path: Path) -> None:
    """A place where another edition was played is left as it was."""
    place.play(EXAMPLES / "coordination-1")
    before = place.records()
    shutil.rmtree(place.keys)
    with pytest.raises(BackupError, match="holds something else"):
        place.restored(archive)
    assert place.records() == before
    assert not place.keys.exists()


def test_other_keys_are_never_written_over(archive: Path, place: Place) -> None:
    """With them everything would be somebody else's."""
    place.keys.mkdir(parents=True)
    (place.keys / "serials.key").write_bytes(b"x" * 32)
    (place.keys / "serials.key").chmod(0o600)
    with pytest.raises(BackupError, match="stands in the way"):
        place.restored(archive)
    assert not place.out.exists()


def test_stores_without_their_bus_are_refused(archive: Path, played: Place, place: Place) -> None:
    """An empty bus and a full store are no empty place."""
    shutil.copytree(played.out / ".ijaza" / "stores", place.out / ".ijaza" / "stores")
    with pytest.raises(BackupError, match="the store of enrollment is not empty"):
        place.restored(archive)
    assert not any(place.records().values())
    assert not place.keys.exists()


def test_a_backup_without_keys_needs_those_it_was_made_with(
    played: Place, place: Place, tmp_path: Path
) -> None:
    """Others are told from them before anything is written."""
    path = tmp_path / "archive.tar"
    played.backed_up(path, keys=False)
    Place(tmp_path / "other").play(EXAMPLES / "coordination-1")
    shutil.copytree(tmp_path / "other" / "keys", place.keys)
    with pytest.raises(BackupError, match="holds other keys"):
        place.restored(path)
    assert not place.out.exists()

    shutil.rmtree(place.keys)
    shutil.copytree(played.keys, place.keys)
    place.restored(path)
    assert set(place.differing().values()) == {0}


def test_no_backup_is_written_over(archive: Path, played: Place) -> None:
    """The file that is there stays, and no draft is left beside it."""
    before = archive.read_bytes()
    with pytest.raises(BackupError, match="there already"):
        played.backed_up(archive)
    assert archive.read_bytes() == before
    assert not list(archive.parent.glob(".*"))


def test_a_wrong_address_is_no_empty_backup(place: Place, played: Place, tmp_path: Path) -> None:
    """Where nothing is, nothing is backed up, and nothing is made."""
    shutil.copytree(played.keys, place.keys)
    with pytest.raises(BackupError, match="is not there"):
        place.backed_up(tmp_path / "archive.tar")
    assert not place.out.exists()


class _Ended(BaseException):
    """What stands for the end of a process."""


@pytest.mark.parametrize("after", [0, 1, 7, 20, 60, 90, 110, 130, 150])
def test_a_restore_that_was_cut_off_goes_on(
    played: Place, in_parts: Path, place: Place, after: int
) -> None:
    """After any of its steps: the same command comes to the same end, and nothing is doubled."""
    left = after

    def step(what: str, _count: int) -> None:
        nonlocal left
        if what != "verified":
            left -= 1
            if left < 0:
                raise _Ended

    with pytest.raises(_Ended):
        place.restored(in_parts, progress=step)
    place.restored(in_parts)

    assert place.records() == played.records()
    assert set(place.differing().values()) == {0}
    with sqlite3.connect(place.out / ".ijaza" / "stores" / "credential.db") as file:
        (count,) = file.execute("SELECT count(*) FROM documents").fetchone()
    with sqlite3.connect(played.out / ".ijaza" / "stores" / "credential.db") as file:
        assert file.execute("SELECT count(*) FROM documents").fetchone() == (count,)
