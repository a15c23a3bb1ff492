"""The folded states that a process keeps in memory, and which of them still have to be saved."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic

from ijaza_runtime.bus import Record
from ijaza_runtime.fold import S, Stamped

Unsaved = tuple[str, Sequence[bytes]]
"""Events of one type, by their bodies: bytes are nothing to the garbage collector, and events,
kept by the thousand, cost more in it than decoding them does."""


def basis_of(programme: Stamped | None, person: Stamped | None) -> str:
    """What a decision rests on beside the state; empty while the edition is unknown."""
    if programme is None:
        return ""
    return f"{programme.stamp}|{person.stamp if person else '-'}"


@dataclass(slots=True)
class Held(Generic[S]):
    """One state in memory: as folded, and what of it the store does not have yet.

    `unsaved` are the events folded since the last save; they are folded again if somebody else
    wrote the document meanwhile. `basis` and `trace` are the document's; `trace`
    is the last folded event's, once one that has some is folded.
    """

    edition: str
    version: int
    state: S
    outbox: tuple[Record, ...] = ()
    unsaved: list[Unsaved] = field(default_factory=list)
    basis: str = ""
    trace: str = ""


class States(Generic[S]):
    """The states of one partition, the most recently used ones; unsaved ones are never dropped."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[str, Held[S]] = OrderedDict()
        self.unsaved: dict[str, None] = {}
        self.unsettled: dict[str, None] = {}

    def get(self, key: str) -> Held[S] | None:
        """A state, if it is in memory."""
        return self._held.get(key)

    def put(self, key: str, held: Held[S]) -> None:
        """Keep a state."""
        self._held[key] = held
        self._held.move_to_end(key)

    def missing(self, keys: Iterable[str]) -> list[str]:
        """Those keys whose states are not in memory, each once."""
        return [key for key in dict.fromkeys(keys) if key not in self._held]

    def drop(self, keys: Iterable[str]) -> None:
        """Forget states, so that they are read again from the store."""
        for key in keys:
            self._held.pop(key, None)

    def trim(self) -> None:
        """Forget the longest unused states above the bound, but none that is unsaved."""
        for key in list(self._held):
            if len(self._held) <= self._most:
                return
            if key not in self.unsaved:
                del self._held[key]
