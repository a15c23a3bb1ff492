"""The Open Badges 3.0 credential of a certificate, in the shape that third parties verified.

research/credentials.md holds the shape and who accepted it. Names carry both languages in one
text, for Open Badges strings have no language maps.

`identifier.hashed` is a required truth value in Open Badges 3.0, and stays although one verifier
(the crate ssi 0.16.0) fails on JSON truth values: the standard and four other verifiers agree.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .contexts import CREDENTIAL_CONTEXTS
from .status_list import status_list_url
from .subject import (
    CertificateFacts,
    CertificateKind,
    ModuleResult,
    TestResult,
    Text,
    bilingual,
    in_language,
    one_line,
    utc_timestamp,
)

SCHEMA = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
)

# Open Badges 3.0 names no type for taking part or for attendance alone; "Certificate" holds both.
_ACHIEVEMENT_TYPES = {
    CertificateKind.COMPLETION: "CertificateOfCompletion",
    CertificateKind.PARTICIPATION: "Certificate",
    CertificateKind.ATTENDANCE: "Certificate",
}

_CRITERIA: dict[CertificateKind, Text] = {
    CertificateKind.COMPLETION: {
        "en": "Met every requirement of the programme: the attendance and the test scores that "
        "the result descriptions require, module by module.",
        "ar": "استيفاء جميع متطلبات البرنامج: نسب الحضور ودرجات الاختبارات المطلوبة في كل وحدة "
        "كما ترد في وصف النتائج.",
    },
    CertificateKind.PARTICIPATION: {
        "en": "Took part in the programme, with the attendance that the result descriptions "
        "require, module by module.",
        "ar": "المشاركة في البرنامج مع استيفاء نسب الحضور المطلوبة في كل وحدة كما ترد في وصف "
        "النتائج.",
    },
    CertificateKind.ATTENDANCE: {
        "en": "Attended the programme, as the result descriptions require, module by module.",
        "ar": "حضور البرنامج وفق النسب المطلوبة في كل وحدة كما ترد في وصف النتائج.",
    },
}


def build_credential(facts: CertificateFacts) -> dict[str, Any]:
    """Return the unsigned credential of a certificate; `proof.sign` signs it.

    Raises:
        ValueError: the credential id is no `urn:uuid:…`, a text has no wording, or the time of
            issue has no timezone.
    """
    status_list = status_list_url(facts.issuer.did_host, facts.edition, facts.status_list_number)
    issued_at = utc_timestamp(facts.issued_at)
    credential = {
        "@context": list(CREDENTIAL_CONTEXTS),
        "id": facts.credential_id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": bilingual(facts.certificate_title),
        "issuer": _profile(facts),
        "validFrom": issued_at,
        "awardedDate": issued_at,
        "credentialSubject": _subject(facts),
        "credentialStatus": {
            "id": f"{status_list}#{facts.status_list_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(facts.status_list_index),
            "statusListCredential": status_list,
        },
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }
    if facts.predecessor_credential_id is not None:
        credential["evidence"] = [_predecessor(facts.predecessor_credential_id, facts.serial)]
    return credential


def serialise_credential(credential: Mapping[str, Any]) -> bytes:
    """Return a credential as the bytes of its file: UTF-8, in the order it was built, one form."""
    return (json.dumps(credential, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _profile(facts: CertificateFacts) -> dict[str, Any]:
    profile: dict[str, Any] = {
        "id": facts.issuer.did,
        "type": ["Profile"],
        "name": bilingual(facts.issuer.name),
    }
    # An edition may leave them out, and an empty text is no address.
    if facts.issuer.url:
        profile["url"] = facts.issuer.url
    if facts.issuer.email:
        profile["email"] = facts.issuer.email
    return profile


def _subject(facts: CertificateFacts) -> dict[str, Any]:
    subject = {
        # Of the serial, so that a certificate and its successors speak of one subject.
        "id": uuid.uuid5(uuid.NAMESPACE_URL, facts.verification_url).urn,
        "type": ["AchievementSubject"],
        "identifier": [_identity(name) for name in _holder_names(facts)],
        "licenseNumber": facts.serial,
        "activityStartDate": facts.activity_start.isoformat(),
        "activityEndDate": facts.activity_end.isoformat(),
        "achievement": _achievement(facts),
    }
    results = [result for module in facts.modules for result in _results(facts, module)]
    if results:
        subject["result"] = results
    return subject


def _holder_names(facts: CertificateFacts) -> list[str]:
    """Return the holder's names, once each: two equal identities could not be told apart."""
    names = one_line(facts.holder_name_en), one_line(facts.holder_name_ar)
    return list(dict.fromkeys(name for name in names if name))


def _identity(name: str) -> dict[str, Any]:
    return {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "name"}


def _achievement(facts: CertificateFacts) -> dict[str, Any]:
    achievement: dict[str, Any] = {
        "id": f"https://{facts.issuer.did_host}/editions/{facts.edition}"
        f"/certificates/{facts.certificate}",
        "type": ["Achievement"],
        "achievementType": _ACHIEVEMENT_TYPES[facts.kind],
        "name": bilingual({"en": _full_title(facts, "en"), "ar": _full_title(facts, "ar")}),
        "description": bilingual({"en": _description_en(facts), "ar": _description_ar(facts)}),
        "criteria": {"narrative": bilingual(_CRITERIA[facts.kind])},
        "humanCode": facts.edition,
        "version": str(facts.revision),
    }
    descriptions = [each for module in facts.modules for each in _descriptions(facts, module)]
    if descriptions:
        achievement["resultDescription"] = descriptions
    if len(facts.languages) == 1:  # Open Badges 3.0 has room for one
        achievement["inLanguage"] = facts.languages[0]
    return achievement


def _full_title(facts: CertificateFacts, language: str) -> str:
    """Return what a wallet lists: "Certificate of Participation" alone would say little."""
    certificate = in_language(facts.certificate_title, language)
    edition = in_language(facts.edition_title, language)
    return certificate if certificate == edition else f"{certificate} – {edition}"


def _description_en(facts: CertificateFacts) -> str:
    sentences = [
        ", ".join(_titles(facts, "en")) + ".",
        f"Organised by {', '.join(in_language(name, 'en') for name in facts.organisers)}.",
        f"Place: {_place(facts, 'en', ', ')}.",
    ]
    if facts.funders:
        sentences.append(f"Funded by {', '.join(in_language(f, 'en') for f in facts.funders)}.")
    return " ".join(sentences)


def _description_ar(facts: CertificateFacts) -> str:
    sentences = [
        "، ".join(_titles(facts, "ar")) + ".",
        f"تنظيم: {'، '.join(in_language(name, 'ar') for name in facts.organisers)}.",
        f"المكان: {_place(facts, 'ar', '، ')}.",
    ]
    if facts.funders:
        sentences.append(f"بتمويل من: {'، '.join(in_language(f, 'ar') for f in facts.funders)}.")
    return " ".join(sentences)


def _titles(facts: CertificateFacts, language: str) -> Iterator[str]:
    yield in_language(facts.edition_title, language)
    if facts.edition_subtitle:
        yield in_language(facts.edition_subtitle, language)


def _place(facts: CertificateFacts, language: str, comma: str) -> str:
    named = [text for text in (facts.place, facts.city) if text]
    return comma.join(in_language(text, language) for text in named)


def _descriptions(facts: CertificateFacts, module: ModuleResult) -> Iterator[dict[str, Any]]:
    """Say what a module's results mean.

    Their ids belong to this credential alone, for excuses make what is required personal.
    """
    if module.scheduled_seconds:
        attendance = {
            "id": _result_id(facts, module, "attendance"),
            "type": ["ResultDescription"],
            "name": _result_name(module, {"en": "attendance", "ar": "الحضور"}),
            "resultType": "Percent",
            "valueMin": "0",
            "valueMax": "100",
        }
        if module.needed_seconds:
            attendance["requiredValue"] = _percent(module.needed_seconds, module.scheduled_seconds)
        yield attendance
    if module.test is not None and module.test.best_score is not None:
        yield _test_description(facts, module, module.test)


def _test_description(
    facts: CertificateFacts, module: ModuleResult, test: TestResult
) -> dict[str, Any]:
    description = {
        "id": _result_id(facts, module, "test"),
        "type": ["ResultDescription"],
        "name": _result_name(module, {"en": "test", "ar": "الاختبار"}),
        "resultType": "RawScore",
        "valueMin": "0",
        "valueMax": plain_decimal(test.max_score),
    }
    if test.pass_mark is not None:
        description["requiredValue"] = plain_decimal(test.pass_mark)
    return description


def _results(facts: CertificateFacts, module: ModuleResult) -> Iterator[dict[str, Any]]:
    if module.scheduled_seconds:
        yield {
            "type": ["Result"],
            "resultDescription": _result_id(facts, module, "attendance"),
            "value": _percent(module.attended_seconds, module.scheduled_seconds),
        }
    if module.test is not None and module.test.best_score is not None:
        yield {
            "type": ["Result"],
            "resultDescription": _result_id(facts, module, "test"),
            "value": plain_decimal(module.test.best_score),
        }


def _result_id(facts: CertificateFacts, module: ModuleResult, result: str) -> str:
    return uuid.uuid5(uuid.UUID(facts.credential_id), f"{module.id}/{result}").urn


def _result_name(module: ModuleResult, what: Text) -> str:
    titles = {lang: f"{in_language(module.title, lang)}: {what[lang]}" for lang in ("en", "ar")}
    return bilingual(titles)


def _percent(part: int | Fraction, whole: int) -> str:
    """Return a percentage with at most two decimals, between 0 and 100.

    Rounded down on both sides, so that who attended what was needed never seems to fall short;
    cut at 100, for a correction may credit more than was scheduled.
    """
    hundredths = min(int(Fraction(part) * 10_000 / whole), 10_000)
    return plain_decimal(Decimal(hundredths) / 100)


def plain_decimal(number: Decimal) -> str:
    """Return a number without exponent and trailing zeros: `62.5`, `100`."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _predecessor(credential_id: str, serial: str) -> dict[str, Any]:
    return {
        "id": credential_id,
        "type": ["Evidence"],
        "name": "Predecessor | الشهادة السابقة",
        "narrative": f"Replaces an earlier credential with the serial {serial} | "
        f"تحل محل شهادة سابقة بالرقم المسلسل {serial}",
    }
