"""What an issuer publishes of an edition: its keys, the status lists, the signed register.

All three are projections of what was issued: made anew from the states, and the same bytes for
the same states. Their dates are those of the latest event that they reflect.
"""

from collections.abc import Iterable, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Signed:
    """What an edition's files are signed with, and under whose name."""

    edition: str
    did_host: str
    key: IssuerKey


@dataclass(frozen=True, slots=True)
class Bit:
    """A certificate's place in a status list; `changed` is when it got its status."""

    number: int
    index: int
    ended: bool
    changed: datetime


@dataclass(frozen=True, slots=True)
class Marks:
    """A status list before it is signed; `updated` is the latest change of any certificate."""

    statuses: StatusList
    updated: datetime


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


def bits_of(state: State) -> list[Bit]:
    """The places of one participant's certificates in the edition's status lists."""
    bits = []
    for version, issued in state.issued.items():
        ended = state.ended.get(version)
        changed = ended.at if ended else issued.at
        bits.append(Bit(issued.status_list, issued.status_index, ended is not None, changed))
    return bits


def marks_of(bits: Iterable[Bit]) -> dict[int, Marks]:
    """The status lists of an edition by their numbers."""
    ended: dict[int, set[int]] = {}
    latest: dict[int, datetime] = {}
    for bit in bits:
        marked = ended.setdefault(bit.number, set())
        if bit.ended:
            marked.add(bit.index)
        latest[bit.number] = max(latest.get(bit.number, bit.changed), bit.changed)
    return {
        number: Marks(StatusList.of(marked), latest[number]) for number, marked in ended.items()
    }


def status_list(number: int, marks: Marks, signed: Signed) -> bytes:
    """A status list as it is published."""
    return serialise_credential(
        build_status_list_credential(
            marks.statuses,
            did_host=signed.did_host,
            edition=signed.edition,
            number=number,
            updated=marks.updated,
            key=signed.key,
        )
    )


def register(entries: Sequence[RegisterEntry], signed: Signed, closed_at: datetime) -> bytes:
    """The register as it is published; `closed_at` dates one without entries."""
    return serialise_register(
        build_register(
            entries,
            did_host=signed.did_host,
            edition=signed.edition,
            updated=max((entry.changed_at for entry in entries), default=closed_at),
            key=signed.key,
        )
    )


def publish(
    *,
    edition: str,
    did_host: str,
    states: Iterable[State],
    documents: Mapping[str, Documents],
    key: IssuerKey,
    listed: Sequence[str],
    closed_at: datetime,
) -> Publication:
    """The issuer's files of an edition that closed at `closed_at`.

    `listed` are the public keys of the DID document; `key`'s is one of them.
    """
    signed = Signed(edition, did_host, key)
    entries: list[RegisterEntry] = []
    bits: list[Bit] = []
    for state in states:
        entries.extend(entries_of(state, documents))
        bits.extend(bits_of(state))
    return Publication(
        did=serialise_did_document(build_did_document(did_host, listed)),
        register=register(entries, signed, closed_at),
        status_lists={
            number: status_list(number, marks, signed) for number, marks in marks_of(bits).items()
        },
    )
