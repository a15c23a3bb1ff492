"""A partner's consumer, as a process of its own: it counts right, and is let into nothing else."""

import ast
import asyncio
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from ijaza_contracts.topics import GRADUATIONS, SERVICES, TOPICS
from ijaza_credential.domain.commands import Command, Reinstate, Revoke
from ijaza_credential.handlers import deciding
from ijaza_credential.main import assemble
from ijaza_local.provisioning.cluster import Cluster
from ijaza_local.provisioning.plan import permissions, read_acls
from ijaza_runtime.addresses import open_bus
from ijaza_runtime.bus import Bus, Record, TopicPlan
from ijaza_runtime.connections import KafkaAccess
from ijaza_runtime.service import plans

from tests.operate.given import on_topic
from tests.servers.kafka_secured import Secured, as_user
from tests.unit.attendance.office import opened
from tests.unit.credential.given import after_closing, closed, everything, published, recorded

ROOT = Path(__file__).parents[2]
CONSUMER = ROOT / "examples/partner/consumer.py"
PUBLIC = [plan for plan in plans(SERVICES, 4) if plan.name == GRADUATIONS.name]
EVERYTHING = plans(SERVICES, 4)  # as many as tests/deploy plan on the same broker
SECONDS = 60.0

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kafka")]


async def graduations(keys: Path, *, people: int, revoked: int, reinstated: int) -> list[Record]:
    """What credential publishes of an edition of its own, of which the first are revoked.

    Of these the first are reinstated. The edition and its people bear names that no other has.
    """
    edition = f"e-{secrets.token_hex(4)}"
    async with opened(assemble, keys) as office:
        names = [f"{edition}-p{number}" for number in range(people)]
        definition = published().definition.model_copy(update={"id": edition})
        of_edition = {"edition": edition}
        await office.tell(
            published().model_copy(update={**of_edition, "definition": definition}),
            *(
                event.model_copy(update={**of_edition, "participant": name, **number})
                for place, name in enumerate(names, start=1)
                for event in (recorded(), *everything())
                for number in [{"number": place} if hasattr(event, "number") else {}]
            ),
        )
        await office.drain()
        await office.tell(closed().model_copy(update=of_edition))
        await office.drain()
        desk = office.service.desk

        async def order(name: str, command: Command) -> None:
            await desk.commands.perform(edition, name, deciding(command, desk.secret))

        for name in names[:revoked]:
            await order(name, Revoke(actor="office-1", reason="doubt", at=after_closing(1)))
        for name in names[:reinstated]:
            await order(name, Reinstate(actor="office-1", at=after_closing(2)))
        found = await on_topic(office.bus, GRADUATIONS.name)
    assert len(found) == people + revoked + reinstated
    return [Record(GRADUATIONS.name, each.key, each.value, each.headers) for each in found]


@asynccontextmanager
async def bus_at(
    address: str, topics: Sequence[TopicPlan], access: KafkaAccess | None = None
) -> AsyncIterator[Bus]:
    """The bus with these topics."""
    bus = open_bus(f"kafka://{address}", kafka=access or KafkaAccess())
    try:
        await bus.provision(topics)
        yield bus
    finally:
        await bus.close()


@asynccontextmanager
async def consuming(
    store: Path, settings: Mapping[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The example in a process, told by its environment where Kafka is."""
    told = {f"KAFKA_{name.upper().replace('.', '_')}": value for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        CONSUMER,
        store,
        env={"PATH": os.environ["PATH"], **told},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.communicate()


async def counts(process: asyncio.subprocess.Process, edition: str, expected: int) -> bool:
    """Whether it comes to say so of an edition."""
    assert process.stdout is not None
    async with asyncio.timeout(SECONDS):
        while line := await process.stdout.readline():
            if ast.literal_eval(line.decode()).get(edition) == expected:
                return True
    return False


async def test_a_partner_counts_graduates_and_goes_on_after_a_kill(
    kafka: str, tmp_path: Path
) -> None:
    """Half of the records, a kill, all of them again: each graduation is counted once."""
    records = await graduations(tmp_path, people=6, revoked=3, reinstated=1)
    edition = records[0].key
    settings = {
        "bootstrap.servers": kafka,
        "group.id": f"partner.{secrets.token_hex(4)}",
        "session.timeout.ms": "6000",  # so long a group waits for a member that was killed
    }
    async with bus_at(kafka, PUBLIC) as bus:
        await bus.publish(records[:6])
        async with consuming(tmp_path / "a.db", settings) as process:
            assert await counts(process, edition, 6)

        await bus.publish(records)
        async with consuming(tmp_path / "a.db", settings) as process:
            assert await counts(process, edition, 4)


async def test_a_partner_reads_nothing_else(kafka_secured: Secured, tmp_path: Path) -> None:
    """With the permissions of infra/kafka it counts; every other topic and group is refused."""
    name, password = "partner-a", "of-a-partner"
    access = KafkaAccess(
        security="SASL_PLAINTEXT",
        username=kafka_secured.username,
        password=kafka_secured.password,
    )
    kafka_secured.add_user(name, password)
    Cluster(kafka_secured.address, access).make_permissions(
        permissions(read_acls(ROOT / "infra/kafka"), ["a"])
    )
    records = await graduations(tmp_path, people=2, revoked=1, reinstated=0)
    client = {"bootstrap.servers": kafka_secured.address, **as_user(name, password)}

    async with bus_at(kafka_secured.address, EVERYTHING, access) as bus:
        await bus.publish(records)
        settings = {**client, "group.id": f"{name}.{secrets.token_hex(4)}"}
        async with consuming(tmp_path / "a.db", settings) as process:
            assert await counts(process, records[0].key, 1)

        there = {plan.name for plan in EVERYTHING}
        assert {topic.name for topic in TOPICS} < there
        seen = await asyncio.to_thread(visible, client)
        assert {each for each in seen if not each.startswith("__")} == {GRADUATIONS.name}
        others = sorted(there - {GRADUATIONS.name})
        assert await asyncio.to_thread(refused, client, others) == set(others)
        async with consuming(tmp_path / "b.db", {**client, "group.id": "credential"}) as process:
            _, said = await asyncio.wait_for(process.communicate(), SECONDS)
            assert b"GROUP_AUTHORIZATION_FAILED" in said
        assert await asyncio.to_thread(written, client) == KafkaError.TOPIC_AUTHORIZATION_FAILED


def visible(client: Mapping[str, str]) -> set[str]:
    """The topics that a user is told of."""
    consumer = Consumer({**client, "group.id": "partner-a.look"})
    try:
        return set(consumer.list_topics(timeout=SECONDS).topics)
    finally:
        consumer.close()


def refused(client: Mapping[str, str], topics: list[str]) -> set[str]:
    """Those of some topics whose place a user is not told, and without it nothing can be read."""
    consumer = Consumer({**client, "group.id": "partner-a.look"})
    try:
        return {
            name
            for name in topics
            for said in [consumer.list_topics(name, timeout=SECONDS).topics[name]]
            if said.error is not None
            and said.error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
            and not said.partitions
        }
    finally:
        consumer.close()


def written(client: Mapping[str, str]) -> int:
    """What a user is answered who writes on the public topic; 0 if it was written."""
    answers: list[KafkaError | None] = []
    producer = Producer(dict(client))
    try:
        producer.produce(GRADUATIONS.name, b"x", on_delivery=lambda error, _: answers.append(error))
        producer.flush(SECONDS)
    except KafkaException as error:
        return int(error.args[0].code())
    (answer,) = answers
    return answer.code() if answer else 0
