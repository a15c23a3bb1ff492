"""W3C Data Integrity proofs with Ed25519: `eddsa-rdfc-2022`, and `eddsa-jcs-2022` for the register.

Both sign SHA-256(proof options) ‖ SHA-256(document) (vc-di-eddsa, "Hashing"), and both are
deterministic: the same document, key and time give the same bytes.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import base58
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .contexts import UnknownContextError
from .did import KeyEncodingError, public_key_bytes
from .keys import IssuerKey
from .rdf import RDF_TYPE, UnsignableError, canonical_nquads
from .subject import utc_timestamp

_MEMBERS = {"type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"}
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_KEY_ADDRESS = re.compile(r'did:web:[^\x00-\x20<>"{}|^`\\#]+#z[1-9A-HJ-NP-Za-km-z]+')


class Cryptosuite(StrEnum):
    """How a document is brought into one form before it is hashed.

    RDFC canonicalises its RDF: third parties' verifiers and wallets read it (credentials). JCS
    canonicalises its JSON (RFC 8785) and needs no contexts (the register, which is Ijaza's own).
    """

    RDFC = "eddsa-rdfc-2022"
    JCS = "eddsa-jcs-2022"


class ProofError(ValueError):
    """A document's proof does not hold; the message says why."""


def sign(
    document: Mapping[str, Any],
    key: IssuerKey,
    created: datetime,
    suite: Cryptosuite = Cryptosuite.RDFC,
) -> dict[str, Any]:
    """Return the document with a proof by its issuer's key.

    Args:
        document: names its issuer, a DID, as `issuer` or `issuer.id`, and has no proof yet.
        key: one of the keys of the issuer's DID document.
        created: the time of the event that caused the document, never the clock's.
        suite: how it is canonicalised; RDFC needs pinned contexts, JCS wants none.

    Raises:
        UnsignableError: a part of the document would not be covered by the signature.
        UnknownContextError: the document names a context that is not pinned.
        ProofError: the document has a proof already, or no issuer.
    """
    if "proof" in document:
        raise ProofError("the document is signed already")
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite.value,
        "created": utc_timestamp(created),
        "verificationMethod": f"{issuer_of(document)}#{key.multibase}",
        "proofPurpose": "assertionMethod",
    }
    signature = key.sign(_digest(document, options, suite))
    proof_value = "z" + base58.b58encode(signature).decode("ascii")
    return {**document, "proof": {**options, "proofValue": proof_value}}


def verify(
    document: Mapping[str, Any],
    did_document: Mapping[str, Any],
    suite: Cryptosuite = Cryptosuite.RDFC,
) -> None:
    """Check that a key of the issuer signed exactly what the document says.

    Args:
        document: a parsed JSON object, however hostile.
        did_document: the issuer's, from a source that is trusted; its keys decide.
        suite: the one that the proof must name.

    Raises:
        ProofError: the proof is missing, of another form, by another issuer or key, or does not
            fit the document; or a part of the document is not covered by it.
    """
    proof = document.get("proof")
    if not isinstance(proof, Mapping) or set(proof) != _MEMBERS:
        raise ProofError(f"proof: expected one object with exactly {', '.join(sorted(_MEMBERS))}")
    if not all(isinstance(value, str) for value in proof.values()):
        raise ProofError("proof: expected texts only")
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    _check_options(options, suite)
    public_key = _public_key(options["verificationMethod"], issuer_of(document), did_document)
    try:
        digest = _digest(document, options, suite)
        public_key.verify(_signature(proof["proofValue"]), digest)
    except InvalidSignature as error:
        raise ProofError("the signature does not fit: a signed value was changed") from error
    except (UnsignableError, UnknownContextError) as error:
        raise ProofError(f"not covered by the signature: {error}") from error


def issuer_of(document: Mapping[str, Any]) -> str:
    """Return the DID of a document's issuer, written as a text or as an object with an id.

    Raises:
        ProofError: there is none.
    """
    issuer = document.get("issuer")
    if isinstance(issuer, Mapping):
        issuer = issuer.get("id")
    if not isinstance(issuer, str) or not issuer.startswith("did:web:"):
        raise ProofError(f"issuer: expected a did:web identifier, found {str(issuer)[:80]!r}")
    return issuer


def _check_options(options: Mapping[str, str], suite: Cryptosuite) -> None:
    expected = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite.value,
        "proofPurpose": "assertionMethod",
    }
    for name, value in expected.items():
        if options[name] != value:
            raise ProofError(f"proof.{name}: expected {value}, found {options[name][:80]!r}")
    if not _TIMESTAMP.fullmatch(options["created"]):
        raise ProofError("proof.created: expected a time such as 2020-04-16T18:00:00Z")
    if not _KEY_ADDRESS.fullmatch(options["verificationMethod"]):
        raise ProofError("proof.verificationMethod: expected did:web:host#z6Mk…")


def _public_key(address: str, issuer: str, did_document: Mapping[str, Any]) -> Ed25519PublicKey:
    """Return the key at an address, if the DID document is the issuer's and lets it assert."""
    if did_document.get("id") != issuer:
        raise ProofError(
            f"the issuer is {issuer[:200]}, but the DID document is that of "
            f"{str(did_document.get('id'))[:200]}"
        )
    allowed = did_document.get("assertionMethod")
    methods = did_document.get("verificationMethod")
    if not isinstance(allowed, list) or not isinstance(methods, list) or address not in allowed:
        raise ProofError(f"the issuer's DID document does not list the key {address[:200]}")
    for method in methods:
        if isinstance(method, Mapping) and method.get("id") == address:
            multibase = method.get("publicKeyMultibase")
            if method.get("controller") != issuer or not isinstance(multibase, str):
                break
            try:
                return Ed25519PublicKey.from_public_bytes(public_key_bytes(multibase))
            except (KeyEncodingError, ValueError) as error:
                raise ProofError(f"the DID document's key cannot be used: {error}") from error
    raise ProofError(f"the issuer's DID document has no usable key {address[:200]}")


def _signature(proof_value: str) -> bytes:
    try:
        signature = base58.b58decode(proof_value[1:]) if len(proof_value) < 100 else b""
    except ValueError:
        signature = b""
    # A signature has one spelling only, so that no byte of a signed file is free.
    if len(signature) != 64 or proof_value != "z" + base58.b58encode(signature).decode("ascii"):
        raise ProofError("proof.proofValue: expected a base58 signature of 64 bytes")
    return signature


def _digest(document: Mapping[str, Any], options: Mapping[str, str], suite: Cryptosuite) -> bytes:
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    if suite is Cryptosuite.JCS:
        if "@context" in unsigned:
            raise UnsignableError("@context: a document signed by its JSON must not have one")
        try:
            texts = rfc8785.dumps(options), rfc8785.dumps(unsigned)
        except (rfc8785.CanonicalizationError, RecursionError, UnicodeEncodeError) as error:
            raise UnsignableError(f"not canonical JSON: {error}") from error
    else:
        contexts = unsigned.get("@context")
        if not isinstance(contexts, list) or not all(isinstance(url, str) for url in contexts):
            raise UnsignableError("@context: expected a list of addresses")
        nquads = canonical_nquads(unsigned, tuple(contexts))
        texts = _options_nquads(options).encode("utf-8"), nquads.encode("utf-8")
    return hashlib.sha256(texts[0]).digest() + hashlib.sha256(texts[1]).digest()


def _options_nquads(options: Mapping[str, str]) -> str:
    """Return the canonical N-Quads of proof options: five statements about one blank node.

    Written out because `proofPurpose` is the one term here whose context depends on the property.
    """
    security = "https://w3id.org/security#"
    created = f'"{options["created"]}"^^<http://www.w3.org/2001/XMLSchema#dateTime>'
    cryptosuite = f'"{options["cryptosuite"]}"^^<{security}cryptosuiteString>'
    return (
        f"_:c14n0 <http://purl.org/dc/terms/created> {created} .\n"
        f"_:c14n0 {RDF_TYPE} <{security}DataIntegrityProof> .\n"
        f"_:c14n0 <{security}cryptosuite> {cryptosuite} .\n"
        f"_:c14n0 <{security}proofPurpose> <{security}assertionMethod> .\n"
        f"_:c14n0 <{security}verificationMethod> <{options['verificationMethod']}> .\n"
    )
