"""Attendance over HTTP, on a bus and a store in memory."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from ijaza_attendance.main import Desk, assemble
from ijaza_contracts.attendance import ScanRecorded
from ijaza_contracts.enrollment import PersonRecorded
from ijaza_runtime.access import Role

from tests.unit.attendance.given import (
    EDITION,
    HOUR,
    PARTICIPANT,
    PUBLISHED_AT,
    at,
    edition,
    scan,
    selected,
    session,
)
from tests.unit.attendance.office import Office, code, opened

PERSON = f"/v1/editions/{EDITION}/participants/{PARTICIPANT}"

IN = {
    "scan_id": "a",
    "device": "kiosk-1",
    "participant": PARTICIPANT,
    "session": "s1",
    "direction": "in",
    "at": "2019-12-15T18:00:00.750+02:00",
    "seq": 1,
}
OUT = IN | {"scan_id": "b", "direction": "out", "at": "2019-12-15T19:00:00+02:00", "seq": 2}


def batch(*scans: object) -> dict[str, object]:
    return {"edition": EDITION, "scans": scans}


def outcomes(response: httpx.Response) -> Sequence[tuple[str, str]]:
    assert response.status_code == 200, response.text
    return [(each["scan_id"], each["outcome"]) for each in response.json()["outcomes"]]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """An edition of two sessions, published."""
    async with opened(assemble, tmp_path) as office:
        await office.tell(edition([session("s1"), session("s2", day=2)]))
        yield office


async def scanned(office: Office[Desk]) -> list[ScanRecorded]:
    """What stands on the topic of scans."""
    follower = await office.bus.follower([ScanRecorded.TOPIC.name])
    slices = await follower.read(1000)
    return [
        ScanRecorded.from_body(record.value or b"") for each in slices for record in each.records
    ]


async def test_a_batch_of_scans_is_on_the_bus_when_it_is_answered(office: Office[Desk]) -> None:
    """Acknowledged means durable; fractions of a second are dropped."""
    response = await office.post(Role.DOOR, "/v1/scans", batch(IN, OUT))

    assert outcomes(response) == [("a", "recorded"), ("b", "recorded")]
    recorded = {scan.scan_id: scan for scan in await scanned(office)}
    assert {*recorded} == {"staff-7/a", "staff-7/b"}
    assert recorded["staff-7/a"].at == at("16:00")


async def test_the_same_batch_again_has_the_same_answer(office: Office[Desk]) -> None:
    """A kiosk that heard no answer sends again; the events are the same ones, by their ids."""
    once = await office.post(Role.DOOR, "/v1/scans", batch(IN, OUT))

    again = await office.post(Role.DOOR, "/v1/scans", batch(IN, OUT))

    assert again.json() == once.json()
    assert len({scan.id for scan in await scanned(office)}) == 2


async def test_a_scan_of_an_unknown_session_is_refused_by_itself(office: Office[Desk]) -> None:
    """The others of its batch are kept; the answer says what to do."""
    response = await office.post(
        Role.DOOR, "/v1/scans", batch(IN | {"session": "s9"}, OUT | {"session": ""})
    )

    assert outcomes(response) == [("a", "refused"), ("b", "recorded")]
    assert "expected one of s1, s2, or none" in response.json()["outcomes"][0]["detail"]
    assert [scan.scan_id for scan in await scanned(office)] == ["staff-7/b"]


async def test_scans_of_an_unknown_edition_are_refused(office: Office[Desk]) -> None:
    """Nothing of such a batch is kept."""
    response = await office.post(Role.DOOR, "/v1/scans", batch(IN) | {"edition": "mg-5"})

    assert code(response, 404) == "edition-not-known"
    assert await scanned(office) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": "2019-12-15T18:00:00"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"direction": "through"},
        {"scan_id": ""},
        {"participant": "p 1"},
    ],
    ids=["no offset", "before time", "no such direction", "no id", "no such participant"],
)
async def test_a_scan_without_the_form_of_one_is_refused(
    office: Office[Desk], wrong: dict[str, Any]
) -> None:
    """A kiosk's fault is told at once, not folded."""
    response = await office.post(Role.DOOR, "/v1/scans", batch(IN | wrong))

    assert code(response, 422) == "invalid-request"


async def test_a_batch_is_not_larger_than_500(office: Office[Desk]) -> None:
    """A kiosk that was offline for long sends several."""
    response = await office.post(Role.DOOR, "/v1/scans", batch(*[IN] * 501))

    assert code(response, 422) == "invalid-request"


async def test_scans_become_seconds_with_their_evidence(office: Office[Desk]) -> None:
    """What counts of each session, the scans behind it, and the sums of the modules."""
    await office.tell(selected())
    await office.tell(
        PersonRecorded(
            edition=EDITION,
            participant=PARTICIPANT,
            at=PUBLISHED_AT,
            version=1,
            name_en="Amina Said",
            name_ar="أمينة سعيد",
        )
    )
    await office.post(Role.DOOR, "/v1/scans", batch(OUT, IN))
    await office.drain()

    answer = (await office.get(Role.OFFICE, f"{PERSON}/attendance")).json()

    assert (answer["name_en"], answer["name_ar"]) == ("Amina Said", "أمينة سعيد")
    first, second = answer["sessions"]
    assert (first["seconds"], first["source"], first["version"]) == (HOUR, "scans", [1, 2])
    assert [each["scan_id"] for each in first["scans"]] == ["staff-7/a", "staff-7/b"]
    assert (second["seconds"], second["version"], second["scans"]) == (0, None, [])
    assert answer["modules"] == [
        {"module": "m1", "scheduled_seconds": 8 * HOUR, "attended_seconds": HOUR}
    ]


async def test_a_correction_counts_at_once_and_shows_who_made_it(office: Office[Desk]) -> None:
    """The office sees what it did; sent again, it changes nothing."""
    await office.tell(selected())
    await office.drain()
    body = {"correction": "c1", "session": "s1", "minutes": 30, "reason": "kiosk-down"}

    once = await office.post(Role.OFFICE, f"{PERSON}/corrections", body)
    again = await office.post(Role.OFFICE, f"{PERSON}/corrections", body)

    assert (once.json()["events"], again.json()["events"]) == (2, 0)
    answer = (await office.get(Role.OFFICE, f"{PERSON}/attendance")).json()
    assert (answer["sessions"][0]["seconds"], answer["sessions"][0]["source"]) == (
        1800,
        "correction",
    )
    assert answer["sessions"][0]["corrections"] == [
        {
            "correction": "c1",
            "minutes": 30,
            "actor": "staff-7",
            "reason": "kiosk-down",
            "at": "2019-12-27T09:00:00Z",
        }
    ]


async def test_an_excused_session_leaves_the_sums(office: Office[Desk]) -> None:
    """It is shown with its excuse."""
    await office.tell(selected())
    body = {"correction": "c1", "session": "s1", "reason": "illness"}

    await office.post(Role.OFFICE, f"{PERSON}/excuses", body)
    await office.drain()

    answer = (await office.get(Role.OFFICE, f"{PERSON}/attendance")).json()
    assert answer["modules"][0]["scheduled_seconds"] == 4 * HOUR
    assert answer["sessions"][0]["excuses"][0]["actor"] == "staff-7"


async def test_a_correction_of_an_unknown_session_is_refused(office: Office[Desk]) -> None:
    """The rules of the domain reach the caller as a problem."""
    body = {"correction": "c1", "session": "s9", "minutes": 30}

    response = await office.post(Role.OFFICE, f"{PERSON}/corrections", body)

    assert code(response, 422) == "session-not-known"


async def test_review_items_are_listed_by_pages_with_their_verdicts(office: Office[Desk]) -> None:
    """A verdict is given by an item's key; the item stays."""
    others = [
        event.model_copy(update={"participant": other})
        for other in ("p2", "p3")
        for event in (selected(), scan("out", at("16:00"), scan_id="x"))
    ]
    await office.tell(selected(), scan("in", at("16:00"), scan_id="a"), *others)
    await office.drain()
    key = {"kind": "missing-out", "session": "s1", "scan_id": "a", "detail": ""}

    given = await office.post(
        Role.OFFICE, f"{PERSON}/verdicts", key | {"verdict": "accepted", "reason": "seen"}
    )
    path = f"/v1/editions/{EDITION}/review"
    first = (await office.get(Role.AUDITOR, path, participants=2)).json()
    rest = (await office.get(Role.AUDITOR, path, participants=2, after=first["next"])).json()

    assert given.status_code == 200
    assert [(each["participant"], each["kind"]) for each in first["items"]] == [
        ("p1", "missing-out"),
        ("p2", "out-while-outside"),
    ]
    assert first["items"][0]["verdict"] == {
        "verdict": "accepted",
        "actor": "staff-7",
        "reason": "seen",
        "at": "2019-12-27T09:00:00Z",
    }
    assert [each["participant"] for each in rest["items"]] == ["p3"]
    assert rest["next"] is None


async def test_nothing_is_known_of_a_participant_of_another_edition(office: Office[Desk]) -> None:
    """A participant is one person in one edition."""
    await office.tell(selected(), edition().model_copy(update={"edition": "mg-5"}))
    await office.drain()

    response = await office.get(
        Role.OFFICE, f"/v1/editions/mg-5/participants/{PARTICIPANT}/attendance"
    )

    assert code(response, 404) == "participant-not-known"


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        (Role.OFFICE, "POST", "/v1/scans"),
        (Role.DOOR, "POST", f"{PERSON}/corrections"),
        (Role.AUDITOR, "POST", f"{PERSON}/excuses"),
        (Role.AUDITOR, "POST", f"{PERSON}/verdicts"),
        (Role.DOOR, "GET", f"/v1/editions/{EDITION}/review"),
        (Role.AUDITOR, "GET", f"{PERSON}/attendance"),
    ],
)
async def test_every_route_serves_its_roles_alone(
    office: Office[Desk], role: Role, method: str, path: str
) -> None:
    """Doors scan, the office corrects, auditors read the review."""
    response = await office.http.request(method, path, json={}, headers=office.bearer(role))

    assert response.status_code == 403
