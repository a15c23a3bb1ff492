"""The issuer's keys in the folder of keys: flat files, `issuer.pem`, `issuer-k2.pem`, ….

A key that lies elsewhere has `.ref` in place of `.pem`, and in it one line that says where
(`key_references.py`). Files lie flat, for a Kubernetes Secret has no folders.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from ijaza_runtime.observe import log
from ijaza_runtime.secrets import SecretError, load_or_create

from .key_references import open_reference
from .keys import IssuerKey, key_of_pem, load_or_create_key, new_pem

FIRST = "issuer.pem"
FIRST_NAMES = (FIRST, "issuer.ref")
"""The file of the oldest key is one of these."""
_NAME = re.compile(r"issuer(?:-k([2-9]|[1-9][0-9]{1,3}))?\.(pem|ref)")


class KeyFolder:
    """The keys that this process has, by number: 1, 2, … in the order in which they were made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys: dict[int, IssuerKey] = {}
        if not self._files():
            load_or_create_key(folder / FIRST)
        self.look()
        if not self._keys:
            raise SecretError(f"no key of the issuer in {folder} can be used: see the log")

    @property
    def first(self) -> IssuerKey:
        """The oldest key that is here."""
        return self._keys[min(self._keys)]

    @property
    def by_number(self) -> Mapping[int, IssuerKey]:
        """All keys that can be used."""
        return self._keys

    def find(self, multibase: str) -> IssuerKey | None:
        """The key with this public half, if it is here; files that came meanwhile are seen."""
        for _ in range(2):
            for key in self._keys.values():
                if key.multibase == multibase:
                    return key
            self.look()
        return None

    def look(self) -> None:
        """Open what was not opened before.

        A device that does not answer is left for the next look: older keys go on. Raises
        `SecretError` for a PEM file that cannot be used: that does not mend itself.
        """
        for number, path in self._files().items():
            if number in self._keys:
                continue
            if path.suffix == ".pem":
                self._keys[number] = key_of_pem(load_or_create(path, new_pem), str(path))
                continue
            try:
                self._keys[number] = open_reference(load_or_create(path, bytes).decode())
            except (SecretError, UnicodeDecodeError) as error:
                log.error("key not usable", file=path.name, why=str(error))

    def add(self, number: int, reference: str = "") -> IssuerKey:
        """The key of a number, which is made if there is none: in a file, or where `reference` is.

        Processes that add it at once get the same one. Raises `SecretError`.
        """
        key = open_reference(reference) if reference else None
        name = "issuer" if number == 1 else f"issuer-k{number}"
        if self._files().get(number) is None:
            path = self._folder / f"{name}{'.ref' if key else '.pem'}"
            load_or_create(path, (lambda: f"{reference}\n".encode()) if key else new_pem)
        self._keys.pop(number, None)
        self.look()
        if number not in self._keys or (key and key.multibase != self._keys[number].multibase):
            raise SecretError(
                f"{self._folder} has another key of number {number} already: try again"
            )
        return self._keys[number]

    def _files(self) -> dict[int, Path]:
        """By number; a PEM file goes before a reference of the same number."""
        if not self._folder.is_dir():
            return {}
        found: dict[int, Path] = {}
        for path in sorted(self._folder.iterdir(), reverse=True):
            if match := _NAME.fullmatch(path.name):
                found[int(match[1] or 1)] = path
        return found


def first_key(folder: Path) -> IssuerKey:
    """The oldest key of a folder that has some.

    Raises:
        SecretError: there is none, or none can be used.
    """
    if not any((folder / name).is_file() for name in FIRST_NAMES):
        raise SecretError(
            f"{folder} lacks {FIRST}: set IJAZA_KEYS to the folder of the keys with which all "
            "this was made."
        )
    return KeyFolder(folder).first
