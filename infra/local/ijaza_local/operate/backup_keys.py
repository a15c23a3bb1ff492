"""The keys in a backup: sealed with a passphrase, and bound to everything else that it holds.

Whoever has the keys can issue in the issuer's name, so they are never in an archive in clear. The
key that seals them is made from the passphrase by scrypt (RFC 7914), and seals by AES-256-GCM.
"""

import hmac
import os
from collections.abc import Mapping
from functools import partial
from hashlib import blake2b
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from ijaza_credential import main as credential
from ijaza_credential.documents.key_folder import FIRST, FIRST_NAMES
from ijaza_enrollment import main as enrollment
from ijaza_runtime.secrets import load_or_create, require

from ijaza_local.operate.backup_format import BackupError

PASSPHRASE = "IJAZA_BACKUP_PASSPHRASE"  # noqa: S105 - the name of a variable
SHORTEST = 12
"""Characters of a passphrase."""

_NEEDED = (credential.SECRET, enrollment.SECRET)
_WORK = 1 << 17
"""scrypt's N: a guess takes 128 MiB and some 0.3 s (RFC 7914 has r = 8 and p = 1)."""
_MOST_WORK = 1 << 20


class _Sealed(msgspec.Struct):
    work: int
    salt: bytes
    nonce: bytes
    box: bytes


def check_passphrase(passphrase: str) -> None:
    """Raise `BackupError` unless a backup may be sealed with this."""
    if len(passphrase) < SHORTEST:
        raise BackupError(
            f"{PASSPHRASE} is {'too short' if passphrase else 'not set'}: give at least {SHORTEST} "
            "characters and keep them apart from the backup, or leave the keys out by --no-keys"
        )


def read_keys(folder: Path) -> Mapping[str, bytes]:
    """The files of a folder of keys. Raises `SecretError` unless those needed are there."""
    first = next((name for name in FIRST_NAMES if (folder / name).is_file()), FIRST)
    require(folder, *_NEEDED, first)
    paths = [path for path in sorted(folder.iterdir()) if path.is_file() and path.name[0] != "."]
    return {path.name: load_or_create(path, lambda: b"") for path in paths}


def mark_of(keys: Mapping[str, bytes]) -> str:
    """What tells keys apart and does not give them away."""
    mark = blake2b(b"the keys of a backup", key=keys[credential.SECRET], digest_size=16)
    first = next(name for name in FIRST_NAMES if name in keys)
    for name in (credential.SECRET, first, enrollment.SECRET):
        mark.update(keys[name])
    return mark.hexdigest()


def seal(keys: Mapping[str, bytes], passphrase: str, bound: bytes) -> bytes:
    """Keys as they stand in an archive. `bound` has to be the same when they are opened."""
    salt, nonce = os.urandom(16), os.urandom(12)
    box = AESGCM(_key(passphrase, salt, _WORK)).encrypt(nonce, msgspec.msgpack.encode(keys), bound)
    return msgspec.msgpack.encode(_Sealed(_WORK, salt, nonce, box))


def unseal(sealed: bytes, passphrase: str, bound: bytes) -> Mapping[str, bytes]:
    """The keys again. Raises `BackupError` for another passphrase or another archive."""
    try:
        found = msgspec.msgpack.decode(sealed, type=_Sealed)
        if not 1 < found.work <= _MOST_WORK:
            raise BackupError(f"the keys are sealed with a work factor of {found.work}: no backup")
        key = _key(passphrase, found.salt, found.work)
        content = AESGCM(key).decrypt(found.nonce, found.box, bound)
    except (InvalidTag, msgspec.DecodeError):
        raise BackupError(
            f"the keys do not open: {PASSPHRASE} is not that of this backup, or somebody has "
            "altered it since. Nothing was written."
        ) from None
    return msgspec.msgpack.decode(content, type=dict[str, bytes])


def check_keys(folder: Path, wanted: Mapping[str, bytes] | None, mark: str) -> None:
    """Raise `BackupError` unless a folder can take these keys, or has them.

    With `wanted` None it must have those that `mark` tells of. Nothing is written.
    """
    if wanted is None:
        if not hmac.compare_digest(mark_of(read_keys(folder)), mark):
            raise BackupError(
                f"{folder} holds other keys than this backup was made with: set IJAZA_KEYS to the "
                "folder of those"
            )
        return
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name[0] != "." and (
            not path.is_file() or wanted.get(path.name) != load_or_create(path, lambda: b"")
        ):
            raise BackupError(
                f"{path} stands in the way: give an empty folder for the keys, by IJAZA_KEYS"
            )


def write_keys(folder: Path, keys: Mapping[str, bytes]) -> None:
    """Put keys into their folder, mode 0600, each whole or not at all."""
    for name, content in keys.items():
        load_or_create(folder / Path(name).name, partial(bytes, content))


def _key(passphrase: str, salt: bytes, work: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=work, r=8, p=1).derive(passphrase.encode())
