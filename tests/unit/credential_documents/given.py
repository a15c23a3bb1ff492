"""A small edition's certificate, its issuer's keys, and all that is published beside it."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ijaza_credential.documents.credential import build_credential, serialise_credential
from ijaza_credential.documents.did import build_did_document, serialise_did_document
from ijaza_credential.documents.keys import IssuerKey
from ijaza_credential.documents.pdf import render_pdf
from ijaza_credential.documents.proof import sign
from ijaza_credential.documents.register import (
    CertificateStatus,
    RegisterEntry,
    build_register,
    serialise_register,
)
from ijaza_credential.documents.serial import serial
from ijaza_credential.documents.status_list import StatusList, build_status_list_credential
from ijaza_credential.documents.subject import (
    CertificateFacts,
    CertificateKind,
    Issuer,
    ModuleResult,
    TestResult,
    Text,
)

HOST = "certificates.example.org"
EDITION = "mg-4"
SECRET = b"a secret of the tests, 32 bytes."
ISSUED_AT = datetime(2020, 4, 17, 18, 0, tzinfo=UTC)
STATUS_INDEX = 4711
HOUR = 3600


def text(en: str, ar: str) -> Text:
    """One text in both languages."""
    return {"en": en, "ar": ar}


def key(name: str = "the issuer") -> IssuerKey:
    """A key that is the same in every run, so that signed bytes can be compared."""
    seed = hashlib.sha256(name.encode()).digest()
    return IssuerKey.of(Ed25519PrivateKey.from_private_bytes(seed))


def module(number: int = 1, **changes: Any) -> ModuleResult:
    """A module of 16 hours, attended for 15:30, with a passed test."""
    values: dict[str, Any] = {
        "id": f"m{number}",
        "title": text(f"Migration and Development {number}", f"الهجرة والتنمية {number}"),
        "scheduled_seconds": 16 * HOUR,
        "attended_seconds": 15 * HOUR + HOUR // 2,
        "needed_seconds": 13 * HOUR,
        "test": TestResult(Decimal("85.5"), Decimal(100), Decimal(60)),
    }
    return ModuleResult(**(values | changes))


def facts(**changes: Any) -> CertificateFacts:
    """The facts of a certificate of completion."""
    values: dict[str, Any] = {
        "edition": EDITION,
        "edition_title": text("Certificate in Migration Governance", "شهادة حوكمة الهجرة"),
        "edition_subtitle": text("Fourth edition", "الدورة الرابعة"),
        "revision": 1,
        "issuer": Issuer(
            HOST,
            text("Programme Office", "مكتب البرنامج"),
            "https://certificates.example.org",
            "office@example.org",
        ),
        "organisers": (
            text("IOM Egypt", "المنظمة الدولية للهجرة في مصر"),
            text("CMRS", "مركز دراسات الهجرة واللاجئين"),
        ),
        "funders": (text("IOM", "المنظمة الدولية للهجرة"),),
        "place": text("Downtown campus", "حرم وسط البلد"),
        "city": text("Cairo", "القاهرة"),
        "country": "EG",
        "languages": ("ar", "en"),
        "modules": (module(1), module(2)),
        "certificate": "certificate",
        "kind": CertificateKind.COMPLETION,
        "certificate_title": text("Certificate in Migration Governance", "شهادة حوكمة الهجرة"),
        "holder_name_en": "Mona Abdel-Rahman",
        "holder_name_ar": "منى عبد الرحمن",
        "serial": serial(SECRET, EDITION, "participant-1"),
        "credential_id": "urn:uuid:7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "version": 1,
        "issued_at": ISSUED_AT,
        "issued_on": date(2020, 4, 17),
        "activity_start": date(2019, 12, 15),
        "activity_end": date(2020, 4, 15),
        "status_list_number": 1,
        "status_list_index": STATUS_INDEX,
    }
    return CertificateFacts(**(values | changes))


def signed(about: CertificateFacts, by: IssuerKey | None = None) -> dict[str, Any]:
    """The signed credential of some facts."""
    return sign(build_credential(about), by or key(), about.issued_at)


@dataclass(frozen=True, slots=True)
class Published:
    """What an issuer hands out and publishes for one certificate."""

    facts: CertificateFacts
    credential: bytes
    pdf: bytes
    did: bytes
    status_list: bytes
    register: bytes


def published(
    about: CertificateFacts | None = None,
    *,
    status: CertificateStatus = CertificateStatus.VALID,
    revoked: tuple[int, ...] = (),
    by: IssuerKey | None = None,
) -> Published:
    """Make all documents of one certificate, by the issuer's key if no other is given."""
    about, by = about or facts(), by or key()
    credential = serialise_credential(signed(about, by))
    pdf = render_pdf(about, credential)
    return Published(
        facts=about,
        credential=credential,
        pdf=pdf,
        did=serialise_did_document(build_did_document(HOST, [by.multibase])),
        status_list=status_list(revoked, by),
        register=register(about, credential, pdf, status, by),
    )


def status_list(revoked: tuple[int, ...] = (), by: IssuerKey | None = None) -> bytes:
    """The bytes of the first status list of the edition."""
    return serialise_credential(
        build_status_list_credential(
            StatusList.of(revoked),
            did_host=HOST,
            edition=EDITION,
            number=1,
            updated=ISSUED_AT,
            key=by or key(),
        )
    )


def register(
    about: CertificateFacts,
    credential: bytes,
    pdf: bytes | None,
    status: CertificateStatus = CertificateStatus.VALID,
    by: IssuerKey | None = None,
) -> bytes:
    """The bytes of a register with one entry."""
    entry = RegisterEntry(
        serial=about.serial,
        credential_id=about.credential_id,
        version=about.version,
        certificate=about.certificate,
        status=status,
        issued_at=about.issued_at,
        changed_at=about.issued_at,
        pdf_sha256=hashlib.sha256(pdf).hexdigest() if pdf is not None else None,
        credential_sha256=hashlib.sha256(credential).hexdigest(),
    )
    return serialise_register(
        build_register(
            [entry], did_host=HOST, edition=EDITION, updated=about.issued_at, key=by or key()
        )
    )
