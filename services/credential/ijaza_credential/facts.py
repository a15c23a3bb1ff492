"""From a recorded decision to what its documents say."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ijaza_contracts.edition import Edition, Module

from ijaza_credential.documents.subject import (
    CertificateFacts,
    CertificateKind,
    Issuer,
    ModuleResult,
    TestResult,
)
from ijaza_credential.domain.programme import Certificate, certificate_of
from ijaza_credential.domain.rules import needed_seconds
from ijaza_credential.domain.state import Issued, Result, Stated


def facts_of(issued: Issued, stated: Stated, version: int, edition: Edition) -> CertificateFacts:
    """What the documents of a certificate say, of the edition as its revision had it.

    Raises `LookupError` if the edition gives no such certificate.
    """
    certificate = next(
        (each for each in edition.certificates if each.id == issued.certificate), None
    )
    if certificate is None:
        raise LookupError(f"edition {edition.id} gives no certificate {issued.certificate}")
    zone = ZoneInfo(edition.timezone)
    required = certificate_of(certificate)
    results = {result.module: result for result in stated.results}
    held = [each for module in edition.modules for each in module.sessions if not each.cancelled]
    return CertificateFacts(
        edition=edition.id,
        edition_title=edition.title,
        edition_subtitle=edition.subtitle or None,
        revision=issued.revision,
        issuer=Issuer(
            edition.issuer.did_host, edition.issuer.name, edition.issuer.url, edition.issuer.email
        ),
        organisers=tuple(each.name for each in edition.organisers),
        funders=tuple(each.name for each in edition.funders),
        place=edition.place.name,
        city=edition.place.city,
        country=edition.place.country,
        languages=edition.languages,
        modules=tuple(
            _module(module, results[module.id], required)
            for module in edition.modules
            if module.id in results
        ),
        certificate=certificate.id,
        kind=CertificateKind(certificate.kind),
        certificate_title=certificate.title,
        holder_name_en=stated.name_en,
        holder_name_ar=stated.name_ar,
        serial=issued.serial,
        credential_id=issued.credential_id,
        version=version,
        issued_at=issued.at,
        issued_on=_day(issued.at, zone),
        activity_start=min(
            (_day(each.start, zone) for each in held), default=_day(issued.at, zone)
        ),
        activity_end=max((_day(each.end, zone) for each in held), default=_day(issued.at, zone)),
        status_list_number=issued.status_list,
        status_list_index=issued.status_index,
        ceremony=edition.ceremony,
        predecessor_credential_id=issued.predecessor or None,
    )


def _module(module: Module, result: Result, required: Certificate) -> ModuleResult:
    test = None
    if module.test is not None:
        test = TestResult(
            best_score=Decimal(result.best_score) if result.best_score else None,
            max_score=module.test.max_score,
            pass_mark=module.test.pass_mark if required.tests else None,
        )
    return ModuleResult(
        id=module.id,
        title=module.title,
        scheduled_seconds=result.scheduled,
        attended_seconds=result.attended,
        needed_seconds=needed_seconds(required.bounds, result.scheduled),
        test=test,
    )


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
