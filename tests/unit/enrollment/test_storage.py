"""Enrollment's documents: what is stored comes back, and nobody's write is lost."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from ijaza_contracts.topics import EDITIONS as EDITIONS_TOPIC
from ijaza_enrollment.domain.commands import (
    AddSession,
    CancelSession,
    ChangeSessions,
    CloseEdition,
    MoveSession,
)
from ijaza_enrollment.storage import EDITIONS
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.bus import Record
from ijaza_runtime.documents import NewerSchemaError
from ijaza_runtime.errors import Conflicting
from ijaza_runtime.store import Document

from tests.unit.enrollment.given import EDITION, day, edition, rule, session, world


async def test_an_edition_comes_back_as_it_was_stored() -> None:
    """Given an edition with every kind of correction, when it is read, then nothing has changed."""
    place = await world()
    await place.open_call(edition(rule(3, at_most={"organisation": 1})))
    changes = (
        CancelSession(correction="1", session="m1-d1", at=day(1), actor="staff-7"),
        MoveSession(
            correction="2",
            session="m1-d1",
            start=day(3),
            end=day(4),
            at=day(1),
            actor="staff-7",
        ),
        AddSession(
            correction="3", module="m1", added=session("x", day(5)), at=day(1), actor="staff-7"
        ),
    )
    command = ChangeSessions(edition=EDITION, changes=changes)

    said = await place.desk.editions.change_sessions(command)

    assert await place.desk.editions.get(EDITION) == said
    assert (said.cancelled, said.moved, said.added) == tuple((change,) for change in changes)


async def test_a_document_of_a_newer_version_is_refused() -> None:
    """Given a document with a schema of the future, when it is read, then the error says so."""
    store = MemoryStore()
    place = await world(store)
    await place.open_call(edition())
    document = (await store.load(EDITIONS, [EDITION]))[EDITION]
    newer = document.body.replace(b'"schema":2', b'"schema":3')
    await store.save(EDITIONS, [replace(document, version=document.version + 1, body=newer)])

    with pytest.raises(NewerSchemaError, match="editions document of schema 3"):
        await place.desk.editions.get(EDITION)


class ContestedStore(MemoryStore):
    """A store where somebody else writes the same edition just before, a number of times."""

    rivals = 0

    async def save(self, collection: str, documents: Sequence[Document]) -> frozenset[str]:
        if collection == EDITIONS and self.rivals:
            self.rivals -= 1
            (document,) = (await self.load(EDITIONS, [EDITION])).values()
            await super().save(EDITIONS, [replace(document, version=document.version + 1)])
        return await super().save(collection, documents)


async def test_a_write_that_lost_is_made_again_on_what_is_there_now() -> None:
    """Given somebody else writes first, when an edition is closed, then both writes are there."""
    store = ContestedStore()
    place = await world(store)
    await place.open_call(edition())
    store.rivals = 3

    state = await place.desk.editions.close(
        CloseEdition(edition=EDITION, at=day(9), actor="staff-7")
    )

    assert state.closed_at == day(9)
    document = (await store.load(EDITIONS, [EDITION]))[EDITION]
    assert document.version == 1 + 3 + 1
    assert len(await place.published(EDITIONS_TOPIC)) == 2


async def test_a_write_that_always_loses_is_given_up() -> None:
    """Given others never stop writing, when an edition is closed, then the caller is told."""
    store = ContestedStore()
    place = await world(store)
    await place.open_call(edition())
    store.rivals = 1000

    with pytest.raises(Conflicting, match="send the same again"):
        await place.desk.editions.close(CloseEdition(edition=EDITION, at=day(9), actor="staff-7"))


async def test_what_could_not_be_sent_goes_before_what_follows() -> None:
    """Given a crash before sending, when the document changes again, then both events are sent,
    the earlier first.
    """
    store = MemoryStore()
    place = await world(store)
    await place.open_call(edition())
    document = (await store.load(EDITIONS, [EDITION]))[EDITION]
    unsent = Record(EDITIONS_TOPIC.name, EDITION, b"{}", {"ce_id": "unsent"})
    await store.save(EDITIONS, [replace(document, version=2, outbox=(unsent,))])

    await place.desk.editions.close(CloseEdition(edition=EDITION, at=day(9), actor="staff-7"))

    ids = [record.headers["ce_id"] for record in await place.records(EDITIONS_TOPIC)]
    assert ids[1] == "unsent"
    assert len(ids) == 3
