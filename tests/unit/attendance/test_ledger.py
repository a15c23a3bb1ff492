"""Which batches were taken: each once, and known again after a rebuild."""

import asyncio

from ijaza_attendance.domain.batches import Taken
from ijaza_attendance.ledger import Ledger
from ijaza_contracts.door import BatchTaken
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.outbox import Outbox
from ijaza_runtime.service import provision

from tests.unit.attendance.given import at


def taken(batch: int, digit: str) -> BatchTaken:
    return BatchTaken(
        device="door-1", at=at("16:00"), batch=batch, body_hash=digit * 64, answer=f'"{digit}"'
    )


async def ledger() -> Ledger:
    bus, store = MemoryBus(), MemoryStore()
    await provision(bus, ["attendance"], 1)
    return Ledger(store=store, outbox=Outbox(bus, store))


async def test_the_first_to_take_a_number_has_it() -> None:
    """Whoever comes second is told what stands."""
    book = await ledger()

    first, second = await book.take(taken(1, "a")), await book.take(taken(1, "b"))

    assert first == second == Taken("a" * 64, '"a"')


async def test_of_two_at_once_the_first_stands() -> None:
    """Those who come while another is saved are saved together, and still each is told what is."""
    book = await ledger()
    other = taken(1, "c").model_copy(update={"device": "door-2"})

    answers = await asyncio.gather(
        book.take(other), book.take(taken(1, "a")), book.take(taken(1, "b"))
    )

    assert [each.body_hash[0] for each in answers] == ["c", "a", "a"]


async def test_it_knows_whose_turn_it_is() -> None:
    """The first batch, or one whose predecessor was taken."""
    book = await ledger()
    await book.take(taken(1, "a"))

    assert await book.turn("door-1", 1) == (Taken("a" * 64, '"a"'), True)
    assert await book.turn("door-1", 2) == (None, True)
    assert await book.turn("door-1", 3) == (None, False)
    assert await book.turn("door-2", 1) == (None, True)


async def test_a_restored_ledger_goes_on_where_the_old_one_stood() -> None:
    """Hash, answer and turn, from what was published; in any order, the first of two stands."""
    book = await ledger()

    for event in (taken(2, "b"), taken(1, "a"), taken(2, "c")):
        await book.restore(event)

    assert await book.taken("door-1", 2) == Taken("b" * 64, '"b"')
    assert await book.next("door-1") == 3
    assert await book.next("door-2") == 1
