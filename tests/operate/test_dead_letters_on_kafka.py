"""The same commands on Kafka: bytes of any kind come back as they were."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Message, Producer
from ijaza_contracts.topics import SERVICES
from ijaza_runtime.addresses import open_bus
from ijaza_runtime.bus import Delivered, Record
from ijaza_runtime.deadletters import dead_letter
from ijaza_runtime.service import provision

from tests.flow.commandline import by_process
from tests.operate.given import LETTERS, all_letters, letter, on_topic
from tests.servers.kafka import OwnKafka
from tests.unit.credential.given import attended

Headers = list[tuple[str, str | bytes | None]]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kafka")]

FACT = attended("m1-d1")
FOREIGN: Headers = [("note", b"\xff\xfe"), ("ce_id", b"foreign")]


async def test_letters_are_listed_and_published_again_on_kafka(
    own_kafka: OwnKafka, tmp_path: Path
) -> None:
    """Both the letter of a fact and that of a record which is no text at all."""
    broker = own_kafka()
    url = f"kafka://{broker.address}"
    environment = {"IJAZA_BUS_URL": url, "IJAZA_ACTOR": "operator-1"}
    producer = Producer({"bootstrap.servers": broker.address})
    bus = open_bus(url)
    await provision(bus, SERVICES, 2)
    producer.produce("attendance.events", b"\x00\xff", key=b"\xfe", headers=FOREIGN)
    producer.flush(30)
    (foreign,) = await read(url, "attendance.events")
    event = FACT.model_copy(update={"participant": "p2"})
    await bus.publish([letter(event), laid_aside(foreign)])
    assert len(await all_letters(bus)) == 2
    await bus.close()

    answer = by_process("dead-letters", "list", "--json", keys=tmp_path, environment=environment)
    assert {each["event"] for each in json.loads(answer.out)} == {event.id, "foreign"}
    answer = by_process(
        *("dead-letters", "retry", "--all", "--service", "credential", "--yes"),
        keys=tmp_path,
        environment=environment,
    )

    assert (answer.code, answer.out) == (0, "2 published again.\n"), answer.err
    again = raw(broker.address)[1:]
    assert {(key, value) for key, value, _ in again} == {
        (b"p2", event.body()),
        (b"\xfe", b"\x00\xff"),
    }
    (headers,) = [headers for key, _, headers in again if key == b"\xfe"]
    assert set(FOREIGN) < set(headers)
    assert {name for name, _ in headers} == {"note", "ce_id", "ijaza-retry-of"}


def laid_aside(record: Delivered) -> Record:
    """The letter of a record as it was read."""
    return dead_letter(LETTERS, "attendance.events", 0, record, ValueError("no event"))


async def read(url: str, topic: str) -> Sequence[Delivered]:
    """What stands on a topic, as the port gives it."""
    bus = open_bus(url)
    try:
        return await on_topic(bus, topic)
    finally:
        await bus.close()


def raw(address: str) -> list[tuple[bytes | None, bytes | None, Headers]]:
    """The three records of attendance.events as they stand on Kafka, in the order of time."""
    consumer = Consumer(
        {"bootstrap.servers": address, "group.id": "look", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe(["attendance.events"])
    found: list[Message] = []
    try:
        while len(found) < 3 and (message := consumer.poll(30)):
            assert message.error() is None
            found.append(message)
    finally:
        consumer.close()
    assert len(found) == 3
    found.sort(key=lambda message: message.timestamp())
    return [(each.key(), each.value(), list(dict(each.headers() or []).items())) for each in found]
