"""From the records of a few polls to states in memory: each participant's records at once.

That is the path every event takes, and where its few microseconds go (bench/README.md). Grouped
by participant, a state is copied once for all its events, and is in the processor's cache while
they are folded. Of most records only the fact and the body are kept until then: records
themselves, kept by the thousand, cost more in memory and garbage collector than decoding them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple

from ijaza_contracts.envelope import Event, Undecodable, decode

from ijaza_runtime import tracing
from ijaza_runtime.bus import Delivered, Slice
from ijaza_runtime.fold import Fold, K, P, Rejected, S
from ijaza_runtime.states import Held, States, Unsaved
from ijaza_runtime.swift import Read, swift_reader

PAUSE = 2_000
"""Facts folded before whatever else the process has to do gets its turn."""


class Fault(NamedTuple):
    """A record that can never be folded, the topic it stands on, and why."""

    topic: str
    record: Delivered
    why: Exception


@dataclass(slots=True)
class _Alike:
    """Facts of one type about one participant, their bodies, and the headers of the last."""

    facts: list[Any]
    bodies: list[bytes]
    headers: Mapping[str, str]


class _Swift(NamedTuple, Generic[S]):
    """How the events of a type are read quickly, and folded together."""

    topic: str
    kind: str
    read: Read
    together: Callable[[S, Sequence[Any]], S]


class Folding(Generic[S, P, K]):
    """Knows how the events of one fold are read and folded."""

    def __init__(self, fold: Fold[S, P, K]) -> None:
        self._fold = fold
        self._known = {event.TYPE: event for event in fold.handlers}
        self._swift: list[_Swift[S]] = [
            _Swift(event.TOPIC.name, event.TYPE, swift_reader(event), together)
            for event, together in fold.together.items()
        ]

    def gathering(self, states: States[S]) -> "Gathering[S]":
        """Records are gathered in it, to be folded into these states."""
        return Gathering(states, self._swift, self.fold_one)

    def fold_one(self, states: States[S], topic: str, record: Delivered) -> None:
        """Fold one record. Raises what makes that impossible for ever."""
        event = decode(record.headers, record.value or b"", self._known)
        if event is None:
            return
        if event.TOPIC.name != topic:
            # Who may write on one topic may say nothing of what is another's.
            raise Undecodable(f"{event.TYPE} belongs on {event.TOPIC.name}")
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
        if state is not held.state:
            keep(states, key, state, (event.TYPE, [record.value or b""]), record.headers)


class Gathering(Generic[S]):
    """Records of one partition, on their way from polls into states.

    What is of a participant in memory is read as it comes. The others wait for `begin`, so that
    their states can be loaded together.
    """

    def __init__(
        self,
        states: States[S],
        swift: Iterable[_Swift[S]],
        fold_one: Callable[[States[S], str, Delivered], None],
    ) -> None:
        self.states = states
        self._fold_one = fold_one
        self._alike: list[tuple[_Swift[S], dict[str, _Alike]]] = [(each, {}) for each in swift]
        self._swift: dict[str, dict[str, tuple[Read, dict[str, _Alike]]]] = {}
        for each, groups in self._alike:
            self._swift.setdefault(each.topic, {})[each.kind] = each.read, groups
        self._unknown: dict[str, dict[str, list[Delivered]]] = {}
        self._left: list[tuple[str, Delivered]] = []
        self.faults: list[Fault] = []
        self.count = 0
        self.waiting = 0

    def add(self, each: Slice) -> None:
        """Take the records of a poll."""
        self.count += len(each.records)
        self._take(each.topic, each.records)

    def missing(self) -> list[str]:
        """The participants whose records wait, each once."""
        return list(dict.fromkeys(key for keys in self._unknown.values() for key in keys))

    def begin(self) -> None:
        """Read what waited. Whoever was missing and is not in memory now has no state yet: their
        records are folded one by one until there is one.
        """
        unknown, self._unknown = self._unknown, {}
        self.waiting = 0
        for topic, by_key in unknown.items():
            for key, records in by_key.items():
                begun = self._begin_one(topic, key, records)
                self._take(topic, records[begun:])

    def fold(self) -> Iterator[None]:
        """Fold everything. Begin before, and iterate it to its end: it gives way now and then.

        What never can be folded is in `faults` then.
        """
        folded = 0
        for (_, kind, _, together), groups in self._alike:
            while groups:
                key, alike = groups.popitem()  # let go of at once, while it is in cache
                held = self.states.get(key)
                assert held is not None, "no state is dropped while records are gathered"
                state = together(held.state, alike.facts)
                if state is not held.state:
                    keep(self.states, key, state, (kind, alike.bodies), alike.headers)
                folded += len(alike.facts)
                if folded >= PAUSE:
                    folded = 0
                    yield
        for number, (topic, record) in enumerate(self._left, start=1):
            self._fold_apart(topic, record)
            if number % PAUSE == 0:
                yield

    def _take(self, topic: str, records: Iterable[Delivered]) -> None:
        """Read what is of participants in memory and can be read swiftly; put the rest aside."""
        held_of, left = self.states.get, self._left
        swift_of = self._swift.get(topic, {}).get
        unknown = self._unknown.setdefault(topic, {})
        for record in records:
            _, key, body, headers = record
            held = held_of(key)
            if held is None:
                unknown.setdefault(key, []).append(record)
                self.waiting += 1
                continue
            swift = swift_of(headers.get("ce_type", ""))
            if swift is None or body is None or "ce_id" not in headers:
                left.append((topic, record))
                continue
            read, groups = swift
            fact = read(body)
            if fact is None or fact.edition != held.edition or fact.participant != key:
                left.append((topic, record))
                continue
            alike = groups.get(key)
            if alike is None:
                groups[key] = _Alike([fact], [body], headers)
            else:
                alike.facts.append(fact)
                alike.bodies.append(body)
                alike.headers = headers

    def _begin_one(self, topic: str, key: str, records: Sequence[Delivered]) -> int:
        """Fold one by one until the participant has a state; how many that took."""
        for at, record in enumerate(records):
            if self.states.get(key) is not None:
                return at
            self._fold_apart(topic, record)
        return len(records)

    def _fold_apart(self, topic: str, record: Delivered) -> None:
        try:
            self._fold_one(self.states, topic, record)
        except (Undecodable, Rejected) as fault:
            self.faults.append(Fault(topic, record, fault))


def keep(
    states: States[S], key: str, state: S, unsaved: Unsaved, headers: Mapping[str, str]
) -> None:
    """Hold a state that these events changed; the last of them came with these headers."""
    held = states.get(key)
    assert held is not None, "it was folded"
    held.state = state
    held.trace = headers.get(tracing.HEADER, held.trace)
    held.unsaved.append(unsaved)
    states.unsaved[key] = None
    states.unsettled[key] = None


def fold_again(fold: Fold[S, P, K], state: S, unsaved: Iterable[Unsaved]) -> S:
    """A state with events that were folded before, on top of what somebody else wrote."""
    known: dict[str, type[Event]] = {event.TYPE: event for event in fold.handlers}
    for kind, bodies in unsaved:
        for body in bodies:
            event = known[kind].from_body(body)
            state = fold.handlers[type(event)](state, event)
    return state
