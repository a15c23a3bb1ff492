"""What the check of files refuses: told by a page, and hostile files hold nobody up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from ijaza_credential.main import Desk, assemble
from ijaza_credential.verification.words import WORDS
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.store import StoreError
from ijaza_runtime.web.app import LARGEST_BODY

from tests.unit.attendance.office import Office, code, opened
from tests.unit.credential.hostile_pdfs import HOSTILE, rows_without_end
from tests.unit.credential.test_verification import graduated

TOO_LARGE = {"file": ("f", b" " * LARGEST_BODY)}
DEADLINE = 8.0
"""Seconds in which a verdict comes: the patience with a reader, and the start of one."""


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """Credential, which knows nothing yet."""
    async with opened(assemble, tmp_path, clock=lambda: datetime.now(UTC)) as office:
        yield office


async def sent(
    office: Office[Desk], data: bytes, who: str = "192.0.2.1", accept: str = "application/json"
) -> httpx.Response:
    """What somebody is answered who sends a file."""
    transport = httpx.ASGITransport(office.service.app(), client=(who, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
        return await http.post("/verify", content=data, headers={"Accept": accept})


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_file_that_is_too_large_is_refused_by_a_page(
    office: Office[Desk], language: str
) -> None:
    """In the language that was chosen, or that the browser prefers."""
    browser = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": language}
    chosen = await office.http.post(f"/verify?lang={language}", files=TOO_LARGE)
    preferred = await office.http.post("/verify", files=TOO_LARGE, headers=browser)

    for answer in (chosen, preferred):
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; script")
        assert WORDS[language]["large"] in answer.text
        assert f'href="/verify?lang={language}"' in answer.text


@pytest.mark.parametrize("accept", ["application/json", "application/problem+json"])
async def test_a_program_is_refused_by_a_problem(office: Office[Desk], accept: str) -> None:
    """Where it asks for JSON."""
    asked = {"Accept": accept}

    large = await office.http.post("/verify", files=TOO_LARGE, headers=asked)
    wrong = await office.http.put("/verify", headers=asked)

    assert code(large, 413) == "body-too-large"
    assert code(wrong, 405) == "method-not-allowed"


async def test_every_refusal_has_a_page(
    office: Office[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong method, an address that is not understood, and an outage."""
    wrong = await office.http.put("/verify?lang=ar")
    strange = await office.http.post(f"/verify?lang={'x' * 21}", content=b"x")

    assert (wrong.status_code, strange.status_code) == (405, 422)
    assert WORDS["ar"]["refused-said"] in wrong.text
    assert WORDS["en"]["refused-said"] in strange.text

    async def fail(*_: Any) -> Any:
        raise StoreError("gone")

    serial = await graduated(office)
    file = (await office.http.get(f"/v/{serial}/1/credential.json")).content
    monkeypatch.setattr(MemoryStore, "find", fail)
    outage = await office.http.post("/verify", content=file)

    assert outage.status_code == 503
    assert outage.headers["retry-after"]
    assert WORDS["en"]["fault"] in outage.text


async def test_other_addresses_are_refused_by_problems(office: Office[Desk]) -> None:
    """Files are for programs; their own pages say what they have to say."""
    answer = await office.http.get("/v/none/1/certificate.pdf", headers={"Accept": "text/html"})

    assert code(answer, 404) == "serial-not-known"


@pytest.mark.slow
@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_pdf_is_unreadable(office: Office[Desk], make: Callable[[], bytes]) -> None:
    """Within a deadline, whatever it asks of its reader."""
    data = make()
    assert len(data) <= LARGEST_BODY
    begun = monotonic()

    answer = await sent(office, data)

    assert answer.json()["verdict"] == "unreadable"
    assert monotonic() - begun < DEADLINE


@pytest.mark.slow
async def test_others_are_answered_while_hostile_files_are_read(office: Office[Desk]) -> None:
    """Pages and other files do not wait for them; a genuine PDF waits for its turn at the most."""
    serial = await graduated(office)
    credential = (await office.http.get(f"/v/{serial}/1/credential.json")).content
    pdf = (await office.http.get(f"/v/{serial}/1/certificate.pdf")).content
    hostile = rows_without_end()
    senders = [asyncio.create_task(sent(office, hostile, f"192.0.2.{n}")) for n in range(4)]
    await asyncio.sleep(0)

    page = await office.http.get(f"/v/{serial}")
    checked = await sent(office, credential, "198.51.100.1")

    assert not any(each.done() for each in senders)
    assert (page.status_code, checked.json()["verdict"]) == (200, "genuine")
    assert (await sent(office, pdf, "198.51.100.2")).json()["verdict"] == "genuine"
    assert {(await each).json()["verdict"] for each in senders} == {"unreadable"}


@pytest.mark.slow
async def test_who_sends_such_files_waits_longer(office: Office[Desk]) -> None:
    """Two of them cost as much as three hundred looks; others are not made to wait."""
    hostile = rows_without_end()

    answers = [await sent(office, hostile) for _ in range(3)]

    codes = [step["code"] for each in answers[:2] for step in each.json()["steps"]]
    assert codes == ["file-stopped", "file-stopped"]
    assert code(answers[2], 429) == "too-many-requests"
    assert (await sent(office, b"x", "192.0.2.2")).status_code == 200
