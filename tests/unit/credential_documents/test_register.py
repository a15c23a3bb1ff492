"""The signed register of an edition."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from ijaza_credential.documents.did import build_did_document
from ijaza_credential.documents.proof import Cryptosuite, ProofError, sign
from ijaza_credential.documents.register import (
    CertificateStatus,
    RegisterEntry,
    build_register,
    serialise_register,
    verify_register,
)

from tests.unit.credential_documents.given import EDITION, HOST, ISSUED_AT, key

DID = build_did_document(HOST, [key().multibase])
FIRST = RegisterEntry(
    serial="4TG9-0ZC1-M7QW",
    credential_id="urn:uuid:00000000-0000-4000-8000-000000000001",
    version=1,
    certificate="certificate",
    status=CertificateStatus.SUPERSEDED,
    issued_at=ISSUED_AT,
    changed_at=ISSUED_AT + timedelta(days=1),
    pdf_sha256="a" * 64,
    credential_sha256="b" * 64,
)
SECOND = replace(
    FIRST,
    credential_id="urn:uuid:00000000-0000-4000-8000-000000000002",
    version=2,
    status=CertificateStatus.VALID,
    pdf_sha256=None,
)


def register(*entries: RegisterEntry) -> dict[str, Any]:
    """A register signed by the issuer."""
    return build_register(
        entries, did_host=HOST, edition=EDITION, updated=ISSUED_AT + timedelta(days=1), key=key()
    )


def test_a_register_verifies_and_finds_its_entries() -> None:
    """By the id of the credential, for one serial may have had several."""
    entries = verify_register(register(FIRST, SECOND), DID)

    assert entries[FIRST.credential_id]["status"] == "superseded"
    assert entries[SECOND.credential_id]["pdf_sha256"] is None


def test_entries_have_one_order_and_the_file_one_form() -> None:
    """By serial and version, whatever order they were given in."""
    assert serialise_register(register(FIRST, SECOND)) == serialise_register(
        register(SECOND, FIRST)
    )


def test_a_register_survives_being_written_and_read() -> None:
    """Its proof is over its values, whatever the blanks between them."""
    data = serialise_register(register(FIRST))

    assert verify_register(json.loads(data), DID)
    assert verify_register(json.loads(json.dumps(json.loads(data))), DID)


def test_an_altered_register_is_refused() -> None:
    """Any value: a status, a hash, the time."""
    for name, value in (("status", "valid"), ("pdf_sha256", "c" * 64), ("version", 2)):
        altered = register(FIRST)
        altered["entries"][0][name] = value
        with pytest.raises(ProofError, match="does not fit"):
            verify_register(altered, DID)


def test_a_register_of_a_stranger_is_refused() -> None:
    """Only the issuer's keys count."""
    stranger = build_did_document(HOST, [key("a stranger").multibase])

    with pytest.raises(ProofError, match="does not list the key"):
        verify_register(register(FIRST), stranger)


@pytest.mark.parametrize(
    "document",
    [
        {"type": "IjazaRegister"},
        {"type": "IjazaRegister", "entries": {}},
        {"type": "Something", "entries": []},
        {"type": "IjazaRegister", "entries": ["x"]},
        {"type": "IjazaRegister", "entries": [{"serial": "x"}]},
    ],
)
def test_what_is_signed_but_no_register_is_refused(document: dict[str, Any]) -> None:
    """The issuer's key signs other things too; none may pass for a register."""
    signed = sign({"issuer": f"did:web:{HOST}", **document}, key(), ISSUED_AT, Cryptosuite.JCS)

    with pytest.raises(ProofError, match="register"):
        verify_register(signed, DID)


def test_a_credential_has_one_entry() -> None:
    """Two could say two things of it."""
    with pytest.raises(ValueError, match="twice"):
        register(FIRST, replace(FIRST, status=CertificateStatus.VALID))
