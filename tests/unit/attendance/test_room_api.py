"""The room of a session over HTTP: once, by a link, and as a stream from a real server."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from ijaza_attendance.main import Desk, assemble
from ijaza_attendance.passes.keys import PassKeys
from ijaza_attendance.rooms import RoomReader
from ijaza_contracts.attendance import ScanRecorded
from ijaza_contracts.enrollment import EditionPublished, PersonRecorded
from ijaza_runtime.access import Role
from ijaza_runtime.serving import Server

from tests.unit.attendance.doors import OF_EDITION, at_the_door
from tests.unit.attendance.given import EDITION, PUBLISHED_AT, at, edition, scan, session
from tests.unit.attendance.office import NOW, Office, code, opened

TODAY = 13
"""The day of teaching on which `NOW` is."""
ROOM = f"{OF_EDITION}/sessions/s3/room"
LINK = f"{OF_EDITION}/sessions/s3/room-link"
SOON = 10.0


def with_a_session_of_now(revision: int = 2, start: str = "08:30") -> EditionPublished:
    """A revision that has s3 under way at 9:00 of the day that it is."""
    return edition(
        [session("s1"), session("s2", day=2), session("s3", start, "12:00", day=TODAY)],
        revision=revision,
    )


def came(participant: str, clock: str = "08:50") -> ScanRecorded:
    """Somebody goes into s3."""
    event = scan("in", at(clock, TODAY), session="s3", scan_id=f"{participant}-in")
    return event.model_copy(update={"participant": participant})


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """Three people; one of them came in time, one late, one is awaited."""
    async with at_the_door(tmp_path) as office:
        await office.tell(with_a_session_of_now(), came("p1", "08:35"), came("p2"))
        await office.drain()
        yield office


async def test_the_room_counts_first_and_names_everybody(office: Office[Desk]) -> None:
    """By badge number, with both names, since when, and who came late."""
    response = await office.get(Role.AUDITOR, ROOM)

    assert response.status_code == 200, response.text
    room = response.json()
    assert list(room)[-2:] == ["counts", "people"]
    assert room["counts"] == {
        "inside": 2,
        "late": 1,
        "absent": 0,
        "left": 0,
        "expected": 0,
        "excused": 0,
        "arrived_late": 1,
    }
    assert [(each["number"], each["status"], each["arrived_late"]) for each in room["people"]] == [
        (1, "inside", False),
        (2, "inside", True),
        (3, "late", False),
    ]
    assert room["people"][1] == {
        "participant": "p2",
        "number": 2,
        "name_en": "Mariam 2",
        "name_ar": "مريم",
        "status": "inside",
        "since": "2019-12-27T08:50:00Z",
        "arrived_at": "2019-12-27T08:50:00Z",
        "arrived_late": True,
    }
    assert (room["session"], room["revision"], room["at"]) == ("s3", 2, "2019-12-27T09:00:00Z")


@pytest.mark.parametrize("route", ["room", "room/events"])
async def test_there_is_no_room_of_an_unknown_session(office: Office[Desk], route: str) -> None:
    """The answer names those that there are."""
    response = await office.get(Role.OFFICE, f"{OF_EDITION}/sessions/s9/{route}")

    assert code(response, 404) == "session-not-known"
    assert "s1, s2, s3" in response.json()["detail"]


async def test_a_name_that_was_erased_leaves_the_room(office: Office[Desk]) -> None:
    """The person stays, as a number."""
    gone = PersonRecorded(
        edition=EDITION,
        participant="p1",
        at=PUBLISHED_AT,
        version=2,
        name_en="",
        name_ar="",
        email="",
        attributes={},
    )
    await office.get(Role.OFFICE, ROOM)
    await office.tell(gone)

    first, *_ = (await office.get(Role.OFFICE, ROOM)).json()["people"]

    assert (first["number"], first["name_en"], first["name_ar"]) == (1, "", "")


async def linked(office: Office[Desk], **asked: int) -> str:
    """The address of the room's page, as the office is given it."""
    response = await office.post(Role.OFFICE, LINK, asked)
    assert response.status_code == 200, response.text
    hours = timedelta(hours=asked.get("hours", 8))
    assert response.json()["expires_at"] == (NOW + hours).isoformat().replace("+00:00", "Z")
    return str(response.json()["address"])


async def test_a_link_shows_a_page_without_an_account(office: Office[Desk]) -> None:
    """Which loads from its own server alone, and names nobody itself."""
    response = await office.http.get(await linked(office))

    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["cache-control"] == "no-store"
    assert "Mariam" not in response.text


async def test_a_link_that_is_no_link_shows_nothing(office: Office[Desk]) -> None:
    """Altered, of another kind, or of nothing: one answer, for the page as for its stream."""
    address = await linked(office)
    await office.post(Role.OFFICE, f"{OF_EDITION}/passes", {"expires_at": "2030-01-01T00:00:00Z"})
    to_pass = await office.post(
        Role.OFFICE, f"{OF_EDITION}/participants/p1/pass-link", {"hours": 1}
    )
    other_kind = str(to_pass.json()["address"]).replace("/p/", "/room/")

    for wrong in ("/room/none", address[:-4] + "AAAA", other_kind):
        page = await office.http.get(wrong)
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert code(await office.http.get(f"{wrong}/events"), 404) == "no-such-link"


async def test_a_link_expires(tmp_path: Path) -> None:
    """An hour later there is nothing behind it."""
    now = [NOW]
    async with opened(assemble, tmp_path, clock=lambda: now[0]) as office:
        await office.tell(with_a_session_of_now())
        address = await linked(office, hours=1)
        assert (await office.http.get(address)).status_code == 200

        now[0] += timedelta(hours=1)

        assert (await office.http.get(address)).status_code == 404


async def test_the_files_of_the_page_are_sent_and_nothing_else(office: Office[Desk]) -> None:
    """With a tag, so that they are sent again only when they change."""
    script = await office.http.get("/room/page/room.js")
    again = await office.http.get(
        "/room/page/room.js", headers={"If-None-Match": script.headers["etag"]}
    )

    assert script.headers["content-type"].startswith("text/javascript")
    assert again.status_code == 304
    for name in ("room.html", "nothing.js", "..%2Frooms.py"):
        assert (await office.http.get(f"/room/page/{name}")).status_code == 404


@dataclass
class Events:
    """A stream as it is read."""

    lines: AsyncIterator[str]

    async def next(self) -> tuple[str, str, Any]:
        """Name, id and data of the next event that is not a beat."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(SOON):
            async for line in self.lines:
                name, _, value = line.partition(": ")
                if line:
                    fields[name] = value
                elif fields.get("event") in (None, "beat"):
                    fields.clear()
                else:
                    return fields["event"], fields["id"], json.loads(fields["data"])
        raise EOFError


@asynccontextmanager
async def serving(office: Office[Desk]) -> AsyncIterator[tuple[str, Server]]:
    """The service on a port of its own, and the server that serves it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(uvicorn.Config(office.service.app(), log_config=None, lifespan="off"))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", server
        office.service.hang_up()
        server.end()
        async with asyncio.timeout(SOON):
            await task


@asynccontextmanager
async def heard(url: str, **headers: str) -> AsyncIterator[Events]:
    """A stream that is read."""
    async with (
        httpx.AsyncClient(timeout=SOON) as http,
        http.stream("GET", url, headers=headers) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield Events(answer.aiter_lines())


@pytest.mark.slow
async def test_a_stream_tells_the_room_and_then_each_change(office: Office[Desk]) -> None:
    """A scan that this process folds is told within a second or so."""
    async with (
        serving(office) as (url, _),
        heard(url + ROOM + "/events", **office.bearer(Role.AUDITOR)) as events,
    ):
        name, first, whole = await events.next()
        assert (name, whole["counts"]["inside"], len(whole["people"])) == ("snapshot", 2, 3)

        await office.tell(came("p3", "08:59"))
        await office.drain()

        name, second, news = await events.next()
        assert name == "change"
        assert int(second) > int(first)
        assert (news["person"]["participant"], news["person"]["status"]) == ("p3", "inside")
        assert news["counts"]["inside"] == 3


@pytest.mark.slow
async def test_what_another_process_folded_is_told_too(office: Office[Desk]) -> None:
    """The documents are asked: this process sees nothing of the scan but what came of it."""
    async with (
        serving(office) as (url, _),
        heard(url + ROOM + "/events", **office.bearer(Role.OFFICE)) as events,
    ):
        await events.next()
        async with office.beside(assemble) as other:
            await office.tell(came("p3", "08:59"))
            while await other.turn():
                pass

        _, _, news = await events.next()
        assert (news["person"]["participant"], news["person"]["status"]) == ("p3", "inside")


@pytest.mark.slow
async def test_a_session_that_moves_is_told_whole(office: Office[Desk]) -> None:
    """And whoever comes again begins with the whole room, whatever they heard last."""
    address = await linked(office)
    async with serving(office) as (url, _):
        async with heard(f"{url}{address}/events") as events:
            await events.next()
            await office.tell(with_a_session_of_now(revision=3, start="10:00"))
            await office.drain()
            name, number, whole = await events.next()
            assert (name, whole["start"]) == ("snapshot", "2019-12-27T10:00:00Z")
            assert whole["counts"]["expected"] == 1

        async with heard(f"{url}{address}/events", **{"Last-Event-ID": number}) as events:
            name, _, whole = await events.next()
            assert (name, whole["revision"]) == ("snapshot", 3)


async def test_a_server_that_ends_waits_for_no_stream(office: Office[Desk]) -> None:
    """What goes on by itself is ended: the process keeps its grace for what is in hand."""
    async with (
        serving(office) as (url, server),
        heard(url + ROOM + "/events", **office.bearer(Role.OFFICE)) as events,
    ):
        await events.next()
        office.service.stop()
        server.end()
        with pytest.raises(EOFError):
            await events.next()


async def test_a_room_is_the_same_until_something_or_the_hour_changes(
    office: Office[Desk],
) -> None:
    """Nothing is made anew for nothing; who is late is absent when the time has come."""
    now = [NOW]
    reader = RoomReader(
        references=office.service.references, store=office.parts.store, clock=lambda: now[0]
    )
    first = await reader.look((EDITION, "s3"))
    now[0] += timedelta(minutes=29)

    assert await reader.look((EDITION, "s3"), first) is first
    now[0] += timedelta(minutes=1)
    later = await reader.look((EDITION, "s3"), first)

    assert first is not None
    assert later is not None
    assert (first.room.counts["late"], later.room.counts["late"]) == (1, 0)
    assert later.room.counts["absent"] == 1


def test_links_to_rooms_and_to_passes_are_signed_with_secrets_of_their_own(tmp_path: Path) -> None:
    """Neither can be made of the other."""
    keys = PassKeys(tmp_path)

    assert keys.links != keys.room_links
