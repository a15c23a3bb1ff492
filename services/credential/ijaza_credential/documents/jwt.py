"""A credential as a JWT: another envelope around what was issued, for those who ask for that form.

Header and type are those of W3C "Securing Verifiable Credentials using JOSE and COSE"; the
payload is the credential itself, with the registered claims that Open Badges 3.0 requires of its
JWT proof beside it. Where the two differ: `typ` is `vc+jwt`, as the W3C has it, where Open Badges
would allow `JWT` alone; `nbf` is there, which Open Badges requires and the W3C advises against.

Only what is made here is read back: the one algorithm, the one type, and no other header.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from ijaza_runtime.base64url import decoded, encoded

from .did import json_web_key_address
from .keys import IssuerKey
from .proof import ProofError, issuer_of, verify
from .strict_json import StrictJsonError, read_object

MEDIA_TYPE = "application/vc+jwt"
ALGORITHM = "EdDSA"
TYPE = "vc+jwt"

_SHAPE = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_REGISTERED = ("iss", "sub", "jti", "nbf")
_LETTERS = 86
"""Of base64url for the 64 bytes of an Ed25519 signature."""


class UnknownKeyError(ProofError):
    """The header names a key that the issuer's DID document does not let assert."""


class ClaimsError(ProofError):
    """The registered claims say something else than the credential beside them."""


@dataclass(frozen=True, slots=True)
class Jwt:
    """A JWT taken apart. Nothing of it is to be believed before `verify_jwt`."""

    header: Mapping[str, Any]
    payload: Mapping[str, Any]
    signed: bytes
    signature: str

    @property
    def credential(self) -> dict[str, Any]:
        """The payload without the registered claims: the credential, which has no proof inside."""
        return {name: value for name, value in self.payload.items() if name not in _REGISTERED}


def as_jwt(credential: Mapping[str, Any], did_document: Mapping[str, Any], key: IssuerKey) -> str:
    """Return an issued credential as a compact JWS of the same issuer.

    It is signed only if the credential's own proof holds: so nothing is made an issuer's word
    that was not before. The same credential and key give the same text.

    Args:
        credential: as it was issued, with its proof.
        did_document: the issuer's.
        key: the one that the issuer signs with now.

    Raises:
        ProofError: the credential is not by this issuer, or was altered.
    """
    verify(credential, did_document)
    address = json_web_key_address(issuer_of(credential), key.multibase)
    header = {"alg": ALGORITHM, "kid": address, "typ": TYPE}
    payload = {
        **{name: value for name, value in credential.items() if name != "proof"},
        **_claims(credential),
    }
    signed = f"{_part(header)}.{_part(payload)}"
    return f"{signed}.{encoded(key.sign(signed.encode('ascii')))}"


def is_jwt(data: bytes) -> bool:
    """Whether a file has the shape of a JWT, with a signature or without.

    Blanks around it are left out of account: editors add them.
    """
    return _SHAPE.fullmatch(data.strip()) is not None


def read_jwt(data: bytes) -> Jwt:
    """Take a file of that shape apart.

    Raises:
        StrictJsonError: header or payload is no JSON object that can be read in one way only.
    """
    head, payload, signature = data.strip().split(b".")
    signed = head + b"." + payload
    return Jwt(_object(head), _object(payload), signed, signature.decode("ascii"))


def verify_jwt(jwt: Jwt, did_document: Mapping[str, Any]) -> None:
    """Check that a key of the issuer signed exactly what a JWT says.

    The key is the one of the DID document that the header names. A header that asks for another
    algorithm, or has anything beside `alg`, `kid` and `typ`, such as a key of its own, is refused.

    Args:
        jwt: however hostile.
        did_document: the issuer's, from a source that is trusted; its keys decide.

    Raises:
        UnknownKeyError: the header names no JsonWebKey of the issuer.
        ClaimsError: the claims do not agree with the credential.
        ProofError: the header is of another form, or the signature does not fit.
    """
    header = jwt.header
    kid = header.get("kid")
    if (
        set(header) != {"alg", "kid", "typ"}
        or (header["alg"], header["typ"]) != (ALGORITHM, TYPE)
        or not isinstance(kid, str)
    ):
        raise ProofError(f"header: expected exactly alg {ALGORITHM}, typ {TYPE} and kid")
    public_key = _public_key(kid, did_document)
    try:
        public_key.verify(_signature(jwt.signature), jwt.signed)
    except InvalidSignature as error:
        raise ProofError("the signature does not fit: something signed was changed") from error
    if issuer_of(jwt.credential) != did_document.get("id"):
        raise ClaimsError("issuer: not the one whose DID document lists the key")
    try:
        agree = _claims(jwt.credential) == {name: jwt.payload.get(name) for name in _REGISTERED}
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ClaimsError("the credential lacks what the claims repeat") from error
    if not agree:
        raise ClaimsError(f"{', '.join(_REGISTERED)}: expected what the credential says")


def _claims(credential: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "iss": issuer_of(credential),
        "sub": credential["credentialSubject"]["id"],
        "jti": credential["id"],
        "nbf": int(datetime.fromisoformat(credential["validFrom"]).timestamp()),
    }


def _public_key(address: str, did_document: Mapping[str, Any]) -> Ed25519PublicKey:
    if address in did_document["assertionMethod"]:
        for method in did_document["verificationMethod"]:
            if method["id"] == address and method["type"] == "JsonWebKey":
                return Ed25519PublicKey.from_public_bytes(decoded(method["publicKeyJwk"]["x"]))
    raise UnknownKeyError(f"the issuer's DID document has no JsonWebKey {address[:200]!r}")


def _signature(text: str) -> bytes:
    # The shape has been looked at, but not that the text is the signature's only spelling.
    signature = decoded(text) if len(text) == _LETTERS else b""
    if not signature or encoded(signature) != text:
        raise ProofError("expected a signature of 64 bytes")
    return signature


def _object(part: bytes) -> dict[str, Any]:
    try:
        content = decoded(part.decode("ascii"))
    except ValueError as error:
        raise StrictJsonError(f"not base64url: {error}") from error
    return read_object(content)


def _part(said: Mapping[str, Any]) -> str:
    return encoded(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8"))
