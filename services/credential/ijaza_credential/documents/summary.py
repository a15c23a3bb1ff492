"""What a credential says, read strictly from its JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .proof import ProofError, issuer_of


class UnreadableCredentialError(ValueError):
    """A JSON object is not a credential in the form that Ijaza issues."""


@dataclass(frozen=True, slots=True)
class CredentialSummary:
    """The parts of a credential that a person, or a check, wants to see."""

    credential_id: str
    issuer: str
    issuer_name: str
    serial: str
    holder_names: tuple[str, ...]
    title: str
    achievement: str
    valid_from: datetime
    valid_until: datetime | None
    status_list: str
    status_index: int


def read_credential(credential: Mapping[str, Any]) -> CredentialSummary:
    """Return what a credential says; its proof is the caller's to check.

    Raises:
        UnreadableCredentialError: a part is missing or of another type; the message names it.
    """
    types = credential.get("type")
    if types != ["VerifiableCredential", "OpenBadgeCredential"]:
        raise UnreadableCredentialError("type: expected an OpenBadgeCredential")
    subject = _object(credential, "credentialSubject")
    status = _object(credential, "credentialStatus")
    if status.get("type") != "BitstringStatusListEntry" or (
        status.get("statusPurpose") != "revocation"
    ):
        raise UnreadableCredentialError("credentialStatus: expected a revocation list's entry")
    try:
        issuer = issuer_of(credential)
    except ProofError as error:
        raise UnreadableCredentialError(str(error)) from error
    return CredentialSummary(
        credential_id=_text(credential, "id"),
        issuer=issuer,
        issuer_name=_text(_object(credential, "issuer"), "name"),
        serial=_text(subject, "licenseNumber"),
        holder_names=_names(subject),
        title=_text(credential, "name"),
        achievement=_text(_object(subject, "achievement"), "name"),
        valid_from=_time(credential, "validFrom"),
        valid_until=_time(credential, "validUntil") if "validUntil" in credential else None,
        status_list=_text(status, "statusListCredential"),
        status_index=_index(_text(status, "statusListIndex")),
    )


def _object(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parent.get(name)
    if not isinstance(value, Mapping):
        raise UnreadableCredentialError(f"{name}: expected an object")
    return value


def _text(parent: Mapping[str, Any], name: str) -> str:
    value = parent.get(name)
    if not isinstance(value, str) or not value:
        raise UnreadableCredentialError(f"{name}: expected a text")
    return value


def _names(subject: Mapping[str, Any]) -> tuple[str, ...]:
    identities = subject.get("identifier")
    if not isinstance(identities, list) or not identities:
        raise UnreadableCredentialError("identifier: expected the holder's names")
    names = []
    for identity in identities:
        if not isinstance(identity, Mapping) or identity.get("hashed") is not False:
            raise UnreadableCredentialError("identifier: expected names in the clear")
        if identity.get("identityType") != "name":
            raise UnreadableCredentialError("identityType: expected name")
        names.append(_text(identity, "identityHash"))
    return tuple(names)


def _time(parent: Mapping[str, Any], name: str) -> datetime:
    text = _text(parent, name)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableCredentialError(f"{name}: {text[:40]!r} is no time") from error
    if moment.tzinfo is None:
        raise UnreadableCredentialError(f"{name}: {text[:40]!r} has no timezone")
    return moment


def _index(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 7:
        raise UnreadableCredentialError(f"statusListIndex: {text[:40]!r} is no index")
    return int(text)
