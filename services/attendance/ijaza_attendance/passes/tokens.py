"""Pass tokens: compact JWS (RFC 7515) by Ed25519 (RFC 9864), short enough for a QR code.

The header is `{"alg":"Ed25519","kid":…}` and nothing else; the claims are `e` the edition, `p` the
participant, `s` the pass's serial, `x` when it expires (seconds since 1970). Nothing in it is a
name. The kiosk and the server read tokens by the same rules and refuse them with the same codes.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, Literal

from ijaza_runtime.base64url import decoded, encoded
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"
LONGEST = 1024
"""Characters; a pass has fewer than 290. What is longer is refused unread."""

Refused = Literal["too-long", "unreadable", "wrong-key", "bad-signature", "expired"]

_SHAPES = {
    "e": re.compile(r"[a-z0-9-]{1,40}"),
    "p": re.compile(r"[A-Za-z0-9._~-]{1,64}"),
    "s": re.compile(r"[0-9A-HJKMNP-TV-Z]{1,16}"),
}
_KEY_ID = re.compile(r"[a-z0-9]{1,8}")
_LATEST = 2**40


class PassRefusedError(Exception):
    """A text that is no pass, or not a valid one; `code` says why, and nothing of the text."""

    def __init__(self, code: Refused) -> None:
        super().__init__(code)
        self.code: Refused = code


@dataclass(frozen=True, slots=True)
class Claims:
    """What a pass says: whose it is, where, and until when (seconds since 1970)."""

    edition: str
    participant: str
    serial: str
    expires_at: int
    key_id: str


def sign(claims: Claims, key: OKPKey) -> str:
    """The token of a pass. The same claims and key give the same token."""
    payload = json.dumps(
        {
            "e": claims.edition,
            "p": claims.participant,
            "s": claims.serial,
            "x": claims.expires_at,
        },
        separators=(",", ":"),
    )
    header = {"alg": ALGORITHM, "kid": claims.key_id}
    return jws.serialize_compact(header, payload, key, [ALGORITHM])


def read(text: str, keys: Mapping[str, str], now: int) -> Claims:
    """What a pass says; `keys` are the public keys (base64url) that prove one, by id.

    Raises `PassRefusedError`, by the first of these that holds: too-long, unreadable, wrong-key,
    bad-signature, expired.
    """
    if len(text) > LONGEST:
        raise PassRefusedError("too-long")
    key_id = _key_id(text)
    if key_id not in keys:
        raise PassRefusedError("wrong-key")
    try:
        verified = jws.deserialize_compact(text, _public(keys[key_id]), [ALGORITHM])
    except (JoseError, ValueError):
        raise PassRefusedError("bad-signature") from None
    claims = _claims(verified.payload, key_id)
    if now >= claims.expires_at:
        raise PassRefusedError("expired")
    return claims


def token_hash(text: str) -> str:
    """What is recorded of a token: 32 hexadecimal digits of its SHA-256."""
    return sha256(text.encode()).hexdigest()[:32]


def _key_id(text: str) -> str:
    """The key that a token names. Every segment must be spelled in the one way there is."""
    segments = text.split(".")
    if len(segments) != 3 or not all(_is_canonical(segment) for segment in segments):
        raise PassRefusedError("unreadable")
    header = _object(decoded(segments[0]))
    key_id = header.get("kid")
    if set(header) != {"alg", "kid"} or header["alg"] != ALGORITHM:
        raise PassRefusedError("unreadable")
    if not isinstance(key_id, str) or not _KEY_ID.fullmatch(key_id):
        raise PassRefusedError("unreadable")
    return key_id


def _claims(payload: bytes, key_id: str) -> Claims:
    said = _object(payload)
    if set(said) != {*_SHAPES, "x"}:
        raise PassRefusedError("unreadable")
    for name, shape in _SHAPES.items():
        if not isinstance(said[name], str) or not shape.fullmatch(said[name]):
            raise PassRefusedError("unreadable")
    expires_at = said["x"]
    if type(expires_at) is not int or not 0 <= expires_at < _LATEST:
        raise PassRefusedError("unreadable")
    return Claims(said["e"], said["p"], said["s"], expires_at, key_id)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise PassRefusedError("unreadable") from None
    if not isinstance(value, dict):
        raise PassRefusedError("unreadable")
    return value


def _is_canonical(segment: str) -> bool:
    """Base64 has several spellings of the same bytes; one pass is to have one hash."""
    try:
        return bool(segment) and encoded(decoded(segment)) == segment
    except ValueError:
        return False


@lru_cache(maxsize=64)
def _public(x: str) -> OKPKey:
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": x})
