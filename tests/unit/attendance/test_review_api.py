"""The review queue over HTTP: what is listed, and many verdicts at once."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ijaza_attendance.main import Desk
from ijaza_contracts.attendance import (
    AbsenceExcused,
    AttendanceCorrected,
    ReviewResolved,
    ScanRecorded,
    SessionAttended,
)
from ijaza_contracts.envelope import Event
from ijaza_runtime.access import Role

from tests.unit.attendance.doors import OF_EDITION, PEOPLE, at_the_door
from tests.unit.attendance.given import HOUR, at, scan
from tests.unit.attendance.office import ACTOR, Office, code

REVIEW = f"{OF_EDITION}/review"
GIVEN_AT = "2019-12-16T09:30:00Z"


def of(participant: str, event: ScanRecorded) -> ScanRecorded:
    """The same scan of somebody else."""
    return event.model_copy(
        update={"participant": participant, "scan_id": f"{participant}-{event.scan_id}"}
    )


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """p1 and p2 never went out of s1; p3 was on two tablets at once, and went home."""
    async with at_the_door(tmp_path) as office:
        await office.tell(*(of(each, scan("in", at("16:00"), scan_id="a")) for each in PEOPLE))
        await office.tell(
            of("p3", scan("in", at("16:00:30"), scan_id="b", device="kiosk-2")),
            of("p3", scan("out", at("20:00"), scan_id="c")),
        )
        await office.drain()
        yield office


async def listed(office: Office[Desk], **query: str | int) -> list[tuple[str, str]]:
    """Participant and kind of the items on one page."""
    response = await office.get(Role.AUDITOR, REVIEW, **query)
    assert response.status_code == 200, response.text
    return [(each["participant"], each["kind"]) for each in response.json()["items"]]


def on(participant: str, **other: Any) -> dict[str, Any]:
    """A verdict on the missing out of p1 or p2."""
    return {
        "participant": participant,
        "kind": "missing-out",
        "session": "s1",
        "scan_id": f"{participant}-a",
        "verdict": "accepted",
        "reason": "seen-leaving",
    } | other


async def given(
    office: Office[Desk], *verdicts: Mapping[str, Any], moment: str = GIVEN_AT
) -> list[tuple[str, str, str]]:
    """Participant, outcome and code of each verdict that the office gives."""
    body = {"at": moment, "verdicts": verdicts}
    response = await office.post(Role.OFFICE, f"{REVIEW}/verdicts", body)
    assert response.status_code == 200, response.text
    return [
        (each["participant"], each["outcome"], each["code"]) for each in response.json()["outcomes"]
    ]


async def published(office: Office[Desk], *kinds: type[Event]) -> list[Event]:
    """What stands on attendance's topic of these types, each event once."""
    await office.drain()
    follower = await office.bus.follower([ReviewResolved.TOPIC.name])
    types = {kind.TYPE: kind for kind in kinds}
    found = {
        record.headers["ce_id"]: types[record.headers["ce_type"]].from_body(record.value or b"")
        for each in await follower.read(1000)
        for record in each.records
        if record.headers["ce_type"] in types
    }
    return list(found.values())


async def test_the_queue_says_whom_an_item_is_about(office: Office[Desk]) -> None:
    """The badge number and both names, beside the item's key."""
    items = (await office.get(Role.OFFICE, REVIEW, kind="two-devices")).json()["items"]

    assert items == [
        {
            "participant": "p3",
            "kind": "two-devices",
            "session": "s1",
            "scan_id": "p3-b",
            "detail": "in at 2019-12-15T16:00:00Z, seq 0, device kiosk-1, scan p3-a",
            "number": 3,
            "name_en": "Mariam 3",
            "name_ar": "مريم",
            "verdict": None,
        }
    ]


async def test_the_queue_is_read_by_kind_session_and_state(office: Office[Desk]) -> None:
    """Without a filter everything is listed."""
    assert len(await listed(office)) == 4
    assert await listed(office, kind="missing-out") == [
        ("p1", "missing-out"),
        ("p2", "missing-out"),
    ]
    assert await listed(office, session="s2") == []

    await given(office, on("p1"))

    assert await listed(office, state="done") == [("p1", "missing-out")]
    assert ("p1", "missing-out") not in await listed(office, state="open")
    assert len(await listed(office, state="open")) == 3


async def test_several_kinds_can_be_asked_for(office: Office[Desk]) -> None:
    """`kind` is repeated."""
    response = await office.http.get(
        f"{REVIEW}?kind=missing-out&kind=two-devices", headers=office.bearer(Role.OFFICE)
    )

    kinds = [each["kind"] for each in response.json()["items"]]
    assert kinds == ["missing-out", "missing-out", "two-devices"]


async def test_the_queue_is_read_page_by_page(office: Office[Desk]) -> None:
    """A page looks at so many people; it may be empty and not the last."""
    pages, after = [], ""
    while True:
        response = await office.get(
            Role.OFFICE, REVIEW, kind="two-devices", participants=1, after=after
        )
        pages.append(len(response.json()["items"]))
        if (after := response.json()["next"]) is None:
            break

    assert pages == [0, 0, 1, 0]


async def test_each_verdict_is_carried_out_or_refused_by_itself(office: Office[Desk]) -> None:
    """One that fails stops no other; each that is done is an event with actor and reason."""
    outcomes = await given(
        office,
        on("p1"),
        on("p1", scan_id="no-such"),
        on("nobody"),
        on("p2", kind="no-session", session="", minutes=5),
        on("p2", verdict="dismissed"),
    )

    assert outcomes == [
        ("p1", "done", ""),
        ("p1", "refused", "review-item-not-known"),
        ("nobody", "refused", "review-item-not-known"),
        ("p2", "refused", "review-item-not-known"),
        ("p2", "done", ""),
    ]
    said = await published(office, ReviewResolved)
    assert sorted((each.key, each.model_dump()["verdict"]) for each in said) == [
        ("p1", "accepted"),
        ("p2", "dismissed"),
    ]
    assert {(each.model_dump()["actor"], each.model_dump()["reason"]) for each in said} == {
        (ACTOR, "seen-leaving")
    }


async def test_what_follows_from_a_verdict_changes_the_totals(office: Office[Desk]) -> None:
    """Minutes are published as a correction and as seconds, an excuse as an excuse."""
    assert await given(office, on("p1", minutes=210), on("p2", excuse=True)) == [
        ("p1", "done", ""),
        ("p2", "done", ""),
    ]

    (corrected,) = await published(office, AttendanceCorrected)
    (excused,) = await published(office, AbsenceExcused)
    attended = await published(office, SessionAttended)
    assert (corrected.key, excused.key) == ("p1", "p2")
    assert [
        (each.seconds, each.source)
        for each in attended
        if isinstance(each, SessionAttended) and each.participant == "p1"
    ] == [(210 * 60, "correction")]
    sums = (await office.get(Role.OFFICE, f"{OF_EDITION}/participants/p2/attendance")).json()
    assert sums["modules"][0]["scheduled_seconds"] == 4 * HOUR


async def test_the_same_request_again_is_the_same_answer(office: Office[Desk]) -> None:
    """Whoever heard no answer sends again: nothing is published a second time."""
    asked = [on("p1", minutes=210), on("p2", excuse=True), on("p3")]
    once = await given(office, *asked)
    events = len(await published(office, ReviewResolved, AttendanceCorrected, AbsenceExcused))

    again = await given(office, *asked)

    assert again == once
    assert events == 4
    assert (
        len(await published(office, ReviewResolved, AttendanceCorrected, AbsenceExcused)) == events
    )


@pytest.mark.parametrize("other", [{"verdict": "dismissed"}, {"minutes": 200}])
async def test_another_verdict_at_that_very_time_is_refused(
    office: Office[Desk], other: dict[str, Any]
) -> None:
    """A later one is another verdict, and stands."""
    await given(office, on("p1", minutes=210))
    changed = on("p1", minutes=210) | other

    assert await given(office, changed) == [("p1", "refused", "verdict-given")]
    later = "2019-12-16T09:31:00Z"
    assert await given(office, changed, moment=later) == [("p1", "done", "")]
    (item,) = (await office.get(Role.OFFICE, REVIEW, state="done")).json()["items"]
    assert item["verdict"]["at"] == later
    assert item["verdict"]["verdict"] == changed["verdict"]


async def test_a_verdict_of_the_future_is_refused(office: Office[Desk]) -> None:
    """It would stand above all that is said until then."""
    body = {"at": "2019-12-27T09:02:01Z", "verdicts": [on("p1")]}

    assert code(await office.post(Role.OFFICE, f"{REVIEW}/verdicts", body), 422) == "future-dated"
    assert await published(office, ReviewResolved) == []


@pytest.mark.parametrize(
    "verdicts",
    [[], [on("p1")] * 501, [on("p1", minutes=10, excuse=True)], [on("p1", minutes=-1)]],
    ids=["none", "too many", "two remedies", "less than nothing"],
)
async def test_a_request_of_another_form_is_refused_whole(
    office: Office[Desk], verdicts: list[dict[str, Any]]
) -> None:
    """The form is the program's fault, not the item's."""
    body = {"at": GIVEN_AT, "verdicts": verdicts}
    response = await office.post(Role.OFFICE, f"{REVIEW}/verdicts", body)

    assert code(response, 422) == "invalid-request"


async def test_verdicts_are_the_offices(office: Office[Desk]) -> None:
    """An auditor reads."""
    body = {"at": GIVEN_AT, "verdicts": [on("p1")]}

    assert code(await office.post(Role.AUDITOR, f"{REVIEW}/verdicts", body), 403) == "role-missing"
