"""Fleets without device keys: how much each may send, and the example that sends by HTTP."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from ijaza_attendance.main import Desk, assemble
from ijaza_attendance.settings import AttendanceSettings
from ijaza_contracts.attendance import AttendanceCorrected
from ijaza_contracts.enrollment import ParticipantSelected
from ijaza_contracts.topics import SCANS, dead_letters
from ijaza_runtime.access import Role
from ijaza_runtime.bus import Record
from ijaza_runtime.outbox import record_of

from tests.unit.attendance.given import EDITION, PUBLISHED_AT, at, edition, session
from tests.unit.attendance.office import Office, code, opened
from tests.unit.attendance.test_example_kiosk import Wire

FEW = AttendanceSettings(fleet_rate=10)
EXAMPLE = Path(__file__).parents[3] / "examples/kiosk/fleet_http.py"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """An edition whose fleets may send ten scans a second."""
    async with opened(lambda parts: assemble(parts, FEW), tmp_path) as office:
        await office.tell(edition([session("s1")]))
        yield office


def scan(seq: int) -> dict[str, Any]:
    return {
        "scan_id": f"gate-7-{seq}",
        "device": "gate-7",
        "participant": "p1",
        "session": "s1",
        "direction": "in",
        "at": "2019-12-15T16:00:00Z",
        "seq": seq,
    }


async def post(office: Office[Desk], fleet: str, scans: int) -> httpx.Response:
    """A batch of a fleet."""
    now = datetime.now(UTC)
    token = office.service.access.issue(fleet, [Role.DOOR], timedelta(hours=1), now)
    return await office.http.post(
        "/v1/scans",
        json={"edition": EDITION, "scans": [scan(seq) for seq in range(scans)]},
        headers={"Authorization": f"Bearer {token}"},
    )


async def test_scans_count_not_batches(office: Office[Desk]) -> None:
    """Ten seconds' worth at once; what goes beyond is worked off, by this fleet alone."""
    assert (await post(office, "fleet-1", 60)).status_code == 200
    assert (await post(office, "fleet-1", 60)).status_code == 200

    third = await post(office, "fleet-1", 1)

    assert code(third, 429) == "too-many-scans"
    assert 2 <= int(third.headers["Retry-After"]) <= 3
    assert (await post(office, "fleet-2", 60)).status_code == 200


async def test_a_batch_costs_something_however_small(office: Office[Desk]) -> None:
    """A scan a batch is ten times as dear as ten scans in one."""
    answers = [await post(office, "fleet-1", 1) for _ in range(12)]

    assert [each.status_code for each in answers] == [200] * 10 + [429] * 2


async def test_the_example_sends_all_of_it_once_in_effect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer is lost and the next is 429: every scan is on the topic, none is new."""
    spec = importlib.util.spec_from_file_location("example_fleet", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    example: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    slept: list[float] = []
    monkeypatch.setattr(example, "MOST", 30)
    monkeypatch.setattr(example, "sleep", slept.append)
    async with opened(assemble, tmp_path) as office:
        await office.tell(edition([session("s1")]))
        http = httpx.Client(transport=_Hindered(office), base_url="http://service")
        http.headers["Authorization"] = office.bearer(Role.DOOR)["Authorization"]

        def send_all() -> list[dict[str, Any]]:
            scans = ({"edition": EDITION, **scan(seq)} for seq in range(100))
            return [each for batch in example.batches(scans) for each in example.send(http, batch)]

        outcomes = await asyncio.to_thread(send_all)

        assert [each["scan_id"] for each in outcomes] == [f"gate-7-{seq}" for seq in range(100)]
        assert slept == [1, 7]
        follower = await office.bus.follower([SCANS.name])
        records = [each for part in await follower.read(1000) for each in part.records]
        assert len(records) == 130
        assert len({each.headers["ce_id"] for each in records}) == 100


class _Hindered(Wire):
    """Loses the first answer, and has the second attempt wait."""

    _asked = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._asked += 1
        if self._asked == 2:
            return httpx.Response(429, headers={"Retry-After": "7"})
        answer = super().handle_request(request)
        if self._asked == 1:
            raise httpx.ReadError("cut")
        return answer


async def test_what_a_fleet_writes_that_is_no_scan_is_a_dead_letter(tmp_path: Path) -> None:
    """An event on a topic that is not its own is folded by nobody: who may write there may not
    select, correct or issue.
    """
    forged = [
        ParticipantSelected(
            edition=EDITION, participant="p1", at=PUBLISHED_AT, number=1, via="ranking", rank=1
        ),
        AttendanceCorrected(
            edition=EDITION,
            participant="p1",
            at=at("20:00"),
            session="s1",
            minutes=600,
            correction="c",
            ordinal=1,
            actor="office-1",
        ),
    ]
    async with opened(assemble, tmp_path) as office:
        await office.tell(edition([session("s1")]))
        records = [record_of(event) for event in forged]
        await office.bus.publish([Record(SCANS.name, r.key, r.value, r.headers) for r in records])
        await office.drain()

        answer = await office.get(Role.OFFICE, f"/v1/editions/{EDITION}/participants/p1/attendance")
        assert answer.status_code == 404
        follower = await office.bus.follower([dead_letters("attendance").name])
        assert sum(len(each.records) for each in await follower.read(10)) == 2
