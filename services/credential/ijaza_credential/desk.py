"""The document desk: makes the credential and the PDF of each certificate that is issued.

It follows `credential.events`, so that issuing waits for no page. What it makes follows from the
recorded decision, the edition as it was at that revision, and the issuer's key: made again after
a crash, the bytes are the same. Documents are never replaced; erasing a person removes them, and
their hashes stay. `DocumentsMade` tells of these, so that a store can be rebuilt.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
from ijaza_contracts.credential import CertificateIssued, DocumentsMade
from ijaza_contracts.edition import Edition
from ijaza_contracts.enrollment import EditionPublished
from ijaza_contracts.envelope import Event
from ijaza_contracts.topics import EDITIONS
from ijaza_runtime.bus import partition_of
from ijaza_runtime.documents import NewerSchemaError
from ijaza_runtime.fold import Table
from ijaza_runtime.observe import log
from ijaza_runtime.outbox import Outbox, record_of
from ijaza_runtime.references import References
from ijaza_runtime.store import Document, Store

from ijaza_credential.documents.subject import CertificateFacts
from ijaza_credential.domain.state import State
from ijaza_credential.facts import facts_of
from ijaza_credential.handlers import PEOPLE
from ijaza_credential.making import Files, Wanted, make
from ijaza_credential.printers import Printers
from ijaza_credential.signing import IssuerKeys
from ijaza_credential.storage import COLLECTION as STATES
from ijaza_credential.storage import decode as decode_state
from ijaza_credential.templates.press import Press
from ijaza_credential.templates.sandbox import TemplateError
from ijaza_credential.templates.shelf import Shelf

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
    """The files of one certificate and their SHA-256; the files are None once erased.

    `template` is the digest of the pack that it was printed with, empty for our own template.
    `signed_by` names the key as `DocumentsMade` does.
    """

    credential_id: str
    pdf_sha256: str
    credential_sha256: str
    pdf: bytes | None
    credential: bytes | None
    schema: int = 1
    template: str = ""
    signed_by: str = ""


SCHEMA = 1
"""Raised with every change that an older version would misread."""
_decoder = msgspec.json.Decoder(Documents)


def decode(body: bytes) -> Documents:
    """What a document holds. Raises `NewerSchemaError` for one of a newer version."""
    documents = _decoder.decode(body)
    if documents.schema > SCHEMA:
        raise NewerSchemaError(COLLECTION, documents.schema, SCHEMA)
    return documents


class DocumentDesk:
    """Makes documents, keeps them, and finds them again by the credential's id."""

    def __init__(
        self,
        *,
        store: Store,
        outbox: Outbox,
        references: References,
        keys: IssuerKeys,
        shelf: Shelf,
        partitions: int,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._references = references
        self._keys = keys
        self._partitions = partitions
        self._shelf = shelf
        self._printers = Printers()
        self._press = Press()

    async def close(self) -> None:
        """Make nothing more."""
        self._printers.close()
        self._press.close()

    async def project(self, events: Sequence[Event]) -> None:
        """Make the documents of the certificates issued by these events, where they are missing.

        Raises `LookupError` if an edition's revision is not known yet, and what `Printers.print`
        does: the events come again. What could be made is kept by then.
        """
        issued = [event for event in events if isinstance(event, CertificateIssued)]
        await self._references.refresh()
        stored = await self._store.load(COLLECTION, [event.credential_id for event in issued])
        # An event that was sent again can be in the batch twice.
        by_id = {event.credential_id: event for event in issued}
        missing = [event for key, event in by_id.items() if key not in stored]
        states = await self._store.load(STATES, list({event.participant for event in missing}))
        packs = await self._shelf.active(event.edition for event in missing)
        wanted: dict[str, Wanted] = {}
        for event in missing:
            if event.participant not in states:
                continue
            facts = self._facts(decode_state(states[event.participant].body), event.version)
            if facts is not None:
                pack = packs.get(event.edition)
                wanted[event.credential_id] = Wanted(facts, self._keys.signing(), pack)
            else:
                # The person was erased before the page was made: nothing may be made up.
                log.warning("no documents", edition=event.edition, version=event.version)
        made = await self._all_made(wanted)
        await self._outbox.save_and_send(
            COLLECTION,
            [
                self._made(by_id[each], files, wanted[each])
                for each, files in made.items()
                if isinstance(files, Files)
            ],
        )
        _raise_first(made.values())

    async def remake(self, events: Sequence[DocumentsMade]) -> None:
        """Make again what these events tell of, where it is missing. Nothing is sent.

        Where that is not possible, or gives other bytes, the hashes are kept without files: a file
        that the register does not know would be accepted by nobody.
        """
        await self._references.refresh()
        stored = await self._store.load(COLLECTION, [event.credential_id for event in events])
        missing = [event for event in events if event.credential_id not in stored]
        states = await self._store.load(STATES, list({event.participant for event in missing}))
        packs = await self._shelf.packs(event.template for event in missing)
        wanted: dict[str, Wanted] = {}
        for event in missing:
            state, key = states.get(event.participant), self._keys.find(event.signed_by)
            facts = self._facts(decode_state(state.body), event.version) if state else None
            pack = packs.get(event.template)
            if facts is not None and key is not None and (pack or not event.template):
                wanted[event.credential_id] = Wanted(facts, key, pack)
        made = await self._all_made(wanted)
        _raise_first(made.values())
        remade = {
            event.credential_id: self._document(
                event, _proven(event, made.get(event.credential_id))
            )
            for event in missing
        }
        await self._store.save(COLLECTION, list(remade.values()))

    async def find(self, credential_ids: Iterable[str]) -> dict[str, Documents]:
        """The documents of those credentials that have some, by the credential's id."""
        stored = await self._store.load(COLLECTION, list(credential_ids))
        return {key: decode(document.body) for key, document in stored.items()}

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
            files = decode(document.body)
            if files.pdf is not None or files.credential is not None:
                body = msgspec.json.encode(replace(files, pdf=None, credential=None))
                changed.append(replace(document, version=document.version + 1, body=body))
        if not changed:
            return False
        refused = await self._store.save(COLLECTION, changed)
        log.info("documents erased", documents=len(changed) - len(refused))
        return True

    async def _all_made(self, wanted: dict[str, Wanted]) -> dict[str, Files | Exception]:
        """What came of each. Where a pack fails, our own template takes its place in `wanted`."""

        async def made(some: dict[str, Wanted]) -> dict[str, Files | Exception]:
            found = await make(list(some.values()), self._printers, self._press)
            return dict(zip(some, found, strict=True))

        first = await made(wanted)
        failed = {
            key: wanted[key] for key, each in first.items() if isinstance(each, TemplateError)
        }
        for each in failed.values():
            # What the template says of it could repeat a name.
            log.error("template failed", edition=each.facts.edition, template=each.template)
        again = {key: each._replace(pack=None) for key, each in failed.items()}
        wanted |= again
        return first | await made(again)

    def _made(self, issued: CertificateIssued, files: Files, wanted: Wanted) -> Document:
        """The documents of a certificate, with the event that tells of them."""
        pdf_sha256, credential_sha256 = files.hashes
        event = DocumentsMade(
            edition=issued.edition,
            participant=issued.participant,
            at=issued.at,
            serial=issued.serial,
            credential_id=issued.credential_id,
            version=issued.version,
            pdf_sha256=pdf_sha256,
            credential_sha256=credential_sha256,
            signed_by=self._keys.name_of(wanted.key),
            template=wanted.template,
        )
        return replace(self._document(event, files), outbox=(record_of(event),))

    def _facts(self, state: State, version: int) -> CertificateFacts | None:
        """What a certificate says; None if that is not known (any more).

        Raises `LookupError` if the edition's revision is not known yet.
        """
        issued, stated = state.issued.get(version), state.stated.get(version)
        if issued is None or stated is None:
            return None
        definitions = self._references.get(DEFINITIONS, state.edition)
        definition = definitions.by_revision.get(issued.revision) if definitions else None
        if definition is None:
            raise LookupError(f"revision {issued.revision} of edition {state.edition}: not known")
        return facts_of(issued, stated, version, definition)

    def _document(self, event: DocumentsMade, files: Files | None) -> Document:
        kept = Documents(
            credential_id=event.credential_id,
            pdf_sha256=event.pdf_sha256,
            credential_sha256=event.credential_sha256,
            pdf=files.pdf if files else None,
            credential=files.credential if files else None,
            template=event.template,
            signed_by=event.signed_by,
        )
        return Document(
            key=event.credential_id,
            version=1,
            scope=event.edition,
            partition=partition_of(event.participant, self._partitions),
            basis="",
            body=msgspec.json.encode(kept),
        )


def _proven(event: DocumentsMade, files: Files | Exception | None) -> Files | None:
    """Files if they are, byte for byte, those that the event tells of."""
    if not isinstance(files, Files):
        return None
    if files.hashes == (event.pdf_sha256, event.credential_sha256):
        return files
    log.error("documents differ", edition=event.edition, version=event.version)
    return None


def _raise_first(made: Iterable[Files | Exception]) -> None:
    """Raise what kept a certificate's documents from being made, if anything did."""
    for each in made:
        if isinstance(each, Exception):
            raise each
