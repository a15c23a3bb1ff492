"""The signed register of an edition: every certificate, its status, and the hash of its files.

The register proves every byte of a certificate's PDF and JSON, and says what was superseded or
revoked, for somebody who is offline.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from .did import did_of
from .keys import IssuerKey
from .proof import Cryptosuite, ProofError, sign, verify
from .subject import utc_timestamp

_SHA256_LENGTH = 64


class CertificateStatus(StrEnum):
    """What became of a certificate (formats.md, certificates.csv: `status`)."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One certificate that was issued; hashes are SHA-256 in hexadecimal.

    `changed_at` is when it got its status. A hash is None where no such file was made (an edition
    whose PDFs are made on demand) and stays after a file was removed for erasure.
    """

    serial: str
    credential_id: str
    version: int
    certificate: str
    status: CertificateStatus
    issued_at: datetime
    changed_at: datetime
    pdf_sha256: str | None
    credential_sha256: str | None


def build_register(
    entries: Iterable[RegisterEntry],
    *,
    did_host: str,
    edition: str,
    updated: datetime,
    key: IssuerKey,
) -> dict[str, Any]:
    """Return the signed register of an edition, ordered by serial and version.

    `updated` is the time of the latest event that the register reflects; it dates the proof too.

    Raises:
        ValueError: two entries are of one credential.
    """
    ordered = sorted(entries, key=lambda entry: (entry.serial, entry.version))
    if len({entry.credential_id for entry in ordered}) != len(ordered):
        raise ValueError("the register names a credential twice")
    document = {
        "type": "IjazaRegister",
        "edition": edition,
        "issuer": did_of(did_host),
        "updated": utc_timestamp(updated),
        "entries": [_entry(entry) for entry in ordered],
    }
    return sign(document, key, updated, Cryptosuite.JCS)


def serialise_register(register: Mapping[str, Any]) -> bytes:
    """Return a register as the bytes of register.json."""
    return (json.dumps(register, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def verify_register(
    register: Mapping[str, Any], did_document: Mapping[str, Any]
) -> dict[str, Mapping[str, Any]]:
    """Check a register's proof and form, and return its entries by credential id.

    Raises:
        ProofError: it was not signed by the issuer, was changed since, or is no register.
    """
    verify(register, did_document, Cryptosuite.JCS)
    entries = register.get("entries")
    if register.get("type") != "IjazaRegister" or not isinstance(entries, list):
        raise ProofError("the document is signed, but it is no register of certificates")
    by_credential: dict[str, Mapping[str, Any]] = {}
    for number, entry in enumerate(entries):
        if not _is_entry(entry) or entry["credential_id"] in by_credential:
            raise ProofError(f"entries[{number}]: not an entry of a register, or a second one")
        by_credential[entry["credential_id"]] = entry
    return by_credential


def _entry(entry: RegisterEntry) -> dict[str, Any]:
    return {
        "serial": entry.serial,
        "credential_id": entry.credential_id,
        "version": entry.version,
        "certificate": entry.certificate,
        "status": entry.status.value,
        "issued_at": utc_timestamp(entry.issued_at),
        "changed_at": utc_timestamp(entry.changed_at),
        "pdf_sha256": entry.pdf_sha256,
        "credential_sha256": entry.credential_sha256,
    }


def _is_entry(entry: object) -> bool:
    if not isinstance(entry, dict) or set(entry) != set(RegisterEntry.__slots__):
        return False
    hashes = entry["pdf_sha256"], entry["credential_sha256"]
    return (
        isinstance(entry["serial"], str)
        and isinstance(entry["credential_id"], str)
        and entry["status"] in [status.value for status in CertificateStatus]
        and all(h is None or (isinstance(h, str) and len(h) == _SHA256_LENGTH) for h in hashes)
    )
