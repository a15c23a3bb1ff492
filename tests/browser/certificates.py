"""Credential with graduates of every kind, listening in a thread as their issuer's site."""

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from ijaza_contracts.edition import Issuer, Organisation, Place
from ijaza_contracts.envelope import Event
from ijaza_contracts.topics import PEOPLE
from ijaza_credential.documents.jwt import as_jwt
from ijaza_credential.main import Desk, assemble
from ijaza_runtime.access import Role
from ijaza_runtime.bus import Record

from tests.unit.attendance.office import Office, opened
from tests.unit.credential.given import (
    EDITION,
    certificate,
    closed,
    everything,
    failed,
    module,
    published,
    recorded,
)
from tests.unit.credential.graduates import newest_not_heard_of

VALID, RENAMED, TAKEN_BACK, FALLEN, ERASED, HOSTILE = "p1", "p2", "p3", "p4", "p5", "p6"
NAMES = {
    VALID: ("Amina Farouk El-Sayed", "أمينة فاروق السيد"),
    RENAMED: ("Yussef Abdel Rahman", "يوسف عبد الرحمن"),
    TAKEN_BACK: ("Mariam Nabil", "مريم نبيل"),
    FALLEN: ("Karim Mostafa", "كريم مصطفى"),
    ERASED: ("Hala Gamal", "هالة جمال"),
    HOSTILE: ('<script>alert("x")</script>', '"><img src=x onerror=alert(1)>{{7*7}}'),
}


@dataclass
class Site:
    """The site, and the certificates of those in `NAMES` by participant."""

    port: int
    loop: asyncio.AbstractEventLoop
    office: Office[Desk]
    serials: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def page(self, participant: str, version: int | str = "", language: str = "en") -> str:
        """The address of a certificate's page."""
        path = f"/v/{self.serials[participant]}{f'/{version}' if version else ''}"
        return f"{self.url}{path}?lang={language}"

    def file(self, participant: str, name: str, version: int = 1) -> bytes:
        """The PDF or the credential of a certificate, as anybody gets it."""
        address = f"{self.url}/v/{self.serials[participant]}/{version}/{name}"
        return httpx.get(address).raise_for_status().content

    def jwt(self, participant: str) -> str:
        """The JWT of a certificate, as it was given out while that was valid."""
        did = httpx.get(f"{self.url}/.well-known/did.json").json()
        credential = json.loads(self.file(participant, "credential.json"))
        return as_jwt(credential, did, self.office.service.desk.keys.signing())

    def do(self, what: Callable[[Office[Desk]], Awaitable[object]]) -> None:
        """Have something done where the service runs."""

        async def done() -> None:
            await what(self.office)
            await self.office.drain()

        asyncio.run_coroutine_threadsafe(done(), self.loop).result(60)


async def _graduated(site: Site) -> None:
    office, names = site.office, {"en": "Programme Office, Cairo", "ar": "مكتب البرنامج، القاهرة"}
    titles = {"en": "Certificate in Migration Governance", "ar": "شهادة حوكمة الهجرة"}
    terms: dict[str, Any] = {
        "issuer": Issuer(did_host=f"localhost:{site.port}", name=names, url="https://example.org"),
        "organisers": (Organisation(id="office", name=names),),
        "place": Place(
            name={"en": "Downtown campus", "ar": "الحرم الجامعي بوسط البلد"},
            city={"en": "Cairo", "ar": "القاهرة"},
        ),
        "title": {
            "en": "Migration Governance, fourth edition",
            "ar": "حوكمة الهجرة، الدورة الرابعة",
        },
        "certificates": (certificate().model_copy(update={"title": titles}),),
        "modules": (module("m1", 1), module("m2", 8)),
    }
    await office.tell(published(**terms))
    for number, (participant, (english, arabic)) in enumerate(NAMES.items(), 1):
        facts: list[Event] = [recorded(english, arabic), *everything()]
        told = [each.model_copy(update={"participant": participant}) for each in facts]
        numbered = [
            each.model_copy(update={"number": number}) if hasattr(each, "number") else each
            for each in told
        ]
        await office.tell(*numbered)
    await office.tell(closed())
    await office.drain()
    for participant in NAMES:
        state = await office.service.desk.commands.read(participant)
        assert state is not None
        site.serials[participant] = state.issued[1].serial
    changed = [
        recorded("Youssef Abdelrahman", "يوسف عبد الرحمن", version=2).model_copy(
            update={"participant": RENAMED}
        ),
        failed("m1", facts=2).model_copy(update={"participant": FALLEN}),
    ]
    await office.tell(*changed)
    await office.drain()
    path = f"/v1/editions/{EDITION}/participants/{TAKEN_BACK}/revocation"
    await office.post(Role.OFFICE, path, {"reason": "identity-in-doubt"})
    await office.drain()


async def erase(office: Office[Desk]) -> None:
    """The one who wished so is erased."""
    await office.bus.publish([Record(PEOPLE.name, ERASED, None, {})])


@contextmanager
def newest_missing(site: Site, participant: str) -> Iterator[None]:
    """What `newest_not_heard_of` does, where the site runs."""
    waiting = newest_not_heard_of(site.office, participant)

    async def begin(_: Office[Desk]) -> None:
        await waiting.__aenter__()

    async def end(_: Office[Desk]) -> None:
        await waiting.__aexit__(None, None, None)

    site.do(begin)
    yield
    site.do(end)


@contextmanager
def certificate_site(folder: Path) -> Iterator[Site]:
    """A site of its own, until the end."""
    listening = socket.create_server(("127.0.0.1", 0))
    began: list[Site] = []
    ready, failures = threading.Event(), list[BaseException]()
    server: list[uvicorn.Server] = []

    async def served() -> None:
        async with opened(assemble, folder, clock=lambda: datetime.now(UTC)) as office:
            site = Site(listening.getsockname()[1], asyncio.get_running_loop(), office)
            await _graduated(site)
            config = uvicorn.Config(office.service.app(), log_level="critical", lifespan="off")
            server.append(uvicorn.Server(config))
            began.append(site)
            ready.set()
            await server[0].serve(sockets=[listening])

    def run() -> None:
        try:
            asyncio.run(served())
        except BaseException as error:
            failures.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(60)
    if failures:
        raise failures[0]
    try:
        yield began[0]
    finally:
        server[0].should_exit = server[0].force_exit = True
        thread.join(30)
        listening.close()
