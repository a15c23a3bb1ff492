"""The issuer's signing key, kept in a file that is made once and never overwritten."""

import contextlib
import os
import secrets
import stat
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

from .did import public_key_multibase


class KeyFileError(Exception):
    """A key file cannot be used; the message names it and says what to do."""


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
        KeyFileError: the file is open to other users, unreadable, or holds no Ed25519 key.
    """
    if not path.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        _create(path, pem)
    try:
        key = load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{path}: expected a PEM file with an Ed25519 key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path}: expected an Ed25519 key, found {type(key).__name__}")
    return IssuerKey.of(key)


def _read(path: Path) -> bytes:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        content = path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be read: {error.strerror}") from error
    if mode & stat.S_IRWXO:
        raise KeyFileError(f"{path}: other users may use it (mode {mode:04o}): run chmod 600")
    return content


def _create(path: Path, content: bytes) -> None:
    """Write a new file whole or not at all, and leave one that another process made first."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # unlike a rename, a link never replaces what is there
        except FileExistsError:
            return
        _sync_directory(path.parent)
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):  # where it could not be made, it cannot be removed
            draft.unlink()


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
