"""The reactor's promises, on a service in miniature and the adapters in memory."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from ijaza_contracts.envelope import Event
from ijaza_runtime.adapters.memory_bus import MemoryBus
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.bus import BusError, Delivered, Record
from ijaza_runtime.commands import Commands, Done, Work
from ijaza_runtime.errors import Conflicting
from ijaza_runtime.outbox import Outbox, record_of
from ijaza_runtime.reactor import Reactor
from ijaza_runtime.references import References

from tests.unit.runtime import toy


class FailingBus(MemoryBus):
    """A bus whose publishing fails as often as `failures` says."""

    failures = 0

    async def publish(self, records: Sequence[Record]) -> None:
        if self.failures:
            self.failures -= 1
            raise BusError("the bus is away")
        await super().publish(records)


ToyReactor = Reactor[toy.State, toy.Rule, toy.Rule]
ToyCommands = Commands[toy.State, toy.Rule, toy.Rule]


@dataclass
class World:
    """A bus, a store and one reactor over them; `tell` publishes, `said` reads what came out."""

    bus: FailingBus
    store: MemoryStore
    clock: float = 0.0

    def __post_init__(self) -> None:
        self.reactor, self.commands = self.process()

    def process(self) -> tuple[ToyReactor, ToyCommands]:
        references = References(self.bus, [toy.FOLD.editions])
        outbox = Outbox(self.bus, self.store)
        reactor = Reactor(
            service="toy",
            fold=toy.FOLD,
            inputs=[toy.MARKS],
            bus=self.bus,
            store=self.store,
            references=references,
            outbox=outbox,
            partitions=toy.PARTITIONS,
            now=lambda: self.clock,
        )
        commands = Commands(
            toy.FOLD,
            store=self.store,
            outbox=outbox,
            references=references,
            partitions=toy.PARTITIONS,
        )
        return reactor, commands

    async def tell(self, *events: Event) -> None:
        await self.bus.publish([record_of(event) for event in events])

    async def drain(self) -> None:
        for _ in range(50):
            if not await self.reactor.turn() and await self.reactor.caught_up():
                return
            self.clock += 60
        pytest.fail("the reactor did not come to rest")

    async def _all(self, topic: str) -> list[Delivered]:
        follower = await self.bus.follower([topic])
        found = []
        while slices := await follower.read(1000):
            found += [record for each in slices for record in each.records]
        return found

    async def said(self) -> list[tuple[str, int]]:
        return sorted(
            (event.participant, event.revision)
            for record in await self._all(toy.OUT.name)
            for event in [toy.Reached.from_body(record.value or b"")]
        )

    async def dead(self) -> list[Delivered]:
        return await self._all("toy.dead-letters")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """One process over empty adapters."""
    bus = FailingBus()
    await bus.provision(toy.PLANS)
    made = World(bus, MemoryStore())
    yield made
    await made.reactor.close()


async def test_decides_once_on_a_backlog(world: World) -> None:
    """A backlog is folded whole before anything is decided, and each decision is said once."""
    await world.tell(toy.rule(1, 2), *[toy.mark(p, n) for p in "abc" for n in range(p == "c", 3)])
    await world.drain()
    assert await world.said() == [("a", 1), ("b", 1), ("c", 1)]


async def test_a_repeat_changes_nothing(world: World) -> None:
    """An event that comes twice is folded once."""
    await world.tell(toy.rule(1, 2), toy.mark("a", 1), toy.mark("a", 1))
    await world.drain()
    assert await world.said() == []


async def test_facts_of_an_unknown_edition_are_folded_and_decided_later(world: World) -> None:
    """Facts may come before their edition; they count as soon as it is known."""
    await world.tell(toy.mark("a", 1), toy.mark("a", 2))
    await world.drain()
    assert await world.said() == []
    await world.tell(toy.rule(1, 2))
    await world.drain()
    assert await world.said() == [("a", 1)]


async def test_a_new_revision_decides_every_state_again(world: World) -> None:
    """A revision re-decides the states of its edition, and of no other."""
    await world.tell(toy.rule(1, 9), toy.rule(1, 9, "f"))
    await world.tell(toy.mark("a", 1), toy.mark("b", 1), toy.mark("z", 1, "f"))
    await world.drain()
    await world.tell(toy.rule(2, 1))
    await world.drain()
    assert await world.said() == [("a", 2), ("b", 2)]


async def test_another_process_finishes_a_revision(world: World) -> None:
    """A process that never saw the states being folded finds those decided under an old basis."""
    await world.tell(toy.rule(1, 9), toy.mark("a", 1))
    await world.drain()
    await world.reactor.close()
    await world.tell(toy.rule(2, 1))
    world.reactor, world.commands = world.process()
    await world.drain()
    assert await world.said() == [("a", 2)]


async def test_an_undecodable_record_is_laid_aside_with_its_bytes(world: World) -> None:
    """What cannot be decoded goes to the dead letters as it was; the next record is handled."""
    await world.tell(toy.rule(1, 1))
    await world.bus.publish(
        [
            Record(toy.MARKS.name, "a", b"\x00junk", {"ce_type": "toy.Marked.v1", "ce_id": "1"}),
            Record(toy.MARKS.name, "a", b"{}", {}),
            record_of(toy.mark("a", 1)),
        ]
    )
    await world.drain()
    dead = await world.dead()
    assert [record.value for record in dead] == [b"\x00junk", b"{}"]
    assert dead[0].headers["ijaza-topic"] == "toy.marks"
    assert await world.said() == [("a", 1)]


async def test_a_rejected_event_is_laid_aside(world: World) -> None:
    """An event that its handler rejects for ever goes to the dead letters with the reason."""
    await world.tell(toy.rule(1, 1), toy.mark("a", -1), toy.mark("a", 1))
    await world.drain()
    (dead,) = await world.dead()
    assert "negative" in dead.headers["ijaza-error"]
    assert await world.said() == [("a", 1)]


async def test_an_event_under_another_edition_is_laid_aside(world: World) -> None:
    """A participant is one person in one edition: an event that says otherwise is no fact."""
    await world.tell(toy.rule(1, 2), toy.mark("a", 1), toy.mark("a", 2, "f"))
    await world.drain()
    (dead,) = await world.dead()
    assert "another edition" in dead.headers["ijaza-error"]
    assert await world.said() == []


async def test_an_event_under_anothers_key_is_laid_aside(world: World) -> None:
    """A record keyed by another lies in a partition that is not its participant's: no fact."""
    await world.tell(toy.rule(1, 1))
    await world.bus.publish([record_of(toy.mark("a", 1))._replace(key="b")])
    await world.drain()
    (dead,) = await world.dead()
    assert "keyed by another" in dead.headers["ijaza-error"]
    assert await world.said() == []


@pytest.mark.slow
async def test_an_unknown_failure_holds_its_partition_and_no_other(world: World) -> None:
    """After a failure that is no known one nothing later of the partition is handled."""
    await world.tell(toy.rule(1, 1), toy.mark("bad", 666), toy.mark("bad", 1))
    others = [toy.mark(f"p{n}", 1) for n in range(20)]
    await world.tell(*others)
    for _ in range(5):
        await world.reactor.turn()
        world.clock += 60
    said = [who for who, _ in await world.said()]
    assert "bad" not in said
    assert 5 <= len(said) < 20
    assert not await world.reactor.caught_up()


async def test_what_was_saved_but_not_sent_is_sent_after_a_failure(world: World) -> None:
    """A bus that fails after the save delays an event, and does not lose it."""
    await world.tell(toy.rule(1, 1), toy.mark("a", 1))
    world.bus.failures = 1
    await world.drain()
    assert await world.said() == [("a", 1)]


async def test_a_conflict_folds_on_top_of_what_somebody_else_wrote(world: World) -> None:
    """When a command changed a document that the reactor holds, both changes stand."""
    await world.tell(toy.rule(1, 3), toy.mark("a", 1))
    await world.drain()
    await world.commands.perform("e", "a", lambda state, rule, person: [toy.mark("a", 2)])
    await world.tell(toy.mark("a", 3))
    await world.drain()
    assert await world.said() == [("a", 1)]


async def test_a_refused_command_hinders_no_other(world: World) -> None:
    """Of several commands each is answered for itself."""
    await world.tell(toy.rule(1, 9))

    def refuse(state: object, rule: object, person: object) -> list[Event]:
        raise Conflicting("no", "not now")

    results = await world.commands.perform_many(
        [
            Work("e", "a", lambda *_: [toy.mark("a", 1)]),
            Work("e", "a", refuse),
            Work("e", "b", lambda *_: [toy.mark("b", 1)]),
        ]
    )
    assert [type(result) for result in results] == [Done, Conflicting, Done]


async def test_a_second_process_takes_over_where_the_first_stood(world: World) -> None:
    """Two processes share the partitions, and each event has one effect."""
    second, _ = world.process()
    await world.tell(toy.rule(1, 2), *[toy.mark(f"p{n}", 1) for n in range(30)])
    for _ in range(3):
        await world.reactor.turn()
        await second.turn()
    await world.tell(*[toy.mark(f"p{n}", 2) for n in range(30)])
    for _ in range(6):
        await world.reactor.turn()
        await second.turn()
    assert await world.said() == sorted((f"p{n}", 1) for n in range(30))
    await second.close()
