"""The issuer's did:web identity: its name, and the document that lists its keys."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import base58
from ijaza_runtime.base64url import encoded

ED25519_MULTICODEC = b"\xed\x01"
"""The multicodec prefix of an Ed25519 public key (multicodec table, `ed25519-pub`)."""


class KeyEncodingError(ValueError):
    """A text is not the multibase form of an Ed25519 public key."""


def did_of(did_host: str) -> str:
    """Return the did:web name of a host; the colon before a port is percent-encoded (did:web)."""
    return f"did:web:{did_host.replace(':', '%3A')}"


def public_key_multibase(public_key: bytes) -> str:
    """Return an Ed25519 public key (32 bytes) as a Multikey writes it: `z6Mk…`."""
    return "z" + base58.b58encode(ED25519_MULTICODEC + public_key).decode("ascii")


def public_key_bytes(multibase: str) -> bytes:
    """Return the 32 bytes of an Ed25519 public key written as `z6Mk…`.

    Raises:
        KeyEncodingError: the text is anything else.
    """
    try:
        decoded = base58.b58decode(multibase[1:]) if multibase.startswith("z6Mk") else b""
    except ValueError:
        decoded = b""
    if len(decoded) != 34 or not decoded.startswith(ED25519_MULTICODEC):
        raise KeyEncodingError(f"{multibase[:80]!r} is not an Ed25519 public key (expected z6Mk…)")
    return decoded[2:]


def build_did_document(did_host: str, public_keys: Sequence[str]) -> dict[str, Any]:
    """Return the DID document of an issuer with all its keys, each as `z6Mk…`.

    Retired keys stay listed, for what they signed stays valid. Every key appears twice: as
    Multikey, which the Data Integrity proofs name, and as JsonWebKey, for JWT verifiers. The
    fragment of a Multikey's address is the key itself, so that a verifier which reads it from
    there (1EdTech's does) needs no look-up.

    Raises:
        ValueError: there is no key, or one is listed twice.
        KeyEncodingError: a key is not an Ed25519 key in multibase.
    """
    if not public_keys or len(set(public_keys)) != len(public_keys):
        raise ValueError("a DID document needs at least one key, and each of them once")
    did = did_of(did_host)
    methods = [_multikey(did, key) for key in public_keys]
    methods += [_json_web_key(did, key) for key in public_keys]
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/jwk/v1",
        ],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def json_web_key_address(did: str, multibase: str) -> str:
    """Return the address under which an issuer's DID document lists a key as JsonWebKey.

    Its fragment is the key's thumbprint (RFC 7638).

    Raises:
        KeyEncodingError: the key is not an Ed25519 key in multibase.
    """
    x = encoded(public_key_bytes(multibase))
    # RFC 7638: the thumbprint is over exactly these members in this order, without blanks.
    canonical = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'
    return f"{did}#{encoded(hashlib.sha256(canonical.encode('ascii')).digest())}"


def serialise_did_document(document: dict[str, Any]) -> bytes:
    """Return a DID document as the bytes of did.json."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _multikey(did: str, multibase: str) -> dict[str, Any]:
    public_key_bytes(multibase)
    return {
        "id": f"{did}#{multibase}",
        "type": "Multikey",
        "controller": did,
        "publicKeyMultibase": multibase,
    }


def _json_web_key(did: str, multibase: str) -> dict[str, Any]:
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": encoded(public_key_bytes(multibase))}
    address = json_web_key_address(did, multibase)
    return {
        "id": address,
        "type": "JsonWebKey",
        "controller": did,
        "publicKeyJwk": {**jwk, "kid": address.partition("#")[2], "alg": "EdDSA", "use": "sig"},
    }
