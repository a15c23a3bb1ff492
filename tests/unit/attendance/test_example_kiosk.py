"""The kiosk that the examples show, against the real routes."""

import asyncio
import importlib.util
from pathlib import Path
from typing import Any

import httpx
import pytest
from ijaza_attendance.main import Desk
from ijaza_runtime.access import Role

from tests.unit.attendance.doors import at_the_door, invited, person
from tests.unit.attendance.office import Office

EXAMPLE = Path(__file__).parents[3] / "examples/kiosk/kiosk.py"


def example() -> Any:
    spec = importlib.util.spec_from_file_location("example_kiosk", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Wire(httpx.BaseTransport):
    """From the kiosk's thread to the service in the test's loop."""

    def __init__(self, office: Office[Desk]) -> None:
        self._office = office
        self._loop = asyncio.get_running_loop()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = self._office.http.request(
            request.method, request.url.path, content=request.read(), headers=request.headers
        )
        answer = asyncio.run_coroutine_threadsafe(asked, self._loop).result(60)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


async def test_it_enrols_scans_and_sends_after_lost_answers_and_an_old_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started anew each time, as from the command line; the first answer to a batch is lost."""
    kiosk_class = example().Kiosk
    async with at_the_door(tmp_path / "keys") as office:
        tablet = await invited(office)
        http = httpx.Client(transport=Wire(office), base_url="http://service")

        def kiosk() -> Any:
            return kiosk_class(tmp_path / "door", http)

        await asyncio.to_thread(lambda: kiosk().enrol(tablet.code))
        scan = await asyncio.to_thread(lambda: kiosk().scan("mg-4", "s1", "p1", "in"))
        with monkeypatch.context() as cut:
            cut.setattr(kiosk_class, "_save", _lose_acknowledgement(kiosk_class._save))
            with pytest.raises(httpx.ReadError):
                await asyncio.to_thread(lambda: kiosk().sync())
        kiosk()._save(token="e30.e30.c2ln")
        sent = await asyncio.to_thread(lambda: kiosk().sync())

        assert [(each["scan_id"], each["outcome"]) for each in sent] == [(scan, "recorded")]
        await office.drain()
        shown = await office.get(Role.OFFICE, f"{person('p1')}/attendance")
        assert [each["scan_id"] for each in shown.json()["sessions"][0]["scans"]] == [scan]


def _lose_acknowledgement(save: Any) -> Any:
    def lost(kiosk: Any, **changes: Any) -> None:
        if changes == {"sealed": None}:
            raise httpx.ReadError("cut")
        save(kiosk, **changes)

    return lost
