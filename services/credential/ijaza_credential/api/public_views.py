"""What the API tells anybody of a serial: whether it holds, and nothing of its holder."""

from collections.abc import Mapping
from datetime import date

from ijaza_contracts.credential import CertificateKind
from pydantic import BaseModel, ConfigDict

from ijaza_credential.api.bilingual import Both
from ijaza_credential.desk import Documents
from ijaza_credential.domain.state import State, Status
from ijaza_credential.verification.telling import Told


class PublicVersion(BaseModel):
    """One credential under a serial; days are in the edition's timezone.

    The hashes are those of the files as they were issued, None until they are made.
    """

    version: int
    credential_id: str
    status: Status
    issued_on: date
    ended_on: date | None
    pdf_sha256: str | None
    credential_sha256: str | None


class PublicCertificate(BaseModel):
    """What anybody may know of a serial: whether it holds. The newest version comes last."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "serial": "4TG9-0ZC2-M7QW",
                "status": "valid",
                "edition": "mg-4",
                "kind": "completion",
                "title": {"en": "Certificate in Migration Governance", "ar": "شهادة حوكمة الهجرة"},
                "issued_on": "2020-04-17",
                "versions": [
                    {
                        "version": 1,
                        "credential_id": "urn:uuid:7f1d4a52-6a53-5e0c-9d3c-3a5f0f6f2a10",
                        "status": "valid",
                        "issued_on": "2020-04-17",
                        "ended_on": None,
                        "pdf_sha256": "ab" * 32,
                        "credential_sha256": "cd" * 32,
                    }
                ],
            }
        }
    )

    serial: str
    status: Status
    edition: str
    kind: CertificateKind
    title: Both
    issued_on: date
    versions: tuple[PublicVersion, ...]


def public_certificate(
    state: State, told: Told, documents: Mapping[int, Documents]
) -> PublicCertificate:
    """What anybody may know of a participant's certificates; `documents` are by version."""
    return PublicCertificate(
        serial=told.serial,
        status=told.version.status,
        edition=told.edition,
        kind=state.issued[told.version.number].kind,
        title=Both(en=told.title.en, ar=told.title.ar),
        issued_on=told.version.issued_on,
        versions=tuple(
            PublicVersion(
                version=each.number,
                credential_id=state.issued[each.number].credential_id,
                status=each.status,
                issued_on=each.issued_on,
                ended_on=each.ended_on,
                pdf_sha256=made.pdf_sha256 if (made := documents.get(each.number)) else None,
                credential_sha256=made.credential_sha256 if made else None,
            )
            for each in told.versions
        ),
    )
