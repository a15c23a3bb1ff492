"""A credential as a JWT: what it says, and what is not signed."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

import pytest
from ijaza_credential.documents.did import build_did_document
from ijaza_credential.documents.jwt import (
    ClaimsError,
    UnknownKeyError,
    as_jwt,
    is_jwt,
    read_jwt,
    verify_jwt,
)
from ijaza_credential.documents.keys import IssuerKey
from ijaza_credential.documents.proof import ProofError
from ijaza_credential.documents.strict_json import StrictJsonError
from ijaza_runtime.base64url import encoded
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


def written(header: Mapping[str, Any], payload: Mapping[str, Any], by: IssuerKey = OLD) -> str:
    """A JWT of this header and payload with a signature by a key, whatever they say."""
    signed = ".".join(encoded(json.dumps(each).encode()) for each in (header, payload))
    return f"{signed}.{encoded(by.sign(signed.encode()))}"


def verified(token: str) -> None:
    """Read and check a JWT."""
    verify_jwt(read_jwt(token.encode()), DID)


def test_what_was_made_is_read_back() -> None:
    """By either key of the issuer, with a line's end around it; the credential comes out whole."""
    credential = signed(facts())
    for by in (OLD, NEW):
        token = as_jwt(credential, DID, by)
        verified(f"{token}\n")
    unsigned = {name: value for name, value in credential.items() if name != "proof"}
    assert read_jwt(token.encode()).credential == unsigned


HEADERS = {
    "no algorithm": {"alg": "none"},
    "a secret of both": {"alg": "HS256"},
    "another curve": {"alg": "ES256"},
    "another name of ours": {"alg": "Ed25519"},
    "another type": {"typ": "JWT"},
    "a key of its own": {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}},
    "a certificate of its own": {"x5c": ["MIIB"]},
    "a place for keys": {"jku": "https://example.org/keys"},
    "a demand": {"crit": ["b64"], "b64": False},
    "no key's name": {"kid": 1},
}


@pytest.mark.parametrize("change", HEADERS.values(), ids=HEADERS)
def test_another_header_is_refused_however_well_it_is_signed(change: Mapping[str, Any]) -> None:
    """By the issuer's own key: nothing in a header is believed but the name of a key."""
    token = as_jwt(signed(facts()), DID, OLD)

    with pytest.raises(ProofError, match="header"):
        verified(written({**part(token, 0), **change}, part(token, 1)))


def test_only_the_named_key_of_the_issuer_counts() -> None:
    """Not another of its keys, not a stranger's, and none that is listed in another form."""
    token = as_jwt(signed(facts()), DID, OLD)
    header, payload = part(token, 0), part(token, 1)
    multikey = DID["verificationMethod"][0]["id"]

    with pytest.raises(ProofError, match="does not fit"):
        verified(written(header, payload, NEW))
    for name in (multikey, f"{DID['id']}#nothing", "did:web:elsewhere.example.org#x"):
        with pytest.raises(UnknownKeyError):
            verified(written({**header, "kid": name}, payload))


@pytest.mark.parametrize("name", ["iss", "sub", "jti", "nbf"])
def test_claims_have_to_agree_with_the_credential(name: str) -> None:
    """Another value, and none."""
    token = as_jwt(signed(facts()), DID, OLD)
    header, payload = part(token, 0), part(token, 1)
    without = {each: value for each, value in payload.items() if each != name}

    for said in ({**payload, name: "x"}, without):
        with pytest.raises(ClaimsError):
            verified(written(header, said))


def test_a_signature_has_one_spelling() -> None:
    """Bits that no byte needs are part of it too."""
    token = as_jwt(signed(facts()), DID, OLD)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = letters[letters.index(token[-1]) ^ 1]

    for text in (token[:-1] + other, token[:-1], token.rpartition(".")[0] + "."):
        with pytest.raises(ProofError, match="64 bytes"):
            verified(text)


@pytest.mark.parametrize(
    "data", [b"", b"a.b", b"a.b.c.d", b"a.b.c=", b"{}", b"a b.c.d", b"%PDF-1.7", b".a.b"]
)
def test_what_has_not_its_shape_is_no_jwt(data: bytes) -> None:
    """Three parts in base64url, of which the last alone may be empty."""
    assert not is_jwt(data)


@pytest.mark.parametrize(
    "data", [b"a.b.c", b"e30.W10.x", b"eyJhIjoxLCJhIjoyfQ.e30.x", b"e30.eyJhIjpOYU59."]
)
def test_what_cannot_be_read_in_one_way_is_not_read(data: bytes) -> None:
    """No base64url, no object, a member named twice, no number."""
    assert is_jwt(data)
    with pytest.raises(StrictJsonError):
        read_jwt(data)
