"""What a backup takes of the folder of keys after rotations."""

from pathlib import Path

import pytest
from ijaza_credential.documents.key_folder import KeyFolder
from ijaza_credential.documents.keys import new_pem
from ijaza_local.operate.backup_keys import check_keys, mark_of, read_keys, seal, unseal, write_keys
from ijaza_runtime.secrets import load_or_create_secret

PASSPHRASE = "a passphrase of tests"


@pytest.mark.slow
def test_every_key_of_the_issuer_is_taken_and_put_back(tmp_path: Path) -> None:
    """Older and newer files, and the line that leads to a key elsewhere, come back as they were."""
    keys = tmp_path / "keys"
    (tmp_path / "mounted.pem").write_bytes(new_pem())
    for name in ("serials.key", "participants.key"):
        load_or_create_secret(keys, name)
    folder = KeyFolder(keys)
    before = mark_of(read_keys(keys))
    folder.add(2)
    folder.add(3, f"file:{tmp_path / 'mounted.pem'}")

    sealed = seal(read_keys(keys), PASSPHRASE, b"bound")
    opened = unseal(sealed, PASSPHRASE, b"bound")
    write_keys(tmp_path / "restored", opened)

    assert set(opened) == {
        "issuer.pem", "issuer-k2.pem", "issuer-k3.ref", "serials.key", "participants.key",
    }  # fmt: skip
    assert KeyFolder(tmp_path / "restored").by_number == folder.by_number
    assert mark_of(opened) == before, "a backup of before a rotation is of the same keys"
    check_keys(tmp_path / "restored", opened, before)
