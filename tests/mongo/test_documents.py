"""What documents look like on MongoDB, and which it cannot take."""

from dataclasses import replace

import pytest
from ijaza_runtime.adapters.mongo_documents import INDEXES
from ijaza_runtime.bus import Record
from ijaza_runtime.store import StoreError
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure

from tests.mongo.conftest import PEOPLE, OpenStore, document
from tests.mongo.proxy import Fields

RECORD = Record("credential.events", "p1", b"{}", {"ce_id": "1"})
NO_SUCH_COMMAND = 59
NAMES = {"_id_", *(index.document["name"] for index in INDEXES)}


async def index_names(collection: AsyncCollection[Fields]) -> list[str]:
    return [index["name"] async for index in await collection.list_indexes()]


async def plan(collection: AsyncCollection[Fields], wanted: Fields, by: str) -> Fields | None:
    """How the server would find documents, if it can tell."""
    find = {"find": collection.name, "filter": wanted, "sort": {by: 1}}
    try:
        explained = await collection.database.command({"explain": find})
    except OperationFailure as error:
        if error.code != NO_SUCH_COMMAND:
            raise
        return None
    found: Fields = explained["queryPlanner"]["winningPlan"]
    return found


async def test_a_document_and_its_outbox_are_one(
    open_store: OpenStore, direct: AsyncCollection[Fields]
) -> None:
    """What is to be sent lies in the document, and nowhere once it is sent."""
    store = open_store()
    await store.save(PEOPLE, [replace(document("a", 1, b"\x00\xff"), outbox=(RECORD,))])
    (stored,) = await direct.find({}).to_list()
    assert stored["body"] == b"\x00\xff"
    assert stored["outbox"] == [["credential.events", "p1", b"{}", [["ce_id", "1"]]]]
    assert stored["unsent"] == "a"
    await store.sent(PEOPLE, {"a": 1})
    (stored,) = await direct.find({}).to_list()
    assert not {"outbox", "unsent"} & set(stored)


async def test_who_wrote_last_is_kept_but_not_for_ever(
    open_store: OpenStore, direct: AsyncCollection[Fields]
) -> None:
    """A document that is saved a hundred times does not grow by it."""
    store = open_store()
    for version in range(1, 20):
        await store.save(PEOPLE, [document("a", version)])
    (stored,) = await direct.find({}).to_list()
    assert len(stored["writers"]) == len(set(stored["writers"])) == 8


@pytest.mark.parametrize("version", [1, 2])
async def test_a_document_that_is_too_large_is_refused(open_store: OpenStore, version: int) -> None:
    """The error names its key and size, and nothing of the page was written."""
    store = open_store()
    for before in range(1, version):
        await store.save(PEOPLE, [document("large", before)])
    outbox = (RECORD._replace(value=b"Mona" * 2_200_000),) * 2
    large = replace(document("large", version), outbox=outbox)
    with pytest.raises(StoreError, match=r"the document large has 176\d{5} bytes") as caught:
        await store.save(PEOPLE, [document("small"), large])
    assert "Mona" not in str(caught.value)
    assert set(await store.load(PEOPLE, ["small", "large"])) == {"large"} - {"large"[version - 1 :]}


async def test_just_not_too_large(open_store: OpenStore) -> None:
    """A document of a few bytes less than 16 MB is kept."""
    store = open_store()
    await store.save(PEOPLE, [document("a", 1, b"x" * (16 * 1024 * 1024 - 400))])
    assert len((await store.load(PEOPLE, ["a"]))["a"].body) == 16 * 1024 * 1024 - 400


async def test_text_that_stands_for_bytes_survives(
    open_store: OpenStore, direct: AsyncCollection[Fields]
) -> None:
    """Kafka's headers and keys need not be UTF-8: such text is kept as the bytes it stands for."""
    store = open_store()
    odd = b"caf\xe9 \xff".decode(errors="surrogateescape")
    saved = replace(
        document("a"), outbox=(Record("t", odd, None, {odd: odd, "": "é", "a.$b": ""}),)
    )
    await store.save(PEOPLE, [saved])
    assert await store.load(PEOPLE, ["a"]) == {"a": saved}
    (stored,) = await direct.find({}).to_list()
    assert stored["outbox"][0][1] == b"caf\xe9 \xff"


async def test_only_provisioning_makes_indexes(
    open_store: OpenStore, direct: AsyncCollection[Fields]
) -> None:
    """Saving and reading make none; provisioning makes all, and the second time no more."""
    store = open_store()
    await store.save(PEOPLE, [document("a")])
    await store.headings(PEOPLE, scope="e1", most=1)
    assert await index_names(direct) == ["_id_"]
    await store.provision([PEOPLE, "runs"])
    await store.provision([PEOPLE, "runs"])
    assert sorted(await index_names(direct)) == sorted(NAMES)
    assert sorted(await index_names(direct.database["service.runs"])) == sorted(NAMES)


@pytest.mark.parametrize(
    ("wanted", "by", "index"),
    [
        ({"scope": "e1", "_id": {"$gt": "a"}}, "_id", "scope"),
        ({"partition": {"$in": [0, 1]}, "_id": {"$gt": ""}}, "_id", "partition"),
        ({"unsent": {"$gt": ""}}, "unsent", "unsent"),
        ({"labels": "x"}, "_id", "labels"),
    ],
)
async def test_indexes_serve_what_is_asked(
    open_store: OpenStore, direct: AsyncCollection[Fields], wanted: Fields, by: str, index: str
) -> None:
    """Each question has an index that begins with its fields; a server that explains uses it."""
    await open_store().provision([PEOPLE])
    found = await plan(direct, wanted, by)
    if found is not None:
        assert f"'{index}'" in str(found)
    made = await direct.index_information()
    assert [name for name, _ in made[index]["key"]] == list(wanted)


async def test_an_index_of_another_shape_is_refused(
    open_store: OpenStore, direct: AsyncCollection[Fields]
) -> None:
    """Somebody made one of the same name with other fields: the error says what to do."""
    await direct.create_index([("basis", 1)], name="scope")
    if await plan(direct, {}, "_id") is None:
        return  # this server does not look at names
    with pytest.raises(StoreError, match="drop it and provision again"):
        await open_store().provision([PEOPLE])
