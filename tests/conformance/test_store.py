"""Every store: documents with versions and outboxes, and how they are found again.

Blind spots: what survives a dead process or a full disk shows in the tests of each adapter.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from ijaza_runtime.bus import Record
from ijaza_runtime.store import Document, Heading, Store, StoreError

from tests.conformance.registry import ConnectStore

Name = Callable[[str], str]
RECORD = Record("credential.events", "p1", b'{"serial": "7"}', {"ce_id": "1"})
TOMBSTONE = Record("enrollment.people", "p1", None, {})


@pytest.fixture
def people(unused: Name) -> str:
    """A collection that no other test uses."""
    return unused("people")


def document(key: str, version: int = 1, **given: object) -> Document:
    """A document of edition e1 in partition 0, unless `given` says otherwise."""
    usual = Document(key, version, scope="e1", partition=0, basis="", body=b'{"n":1}')
    return replace(usual, **given)  # type: ignore[arg-type]  # mypy cannot follow the names


async def keys_unsent(store: Store, collection: str) -> list[str]:
    return [found.key for found in await store.unsent(collection, "", 100)]


async def test_a_document_is_loaded_as_it_was_saved(store: Store, people: str) -> None:
    """Every field comes back, body and outbox to the byte; other keys are left out."""
    saved = Document(
        key="مشارك-1",
        version=1,
        scope="eg-2025",
        partition=11,
        basis="3:abc",
        body='{"name": "منى",  "n": 1.50}'.encode(),
        outbox=(RECORD, TOMBSTONE, Record("t", "k", b"\x00\xff", {"h": "é"})),
        labels=("serial:7", "مسلسل:7"),
        trace="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
    assert await store.save(people, [saved, document("b")]) == frozenset()
    assert await store.load(people, [saved.key, "missing"]) == {saved.key: saved}


async def test_a_version_has_its_own_trace(store: Store, people: str) -> None:
    """What last changed a document is known, and forgotten if the next change bears no trace."""
    await store.save(people, [document("a", trace="00-a")])
    await store.save(people, [document("a", 2, trace="00-b")])
    assert (await store.load(people, ["a"]))["a"].trace == "00-b"
    await store.save(people, [document("a", 3)])
    assert (await store.load(people, ["a"]))["a"].trace == ""


async def test_text_that_stands_for_bytes_survives_in_an_outbox(store: Store, people: str) -> None:
    """A record that was read from Kafka need not be UTF-8 in its key and headers (PEP 383)."""
    odd = b"caf\xe9 \xff".decode(errors="surrogateescape")
    saved = document("a", outbox=(Record("t", odd, None, {odd: odd, "": "é", "a.$b": ""}), RECORD))
    await store.save(people, [saved])
    assert await store.load(people, ["a"]) == {"a": saved}
    assert await store.unsent(people, "", 5) == [saved]


async def test_collections_may_be_provisioned_twice(
    store: Store, people: str, unused: Name
) -> None:
    """Before the first document and after it, several at once; what is there stays."""
    await store.provision([people, unused("runs")])
    await store.save(people, [document("a", labels=("x",))])
    await store.provision([people])
    assert await store.find(people, "x") == [document("a", labels=("x",))]


async def test_nothing_is_loaded_from_nothing(store: Store, people: str) -> None:
    """An unknown collection and an empty list of keys are no errors."""
    assert await store.load(people, ["a"]) == {}
    assert await store.load(people, []) == {}
    assert await store.save(people, []) == frozenset()
    assert await store.find(people, "serial:7") == []


async def test_a_version_follows_on_the_one_stored(store: Store, people: str) -> None:
    """A document is replaced whole by its next version."""
    await store.save(people, [document("a", 1, outbox=(RECORD,), labels=("x",))])
    later = document("a", 2, scope="e2", partition=3, basis="b", body=b'{"n":2}', labels=("y",))
    assert await store.save(people, [later]) == frozenset()
    assert await store.load(people, ["a"]) == {"a": later}


@pytest.mark.parametrize("version", [1, 2, 4])
async def test_another_version_is_a_conflict(store: Store, people: str, version: int) -> None:
    """Only version 3 follows on version 2; every other leaves it unchanged, outbox and all."""
    await store.save(people, [document("a")])
    stored = document("a", 2, outbox=(RECORD,), labels=("x",))
    await store.save(people, [stored])
    other = document("a", version, scope="e2", body=b'{"n":9}', labels=("y",))
    assert await store.save(people, [other]) == {"a"}
    assert await store.load(people, ["a"]) == {"a": stored}
    assert await store.find(people, "y") == []
    assert await keys_unsent(store, people) == ["a"]


async def test_a_new_document_has_version_one(store: Store, people: str) -> None:
    """What is not stored counts as version 0."""
    assert await store.save(people, [document("a", 2)]) == {"a"}
    assert await store.load(people, ["a"]) == {}


async def test_a_conflict_does_not_hold_up_others(store: Store, people: str) -> None:
    """Each document stands for itself: those without a conflict are saved."""
    await store.save(people, [document("a"), document("b")])
    mixed = [document("a", 2), document("b", 3), document("c"), document("d", 2)]
    assert await store.save(people, mixed) == {"b", "d"}
    versions = {key: d.version for key, d in (await store.load(people, list("abcd"))).items()}
    assert versions == {"a": 2, "b": 1, "c": 1}


async def test_of_several_writers_one_wins(open_store: ConnectStore, people: str) -> None:
    """Several processes save the same version of 50 documents at a time: each has one winner."""
    stores = [open_store() for _ in range(4)]
    keys = [f"p{n:02}" for n in range(50)]

    async def write(number: int) -> frozenset[str]:
        body = str(number).encode()
        lost: set[str] = set()
        for start in range(0, 50, 10):
            batch = [document(key, body=body) for key in keys[start : start + 10]]
            lost |= await stores[number].save(people, batch)
        return frozenset(keys) - lost

    won = await asyncio.gather(*(write(number) for number in range(4)))
    assert sorted(key for each in won for key in each) == keys
    stored = await stores[0].load(people, keys)
    assert {key: int(d.body) for key, d in stored.items()} == {
        key: number for number, each in enumerate(won) for key in each
    }


async def test_many_documents_at_once(store: Store, people: str) -> None:
    """Thousands are saved, saved again and loaded in one call each."""
    first = [document(f"p{n:05}", body=b'{"n":"%d"}' % n * 20) for n in range(5000)]
    second = [replace(d, version=2, body=d.body + b" ") for d in first]
    assert await store.save(people, first) == frozenset()
    assert await store.save(people, second) == frozenset()
    assert await store.load(people, [d.key for d in first]) == {d.key: d for d in second}


async def test_collections_are_apart(store: Store, people: str, unused: Name) -> None:
    """The same key in two collections is two documents, also when one is deleted."""
    runs = unused("runs")
    await store.save(people, [document("a", labels=("x",), outbox=(RECORD,))])
    await store.save(runs, [document("a", body=b"{}", labels=("x",), outbox=(RECORD,))])
    await store.sent(people, {"a": 1})
    await store.delete(people, ["a"])
    assert await store.load(people, ["a"]) == {}
    assert [d.body for d in await store.find(runs, "x")] == [b"{}"]
    assert await keys_unsent(store, runs) == ["a"]


async def test_what_is_unsent_is_found_in_order(store: Store, people: str) -> None:
    """By key and page by page come those with an outbox, with all that they hold."""
    saved = [document(key, outbox=(RECORD,) if key != "c" else ()) for key in "edcba"]
    await store.save(people, saved)
    first = await store.unsent(people, "", 2)
    assert first == [saved[4], saved[3]]
    assert [d.key for d in await store.unsent(people, "b", 5)] == ["d", "e"]


async def test_what_was_sent_is_no_longer_unsent(store: Store, people: str) -> None:
    """The outbox is empty then, and nothing else of the document has changed."""
    saved = document("a", outbox=(RECORD,), labels=("x",))
    await store.save(people, [saved, document("b", outbox=(RECORD,))])
    await store.sent(people, {"a": 1})
    assert await store.load(people, ["a"]) == {"a": replace(saved, outbox=())}
    assert await keys_unsent(store, people) == ["b"]


async def test_what_was_sent_of_another_version_stays_unsent(store: Store, people: str) -> None:
    """A version saved meanwhile keeps its own outbox; unknown keys are passed over."""
    await store.save(people, [document("a", outbox=(RECORD,))])
    await store.save(people, [document("a", 2, outbox=(RECORD, TOMBSTONE))])
    await store.sent(people, {"a": 1, "missing": 1})
    (unsent,) = await store.unsent(people, "", 5)
    assert unsent.outbox == (RECORD, TOMBSTONE)


async def test_a_version_without_outbox_leaves_nothing_unsent(store: Store, people: str) -> None:
    """The outbox belongs to the version: it goes with it."""
    await store.save(people, [document("a", outbox=(RECORD,))])
    await store.save(people, [document("a", 2)])
    assert await keys_unsent(store, people) == []


async def _all_headings(
    store: Store, collection: str, partitions: frozenset[int] | None, scope: str | None
) -> list[str]:
    """The keys of all headings, read in pages of four."""
    found: list[Heading] = []
    while page := await store.headings(
        collection,
        partitions=partitions,
        scope=scope,
        after=found[-1].key if found else "",
        most=4,
    ):
        assert len(page) <= 4
        found.extend(page)
    return [heading.key for heading in found]


@pytest.mark.parametrize(
    ("partitions", "scope"),
    [
        (None, None),
        (None, "e1"),
        (None, "unknown"),
        (frozenset({0}), None),
        (frozenset({1, 2, 9}), None),
        (frozenset({0, 2}), "e0"),
        (frozenset(), None),
    ],
)
async def test_headings_are_found_in_order(
    store: Store, people: str, partitions: frozenset[int] | None, scope: str | None
) -> None:
    """By key and page by page come those of some partitions, of one scope, or all."""
    saved = [document(f"p{n * 7 % 30:02}", scope=f"e{n % 2}", partition=n % 3) for n in range(30)]
    await store.save(people, saved)
    expected = sorted(
        d.key
        for d in saved
        if (partitions is None or d.partition in partitions) and scope in (None, d.scope)
    )
    assert await _all_headings(store, people, partitions, scope) == expected


async def test_a_heading_says_what_the_document_says(store: Store, people: str) -> None:
    """Key, version, scope and basis are those of the last version."""
    await store.save(people, [document("a", basis="1:x")])
    await store.save(people, [document("a", 2, scope="e2", partition=5, basis="2:y")])
    assert await store.headings(people, most=5) == [Heading("a", 2, "e2", "2:y")]
    assert await store.headings(people, partitions=frozenset({0}), most=5) == []
    assert await store.headings(people, scope="e1", most=5) == []


async def test_pages_of_a_scope(store: Store, people: str) -> None:
    """Whole documents of one scope come by key, page by page."""
    saved = [document(f"p{n}", scope=f"e{n % 2}", labels=(f"n:{n}",)) for n in range(8)]
    await store.save(people, saved)
    assert await store.page(people, scope="e1", most=3) == [saved[1], saved[3], saved[5]]
    assert await store.page(people, scope="e1", after="p5", most=3) == [saved[7]]


async def test_documents_are_found_by_label(store: Store, people: str) -> None:
    """By key come those that bear a label now; labels that a version dropped find nothing."""
    await store.save(
        people,
        [document("c", labels=("x", "y")), document("b", labels=("x",)), document("a")],
    )
    await store.save(people, [document("b", 2, labels=("z",)), document("a", 2, labels=("x",))])
    assert _keys(await store.find(people, "x")) == ["a", "c"]
    assert _keys(await store.find(people, "z")) == ["b"]
    assert _keys(await store.find(people, "X")) == []


async def test_a_label_may_be_given_twice(store: Store, people: str) -> None:
    """It counts once, in every version."""
    await store.save(people, [document("a", labels=("x", "x"))])
    await store.save(people, [document("a", 2, labels=("x", "y", "x"))])
    assert _keys(await store.find(people, "x")) == ["a"]


async def test_what_was_deleted_is_gone(store: Store, people: str) -> None:
    """Neither key, scope, label nor outbox finds it; unknown keys are passed over."""
    await store.save(people, [document("a", labels=("x",), outbox=(RECORD,)), document("b")])
    await store.delete(people, ["a", "missing"])
    assert await store.load(people, ["a", "b"]) == {"b": document("b")}
    assert await store.find(people, "x") == []
    assert await keys_unsent(store, people) == []
    assert await _all_headings(store, people, None, "e1") == ["b"]


async def test_a_deleted_document_begins_anew(store: Store, people: str) -> None:
    """It counts as version 0 again."""
    await store.save(people, [document("a")])
    await store.delete(people, ["a"])
    assert await store.save(people, [document("a", 2)]) == {"a"}
    assert await store.save(people, [document("a")]) == frozenset()


async def test_a_document_is_not_tied_to_what_was_given(store: Store, people: str) -> None:
    """Changing the headers of a record given or loaded does not reach into the store."""
    given = Record("t", "k", b"", headers := {"ce_id": "1"})
    await store.save(people, [document("a", outbox=(given,))])
    headers["ce_id"] = "2"
    loaded = (await store.load(people, ["a"]))["a"].outbox[0].headers
    assert loaded == {"ce_id": "1"}
    assert isinstance(loaded, dict)
    loaded["ce_id"] = "3"
    assert (await store.load(people, ["a"]))["a"].outbox[0].headers == {"ce_id": "1"}


async def test_what_was_saved_outlives_the_store(open_store: ConnectStore, people: str) -> None:
    """Another process finds it after the first one closed its store."""
    first = open_store()
    await first.save(people, [document("a")])
    await first.close()
    assert await open_store().load(people, ["a"]) == {"a": document("a")}


async def test_an_open_store_answers_and_a_closed_one_does_not(store: Store, people: str) -> None:
    """Closing may be done twice; after it everything is refused with a reason."""
    await store.ping()
    await store.close()
    await store.close()
    for call in (store.ping(), store.load(people, ["a"]), store.save(people, [document("a")])):
        with pytest.raises(StoreError, match="closed"):
            await call


def _keys(documents: Sequence[Document]) -> list[str]:
    return [found.key for found in documents]
