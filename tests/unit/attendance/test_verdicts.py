"""What the server says of a pass that a device took, and of what no device should send."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from ijaza_attendance.main import Desk
from ijaza_contracts.topics import ATTEMPTS, SCANS
from ijaza_runtime.access import Role

from tests.unit.attendance.doors import Tablet, at_the_door, enrolled, person
from tests.unit.attendance.office import Office, code
from tests.unit.attendance.test_batches import outcomes, said

EXPIRY = "2020-01-15T00:00:00Z"
AFTER = "2020-01-15T00:00:00.000Z"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """An edition of two sessions with three people."""
    async with at_the_door(tmp_path) as office:
        yield office


async def given_pass(office: Office[Desk], participant: str, **more: str) -> dict[str, str]:
    """A new pass of a person, as a device tells of it."""
    asked = {"expires_at": EXPIRY, **more}
    answer = await office.post(Role.OFFICE, f"{person(participant)}/passes", asked)
    assert answer.is_success, answer.text
    shown = (await office.get(Role.OFFICE, f"{person(participant)}/passes")).json()["passes"]
    newest = max(shown, key=lambda each: each["state"] == "valid")
    return {"pass_serial": newest["serial"], "key_id": newest["key_id"], "method": "camera"}


async def verdict(office: Office[Desk], tablet: Tablet, **scan: Any) -> str:
    """The server's verdict on a scan that its device accepted, and that counts."""
    sent = await tablet.send(tablet.batch(1, tablet.scan(1, **scan)))
    ((outcome, told),) = outcomes(sent)
    (event,) = await said(office, SCANS.name)
    assert (outcome, event["device_verdict"]) == ("recorded", "accepted")
    assert told == ("" if event["server_verdict"] == "accepted" else event["server_verdict"])
    return str(event["server_verdict"])


async def test_a_pass_that_stands_is_accepted(office: Office[Desk]) -> None:
    """The person's own, before it expires."""
    mine = await given_pass(office, "p1")

    assert await verdict(office, await enrolled(office), **mine) == "accepted"


async def test_another_ones_pass_is_foreign(office: Office[Desk]) -> None:
    """A serial that was never given to this person proves nothing of them."""
    foreign = await given_pass(office, "p2")

    assert await verdict(office, await enrolled(office), **foreign) == "pass-not-known"


async def test_a_pass_under_another_key_is_seen(office: Office[Desk]) -> None:
    """The serial is right, and the key is not the one that signed it."""
    mine = await given_pass(office, "p1")

    found = await verdict(office, await enrolled(office), **(mine | {"key_id": "k9"}))

    assert found == "wrong-key"


async def test_an_expired_pass_is_seen(office: Office[Desk]) -> None:
    """By the corrected time of the scan, not by the server's clock."""
    mine = await given_pass(office, "p1")

    assert await verdict(office, await enrolled(office), **mine, device_at=AFTER) == "expired"


async def test_a_replaced_pass_is_seen(office: Office[Desk]) -> None:
    """The person has another one by now."""
    mine = await given_pass(office, "p1")
    await given_pass(office, "p1", replaces=mine["pass_serial"])

    assert await verdict(office, await enrolled(office), **mine) == "replaced"


@pytest.mark.parametrize(
    "field",
    ["scan_id", "participant", "session", "verdict", "token_hash", "pass_serial", "key_id"],
)
async def test_a_text_of_10_kb_is_refused_wherever_it_stands(
    office: Office[Desk], field: str
) -> None:
    """A device that takes whatever a QR code says for an id: nothing of it is kept anywhere."""
    tablet = await enrolled(office)

    sent = await tablet.send(tablet.batch(1, tablet.scan(1, **{field: "x" * 10_240})))

    assert code(sent, 422) == "invalid-request"
    assert len(sent.content) < 2_000
    assert await said(office, SCANS.name) == []
    assert await said(office, ATTEMPTS.name) == []
