"""Passes over HTTP: given, shown, printed, taken back, and signed with keys that change."""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from ijaza_attendance.main import Desk, assemble
from ijaza_attendance.passes.keys import PassKeys
from ijaza_attendance.passes.page import Shown, page
from ijaza_attendance.rebuild import rebuild
from ijaza_attendance.registry import COLLECTIONS
from ijaza_contracts.topics import ATTENDANCE, DEVICES
from ijaza_runtime.access import Role
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.rebuild import Beside, refill
from ijaza_runtime.secrets import SecretError
from ijaza_runtime.service import Parts

from tests.unit.attendance.doors import (
    OF_EDITION,
    PEOPLE,
    UNTIL,
    at_the_door,
    enrolled,
    invited,
    person,
)
from tests.unit.attendance.given import EDITION, withdrawn
from tests.unit.attendance.office import NOW, Office, code


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """An edition with three people."""
    async with at_the_door(tmp_path) as office:
        yield office


async def issued(office: Office[Desk], **body: object) -> dict[str, object]:
    response = await office.post(Role.OFFICE, f"{OF_EDITION}/passes", UNTIL | body)
    assert response.status_code == 200, response.text
    said: dict[str, object] = response.json()
    return said


async def serial(office: Office[Desk], participant: str = "p1") -> str:
    """The serial of somebody's newest pass."""
    response = await office.get(Role.AUDITOR, f"{person(participant)}/passes")
    return str(response.json()["passes"][0]["serial"])


async def test_a_whole_edition_is_given_passes_page_by_page(office: Office[Desk]) -> None:
    """Interrupted and begun again it gives the same passes, and nobody two."""
    first = await issued(office, participants=2)
    assert (first["issued"], first["next"]) == (2, "p2")
    before = [await serial(office, each) for each in PEOPLE[:2]]

    again = await issued(office)

    assert (again["issued"], again["kept"], again["next"]) == (1, 2, None)
    assert [await serial(office, each) for each in PEOPLE[:2]] == before
    assert len({*before, await serial(office, "p3")}) == 3


async def test_a_batch_skips_whom_it_must_not_serve(office: Office[Desk]) -> None:
    """Who left gets none; whose pass was revoked is named."""
    await issued(office)
    await office.tell(withdrawn().model_copy(update={"participant": "p2"}))
    await office.drain()
    address = f"{person('p1')}/passes/{await serial(office)}/revocation"
    await office.post(Role.OFFICE, address, {"reason": "lost"})

    said = await issued(office)

    assert said["skipped"] == [{"participant": "p1", "because": "revoked"}]
    assert (said["issued"], said["kept"]) == (0, 1)
    assert code(await office.get(Role.OFFICE, f"{person('p2')}/pass.png"), 409) == "no-valid-pass"


async def test_serials_are_derived_with_the_secret(office: Office[Desk], tmp_path: Path) -> None:
    """The same for the same keys, and told by nothing else."""
    await issued(office)
    again, other = PassKeys(tmp_path), PassKeys(tmp_path / "other")

    assert await serial(office) == again.serial(EDITION, "p1", 1)
    assert again.serial(EDITION, "p1", 1) != other.serial(EDITION, "p1", 1)
    assert len({again.serial(EDITION, "p1", n) for n in range(100)}) == 100


async def test_a_pass_is_shown_as_png_and_svg(office: Office[Desk]) -> None:
    """To the office alone."""
    await issued(office)

    png = await office.get(Role.OFFICE, f"{person('p1')}/pass.png", scale=4)
    svg = await office.get(Role.OFFICE, f"{person('p1')}/pass.svg")

    assert png.content.startswith(b"\x89PNG")
    assert svg.text.startswith("<svg")
    assert code(await office.get(Role.AUDITOR, f"{person('p1')}/pass.png"), 403) == "role-missing"
    assert code(await office.get(Role.DOOR, f"{OF_EDITION}/badges"), 403) == "role-missing"


async def test_nobody_has_a_pass_before_one_is_given(office: Office[Desk]) -> None:
    """And nobody has one who is not known."""
    assert code(await office.get(Role.OFFICE, f"{person('p1')}/pass.svg"), 409) == "no-valid-pass"
    assert code(await office.get(Role.OFFICE, f"{person('p9')}/passes"), 404)
    answer = await office.post(Role.OFFICE, f"{person('p9')}/passes", UNTIL)
    assert code(answer, 409) == "not-taking-part"


async def test_badges_are_printed_page_by_page(office: Office[Desk]) -> None:
    """Of those who have a valid pass; a header leads on."""
    await issued(office)

    response = await office.get(Role.OFFICE, f"{OF_EDITION}/badges", participants=2)

    assert response.content.startswith(b"%PDF")
    assert response.headers["Ijaza-Next"] == "p2"
    rest = await office.get(Role.OFFICE, f"{OF_EDITION}/badges", after="p2", participants=2)
    assert "Ijaza-Next" not in rest.headers


async def test_a_link_shows_its_pass_and_no_other(office: Office[Desk]) -> None:
    """In both languages; once the pass is replaced or revoked, nothing of it."""
    await issued(office)
    link = (await office.post(Role.OFFICE, f"{person('p1')}/pass-link", {})).json()["address"]

    shown = await office.http.get(link)

    assert shown.status_code == 200
    assert "Mariam 1" in shown.text
    assert "مريم" in shown.text
    assert "<script" not in shown.text
    policy = shown.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "no-store" in shown.headers["Cache-Control"]
    body = UNTIL | {"replaces": await serial(office)}
    await office.post(Role.OFFICE, f"{person('p1')}/passes", body)
    ended = await office.http.get(link)
    assert ended.status_code == 404
    assert "Mariam" not in ended.text


@pytest.mark.parametrize(
    "tried", ["x", "a.b.c", "..", "%00", "eyJhbGciOiJub25lIn0.e30.", "A" * 900]
)
async def test_whatever_is_no_link_shows_nothing(office: Office[Desk], tried: str) -> None:
    """The same page for every reason."""
    assert (await office.http.get(f"/p/{tried}")).status_code == 404


def test_names_on_the_page_are_text() -> None:
    """Nothing in a name is markup."""
    shown = page(
        Shown(
            title={"en": "<b>T</b>"},
            number=1,
            name_en='<script>alert("x")</script>',
            name_ar="<img src=x>",
            until="2030-01-01",
            token="eyJ",
        )
    )

    assert "<script" not in shown
    assert "<img" not in shown
    assert "<b>" not in shown


async def test_a_new_key_signs_and_the_old_one_still_proves(office: Office[Desk]) -> None:
    """Until it is retired: then its passes are none, and a batch gives others."""
    await issued(office)
    bearer = office.bearer(Role.OFFICE)
    added = (await office.http.post("/v1/pass-keys", headers=bearer)).json()
    assert (added["key_id"], added["here"]) == ("k2", True)
    assert (await issued(office))["kept"] == 3

    await office.http.post("/v1/pass-keys/k1/retirement", headers=bearer)

    assert (await issued(office))["issued"] == 3
    passes = (await office.get(Role.OFFICE, f"{person('p1')}/passes")).json()["passes"]
    assert [(each["key_id"], each["state"]) for each in passes] == [
        ("k2", "valid"),
        ("k1", "replaced"),
    ]
    unknown = await office.http.post("/v1/pass-keys/k9/retirement", headers=bearer)
    assert code(unknown, 404) == "pass-key-not-known"


async def test_a_key_that_is_not_here_signs_nothing(office: Office[Desk], tmp_path: Path) -> None:
    """A process that lacks the newest key signs with the newest it has, or says what to do."""
    await issued(office, participants=1)
    await office.http.post("/v1/pass-keys", headers=office.bearer(Role.OFFICE))
    (tmp_path / "elsewhere").mkdir()
    keys = tmp_path / "elsewhere"
    for name in ("passes.key", "passes-k1.pem"):
        shutil.copy2(tmp_path / name, keys / name)

    parts = Parts(
        bus=office.bus,
        store=office.service.outbox._store,
        keys=keys,
        access=office.service.access,
        partitions=2,
        clock=lambda: NOW,
    )
    other = Office(office.bus, assemble(parts), office.http, parts)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(other.service.app()), base_url="http://other"
    ) as http:
        other.http = http
        answer = await other.post(Role.OFFICE, f"{person('p2')}/passes", UNTIL)
        assert answer.json()["passes"][0]["key_id"] == "k1"
        listed = (await other.get(Role.OFFICE, "/v1/pass-keys")).json()["keys"]
        assert [(each["key_id"], each["here"]) for each in listed] == [("k2", False), ("k1", True)]
        await office.http.post("/v1/pass-keys/k1/retirement", headers=office.bearer(Role.OFFICE))
        answer = await other.post(Role.OFFICE, f"{person('p3')}/passes", UNTIL)
        assert code(answer, 409) == "no-pass-key"
    await other.service.close()


async def test_a_key_that_cannot_be_made_is_said_so(office: Office[Desk], tmp_path: Path) -> None:
    """A folder of keys that nobody can write in: the office learns which file to put there."""
    await issued(office)
    (tmp_path / "passes-k2.pem").write_text("no key")
    (tmp_path / "passes-k2.pem").chmod(0o600)

    answer = await office.http.post("/v1/pass-keys", headers=office.bearer(Role.OFFICE))

    assert code(answer, 409) == "pass-key-not-made"
    assert "passes-k2.pem" in answer.json()["detail"]
    assert str(tmp_path) not in answer.text


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    """As with every other secret."""
    keys = PassKeys(tmp_path)
    public = keys.make("k1")
    assert PassKeys(tmp_path).make("k1") == public
    (tmp_path / "passes-k1.pem").chmod(0o644)

    with pytest.raises(SecretError, match="0644"):
        PassKeys(tmp_path).make("k1")


async def test_no_pass_is_ever_published(office: Office[Desk]) -> None:
    """The topics have serials; who reads them cannot show a pass."""
    await issued(office)

    follower = await office.bus.follower([ATTENDANCE.name, DEVICES.name])
    slices = await follower.read(1000)
    said = b" ".join(each.value or b"" for one in slices for each in one.records)

    assert (await serial(office)).encode() in said
    assert b"eyJ" not in said


async def test_devices_keys_links_and_passes_are_rebuilt_from_their_events(
    office: Office[Desk], tmp_path: Path
) -> None:
    """Document by document the same bodies as the live store has."""
    await issued(office)
    await office.http.post("/v1/pass-keys", headers=office.bearer(Role.OFFICE))
    await office.http.post("/v1/pass-keys/k1/retirement", headers=office.bearer(Role.OFFICE))
    tablet = await enrolled(office)
    await invited(office)
    await office.post(Role.OFFICE, f"/v1/devices/{tablet.device}/revocation", {"reason": "x"})
    for address in ("s1/room-link", "s1/room-link/revocation", "s1/room-link", "s2/room-link"):
        await office.post(Role.OFFICE, f"{OF_EDITION}/sessions/{address}", {})
    await office.drain()
    store = MemoryStore()

    plan = rebuild(Beside(bus=office.bus, store=store, keys=tmp_path, partitions=2))
    await refill(office.bus, plan, since=None, progress=lambda what, count: None)

    live = office.service.outbox._store
    for collection in ("attendance", *COLLECTIONS):
        there = await live.headings(collection, most=100)
        keys = [each.key for each in there]
        assert keys
        before, after = await live.load(collection, keys), await store.load(collection, keys)
        assert {key: each.body for key, each in before.items()} == {
            key: each.body for key, each in after.items()
        }


async def test_a_link_ends(office: Office[Desk]) -> None:
    """So many hours after it was made."""
    await issued(office)

    said = (await office.post(Role.OFFICE, f"{person('p1')}/pass-link", {"hours": 2})).json()

    assert said["expires_at"] == (NOW + timedelta(hours=2)).isoformat().replace("+00:00", "Z")
