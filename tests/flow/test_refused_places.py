"""Folders, keys and state that a run cannot use: exit 3, one line that says what to do.

Nothing is overwritten: what was there, good or bad, stays as it was.
"""

import ctypes
import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from ijaza_local.play.state import opened

from tests.flow.commandline import Answer, Call, by_process
from tests.flow.test_sameness import content

STATE = ("run.db", "bus.db", *(f"stores/{name}.db" for name in ("enrollment", "credential")))
OVERRIDES = (1, 2)
"""Capabilities by which root passes over modes: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""
DROP_FROM_BOUNDING_SET = 24
"""prctl's PR_CAPBSET_DROP."""


@pytest.fixture
def out(small_out: Path, tmp_path: Path) -> Path:
    """A copy of the played small edition."""
    return Path(shutil.copytree(small_out, tmp_path / "out"))


def everything(folder: Path) -> dict[str, str]:
    """Every file under a folder, state included, by its hash."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def cannot_go_on(answer: Answer, *parts: str) -> None:
    """Exit 3, and one line on stderr that has these parts."""
    assert (answer.code, answer.out) == (3, "")
    assert answer.err.startswith("cannot go on: ")
    assert answer.err.count("\n") == 1
    for part in parts:
        assert part in answer.err


def garbage(path: Path) -> None:
    """Bytes of no program."""
    path.write_bytes(bytes(range(256)) * 40)


def halved(path: Path) -> None:
    """The second half is gone."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    """Every byte is gone."""
    path.write_bytes(b"")


def beheaded(path: Path) -> None:
    """The first page is overwritten."""
    path.write_bytes(b"\0" * 4096 + path.read_bytes()[4096:])


def scratched(path: Path) -> None:
    """Pages in the middle are overwritten."""
    held = path.read_bytes()
    middle = len(held) // 2
    path.write_bytes(held[:middle] + b"\xff" * 8192 + held[middle + 8192 :])


def foreign(path: Path) -> None:
    """The file of another program."""
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE documents (body TEXT)")
        other.execute("INSERT INTO documents VALUES ('a diary')")
        other.commit()


def removed(path: Path) -> None:
    """The file is gone."""
    path.unlink()


def swapped(path: Path) -> None:
    """Another of Ijaza's files stands in its place."""
    other = path.parent / "run.db" if path.name == "bus.db" else path.parents[1] / "bus.db"
    shutil.copy(path.parent / "bus.db" if path.name == "run.db" else other, path)


DAMAGES = (garbage, halved, emptied, beheaded, scratched, foreign, removed, swapped)


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("name", STATE)
def test_damaged_state_is_refused(
    name: str, damage: Callable[[Path], None], out: Path, small: Path, ijaza: Call
) -> None:
    """By `run` and `explain`, which name the file, say what to do, and leave it as it is."""
    path = out / ".ijaza" / name
    damage(path)
    damaged, results = everything(path.parent).get(path.name), content(out)

    for answer in (ijaza("run", small, "--out", out), ijaza("explain", out, "A1")):
        cannot_go_on(answer, str(path))
        assert any(word in answer.err for word in ("backup", "Give another path"))
    assert everything(path.parent).get(path.name) == damaged
    assert content(out) == results


def test_a_folder_in_the_place_of_state_is_refused(out: Path, small: Path, ijaza: Call) -> None:
    """As when a backup was unpacked one level too deep."""
    path = out / ".ijaza" / "bus.db"
    path.unlink()
    path.mkdir()

    cannot_go_on(ijaza("run", small, "--out", out), str(path))


def test_the_editions_own_folder_is_refused(small: Path, ijaza: Call) -> None:
    """What comes out would lie among what goes in."""
    before = everything(small)

    cannot_go_on(ijaza("run", small, "--out", small), "the edition's own folder", "another")
    assert everything(small) == before


def test_a_folder_of_another_program_is_refused(tmp_path: Path, small: Path, ijaza: Call) -> None:
    """Even one that has an `.ijaza` folder, as every working directory with keys has."""
    (tmp_path / ".ijaza").mkdir()
    (tmp_path / "thesis.txt").write_text("years of work")
    before = everything(tmp_path)

    cannot_go_on(ijaza("run", small, "--out", tmp_path), "not made by `ijaza run`")
    assert everything(tmp_path) == before


def test_a_file_in_the_place_of_out_is_refused(tmp_path: Path, small: Path, ijaza: Call) -> None:
    """And so is a path that leads through a file."""
    file = tmp_path / "out"
    file.write_text("not a folder")

    cannot_go_on(ijaza("run", small, "--out", file), f"{file} is a file")
    cannot_go_on(ijaza("run", small, "--out", file / "deeper"), "a part of the path is a file")
    assert file.read_text() == "not a folder"


def test_keys_never_lie_in_out(
    tmp_path: Path, small: Path, ijaza: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--out .` would hand the keys on together with the certificates."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("IJAZA_KEYS")

    cannot_go_on(ijaza("run", small, "--out", "."), "the keys would lie in OUT", "IJAZA_KEYS")
    assert list(tmp_path.iterdir()) == []


def test_other_keys_are_refused(
    out: Path, small: Path, tmp_path: Path, ijaza: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With other keys every participant would be somebody else; missing ones are not made."""
    before = content(out)
    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setenv("IJAZA_KEYS", str(elsewhere))
    for command in (["run", small, "--out", out], ["explain", out, "A1"]):
        cannot_go_on(ijaza(*command), "made with other keys", "IJAZA_KEYS")
    assert not elsewhere.exists()

    elsewhere.mkdir()
    cannot_go_on(ijaza("run", small, "--out", out), "made with other keys", str(elsewhere))
    assert content(out) == before


@pytest.mark.parametrize("name", ["issuer.pem", "access.pem", "participants.key", "serials.key"])
def test_keys_that_others_can_read_are_refused(
    name: str,
    small: Path,
    tmp_path: Path,
    keys: Path,
    ijaza: Call,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The message has the command that mends it."""
    mine = Path(shutil.copytree(keys, tmp_path / "keys"))
    (mine / name).chmod(0o644)
    monkeypatch.setenv("IJAZA_KEYS", str(mine))

    cannot_go_on(ijaza("run", small, "--out", tmp_path / "out"), str(mine / name), "chmod 600")


@pytest.mark.parametrize("name", ["issuer.pem", "access.pem", "participants.key", "serials.key"])
def test_damaged_keys_are_refused(
    name: str,
    small: Path,
    tmp_path: Path,
    keys: Path,
    ijaza: Call,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And not made anew: whatever was derived with the old ones would be lost."""
    mine = Path(shutil.copytree(keys, tmp_path / "keys"))
    (mine / name).write_bytes(b"no key at all")
    monkeypatch.setenv("IJAZA_KEYS", str(mine))

    cannot_go_on(ijaza("run", small, "--out", tmp_path / "out"), str(mine / name))
    assert (mine / name).read_bytes() == b"no key at all"


def test_a_second_run_at_the_same_time_is_refused(out: Path, small: Path, ijaza: Call) -> None:
    """The lock goes with the process that has it, so nobody has to clean up after a crash."""
    with opened(out):
        refused = ijaza("run", small, "--out", out)
        asked = ijaza("explain", out, "A1")

    cannot_go_on(refused, f"another run is using {out}", "wait")
    cannot_go_on(asked, f"another run is using {out}", "wait")
    assert ijaza("run", small, "--out", out).code == 0


@pytest.mark.slow
def test_an_out_that_cannot_be_written(out: Path, small: Path, keys: Path) -> None:
    """Modes hold for root too here: the process gives up its right to pass over them."""
    folders = [path for path in (out, *out.rglob("*")) if path.is_dir()]
    for path in folders:
        path.chmod(0o500)
    (out / ".ijaza" / "lock").chmod(0o400)
    try:
        answer = by_process("run", small, "--out", out, keys=keys, before=without_overrides)
    finally:
        for path in folders:
            path.chmod(0o700)

    cannot_go_on(answer, str(out), "permissions")


def without_overrides() -> None:
    """Give up root's right to pass over modes; for anybody else this does nothing."""
    system = ctypes.CDLL(None)
    for capability in OVERRIDES:
        system.prctl(DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)
