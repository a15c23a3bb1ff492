"""What an issuer's site serves: its DID document, and of each edition register and status lists.

Each request is answered with what the store holds now. To find out what changed, the headings of
the edition's documents are read, not their bodies; what changed is read, and only the lists whose
bits changed are signed again.
"""

import asyncio
from collections.abc import Sequence
from time import monotonic

from ijaza_runtime.references import References
from ijaza_runtime.store import Store

from ijaza_credential.desk import COLLECTION as DOCUMENTS
from ijaza_credential.desk import DocumentDesk
from ijaza_credential.documents.did import build_did_document, did_of, serialise_did_document
from ijaza_credential.documents.register import RegisterEntry
from ijaza_credential.domain.programme import BEGINNING
from ijaza_credential.handlers import EDITIONS
from ijaza_credential.publication import (
    Bit,
    Marks,
    Signed,
    bits_of,
    entries_of,
    marks_of,
    register,
    status_list,
)
from ijaza_credential.signing import IssuerKeys
from ijaza_credential.storage import COLLECTION as STATES
from ijaza_credential.storage import decode

HEADINGS = 5_000
"""Headings that are read at once."""
STATES_PAGE = 200
"""Participants whose documents are in memory at once."""
REST = 1.0
"""How many times as long as a look took the next one waits: a storm takes half of the time."""
LONGEST_REST = 0.5
"""Seconds that it waits at the most."""


class _Edition:
    """What was issued in one edition, as of the last look, and what of it was signed."""

    def __init__(self, edition: str, store: Store, desk: DocumentDesk) -> None:
        self._edition = edition
        self._store = store
        self._desk = desk
        self._versions: dict[str, dict[str, int]] = {STATES: {}, DOCUMENTS: {}}
        self._holders: dict[str, str] = {}
        self._bits: dict[str, list[Bit]] = {}
        self._entries: dict[str, list[RegisterEntry]] = {}
        self._marks: dict[int, Marks] | None = None
        self._signed: dict[int, tuple[Marks, Signed, bytes]] = {}
        self._register: tuple[Signed, bytes] | None = None
        self._looking = asyncio.Lock()
        self._next: asyncio.Task[None] | None = None
        self._rested = 0.0

    @property
    def empty(self) -> bool:
        """Whether nothing was issued."""
        return not self._entries

    async def look(self) -> None:
        """Learn what changed. Those who ask while a look goes on share the one after it."""
        if self._next is None:
            self._next = asyncio.create_task(self._look())
            self._next.add_done_callback(_heard)
        await asyncio.shield(self._next)

    def status_list(self, number: int, signed: Signed) -> bytes | None:
        """A list, signed again only if a bit or a date of it changed."""
        if self._marks is None:
            self._marks = marks_of(bit for bits in self._bits.values() for bit in bits)
        marks = self._marks.get(number)
        if marks is None:
            return None
        kept = self._signed.get(number)
        if kept is None or kept[:2] != (marks, signed):
            kept = self._signed[number] = (marks, signed, status_list(number, marks, signed))
        return kept[2]

    async def register(self, signed: Signed) -> bytes:
        """The register, made anew only if an entry changed."""
        if self._register is None or self._register[0] != signed:
            entries = [entry for entries in self._entries.values() for entry in entries]
            made = await asyncio.to_thread(register, entries, signed, BEGINNING)
            self._register = (signed, made)
        return self._register[1]

    async def _look(self) -> None:
        async with self._looking:
            await asyncio.sleep(max(0.0, self._rested - monotonic()))
            self._next = None  # whoever asks from here on may mean what this does not see
            begun = monotonic()
            states = await self._changed(STATES)
            made = await self._changed(DOCUMENTS)
            keys = sorted({*states, *(self._holders[key] for key in made if key in self._holders)})
            for start in range(0, len(keys), STATES_PAGE):
                await self._read(keys[start : start + STATES_PAGE])
            # Only now: what a failure left unread is found changed again.
            self._versions[STATES].update(states)
            self._versions[DOCUMENTS].update(made)
            took = monotonic() - begun
            self._rested = monotonic() + min(REST * took, LONGEST_REST)

    async def _changed(self, collection: str) -> dict[str, int]:
        """The versions of documents that have another one than at the last look."""
        known = self._versions[collection]
        changed: dict[str, int] = {}
        after = ""
        while page := await self._store.headings(
            collection, scope=self._edition, after=after, most=HEADINGS
        ):
            after = page[-1].key
            changed.update(
                (each.key, each.version) for each in page if known.get(each.key) != each.version
            )
        return changed

    async def _read(self, keys: Sequence[str]) -> None:
        stored = await self._store.load(STATES, keys)
        states = [state for each in stored.values() if (state := decode(each.body)).issued]
        if not states:
            return
        found = await self._desk.find(
            issued.credential_id for state in states for issued in state.issued.values()
        )
        for state in states:
            self._bits[state.participant] = bits_of(state)
            self._entries[state.participant] = entries_of(state, found)
            for issued in state.issued.values():
                self._holders[issued.credential_id] = state.participant
        self._marks = self._register = None


class IssuerSite:
    """Finds what anybody may have; it keeps in memory what was last published of each edition."""

    def __init__(
        self, *, store: Store, references: References, desk: DocumentDesk, keys: IssuerKeys
    ) -> None:
        self._store = store
        self._references = references
        self._desk = desk
        self._keys = keys
        self._editions: dict[str, _Edition] = {}

    async def did_document(self, host: str) -> bytes | None:
        """The DID document of the only host there is; of several, that of `host`, or None."""
        hosts = await self._hosts()
        did_host = next(iter(hosts)) if len(hosts) == 1 else host.lower()
        return self._did_document(did_host) if did_host in hosts else None

    async def did_document_of(self, did: str) -> bytes | None:
        """The DID document of an issuer, if it is one of this site."""
        named = [host for host in await self._hosts() if did_of(host) == did]
        return self._did_document(named[0]) if named else None

    async def status_list(self, edition: str, number: int) -> bytes | None:
        """A status list as of now; None if there is none with this number."""
        found = await self._found(edition)
        return found[0].status_list(number, found[1]) if found else None

    async def register(self, edition: str) -> bytes | None:
        """An edition's register as of now.

        None if the edition is not known, or is open and has issued nothing.
        """
        found = await self._found(edition)
        if found is None:
            return None
        programme = self._references.get(EDITIONS, edition)
        closed_at = programme.closed_at if programme else None
        if found[0].empty:
            return register([], found[1], closed_at) if closed_at else None
        return await found[0].register(found[1])

    async def _found(self, edition: str) -> tuple[_Edition, Signed] | None:
        definitions = (await self._desk.definitions()).get(edition)
        if definitions is None:
            return None
        await self._references.refresh()
        known = self._editions.get(edition)
        if known is None:
            known = self._editions[edition] = _Edition(edition, self._store, self._desk)
        await known.look()
        return known, Signed(edition, definitions.newest.issuer.did_host, self._keys.signing())

    async def _hosts(self) -> set[str]:
        return {
            definition.issuer.did_host
            for edition in (await self._desk.definitions()).values()
            for definition in edition.by_revision.values()
        }

    def _did_document(self, did_host: str) -> bytes:
        return serialise_did_document(build_did_document(did_host, self._keys.listed()))


def _heard(looking: "asyncio.Task[None]") -> None:
    """Whoever waits is told of a failure; if nobody does any more, nobody needs to be."""
    if not looking.cancelled():
        looking.exception()
