"""Keys in their folder, and those that lie elsewhere."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from ijaza_credential.documents import key_references
from ijaza_credential.documents.key_folder import KeyFolder, first_key
from ijaza_credential.documents.key_references import open_reference
from ijaza_credential.documents.keys import IssuerKey, new_pem
from ijaza_runtime.secrets import SecretError
from structlog.testing import capture_logs

from tests.unit.credential_documents.given import key


def written(path: Path, content: bytes) -> Path:
    """A file that only its owner can read."""
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path


def test_a_new_folder_gets_a_first_key_and_no_other(tmp_path: Path) -> None:
    """A folder that has some key gets none made: a made-up first one would be another issuer's."""
    first = KeyFolder(tmp_path / "new").first
    (tmp_path / "kept").mkdir(mode=0o700)
    written(tmp_path / "kept" / "issuer-k3.pem", new_pem())

    assert KeyFolder(tmp_path / "new").first == first
    assert list(KeyFolder(tmp_path / "kept").by_number) == [3]
    with pytest.raises(SecretError, match=r"issuer\.pem"):
        first_key(tmp_path / "kept")


def test_a_key_in_the_environment_or_in_a_mounted_file_is_the_same_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PEM in a variable, PEM in a file that others can read: who mounted it sees to its mode."""
    pem = new_pem()
    monkeypatch.setenv("IJAZA_TEST_KEY", pem.decode())
    mounted = written(tmp_path / "mounted.pem", pem)
    mounted.chmod(0o644)
    folder = KeyFolder(tmp_path / "keys")

    by_variable = folder.add(2, "env:IJAZA_TEST_KEY")
    by_file = folder.add(3, f"file:{mounted}")

    assert by_variable.multibase == by_file.multibase
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == [
        "issuer-k2.ref", "issuer-k3.ref", "issuer.pem",
    ]  # fmt: skip
    assert KeyFolder(tmp_path / "keys").by_number[2] == by_variable


def test_a_reference_that_leads_nowhere_now_stops_no_other_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device that is away: older keys go on, it is told, and found again when it is back."""
    KeyFolder(tmp_path)
    written(tmp_path / "issuer-k2.ref", b"env:IJAZA_TEST_KEY\n")

    with capture_logs() as logs:
        folder = KeyFolder(tmp_path)

    assert list(folder.by_number) == [1]
    assert [each["file"] for each in logs] == ["issuer-k2.ref"]
    monkeypatch.setenv("IJAZA_TEST_KEY", new_pem().decode())
    folder.look()
    assert list(folder.by_number) == [1, 2]


def test_a_key_file_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    """That does not mend itself: another mode, another content."""
    KeyFolder(tmp_path)
    path = written(tmp_path / "issuer-k2.pem", b"no key")
    with pytest.raises(SecretError, match="PEM"):
        KeyFolder(tmp_path)
    path.chmod(0o644)
    with pytest.raises(SecretError, match="0600"):
        KeyFolder(tmp_path)


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("", "such as env:NAME"),
        ("env:", "such as env:NAME"),
        ("env:IJAZA_NOT_SET", "not set"),
        ("file:/nowhere/key.pem", "cannot be read"),
        ("vault:issuer", "nothing opens keys of 'vault'"),
        ("x" * 5000 + ":y", "such as env:NAME"),
    ],
)
def test_a_reference_of_no_use_is_refused(reference: str, why: str) -> None:
    """Each is told what was expected."""
    with pytest.raises(SecretError, match=why):
        open_reference(reference)


def test_another_package_can_bring_keys_of_its_own_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The seam for a cloud's key service: an entry point named by the reference's scheme."""
    point = EntryPoint("kms", f"{__name__}:cloud_key", key_references.GROUP)
    monkeypatch.setattr(key_references, "entry_points", lambda group: (point,))

    assert open_reference("kms:arn:aws:kms:eu-1:1:key/2").multibase == key("cloud").multibase


def test_a_device_that_signs_with_another_key_is_refused() -> None:
    """Its public half is tried before the first certificate is signed."""
    with pytest.raises(SecretError, match="another key"):
        IssuerKey.held_elsewhere(bytes(32), key().sign, "a device")


def cloud_key(reference: str) -> IssuerKey:
    """What a package for a key service would have."""
    assert reference.startswith("kms:")
    return key("cloud")
