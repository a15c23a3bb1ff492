"""What enrollment tells itself with every write, so that its store can be made again from it."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from ijaza_contracts.topics import ENROLLMENT_JOURNAL
from ijaza_enrollment.domain.commands import ErasePerson
from ijaza_enrollment.rebuild import rebuild
from ijaza_enrollment.storage import APPLICANTS, COLLECTIONS, RUNS
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.bus import BusError, Delivered, Record, TopicPlan
from ijaza_runtime.comparing import Difference, differences
from ijaza_runtime.rebuild import Beside, refill

from tests.unit.enrollment.given import EDITION, World, application, edition, leaves, rule, world


class Cut(MemoryBus):
    """A bus that can be out of reach."""

    reachable = True

    async def publish(self, records: Sequence[Record]) -> None:
        if not self.reachable:
            raise BusError("out of reach")
        await super().publish(records)


async def lived(bus: MemoryBus | None = None) -> World:
    """An edition with a selection and a departure."""
    place = await world(bus=bus)
    await place.open_call(edition(rule(1)), application("A"), application("B", 1))
    await place.select()
    await place.depart(leaves("A", command="d1"))
    return place


async def differing(place: World, journal: Sequence[Delivered]) -> list[Difference]:
    """What differs between enrollment's store and one made from these records."""
    bus, store = MemoryBus(), MemoryStore()
    await bus.provision([TopicPlan(ENROLLMENT_JOURNAL.name, 3, compacted=True)])
    await bus.publish(
        [Record(ENROLLMENT_JOURNAL.name, one.key, one.value, one.headers) for one in journal]
    )
    made = rebuild(Beside(bus=bus, store=store, keys=Path(), partitions=3))
    await refill(bus, made, since=None, progress=lambda what, count: None)
    found = differences(place.store, store, COLLECTIONS, lambda what, count: None)
    return [each async for each in found]


async def test_every_document_is_made_again_from_the_journal() -> None:
    """Given the journal alone, when it is folded, then every document is as it was."""
    place = await lived()

    assert await differing(place, await place.records(ENROLLMENT_JOURNAL)) == []


@pytest.mark.parametrize("at_once", [1, 5_000])
async def test_the_last_write_stands_in_whatever_order_it_is_told(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given records that were sent again after later ones, then nothing older takes over, read
    together or one by one.
    """
    monkeypatch.setattr("ijaza_runtime.rebuild.PAGE", at_once)
    place = await lived()
    records = await place.records(ENROLLMENT_JOURNAL)

    assert await differing(place, [*records, *reversed(records)]) == []


async def test_the_newest_record_of_each_key_is_enough() -> None:
    """Given what compaction leaves, then every document is as it was."""
    place = await lived()
    records = await place.records(ENROLLMENT_JOURNAL)

    assert await differing(place, list({one.key: one for one in records}.values())) == []
    assert len({one.key for one in records}) < len(records)


async def test_erasing_puts_a_tombstone_before_what_is_left() -> None:
    """Given somebody who left, when they are erased, then both documents that told of them are
    erased from the journal and told anew; and the store is made again without them.
    """
    place = await lived()
    person = place.id_of("A")
    before = len(await place.records(ENROLLMENT_JOURNAL))

    await place.desk.applicants.erase(ErasePerson(edition=EDITION, participant=person))

    records = await place.records(ENROLLMENT_JOURNAL)
    for key in (f"{APPLICANTS}/{person}", f"{RUNS}/{EDITION}"):
        of_key = [one.value for one in records if one.key == key]
        assert of_key[-2] is None
        assert of_key[-1] is not None
        assert b"Name of A" not in of_key[-1]
    assert len(records) == before + 4
    assert await differing(place, records) == []


async def test_what_was_unsent_of_an_erased_person_is_never_sent() -> None:
    """Given an application that a broken bus left in the outbox, when the person is erased before
    it is sent, then the journal never names them.
    """
    bus = Cut()
    place = await world(bus=bus)
    await place.open_call(edition(rule(1)))
    bus.reachable = False
    await place.open_call(edition(rule(1)), application("A"))
    erase = ErasePerson(edition=EDITION, participant=place.id_of("A"))
    await place.desk.applicants.erase(erase)
    bus.reachable = True

    await place.relay()

    told = b"".join(one.value or b"" for one in await place.records(ENROLLMENT_JOURNAL))
    assert b"Name of A" not in told
    assert await differing(place, await place.records(ENROLLMENT_JOURNAL)) == []
