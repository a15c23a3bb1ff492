"""The issuer's DID document."""

import base64

import pytest
from ijaza_credential.documents.did import (
    KeyEncodingError,
    build_did_document,
    did_of,
    public_key_bytes,
    public_key_multibase,
)

from tests.unit.credential_documents.given import HOST, key


def test_a_host_names_the_did() -> None:
    """The colon before a port is percent-encoded, as did:web has it."""
    assert did_of("certificates.example.org") == "did:web:certificates.example.org"
    assert did_of("localhost:8000") == "did:web:localhost%3A8000"


def test_a_public_key_comes_back_from_its_multibase() -> None:
    """`z6Mk…` is base58 of a two-byte prefix and the key."""
    raw = bytes(range(32))

    assert public_key_multibase(raw).startswith("z6Mk")
    assert public_key_bytes(public_key_multibase(raw)) == raw


@pytest.mark.parametrize("text", ["", "z6Mk", "z6MkI0", "Qm" * 20, key().multibase[:-1], "z6Mké"])
def test_what_is_no_ed25519_key_is_refused(text: str) -> None:
    """The message says what was expected."""
    with pytest.raises(KeyEncodingError, match="z6Mk"):
        public_key_bytes(text)


def test_every_key_is_listed_in_both_forms_and_may_assert() -> None:
    """Multikey for Data Integrity, JsonWebKey for JWT; old keys stay."""
    keys = [key("new").multibase, key("old").multibase]
    document = build_did_document(HOST, keys)
    methods = document["verificationMethod"]

    assert [method["type"] for method in methods] == ["Multikey"] * 2 + ["JsonWebKey"] * 2
    assert document["assertionMethod"] == [method["id"] for method in methods]
    assert methods[0]["id"] == f"did:web:{HOST}#{keys[0]}"
    assert {method["controller"] for method in methods} == {document["id"]}


def test_a_json_web_key_holds_the_same_key() -> None:
    """As base64url without padding (RFC 8037)."""
    jwk = build_did_document(HOST, [key().multibase])["verificationMethod"][1]["publicKeyJwk"]

    assert (jwk["kty"], jwk["crv"]) == ("OKP", "Ed25519")
    assert base64.urlsafe_b64decode(jwk["x"] + "=") == public_key_bytes(key().multibase)


def test_a_json_web_key_is_named_by_its_thumbprint() -> None:
    """RFC 8037, appendix A.3, gives the thumbprint of this key."""
    raw = base64.urlsafe_b64decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    method = build_did_document(HOST, [public_key_multibase(raw)])["verificationMethod"][1]

    assert method["id"].endswith("#kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")


@pytest.mark.parametrize("keys", [[], [key().multibase] * 2])
def test_an_issuer_has_keys_and_each_once(keys: list[str]) -> None:
    """An empty document would make every certificate worthless."""
    with pytest.raises(ValueError, match="at least one key"):
        build_did_document(HOST, keys)
