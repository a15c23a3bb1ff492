"""A credential as a JWT: what it says, and what is not signed."""

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from ijaza_credential.documents.did import build_did_document
from ijaza_credential.documents.jwt import as_jwt
from ijaza_credential.documents.proof import ProofError
from joserfc import jwt
from joserfc.jwk import OKPKey

from tests.unit.credential_documents.given import HOST, ISSUED_AT, facts, key, signed

OLD, NEW = key(), key("the next key")
DID = build_did_document(HOST, [OLD.multibase, NEW.multibase])


def part(token: str, number: int) -> dict[str, Any]:
    """The header, or the payload."""
    said: dict[str, Any] = json.loads(urlsafe_b64decode(token.split(".")[number] + "=="))
    return said


def method(address: str) -> dict[str, Any]:
    """A key of the issuer by its address."""
    (found,) = [each for each in DID["verificationMethod"] if each["id"] == address]
    return dict(found)


def test_the_header_names_a_key_that_asserts() -> None:
    """As a JsonWebKey of the DID document: the newest key, whichever signed the credential."""
    header = part(as_jwt(signed(facts(), OLD), DID, NEW), 0)

    assert {name: header[name] for name in ("alg", "typ")} == {"alg": "EdDSA", "typ": "vc+jwt"}
    assert set(header) == {"alg", "typ", "kid"}
    assert header["kid"] in DID["assertionMethod"]
    assert method(header["kid"])["type"] == "JsonWebKey"


@pytest.mark.filterwarnings("ignore:.*EdDSA.*")
def test_joserfc_takes_it() -> None:
    """With the key that the DID document lists."""
    token = as_jwt(signed(facts(), OLD), DID, NEW)
    published = method(part(token, 0)["kid"])["publicKeyJwk"]

    assert jwt.decode(token, OKPKey.import_key(published), ["EdDSA"]).claims == part(token, 1)


def test_the_payload_is_the_credential_with_the_registered_claims() -> None:
    """Its own proof is left out; what claims and credential both say agrees."""
    credential = signed(facts())

    said = part(as_jwt(credential, DID, OLD), 1)

    claims = {name: said.pop(name) for name in ("iss", "sub", "jti", "nbf")}
    assert said == {name: value for name, value in credential.items() if name != "proof"}
    assert claims == {
        "iss": DID["id"],
        "sub": credential["credentialSubject"]["id"],
        "jti": credential["id"],
        "nbf": int(ISSUED_AT.timestamp()),
    }
    assert not {"vc", "vp"} & set(said)


def test_the_same_credential_gives_the_same_text() -> None:
    """With the same key."""
    assert as_jwt(signed(facts()), DID, OLD) == as_jwt(signed(facts()), DID, OLD)


def test_what_the_issuer_did_not_sign_is_not_signed() -> None:
    """A credential altered in the store, one by another key, one of another issuer."""
    altered = signed(facts())
    altered["credentialSubject"]["licenseNumber"] = "0000-0000-0000"
    other = build_did_document("elsewhere.example.org", [OLD.multibase])
    for credential, did_document in (
        (altered, DID),
        (signed(facts(), key("somebody else")), DID),
        (signed(facts()), other),
    ):
        with pytest.raises(ProofError):
            as_jwt(credential, did_document, NEW)
