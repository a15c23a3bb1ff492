"""Commands on folded documents: load, decide, fold what was decided, save with the outbox."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic

from ijaza_contracts.envelope import Event

from ijaza_runtime import tracing
from ijaza_runtime.bus import BusError, partition_of
from ijaza_runtime.errors import Conflicting, Refusal
from ijaza_runtime.fold import Fold, K, P, S
from ijaza_runtime.observe import log
from ijaza_runtime.outbox import Outbox, records_of
from ijaza_runtime.references import References
from ijaza_runtime.states import basis_of
from ijaza_runtime.store import Document, Store

Decide = Callable[[S, P | None, K | None], Sequence[Event]]
"""(state, what is known of the edition, of the person) -> the events that the command gives."""

_TRIES = 20


@dataclass(frozen=True, slots=True)
class Done(Generic[S]):
    """A command was carried out: the state after it, and the events that it gave."""

    state: S
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Work(Generic[S, P, K]):
    """One command: the edition, the aggregate's key, and the decision."""

    edition: str
    key: str
    decide: Decide[S, P, K]


class Commands(Generic[S, P, K]):
    """Carries out commands against one fold's documents."""

    def __init__(
        self,
        fold: Fold[S, P, K],
        *,
        store: Store,
        outbox: Outbox,
        references: References,
        partitions: int,
    ) -> None:
        self._fold = fold
        self._store = store
        self._outbox = outbox
        self._references = references
        self._partitions = partitions

    async def read(self, key: str) -> S | None:
        """The state of one aggregate, or None if nothing is known of it."""
        document = (await self._store.load(self._fold.collection, [key])).get(key)
        return None if document is None else self._fold.decode(document.body)

    async def read_many(self, keys: Sequence[str]) -> dict[str, S]:
        """The states of those aggregates that exist."""
        documents = await self._store.load(self._fold.collection, keys)
        return {key: self._fold.decode(document.body) for key, document in documents.items()}

    async def page(self, edition: str, after: str, most: int) -> list[tuple[str, S]]:
        """Keys and states of an edition's aggregates by key, those after `after`."""
        documents = await self._store.page(
            self._fold.collection, scope=edition, after=after, most=most
        )
        return [(each.key, self._fold.decode(each.body)) for each in documents]

    async def perform(self, edition: str, key: str, decide: Decide[S, P, K]) -> Done[S]:
        """Carry out one command. Raises the `Refusal` that the decision raises."""
        (result,) = await self.perform_many([Work(edition, key, decide)])
        if isinstance(result, Refusal):
            raise result
        return result

    async def perform_many(self, work: Sequence[Work[S, P, K]]) -> list[Done[S] | Refusal]:
        """Carry out commands with one load and one save; those of one key in their order.

        A refused command changes nothing and hinders no other.
        """
        await self._references.refresh()
        results: dict[int, Done[S] | Refusal] = {}
        by_key: dict[str, list[int]] = {}
        for index, each in enumerate(work):
            by_key.setdefault(each.key, []).append(index)
        for _ in range(_TRIES):
            stored = await self._store.load(self._fold.collection, list(by_key))
            changed: list[Document] = []
            for key, indexes in by_key.items():
                document = self._run(stored.get(key), work, indexes, results)
                if document is not None:
                    changed.append(document)
            refused = await self._save(changed)
            if not refused:
                return [results[index] for index in range(len(work))]
            by_key = {key: by_key[key] for key in by_key if key in refused}
        raise Conflicting(
            "too-busy",
            f"others kept changing the same {self._fold.collection}; nothing of this was saved: "
            "try again",
        )

    async def _save(self, changed: Sequence[Document]) -> frozenset[str]:
        if not changed:
            return frozenset()
        refused = await self._outbox.save(self._fold.collection, changed)
        try:
            await self._outbox.send(
                self._fold.collection, [each for each in changed if each.key not in refused]
            )
        except BusError as fault:
            # The documents are durable with their outboxes: the relay sends them.
            log.warning("events wait in the outbox", why=str(fault))
        return refused

    def _run(
        self,
        document: Document | None,
        work: Sequence[Work[S, P, K]],
        indexes: Sequence[int],
        results: dict[int, Done[S] | Refusal],
    ) -> Document | None:
        """Apply one key's commands; the document to save, or None if nothing changed."""
        edition, key = work[indexes[0]].edition, work[indexes[0]].key
        fold = self._fold
        programme = self._references.get(fold.editions, edition)
        person = self._references.get(fold.people, key) if fold.people else None
        state = fold.begin(edition, key) if document is None else fold.decode(document.body)
        outgoing: list[Event] = []
        for index in indexes:
            try:
                events = list(work[index].decide(state, programme, person))
            except Refusal as refusal:
                results[index] = refusal
                continue
            for event in events:
                state = fold.handlers[type(event)](state, event)
            if events and programme is not None:
                state, more = fold.settle(state, programme, person)
                events.extend(more)
            results[index] = Done(state, tuple(events))
            outgoing.extend(events)
        if not outgoing:
            return None
        trace = tracing.current()
        return Document(
            key=key,
            version=1 if document is None else document.version + 1,
            scope=edition,
            partition=partition_of(key, self._partitions),
            basis=basis_of(programme, person),
            body=fold.encode(state),
            outbox=(document.outbox if document else ()) + records_of(outgoing, trace),
            labels=fold.labels(state),
            trace=trace or (document.trace if document else ""),
        )
