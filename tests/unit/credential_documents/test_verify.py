"""What is accepted as a certificate that stands, and what is not."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ijaza_credential.documents.credential import build_credential, serialise_credential
from ijaza_credential.documents.did import build_did_document, serialise_did_document
from ijaza_credential.documents.proof import sign
from ijaza_credential.documents.register import CertificateStatus
from ijaza_credential.documents.verify import (
    Evidence,
    FileKind,
    Outcome,
    Verdict,
    gather_evidence,
    verify_file,
)

from tests.unit.credential_documents.given import (
    HOST,
    ISSUED_AT,
    STATUS_INDEX,
    Published,
    facts,
    key,
    published,
    register,
    signed,
    status_list,
)

GOOD = published()
LATER = ISSUED_AT + timedelta(days=1)


def full(of: Published = GOOD) -> Evidence:
    """All that the issuer publishes."""
    return gather_evidence(of.did, of.register, [of.status_list])


def outcomes(verdict: Verdict) -> dict[str, Outcome]:
    """How each check ended."""
    return {check.name: check.outcome for check in verdict.checks}


@pytest.mark.parametrize(
    ("data", "kind"), [(GOOD.pdf, "pdf"), (GOOD.credential, "json")], ids=["pdf", "json"]
)
def test_with_all_evidence_every_check_passes(data: bytes, kind: str) -> None:
    """Both files of a certificate."""
    verdict = verify_file(data, full(), LATER)

    assert verdict.accepted
    assert verdict.kind is FileKind(kind)
    assert set(outcomes(verdict).values()) == {Outcome.PASSED}
    assert list(outcomes(verdict)) == ["file", "proof", "validity", "status", "register"]


def test_the_verdict_says_what_the_credential_says() -> None:
    """So that a person can compare it with the paper in hand."""
    credential = verify_file(GOOD.pdf, full(), LATER).credential

    assert credential is not None
    assert credential.serial == GOOD.facts.serial
    assert credential.holder_names == ("Mona Abdel-Rahman", "منى عبد الرحمن")
    assert credential.issuer == f"did:web:{HOST}"


@pytest.mark.parametrize(
    ("data", "note"),
    [(GOOD.pdf, "not the printed page"), (GOOD.credential, "not every byte")],
    ids=["pdf", "json"],
)
def test_a_lone_file_is_accepted_and_says_what_is_not_proven(data: bytes, note: str) -> None:
    """formats.md: "a lone PDF [proves] its attached credential and says so"."""
    verdict = verify_file(data, gather_evidence(GOOD.did))

    assert verdict.accepted
    assert any(note in line for line in verdict.notes)
    assert outcomes(verdict)["register"] is Outcome.NOT_CHECKED


def flipped(data: bytes, position: int, change: int) -> bytes:
    """The data with one byte changed."""
    return data[:position] + bytes([data[position] ^ change]) + data[position + 1 :]


@settings(max_examples=200, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_with_the_register_any_changed_byte_of_the_json_is_rejected(
    place: float, change: int
) -> None:
    """formats.md: "the register proves every byte"."""
    data = flipped(GOOD.credential, int(place * len(GOOD.credential)), change)

    verdict = verify_file(data, full(), LATER)

    assert not verdict.accepted
    assert verdict.reasons


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_with_the_register_any_changed_byte_of_the_pdf_is_rejected(
    place: float, change: int
) -> None:
    """The page and the attachment alike."""
    data = flipped(GOOD.pdf, int(place * len(GOOD.pdf)), change)

    verdict = verify_file(data, full(), LATER)

    assert not verdict.accepted
    assert verdict.reasons


@pytest.mark.parametrize("change", [b"\n", b" ", b"\x00"])
def test_with_the_register_nothing_can_be_appended(change: bytes) -> None:
    """Not even a blank."""
    for data in (GOOD.pdf, GOOD.credential):
        assert not verify_file(data + change, full(), LATER).accepted


def test_a_lone_json_may_be_laid_out_otherwise_but_not_say_otherwise() -> None:
    """Its values are signed, its blanks are not."""
    evidence = gather_evidence(GOOD.did)
    compact = json.dumps(json.loads(GOOD.credential)).encode()
    forged = GOOD.credential.replace(b"Mona", b"Nona")

    assert verify_file(compact, evidence).accepted
    assert not verify_file(forged, evidence).accepted


@pytest.mark.parametrize("status", [CertificateStatus.SUPERSEDED, CertificateStatus.REVOKED])
def test_what_no_longer_stands_is_rejected(status: CertificateStatus) -> None:
    """By the register alone."""
    gone = published(status=status)
    verdict = verify_file(gone.pdf, gather_evidence(gone.did, gone.register), LATER)

    assert not verdict.accepted
    assert verdict.reasons == (f"the register says: {status.value}",)


def test_a_set_bit_rejects_although_the_register_is_older() -> None:
    """By the status list alone, which may be newer than the register."""
    gone = published(revoked=(STATUS_INDEX,))
    verdict = verify_file(gone.credential, full(gone), LATER)

    assert not verdict.accepted
    assert outcomes(verdict)["status"] is Outcome.FAILED
    assert outcomes(verdict)["register"] is Outcome.PASSED


def test_of_two_states_of_a_status_list_the_stricter_counts() -> None:
    """An old list beside the new one cannot hide a revocation."""
    for lists in (
        [status_list(), status_list((STATUS_INDEX,))],
        [status_list((STATUS_INDEX,)), status_list()],
    ):
        assert not verify_file(GOOD.credential, gather_evidence(GOOD.did, None, lists)).accepted


def test_a_certificate_that_the_register_does_not_know_is_rejected() -> None:
    """Signed by the issuer's key, but never entered."""
    other = facts(credential_id="urn:uuid:00000000-0000-4000-8000-000000000000")
    unknown = serialise_credential(signed(other))
    verdict = verify_file(unknown, full(), LATER)

    assert not verdict.accepted
    assert "does not know" in verdict.reasons[0]


def test_a_pdf_of_which_the_register_has_no_hash_is_rejected() -> None:
    """Where no PDF was issued, none can be the one that was."""
    entered = register(GOOD.facts, GOOD.credential, None)
    evidence = gather_evidence(GOOD.did, entered, [GOOD.status_list])

    assert not verify_file(GOOD.pdf, evidence, LATER).accepted
    assert verify_file(GOOD.credential, evidence, LATER).accepted


def test_any_altered_register_is_rejected() -> None:
    """Also where the alteration would not bear on the file."""
    altered = GOOD.register.replace(b'"updated": "2020', b'"updated": "2021')
    verdict = verify_file(GOOD.pdf, gather_evidence(GOOD.did, altered), LATER)

    assert not verdict.accepted
    assert "the register does not hold" in verdict.reasons[0]


def test_a_register_or_list_of_a_stranger_is_rejected() -> None:
    """Only what the issuer signed may clear a certificate."""
    stranger = key("a stranger")
    entered = register(GOOD.facts, GOOD.credential, GOOD.pdf, by=stranger)
    for evidence in (
        gather_evidence(GOOD.did, entered, [GOOD.status_list]),
        gather_evidence(GOOD.did, GOOD.register, [status_list((), stranger)]),
    ):
        assert not verify_file(GOOD.pdf, evidence, LATER).accepted


def test_a_certificate_of_a_stranger_is_rejected() -> None:
    """Signed by another key in the issuer's name."""
    forged = serialise_credential(signed(facts(), key("a stranger")))

    assert not verify_file(forged, gather_evidence(GOOD.did)).accepted


def test_a_certificate_of_another_issuer_is_rejected() -> None:
    """Well signed, but held against this issuer's DID document."""
    elsewhere = serialise_did_document(build_did_document("other.example.org", [key().multibase]))
    verdict = verify_file(GOOD.credential, gather_evidence(elsewhere))

    assert not verdict.accepted
    assert "other.example.org" in verdict.reasons[0]


def test_validity_is_checked_at_the_time_that_is_given() -> None:
    """Before it begins, and after it ends where it has an end."""
    ends = {**build_credential(facts()), "validUntil": "2021-01-01T00:00:00Z"}
    limited = serialise_credential(sign(ends, key(), ISSUED_AT))
    evidence = gather_evidence(GOOD.did)

    assert not verify_file(limited, evidence, ISSUED_AT - timedelta(seconds=1)).accepted
    assert verify_file(limited, evidence, datetime(2020, 12, 31, tzinfo=UTC)).accepted
    assert not verify_file(limited, evidence, datetime(2021, 1, 2, tzinfo=UTC)).accepted


def without(path: str) -> Callable[[dict[str, Any]], None]:
    """An edit that takes a member out."""

    def edit(credential: dict[str, Any]) -> None:
        *parents, name = path.split(".")
        for parent in parents:
            credential = credential[parent]
        del credential[name]

    return edit


@pytest.mark.parametrize(
    "path",
    [
        "id",
        "type",
        "name",
        "issuer",
        "issuer.id",
        "issuer.name",
        "proof",
        "proof.created",
        "validFrom",
        "credentialSubject",
        "credentialSubject.licenseNumber",
        "credentialSubject.identifier",
        "credentialSubject.achievement",
        "credentialStatus",
        "credentialStatus.statusListIndex",
        "credentialStatus.statusPurpose",
        "@context",
    ],
)
def test_a_credential_with_a_part_missing_is_rejected(path: str) -> None:
    """Without raising, whatever is missing."""
    credential = json.loads(GOOD.credential)
    without(path)(credential)

    verdict = verify_file(serialise_credential(credential), full(), LATER)

    assert not verdict.accepted
    assert verdict.reasons


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner),
    max_leaves=10,
)
PATHS = [
    ("@context",),
    ("id",),
    ("type",),
    ("issuer",),
    ("issuer", "id"),
    ("proof",),
    ("proof", "proofValue"),
    ("proof", "verificationMethod"),
    ("credentialSubject",),
    ("credentialSubject", "identifier"),
    ("credentialSubject", "identifier", 0),
    ("credentialSubject", "result"),
    ("credentialStatus", "statusListIndex"),
    ("validFrom",),
]


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(path=st.sampled_from(PATHS), value=json_values)
def test_values_of_wrong_types_are_rejected(path: tuple[Any, ...], value: Any) -> None:
    """Whatever stands in the place of something that matters."""
    credential = json.loads(GOOD.credential)
    parent = credential
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value

    assert not verify_file(json.dumps(credential).encode(), full(), LATER).accepted


HOSTILE = {
    "empty": b"",
    "a PDF's header": b"%PDF-",
    "an empty object": b"{}",
    "null": b"null",
    "zeros": b"\x00" * 10_000,
    "10 KB of garbage": bytes(range(256)) * 40,
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "a giant": b'{"id": "' + b"x" * (2 << 20) + b'"}',
    "a member twice": GOOD.credential.replace(b'"id"', b'"id": "urn:x:y", "id"', 1),
    "an unknown context": GOOD.credential.replace(b"credentials/v2", b"credentials/v9"),
    "a torn JSON": GOOD.credential[:-100],
    "a torn PDF": GOOD.pdf[:-100],
    "JSON dressed as a PDF": b"%PDF-" + GOOD.credential,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_rejected_with_a_reason(data: bytes) -> None:
    """Nothing raises: garbage, deep nesting, giants, duplicates, unknown contexts."""
    verdict = verify_file(data, full(), LATER)

    assert not verdict.accepted
    assert verdict.reasons
    assert all(len(reason) < 1000 for reason in verdict.reasons)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_garbage_is_rejected(data: bytes) -> None:
    """As a file, and in the place of every piece of evidence."""
    assert not verify_file(data, full(), LATER).accepted
    assert not verify_file(GOOD.pdf, gather_evidence(data), LATER).accepted
    assert not verify_file(GOOD.pdf, gather_evidence(GOOD.did, data), LATER).accepted
    assert not verify_file(GOOD.pdf, gather_evidence(GOOD.did, None, [data]), LATER).accepted


def test_an_attachment_moved_to_another_page_is_only_caught_by_the_register() -> None:
    """Which is why a lone PDF says that its page is not proven."""
    from ijaza_credential.documents.pdf import render_pdf

    somebody = replace(facts(), holder_name_en="Somebody Else", holder_name_ar="شخص آخر")
    forged = render_pdf(somebody, GOOD.credential)

    assert verify_file(forged, gather_evidence(GOOD.did), LATER).accepted
    assert not verify_file(forged, full(), LATER).accepted
