"""The same replay where the live store is on MongoDB, of which the bus knows nothing."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest
from ijaza_local.operate.replay import Order, Replayed, replay
from ijaza_runtime.addresses import open_store
from ijaza_runtime.comparing import copy
from ijaza_runtime.settings import RuntimeSettings

from tests.replay.conftest import NOW, Lived

pytestmark = pytest.mark.slow

SERVICE = "enrollment"
COLLECTIONS = ("editions", "applicants", "selections", "selection_pages")


def test_a_store_on_mongodb_is_compared_mended_and_kept(
    lived: Lived, tmp_path: Path, mongo: str
) -> None:
    """A changed document is found, and with a switch it is as the events have it again."""
    own = lived.copy(tmp_path)
    moved = own.settings.model_copy(update={"store_url": f"{mongo}replay-{os.getpid()}"})
    asyncio.run(_move(own.settings, moved))
    assert _replayed(moved).listed == []
    key = asyncio.run(_change(moved))

    replayed = _replayed(moved, switch=True)

    assert [(each.key, each.fields) for each in replayed.listed] == [(key, ("scope",))]
    assert replayed.aside == "collections enrollment-20200601t120000z.*"
    assert _replayed(moved).equal


def _replayed(settings: RuntimeSettings, *, switch: bool = False) -> Replayed:
    order = Order(service=SERVICE, settings=settings, switch=switch)
    return asyncio.run(replay(order, lambda what, count: None, NOW))


async def _move(source: RuntimeSettings, target: RuntimeSettings) -> None:
    here, there = open_store(source.store_url, SERVICE), open_store(target.store_url, SERVICE)
    try:
        await there.provision(COLLECTIONS)
        await copy(here, there, COLLECTIONS)
    finally:
        await here.close()
        await there.close()


async def _change(settings: RuntimeSettings) -> str:
    store = open_store(settings.store_url, SERVICE)
    try:
        (heading,) = await store.headings("applicants", most=1)
        document = (await store.load("applicants", [heading.key]))[heading.key]
        changed = replace(document, version=document.version + 1, scope="other")
        assert not await store.save("applicants", [changed])
        return document.key
    finally:
        await store.close()
