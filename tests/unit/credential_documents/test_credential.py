"""The Open Badges credential: its shape, its wording, its bytes."""

import json
import uuid
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ijaza_credential.documents.credential import (
    build_credential,
    plain_decimal,
    serialise_credential,
)
from ijaza_credential.documents.subject import CertificateFacts, CertificateKind, TestResult

from tests.unit.credential_documents.given import HOUR, facts, module, signed, text

GOLDEN = Path(__file__).parent / "golden" / "credential.json"


def results(about: CertificateFacts) -> dict[str, dict[str, str]]:
    """What a credential says of each result: its description with the value."""
    subject = build_credential(about)["credentialSubject"]
    values = {each["resultDescription"]: each["value"] for each in subject["result"]}
    return {
        each["name"].split(" | ")[0]: each | {"value": values[each["id"]]}
        for each in subject["achievement"]["resultDescription"]
    }


def test_the_signed_bytes_stay_what_they_are() -> None:
    """The same facts and key give the golden file, byte for byte; third parties verified it."""
    assert serialise_credential(signed(facts())) == GOLDEN.read_bytes()


def test_names_carry_both_languages() -> None:
    """Open Badges strings have no language maps."""
    credential = build_credential(facts())

    assert credential["name"] == "Certificate in Migration Governance | شهادة حوكمة الهجرة"
    assert credential["issuer"]["name"] == "Programme Office | مكتب البرنامج"


def test_a_certificate_called_otherwise_than_its_edition_names_both() -> None:
    """In a wallet "Certificate of Participation" alone would say little."""
    about = facts(certificate_title=text("Certificate of Participation", "شهادة مشاركة"))
    achievement = build_credential(about)["credentialSubject"]["achievement"]

    assert achievement["name"] == (
        "Certificate of Participation – Certificate in Migration Governance"
        " | شهادة مشاركة – شهادة حوكمة الهجرة"
    )


def test_the_holder_is_named_in_the_clear_in_both_scripts() -> None:
    """`hashed: false` is what Open Badges requires for a name that can be read."""
    subject = build_credential(facts())["credentialSubject"]

    assert [identity["identityHash"] for identity in subject["identifier"]] == [
        "Mona Abdel-Rahman",
        "منى عبد الرحمن",
    ]
    assert {identity["hashed"] for identity in subject["identifier"]} == {False}


def test_a_name_that_is_the_same_in_both_scripts_stands_once() -> None:
    """Two equal identities could not be told apart when the document is signed."""
    subject = build_credential(facts(holder_name_ar="Mona Abdel-Rahman"))["credentialSubject"]

    assert len(subject["identifier"]) == 1


@pytest.mark.parametrize(
    ("kind", "achievement_type"),
    [
        (CertificateKind.COMPLETION, "CertificateOfCompletion"),
        (CertificateKind.PARTICIPATION, "Certificate"),
        (CertificateKind.ATTENDANCE, "Certificate"),
    ],
)
def test_the_kind_decides_the_achievement_type(
    kind: CertificateKind, achievement_type: str
) -> None:
    """Only a completed programme is a CertificateOfCompletion."""
    achievement = build_credential(facts(kind=kind))["credentialSubject"]["achievement"]

    assert achievement["achievementType"] == achievement_type


def test_attendance_and_test_of_a_module_are_its_results() -> None:
    """In percent of the scheduled time, and as a raw score."""
    said = results(facts(modules=(module(1),)))

    attendance = said["Migration and Development 1: attendance"]
    test = said["Migration and Development 1: test"]
    assert (attendance["value"], attendance["requiredValue"]) == ("96.87", "81.25")
    assert (attendance["resultType"], attendance["valueMax"]) == ("Percent", "100")
    assert (test["value"], test["requiredValue"]) == ("85.5", "60")
    assert (test["resultType"], test["valueMax"]) == ("RawScore", "100")


def test_nothing_is_required_where_the_certificate_asks_for_nothing() -> None:
    """A certificate of participation neither requires a share nor a pass."""
    taken = TestResult(Decimal(40), Decimal(100), None)
    said = results(facts(modules=(module(1, needed_seconds=0, test=taken),)))

    assert all("requiredValue" not in result for result in said.values())


def test_what_was_not_scheduled_or_not_taken_has_no_result() -> None:
    """All sessions excused: no share can be said; no counting attempt: no score."""
    untaken = TestResult(None, Decimal(100), None)
    subject = build_credential(facts(modules=(module(1, scheduled_seconds=0, test=untaken),)))[
        "credentialSubject"
    ]

    assert "result" not in subject
    assert "resultDescription" not in subject["achievement"]


@given(
    scheduled=st.integers(1, 200 * HOUR),
    needed=st.fractions(0, 200 * HOUR),
    attended=st.integers(0, 300 * HOUR),
)
def test_who_attended_enough_never_seems_to_fall_short(
    scheduled: int, needed: Fraction, attended: int
) -> None:
    """Rounding keeps the order of what was attended and what was needed."""
    about = facts(
        modules=(
            module(
                1,
                scheduled_seconds=scheduled,
                needed_seconds=needed,
                attended_seconds=attended,
                test=None,
            ),
        )
    )
    [result] = results(about).values()
    value = Decimal(result["value"])
    required = Decimal(result.get("requiredValue", "0"))

    assert 0 <= value <= 100
    assert attended < needed or value >= required


def test_the_results_of_two_credentials_have_ids_of_their_own() -> None:
    """What is required is personal, so no two credentials may describe one id differently."""
    other = replace(facts(), credential_id=uuid.uuid5(uuid.NAMESPACE_URL, "other").urn)
    first, second = (
        {
            each["id"]
            for each in build_credential(about)["credentialSubject"]["achievement"][
                "resultDescription"
            ]
        }
        for about in (facts(), other)
    )

    assert len(first) == len(second) == 4
    assert not first & second


def test_a_successor_speaks_of_the_same_subject_and_names_its_predecessor() -> None:
    """Superseding and reinstating keep the serial; each links to what it replaces."""
    first = build_credential(facts())
    successor = build_credential(
        replace(
            facts(),
            credential_id=uuid.uuid5(uuid.NAMESPACE_URL, "second").urn,
            version=2,
            predecessor_credential_id=first["id"],
        )
    )

    assert successor["credentialSubject"]["id"] == first["credentialSubject"]["id"]
    assert [each["id"] for each in successor["evidence"]] == [first["id"]]
    assert "evidence" not in first


def test_its_status_entry_points_into_the_list() -> None:
    """The index as a text, the list by its address."""
    status = build_credential(facts())["credentialStatus"]

    assert status["statusListCredential"] == (
        "https://certificates.example.org/editions/mg-4/status/1"
    )
    assert status["id"] == f"{status['statusListCredential']}#4711"
    assert status["statusListIndex"] == "4711"


def test_every_value_is_a_text_but_the_one_flag() -> None:
    """Numbers are written as texts, for canonicalisers differ on them."""

    def others(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [found for member in value.values() for found in others(member)]
        if isinstance(value, list):
            return [found for item in value for found in others(item)]
        return [] if isinstance(value, str) else [value]

    assert set(others(build_credential(facts()))) == {False}


def test_blanks_and_control_characters_of_a_spreadsheet_are_no_part_of_a_name() -> None:
    """A line break or a direction mark in a cell must not stop a certificate."""
    about = facts(holder_name_en=" Mona\n Abdel\u202eRahman\x07 ")
    subject = signed(about)["credentialSubject"]

    assert subject["identifier"][0]["identityHash"] == "Mona AbdelRahman"


def test_the_file_is_utf8_json_in_one_form() -> None:
    """Not escaped, so that a person can read it, and ending in a line feed."""
    data = serialise_credential(build_credential(facts()))

    assert data.endswith(b"}\n")
    assert "شهادة حوكمة الهجرة".encode() in data
    assert serialise_credential(json.loads(data)) == data


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"credential_id": "certificate-1"}, "badly formed"),
        ({"certificate_title": {}}, "no wording"),
        ({"issued_at": datetime(2020, 4, 17)}, "without a timezone"),  # noqa: DTZ001 - what it tests
    ],
)
def test_facts_that_say_nothing_are_refused(changes: dict[str, Any], complaint: str) -> None:
    """A credential with a hole would be signed for ever."""
    with pytest.raises(ValueError, match=complaint):
        build_credential(facts(**changes))


@pytest.mark.parametrize(
    ("number", "written"),
    [("100", "100"), ("62.50", "62.5"), ("0.0", "0"), ("1E+2", "100"), ("0.125", "0.125")],
)
def test_numbers_are_written_plainly(number: str, written: str) -> None:
    """Without exponent and trailing zeros."""
    assert plain_decimal(Decimal(number)) == written


def test_a_programme_in_one_language_says_which() -> None:
    """Open Badges has room for one; with two it is left out."""
    one = build_credential(facts(languages=("ar",)))["credentialSubject"]["achievement"]
    two = build_credential(facts())["credentialSubject"]["achievement"]

    assert one["inLanguage"] == "ar"
    assert "inLanguage" not in two


def test_dates_are_those_of_the_programme_and_of_the_event() -> None:
    """Never the clock's."""
    credential = build_credential(facts(activity_start=date(2019, 12, 15)))

    assert credential["validFrom"] == credential["awardedDate"] == "2020-04-17T18:00:00Z"
    assert credential["credentialSubject"]["activityStartDate"] == "2019-12-15"


def test_an_issuer_without_addresses_has_none_in_the_credential() -> None:
    """Open Badges wants a URI and an e-mail address there, and an empty text is neither."""
    issuer = replace(facts().issuer, url="", email="")

    assert set(build_credential(facts(issuer=issuer))["issuer"]) == {"id", "type", "name"}
    assert {"url", "email"} <= set(build_credential(facts())["issuer"])


def test_an_edition_may_name_no_city() -> None:
    """The description then says the place alone, in both languages."""
    described = build_credential(facts(city={}))["credentialSubject"]["achievement"]["description"]

    assert "Place: Downtown campus." in described
    assert "المكان: حرم وسط البلد." in described
