"""Dead letters of credential, as its reactor lays them aside."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ijaza_contracts.envelope import Event
from ijaza_contracts.topics import ATTENDANCE, dead_letters
from ijaza_local.operate import dead_letters as desk
from ijaza_local.operate.dead_letters import Deed, State
from ijaza_runtime.bus import Bus, Delivered, Record
from ijaza_runtime.deadletters import Letter, dead_letter

LETTERS = dead_letters("credential").name
DEED = Deed(actor="operator-1", at=datetime(2020, 5, 1, tzinfo=UTC), reason="mended")


def letter(
    event: Event, *, offset: int = 7, error: str = "m: wrong", body: bytes | None = b""
) -> Record:
    """The letter of an event that stood on its topic; `body` takes the place of its own."""
    value = event.body() if body == b"" else body
    record = Delivered(offset, event.key, value, event.headers())
    return dead_letter(LETTERS, event.TOPIC.name, 3, record, ValueError(error))


async def all_letters(bus: Bus) -> list[Letter]:
    """Every letter of credential."""
    return [each async for each in desk.letters(bus, ["credential"], await bus.ends())]


async def state_of(bus: Bus, name: str) -> State:
    """Where a letter stands."""
    return (await desk.states(bus)).get(name, "open")


async def on_topic(bus: Bus, topic: str = ATTENDANCE.name) -> Sequence[Delivered]:
    """What stands on a topic."""
    follower = await bus.follower([topic])
    try:
        found: list[Delivered] = []
        while slices := await follower.read(1_000):
            found += [record for each in slices for record in each.records]
        return found
    finally:
        await follower.close()
