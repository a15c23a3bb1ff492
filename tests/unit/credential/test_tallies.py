"""How many graduate, counted anew only where something changed: and right after every change."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ijaza_contracts.topics import PEOPLE
from ijaza_credential import tallies
from ijaza_credential.main import Desk, assemble
from ijaza_runtime.access import Role
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.bus import Record

from tests.unit.attendance.office import Office, opened
from tests.unit.credential.given import (
    PARTICIPATION,
    annulled,
    attended,
    certificate,
    closed,
    day,
    published,
    withdrawn,
)
from tests.unit.credential.graduates import PATH, answer, named, of, seated, told

GRADUATION = f"{PATH}/graduation"
RULES = (certificate(), PARTICIPATION)
LAST_DAY = "m2-d4"


class Clock:
    """The eve of the last day of teaching, until it is set to another time."""

    def __init__(self) -> None:
        self.now = datetime(2019, 12, 25, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The time of requests."""
    return Clock()


@pytest.fixture
async def office(tmp_path: Path, clock: Clock) -> AsyncIterator[Office[Desk]]:
    """Three who took part, of whom one still has to come on the last day."""
    async with opened(assemble, tmp_path, clock=clock) as office:
        await told(office, published(certificates=RULES, issue="on_approval"))
        for number in (1, 2, 3):
            facts = [
                each
                for each in seated(number)
                if number < 3 or getattr(each, "session", "") != LAST_DAY
            ]
            await told(office, named(f"p{number}", f"P {number}"), *of(f"p{number}", facts))
        yield office


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """The keys of each load from the store since."""
    loads: list[Sequence[str]] = []
    load = MemoryStore.load

    async def noted(store: MemoryStore, collection: str, keys: Sequence[str]) -> Any:
        loads.append(list(keys))
        return await load(store, collection, keys)

    monkeypatch.setattr(MemoryStore, "load", noted)
    return loads


async def counted(office: Office[Desk]) -> dict[str, Any]:
    """The counts, which have to be those of everybody on the list."""
    counts = answer(await office.get(Role.OFFICE, f"{GRADUATION}/counts"))
    rows = answer(await office.get(Role.OFFICE, GRADUATION, limit=500))["rows"]
    assert counts["candidates"] == len(rows)
    for counter, name in (("chances", "chance"), ("awards", "award"), ("stages", "stage")):
        said = [row[name] for row in rows if row[name]]
        assert {each: said.count(each) for each in said} == {
            each: number for each, number in counts[counter].items() if number
        }
    return dict(counts)


async def test_counts_are_right_after_corrections(office: Office[Desk]) -> None:
    """An attended day, an annulled test, one who leaves, one more: each is counted at once."""
    before = await counted(office)
    await told(office, *of("p3", [attended(LAST_DAY)]))
    attended_all = await counted(office)
    await told(office, *of("p1", [annulled("m1")]))
    annulled_one = await counted(office)
    await told(office, *of("p2", [withdrawn(day(12))]), *of("p4", seated(4)))
    last = await counted(office)

    assert before["chances"] == {"eligible": 2, "nearly": 1, "out-of-reach": 0}
    assert attended_all["chances"] == {"eligible": 3, "nearly": 0, "out-of-reach": 0}
    assert annulled_one["chances"] == {"eligible": 2, "nearly": 1, "out-of-reach": 0}
    assert last["candidates"] == 4
    assert last["chances"] == {"eligible": 2, "nearly": 1, "out-of-reach": 1}


async def test_counts_are_right_after_a_new_revision(office: Office[Desk]) -> None:
    """Even before everybody was decided upon again: the rules alone are others."""
    await counted(office)
    easier = certificate(percent=50, hours=None)
    await office.tell(published(revision=2, at=day(9), certificates=(easier,)))

    counts = await counted(office)

    assert counts["revision"] == 2
    assert counts["chances"]["eligible"] == 3


async def test_counts_are_right_after_approval_and_erasure(office: Office[Desk]) -> None:
    """Who is approved holds a certificate; who is erased waits for none."""
    await told(office, closed())
    waiting = await counted(office)
    body = {"participants": ["p1"]}
    answer(await office.post(Role.APPROVER, f"{GRADUATION}/approvals", body))
    approved = await counted(office)
    await office.bus.publish([Record(PEOPLE.name, "p2", None, {})])
    erased = await counted(office)

    assert waiting["stages"]["awaiting approval"] == 3
    assert (approved["stages"]["awaiting approval"], approved["stages"]["valid"]) == (2, 1)
    assert (erased["stages"]["awaiting approval"], erased["stages"]["none"]) == (1, 1)


async def test_what_can_be_reached_follows_the_clock(office: Office[Desk], clock: Clock) -> None:
    """A session that is over can be attended no more, though nothing was written."""
    assert (await counted(office))["chances"]["nearly"] == 1

    clock.now = datetime(2019, 12, 25, 20, tzinfo=UTC)

    assert (await counted(office))["chances"] == {"eligible": 2, "nearly": 0, "out-of-reach": 1}


async def test_only_what_changed_is_read(office: Office[Desk], read: list[Sequence[str]]) -> None:
    """Asked again, nobody's document is; after a correction, one."""
    await office.get(Role.OFFICE, f"{GRADUATION}/counts")
    await told(office, *of("p3", [attended(LAST_DAY)]))
    read.clear()

    await office.get(Role.OFFICE, f"{GRADUATION}/counts")
    await office.get(Role.OFFICE, f"{GRADUATION}/counts")

    assert read == [["p3"]]


async def test_few_are_looked_at_between_two_turns_of_the_loop(
    office: Office[Desk], monkeypatch: pytest.MonkeyPatch, read: list[Sequence[str]]
) -> None:
    """However many there are: the loop turns while the store is asked for the next few."""
    monkeypatch.setattr(tallies, "AT_ONCE", 2)

    await office.get(Role.OFFICE, f"{GRADUATION}/counts")

    assert [len(keys) for keys in read] == [2, 1]


async def test_a_participant_whose_document_is_gone_is_counted_no_more(
    office: Office[Desk],
) -> None:
    """A store that was made again may know fewer than the one before."""
    await counted(office)

    await office.parts.store.delete("credential", ["p1"])

    assert (await counted(office))["candidates"] == 2
