"""From the records of a poll to states in memory: each participant's records at once.

That is the path every event takes, and where its few microseconds go (bench/README.md). Grouped
by key, a state is looked up and copied once for all its events of a poll, and is in the
processor's cache while they are folded. Events are dropped as soon as they are folded: thousands
of them, kept, cost more in the garbage collector than decoding them does.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic

from ijaza_contracts.envelope import Event, Undecodable, decode

from ijaza_runtime import tracing
from ijaza_runtime.bus import Delivered, Slice
from ijaza_runtime.fold import Fold, K, P, Rejected, S
from ijaza_runtime.states import Held, States, Unsaved
from ijaza_runtime.swift import swift_reader

Faults = list[tuple[Delivered, Exception]]
"""Records that can never be folded, and why."""


class Folding(Generic[S, P, K]):
    """Folds records into the states of one fold."""

    def __init__(self, fold: Fold[S, P, K]) -> None:
        self._fold = fold
        self._known = {event.TYPE: event for event in fold.handlers}
        self._swift = {
            event.TYPE: (swift_reader(event), together) for event, together in fold.together.items()
        }

    def fold_in(self, states: States[S], each: Slice) -> Faults:
        """Fold the records of a slice, whose states are in memory if they are stored."""
        faults: Faults = []
        for key, records in _by_key(each.records).items():
            held = states.get(key)
            left = records if held is None else self._swiftly(states, held, records)
            for record in left:
                try:
                    self._fold_one(states, record)
                except (Undecodable, Rejected) as fault:
                    faults.append((record, fault))
        return faults

    def _swiftly(
        self, states: States[S], held: Held[S], records: Sequence[Delivered]
    ) -> Sequence[Delivered]:
        """Fold together what can be; the records that are left."""
        left: list[Delivered] = []
        taken: dict[str, tuple[Callable[[Any, Sequence[Any]], Any], list[Any], list[Delivered]]]
        taken = {}
        for record in records:
            headers = record.headers
            kind = headers.get("ce_type", "")
            swift = self._swift.get(kind)
            if swift is None or "ce_id" not in headers:
                left.append(record)
                continue
            read, together = swift
            fact = read(record.value or b"")
            if fact is None or fact.edition != held.edition or fact.participant != record.key:
                left.append(record)
                continue
            if kind in taken:
                _, facts, of_kind = taken[kind]
                facts.append(fact)
                of_kind.append(record)
            else:
                taken[kind] = together, [fact], [record]
        for kind, (together, facts, of_kind) in taken.items():
            self._keep(states, held, together(held.state, facts), kind, of_kind)
        return left

    def _fold_one(self, states: States[S], record: Delivered) -> None:
        """Fold one record. Raises what makes that impossible for ever."""
        event = decode(record.headers, record.value or b"", self._known)
        if event is None:
            return
        key = record.key
        if event.key != key:
            # It lies in a partition whose owner does not hold that participant.
            raise Undecodable("the record is keyed by another than its participant")
        held = states.get(key)
        if held is None:
            held = Held(event.edition, 0, self._fold.begin(event.edition, key))
            states.put(key, held)
        if event.edition != held.edition:
            raise Rejected("its participant belongs to another edition")
        state = self._fold.handlers[type(event)](held.state, event)
        self._keep(states, held, state, event.TYPE, (record,))

    def _keep(
        self,
        states: States[S],
        held: Held[S],
        state: S,
        kind: str,
        records: Sequence[Delivered],
    ) -> None:
        """Hold a folded state, if these records changed it."""
        if state is held.state:
            return
        held.state = state
        last = records[-1]
        held.trace = last.headers.get(tracing.HEADER, held.trace)
        held.unsaved.append((kind, [record.value or b"" for record in records]))
        states.unsaved[last.key] = None
        states.unsettled[last.key] = None


def fold_again(fold: Fold[S, P, K], state: S, unsaved: Iterable[Unsaved]) -> S:
    """A state with events that were folded before, on top of what somebody else wrote."""
    known: dict[str, type[Event]] = {event.TYPE: event for event in fold.handlers}
    for kind, bodies in unsaved:
        for body in bodies:
            event = known[kind].from_body(body)
            state = fold.handlers[type(event)](state, event)
    return state


def _by_key(records: Sequence[Delivered]) -> dict[str, list[Delivered]]:
    """The records of each key, in their order."""
    grouped: dict[str, list[Delivered]] = {}
    for record in records:
        of_key = grouped.get(record.key)
        if of_key is None:
            grouped[record.key] = [record]
        else:
            of_key.append(record)
    return grouped
