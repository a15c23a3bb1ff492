"""Secrets in files: made once, never written again, and read by their owner alone."""

import os
from collections.abc import Callable
from pathlib import Path
from secrets import token_bytes, token_hex


class SecretError(Exception):
    """A secret's file that cannot be used; the message says why and what to do."""


def load_or_create_secret(directory: Path, name: str, size: int = 32) -> bytes:
    """The `size` random bytes kept in `directory/name`; made there if the file is missing.

    Processes that start at once get the same bytes. Raises `SecretError` if the file is open to
    others than its owner, has another length, or cannot be read or made.
    """
    path = directory / name
    secret = load_or_create(path, lambda: token_bytes(size))
    if len(secret) != size:
        raise SecretError(
            f"{path} holds {len(secret)} bytes where {size} were expected: restore it from a "
            f"backup. Whatever was derived with the old secret cannot be derived with a new one."
        )
    return secret


def load_or_create(path: Path, make: Callable[[], bytes]) -> bytes:
    """The content of a file that only its owner can read; made by `make` if it is missing.

    The first process to finish making it wins, and every other returns what that one wrote.
    Raises `SecretError`.
    """
    try:
        content = _read(path)
        if content is None:
            _create(path, make())
            content = _read(path)
    except OSError as error:
        raise SecretError(
            f"{path} cannot be read or made: {error.strerror}. IJAZA_KEYS must name a folder "
            "that this user can write in, on a file system with hard links."
        ) from error
    if not content:
        raise SecretError(f"{path} is empty: restore it from a backup.")
    return content


def _read(path: Path) -> bytes | None:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with file:
        mode = os.fstat(file.fileno()).st_mode & 0o777
        if mode & 0o077:
            raise SecretError(
                f"{path} has mode {mode:04o}, so that others than its owner can reach it: "
                f"expected 0600. Run `chmod 600 {path}`, and replace the secret if it was read."
            )
        return file.read()


def _create(path: Path, content: bytes) -> None:
    """Write the whole file beside `path`, then link it there: never half of it, never over one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{token_hex(8)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def require(keys: Path, *names: str) -> None:
    """Raise `SecretError` unless all these files are there: where new ones would help nobody."""
    missing = [name for name in names if not (keys / name).is_file()]
    if missing:
        raise SecretError(
            f"{keys} lacks {', '.join(missing)}: set IJAZA_KEYS to the folder of the keys with "
            "which all this was made."
        )
