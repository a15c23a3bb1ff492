"""Secrets in files: made once, the same for all, and closed to others than their owner."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ijaza_runtime.secrets import SecretError, load_or_create_secret

RACE = """
import sys
from pathlib import Path
from ijaza_runtime.secrets import load_or_create_secret
sys.stdin.read()
for number in range(100):
    print(load_or_create_secret(Path(sys.argv[1]), f"secret-{number}").hex())
"""


def test_a_secret_is_made_once_and_then_read(tmp_path: Path) -> None:
    """The second reading gives what the first one made, of the size asked for."""
    first = load_or_create_secret(tmp_path / "keys", "participants", 48)

    assert len(first) == 48
    assert load_or_create_secret(tmp_path / "keys", "participants", 48) == first
    assert load_or_create_secret(tmp_path / "keys", "serials", 48) != first


def test_only_the_owner_can_read_what_was_made(tmp_path: Path) -> None:
    """The folder has mode 0700 and the file 0600 even under a umask that allows everything."""
    before = os.umask(0)
    try:
        load_or_create_secret(tmp_path / "keys", "participants")
    finally:
        os.umask(before)

    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys/participants").stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path / "keys") == ["participants"]


def test_processes_that_start_at_once_get_the_same_secrets(tmp_path: Path) -> None:
    """Four processes make a hundred secrets at the same time: each is made by one of them."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.close()
        racer.stdin = None
    outputs = {racer.communicate()[0] for racer in racers}

    assert [racer.returncode for racer in racers] == [0] * 4
    assert len(outputs) == 1
    assert len(set(outputs.pop().split())) == 100
    assert len(os.listdir(tmp_path)) == 100


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    """The error names the file, its mode, the mode expected and the command that sets it."""
    load_or_create_secret(tmp_path, "participants")
    (tmp_path / "participants").chmod(mode)

    with pytest.raises(SecretError, match=rf"participants has mode {mode:04o}.*expected 0600"):
        load_or_create_secret(tmp_path, "participants")


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_file_of_another_length_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    """A damaged secret is an error, never replaced: what was derived with it must not change."""
    path = tmp_path / "participants"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(SecretError, match="restore it from a backup"):
        load_or_create_secret(tmp_path, "participants")

    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """Where a file stands in the folder's place, the error says so and names the setting."""
    (tmp_path / "keys").write_text("a file")

    with pytest.raises(SecretError, match=r"keys/participants cannot be read or made.*IJAZA_KEYS"):
        load_or_create_secret(tmp_path / "keys", "participants")
