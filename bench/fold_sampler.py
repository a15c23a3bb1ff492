"""Where the CPU time of this process goes: its Python stack, looked at every few milliseconds.

Shares are of processor time. What a database does in a thread of its own shows as waiting.
"""

import signal
from collections import Counter
from collections.abc import Sequence
from types import FrameType

EVERY = 0.002

PLACES = (
    ("reading the contract (msgspec, or pydantic)", ("ijaza_runtime/swift.py", "envelope.py")),
    ("folding into states", ("ijaza_credential/domain/fold.py", "domain/state.py")),
    ("deciding at the horizon", ("ijaza_credential/domain/", "ijaza_credential/handlers.py")),
    ("states as documents", ("ijaza_runtime/documents.py", "ijaza_credential/storage.py")),
    ("records of the bus's adapter", ("ijaza_runtime/adapters/kafka_", "faststream/")),
    ("the store, from Python's side", ("ijaza_runtime/adapters/", "motor/", "pymongo/", "bson/")),
    ("grouping, finding and keeping states", ("ijaza_runtime/folding.py", "runtime/states.py")),
    ("saving and sending", ("ijaza_runtime/settling.py", "ijaza_runtime/outbox.py")),
    ("the reactor's own loop", ("ijaza_runtime/reactor.py", "ijaza_runtime/meter")),
    ("fetching: aiokafka", ("aiokafka/",)),
    ("waiting, or threads at work", ("asyncio/", "selectors.py")),
)
"""What a sample counts as: the first whose files are found, from the innermost frame outwards."""


class Sampler:
    """Counts, from `start` to `stop`, what is at work."""

    def __init__(self) -> None:
        self._found: Counter[str] = Counter()

    def start(self) -> None:
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)

    def stop(self) -> dict[str, float]:
        """Shares by what they went to, the greatest first."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        whole = sum(self._found.values())
        return {what: count / whole for what, count in self._found.most_common()}

    def _sample(self, _signal: int, frame: FrameType | None) -> None:
        files = []
        while frame is not None:
            files.append(frame.f_code.co_filename)
            frame = frame.f_back
        self._found[_place(files)] += 1


def _place(files: Sequence[str]) -> str:
    for file in files:
        for what, parts in PLACES:
            if any(part in file for part in parts):
                return what
    return "elsewhere"
