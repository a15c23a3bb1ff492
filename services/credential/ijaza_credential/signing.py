"""Which key signs now, and which keys the issuer's DID document lists.

What the issuer announced is told by `operations.keys`, and so all processes know the same keys.
Which of them a process has is told by its folder. It signs with the newest that is both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ijaza_contracts.issuer import SigningKeyAnnounced, SigningKeyRetired
from ijaza_contracts.topics import SIGNING_KEYS
from ijaza_runtime.fold import Table
from ijaza_runtime.observe import log
from ijaza_runtime.references import References
from ijaza_runtime.secrets import SecretError

from ijaza_credential.documents.key_folder import KeyFolder
from ijaza_credential.documents.keys import IssuerKey


@dataclass(frozen=True, slots=True)
class AnnouncedKey:
    """A key as its events tell of it; `public_key` is empty before it was announced."""

    key_id: str
    public_key: str = ""
    retired: bool = False
    compromised: bool = False

    @property
    def number(self) -> int:
        """Its place in the order in which keys were announced, from 1."""
        return int(self.key_id[1:])

    @property
    def stamp(self) -> str:
        """Changes with what is told of the key."""
        return f"{self.public_key}/{self.retired}/{self.compromised}"


def on_key_announced(current: AnnouncedKey | None, event: SigningKeyAnnounced) -> AnnouncedKey:
    """Of two keys under one id the first on the topic stands: so all processes agree."""
    known = current or AnnouncedKey(event.key_id)
    return known if known.public_key else replace(known, public_key=event.public_key)


def on_key_retired(current: AnnouncedKey | None, event: SigningKeyRetired) -> AnnouncedKey:
    """What was once said to be compromised is never trusted again."""
    known = current or AnnouncedKey(event.key_id)
    return replace(known, retired=True, compromised=known.compromised or event.compromised)


KEYS: Table[AnnouncedKey] = Table(
    SIGNING_KEYS,
    {SigningKeyAnnounced: on_key_announced, SigningKeyRetired: on_key_retired},
)


class IssuerKeys:
    """The keys that the issuer announced, and those that this process has.

    `references` reads `KEYS`. Who asks and has not refreshed it hears what was known before.
    """

    def __init__(self, folder: Path, references: References) -> None:
        self._folder = KeyFolder(folder)
        self._references = references
        self._missed = ""

    async def refresh(self) -> None:
        """Learn what was announced until now."""
        await self._references.refresh()

    @property
    def first(self) -> IssuerKey:
        """The oldest key that is here: before any was announced, the issuer's only one."""
        return self._folder.first

    def announced(self) -> Sequence[AnnouncedKey]:
        """Every key that was announced, oldest first."""
        known = [each for each in self._references.all(KEYS).values() if each.public_key]
        return sorted(known, key=lambda each: each.number)

    def signing(self) -> IssuerKey:
        """The key that signs: the newest that is announced, not retired, and here.

        Raises `SecretError` if this process has none of those.
        """
        announced = self.announced()
        if not announced:
            return self._folder.first
        allowed = [each for each in reversed(announced) if not each.retired]
        for each in allowed:
            key = self._folder.find(each.public_key)
            if key is not None:
                self._tell(allowed[0], each)
                return key
        wanted = ", ".join(each.key_id for each in allowed) or "a new one: `ijaza keys rotate`"
        raise SecretError(f"this process has no key that the issuer signs with: it needs {wanted}")

    def listed(self) -> tuple[str, ...]:
        """The public keys by which signatures are accepted, oldest first.

        Retired ones are among them, for what they signed stays valid; compromised ones are not.
        """
        announced = self.announced()
        if not announced:
            return (self._folder.first.multibase,)
        return tuple(each.public_key for each in announced if not each.compromised)

    def ever(self) -> frozenset[str]:
        """Every public key that was ever the issuer's, compromised ones too."""
        return frozenset((self._oldest, *(each.public_key for each in self.announced())))

    def find(self, name: str) -> IssuerKey | None:
        """The key that `DocumentsMade` names, or None if it is not here."""
        return self._folder.find(name or self._oldest)

    def name_of(self, key: IssuerKey) -> str:
        """How `DocumentsMade` names a key: by its public half, the issuer's first by nothing."""
        return self._name(key.multibase)

    def named(self, key_id: str) -> str | None:
        """How `DocumentsMade` names the key of an id; None if the issuer has none of it."""
        announced = self.announced()
        if not announced:
            return "" if key_id == "k1" else None
        found = (each.public_key for each in announced if each.key_id == key_id)
        return next((self._name(each) for each in found), None)

    def add(self, number: int, reference: str = "") -> IssuerKey:
        """The key of a number, made in the folder if there is none. Nothing is announced.

        Raises `SecretError`.
        """
        return self._folder.add(number, reference)

    def has(self, each: AnnouncedKey) -> bool:
        """Whether this process has an announced key."""
        return self._folder.find(each.public_key) is not None

    def _name(self, public_key: str) -> str:
        return "" if public_key == self._oldest else public_key

    @property
    def _oldest(self) -> str:
        announced = self.announced()
        return announced[0].public_key if announced else self._folder.first.multibase

    def _tell(self, newest: AnnouncedKey, used: AnnouncedKey) -> None:
        """Say once that an older key signs, since the newest is not here."""
        if used is not newest and self._missed != newest.key_id:
            self._missed = newest.key_id
            log.warning("newest key missing", missing=newest.key_id, signing=used.key_id)
