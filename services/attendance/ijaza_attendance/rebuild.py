"""How attendance's store is rebuilt: its folds over everything that bears on them."""

from collections.abc import Sequence

from ijaza_contracts.door import BatchTaken, DoorEvent
from ijaza_contracts.topics import ATTEMPTS
from ijaza_contracts.topics import DEVICES as DEVICES_TOPIC
from ijaza_runtime.outbox import Outbox
from ijaza_runtime.rebuild import Beside, FoldStage, Rebuild, Stage, Told
from ijaza_runtime.references import References

from ijaza_attendance.handlers import DEVICES, FOLD, INPUTS
from ijaza_attendance.ledger import Ledger
from ijaza_attendance.main import NAME
from ijaza_attendance.registry import COLLECTIONS, Registry
from ijaza_attendance.storage import BATCHES


def rebuild(beside: Beside) -> Rebuild:
    """Participants' states, of its inputs and its own events; what is of the doors, of its own."""
    return Rebuild(
        collections=[FOLD.collection, *COLLECTIONS, BATCHES],
        stages=[FoldStage(beside, FOLD), _Doors(beside), _Batches(beside)],
        groups={NAME: INPUTS},
    )


class _Doors(Stage):
    topics = (DEVICES_TOPIC,)
    events = tuple(DEVICES.handlers)

    def __init__(self, beside: Beside) -> None:
        self._registry = Registry(
            store=beside.store,
            outbox=Outbox(beside.bus, beside.store),
            references=References(beside.bus, []),
        )

    async def take(self, told: Sequence[Told]) -> None:
        """Fold what is told into the documents; there are some dozens of them."""
        for each in told:
            if isinstance(each.event, DoorEvent):
                await self._registry.shelf_of(each.event).restore(each.event)

    async def finish(self) -> None:
        """Nothing is to be decided."""


class _Batches(Stage):
    topics = (ATTEMPTS,)
    events = (BatchTaken,)

    def __init__(self, beside: Beside) -> None:
        self._ledger = Ledger(store=beside.store, outbox=Outbox(beside.bus, beside.store))

    async def take(self, told: Sequence[Told]) -> None:
        """Know again which batches were taken; attempts are kept on their topic alone."""
        for each in told:
            if isinstance(each.event, BatchTaken):
                await self._ledger.restore(each.event)

    async def finish(self) -> None:
        """Nothing is to be decided."""
