"""The cut of a backup: no write of a document lies across it, and compaction takes nothing away."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ijaza_contracts.topics import CREDENTIAL, CREDENTIAL_JOURNAL, PEOPLE, SCANS
from ijaza_local.operate import backup as desk
from ijaza_local.operate.backup_archive import Filling
from ijaza_local.operate.backup_bus import LogCopy
from ijaza_local.operate.backup_format import BackupError, Kept, Row
from ijaza_local.operate.backup_scope import Scope
from ijaza_local.services import NAMES
from ijaza_runtime.adapters.memory_bus import MemoryBus, MemoryLog
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.bus import Delivered, Record, TopicPartition
from ijaza_runtime.service import provision
from ijaza_runtime.store import Document

SCOPE = Scope({"credential": ["credential"]}, {})
FACT = Record(CREDENTIAL.name, "p1", b"{}", {"ce_id": "1"})
STATED = Record(CREDENTIAL_JOURNAL.name, "p1", b"{}", {"ce_id": "2"})


class Interrupted(MemoryBus):
    """A bus on which something happens just before each of the first looks at its ends."""

    def __init__(self, log: MemoryLog, *then: Callable[[], None]) -> None:
        super().__init__(log)
        self.then = list(then)

    async def ends(self) -> dict[TopicPartition, int]:
        if self.then:
            self.then.pop(0)()
        return dict(await super().ends())


async def a_log() -> MemoryLog:
    """A log with all topics."""
    log = MemoryLog()
    await provision(MemoryBus(log), NAMES, 2)
    return log


def document(*outbox: Record) -> Document:
    """A document with something to send."""
    return Document("p1", 1, "e", 0, "", b"{}", outbox)


async def test_a_write_that_is_being_sent_lies_on_one_side() -> None:
    """Half of a write arrives between the two looks: the cut is after the other half."""
    log, store = await a_log(), MemoryStore()
    await store.save("credential", [document(FACT, STATED)])
    bus = Interrupted(
        log,
        lambda: None,
        lambda: log.append([FACT]),
        lambda: log.append([STATED]),
    )

    cut, waiting = await desk._still_moment(bus, {"credential": store}, SCOPE)

    assert sum(end for place, end in cut.items() if place.topic == CREDENTIAL.name) == 1
    assert sum(end for place, end in cut.items() if place.topic == CREDENTIAL_JOURNAL.name) == 1
    assert waiting == {("credential", "credential"): [document(FACT, STATED)]}


async def test_what_waits_comes_with_the_cut() -> None:
    """Half of a write was sent by a process that died: the archive has the outbox whole."""
    log, store = await a_log(), MemoryStore()
    await store.save("credential", [document(FACT, STATED)])
    log.append([FACT])

    _, waiting = await desk._still_moment(MemoryBus(log), {"credential": store}, SCOPE)

    assert waiting == {("credential", "credential"): [document(FACT, STATED)]}


async def test_scans_do_not_delay_a_backup() -> None:
    """They come all the time, and none belongs to a write."""
    log = await a_log()
    scan = Record(SCANS.name, "p1", b"{}", {})
    bus = Interrupted(log, *[lambda: log.append([scan])] * 2)

    cut, _ = await desk._still_moment(bus, {"credential": MemoryStore()}, SCOPE)

    assert bus.then == []
    assert sum(cut.values()) == 2


async def test_without_a_still_moment_there_is_no_backup(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up after a while, and says what to do."""
    monkeypatch.setattr(desk, "PATIENCE", 0.2)
    log = await a_log()
    bus = Interrupted(log, *[lambda: log.append([FACT])] * 1_000)

    with pytest.raises(BackupError, match="try again when less is going on"):
        await desk._still_moment(bus, {"credential": MemoryStore()}, SCOPE)


class Taken(Filling[Row]):
    """Keeps what is copied."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def add(self, row: Row) -> None:
        self.rows.append(row)

    def flush(self) -> None:
        """Nothing is written."""


async def test_a_record_that_compaction_replaces_beyond_the_cut_is_not_lost() -> None:
    """A person is replaced, and the old record removed, before it was read: a later cut has one."""
    log, taken = await a_log(), Taken()
    bus = MemoryBus(log)
    copy = LogCopy(taken, {}, lambda what, count: None)
    await copy.copy(bus, await bus.ends())
    log.append([Record(PEOPLE.name, "p1", b"old", {})])
    cut = await bus.ends()
    log.append([Record(PEOPLE.name, "p1", b"new", {})])
    log.compact()

    assert not await copy.copy(bus, cut)
    assert await copy.copy(bus, await bus.ends())

    await copy.close()
    assert [row.value for row in taken.rows] == [b"new"]


async def test_nothing_beyond_the_cut_is_copied() -> None:
    """What was published after it stays out, though it was read, until a later cut takes it in."""
    log, taken = await a_log(), Taken()
    bus = MemoryBus(log)
    copy = LogCopy(taken, {"g": {TopicPartition(CREDENTIAL.name, 0): 1}}, lambda what, count: None)
    records = [FACT._replace(key=f"p{number}") for number in range(20)]
    log.append(records[:8])
    cut = await bus.ends()
    log.append(records[8:])

    assert await copy.copy(bus, cut)
    assert {row.key for row in taken.rows} == {each.key.encode() for each in records[:8]}
    assert await copy.copy(bus, await bus.ends())

    await copy.close()
    assert sorted(row.key for row in taken.rows) == sorted(each.key.encode() for each in records)
    assert [(row.partition, row.offset) for row in taken.rows if row.partition == 0] == [
        (0, number) for number in range(copy.counts[TopicPartition(CREDENTIAL.name, 0)])
    ]
    assert copy.handled["g"] == {TopicPartition(CREDENTIAL.name, 0): 1}


texts = st.text(st.characters(exclude_categories=()), max_size=5).map(
    lambda text: text.encode(errors="surrogatepass").decode(errors="surrogateescape")
)


@given(texts, st.none() | st.binary(), st.dictionaries(texts, texts, max_size=3))
def test_a_record_comes_back_as_it_was(
    key: str, value: bytes | None, headers: dict[str, str]
) -> None:
    """Keys and headers that are no UTF-8 too: a dead letter may have them."""
    row = Row.of("t", 3, Delivered(7, key, value, headers))
    assert row.record() == Record("t", key, value, headers)


def test_a_document_comes_back_but_for_what_its_store_counts() -> None:
    """Its version begins anew, and what it had to send is published by the restore."""
    given_ = replace(document(FACT), version=9, basis="2|1", labels=("serial:7",), trace="00-a")
    kept = Kept.of(given_, unsent=True)
    assert kept.document() == replace(given_, version=1, outbox=())
    assert [row.record() for row in kept.outbox] == [FACT]
    assert Kept.of(given_, unsent=False).outbox == []
