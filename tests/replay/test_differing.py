"""What is not alike is named: by document and field, and without what stands in it."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from ijaza_runtime.addresses import open_store
from ijaza_runtime.comparing import ONLY_LIVE, ONLY_REBUILT, Difference
from ijaza_runtime.store import Document, Store

from tests.flow.commandline import Call
from tests.replay.conftest import Lived

pytestmark = pytest.mark.slow


def changed(lived: Lived, service: str, collection: str, change: Callable[[str], str]) -> Document:
    """Change the body of a collection's last document behind the service's back."""

    async def done() -> Document:
        store = open_store(lived.settings.store_url, service)
        try:
            document = await _last(store, collection)
            body = change(document.body.decode()).encode()
            assert body != document.body
            await store.save(
                collection, [replace(document, version=document.version + 1, body=body)]
            )
            return document
        finally:
            await store.close()

    return asyncio.run(done())


async def _last(store: Store, collection: str) -> Document:
    keys = [heading.key for heading in await store.headings(collection, most=10_000)]
    return max((await store.load(collection, keys)).values(), key=lambda each: each.key)


def with_a_scan_more(body: str) -> str:
    return body.replace('"scans":{', '"scans":{"x":[],').replace(",}", "}")


def test_a_changed_document_is_found(lived: Lived, tmp_path: Path, ijaza: Call) -> None:
    """Its key and its field are told, its content is not; the exit code says no."""
    own = lived.copy(tmp_path)
    document = changed(own, "attendance", "attendance", with_a_scan_more)

    answer = ijaza("replay", "attendance", "--out", own.out, "--json")

    told = json.loads(answer.out)
    assert answer.code == 1
    assert (told["equal"], told["differing"]) == (False, 1)
    assert [each["key"] for each in told["differences"]] == [document.key]
    assert told["differences"][0]["fields"] == ["state.scans"]


def test_personal_data_is_not_told(lived: Lived, tmp_path: Path, ijaza: Call) -> None:
    """A name that differs is told as a field."""
    own = lived.copy(tmp_path)
    with closing(sqlite3.connect(own.stores / "enrollment.db")) as file, file:
        file.execute(
            "UPDATE documents SET body = replace(CAST(body AS TEXT), '@', '@hidden.')"
            " WHERE collection = 'applicants'"
        )

    answer = ijaza("replay", "enrollment", "--out", own.out)

    assert answer.code == 1
    assert "state.application" in answer.out
    assert "@" not in answer.out


def test_a_document_too_much_and_one_too_few_are_told(lived: Lived, tmp_path: Path) -> None:
    """Each with the store that it is in."""
    own = lived.copy(tmp_path)
    with closing(sqlite3.connect(own.stores / "assessment.db")) as file, file:
        (least, greatest) = file.execute("SELECT min(key), max(key) FROM documents").fetchone()
        file.execute("DELETE FROM documents WHERE key = ?", (least,))
        file.execute("UPDATE documents SET key = 'zz' WHERE key = ?", (greatest,))

    replayed = own.replayed("assessment")

    assert sorted(replayed.listed) == sorted(
        [
            Difference("assessment", "zz", ONLY_LIVE),
            Difference("assessment", least, ONLY_REBUILT),
            Difference("assessment", greatest, ONLY_REBUILT),
        ]
    )
