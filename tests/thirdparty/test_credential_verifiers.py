"""Verifiers that we did not write, on what we sign."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ijaza_credential.documents.credential import serialise_credential
from ijaza_credential.documents.did import build_did_document, serialise_did_document
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3VerificationError

from tests.unit.credential_documents.given import (
    HOST,
    STATUS_INDEX,
    facts,
    key,
    module,
    signed,
    status_list,
)

DigitalBazaar = Callable[..., subprocess.CompletedProcess[str]]
CREDENTIALS = {
    "usual": facts(),
    "one name": facts(holder_name_ar="Mona Abdel-Rahman"),
    "odd name": facts(holder_name_en='Mo "the\\ great" Ñandú 👩‍🎓', holder_name_ar="مُنى <&> عبدُه"),
    "no module": facts(modules=()),
    "many modules": facts(modules=tuple(module(number) for number in range(20))),
    "renewed": facts(predecessor_credential_id="urn:uuid:00000000-0000-4000-8000-000000000000"),
}
DID = serialise_did_document(build_did_document(HOST, [key("next").multibase, key().multibase]))


def forged(change: Callable[[dict[str, Any]], None]) -> bytes:
    """The usual credential with something changed after it was signed."""
    credential = signed(facts())
    change(credential)
    return serialise_credential(credential)


def change_result(credential: dict[str, Any]) -> None:
    """A better score."""
    credential["credentialSubject"]["result"][1]["value"] = "99"


def change_proof(credential: dict[str, Any]) -> None:
    """Another time of signing."""
    credential["proof"]["created"] = "2020-04-17T18:00:01Z"


def change_status(credential: dict[str, Any]) -> None:
    """Somebody else's bit."""
    credential["credentialStatus"]["statusListIndex"] = "1"


FORGERIES = pytest.mark.parametrize("change", [change_result, change_proof, change_status])


class _Site:
    """The issuer's web site, as far as a verifier reads it."""

    def __call__(self, url: str, *_: object, **__: object) -> bytes:
        """Serve the DID document and nothing else."""
        assert url == f"https://{HOST}/.well-known/did.json"
        return DID


@pytest.mark.parametrize("name", CREDENTIALS)
def test_openbadgeslib_accepts(name: str) -> None:
    """It resolves the DID, checks the proof, and that our JSON is in compacted form."""
    data = serialise_credential(signed(CREDENTIALS[name]))

    badge = OB3LdpVerifier().verify(data, download=_Site())

    assert badge.id == CREDENTIALS[name].credential_id


@FORGERIES
def test_openbadgeslib_rejects(change: Callable[[dict[str, Any]], None]) -> None:
    """A changed value, proof option or status entry."""
    with pytest.raises(OB3VerificationError):
        OB3LdpVerifier().verify(forged(change), download=_Site())


@pytest.mark.slow
def test_digital_bazaar_accepts(digital_bazaar: DigitalBazaar, tmp_path: Path) -> None:
    """Its proof in "safe mode", which refuses any term that a signature would not cover."""
    (tmp_path / "did.json").write_bytes(DID)
    (tmp_path / "list.json").write_bytes(status_list())
    files = []
    for name, about in CREDENTIALS.items():
        files.append(tmp_path / f"{name}.json")
        files[-1].write_bytes(serialise_credential(signed(about)))

    done = digital_bazaar(tmp_path / "did.json", tmp_path / "list.json", "--", *files)

    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(verdicts) == len(files), done.stderr
    assert all(v["verified"] and v["revoked"] is False for v in verdicts), verdicts


@pytest.mark.slow
def test_digital_bazaar_sees_a_revocation(digital_bazaar: DigitalBazaar, tmp_path: Path) -> None:
    """In the Bitstring Status List, whose own proof it checks too."""
    (tmp_path / "did.json").write_bytes(DID)
    (tmp_path / "list.json").write_bytes(status_list((STATUS_INDEX,)))
    (tmp_path / "credential.json").write_bytes(serialise_credential(signed(facts())))

    done = digital_bazaar(
        tmp_path / "did.json", tmp_path / "list.json", "--", tmp_path / "credential.json"
    )

    assert json.loads(done.stdout)["revoked"] is True


@pytest.mark.slow
@FORGERIES
def test_digital_bazaar_rejects(
    digital_bazaar: DigitalBazaar, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    """A changed value, proof option or status entry."""
    (tmp_path / "did.json").write_bytes(DID)
    (tmp_path / "list.json").write_bytes(status_list())
    (tmp_path / "credential.json").write_bytes(forged(change))

    done = digital_bazaar(
        tmp_path / "did.json", tmp_path / "list.json", "--", tmp_path / "credential.json"
    )

    assert json.loads(done.stdout)["verified"] is False


@pytest.mark.slow
def test_digital_bazaar_rejects_a_changed_status_list(
    digital_bazaar: DigitalBazaar, tmp_path: Path
) -> None:
    """A list with the bit taken out again is not the issuer's."""
    revoked, clean = json.loads(status_list((STATUS_INDEX,))), json.loads(status_list())
    revoked["credentialSubject"]["encodedList"] = clean["credentialSubject"]["encodedList"]
    (tmp_path / "did.json").write_bytes(DID)
    (tmp_path / "list.json").write_text(json.dumps(revoked))
    (tmp_path / "credential.json").write_bytes(serialise_credential(signed(facts())))

    done = digital_bazaar(
        tmp_path / "did.json", tmp_path / "list.json", "--", tmp_path / "credential.json"
    )

    assert json.loads(done.stdout)["verified"] is False
