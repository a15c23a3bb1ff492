"""One module with three sessions and one official in it, over the services' HTTP APIs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ijaza_contracts.enrollment import SessionsChanged
from ijaza_contracts.envelope import decode
from ijaza_contracts.topics import EDITIONS
from ijaza_local.services import Services, drain, running

from tests.flow.office import Clients, connected

EDITION = "moving-1"
PATH = f"/v1/editions/{EDITION}"
HOUR = 3600


def at(day: int, clock: str) -> str:
    """A time of a day of teaching."""
    return f"2020-01-{4 + day:02}T{clock}:00Z"


def span(day: int, start: str, end: str) -> dict[str, Any]:
    """From a time of a day to a later one."""
    return {"start": at(day, start), "end": at(day, end)}


def times(day: int, start: str, end: str, *breaks: tuple[str, str]) -> dict[str, Any]:
    """When a session takes place."""
    return {**span(day, start, end), "breaks": [span(day, *each) for each in breaks]}


CALENDAR = (
    {"id": "d1", **times(1, "09:00", "11:00")},
    {"id": "d2", **times(1, "13:00", "15:00")},
    {"id": "d3", **times(2, "09:00", "11:00")},
)


def definition(sessions: Sequence[dict[str, Any]] = CALENDAR) -> dict[str, Any]:
    """An edition that gives a certificate for 80 % of its only module."""
    words = {"en": "Moving", "ar": "متحرك"}
    return {
        "id": EDITION,
        "title": words,
        "timezone": "Africa/Cairo",
        "languages": ["ar", "en"],
        "issuer": {"did_host": "certificates.example.org", "name": words},
        "organisers": [{"id": "office", "name": words}],
        "place": {"name": words, "country": "EG"},
        "modules": [{"id": "m1", "title": words, "sessions": list(sessions)}],
        "certificates": [
            {
                "id": "certificate",
                "kind": "completion",
                "title": words,
                "requires": {"attendance": {"min_percent": "80"}},
            }
        ],
    }


class Scanned(NamedTuple):
    """What a door saw; `session` may be empty."""

    session: str
    direction: str
    day: int
    clock: str


class Totals(NamedTuple):
    """Seconds of the module as attendance and as credential have them, and what follows."""

    scheduled: int
    attended: int
    eligible: bool
    review: tuple[tuple[str, str], ...] = ()


@dataclass
class Classroom:
    """The edition, and the official in it. `revision` is the newest."""

    services: Services
    clients: Clients
    participant: str
    revision: int = 1
    orders: int = 0
    scans: int = 0

    async def scan(self, *scanned: Scanned) -> None:
        """Let a door say what it saw."""
        sent = []
        for each in scanned:
            self.scans += 1
            sent.append(
                {
                    "scan_id": f"{each.session}-{each.direction}-{each.day}-{each.clock}",
                    "device": "door-1",
                    "participant": self.participant,
                    "session": each.session,
                    "direction": each.direction,
                    "at": at(each.day, each.clock),
                    "seq": 0,
                }
            )
        await self.clients.post("attendance", "/v1/scans", {"edition": EDITION, "scans": sent})
        await drain(self.services.all)

    async def order(self, address: str, **order: Any) -> None:
        """Change the calendar as an officer does who has just looked at it."""
        self.orders += 1
        common = {"correction": f"c{self.orders}", "revision": self.revision, "reason": "strike"}
        answer = await self.clients.post("enrollment", f"{PATH}/sessions/{address}", common | order)
        self.revision = answer["revision"]
        await drain(self.services.all)

    async def close(self) -> None:
        """The edition is over."""
        await self.clients.post("enrollment", f"{PATH}/close", {"at": at(9, "12:00")})
        await drain(self.services.all)

    async def totals(self) -> Totals:
        """What the services say now; attendance and credential must say the same."""
        person = f"{PATH}/participants/{self.participant}"
        attended = await self.clients.get("attendance", f"{person}/attendance")
        decided = await self.clients.get("credential", f"{person}/decision")
        review = await self.clients.get("attendance", f"{PATH}/review")
        (module,) = attended["modules"]
        (criterion,) = (
            each for each in decided["prospects"][0]["criteria"] if each["kind"] == "attendance"
        )
        sums = ("scheduled_seconds", "attended_seconds")
        assert [module[name] for name in sums] == [criterion[name] for name in sums]
        assert attended["revision"] == decided["revision"] == self.revision
        return Totals(
            module["scheduled_seconds"],
            module["attended_seconds"],
            decided["eligible"],
            tuple((each["kind"], each["session"]) for each in review["items"]),
        )

    async def told(self) -> list[SessionsChanged]:
        """What stands on the topic of who changed sessions, and why."""
        follower = await self.services.bus.follower([EDITIONS.name])
        known = {SessionsChanged.TYPE: SessionsChanged}
        found = [
            decode(record.headers, record.value, known)
            for part in await follower.read(1000)
            for record in part.records
            if record.value is not None
        ]
        await follower.close()
        return [event for event in found if event is not None]


@asynccontextmanager
async def classroom(
    folder: Path, *, embedded: bool = True, sessions: Sequence[dict[str, Any]] = CALENDAR
) -> AsyncIterator[Classroom]:
    """Open the services on the embedded bus and stores, or in memory, with the edition in them."""
    bus = f"sqlite:///{folder}/bus.db" if embedded else "memory://"
    store = f"sqlite:///{folder}/stores" if embedded else "memory://"
    async with (
        running(bus_url=bus, store_url=store, keys=folder / "keys", partitions=2) as services,
        connected(services) as clients,
    ):
        called = {"at": "2019-08-01T00:00:00Z"}
        body = {"definition": definition(sessions), **called}
        await clients.post("enrollment", "/v1/editions", body)
        person = {
            "ref": "A1",
            "name_en": "Mona Fathy",
            "name_ar": "منى فتحي",
            "email": "a1@example.org",
            "applied_at": "2019-10-01T10:00:00Z",
            "attributes": {},
        }
        answer = await clients.post(
            "enrollment", f"{PATH}/applications", {"applications": [person]}
        )
        await clients.post("enrollment", f"{PATH}/selection", {"at": "2019-10-02T00:00:00Z"})
        await drain(services.all)
        yield Classroom(services, clients, answer["applicants"][0]["participant"])
