"""The secrets of attendance: the keys that sign passes, and what ids and links are derived with.

A key of passes is made once, as `passes-<key id>.pem` in the folder of keys, which all processes
of attendance share. A process that lacks the file of a key never signs with it.
"""

import hmac
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from ijaza_contracts.identity import keyed
from ijaza_runtime.secrets import SecretError, load_or_create, load_or_create_secret
from joserfc.jwk import OKPKey

SECRET = "passes.key"  # noqa: S105 - a file's name

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SERIAL_LENGTH = 10
"""50 bits: with more, the QR code of the longest pass would outgrow version 12."""


class PassKeys:
    """The keys of passes that this process has, and what it derives from its secret."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._secret = load_or_create_secret(folder, SECRET)
        self._keys: dict[str, OKPKey] = {}

    def make(self, key_id: str) -> str:
        """The public key of the key with this id, which is made if there is none.

        Processes that make it at once get the same one. Raises `SecretError`.
        """
        load_or_create(self._path(key_id), _new_pem)
        public = self.public(key_id)
        if public is None:
            raise SecretError(f"{self._path(key_id)} is gone while it was made: try again.")
        return public

    def public(self, key_id: str) -> str | None:
        """The public key (base64url) of a key, or None if this process has not got it.

        Raises `SecretError` for a file that is no such key, or is open to others.
        """
        key = self.private(key_id)
        return None if key is None else str(key.as_dict(private=False)["x"])

    def private(self, key_id: str) -> OKPKey | None:
        """The key itself, or None if this process has not got it. Raises `SecretError`."""
        if key_id not in self._keys:
            path = self._path(key_id)
            if not path.is_file():
                return None
            self._keys[key_id] = OKPKey.import_key(_checked(path))
        return self._keys[key_id]

    def serial(self, edition: str, participant: str, ordinal: int) -> str:
        """The serial of a participant's pass number `ordinal`: 10 Crockford characters."""
        digest = hmac.digest(
            self._secret, f"pass-serial\x1f{edition}\x1f{participant}\x1f{ordinal}".encode(), sha256
        )
        number = int.from_bytes(digest, "big")
        return "".join(_CROCKFORD[(number >> 5 * place) & 31] for place in range(_SERIAL_LENGTH))

    def code_hash(self, code: str) -> str:
        """What is kept of a device's one-time code: its 40 bits are no secret without a key."""
        return keyed(self._secret, "device-code", code)

    @property
    def links(self) -> bytes:
        """32 bytes that sign links to passes, and nothing else."""
        return hmac.digest(self._secret, b"pass-links", sha256)

    @property
    def room_links(self) -> bytes:
        """32 bytes that sign links to rooms, and nothing else."""
        return hmac.digest(self._secret, b"room-links", sha256)

    def _path(self, key_id: str) -> Path:
        return self._folder / file_name(key_id)


def file_name(key_id: str) -> str:
    """The file of a key in the folder of keys."""
    return f"passes-{key_id}.pem"


def _new_pem() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def _checked(path: Path) -> bytes:
    pem = load_or_create(path, _new_pem)
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SecretError(
            f"{path} is no unencrypted Ed25519 private key in PEM: restore it from a backup, or "
            "add a new key of passes, issue every pass again, and retire this one."
        )
    return pem
