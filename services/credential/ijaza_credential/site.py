"""What an issuer's site serves: its DID document, and of each edition register and status lists.

A publication is made anew only when a state or a document has changed since: to find that out,
the headings of the edition's documents are read, not their bodies.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from hashlib import sha256

from ijaza_runtime.references import References
from ijaza_runtime.store import Store

from ijaza_credential.desk import COLLECTION as DOCUMENTS
from ijaza_credential.desk import DocumentDesk, Documents
from ijaza_credential.documents.did import build_did_document, serialise_did_document
from ijaza_credential.documents.keys import IssuerKey
from ijaza_credential.domain.programme import BEGINNING
from ijaza_credential.domain.state import State
from ijaza_credential.handlers import EDITIONS
from ijaza_credential.publication import Publication, publish
from ijaza_credential.storage import COLLECTION as STATES
from ijaza_credential.storage import decode

HEADINGS = 5_000
"""Headings that are read at once."""
STATES_PAGE = 200
"""Participants whose documents are in memory at once."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A publication, and what it was made of."""

    basis: str
    publication: Publication


class IssuerSite:
    """Finds what anybody may have; it keeps the last publication of each edition in memory."""

    def __init__(
        self, *, store: Store, references: References, desk: DocumentDesk, key: IssuerKey
    ) -> None:
        self._store = store
        self._references = references
        self._desk = desk
        self._key = key
        self._made: dict[str, _Made] = {}
        self._making = asyncio.Lock()

    async def did_document(self, host: str) -> bytes | None:
        """The DID document of the only host there is; of several, that of `host`, or None."""
        hosts = {
            definition.issuer.did_host
            for edition in (await self._desk.definitions()).values()
            for definition in edition.by_revision.values()
        }
        did_host = next(iter(hosts)) if len(hosts) == 1 else host.lower()
        if did_host not in hosts:
            return None
        return serialise_did_document(build_did_document(did_host, [self._key.multibase]))

    async def publication(self, edition: str) -> Publication | None:
        """An edition's register and status lists as of now.

        None if the edition is not known, or is open and has issued nothing.
        """
        definitions = (await self._desk.definitions()).get(edition)
        if definitions is None:
            return None
        await self._references.refresh()
        programme = self._references.get(EDITIONS, edition)
        closed_at = programme.closed_at if programme else None
        # Of several who ask at once, one makes what all are given.
        async with self._making:
            basis = await self._basis(edition, f"{definitions.stamp}/{closed_at}")
            made = self._made.get(edition)
            if made is not None and made.basis == basis:
                return made.publication
            issued: list[State] = []
            documents: dict[str, Documents] = {}
            async for state, found in self._issued(edition):
                issued.append(state)
                documents.update(found)
            if not issued and closed_at is None:
                return None
            publication = await asyncio.to_thread(
                publish,
                edition=edition,
                did_host=definitions.newest.issuer.did_host,
                states=issued,
                documents=documents,
                key=self._key,
                closed_at=closed_at or BEGINNING,  # dates only what lists no certificate
            )
            self._made[edition] = _Made(basis, publication)
            return publication

    async def _basis(self, edition: str, terms: str) -> str:
        """Changes whenever a publication would."""
        digest = sha256(terms.encode())
        for collection in (STATES, DOCUMENTS):
            after = ""
            while page := await self._store.headings(
                collection, scope=edition, after=after, most=HEADINGS
            ):
                after = page[-1].key
                digest.update("".join(f"\n{each.key} {each.version}" for each in page).encode())
            digest.update(b"\n\n")
        return digest.hexdigest()

    async def _issued(self, edition: str) -> AsyncIterator[tuple[State, dict[str, Documents]]]:
        """Those who were issued certificates, and the hashes of these by the credential's id."""
        after = ""
        while page := await self._store.page(STATES, scope=edition, after=after, most=STATES_PAGE):
            after = page[-1].key
            states = [state for each in page if (state := decode(each.body)).issued]
            found = await self._desk.find(
                issued.credential_id for state in states for issued in state.issued.values()
            )
            for state in states:
                yield (
                    state,
                    {
                        issued.credential_id: replace(files, pdf=None, credential=None)
                        for issued in state.issued.values()
                        if (files := found.get(issued.credential_id)) is not None
                    },
                )
