"""From folded states to decisions, and to documents that are saved and sent.

A document remembers the basis of its last decision: the revision of its edition, and the person's
version. Wherever that differs from what holds now, it is decided again. That alone is what makes
a new revision, a closing or a corrected name take effect, resumably.
"""

from collections.abc import Iterable, Sequence
from typing import Generic

from ijaza_contracts.envelope import Event

from ijaza_runtime import tracing
from ijaza_runtime.fold import Fold, K, P, S
from ijaza_runtime.folding import fold_again
from ijaza_runtime.outbox import Outbox, records_of
from ijaza_runtime.references import References
from ijaza_runtime.rest import stale_of
from ijaza_runtime.states import Held, States, basis_of
from ijaza_runtime.store import Document, Store

GROUP = 1_000
"""Documents decided and saved in one write."""


class Settling(Generic[S, P, K]):
    """Decides on the states of one fold, and saves them."""

    def __init__(
        self,
        fold: Fold[S, P, K],
        *,
        store: Store,
        references: References,
        outbox: Outbox,
    ) -> None:
        self._fold = fold
        self._store = store
        self._references = references
        self._outbox = outbox
        self._stopping = False

    def stop(self) -> None:
        """End a review after the documents in hand: who starts it anew finds the rest."""
        self._stopping = True

    async def save_undecided(self, states: States[S], partition: int) -> None:
        """Save what was folded, with the empty basis that asks for a decision."""
        for keys in _groups(list(states.unsaved)):
            documents = []
            for key in keys:
                held = states.get(key)
                assert held is not None, "unsaved states are never dropped"
                documents.append(self._document(key, held, "", partition))
            refused = await self._save(states, documents)
            if refused:
                await self._fold_again(states, refused)
                await self.save_undecided(states, partition)
                return
        states.trim()

    async def settle(self, states: States[S], keys: Sequence[str], partition: int) -> bool:
        """Decide on states, save and send. Whether any was written."""
        written = False
        for group in _groups(keys):
            waiting = list(group)
            while waiting:
                await self._load_known(states, waiting)
                works: list[tracing.Work] = []
                try:
                    documents = [
                        document
                        for key in waiting
                        if (document := self._decided(states, key, partition, works)) is not None
                    ]
                    refused = await self._save(states, documents)
                finally:
                    for work in works:
                        work.end()
                written |= bool(documents)
                for key in waiting:
                    if key not in refused:
                        states.unsettled.pop(key, None)
                await self._fold_again(states, refused)
                waiting = list(refused)
            states.trim()
        return written

    async def review(self, states: States[S], partition: int) -> bool:
        """Decide again on every document of the partition whose basis no longer holds."""
        written = False
        after = ""
        fold = self._fold
        while headings := await self._store.headings(
            fold.collection, partitions=frozenset([partition]), after=after, most=GROUP
        ):
            stale = stale_of(headings, fold, self._references)
            written |= await self.settle(states, stale, partition)
            if self._stopping:
                break
            after = headings[-1].key
        return written

    def held(self, document: Document) -> Held[S]:
        """A document as it is kept in memory."""
        return Held(
            document.scope,
            document.version,
            self._fold.decode(document.body),
            document.outbox,
            basis=document.basis,
            trace=document.trace,
        )

    async def _load_known(self, states: States[S], keys: Sequence[str]) -> None:
        missing = states.missing(keys)
        if missing:
            stored = await self._store.load(self._fold.collection, missing)
            for key, document in stored.items():
                states.put(key, self.held(document))

    def _decided(
        self, states: States[S], key: str, partition: int, works: list[tracing.Work]
    ) -> Document | None:
        """One document after its decision; None if there is nothing new to write."""
        held = states.get(key)
        if held is None:
            return None
        fold = self._fold
        programme = self._references.get(fold.editions, held.edition)
        person = self._references.get(fold.people, key) if fold.people else None
        events: Sequence[Event] = ()
        if programme is not None:
            held.state, events = fold.settle(held.state, programme, person)
        basis = basis_of(programme, person)
        work = self._work_on(key, held, basis, len(events))
        works.append(work)
        held.trace = work.trace
        held.outbox += records_of(events, work.trace)
        return self._document(key, held, basis, partition)

    def _work_on(self, key: str, held: Held[S], basis: str, events: int) -> tracing.Work:
        """The saving of a document as a part of the trace of what last changed it.

        If nothing was folded, a changed edition or person asked for it: their trace is linked, and
        continued where the document has none.
        """
        because = ""
        if not held.unsaved and held.basis != basis:
            fold = self._fold
            if fold.people and held.basis.partition("|")[0] == basis.partition("|")[0]:
                because = self._references.trace(fold.people, key)
            else:
                because = self._references.trace(fold.editions, held.edition)
        return tracing.begin(
            f"save {self._fold.collection}",
            held.trace or because,
            {
                "ijaza.edition": held.edition,
                "ijaza.events.folded": len(held.unsaved),
                "ijaza.events.decided": events,
            },
            because=because if held.trace else "",
        )

    def _document(self, key: str, held: Held[S], basis: str, partition: int) -> Document:
        return Document(
            key=key,
            version=held.version + 1,
            scope=held.edition,
            partition=partition,
            basis=basis,
            body=self._fold.encode(held.state),
            outbox=held.outbox,
            labels=self._fold.labels(held.state),
            trace=tracing.checked(held.trace),
        )

    async def _save(self, states: States[S], documents: Sequence[Document]) -> frozenset[str]:
        if not documents:
            return frozenset()
        refused = await self._outbox.save_and_send(self._fold.collection, documents)
        for document in documents:
            if document.key in refused:
                continue
            held = states.get(document.key)
            assert held is not None, "saved from memory"
            held.version = document.version
            held.basis = document.basis
            held.outbox = ()
            held.unsaved.clear()
            states.unsaved.pop(document.key, None)
        return refused

    async def _fold_again(self, states: States[S], keys: Iterable[str]) -> None:
        """Somebody else wrote these documents: read them and fold what was not saved on top."""
        unsaved = {key: states.get(key) for key in keys}
        if not unsaved:
            return
        stored = await self._store.load(self._fold.collection, list(unsaved))
        for key, before in unsaved.items():
            assert before is not None, "refused from memory"
            document = stored.get(key)
            held = (
                self.held(document)
                if document
                else Held(before.edition, 0, self._fold.begin(before.edition, key))
            )
            held.state = fold_again(self._fold, held.state, before.unsaved)
            held.unsaved = before.unsaved
            held.trace = before.trace or held.trace
            states.put(key, held)


def _groups(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[start : start + GROUP] for start in range(0, len(keys), GROUP))
