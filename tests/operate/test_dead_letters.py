"""What an operator makes of dead letters: nothing is lost, and whoever did it is on record."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ijaza_contracts.operations import DeadLetterDropped, DeadLetterRetried, DeadLetterRetryBegun
from ijaza_contracts.topics import ATTENDANCE, CREDENTIAL, PEOPLE
from ijaza_credential.main import Desk, assemble
from ijaza_local.operate import dead_letters as desk
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.bus import BusError, Delivered, Record
from ijaza_runtime.deadletters import LARGEST, RETRY_OF, dead_letter, letter_of
from ijaza_runtime.errors import Conflicting, NotKnown
from ijaza_runtime.service import provision

from tests.operate.given import DEED, LETTERS, all_letters, letter, on_topic, state_of
from tests.unit.attendance.office import Office, opened
from tests.unit.credential.given import attended, published, recorded, selected

FACT = attended("m1-d1")

texts = st.text(max_size=8)
names = st.one_of(
    st.sampled_from(
        ["ce_id", "ijaza-topic", "ijaza-error", "ijaza-original-", "ijaza-original-ijaza-time"]
    ),
    texts,
)


@pytest.fixture
async def bus() -> AsyncIterator[MemoryBus]:
    """A bus with credential's topics."""
    bus = MemoryBus()
    await provision(bus, ["credential"], 2)
    yield bus
    await bus.close()


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """Credential, which knows a participant."""
    async with opened(assemble, tmp_path) as office:
        await office.tell(published(), recorded(), selected())
        await office.drain()
        yield office


class BrokenBus(MemoryBus):
    """A bus that fails at its n-th publication from now on, as if the process had ended there."""

    failing = 0

    async def publish(self, records: Sequence[Record]) -> None:
        self.failing -= 1
        if self.failing == 0:
            raise BusError("gone")
        await super().publish(records)


@given(headers=st.dictionaries(names, texts, max_size=5), value=st.none() | st.binary(max_size=9))
def test_the_original_comes_back_whole(headers: dict[str, str], value: bytes | None) -> None:
    """Whatever its headers are called, those of a dead letter and of letters before it too."""
    record = Delivered(7, "p1", value, headers)

    laid = dead_letter(LETTERS, "attendance.events", 3, record, ValueError("wrong"))
    found = letter_of("credential", 1, Delivered(4, laid.key, laid.value, laid.headers))

    assert found.headers == headers
    assert (found.key, found.value) == ("p1", value)
    assert (found.topic, found.partition, found.offset) == ("attendance.events", "3", "7")
    assert (found.id, found.error, found.group) == ("credential-1-4", "wrong", "credential")
    assert found.again() == Record(
        "attendance.events", "p1", value, {**headers, RETRY_OF: "credential-1-4"}
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("record", "held", "size"),
    [
        (Delivered(7, "p1", bytes(LARGEST), {"n": "x"}), ("p1", None, {"n": "x"}), LARGEST + 4),
        (Delivered(7, "p1", b"", {"n": "x" * LARGEST}), ("", None, {}), LARGEST + 3),
        (Delivered(7, "\udcff" * LARGEST, b"v", {}), ("", None, {}), LARGEST + 1),
        (
            Delivered(7, "p1", None, {f"{number:07}": "" for number in range(500_000)}),
            ("", None, {}),
            500_000 * 7 + 2,
        ),
    ],
    ids=["value", "header", "key", "many-headers"],
)
def test_what_is_too_large_is_laid_aside_without_its_bytes(
    record: Delivered, held: tuple[str, bytes | None, dict[str, str]], size: int
) -> None:
    """The letter says where they are, and how many; what of the rest fits it holds."""
    laid = dead_letter(LETTERS, "attendance.events", 3, record, ValueError("wrong"))

    assert sum(map(len, (laid.key, laid.value or b"", *laid.headers.values()))) < LARGEST
    found = letter_of("credential", 1, Delivered(4, laid.key, laid.value, laid.headers))
    assert (found.key, found.value, found.headers) == held
    assert (found.place, found.error) == ("attendance.events[3]@7", "wrong")
    assert found.size == str(size)


def test_what_just_fits_is_laid_aside_whole() -> None:
    """With its own headers a letter has 8 MiB."""
    record = Delivered(7, "p1", bytes(LARGEST - 1_000), {"ijaza-size": "9"})

    laid = dead_letter(LETTERS, "attendance.events", 3, record, ValueError("wrong"))

    found = letter_of("credential", 1, Delivered(4, laid.key, laid.value, laid.headers))
    assert (found.value, found.headers, found.size) == (record.value, {"ijaza-size": "9"}, "")


async def test_a_letter_without_its_original_is_not_published_again(bus: MemoryBus) -> None:
    """It would be taken for a tombstone, or for a fact without a body."""
    await bus.publish([letter(FACT, body=bytes(LARGEST))])
    (found,) = await all_letters(bus)

    with pytest.raises(Conflicting, match=r"stands on attendance\.events alone"):
        desk.refuse_retry([found], {})
    assert await desk.retry_waiting(bus, "credential", await bus.ends(), DEED) == 0
    desk.refuse_drop([found], {})


async def test_a_retried_letter_is_handled_as_if_nothing_had_been(office: Office[Desk]) -> None:
    """Given a reader that was mended, the original's bytes under its id are folded."""
    await office.bus.publish([letter(FACT)])
    (found,) = await all_letters(office.bus)

    await desk.retry(office.bus, [found], DEED)
    await office.drain()

    (record,) = await on_topic(office.bus)
    assert (record.key, record.value) == (FACT.key, FACT.body())
    assert dict(record.headers) == {**FACT.headers(), RETRY_OF: found.id}
    states = await office.service.desk.commands.page(FACT.edition, "", 10)
    assert [list(state.attended) for _, state in states] == [["m1-d1"]]
    assert len(await all_letters(office.bus)) == 1


async def test_what_fails_again_names_the_letter_before_it(office: Office[Desk]) -> None:
    """A new letter, of the same original; the old one stays retried."""
    await office.bus.publish([letter(FACT, body=b"{}")])

    for turn in (1, 2):
        newest = (await all_letters(office.bus))[-1]
        await desk.retry(office.bus, [newest], DEED)
        await office.drain()
        found = {each.id: each for each in await all_letters(office.bus)}
        assert len(found) == turn + 1
        (successor,) = [each for each in found.values() if each.predecessor == newest.id]
        assert (successor.value, successor.event) == (b"{}", FACT.id)
        assert (await state_of(office.bus, newest.id)) == "retried"
        assert (await state_of(office.bus, successor.id)) == "open"


async def test_a_letter_names_the_group_that_could_not_handle_it(office: Office[Desk]) -> None:
    """The reactor's, which is the service's, or that of its projector."""
    foreign = [Record(topic, "p1", b"?", {}) for topic in ("attendance.events", CREDENTIAL.name)]
    await office.bus.publish(foreign)
    await office.drain()

    groups = {each.topic: each.group for each in await all_letters(office.bus)}

    assert groups == {"attendance.events": "credential", CREDENTIAL.name: "credential.documents"}


async def test_who_did_what_and_why_is_on_record(bus: MemoryBus) -> None:
    """A retry leaves two records and a drop one; what the letter held is in none of them."""
    await bus.publish([letter(FACT), letter(FACT, offset=8)])
    first, second = await all_letters(bus)

    await desk.retry(bus, [first], DEED)
    await desk.drop(bus, [second], DEED)

    done = [event async for event in desk.history(bus)]
    assert [type(event) for event in done] == [
        DeadLetterRetryBegun,
        DeadLetterRetried,
        DeadLetterDropped,
    ]
    for event, of in zip(done, (first, first, second), strict=True):
        assert (event.letter, event.topic, event.event) == (of.id, ATTENDANCE.name, FACT.id)
        assert (event.actor, event.at, event.reason) == (DEED.actor, DEED.at, DEED.reason)
    assert [await state_of(bus, each.id) for each in (first, second)] == ["retried", "dropped"]


@pytest.mark.parametrize(
    ("failing", "state", "published"), [(1, "open", 0), (2, "begun", 0), (3, "begun", 1)]
)
async def test_a_retry_that_was_cut_short_is_gone_on_with(
    failing: int, state: str, published: int
) -> None:
    """Wherever it ends, the letter waits still, and after the next retry its event is there."""
    bus = BrokenBus()
    await provision(bus, ["credential"], 2)
    await bus.publish([letter(FACT)])
    (found,) = await all_letters(bus)
    bus.failing = failing

    with pytest.raises(BusError):
        await desk.retry(bus, [found], DEED)

    assert (await state_of(bus, found.id)) == state
    assert len(await on_topic(bus)) == published
    assert await desk.retry_waiting(bus, "credential", await bus.ends(), DEED) == 1
    assert (await state_of(bus, found.id)) == "retried"
    assert {record.headers["ce_id"] for record in await on_topic(bus)} == {FACT.id}


async def test_all_that_waits_is_what_stood_there_when_it_was_asked(bus: MemoryBus) -> None:
    """Letters done with, and those that come later, are left alone: no retry goes round."""
    await bus.publish([letter(FACT, offset=offset) for offset in range(4)])
    done, dropped, *_ = await all_letters(bus)
    await desk.retry(bus, [done], DEED)
    await desk.drop(bus, [dropped], DEED)
    ends = await bus.ends()
    await bus.publish([letter(FACT, offset=9)])

    assert await desk.retry_waiting(bus, "credential", ends, DEED) == 2
    assert [await state_of(bus, each.id) for each in await all_letters(bus)] == [
        "retried",
        "dropped",
        "retried",
        "retried",
        "open",
    ]


@pytest.mark.slow
async def test_ten_thousand_letters_are_published_in_pages(bus: MemoryBus) -> None:
    """Each once; no more than a page is held or published at a time."""
    await bus.publish(
        [letter(FACT.model_copy(update={"seconds": n}), offset=n) for n in range(10_000)]
    )
    sizes = []
    publish = bus.publish

    async def counted(records: Sequence[Record]) -> None:
        sizes.append(len(records))
        await publish(records)

    bus.publish = counted  # type: ignore[method-assign]  # only looks

    assert await desk.retry_waiting(bus, "credential", await bus.ends(), DEED) == 10_000
    assert max(sizes) == desk.PAGE
    assert len({record.value for record in await on_topic(bus)}) == 10_000
    assert len(await on_topic(bus)) == 10_000


async def test_a_letter_is_retried_once(bus: MemoryBus) -> None:
    """What was retried is refused, what was dropped by mistake is not."""
    await bus.publish([letter(FACT), letter(FACT, offset=8)])
    retried, dropped = await all_letters(bus)
    await desk.retry(bus, [retried], DEED)
    await desk.drop(bus, [dropped], DEED)
    known = await desk.states(bus)

    with pytest.raises(Conflicting, match="was retried before"):
        desk.refuse_retry([retried], known)
    desk.refuse_retry([dropped], known)
    for each in (retried, dropped):
        with pytest.raises(Conflicting, match=f"{each.id} was .* before"):
            desk.refuse_drop([each], known)


async def test_nothing_is_published_again_where_it_could_undo_an_erasure(bus: MemoryBus) -> None:
    """On a compacted topic an old record would take the place of its tombstone."""
    person = recorded()
    await bus.publish([letter(person)])
    (found,) = await all_letters(bus)

    assert found.topic == PEOPLE.name
    with pytest.raises(Conflicting, match="nothing may be published again"):
        desk.refuse_retry([found], {})
    assert await desk.retry_waiting(bus, "credential", await bus.ends(), DEED) == 0


async def test_headers_that_are_no_text_stand_in_nobodys_way(bus: MemoryBus) -> None:
    """A foreign record's bytes come as surrogates, which no event can say: it can be dropped."""
    headers = {"ijaza-topic": "\udcff" * 300, "ce_id": "\udcfe"}
    await bus.publish([Record(LETTERS, "p1", b"\xff", headers)])
    (found,) = await all_letters(bus)

    await desk.drop(bus, [found], DEED)

    assert (await state_of(bus, found.id)) == "dropped"


async def test_a_record_that_is_no_letter_is_shown_and_not_published(bus: MemoryBus) -> None:
    """Somebody else wrote on the topic: it has an id, and no place where it stood."""
    await bus.publish([Record(LETTERS, "", b"\xff", {"note": "x"})])

    (found,) = await all_letters(bus)

    assert (found.topic, found.laid_at, found.headers) == ("", None, {"note": "x"})
    with pytest.raises(Conflicting, match="no topic that it names"):
        desk.refuse_retry([found], {})


@pytest.mark.parametrize("name", ["", "credential", "credential-1", "kiosk-0-1", "credential-0-x"])
async def test_what_is_no_id_is_refused(bus: MemoryBus, name: str) -> None:
    """The message says what one looks like."""
    with pytest.raises(NotKnown, match="is no id of a dead letter"):
        await desk.find(bus, [name])


async def test_an_unknown_letter_is_named(bus: MemoryBus) -> None:
    """Of several, the one that is not there."""
    await bus.publish([letter(FACT)])
    (found,) = await all_letters(bus)

    with pytest.raises(NotKnown, match="no dead letter credential-1-99 "):
        await desk.find(bus, [found.id, "credential-1-99"])
