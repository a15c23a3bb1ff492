"""What an issuer publishes of an edition: its keys, the status lists, the signed register.

All three are projections of what was issued: made anew from the states, and the same bytes for
the same states. Their dates are those of the latest event that they reflect.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ijaza_credential.desk import Documents
from ijaza_credential.documents.credential import serialise_credential
from ijaza_credential.documents.did import build_did_document, serialise_did_document
from ijaza_credential.documents.keys import IssuerKey
from ijaza_credential.documents.register import (
    CertificateStatus,
    RegisterEntry,
    build_register,
    serialise_register,
)
from ijaza_credential.documents.status_list import StatusList, build_status_list_credential
from ijaza_credential.domain.state import State


@dataclass(frozen=True, slots=True)
class Publication:
    """The files by which anybody verifies: DID document, register, status lists by number."""

    did: bytes
    register: bytes
    status_lists: Mapping[int, bytes]


def entries_of(state: State, documents: Mapping[str, Documents]) -> list[RegisterEntry]:
    """The register's entries of one participant, a line for each certificate."""
    entries = []
    for version, issued in sorted(state.issued.items()):
        ended = state.ended.get(version)
        files = documents.get(issued.credential_id)
        entries.append(
            RegisterEntry(
                serial=issued.serial,
                credential_id=issued.credential_id,
                version=version,
                certificate=issued.certificate,
                status=CertificateStatus(state.status(version)),
                issued_at=issued.at,
                changed_at=ended.at if ended else issued.at,
                pdf_sha256=files.pdf_sha256 if files else None,
                credential_sha256=files.credential_sha256 if files else None,
            )
        )
    return entries


def publish(
    *,
    edition: str,
    did_host: str,
    states: Iterable[State],
    documents: Mapping[str, Documents],
    key: IssuerKey,
    closed_at: datetime,
) -> Publication:
    """The issuer's files of an edition that closed at `closed_at`."""
    entries: list[RegisterEntry] = []
    lists: dict[int, set[int]] = {}
    latest: dict[int, datetime] = {}
    for state in states:
        entries.extend(entries_of(state, documents))
        for version, issued in state.issued.items():
            number, ended = issued.status_list, state.ended.get(version)
            revoked = lists.setdefault(number, set())
            if ended is not None:
                revoked.add(issued.status_index)
            changed = ended.at if ended else issued.at
            latest[number] = max(latest.get(number, changed), changed)
    register = build_register(
        entries,
        did_host=did_host,
        edition=edition,
        updated=max((entry.changed_at for entry in entries), default=closed_at),
        key=key,
    )
    return Publication(
        did=serialise_did_document(build_did_document(did_host, [key.multibase])),
        register=serialise_register(register),
        status_lists={
            number: serialise_credential(
                build_status_list_credential(
                    StatusList.of(revoked),
                    did_host=did_host,
                    edition=edition,
                    number=number,
                    updated=latest[number],
                    key=key,
                )
            )
            for number, revoked in lists.items()
        },
    )
