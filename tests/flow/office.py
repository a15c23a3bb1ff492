"""Sending an edition by HTTP, as its office, the doors and the examiners would.

The rows of an edition's files only say what is sent; the services never see a file.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from ijaza_local.files import EditionFiles, Scan, move_of
from ijaza_local.services import Services
from ijaza_runtime.web import Role


@dataclass(frozen=True)
class Clients:
    """A client of each service, with a token for every role that it asks for."""

    by_service: dict[str, httpx.AsyncClient]

    async def post(self, service: str, path: str, body: dict[str, Any]) -> Any:
        response = await self.by_service[service].post(path, json=body)
        assert response.is_success, f"{path}: {response.status_code} {response.text}"
        return response.json()

    async def get(self, service: str, path: str, **query: Any) -> Any:
        response = await self.by_service[service].get(path, params=query)
        assert response.is_success, f"{path}: {response.status_code} {response.text}"
        return response.json()


@asynccontextmanager
async def connected(services: Services) -> AsyncIterator[Clients]:
    """Open a client to each service."""
    token = services.access.issue("staff-1", list(Role), timedelta(hours=1), datetime.now(UTC))
    async with AsyncExitStack() as stack:
        yield Clients(
            {
                service.name: await stack.enter_async_context(
                    httpx.AsyncClient(
                        transport=httpx.ASGITransport(service.app()),
                        base_url="http://localhost",
                        headers={"authorization": f"Bearer {token}"},
                    )
                )
                for service in services.all
            }
        )


def chunks(rows: Sequence[Any], most: int = 200) -> Iterator[Sequence[Any]]:
    """Rows in batches that a request may carry."""
    return (rows[start : start + most] for start in range(0, len(rows), most))


class Office:
    """Sends what an edition's files hold, as several people would."""

    def __init__(self, clients: Clients, files: EditionFiles, scans: Sequence[Scan]) -> None:
        self.clients = clients
        self.files = files
        self.scans = scans
        self.path = f"/v1/editions/{files.edition.id}"
        self.ids: dict[str, str] = {}

    async def enrol(self) -> None:
        definition = self.files.edition.model_dump(mode="json")
        await self.clients.post(
            "enrollment",
            "/v1/editions",
            {"definition": definition, "at": "2019-08-01T00:00:00Z"},
        )
        for rows in chunks(self.files.applicants):
            answer = await self.clients.post(
                "enrollment",
                f"{self.path}/applications",
                {
                    "applications": [
                        {
                            "ref": row.ref,
                            "name_en": row.name_en,
                            "name_ar": row.name_ar,
                            "email": row.email,
                            "applied_at": row.applied_at.isoformat(),
                            "nominated_by": row.nominated_by,
                            "attributes": row.attributes,
                        }
                        for row in rows
                    ]
                },
            )
            for row, view in zip(rows, answer["applicants"], strict=True):
                self.ids[row.ref] = view["participant"]
        latest = max(row.applied_at for row in self.files.applicants)
        await self.clients.post("enrollment", f"{self.path}/selection", {"at": latest.isoformat()})
        leaving = sorted(
            (row for row in self.files.decisions if row.decision != "accept"),
            key=lambda row: (row.at, row.participant, row.decision),
        )
        await self._depart([(row.participant, row.decision, row.at) for row in leaving])

    async def _depart(self, rows: Sequence[tuple[str, str, datetime]]) -> None:
        for number, (ref, kind, at) in enumerate(rows):
            await self.clients.post(
                "enrollment",
                f"{self.path}/departures",
                {
                    "departures": [
                        {
                            "departure": f"{ref}/{kind}/{number}",
                            "participant": self.ids[ref],
                            "kind": kind,
                            "at": at.isoformat(),
                        }
                    ]
                },
            )

    async def record(self) -> None:
        known = [scan for scan in self.scans if scan.participant in self.ids]
        for scans in chunks(known):
            await self.clients.post(
                "attendance",
                "/v1/scans",
                {
                    "edition": self.files.edition.id,
                    "scans": [
                        {
                            "scan_id": scan.scan_id,
                            "device": scan.device,
                            "participant": self.ids[scan.participant],
                            "session": scan.session,
                            "direction": scan.direction,
                            "at": scan.at.isoformat(),
                            "seq": scan.seq,
                        }
                        for scan in scans
                    ],
                },
            )
        for results in chunks(self.files.results):
            answer = await self.clients.post(
                "assessment",
                f"{self.path}/results",
                {
                    "results": [
                        {
                            "participant": self.ids[row.participant],
                            "module": row.module,
                            "attempt": row.attempt,
                            "score": str(row.score),
                            "taken_at": row.taken_at.isoformat(),
                        }
                        for row in results
                    ]
                },
            )
            assert {each["outcome"] for each in answer["outcomes"]} == {"recorded"}

    async def correct(self) -> None:
        for number, row in enumerate(self.files.corrections):
            common = {"correction": f"c{number}", "at": row.at.isoformat(), "reason": row.reason}
            person = f"{self.path}/participants/{self.ids.get(row.participant, '')}"
            module, _, attempt = row.target.rpartition("/")
            match row.kind:
                case "attendance":
                    body = {**common, "session": row.target, "minutes": int(row.value)}
                    await self.clients.post("attendance", f"{person}/corrections", body)
                case "excuse":
                    body = {**common, "session": row.target}
                    await self.clients.post("attendance", f"{person}/excuses", body)
                case "score":
                    body = {**common, "module": module, "attempt": int(attempt), "score": row.value}
                    await self.clients.post("assessment", f"{person}/score-corrections", body)
                case "annul":
                    body = {**common, "module": module, "attempt": int(attempt)}
                    await self.clients.post("assessment", f"{person}/annulments", body)
                case "rename":
                    body = {**common, "target": row.target, "value": row.value}
                    await self.clients.post("enrollment", f"{person}/name", body)
                case "withdraw":
                    await self._depart([(row.participant, "withdraw", row.at)])
                case "cancel-session":
                    change = {**common, "kind": "cancel", "session": row.target}
                    body = {"changes": [change]}
                    await self.clients.post("enrollment", f"{self.path}/sessions", body)
                case "move-session":
                    start, end = move_of(row)
                    change = {
                        **common,
                        "kind": "move",
                        "session": row.target,
                        "start": start.isoformat(),
                        "end": end.isoformat(),
                    }
                    body = {"changes": [change]}
                    await self.clients.post("enrollment", f"{self.path}/sessions", body)

    async def close(self, at: datetime) -> None:
        await self.clients.post("enrollment", f"{self.path}/close", {"at": at.isoformat()})
