"""Links to a room are taken back: by another one, or by an officer; whoever watches is cut off."""

from collections.abc import AsyncIterator
from itertools import permutations
from pathlib import Path

import pytest
from ijaza_attendance.domain.room_links import (
    RoomLinks,
    give,
    on_room_link_given,
    on_room_link_revoked,
    revoke,
)
from ijaza_attendance.handlers import DEVICES
from ijaza_attendance.main import Desk
from ijaza_contracts.door import RoomEvent, RoomLinkGiven, RoomLinkRevoked
from ijaza_runtime.access import Role
from ijaza_runtime.outbox import records_of

from tests.unit.attendance.doors import at_the_door
from tests.unit.attendance.given import EDITION, at
from tests.unit.attendance.office import Office, code
from tests.unit.attendance.test_room_api import (
    LINK,
    ROOM,
    came,
    heard,
    linked,
    serving,
    with_a_session_of_now,
)

REVOCATION = f"{LINK}/revocation"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """A session that is under way."""
    async with at_the_door(tmp_path) as office:
        await office.tell(with_a_session_of_now(), came("p1", "08:35"))
        await office.drain()
        yield office


async def status(office: Office[Desk], address: str) -> int:
    return (await office.http.get(address)).status_code


async def revoked(office: Office[Desk], reason: str = "sent on") -> bool:
    """Whether a link was ended."""
    answer = await office.post(Role.OFFICE, REVOCATION, {"reason": reason})
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["ended"])


async def test_a_link_is_taken_back(office: Office[Desk]) -> None:
    """Page and stream are gone, at once; to take it back again does nothing."""
    address = await linked(office)

    assert await revoked(office)

    assert await status(office, address) == 404
    assert code(await office.http.get(f"{address}/events"), 404) == "no-such-link"
    assert not await revoked(office)


async def test_another_link_takes_the_place_of_the_last(office: Office[Desk]) -> None:
    """Also after a revocation; the link to another room stays."""
    elsewhere = await office.post(Role.OFFICE, LINK.replace("s3", "s1"), {})
    first = await linked(office)
    second = await linked(office)
    assert [await status(office, each) for each in (first, second)] == [404, 200]

    await revoked(office)
    third = await linked(office)

    assert [await status(office, each) for each in (first, second, third)] == [404, 404, 200]
    assert await status(office, elsewhere.json()["address"]) == 200


@pytest.mark.slow
async def test_whoever_watches_by_a_link_is_cut_off_when_it_ends(office: Office[Desk]) -> None:
    """Within a look or two; the office's own stream of the same room goes on."""
    address = await linked(office)
    async with (
        serving(office) as (url, _),
        heard(f"{url}{address}/events") as by_link,
        heard(url + ROOM + "/events", **office.bearer(Role.OFFICE)) as own,
    ):
        await by_link.next()
        await own.next()

        assert await revoked(office)

        with pytest.raises(EOFError):
            await by_link.next()
        await office.tell(came("p3", "08:59"))
        await office.drain()
        name, _, news = await own.next()
        assert (name, news["counts"]["inside"]) == ("change", 2)


@pytest.mark.slow
async def test_a_link_that_another_process_took_back_shows_nothing_here(
    office: Office[Desk],
) -> None:
    """Whoever watches here is cut off too: a look reads what stands on the bus."""
    address = await linked(office)
    async with serving(office) as (url, _), heard(f"{url}{address}/events") as by_link:
        await by_link.next()
        taken_back = RoomLinkRevoked(
            edition=EDITION, session="s3", at=at("10:00"), number=1, actor="office-2"
        )
        await office.bus.publish(records_of([taken_back]))

        with pytest.raises(EOFError):
            await by_link.next()


async def test_who_gave_and_who_took_back_is_on_record(office: Office[Desk]) -> None:
    """With number, actor and reason, on the topic that every process reads."""
    await linked(office)
    await revoked(office, "wrong address")

    follower = await office.bus.follower([DEVICES.topic.name])
    records = [each for part in await follower.read(100) for each in part.records]
    first, second = (each.value or b"" for each in records)
    given, taken = RoomLinkGiven.from_body(first), RoomLinkRevoked.from_body(second)
    assert {each.key for each in records} == {f"{EDITION}/s3"}
    assert (given.number, given.actor) == (taken.number, taken.actor) == (1, "staff-7")
    assert taken.reason == "wrong address"


WHERE = {"edition": EDITION, "session": "s1", "actor": "office-1"}
FIRST = RoomLinkGiven(at=at("08:00"), number=1, expires_at=at("16:00"), **WHERE)
ENDED = RoomLinkRevoked(at=at("09:00"), number=1, **WHERE)
SECOND = RoomLinkGiven(at=at("10:00"), number=2, expires_at=at("16:00"), **WHERE)


@pytest.mark.parametrize("events", [*permutations([FIRST, ENDED, SECOND])])
def test_no_order_of_events_changes_which_link_shows(events: list[RoomEvent]) -> None:
    """Only the second: the first was revoked, and that bears on no later one."""
    links: RoomLinks | None = None
    for event in (*events, *events):
        if isinstance(event, RoomLinkGiven):
            links = on_room_link_given(links, event)
        elif isinstance(event, RoomLinkRevoked):
            links = on_room_link_revoked(links, event)

    assert links == RoomLinks(f"{EDITION}/s1", given=2, revoked=1)
    assert [number for number in range(4) if links.show(number)] == [2]


def test_what_was_never_given_is_not_taken_back() -> None:
    """Nor twice."""
    gone = RoomLinks("mg-4/s1", given=3, revoked=3)
    for links in (None, gone):
        assert revoke(links, reason="", at=at("09:00"), **WHERE) is None
    assert give(gone, at=at("09:00"), expires_at=at("10:00"), **WHERE).number == 4
