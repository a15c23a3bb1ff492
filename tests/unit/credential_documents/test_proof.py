"""Data Integrity proofs: what they accept, and that nothing signed can be changed."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from ijaza_credential.documents.did import build_did_document
from ijaza_credential.documents.proof import Cryptosuite, ProofError, sign, verify
from ijaza_credential.documents.rdf import UnsignableError

from tests.unit.credential_documents.given import HOST, ISSUED_AT, facts, key, signed

DID = build_did_document(HOST, [key().multibase])
SUITES = pytest.mark.parametrize("suite", list(Cryptosuite))


def document(suite: Cryptosuite) -> dict[str, Any]:
    """A signed document in one of the two forms."""
    if suite is Cryptosuite.RDFC:
        return signed(facts())
    return sign(
        {"issuer": f"did:web:{HOST}", "entries": [{"serial": "A", "n": 1}]}, key(), ISSUED_AT, suite
    )


def texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every text in a document."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from texts(member, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts(item, (*path, index))
    elif isinstance(value, str):
        yield path


def changed(value: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    """A copy with one character more at a path."""
    altered = copy.deepcopy(value)
    parent: Any = altered
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] += "x"
    return altered


@SUITES
def test_a_signed_document_verifies(suite: Cryptosuite) -> None:
    """With the DID document of its issuer."""
    verify(document(suite), DID, suite)


@SUITES
def test_the_same_input_gives_the_same_proof(suite: Cryptosuite) -> None:
    """Ed25519 is deterministic, and the time is that of the event."""
    assert document(suite) == document(suite)


@SUITES
def test_no_text_of_a_signed_document_can_be_changed(suite: Cryptosuite) -> None:
    """Every one of them, the proof's own included, is covered."""
    original = document(suite)

    for path in texts(original):
        with pytest.raises(ProofError):
            verify(changed(original, path), DID, suite)


@SUITES
def test_no_member_can_be_added_or_left_out(suite: Cryptosuite) -> None:
    """At the top of the document and in its proof."""
    original = document(suite)

    for altered in (
        {**original, "description": "with honours"},
        {**original, "proof": {**original["proof"], "domain": "example.org"}},
        {**original, "proof": [original["proof"]]},
        {name: value for name, value in original.items() if name != "proof"},
        {name: value for name, value in original.items() if name != "issuer"},
    ):
        with pytest.raises(ProofError):
            verify(altered, DID, suite)


def test_a_truth_value_is_covered_too() -> None:
    """`hashed` says whether the name is in the clear."""
    altered = signed(facts())
    altered["credentialSubject"]["identifier"][0]["hashed"] = True

    with pytest.raises(ProofError, match="does not fit"):
        verify(altered, DID)


@pytest.mark.parametrize(
    "did_document",
    [
        build_did_document(HOST, [key("another").multibase]),
        build_did_document("other.example.org", [key().multibase]),
        {**DID, "assertionMethod": []},
        {**DID, "verificationMethod": []},
        {**DID, "verificationMethod": "none"},
        {**DID, "verificationMethod": [{**DID["verificationMethod"][0], "controller": "did:x"}]},
        {**DID, "verificationMethod": [{**DID["verificationMethod"][0], "publicKeyMultibase": 7}]},
        {
            **DID,
            "verificationMethod": [{**DID["verificationMethod"][0], "publicKeyMultibase": "z6Mk"}],
        },
        {},
    ],
)
def test_only_a_key_that_the_issuer_lists_for_assertions_counts(
    did_document: dict[str, Any],
) -> None:
    """Another key, another host, a key that may not assert, or a DID document in ruins."""
    with pytest.raises(ProofError):
        verify(signed(facts()), did_document)


def test_a_retired_key_still_verifies_what_it_signed() -> None:
    """Old keys stay listed beside the new one."""
    both = build_did_document(HOST, [key("the next").multibase, key().multibase])

    verify(signed(facts()), both)
    verify(signed(facts(), key("the next")), both)


def test_a_signature_has_one_spelling() -> None:
    """Base58 with a leading blank or in another base would let a byte of the file vary."""
    original = signed(facts())
    value = original["proof"]["proofValue"]

    for spelling in (f"z {value[1:]}", f"z1{value[1:]}", "u" + value[1:], "z" * 200, "", "zé"):
        altered = {**original, "proof": {**original["proof"], "proofValue": spelling}}
        with pytest.raises(ProofError, match="proofValue"):
            verify(altered, DID)


def test_what_cannot_be_covered_is_not_signed() -> None:
    """The signer refuses, so that no certificate goes out with an unsigned part."""
    from ijaza_credential.documents.credential import build_credential

    with pytest.raises(UnsignableError, match="nickname"):
        sign({**build_credential(facts()), "nickname": "Mo"}, key(), ISSUED_AT)


def test_a_document_is_signed_once() -> None:
    """A second proof would leave open which one speaks for it."""
    with pytest.raises(ProofError, match="signed already"):
        sign(signed(facts()), key(), ISSUED_AT)
