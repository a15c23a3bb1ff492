"""The issuer's signing key, kept in a file that is made once and never overwritten."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from ijaza_runtime.secrets import SecretError, load_or_create

from .did import public_key_multibase


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """An Ed25519 signing key, and its public half as `z6Mk…`."""

    private_key: Ed25519PrivateKey
    multibase: str

    @classmethod
    def of(cls, private_key: Ed25519PrivateKey) -> "IssuerKey":
        """Return the issuer key around a private key."""
        public = private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return cls(private_key, public_key_multibase(public))

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of a message; equal messages get equal signatures."""
        return self.private_key.sign(message)


def load_or_create_key(path: Path) -> IssuerKey:
    """Return the issuer key in a PEM file, which is made (mode 0600) if it is not there.

    Of several processes that start at once, one makes the file and all use that one.

    Raises:
        SecretError: the file is open to others than its owner, cannot be read or made, or holds
            no Ed25519 key.
    """
    pem = load_or_create(path, _new_pem)
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise SecretError(f"{path}: expected a PEM file with an Ed25519 key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SecretError(f"{path}: expected an Ed25519 key, found {type(key).__name__}")
    return IssuerKey.of(key)


def _new_pem() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
