"""Deciding offline whether a file is a certificate that stands.

What each thing proves (formats.md, `ijaza verify`): a lone JSON proves its signed values; a lone
PDF proves its attached credential, not the page; the register proves every byte of either.

The DID document is where trust begins: whoever verifies takes it from the issuer's own site. All
else may come from anywhere. Nothing here raises, whatever it is given.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from .extract import ExtractionError, attached_credential
from .proof import ProofError, issuer_of, verify
from .register import CertificateStatus, verify_register
from .status_list import StatusList, StatusListError, read_status_list
from .strict_json import StrictJsonError, read_object
from .summary import CredentialSummary, UnreadableCredentialError, read_credential

MAX_REGISTER_BYTES = 128 << 20


class FileKind(StrEnum):
    """What a file was taken for, by its first bytes."""

    PDF = "pdf"
    JSON = "json"


class Outcome(StrEnum):
    """How a check ended; one that could not be made neither accepts nor rejects."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `file`, `proof`, `validity`, `status` or `register`."""

    name: str
    outcome: Outcome
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a file: accepted if its proof holds and no check failed."""

    kind: FileKind
    checks: tuple[Check, ...]
    credential: CredentialSummary | None

    @property
    def accepted(self) -> bool:
        """Tell whether the file is a certificate that stands."""
        proven = any(c.name == "proof" and c.outcome is Outcome.PASSED for c in self.checks)
        return proven and not self.reasons

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return why the file was rejected; empty if it was not."""
        return tuple(c.detail for c in self.checks if c.outcome is Outcome.FAILED)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what was not checked, and so is not proven."""
        return tuple(c.detail for c in self.checks if c.outcome is Outcome.NOT_CHECKED)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What files are held against: keys, register and status lists, checked once for all files.

    A part that was given but does not hold is kept as the reason why, and rejects every file that
    it bears on.
    """

    did_document: Mapping[str, Any] | None
    did_error: str | None
    register: Mapping[str, Mapping[str, Any]] | None
    register_error: str | None
    status_lists: Mapping[str, StatusList]
    status_errors: tuple[str, ...]


def gather_evidence(
    did_document: bytes, register: bytes | None = None, status_lists: Iterable[bytes] = ()
) -> Evidence:
    """Read and check what certificates will be held against. Never raises.

    Args:
        did_document: the bytes of the issuer's did.json.
        register: the bytes of register.json, if there is one.
        status_lists: the bytes of status list credentials, in any order.
    """
    try:
        did: Mapping[str, Any] = read_object(did_document)
    except StrictJsonError as error:
        return Evidence(None, f"the DID document: {error}", None, None, {}, ())
    entries, register_error = (
        _read_register(register, did) if register is not None else (None, None)
    )
    lists: dict[str, StatusList] = {}
    errors: list[str] = []
    for data in status_lists:
        try:
            url, statuses = _read_status_list(data, did)
        except (StrictJsonError, ProofError, StatusListError) as error:
            errors.append(f"a status list does not hold: {error}")
            continue
        # Of two states of one list the stricter counts: a revocation bit is never cleared.
        lists[url] = statuses.merged(lists[url]) if url in lists else statuses
    return Evidence(did, None, entries, register_error, lists, tuple(errors))


def verify_file(data: bytes, evidence: Evidence, at: datetime | None = None) -> Verdict:
    """Decide whether a PDF or a JSON file is a certificate that stands. Never raises.

    Args:
        data: the file's bytes.
        evidence: what it is held against.
        at: the time at which it must be valid; None leaves that unchecked.
    """
    kind = FileKind.PDF if data.startswith(b"%PDF-") else FileKind.JSON
    try:
        credential = read_object(attached_credential(data) if kind is FileKind.PDF else data)
        summary = read_credential(credential)
    except (ExtractionError, StrictJsonError, UnreadableCredentialError) as error:
        return Verdict(kind, (Check("file", Outcome.FAILED, str(error)),), None)
    checks = (
        _file_check(kind),
        _proof_check(credential, evidence),
        _validity_check(summary, at),
        _status_check(summary, evidence),
        _register_check(kind, data, summary, evidence),
    )
    return Verdict(kind, checks, summary)


def _read_register(
    data: bytes, did: Mapping[str, Any]
) -> tuple[Mapping[str, Mapping[str, Any]] | None, str | None]:
    try:
        return verify_register(read_object(data, MAX_REGISTER_BYTES), did), None
    except (StrictJsonError, ProofError) as error:
        return None, f"the register does not hold: {error}"


def _read_status_list(data: bytes, did: Mapping[str, Any]) -> tuple[str, StatusList]:
    credential = read_object(data)
    verify(credential, did)
    url = credential.get("id")
    if not isinstance(url, str):
        raise StatusListError("id: expected the list's address")
    return url, read_status_list(credential)


def _file_check(kind: FileKind) -> Check:
    if kind is FileKind.PDF:
        return Check("file", Outcome.PASSED, "a PDF with an attached credential")
    return Check("file", Outcome.PASSED, "a credential in JSON")


def _proof_check(credential: Mapping[str, Any], evidence: Evidence) -> Check:
    if evidence.did_document is None:
        return Check("proof", Outcome.FAILED, evidence.did_error or "no DID document")
    try:
        verify(credential, evidence.did_document)
    except ProofError as error:
        return Check("proof", Outcome.FAILED, str(error))
    return Check("proof", Outcome.PASSED, f"signed by {issuer_of(credential)}")


def _validity_check(summary: CredentialSummary, at: datetime | None) -> Check:
    if at is None:
        return Check("validity", Outcome.NOT_CHECKED, "no time was given to check validity at")
    if at < summary.valid_from:
        detail = f"not valid before {summary.valid_from.isoformat()}"
        return Check("validity", Outcome.FAILED, detail)
    if summary.valid_until is not None and at > summary.valid_until:
        return Check("validity", Outcome.FAILED, f"expired {summary.valid_until.isoformat()}")
    return Check("validity", Outcome.PASSED, f"valid from {summary.valid_from.isoformat()}")


def _status_check(summary: CredentialSummary, evidence: Evidence) -> Check:
    statuses = evidence.status_lists.get(summary.status_list)
    if statuses is None:
        if evidence.status_errors:
            return Check("status", Outcome.FAILED, "; ".join(evidence.status_errors))
        missing = f"the status list {summary.status_list} was not given"
        return Check("status", Outcome.NOT_CHECKED, missing)
    try:
        revoked = statuses.is_set(summary.status_index)
    except IndexError as error:
        return Check("status", Outcome.FAILED, str(error))
    if revoked:
        return Check("status", Outcome.FAILED, "its status list says that it no longer stands")
    return Check("status", Outcome.PASSED, "its status list does not revoke it")


def _register_check(
    kind: FileKind, data: bytes, summary: CredentialSummary, evidence: Evidence
) -> Check:
    if evidence.register_error is not None:
        return Check("register", Outcome.FAILED, evidence.register_error)
    if evidence.register is None:
        proven = (
            "without the register only the attached credential is proven, not the printed page"
            if kind is FileKind.PDF
            else "without the register the signed values are proven, not every byte of the file"
        )
        return Check("register", Outcome.NOT_CHECKED, proven)
    entry = evidence.register.get(summary.credential_id)
    if entry is None or entry["serial"] != summary.serial:
        missing = f"the register does not know {summary.serial} ({summary.credential_id})"
        return Check("register", Outcome.FAILED, missing)
    recorded = entry["pdf_sha256" if kind is FileKind.PDF else "credential_sha256"]
    if recorded != hashlib.sha256(data).hexdigest():
        changed = "the file is not the one that was issued: the register has another SHA-256"
        return Check("register", Outcome.FAILED, changed)
    if entry["status"] != CertificateStatus.VALID.value:
        return Check("register", Outcome.FAILED, f"the register says: {entry['status']}")
    return Check("register", Outcome.PASSED, "every byte is as the register says, and it stands")
