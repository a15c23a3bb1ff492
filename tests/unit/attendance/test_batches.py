"""Signed batches of scans over HTTP: taken once, in order, and what becomes of each scan."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ijaza_attendance.main import Desk
from ijaza_contracts.topics import ATTEMPTS, SCANS
from ijaza_runtime.access import Role

from tests.unit.attendance.doors import OF_EDITION, UNTIL, at_the_door, enrolled, person, signed
from tests.unit.attendance.office import Office, code


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """An edition of two sessions with three people."""
    async with at_the_door(tmp_path) as office:
        yield office


async def said(office: Office[Desk], topic: str, kind: str = "") -> list[dict[str, Any]]:
    """What stands on a topic, each event once."""
    follower = await office.bus.follower([topic])
    events: dict[str, dict[str, Any]] = {}
    while slices := await follower.read(1000):
        for _, _, records in slices:
            for each in records:
                if kind in each.headers["ce_type"]:
                    events[each.headers["ce_id"]] = json.loads(each.value or b"")
    return list(events.values())


def outcomes(response: httpx.Response) -> list[tuple[str, str]]:
    assert response.status_code == 200, response.text
    return [(each["outcome"], each["code"]) for each in response.json()["outcomes"]]


async def test_a_scan_is_recorded_with_its_corrected_time_and_all_that_was_said(
    office: Office[Desk],
) -> None:
    """`at` is the device's time plus the offset, to the nearest second."""
    tablet = await enrolled(office)
    scan = tablet.scan(1, device_at="2019-12-15T15:59:58.250Z")

    response = await tablet.send(tablet.batch(1, scan, offset_ms=1250))

    assert outcomes(response) == [("recorded", "")]
    (event,) = await said(office, SCANS.name)
    assert (event["at"], event["offset_ms"]) == ("2019-12-15T16:00:00Z", 1250)
    assert event["device_at"] == "2019-12-15T15:59:58.250000Z"
    assert (event["device_verdict"], event["server_verdict"]) == ("accepted", "accepted")


async def test_the_same_bytes_get_the_same_answer_and_have_no_further_effect(
    office: Office[Desk],
) -> None:
    """Byte for byte, whatever was said of the pass meanwhile."""
    tablet = await enrolled(office)
    body = tablet.batch(1, tablet.scan(1), tablet.scan(2, participant="stranger"))

    first, again = await tablet.send(body), await tablet.send(body)

    assert outcomes(first) == [("recorded", ""), ("kept", "not-on-roster")]
    assert first.content == again.content
    assert len(await said(office, SCANS.name)) == 1


async def test_a_crash_before_the_batch_was_noted_is_healed_by_the_same_bytes(
    office: Office[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scans are durable before; sent again they are the same events."""
    tablet = await enrolled(office)
    body = tablet.batch(1, tablet.scan(1))

    async def crash(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as crashing:
        crashing.setattr("ijaza_attendance.ledger.Ledger.take", crash)
        try:
            failed = (await tablet.send(body)).status_code == 500
        except ConnectionError:
            failed = True
    assert failed
    assert len(await said(office, SCANS.name)) == 1

    assert outcomes(await tablet.send(body)) == [("recorded", "")]
    assert len(await said(office, SCANS.name)) == 1


async def test_a_number_is_used_once(office: Office[Desk]) -> None:
    """Other bytes under it are refused, and nothing of them is kept."""
    tablet = await enrolled(office)
    await tablet.send(tablet.batch(1, tablet.scan(1)))

    refused = await tablet.send(tablet.batch(1, tablet.scan(2)))

    assert code(refused, 409) == "batch-reused"
    assert len(await said(office, SCANS.name)) == 1


async def test_a_batch_ahead_of_its_turn_is_told_whose_turn_it_is(office: Office[Desk]) -> None:
    """No batch of a device can go missing unseen; another device's order is its own."""
    tablet, other = await enrolled(office), await enrolled(office)
    await tablet.send(tablet.batch(1, tablet.scan(1)))

    refused = await tablet.send(tablet.batch(3, tablet.scan(2)))

    assert code(refused, 409) == "batch-out-of-order"
    assert refused.json()["expected"] == 2
    assert outcomes(await other.send(other.batch(1, other.scan(1)))) == [("recorded", "")]


async def test_what_the_device_did_not_sign_is_refused(office: Office[Desk]) -> None:
    """Another key, other bytes, or no signature: 401, and nothing is kept."""
    tablet = await enrolled(office)
    body = tablet.batch(1, tablet.scan(1))
    right = signed(body, tablet.device, tablet.key)
    wrong = signed(body, tablet.device, Ed25519PrivateKey.generate())

    answers = [
        await tablet.send(body, signature=wrong),
        await tablet.send(body + b" ", signature=right),
        await tablet.send(body, signature="x"),
    ]

    assert [code(each, 401) for each in answers] == ["not-signed"] * 3
    assert await said(office, SCANS.name) == []


async def test_a_revoked_device_is_shut_out(office: Office[Desk]) -> None:
    """At once, with its own token; what another one carries for it never counts."""
    tablet, other = await enrolled(office), await enrolled(office)
    body = tablet.batch(1, tablet.scan(1))
    await office.post(Role.OFFICE, f"/v1/devices/{tablet.device}/revocation", {"reason": "lost"})

    assert code(await tablet.send(body), 403) == "device-revoked"

    carried = await other.send(body, signature=signed(body, tablet.device, tablet.key))
    assert outcomes(carried) == [("kept", "device-revoked")]
    assert await said(office, SCANS.name) == []


async def test_another_device_may_carry_a_batch(office: Office[Desk]) -> None:
    """The same answer as to the device itself, which may send it too."""
    tablet, other = await enrolled(office), await enrolled(office)
    body = tablet.batch(1, tablet.scan(1))

    carried = await other.send(body, signature=signed(body, tablet.device, tablet.key))

    assert outcomes(carried) == [("recorded", "")]
    assert (await tablet.send(body)).content == carried.content


async def test_the_future_is_refused_and_the_far_past_is_not(office: Office[Desk]) -> None:
    """A clock that is ahead is corrected before anything of it is taken."""
    tablet = await enrolled(office)
    ahead = (datetime.now(UTC) + timedelta(minutes=4)).isoformat()

    refused = await tablet.send(tablet.batch(1, tablet.scan(1), tablet.scan(2, device_at=ahead)))

    assert code(refused, 422) == "future-dated"
    corrected = tablet.batch(1, tablet.scan(1), tablet.scan(2, device_at=ahead), offset_ms=-240_000)
    assert outcomes(await tablet.send(corrected)) == [("recorded", "")] * 2


async def test_a_device_keeps_to_its_doors(office: Office[Desk]) -> None:
    """Another edition is refused whole; another session, named or meant, does not count."""
    tablet = await enrolled(office, "s1")

    elsewhere = await tablet.send(tablet.batch(1, tablet.scan(1), edition="mg-9"))
    assert code(elsewhere, 403) == "edition-not-kept"

    second_day = "2019-12-16T16:00:00.000Z"
    sent = await tablet.send(
        tablet.batch(
            1,
            tablet.scan(1, session="s2"),
            tablet.scan(2, session="", device_at=second_day),
            tablet.scan(3, session="s9"),
            tablet.scan(4, scan_id="kiosk-1-1"),
            tablet.scan(5, undo_of="kiosk-1-1"),
            tablet.scan(6, session=""),
        )
    )
    assert outcomes(sent) == [
        ("kept", "session-not-kept"),
        ("kept", "session-not-kept"),
        ("kept", "session-not-known"),
        ("kept", "not-this-device"),
        ("kept", "not-this-device"),
        ("recorded", ""),
    ]


async def test_what_the_device_refused_is_an_attempt_that_names_nobody(
    office: Office[Desk],
) -> None:
    """It stands on a topic of its own and never among the scans."""
    tablet = await enrolled(office)
    refused = tablet.scan(1, verdict="revoked", pass_serial="7Q2MZ4T0XK", method="camera")

    sent = await tablet.send(tablet.batch(1, refused))

    assert outcomes(sent) == [("kept", "revoked")]
    (attempt,) = await said(office, ATTEMPTS.name, "ScanAttempted")
    assert (attempt["device_verdict"], attempt["server_verdict"]) == ("revoked", "")
    assert "participant" not in attempt
    assert await said(office, SCANS.name) == []


async def test_whom_the_device_let_in_offline_was_let_in(office: Office[Desk]) -> None:
    """The pass was revoked meanwhile: the scan counts, and the server's verdict says so."""
    tablet = await enrolled(office)
    await office.post(Role.OFFICE, f"{OF_EDITION}/passes", UNTIL)
    (given,) = (await office.get(Role.OFFICE, f"{person('p1')}/passes")).json()["passes"]
    revocation = f"{person('p1')}/passes/{given['serial']}/revocation"
    await office.post(Role.OFFICE, revocation, {"reason": "lost"})
    shown = {"pass_serial": given["serial"], "key_id": given["key_id"], "method": "camera"}

    sent = await tablet.send(tablet.batch(1, tablet.scan(1, **shown)))

    assert outcomes(sent) == [("recorded", "revoked")]
    (event,) = await said(office, SCANS.name)
    assert event["server_verdict"] == "revoked"


async def test_an_undone_scan_counts_no_more(office: Office[Desk]) -> None:
    """Both stay on the topic; nobody is inside."""
    tablet = await enrolled(office)
    first = tablet.scan(1)
    back = tablet.scan(2, undo_of=first["scan_id"], device_at="2019-12-15T16:00:05.000Z")

    await tablet.send(tablet.batch(1, first, back))
    await office.drain()

    assert len(await said(office, SCANS.name)) == 2
    assert (await tablet.bundle()).json()["attendance"] == []


async def test_too_much_and_too_often_is_refused(office: Office[Desk]) -> None:
    """One device's flood is its own: another one goes on."""
    tablet, other = await enrolled(office), await enrolled(office)
    assert code(await tablet.send(tablet.batch(1, tablet.scan(1)) + b" " * 2**18), 413) == (
        "batch-too-large"
    )
    many = [tablet.scan(seq) for seq in range(201)]
    assert code(await tablet.send(tablet.batch(1, *many)), 422) == "invalid-request"

    answers = [await tablet.send(tablet.batch(1, tablet.scan(1))) for _ in range(70)]

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert outcomes(await other.send(other.batch(1, other.scan(1)))) == [("recorded", "")]


async def test_a_device_may_not_send_as_a_fleet(office: Office[Desk]) -> None:
    """Unsigned scans would escape the device's scope."""
    tablet = await enrolled(office)
    scan = {"scan_id": "a", "device": "d", "participant": "p1", "direction": "in", "seq": 1}
    body = {"edition": "mg-4", "scans": [scan | {"at": "2019-12-15T16:00:00Z"}]}

    answer = await office.http.post(
        "/v1/scans", json=body, headers={"Authorization": f"Bearer {tablet.token}"}
    )

    assert code(answer, 403) == "device-has-batches"
