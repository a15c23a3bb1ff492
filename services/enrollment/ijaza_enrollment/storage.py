"""Enrollment's documents: four collections, each a shelf of one kind of state.

| collection | key | state |
|---|---|---|
| editions | edition | EditionState |
| applicants | participant | Applicant |
| selections | edition | Run |
| selection_pages | edition/page | Page |

Every document is written alone, with the events that follow from that write in its outbox, and
with what it has become for enrollment's own journal: from that the store can be rebuilt.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from ijaza_contracts.journal import DocumentJournaled
from ijaza_contracts.topics import ENROLLMENT_JOURNAL, PEOPLE
from ijaza_runtime.bus import BusError, Record
from ijaza_runtime.documents import Codec, Upcast
from ijaza_runtime.errors import Conflicting
from ijaza_runtime.observe import log
from ijaza_runtime.outbox import Outbox, record_of
from ijaza_runtime.store import Document, Store
from pydantic import BaseModel

from ijaza_enrollment.domain.applicants import Applicant
from ijaza_enrollment.domain.editions import EditionState
from ijaza_enrollment.domain.run import Page, Run

EDITIONS = "editions"
APPLICANTS = "applicants"
RUNS = "selections"
PAGES = "selection_pages"
COLLECTIONS = (EDITIONS, APPLICANTS, RUNS, PAGES)

SCHEMAS: Mapping[str, int] = {EDITIONS: 2, APPLICANTS: 1, RUNS: 1, PAGES: 1}
"""Raised with every change of what is stored; an older document is then made new on reading."""

TRIES = 20
"""How often a write is tried anew because somebody else wrote the same document meanwhile."""

_SCAN = 500

T = TypeVar("T")


def _first_to_second(edition: dict[str, Any]) -> dict[str, Any]:
    """Before sessions could be merged, none was."""
    return {**edition, "merged": []}


_UPCASTS: Mapping[str, Mapping[int, Upcast]] = {EDITIONS: {1: _first_to_second}}


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A state as stored, with what is to be known for writing over it.

    `version` counts in one store; `write` counts in the journal, which outlives it.
    """

    key: str
    version: int
    write: int
    state: T
    outbox: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """A state to write, and the records that follow. What was still unsent goes before them.

    `at` is the time of the latest fact in the state. What `forgets` drops what is unsent of a
    person, and has the journal erase what it said before.
    """

    state: T
    at: datetime
    records: tuple[Record, ...] = ()
    forgets: bool = False


class Shelf(Generic[T]):
    """One collection, its documents as states of one kind."""

    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        collection: str,
        kind: type[T],
        key: Callable[[T], str],
        scope: Callable[[T], str],
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._collection = collection
        decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(kind, dec_hook=_model)
        upcasts = _UPCASTS.get(collection, {})
        self._codec = Codec(collection, SCHEMAS[collection], decoder, _encoder, upcasts)
        self._key = key
        self._scope = scope

    async def get(self, key: str) -> Kept[T] | None:
        """One state, or None."""
        return (await self.load([key])).get(key)

    async def load(self, keys: Sequence[str]) -> dict[str, Kept[T]]:
        """Those states that exist of the keys asked for."""
        documents = await self._store.load(self._collection, keys)
        return {key: self._kept(document) for key, document in documents.items()}

    async def scan(self, edition: str) -> list[Kept[T]]:
        """All states of an edition, by key."""
        kept: list[Kept[T]] = []
        after = ""
        while documents := await self._store.page(
            self._collection, scope=edition, after=after, most=_SCAN
        ):
            kept.extend(self._kept(document) for document in documents)
            after = documents[-1].key
        return kept

    async def save(self, changes: Sequence[tuple[Change[T], Kept[T] | None]]) -> frozenset[str]:
        """Write states over what they were made from, and send what follows.

        Returns the keys that somebody else wrote meanwhile; those are unchanged.
        """
        documents = [self._document(change, kept) for change, kept in changes]
        if not documents:
            return frozenset()
        try:
            return await self._outbox.save_and_send(self._collection, documents)
        except BusError as fault:
            # What was saved is durable with its outbox, and the relay sends it; but which of the
            # documents were saved, only the store knows now.
            log.warning("events wait in the outbox", why=str(fault))
            return await self._refused(documents)

    async def update(
        self, keys: Sequence[str], decide: Callable[[str, T | None], Change[T] | None]
    ) -> dict[str, T]:
        """Change states by a pure function, which sees each as it is now, until all are written.

        `decide` returns None to leave a state as it is; what it raises ends the update before
        anything is written, unless others interfered. Returns the states after it.
        Raises `Conflicting` if others kept writing the same documents.
        """
        left = list(dict.fromkeys(keys))
        states: dict[str, T] = {}
        for _ in range(TRIES):
            stored = await self.load(left)
            changes: dict[str, Change[T]] = {}
            for key in left:
                kept = stored.get(key)
                change = decide(key, kept.state if kept else None)
                if change is not None:
                    changes[key] = change
                    states[key] = change.state
                elif kept:
                    states[key] = kept.state
            refused = await self.save([(changes[key], stored.get(key)) for key in changes])
            left = [key for key in left if key in refused]
            if not left:
                return states
        raise too_busy(self._collection)

    def restored(self, journaled: DocumentJournaled, before: Document | None) -> Document:
        """The document that the journal tells of, to be written over `before`.

        Its basis is the number of the write: in whatever order writes are told, the last one
        stands. Raises `NewerSchemaError`.
        """
        state = self._codec.decode(journaled.stored.encode())
        return Document(
            key=self._key(state),
            version=before.version + 1 if before else 1,
            scope=self._scope(state),
            partition=0,
            basis=str(journaled.write),
            body=self._codec.encode(state),
        )

    def _kept(self, document: Document) -> Kept[T]:
        state = self._codec.decode(document.body)
        return Kept(
            document.key,
            document.version,
            int(document.basis or document.version),
            state,
            document.outbox,
        )

    def _document(self, change: Change[T], kept: Kept[T] | None) -> Document:
        key, scope = self._key(change.state), self._scope(change.state)
        write = kept.write + 1 if kept else 1
        body = self._codec.encode(change.state)
        journaled = record_of(
            DocumentJournaled(
                edition=scope,
                at=change.at,
                collection=self._collection,
                document=key,
                write=write,
                stored=body.decode(),
            )
        )
        # What the journal was still to say of the document, this says over it.
        silenced = {ENROLLMENT_JOURNAL.name, PEOPLE.name if change.forgets else ""}
        unsent = tuple(each for each in (kept.outbox if kept else ()) if each.topic not in silenced)
        if change.forgets:
            unsent += (journaled._replace(value=None),)
        return Document(
            key=key,
            version=kept.version + 1 if kept else 1,
            scope=scope,
            partition=0,  # enrollment consumes nothing, so no process owns its documents
            basis=str(write),  # enrollment decides nothing later
            body=body,
            outbox=(*unsent, *change.records, journaled),
        )

    async def _refused(self, documents: Sequence[Document]) -> frozenset[str]:
        stored = await self._store.load(self._collection, [each.key for each in documents])
        return frozenset(each.key for each in documents if not _is(stored, each))


class Shelves:
    """All that enrollment stores; `restoring` finds a shelf by its collection."""

    def __init__(self, store: Store, outbox: Outbox) -> None:
        self.editions = Shelf(
            store, outbox, EDITIONS, EditionState, lambda one: one.id, lambda one: one.id
        )
        self.applicants = Shelf(
            store,
            outbox,
            APPLICANTS,
            Applicant,
            lambda one: one.participant,
            lambda one: one.edition,
        )
        self.runs = Shelf(
            store, outbox, RUNS, Run, lambda one: one.edition, lambda one: one.edition
        )
        self.pages = Shelf(
            store,
            outbox,
            PAGES,
            Page,
            lambda one: page_key(one.edition, one.index),
            lambda one: one.edition,
        )
        self.restoring: Mapping[str, Shelf[Any]] = {
            EDITIONS: self.editions,
            APPLICANTS: self.applicants,
            RUNS: self.runs,
            PAGES: self.pages,
        }


def page_key(edition: str, index: int) -> str:
    """The key of a page; the pages of an edition are in order by it."""
    return f"{edition}/{index:06d}"


def too_busy(collection: str) -> Conflicting:
    """Others kept changing the same documents."""
    return Conflicting(
        "too-busy", f"others kept changing the same {collection}: send the same again"
    )


def _is(stored: Mapping[str, Document], document: Document) -> bool:
    found = stored.get(document.key)
    return found is not None and found.version == document.version and found.body == document.body


def _plain(value: Any) -> Any:
    """A contract's model inside a state, as the JSON that the contract gives it."""
    if isinstance(value, BaseModel):
        return msgspec.Raw(value.model_dump_json().encode())
    raise TypeError(f"{type(value).__name__} cannot be stored")


def _model(kind: type[Any], value: Any) -> Any:
    if issubclass(kind, BaseModel):
        return kind.model_validate(value)
    raise TypeError(f"{kind.__name__} cannot be read back")


_encoder = msgspec.json.Encoder(enc_hook=_plain, order="deterministic")
