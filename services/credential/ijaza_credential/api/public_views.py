"""What the API tells anybody of a serial: whether it holds, and nothing of its holder."""

from datetime import date, datetime

from ijaza_contracts.credential import CertificateKind
from pydantic import BaseModel, ConfigDict

from ijaza_credential.api.decision_views import Both
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.state import State, Status
from ijaza_credential.domain.wording import Wording


class PublicVersion(BaseModel):
    """One credential under a serial; days are in the edition's timezone."""

    version: int
    credential_id: str
    status: Status
    issued_on: date
    ended_on: date | None


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


def public_certificate(state: State, programme: Programme) -> PublicCertificate:
    """What anybody may know of a participant's certificates, of which there is one at least."""
    last = state.issued[state.last_version]
    titles = {each.id: each.title for each in programme.certificates}

    def day(moment: datetime) -> date:
        return moment.astimezone(programme.zone).date()

    return PublicCertificate(
        serial=last.serial,
        status=state.status(state.last_version),
        edition=state.edition,
        kind=last.kind,
        title=Both.of(Wording.of(titles.get(last.certificate, {"en": last.certificate}))),
        issued_on=day(last.at),
        versions=tuple(
            PublicVersion(
                version=version,
                credential_id=issued.credential_id,
                status=state.status(version),
                issued_on=day(issued.at),
                ended_on=day(state.ended[version].at) if version in state.ended else None,
            )
            for version, issued in sorted(state.issued.items())
        ),
    )
