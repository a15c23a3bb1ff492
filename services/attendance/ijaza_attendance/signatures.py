"""What a device signs: a detached JWS (RFC 7515, appendix F) over the very bytes of a body."""

import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from ijaza_runtime.base64url import decoded, encoded

HEADER = "Ijaza-Signature"
LONGEST = 512
"""Characters of the header's value; a right one has about 150."""

_SIGNATURE_BYTES = 64


def is_signed(signature: str, body: bytes, *, device: str, public_key: str) -> bool:
    """Whether `signature`, `header..signature`, is that device's over these bytes.

    The header has `alg` Ed25519 and the device's id as `kid`, and nothing else.
    """
    if len(signature) > LONGEST:
        return False
    try:
        header, nothing, proof = signature.split(".")
        said = json.loads(decoded(header))
        raw = decoded(proof)
    except (ValueError, RecursionError):
        return False
    if nothing or said != {"alg": "Ed25519", "kid": device} or len(raw) != _SIGNATURE_BYTES:
        return False
    signed = f"{header}.{encoded(body)}".encode()
    try:
        Ed25519PublicKey.from_public_bytes(decoded(public_key)).verify(raw, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def signer(signature: str) -> str:
    """The `kid` that a signature names, not proven by that; empty if it names none."""
    if len(signature) > LONGEST:
        return ""
    try:
        said = json.loads(decoded(signature.partition(".")[0]))
    except (ValueError, RecursionError):
        return ""
    kid = said.get("kid") if isinstance(said, dict) else None
    return kid if isinstance(kid, str) else ""


def is_public_key(text: str) -> bool:
    """Whether a text is an Ed25519 public key in base64url, in its one spelling."""
    try:
        raw = decoded(text)
        Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        return False
    return encoded(raw) == text
