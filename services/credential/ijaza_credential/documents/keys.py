"""A key that the issuer signs with, wherever its private half is kept.

All that anything here needs of a key is its public half and a function that signs: so a key can
lie in a file, in the environment, or in a device that never gives it away.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from ijaza_runtime.secrets import SecretError, load_or_create

from .did import public_key_bytes, public_key_multibase

Sign = Callable[[bytes], bytes]
"""From a message to its 64-byte Ed25519 signature (RFC 8032, pure): equal ones for equal messages.

Safe to call from several threads at once.
"""

_PROBE = b"ijaza: does this key fit its public half?"


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """An Ed25519 signing key: its public half as `z6Mk…`, and how it signs."""

    multibase: str
    signer: Sign = field(repr=False, compare=False)

    @classmethod
    def of(cls, private_key: Ed25519PrivateKey) -> "IssuerKey":
        """Return the issuer key around a private key that this process holds."""
        public = private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return cls(public_key_multibase(public), private_key.sign)

    @classmethod
    def held_elsewhere(cls, public_key: bytes, signer: Sign, where: str) -> "IssuerKey":
        """Return the key of a device, after it has signed something that its public half proves.

        Raises:
            SecretError: what it signs does not fit the public key (32 bytes); `where` names it.
        """
        key = cls(public_key_multibase(public_key), signer)
        if not proves(key.multibase, key.sign(_PROBE), _PROBE):
            raise SecretError(f"{where} signs with another key than the public key beside it says")
        return key

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of a message; equal messages get equal signatures."""
        return self.signer(message)


def proves(multibase: str, signature: bytes, message: bytes) -> bool:
    """Tell whether a signature of a message is by the key with this public half."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key_bytes(multibase)).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def load_or_create_key(path: Path) -> IssuerKey:
    """Return the issuer key in a PEM file, which is made (mode 0600) if it is not there.

    Of several processes that start at once, one makes the file and all use that one.

    Raises:
        SecretError: the file is open to others than its owner, cannot be read or made, or holds
            no Ed25519 key.
    """
    return key_of_pem(load_or_create(path, new_pem), str(path))


def key_of_pem(pem: bytes, where: str) -> IssuerKey:
    """Return the key in a PEM text; `where` names its place, as a refusal does.

    Raises:
        SecretError: the text is no unencrypted Ed25519 private key.
    """
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise SecretError(f"{where}: expected a PEM file with an Ed25519 key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SecretError(f"{where}: expected an Ed25519 key, found {type(key).__name__}")
    return IssuerKey.of(key)


def new_pem() -> bytes:
    """Return a new key as the bytes of its file."""
    return Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
