"""What stands on the disk of SQLite buses and stores: written together, erased, readable by all."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from ijaza_runtime.adapters import sqlite_file, sqlite_log
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.adapters.sqlite_reading import BUS_FILE
from ijaza_runtime.adapters.sqlite_store import SqliteStore
from ijaza_runtime.bus import BusError, Record, TopicPlan
from ijaza_runtime.store import Document, StoreError

from tests.conformance.reading import everything, numbered, until

PEOPLE, FACTS = "enrollment.people", "enrollment.events"
NAME = b"Mona El-Tahawy of Zagazig"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.db"


@pytest.fixture
async def bus(path: Path) -> AsyncIterator[SqliteBus]:
    """A bus with a compacted topic and one that is not, of one partition each."""
    bus = SqliteBus(path)
    await bus.provision([TopicPlan(PEOPLE, 1, compacted=True), TopicPlan(FACTS, 1)])
    yield bus
    await bus.close()


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(path)
    yield store
    await store.close()


def on_disk(path: Path, what: bytes) -> bool:
    """Whether the file, its write-ahead log or anything beside it holds these bytes."""
    return any(what in file.read_bytes() for file in path.parent.iterdir())


def rows(path: Path, query: str) -> list[tuple[int, ...]]:
    """What a foreign connection reads."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


@contextmanager
def reader(path: Path) -> Iterator[None]:
    """Another program that has a transaction open on the file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield


async def people(bus: SqliteBus, count: int) -> None:
    """Publish the names of so many persons, in several publications."""
    for start in range(0, count, 100):
        await bus.publish(
            [
                Record(PEOPLE, f"p{n}", b"%s %d" % (NAME, n) * 20, {"ce_id": f"{n}"})
                for n in range(start, start + 100)
            ]
        )


async def test_a_tombstone_erases_a_person_from_the_disk(bus: SqliteBus, path: Path) -> None:
    """Soon after it is published nothing of that person is left, and all of the others is."""
    await people(bus, 500)
    assert on_disk(path, NAME + b" 77")
    await bus.publish([Record(PEOPLE, "p77", None, {})])

    async def erased() -> bool:
        return not on_disk(path, NAME + b" 77")

    await until(erased, "the person's name to be gone")
    found = {r.key: r.value for _, _, r in await everything(bus, PEOPLE)}
    assert found["p77"] is None
    assert sum(value is not None for value in found.values()) == 499
    assert on_disk(path, NAME + b" 78")


async def test_compacting_erases_what_was_superseded(bus: SqliteBus, path: Path) -> None:
    """When `compact` returns, former names are gone."""
    await people(bus, 100)
    await bus.publish([Record(PEOPLE, "p77", b"another name", {})])
    await bus.compact()
    assert not on_disk(path, NAME + b" 77")
    assert on_disk(path, NAME + b" 78")


@pytest.mark.slow
async def test_compacting_says_when_something_is_left(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader keeps former names in the write-ahead log; once it ends they can be removed."""
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.05)
    bus = SqliteBus(path)
    await bus.provision([TopicPlan(PEOPLE, 1, compacted=True)])
    await people(bus, 100)
    await bus.publish([Record(PEOPLE, "p77", b"another name", {})])
    with reader(path), pytest.raises(BusError, match="write-ahead log"):
        await bus.compact()
    await bus.compact()
    assert not on_disk(path, NAME + b" 77")
    await bus.close()


@pytest.mark.slow
async def test_an_erasure_that_was_held_up_is_made_up_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later publication on the topic tries again, in another process too."""
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.05)
    first = SqliteBus(path)
    await first.provision([TopicPlan(PEOPLE, 1, compacted=True)])
    await people(first, 100)
    second = SqliteBus(path)
    with reader(path):
        await first.publish([Record(PEOPLE, "p77", None, {})])
        await first.close()
    await second.publish([Record(PEOPLE, "p1", b"another name", {})])

    async def erased() -> bool:
        return not on_disk(path, NAME + b" 77")

    await until(erased, "the person's name to be gone")
    await second.close()


def test_a_tombstone_that_came_meanwhile_is_not_forgotten(path: Path) -> None:
    """One that another process appends after compaction stays due when that is noted as done."""
    with closing(sqlite_file.open_file(path, BUS_FILE)) as file:
        sqlite_log.provision(file, [TopicPlan(PEOPLE, 1, compacted=True)])
        known = sqlite_log.topics(file)
        tombstone = [Record(PEOPLE, "p77", None, {})]
        sqlite_log.append(file, known, tombstone)
        assert sqlite_log.lanes_to_compact(file, all_dirty=False) == [0]
        sqlite_log.compact(file, 0)
        sqlite_log.append(file, known, tombstone)
        sqlite_log.forget_tombstones(file, [0])
        assert sqlite_log.lanes_to_compact(file, all_dirty=False) == [0]
        sqlite_log.compact(file, 0)
        sqlite_log.forget_tombstones(file, [0])
        assert sqlite_log.lanes_to_compact(file, all_dirty=False) == []


async def test_superseded_records_do_not_pile_up(bus: SqliteBus, path: Path) -> None:
    """Publishing the same keys again and again compacts by itself."""
    for number in range(60):
        await bus.publish([Record(PEOPLE, f"p{n}", b"%d" % number, {}) for n in range(100)])
    await bus.publish([Record(FACTS, "a", b"", {})])
    assert len(await everything(bus, PEOPLE)) < 3000


async def test_deleted_documents_leave_the_disk(store: SqliteStore, path: Path) -> None:
    """Body, outbox and labels of one are gone when `delete` returns; the others stay."""
    documents = [
        Document(
            key=f"p{n}",
            version=1,
            scope="e",
            partition=0,
            basis="",
            body=b"body of %s %d;" % (NAME, n) * 50,
            outbox=(Record("t", "k", b"outbox of %s %d;" % (NAME, n), {}),),
            labels=(f"label of {NAME.decode()} {n};",),
        )
        for n in range(300)
    ]
    await store.save("people", documents)
    await store.delete("people", ["p77"])
    assert not on_disk(path, NAME + b" 77;")
    assert all(on_disk(path, b"%s of %s 78;" % (w, NAME)) for w in (b"body", b"outbox", b"label"))
    assert len(await store.headings("people", most=1000)) == 299


@pytest.mark.slow
async def test_deleting_says_when_something_is_left(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader keeps it in the write-ahead log; the same call again removes it."""
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.05)
    store = SqliteStore(path)
    await store.save("people", [Document("p77", 1, "e", 0, "", NAME)])
    with reader(path), pytest.raises(StoreError, match="write-ahead log"):
        await store.delete("people", ["p77"])
    assert await store.load("people", ["p77"]) == {}
    await store.delete("people", ["p77"])
    assert not on_disk(path, NAME)
    await store.close()


async def test_what_is_published_at_a_time_is_written_once(bus: SqliteBus, path: Path) -> None:
    """300 tasks publish a record each: they share a few blocks, and so a few syncs."""
    await asyncio.gather(*(bus.publish([record]) for record in numbered(FACTS, 300)))
    ((blocks,),) = rows(path, "SELECT count(*) FROM blocks")
    assert blocks < 30
    assert len(await everything(bus, FACTS)) == 300


async def test_one_bad_publication_fails_alone(bus: SqliteBus) -> None:
    """A key that no encoding knows fails its own task, not those whose records it was among."""
    good = [Record(FACTS, "a", b"", {})]
    outcomes = await asyncio.gather(
        bus.publish(good),
        bus.publish([Record(FACTS, "\ud800", b"", {})]),
        bus.publish(good),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), UnicodeEncodeError, type(None)]
    assert len(await everything(bus, FACTS)) == 2


async def test_a_cancelled_task_does_not_stop_the_others(bus: SqliteBus) -> None:
    """Whether its records were written is open; all others are, and publishing goes on."""
    await bus.publish(numbered(FACTS, 1))
    tasks = [asyncio.create_task(bus.publish(numbered(FACTS, 1))) for _ in range(20)]
    await asyncio.sleep(0)  # each begins, and waits for its records to be written
    assert all(task.cancel() for task in tasks[::2])
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert outcomes[1::2] == [None] * 10
    await bus.publish(numbered(FACTS, 1))
    assert 12 <= len(await everything(bus, FACTS)) <= 22


@pytest.mark.slow
async def test_a_file_held_by_another_is_an_error_that_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written meanwhile; once the other lets go, publishing works again."""
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.05)
    bus = SqliteBus(path)
    await bus.provision([TopicPlan(FACTS, 1)])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusError, match="another process has held the file"):
            await bus.publish(numbered(FACTS, 3))
    await bus.publish(numbered(FACTS, 2))
    assert len(await everything(bus, FACTS)) == 2
    await bus.close()


async def test_a_topic_of_another_process_is_found(bus: SqliteBus, path: Path) -> None:
    """A bus that was open before can publish to it, and reads it."""
    other = SqliteBus(path)
    await other.provision([TopicPlan("assessment.events", 2)])
    await bus.publish(numbered("assessment.events", 5))
    assert len(await everything(other, "assessment.events")) == 5
    await other.close()


async def test_large_publications_are_read_in_parts(bus: SqliteBus) -> None:
    """Thousands of records published at once are read some hundred at a time, in order."""
    await bus.publish(numbered(FACTS, 3500, keys=1))
    follower = await bus.follower([FACTS])
    found: list[int] = []
    while slices := await follower.read(300):
        assert sum(len(each.records) for each in slices) <= 300
        found += [record.offset for each in slices for record in each.records]
    assert found == list(range(3500))
