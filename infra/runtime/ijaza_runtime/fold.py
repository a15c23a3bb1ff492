"""What a service says of itself, so that the runtime can drive it: its fold and its tables.

A fold turns events into one document per aggregate; a table keeps, in memory, what a broadcast
topic says of each key. Both are tables of event class → pure function, written once, where a
reader looks for them: in the service's `handlers.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from ijaza_contracts.envelope import CloudEvent, Event
from ijaza_contracts.topics import Topic


class Rejected(Exception):
    """An event that no later event can make sense of: it goes to the dead letters.

    The message says what is wrong with it, without personal data.
    """


class Stamped(Protocol):
    """What is known of an edition or a person; another `stamp` asks for another decision."""

    @property
    def stamp(self) -> str: ...


S = TypeVar("S")
P = TypeVar("P", bound=Stamped)
K = TypeVar("K", bound=Stamped)
V = TypeVar("V", bound=Stamped)

Evolve = Callable[[Any, Any], Any]
"""(state, event) -> state, idempotent and commutative: a repeat or another order changes nothing.

What changes nothing returns the very state it was given, so that nothing is saved for it.
"""

EvolveAll = Callable[[Any, Sequence[Any]], Any]
"""(state, facts of one type) -> state: as `Evolve` gives for one after another. It rejects none.

The facts have the fields of their events, with decimals as text, and are of another class; or
they are events (`swift`).
"""


@dataclass(frozen=True, slots=True)
class Table(Generic[V]):
    """A broadcast topic folded by key into a value; a tombstone removes the key's value."""

    topic: Topic
    handlers: Mapping[type[CloudEvent], Callable[[V | None, Any], V]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold(Generic[S, P, K]):
    """How one kind of document comes about.

    `handlers` fold inputs and the service's own events alike. `settle` decides on a folded state
    and folds what it decided; it is called only when the edition is known, and calling it again
    decides nothing new. `editions` and `people` are what decisions rest on beside the state.
    `forget` is what a tombstone of the service's own journal leaves of a state that is rebuilt.
    `together` are functions beside the handlers for types of which there are very many.
    """

    collection: str
    handlers: Mapping[type[Event], Evolve]
    begin: Callable[[str, str], S]
    settle: Callable[[S, P, K | None], tuple[S, Sequence[Event]]]
    encode: Callable[[S], bytes]
    decode: Callable[[bytes], S]
    labels: Callable[[S], tuple[str, ...]]
    editions: Table[P]
    people: Table[K] | None = None
    forget: Callable[[S], S] | None = None
    together: Mapping[type[Event], EvolveAll] = field(default_factory=dict)
