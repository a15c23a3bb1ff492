"""From a serial, however it was typed, to what is known of it.

What cannot be shown is not found, whatever the reason: a serial that nobody has, a text that is
none, a version that there is not, a holder who was erased. Each costs the same: one look into the
store, for what was typed or for something that is never there.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from ijaza_runtime.references import References
from ijaza_runtime.store import Document, Store

from ijaza_credential.desk import DocumentDesk, Documents
from ijaza_credential.documents.serial import SerialError, parse_serial
from ijaza_credential.domain.state import Issued, State
from ijaza_credential.handlers import PEOPLE
from ijaza_credential.storage import COLLECTION, decode
from ijaza_credential.verification.telling import Told, told

NOWHERE = "-"
"""A label that nothing has."""
FRESH = 1.0
"""Seconds for which editions and erasures that were read are not read again."""
KEPT = 1024
"""Holders whose pages are kept in memory."""
KEPT_FOR = 60.0
"""Seconds after which pages that nobody asked for are dropped."""
LONGEST = 200
"""Characters of an address that are looked at."""
LONGEST_NUMBER = 6


@dataclass(slots=True)
class Kept:
    """A holder's state of one version in the store, and the pages made of it with their ETags."""

    version: int
    state: State
    asked: float = 0.0
    pages: dict[tuple[int, str], tuple[bytes, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A certificate: its holder's state, and which of the versions was asked for."""

    kept: Kept
    version: int

    @property
    def state(self) -> State:
        return self.kept.state

    @property
    def issued(self) -> Issued:
        return self.kept.state.issued[self.version]


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate that somebody has the file of; `erased` says that nothing names its holder."""

    state: State
    version: int
    erased: bool


class Finder:
    """Finds certificates for whoever asks."""

    def __init__(
        self,
        *,
        store: Store,
        references: References,
        desk: DocumentDesk,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._store = store
        self._references = references
        self._desk = desk
        self._now = now
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._read = -FRESH

    async def find(self, serial: str, version: str = "") -> Found | None:
        """The certificate of a serial and version as they were typed; the newest if none was."""
        return await self._labelled(_label(serial), version)

    async def find_credential(self, credential_id: str) -> Held | None:
        """The certificate of a credential whose signature holds.

        Of somebody erased too: whoever has the file learns no more than what became of it.
        """
        await self._freshen()
        for document in await self._store.find(COLLECTION, credential_id):
            state = decode(document.body)
            for version, issued in state.issued.items():
                if issued.credential_id == credential_id:
                    erased = self._references.get(PEOPLE, document.key) is None
                    return Held(state, version, erased)
        return None

    async def documents(self, credential_id: str) -> Documents | None:
        """The files of a certificate; None while they are not made."""
        return (await self._desk.find([credential_id])).get(credential_id)

    async def told(self, found: Found) -> Told:
        """What the page of a certificate says.

        Raises `LookupError` if its edition's revision is not known yet.
        """
        definitions = (await self._desk.definitions()).get(found.state.edition)
        return told(found.state, found.version, definitions.by_revision if definitions else {})

    async def timezone(self, edition: str) -> str | None:
        """The timezone of an edition's days."""
        definitions = (await self._desk.definitions()).get(edition)
        return definitions.newest.timezone if definitions else None

    async def _labelled(self, label: str, version: str) -> Found | None:
        await self._freshen()
        documents = await self._store.find(COLLECTION, label)
        if not documents or self._references.get(PEOPLE, documents[0].key) is None:
            self._drop()
            return None
        kept = self._keep(documents[0])
        if not version:
            return Found(kept, kept.state.last_version)
        plain = version.isascii() and version.isdigit() and len(version) <= LONGEST_NUMBER
        number = int(version) if plain else 0
        return Found(kept, number) if number in kept.state.issued else None

    def _keep(self, document: Document) -> Kept:
        kept = self._kept.pop(document.key, None)
        if kept is None or kept.version != document.version:
            kept = Kept(document.version, decode(document.body))
        kept.asked = self._now()
        self._kept[document.key] = kept
        self._drop()
        return kept

    def _drop(self) -> None:
        """Drop what is too much or too old: pages name people, who may be erased."""
        oldest = self._now() - KEPT_FOR
        while self._kept:
            key, kept = next(iter(self._kept.items()))
            if len(self._kept) <= KEPT and kept.asked >= oldest:
                return
            del self._kept[key]

    async def _freshen(self) -> None:
        if self._now() - self._read >= FRESH:
            await self._references.refresh()
            self._read = self._now()


def _label(typed: str) -> str:
    try:
        return parse_serial(typed[:LONGEST])
    except SerialError:
        return NOWHERE
