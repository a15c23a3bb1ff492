"""The document desk: makes the credential and the PDF of each certificate that is issued.

It follows `credential.events`, so that issuing waits for no page. What it makes follows from the
recorded decision, the edition as it was at that revision, and the issuer's key: made again after
a crash, the bytes are the same. Documents are never replaced; erasing a person removes them, and
their hashes stay.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import msgspec
from ijaza_contracts.credential import CertificateIssued
from ijaza_contracts.edition import Edition
from ijaza_contracts.enrollment import EditionPublished
from ijaza_contracts.envelope import Event
from ijaza_contracts.topics import EDITIONS
from ijaza_runtime.bus import partition_of
from ijaza_runtime.fold import Table
from ijaza_runtime.observe import log
from ijaza_runtime.references import References
from ijaza_runtime.store import Document, Store

from ijaza_credential.documents.credential import build_credential, serialise_credential
from ijaza_credential.documents.keys import IssuerKey
from ijaza_credential.documents.pdf import render_pdf
from ijaza_credential.documents.proof import sign
from ijaza_credential.domain.state import State
from ijaza_credential.facts import facts_of
from ijaza_credential.handlers import PEOPLE
from ijaza_credential.storage import COLLECTION as STATES
from ijaza_credential.storage import decode as decode_state

COLLECTION = "documents"


@dataclass(frozen=True, slots=True)
class Definitions:
    """An edition as each of its revisions had it."""

    by_revision: Mapping[int, Edition]

    @property
    def stamp(self) -> str:
        return str(max(self.by_revision))

    @property
    def newest(self) -> Edition:
        """The definition of the newest revision."""
        return self.by_revision[max(self.by_revision)]


def on_edition_published(current: Definitions | None, event: EditionPublished) -> Definitions:
    """Keep every revision: a document says what its own had."""
    known = current.by_revision if current else {}
    return Definitions({**known, event.revision: event.definition})


DEFINITIONS: Table[Definitions] = Table(EDITIONS, {EditionPublished: on_edition_published})


@dataclass(frozen=True, slots=True)
class Documents:
    """The files of one certificate and their SHA-256; the files are None once erased."""

    credential_id: str
    pdf_sha256: str
    credential_sha256: str
    pdf: bytes | None
    credential: bytes | None
    schema: int = 1


_decoder = msgspec.json.Decoder(Documents)


class DocumentDesk:
    """Makes documents, keeps them, and finds them again by the credential's id."""

    def __init__(
        self, *, store: Store, references: References, key: IssuerKey, partitions: int
    ) -> None:
        self._store = store
        self._references = references
        self._key = key
        self._partitions = partitions

    async def project(self, events: Sequence[Event]) -> None:
        """Make the documents of the certificates issued by these events, where they are missing.

        Raises `LookupError` if an edition's revision is not known yet: the events come again.
        """
        issued = [event for event in events if isinstance(event, CertificateIssued)]
        await self._references.refresh()
        stored = await self._store.load(COLLECTION, [event.credential_id for event in issued])
        missing = [event for event in issued if event.credential_id not in stored]
        states = await self._store.load(STATES, list({event.participant for event in missing}))
        for event in missing:
            document = states.get(event.participant)
            if document is not None:
                await self._make(event, decode_state(document.body))

    async def find(self, credential_ids: Iterable[str]) -> dict[str, Documents]:
        """The documents of those credentials that have some, by the credential's id."""
        stored = await self._store.load(COLLECTION, list(credential_ids))
        return {key: _decoder.decode(document.body) for key, document in stored.items()}

    async def definitions(self) -> Mapping[str, Definitions]:
        """Every edition that is known by now, by its id."""
        await self._references.refresh()
        return self._references.all(DEFINITIONS)

    async def forget_erased(self) -> bool:
        """Remove the files of those who were erased since the last call; their hashes stay.

        After a start that is everybody ever erased: what a crash left undone is done then.
        """
        await self._references.refresh()
        touched = self._references.touched.take(PEOPLE.topic.name)
        erased = [key for key in touched if self._references.get(PEOPLE, key) is None]
        if not erased:
            return False
        states = await self._store.load(STATES, erased)
        issued = [
            each.credential_id
            for document in states.values()
            for each in decode_state(document.body).issued.values()
        ]
        return await self._erase(issued)

    async def _erase(self, credential_ids: Sequence[str]) -> bool:
        stored = await self._store.load(COLLECTION, credential_ids)
        changed = []
        for document in stored.values():
            files = _decoder.decode(document.body)
            if files.pdf is not None or files.credential is not None:
                body = msgspec.json.encode(replace(files, pdf=None, credential=None))
                changed.append(replace(document, version=document.version + 1, body=body))
        if not changed:
            return False
        refused = await self._store.save(COLLECTION, changed)
        log.info("documents erased", documents=len(changed) - len(refused))
        return True

    async def _make(self, event: CertificateIssued, state: State) -> None:
        stated = state.stated.get(event.version)
        if stated is None:
            # The person was erased, or renamed, before the page was made: nothing may be made up.
            log.warning("no documents", edition=event.edition, version=event.version)
            return
        definitions = self._references.get(DEFINITIONS, event.edition)
        definition = definitions.by_revision.get(event.revision) if definitions else None
        if definition is None:
            raise LookupError(f"revision {event.revision} of edition {event.edition}: not known")
        facts = facts_of(state.issued[event.version], stated, event.version, definition)
        credential = serialise_credential(sign(build_credential(facts), self._key, facts.issued_at))
        pdf = render_pdf(facts, credential)
        made = Documents(
            credential_id=event.credential_id,
            pdf_sha256=sha256(pdf).hexdigest(),
            credential_sha256=sha256(credential).hexdigest(),
            pdf=pdf,
            credential=credential,
        )
        await self._store.save(
            COLLECTION,
            [
                Document(
                    key=event.credential_id,
                    version=1,
                    scope=event.edition,
                    partition=partition_of(event.participant, self._partitions),
                    basis="",
                    body=msgspec.json.encode(made),
                )
            ],
        )
