"""Credentials as JWTs, held against verifiers that we did not write."""

import base64
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ijaza_credential.documents.did import build_did_document, serialise_did_document
from ijaza_credential.documents.jwt import as_jwt
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier

from tests.unit.credential_documents.given import HOST, facts, key, signed

Jose = Callable[..., subprocess.CompletedProcess[str]]

DID = build_did_document(HOST, [key("first").multibase, key().multibase])
NOW = "2026-11-22T12:00:00Z"
CREDENTIALS = {
    "usual": facts(),
    "odd name": facts(holder_name_en='Mo "the\\ great" Ñandú 👩‍🎓', holder_name_ar="مُنى <&> عبدُه"),
    "renewed": facts(predecessor_credential_id="urn:uuid:00000000-0000-4000-8000-000000000000"),
}


def token(name: str = "usual", by: str = "the issuer") -> str:
    """A credential that an older key signed, as a JWT by a key of the issuer."""
    return as_jwt(signed(CREDENTIALS[name], key("first")), DID, key(by))


def forged(change: Callable[[dict[str, Any], dict[str, Any]], None]) -> str:
    """The usual JWT with something changed in its header or payload after it was signed."""
    head, payload, signature = token().split(".")
    parts = [json.loads(base64.urlsafe_b64decode(each + "==")) for each in (head, payload)]
    change(parts[0], parts[1])
    written = [
        base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts
    ]
    return ".".join([*written, signature])


def other_score(header: dict[str, Any], payload: dict[str, Any]) -> None:
    """A better result."""
    payload["credentialSubject"]["result"][1]["value"] = "99"


def other_bit(header: dict[str, Any], payload: dict[str, Any]) -> None:
    """Somebody else's place in the status list."""
    payload["credentialStatus"]["statusListIndex"] = "1"


def other_key(header: dict[str, Any], payload: dict[str, Any]) -> None:
    """Another of the issuer's keys."""
    header["kid"] = DID["verificationMethod"][2]["id"]


def no_signature(header: dict[str, Any], payload: dict[str, Any]) -> None:
    """None is asked for."""
    header["alg"] = "none"


FORGERIES = pytest.mark.parametrize("change", [other_score, other_bit, other_key, no_signature])


def openbadgeslib(text: str) -> str:
    """The id of the credential that openbadgeslib accepts. Raises `OB3VerificationError`."""

    def site(url: str, *_: object, **__: object) -> bytes:
        assert url == f"https://{HOST}/.well-known/did.json"
        return serialise_did_document(DID)

    return str(OB3Verifier.for_issuer_did(DID["id"], download=site).verify(text).id)


def by_jose(jose: Jose, folder: Path, *tokens: str, at: str = NOW) -> list[dict[str, Any]]:
    """What jose says of some JWTs."""
    (folder / "did.json").write_bytes(serialise_did_document(DID))
    files = [folder / f"{number}.jwt" for number in range(len(tokens))]
    for file, text in zip(files, tokens, strict=True):
        file.write_text(text, encoding="ascii")
    done = jose(folder / "did.json", at, *files)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(said) == len(tokens), done.stderr
    return said


@pytest.mark.parametrize("name", CREDENTIALS)
def test_openbadgeslib_accepts(name: str) -> None:
    """It resolves the DID, takes the key that the header names, and reads the claims."""
    assert openbadgeslib(token(name)) == CREDENTIALS[name].credential_id


@FORGERIES
def test_openbadgeslib_rejects(change: Callable[[dict[str, Any], dict[str, Any]], None]) -> None:
    """A changed value or header, and no signature at all."""
    with pytest.raises(OB3VerificationError):
        openbadgeslib(forged(change))


def test_openbadgeslib_rejects_a_key_that_is_not_the_issuers() -> None:
    """Whoever signs with a key of their own is not the issuer."""
    with pytest.raises(OB3VerificationError):
        openbadgeslib(token(by="somebody else"))


@pytest.mark.slow
def test_jose_accepts(jose: Jose, tmp_path: Path) -> None:
    """Type, issuer, claims and signature."""
    said = by_jose(jose, tmp_path, *(token(name) for name in CREDENTIALS))

    assert [each["error"] for each in said] == [None] * len(CREDENTIALS)
    assert [each["id"] for each in said] == [each.credential_id for each in CREDENTIALS.values()]
    assert all(each["verified"] for each in said)


@pytest.mark.slow
def test_jose_rejects(jose: Jose, tmp_path: Path) -> None:
    """Every forgery, and a key that is not the issuer's."""
    changes = (other_score, other_bit, other_key, no_signature)
    tokens = [*(forged(change) for change in changes), token(by="somebody else")]

    assert not any(each["verified"] for each in by_jose(jose, tmp_path, *tokens))


@pytest.mark.slow
def test_jose_rejects_what_is_not_valid_yet(jose: Jose, tmp_path: Path) -> None:
    """Before the certificate was issued."""
    early = datetime(2020, 4, 17, 17, tzinfo=UTC).isoformat()

    (said,) = by_jose(jose, tmp_path, token(), at=early)

    assert said["verified"] is False
