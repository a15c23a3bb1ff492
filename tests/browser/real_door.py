"""The real attendance service as a process of its own, with an edition whose session is now."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

import httpx
from ijaza_attendance.passes.keys import PassKeys
from ijaza_attendance.passes.tokens import Claims, sign
from ijaza_contracts.edition import Session
from ijaza_contracts.enrollment import ParticipantSelected, PersonRecorded
from ijaza_contracts.topics import ATTEMPTS, SCANS, Topic
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.outbox import records_of

from tests.browser.wire import Wire, wire_to
from tests.process.house import House
from tests.unit.attendance.given import EDITION, PUBLISHED_AT
from tests.unit.attendance.given import edition as edition_of

T = TypeVar("T")
SESSION = "s1"


def _apart(work: Callable[[], Awaitable[T]]) -> T:
    """Run a coroutine in a thread: Playwright's loop runs in this one."""

    async def awaited() -> T:
        return await work()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, awaited()).result()


@dataclass
class RealDoor:
    """A service that can be stopped and started at one address, and its office."""

    house: House
    people: int
    port: int
    wire: Wire
    _running: ExitStack = field(default_factory=ExitStack)
    _office: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self._office = httpx.Client(
            base_url=f"http://localhost:{self.port}", headers=self.house.headers(), timeout=60
        )

    @property
    def url(self) -> str:
        """Where kiosks find it: at the other end of the wire."""
        return f"http://localhost:{self.wire.port}"

    def start(self) -> None:
        process = self._running.enter_context(self.house.started("attendance", port=self.port))
        _apart(process.ready)

    def stop(self) -> None:
        """As a power cut stops it."""
        self._running.close()

    def close(self) -> None:
        """The end of it."""
        self.stop()
        self._office.close()

    def office(self, method: str, path: str, body: object = None) -> Any:
        """Ask as the office does."""
        answer = self._office.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def issue_passes(self) -> None:
        """Give everybody a pass, and wait until they have it."""
        expires_at = (datetime.now(UTC) + timedelta(days=30)).isoformat()
        asked = {"expires_at": expires_at, "participants": self.people}
        path = f"/v1/editions/{EDITION}/passes"
        deadline = monotonic() + 60
        while self.office("POST", path, asked)["kept"] < self.people:
            assert monotonic() < deadline, "passes were not issued"
            sleep(0.2)

    def invite(self) -> tuple[str, str]:
        """A device and the code that enrols it."""
        asked = {"label": "Main hall", "editions": [{"edition": EDITION}]}
        invited = self.office("POST", "/v1/devices", asked)
        return invited["device"], invited["code"]

    def token(self, number: int) -> str:
        """The pass of a person, signed as the office signs it."""
        path = f"/v1/editions/{EDITION}/participants/{participant(number)}/passes"
        (issued,) = self.office("GET", path)["passes"]
        key = PassKeys(self.house.keys).private(issued["key_id"])
        assert key is not None
        expires_at = int(datetime.fromisoformat(issued["expires_at"]).timestamp())
        claims = Claims(
            EDITION, participant(number), issued["serial"], expires_at, issued["key_id"]
        )
        return sign(claims, key)

    def scans(self) -> dict[str, dict[str, Any]]:
        """The scans on the bus by their ids. Events of one id are one event."""
        return {each["scan_id"]: each for each in self._events(SCANS)}

    def recorded(self) -> list[str]:
        """The ids of the scans on the bus, each as often as there are events of it."""
        return sorted(each["scan_id"] for each in self._events(SCANS))

    def attempts(self) -> dict[str, dict[str, Any]]:
        """What did not count, by the ids of the scans."""
        told = self._events(ATTEMPTS)
        return {each["attempt_id"]: each for each in told if "attempt_id" in each}

    def counted(self) -> list[str]:
        """The ids of the scans that stand in the states of the people, as the office is told."""
        counted: list[str] = []
        for number in range(1, self.people + 1):
            path = f"/v1/editions/{EDITION}/participants/{participant(number)}/attendance"
            for session in self.office("GET", path)["sessions"]:
                counted += [each["scan_id"] for each in session["scans"]]
        return sorted(counted)

    def _events(self, topic: Topic) -> list[dict[str, Any]]:
        return _apart(lambda: _events(self.house.bus, topic))


def participant(number: int) -> str:
    return f"{number:032x}"


async def _events(path: Path, topic: Topic) -> list[dict[str, Any]]:
    bus = SqliteBus(path)
    follower = await bus.follower([topic.name])
    events: dict[str, dict[str, Any]] = {}
    while slices := await follower.read(1000):
        for _, _, records in slices:
            for each in records:
                assert each.value is not None
                events[each.headers["ce_id"]] = json.loads(each.value)
    await bus.close()
    return list(events.values())


async def _publish(path: Path, people: int) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    session = Session(id=SESSION, start=now - timedelta(minutes=5), end=now + timedelta(hours=3))
    facts = [edition_of([session])]
    told = [
        event
        for number in range(1, people + 1)
        for event in (
            ParticipantSelected(
                edition=EDITION,
                participant=participant(number),
                at=PUBLISHED_AT,
                number=number,
                via="ranking",
                rank=number,
            ),
            PersonRecorded(
                edition=EDITION,
                participant=participant(number),
                at=PUBLISHED_AT,
                version=1,
                name_en=f"Person {number}",
                name_ar=f"شخص {number}",
                email=f"p{number}@example.org",
                attributes={},
            ),
        )
    ]
    bus = SqliteBus(path)
    await bus.publish(records_of([*facts, *told]))
    await bus.close()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def real_door(folder: Path, people: int = 30) -> Iterator[RealDoor]:
    """A door with everybody's pass issued."""
    house = House(folder)
    folder.mkdir(exist_ok=True)
    _apart(house.provision)
    _apart(lambda: _publish(house.bus, people))
    port = _free_port()
    with wire_to(port) as wire:
        door = RealDoor(house, people, port, wire)
        door.start()
        try:
            door.issue_passes()
            yield door
        finally:
            door.close()
