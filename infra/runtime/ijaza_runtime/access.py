"""Who may do what: staff and partners, their roles, and the tokens that prove them.

An access token is a JWT (RFC 9068's `at+jwt`) signed with Ed25519 (RFC 9864) by a key that signs
nothing else.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OKPKey

from ijaza_runtime.errors import Refusal
from ijaza_runtime.secrets import SecretError, load_or_create

ALGORITHM = "Ed25519"
ISSUER = "ijaza"
AUDIENCE = "ijaza-services"
KIND = "at+jwt"
LEEWAY = timedelta(seconds=30)
"""How far the clocks of two machines may differ."""
LONGEST_TOKEN = 4096
KEY_FILE = "access.pem"


class Role(StrEnum):
    """What somebody is to the programme; each route of a service names the roles it serves."""

    OFFICE = "office"
    """The programme office: editions, applications, corrections."""
    DOOR = "door"
    """A kiosk or whoever keeps the door: scans."""
    EXAMINER = "examiner"
    """Results of tests."""
    APPROVER = "approver"
    """Approves certificates."""
    AUDITOR = "auditor"
    """Reads, changes nothing."""
    PARTNER = "partner"
    """A partner organisation."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who sends a request: an opaque staff, device or partner id, never a name."""

    id: str
    roles: frozenset[Role]


class Unauthenticated(Refusal):
    """No token, or one that proves nothing."""

    status = 401

    def __init__(self, detail: str) -> None:
        super().__init__("not-authenticated", detail)


class AccessKeys:
    """The key pair of access tokens."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._key = OKPKey.import_key(_pem(private))

    @classmethod
    def load_or_create(cls, directory: Path) -> "AccessKeys":
        """The keys kept in `directory/access.pem` (PKCS #8, mode 0600); made if missing.

        Processes that start at once get the same keys. Raises `SecretError` if the file is open
        to others, or is no such key.
        """
        path = directory / KEY_FILE
        pem = load_or_create(path, lambda: _pem(Ed25519PrivateKey.generate()))
        try:
            private = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError):
            private = None
        if not isinstance(private, Ed25519PrivateKey):
            raise SecretError(
                f"{path} is no unencrypted Ed25519 private key in PEM: restore it from a backup, "
                "or remove it to have a new one made, which ends every token given so far."
            )
        return cls(private)

    def issue(self, actor: str, roles: Collection[Role], lifetime: timedelta, now: datetime) -> str:
        """A token that proves `actor` to be of `roles` from `now` on, for `lifetime`."""
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": actor,
            "roles": sorted(roles),
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
        }
        return jwt.encode({"alg": ALGORITHM, "typ": KIND}, claims, self._key, [ALGORITHM])

    def verify(self, token: str, now: datetime) -> Actor:
        """Whom a token proves at `now`. Roles that this version does not know are left out.

        Raises `Unauthenticated`, which says what to do and repeats nothing of the token.
        """
        if len(token) > LONGEST_TOKEN:
            raise Unauthenticated(f"The token is longer than {LONGEST_TOKEN} characters.")
        try:
            decoded = jwt.decode(token, self._key, [ALGORITHM])
            if decoded.header.get("typ") != KIND:
                raise _not_ours()
            _registry(now).validate(decoded.claims)
        except ExpiredTokenError:
            raise Unauthenticated("The token has expired: ask for a new one.") from None
        except (JoseError, ValueError):
            raise _not_ours() from None
        return Actor(decoded.claims["sub"], _roles(decoded.claims["roles"]))


def _registry(now: datetime) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=int(LEEWAY.total_seconds()),
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": AUDIENCE},
        sub={"essential": True},
        roles={"essential": True},
        iat={"essential": True},
        exp={"essential": True},
    )


def _roles(claim: object) -> frozenset[Role]:
    if not isinstance(claim, list):
        raise _not_ours()
    return frozenset(role for role in Role if role in claim)


def _not_ours() -> Unauthenticated:
    return Unauthenticated(
        "The token is not one that this installation gave for its services: expected an access "
        "token signed with its Ed25519 key."
    )


def _pem(private: Ed25519PrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
