"""Devices over HTTP: invited, enrolled once, given what they keep, and shut out."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from ijaza_attendance.api.bundle_shown import Bundle
from ijaza_attendance.bundle import Contents
from ijaza_attendance.domain.devices import (
    enrol,
    on_device_enrolled,
    on_device_invited,
    on_device_revoked,
    revoke,
)
from ijaza_attendance.domain.refusals import NotAllowedError
from ijaza_attendance.main import Desk, assemble
from ijaza_contracts.door import DeviceInvited, DeviceScope
from ijaza_contracts.topics import DEVICES
from ijaza_runtime.access import Role
from ijaza_runtime.service import Parts

from tests.unit.attendance.doors import (
    OF_EDITION,
    UNTIL,
    Tablet,
    at_the_door,
    enrolled,
    invited,
    person,
)
from tests.unit.attendance.given import EDITION, at, edition, scan, session
from tests.unit.attendance.office import NOW, Office, code

OTHER_KEY = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """An edition with three people."""
    async with at_the_door(tmp_path) as office:
        yield office


async def published(office: Office[Desk]) -> str:
    """Everything that stands on the topic of devices."""
    follower = await office.bus.follower([DEVICES.name])
    slices = await follower.read(1000)
    return " ".join((each.value or b"").decode() for one in slices for each in one.records)


def test_a_code_is_valid_until_a_second() -> None:
    """Not in the one in which it expires; and never once the device is revoked."""
    event = DeviceInvited(
        device="door-1", at=at("09:00"), label="L", editions=(DeviceScope(edition=EDITION),),
        code_hash="0" * 32, expires_at=at("10:00"), actor="staff-7",
    )  # fmt: skip
    device = on_device_invited(None, event)

    def using(when: datetime, key: str = OTHER_KEY) -> object:
        return enrol(device, public_key=key, user_agent="", at=when)

    assert using(at("09:59:59")) is not None
    with pytest.raises(NotAllowedError, match="enrols no device"):
        using(at("10:00"))
    enrolment = enrol(device, public_key=OTHER_KEY, user_agent="", at=at("09:30"))
    assert enrolment is not None
    used = on_device_enrolled(device, enrolment)
    assert enrol(used, public_key=OTHER_KEY, user_agent="", at=at("09:31")) is None
    with pytest.raises(NotAllowedError, match="enrols no device"):
        enrol(used, public_key="A" * 43, user_agent="", at=at("09:31"))
    event_of_end = revoke(device, actor="staff-7", reason="", at=at("09:10"))
    assert event_of_end is not None
    device = on_device_revoked(device, event_of_end)
    with pytest.raises(NotAllowedError, match="enrols no device"):
        using(at("09:20"))


async def test_a_code_enrols_one_device(office: Office[Desk]) -> None:
    """The same device may try again, as after an answer that was lost; another one may not."""
    tablet = await invited(office)
    thief = Tablet(office, tablet.code)

    first = await tablet.enrol()
    assert first.status_code == 200, first.text
    assert (await tablet.enrol()).json()["device"] == first.json()["device"]
    assert code(await thief.enrol(), 403) == "code-refused"


async def test_two_that_use_a_code_at_once_are_not_both_enrolled(office: Office[Desk]) -> None:
    """The document is compared and set: one of them wins, whichever process it asks."""
    tablet = await invited(office)
    rivals = [Tablet(office, tablet.code) for _ in range(4)]

    answers = await asyncio.gather(*[each.enrol() for each in rivals])

    assert sorted(each.status_code for each in answers) == [200, 403, 403, 403]


async def test_every_failure_to_enrol_is_answered_alike(office: Office[Desk]) -> None:
    """Who guesses learns nothing: mistyped, used, revoked, or nothing like a code."""
    used = await enrolled(office)
    gone = await invited(office)
    await office.post(Role.OFFICE, f"/v1/devices/{gone.device}/revocation", {"reason": "x"})

    texts = set()
    for tried in (used.code, gone.code, "ZZZZZZZZ", "", "' OR 1=1", "é" * 40):
        response = await Tablet(office, tried).enrol()
        assert code(response, 403) == "code-refused"
        texts.add(response.text)

    assert len(texts) == 1


async def test_a_code_is_read_as_people_type_it(office: Office[Desk]) -> None:
    """Small letters, dashes, blanks, and the letters that look like digits."""
    tablet = await invited(office)
    typed = tablet.code.lower().replace("0", "o").replace("1", "l")
    tablet.code = f" {typed[:4]}-{typed[4:]}"

    assert (await tablet.enrol()).status_code == 200


async def test_neither_code_nor_token_is_published(office: Office[Desk]) -> None:
    """The topic has a keyed hash of the code, and public keys."""
    tablet = await enrolled(office)

    said = await published(office)

    assert tablet.public_key in said
    assert tablet.code not in said
    assert tablet.token not in said


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44, "!" * 43, "A" * 42 + "B"])
async def test_a_key_that_is_none_is_refused(office: Office[Desk], key: str) -> None:
    """And the code stays unused."""
    tablet = await invited(office)

    assert code(await tablet.enrol(public_key=key), 422) == "public-key-invalid"
    assert (await tablet.enrol()).status_code == 200


async def test_trying_codes_is_slowed_down(office: Office[Desk]) -> None:
    """After some dozens of tries from one address: 429, and when to come back."""
    answers = [await Tablet(office, "ZZZZZZZZ").enrol() for _ in range(31)]

    assert [each.status_code for each in answers[:30]] == [403] * 30
    assert code(answers[30], 429) == "too-many-tries"
    assert 1 <= int(answers[30].headers["Retry-After"]) <= 60


async def test_a_bundle_has_what_a_door_needs(office: Office[Desk]) -> None:
    """Sessions, people by number, keys and passes; no e-mail, no attribute."""
    await office.post(Role.OFFICE, f"{OF_EDITION}/passes", UNTIL)
    tablet = await enrolled(office)

    response = await tablet.bundle()

    said = response.json()
    (kept,) = said["editions"]
    assert [each["session"] for each in kept["sessions"]] == ["s1", "s2"]
    assert [(each["number"], each["name_en"]) for each in kept["roster"]] == [
        (1, "Mariam 1"), (2, "Mariam 2"), (3, "Mariam 3"),
    ]  # fmt: skip
    assert {*kept["passes"]} == {"p1", "p2", "p3"}
    assert [each["key_id"] for each in said["keys"]] == ["k1"]
    assert "example.org" not in response.text
    assert "EG" not in response.text


async def test_a_bundle_tells_who_is_inside(office: Office[Desk]) -> None:
    """Of the sessions that the device keeps; who went out is not."""
    await office.tell(
        scan("in", at("16:00")).model_copy(update={"participant": "p1"}),
        scan("in", at("16:05")).model_copy(update={"participant": "p2"}),
        scan("out", at("17:00")).model_copy(update={"participant": "p2"}),
    )
    await office.drain()

    said = (await (await enrolled(office, "s1")).bundle()).json()["attendance"]
    elsewhere = (await (await enrolled(office, "s2")).bundle()).json()["attendance"]

    assert said == [
        {
            "edition": EDITION,
            "participant": "p1",
            "session": "s1",
            "inside": True,
            "since": "2019-12-15T16:00:00Z",
        }
    ]
    assert elsewhere == []


async def test_a_device_gets_its_own_sessions_alone(office: Office[Desk]) -> None:
    """A lost one that asks for more gets nothing at all."""
    await office.tell(edition([session("s1")]).model_copy(update={"edition": "other"}))
    await office.drain()
    tablet = await enrolled(office, "s2")

    (kept,) = (await tablet.bundle()).json()["editions"]
    assert (kept["edition"], [each["session"] for each in kept["sessions"]]) == (EDITION, ["s2"])
    assert code(await tablet.get("/v1/kiosk/bundle?edition=other"), 403) == "edition-not-kept"
    assert (await tablet.get(f"/v1/kiosk/bundle?edition={EDITION}")).status_code == 200


async def test_an_unchanged_bundle_is_not_sent_again(office: Office[Desk]) -> None:
    """304 while only the time changes; a new scan, pass, name or key changes it."""
    tablet = await enrolled(office)
    tag = (await tablet.bundle()).headers["ETag"]
    assert (await tablet.bundle(**{"If-None-Match": tag})).status_code == 304
    assert (await tablet.bundle(**{"If-None-Match": f'"x", {tag}'})).status_code == 304

    await office.post(Role.OFFICE, f"{person('p1')}/passes", UNTIL)

    changed = await tablet.bundle(**{"If-None-Match": tag})
    assert (changed.status_code, changed.headers["ETag"] != tag) == (200, True)


async def test_rotation_reaches_a_bundle(office: Office[Desk]) -> None:
    """The new key beside the old one, until that is retired."""

    async def keys() -> list[str]:
        return [each["key_id"] for each in (await tablet.bundle()).json()["keys"]]

    await office.post(Role.OFFICE, f"{OF_EDITION}/passes", UNTIL)
    tablet = await enrolled(office)
    assert await keys() == ["k1"]
    await office.http.post("/v1/pass-keys", headers=office.bearer(Role.OFFICE))
    assert await keys() == ["k2", "k1"]
    await office.http.post("/v1/pass-keys/k1/retirement", headers=office.bearer(Role.OFFICE))
    assert await keys() == ["k2"]


async def test_a_revoked_device_is_refused_on_every_route_of_the_door(
    office: Office[Desk],
) -> None:
    """With a token that is valid for days, and with its key."""
    tablet = await enrolled(office)
    await office.post(Role.OFFICE, f"/v1/devices/{tablet.device}/revocation", {"reason": "stolen"})
    bearer = {"Authorization": f"Bearer {tablet.token}"}

    refused = 0
    for path, item in office.service.app().openapi()["paths"].items():
        for method, said in item.items():
            if not said.get("security"):
                continue
            address = path.format(
                edition=EDITION, participant="p1", pass_serial="A", device="d", key_id="k1",
                session="s1", code="c", module="m1",
            )  # fmt: skip
            answer = await office.http.request(method, address, headers=bearer, json={})
            assert answer.status_code in (403, 422), (method, path, answer.text)
            refused += answer.status_code == 403
    assert refused
    assert code(await tablet.bundle(), 403) == "device-revoked"
    assert code(await tablet.renew(), 403) == "device-revoked"
    assert code(await tablet.enrol(), 403) == "code-refused"


async def test_a_device_renews_its_token_with_its_key(office: Office[Desk]) -> None:
    """However long it was away; nobody else does, and not with a request of another hour."""
    tablet, other = await enrolled(office), await enrolled(office)

    renewed = await tablet.renew()
    assert renewed.status_code == 200, renewed.text
    tablet.token = renewed.json()["token"]
    assert (await tablet.bundle()).status_code == 200
    assert code(await tablet.renew(signed_by=other.key), 401) == "not-signed"
    off = datetime.now(UTC) - timedelta(minutes=3)
    assert code(await tablet.renew(at=off), 422) == "clock-off"
    unsigned = await office.http.post(
        "/v1/kiosk/token", json={"device": tablet.device, "at": off.isoformat()}
    )
    assert code(unsigned, 401) == "not-signed"
    stranger = Tablet(office, "", device="door-unknown")
    assert code(await stranger.renew(), 401) == "not-signed"


async def test_a_fleets_account_is_no_device(office: Office[Desk]) -> None:
    """The role alone opens no bundle."""
    assert code(await office.get(Role.DOOR, "/v1/kiosk/bundle"), 403) == "device-not-known"


async def test_the_office_sees_what_became_of_devices(office: Office[Desk]) -> None:
    """Invited, enrolled, revoked; a second revocation changes nothing; no code and no key."""
    working, gone = await enrolled(office), await enrolled(office)
    waiting = await invited(office)
    ended = f"/v1/devices/{gone.device}/revocation"
    await office.post(Role.OFFICE, ended, {"reason": "stolen"})
    again = await office.post(Role.OFFICE, ended, {"reason": "other"})
    assert again.json()["reason"] == "stolen"

    listed = await office.get(Role.AUDITOR, "/v1/devices")

    states = {each["device"]: each["state"] for each in listed.json()["devices"]}
    assert states[waiting.device] == "invited"
    assert states[working.device] == "enrolled"
    assert states[gone.device] == "revoked"
    assert waiting.code not in listed.text
    missing = await office.post(Role.OFFICE, "/v1/devices/door-0/revocation", {})
    assert code(missing, 404) == "device-not-known"


@pytest.mark.parametrize(
    ("editions", "expected"),
    [
        ([{"edition": "unknown"}], "edition-not-known"),
        ([{"edition": EDITION, "sessions": ["s9"]}], "session-not-known"),
        ([{"edition": EDITION}, {"edition": EDITION}], "edition-named-twice"),
        ([], "invalid-request"),
    ],
)
async def test_a_device_is_invited_to_what_there_is(
    office: Office[Desk], editions: list[object], expected: str
) -> None:
    """A mistyped session would make a tablet that admits nobody."""
    body = {"label": "Main door", "editions": editions}

    assert code(await office.post(Role.OFFICE, "/v1/devices", body), 422) == expected


async def test_the_servers_time_has_milliseconds(office: Office[Desk]) -> None:
    """So that a device can tell how far off its clock is."""
    before = datetime.now(UTC)
    said = (await office.http.get("/v1/kiosk/time")).json()["server_time"]

    assert abs(datetime.fromisoformat(said) - before) < timedelta(seconds=5)


async def test_another_process_knows_of_a_revocation(office: Office[Desk], tmp_path: Path) -> None:
    """Each reads the topic to its end before it answers."""
    tablet = await enrolled(office)
    parts = Parts(
        bus=office.bus,
        store=office.service.outbox._store,
        keys=tmp_path,
        access=office.service.access,
        partitions=2,
        clock=lambda: NOW,
    )
    other = assemble(parts)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(other.app()), base_url="http://other"
    ) as http:
        bearer = {"Authorization": f"Bearer {tablet.token}"}
        assert (await http.get("/v1/kiosk/bundle", headers=bearer)).status_code == 200
        await office.post(Role.OFFICE, f"/v1/devices/{tablet.device}/revocation", {})
        assert code(await http.get("/v1/kiosk/bundle", headers=bearer), 403) == "device-revoked"
    await other.close()


def test_bundles_are_json_as_documented() -> None:
    """The form in the API's document has the fields of the answer, which is made elsewhere."""
    assert {*Bundle.model_fields} == {"server_time", *Contents.__struct_fields__}
