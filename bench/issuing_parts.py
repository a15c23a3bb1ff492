"""What the parts of issuing cost, each alone in a loop: milliseconds of processor time."""

import json
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import process_time
from typing import TypeVar

import typst
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ijaza_contracts.edition import Edition
from ijaza_credential.documents import pdf
from ijaza_credential.documents.credential import build_credential, serialise_credential
from ijaza_credential.documents.keys import IssuerKey
from ijaza_credential.documents.proof import sign
from ijaza_credential.documents.status_list import LIST_BITS
from ijaza_credential.documents.subject import CertificateFacts
from ijaza_credential.domain.state import Issued, Result, Stated
from ijaza_credential.facts import facts_of
from ijaza_credential.naming import KeyedNaming
from ijaza_credential.publication import Bit, Signed, marks_of, status_list

T = TypeVar("T")

PAGES = 60
_SECRET = b"a secret of this bench, 32 bytes"


def parts(known: Edition) -> dict[str, float]:
    """The parts by their names."""
    key = IssuerKey.of(Ed25519PrivateKey.generate())
    closed = max(session.end for module in known.modules for session in module.sessions)
    facts = [_facts(known, number, closed) for number in range(PAGES)]
    credential = _credential(facts[0], key)
    compiler = typst.Compiler(
        root=pdf.FONTS.with_name("template"),
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[pdf.FONTS]),
    )

    def set_page(source: bytes) -> None:
        compiler.compile(source, format="pdf", pdf_standards=["a-3a", "ua-1"])

    return {
        "typst alone, each page measured whole": _each(
            set_page, [_source(each, credential) for each in facts]
        ),
        "a page as a worker prints it": _each(lambda each: pdf.render_pdf(each, credential), facts),
        "of that, words and QR code": _each(pdf.data_of, facts),
        "credential built, signed, serialised": _each(lambda each: _credential(each, key), facts),
        **_status(known, key, closed),
    }


def _source(facts: CertificateFacts, credential: bytes) -> bytes:
    """What typst is given for a page."""
    data = pdf.literal(json.dumps(pdf.data_of(facts), ensure_ascii=False))
    return (
        f'#import "certificate_v1.typ": certificate\n'
        f"#certificate(json(bytes({data})), {pdf.literal(credential.decode())})\n"
    ).encode()


def _facts(known: Edition, number: int, at: datetime) -> CertificateFacts:
    """A certificate of the edition's first kind."""
    participant = f"{number:032x}"
    naming = KeyedNaming(_SECRET, known.id, participant)
    certificate = known.certificates[0]
    results = tuple(
        Result(
            module.id,
            scheduled := sum(int((s.end - s.start).total_seconds()) for s in module.sessions),
            scheduled - 60 * (number * 7 % 11),
            str(65 + number * 7 % 34) if module.test else "",
        )
        for module in known.modules
    )
    stated = Stated(f"Participant {number}", f"مشارك {number}", results)
    place, index = naming.status_place(1, number + 1)
    issued = Issued(
        at=at,
        certificate=certificate.id,
        kind=certificate.kind,
        serial=naming.serial(),
        credential_id=naming.credential_id(1, stated),
        revision=1,
        person_version=1,
        status_list=place,
        status_index=index,
    )
    return facts_of(issued, stated, 1, known)


def _credential(facts: CertificateFacts, key: IssuerKey) -> bytes:
    return serialise_credential(sign(build_credential(facts), key, facts.issued_at))


def _status(known: Edition, key: IssuerKey, at: datetime) -> dict[str, float]:
    """A list in which every place is taken, a tenth of them revoked: found anew and signed."""
    randoms = random.Random(1)
    bits = [
        Bit(1, index, randoms.random() < 0.1, at + timedelta(seconds=index))
        for index in range(LIST_BITS)
    ]
    signed = Signed(known.id, known.issuer.did_host, key)
    return {
        "status list of 131,072 entries, made anew and signed": _each(
            lambda bits: status_list(1, marks_of(bits)[1], signed), [bits] * 5
        )
    }


def _each(work: Callable[[T], object], on: Sequence[T]) -> float:
    """Milliseconds for each, after two that warm it up."""
    for each in on[:2]:
        work(each)
    since = process_time()
    for each in on:
        work(each)
    return 1000 * (process_time() - since) / len(on)
