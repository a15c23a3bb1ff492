"""A scan belongs to who sent it: a fleet takes no device's scan, nor another fleet's."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import httpx
import pytest
from ijaza_attendance.domain.presence import assign
from ijaza_attendance.domain.review import review
from ijaza_attendance.main import Desk
from ijaza_contracts.attendance import ScanRecorded
from ijaza_runtime.access import Role

from tests.unit.attendance.doors import at_the_door, enrolled, person
from tests.unit.attendance.given import (
    EDITION,
    HOUR,
    at,
    folded,
    programme,
    scan,
    selected,
    session,
)
from tests.unit.attendance.office import Office

RULES = programme([session("s1"), session("s2", day=2)])


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """An edition of two sessions with three people."""
    async with at_the_door(tmp_path) as office:
        yield office


async def posted(office: Office[Desk], fleet: str, *scans: dict[str, Any]) -> list[dict[str, Any]]:
    """What a fleet is told of scans that it posts."""
    now = datetime.now(UTC)
    token = office.service.access.issue(fleet, [Role.DOOR], timedelta(hours=1), now)
    answer = await office.http.post(
        "/v1/scans",
        json={"edition": EDITION, "scans": scans},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200, answer.text
    outcomes: list[dict[str, Any]] = answer.json()["outcomes"]
    return outcomes


def of_fleet(scan_id: str, clock: str, **other: Any) -> dict[str, Any]:
    """A scan as a fleet sends it: p1 goes into s2."""
    made = {
        "scan_id": scan_id,
        "device": "gate-7",
        "participant": "p1",
        "session": "s2",
        "direction": "in",
        "at": f"2019-12-16T{clock}:00Z",
        "seq": 1,
    }
    return made | other


async def counted(office: Office[Desk]) -> dict[str, int]:
    """The seconds of p1 by session."""
    await office.drain()
    answer = await office.get(Role.OFFICE, f"{person('p1')}/attendance")
    assert answer.status_code == 200, answer.text
    return {each["session"]: each["seconds"] for each in answer.json()["sessions"]}


async def open_items(office: Office[Desk]) -> list[tuple[str, str]]:
    """What the office has to look at: kind and scan."""
    answer: httpx.Response = await office.get(Role.OFFICE, f"/v1/editions/{EDITION}/review")
    assert answer.status_code == 200, answer.text
    return [(each["kind"], each["scan_id"]) for each in answer.json()["items"]]


async def test_a_fleet_by_http_takes_no_id_of_a_device(office: Office[Desk]) -> None:
    """It sends the ids of the device's next scans, a day later; the device's count all the same."""
    tablet = await enrolled(office)
    came, went = tablet.scan(1), tablet.scan(2, direction="out", device_at="2019-12-15T18:00:00Z")
    taken = [of_fleet(came["scan_id"], "16:00"), of_fleet(went["scan_id"], "16:30")]

    assert [each["scan_id"] for each in await posted(office, "gates", *taken)] == [
        came["scan_id"],
        went["scan_id"],
    ]
    assert (await tablet.send(tablet.batch(1, came, went))).status_code == 200

    assert (await counted(office))["s1"] == 2 * HOUR
    assert "scan-id-reused" not in dict(await open_items(office))


async def test_two_fleets_may_number_alike(office: Office[Desk]) -> None:
    """One's gate has them come, the other's has them go, both under number one."""
    await posted(office, "gates", of_fleet("1", "16:00"))
    await posted(office, "doors", of_fleet("1", "17:00", direction="out"))

    assert (await counted(office))["s2"] == HOUR
    assert await open_items(office) == []


async def test_an_account_with_a_slash_is_no_other_account(office: Office[Desk]) -> None:
    """What ends an account's name and what begins an id cannot be mistaken for each other."""
    await posted(office, "a", of_fleet("b/1", "16:00"))
    await posted(office, "a/b", of_fleet("1", "17:00", direction="out"))

    assert (await counted(office))["s2"] == HOUR


async def test_a_fleet_does_not_speak_as_an_enrolled_device(office: Office[Desk]) -> None:
    """That scan alone is refused, and the answer says what to do."""
    tablet = await enrolled(office)

    refused, taken = await posted(
        office,
        "gates",
        of_fleet("1", "16:00", device=tablet.device),
        of_fleet("2", "16:00"),
    )

    assert (refused["outcome"], taken["outcome"]) == ("refused", "recorded")
    assert "another name" in refused["detail"]


async def test_an_id_that_would_be_too_long_is_refused(office: Office[Desk]) -> None:
    """With the account's name before it, it has to fit its contract still."""
    (refused,) = await posted(office, "gates", of_fleet("1" * 195, "16:00"))

    assert refused["outcome"] == "refused"
    assert "201 characters" in refused["detail"]


@pytest.mark.parametrize("fleet_first", [True, False])
async def test_a_fleet_on_kafka_takes_no_id_of_a_device(
    office: Office[Desk], fleet_first: bool
) -> None:
    """A record under the device's id, earlier in time: what the device signed stands."""
    tablet = await enrolled(office)
    came, went = tablet.scan(1), tablet.scan(2, direction="out", device_at="2019-12-15T18:00:00Z")
    foreign = scan("in", at("15:00"), scan_id=came["scan_id"], device="gate-7", session="s2")

    if fleet_first:
        await office.tell(foreign)
        await office.drain()
    assert (await tablet.send(tablet.batch(1, came, went))).status_code == 200
    await office.drain()
    await office.tell(foreign)

    assert (await counted(office))["s1"] == 2 * HOUR
    assert await open_items(office) == [("scan-id-reused", came["scan_id"])]


async def test_a_fleet_on_kafka_takes_no_scan_of_a_device_back(office: Office[Desk]) -> None:
    """It names the device and its scan; but it did not sign."""
    tablet = await enrolled(office)
    came, went = tablet.scan(1), tablet.scan(2, direction="out", device_at="2019-12-15T18:00:00Z")
    await tablet.send(tablet.batch(1, came, went))
    undo = {"undo_of": came["scan_id"], "device": tablet.device}
    await office.tell(scan("in", at("16:01"), scan_id="x", **undo))

    assert (await counted(office))["s1"] == 2 * HOUR


FOREIGN = scan("in", at("15:00"), scan_id="a", device="gate-7", session="s2")
GENUINE = scan("in", at("16:00"), scan_id="a", signed=True)
UNSIGNED = scan("in", at("16:00"), scan_id="a")
LATER = scan("in", at("17:00"), scan_id="a", signed=True)


@pytest.mark.parametrize("facts", [*permutations([FOREIGN, GENUINE, UNSIGNED, LATER])])
def test_of_signed_contents_the_least_stands_before_all_others(facts: list[ScanRecorded]) -> None:
    """In whatever order they come; the others are there to be reviewed."""
    state = folded(selected(), *facts)

    assert [each.at for each in state.scans["a"]] == [
        int(at(clock).timestamp()) for clock in ("16:00", "15:00", "17:00")
    ]
    assert [item.kind for item in review(state, RULES)].count("scan-id-reused") == 2


def test_a_signature_is_a_fact() -> None:
    """It changes what stands, so what is published of the slot has a higher version."""
    unsigned = folded(selected(), FOREIGN, UNSIGNED)

    signed = folded(GENUINE, state=unsigned)

    before, after = assign(unsigned, RULES), assign(signed, RULES)
    assert [slot.facts for slot in (before["s1"], after["s1"])] == [2, 3]
    assert (before["s1"].scans, before["s2"].latest) == ([], int(at("16:00").timestamp()))
    assert [each.scan_id for each in after["s1"].scans] == ["a"]


@pytest.mark.parametrize(
    "undo",
    [
        scan("in", at("16:05"), scan_id="u", undo_of="a"),
        scan("in", at("16:05"), scan_id="u", undo_of="a", device="gate-7", signed=True),
    ],
    ids=["not signed", "another device"],
)
def test_a_scan_is_taken_back_by_its_own_device_alone(undo: ScanRecorded) -> None:
    """The other's counts for nothing itself."""
    slots = assign(folded(selected(), undo, GENUINE), RULES)

    assert [each.scan_id for each in slots["s1"].scans] == ["a"]
