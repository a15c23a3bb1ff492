"""Key files: made once, for their owner alone, and never overwritten."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from ijaza_credential.documents.keys import load_or_create_key
from ijaza_runtime.secrets import SecretError


def test_a_key_is_made_once(tmp_path: Path) -> None:
    """The second call reads what the first one wrote."""
    path = tmp_path / "keys" / "issuer.pem"

    assert load_or_create_key(path).multibase == load_or_create_key(path).multibase


def test_a_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Mode 0600, and no draft is left beside it."""
    load_or_create_key(tmp_path / "key")

    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["key"]


def test_of_many_that_start_at_once_all_use_one_key(tmp_path: Path) -> None:
    """Whoever links the file first has made it; nobody overwrites it."""
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: load_or_create_key(tmp_path / "key").multibase, range(64)))

    assert len(set(found)) == 1


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """The message says what to do."""
    load_or_create_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o644)

    with pytest.raises(SecretError, match="chmod 600"):
        load_or_create_key(tmp_path / "key")


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xff\xfe", b"00" * 31])
def test_a_file_that_is_no_key_is_refused_and_stays(content: bytes, tmp_path: Path) -> None:
    """It may be the only copy of something: it is named, not replaced."""
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(SecretError, match=r"key: expected|key is empty"):
        load_or_create_key(path)
    assert path.read_bytes() == content


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    """Only Ed25519 signs here."""
    path = tmp_path / "key"
    path.touch(0o600)
    path.write_bytes(
        generate_private_key(SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )

    with pytest.raises(SecretError, match="expected an Ed25519 key"):
        load_or_create_key(path)


def test_a_folder_in_the_place_of_a_key_is_an_error(tmp_path: Path) -> None:
    """Whatever the system says is handed on with the path."""
    with pytest.raises(SecretError, match="cannot be read"):
        load_or_create_key(tmp_path)


def test_a_key_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """For instance under a file instead of a folder."""
    (tmp_path / "file").touch()

    with pytest.raises(SecretError, match="cannot be read or made"):
        load_or_create_key(tmp_path / "file" / "key")
