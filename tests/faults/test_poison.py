"""Records that no service of Ijaza's wrote, one in a hundred, of every kind of wrong.

They come from plain confluent-kafka, which knows nothing of the contracts.
"""

import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from ijaza_contracts.enrollment import EditionClosed
from ijaza_contracts.topics import ATTENDANCE
from ijaza_runtime.bus import Record, partition_of
from ijaza_runtime.outbox import record_of

from bench import fold_stream
from tests.deadline import eventually
from tests.faults.standing import never_going_back
from tests.faults.world import CLOSED, LETTERS, PATIENCE, POISON, facts, fault_free, outcome, world
from tests.flow.commandline import by_process
from tests.process.house import PARTITIONS
from tests.servers.kafka import OwnKafka

pytestmark = pytest.mark.slow

EVERY = 100
OURS, KEPT = "ijaza-", "ijaza-original-"
HUGE = 900_000
"""Bytes: a broker takes a mebibyte."""
LARGE, TOO_LARGE = 5_000_000, 9_000_000
"""Bytes that a broker takes compressed: a letter can be so large, and cannot."""

Headers = list[tuple[str, bytes]]


class Poison(NamedTuple):
    """A record as it is produced, compressed if it says so, and whether it is to be laid aside."""

    key: bytes | None
    value: bytes | None
    headers: Headers
    is_laid_aside: bool = True
    codec: str = "none"


def kinds(sound: Record, other: Record) -> list[Poison]:
    """Every kind of wrong that a sound record can be; `other` is of another participant."""
    assert sound.value is not None
    key, value = sound.key.encode(), sound.value
    headers: Headers = [(name, text.encode()) for name, text in sound.headers.items()]
    unknown = changed(headers, "ce_type", b"attendance.Unheard.v1")
    return [
        Poison(key, secrets.token_bytes(300), headers),
        Poison(secrets.token_bytes(16), secrets.token_bytes(300), []),
        Poison(key, value, [each for each in headers if each[0] != "ce_id"]),
        Poison(key, value, [each for each in headers if each[0] != "ce_type"]),
        Poison(key, value, []),
        Poison(key, b'{"edition": 7}', headers),
        Poison(key, b"[" * 100_000, headers),
        Poison(other.key.encode(), value, headers),
        Poison(None, value, headers),
        Poison(key, b"{}", changed(headers, "ce_id", b"\xff\xfe")),
        Poison(key, b"", changed(headers, "ce_time", b"\xc3\x28")),
        Poison(key, None, headers),
        Poison(key, b"", headers),
        Poison(key, secrets.token_bytes(HUGE), headers),
        Poison(key, b"x" * LARGE, headers, codec="gzip"),
        Poison(key, b"x" * TOO_LARGE, headers, codec="gzip"),
        Poison(key, b"{}", [*headers, *((f"{number}", b"") for number in range(50_000))]),
        Poison(key, b"{}", [*headers, ("ijaza-topic", b"mine"), ("note", b"\xff\x00")]),
        # Who asks whether a fact is one asks its body, its key and its type.
        Poison(key, value, changed(headers, "ce_id", b"\xff\xfe"), is_laid_aside=False),
        Poison(key, value, changed(headers, "ce_type", b"\xff\xfe"), is_laid_aside=False),
        Poison(key, value, unknown, is_laid_aside=False),
        Poison(key, secrets.token_bytes(300), unknown, is_laid_aside=False),
    ]


def changed(headers: Headers, name: str, content: bytes) -> Headers:
    """Headers of which one says something else."""
    return [(each, content if each == name else text) for each, text in headers]


def poisons(stream: Sequence[Record], count: int) -> list[Poison]:
    """So many, of all kinds in turn."""
    sound = [record for record in stream if record.topic == ATTENDANCE.name]
    found: list[Poison] = []
    while len(found) < count:
        one = secrets.choice(sound)
        other = secrets.choice([each for each in sound if each.key != one.key])
        found += kinds(one, other)
    return found[:count]


class Letter(NamedTuple):
    """A record as it stood, or is said to have stood: where, and what it was."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes | None
    headers: frozenset[tuple[str, bytes]]
    size: str = ""


async def test_one_in_a_hundred(own_kafka: OwnKafka, tmp_path: Path) -> None:
    """The dead letters are exactly those, with their bytes, keys and headers, but for the bytes
    that no letter can hold, of which it says how many they are. Everything else goes on, the lag
    comes to nothing, and the command line counts the same.
    """
    broker = own_kafka()
    place = world(tmp_path, kafka=broker.address)
    stream = [record for record in facts() if record.value != POISON]
    bad = poisons(stream, len(stream) // EVERY)
    wanted: list[Letter] = []
    async with place.tools() as tools, never_going_back(tools):
        await tools.prepare()
        with place.credential() as running:
            for number, poison in enumerate(bad):
                await tools.publish(stream[number * EVERY : (number + 1) * EVERY])
                stood = produced(broker.address, poison)
                wanted += [stood] if poison.is_laid_aside else []
            await tools.publish(stream[len(bad) * EVERY :])
            await eventually(tools.has_handled, PATIENCE)
            laid = letters(broker.address)
            assert [each[:4] for each in sorted(laid)] == [each[:4] for each in sorted(wanted)]
            assert sorted(laid) == sorted(wanted)
            listed = by_process(
                *("dead-letters", "list", "credential", "--json"),
                keys=place.house.keys,
                environment={"IJAZA_BUS_URL": place.bus_url},
            )
            assert len(json.loads(listed.out)) == len(wanted), listed.err
            expected = await fault_free(place.house.keys)
            closing = EditionClosed(edition=fold_stream.edition().id, at=CLOSED)
            await tools.bus.publish([record_of(closing)])

            async def same() -> bool:
                return await outcome(tools.bus, tools.store) == expected

            await eventually(same, PATIENCE)
            assert running.process.poll() is None


def produced(address: str, poison: Poison) -> Letter:
    """Produce a record as any program may; where it stands, and what it is."""
    stands: list[Message] = []
    producer = Producer(
        {
            "bootstrap.servers": address,
            "compression.type": poison.codec,
            "message.max.bytes": 2 * TOO_LARGE,
        }
    )
    producer.produce(
        ATTENDANCE.name,
        key=poison.key,
        value=poison.value,
        headers=dict(poison.headers),
        partition=partition_of((poison.key or b"").decode("utf-8", "surrogateescape"), PARTITIONS),
        on_delivery=lambda error, message: stands.append(message),
    )
    assert producer.flush(30) == 0
    (stood,) = stands
    assert stood.error() is None
    key, value, headers = poison.key or b"", poison.value or b"", poison.headers
    is_held = len(value) < TOO_LARGE
    texts = len(key) + sum(len(name) + len(content) for name, content in headers)
    return Letter(
        ATTENDANCE.name,
        stood.partition() or 0,
        stood.offset() or 0,
        key,
        poison.value if is_held else None,
        frozenset(headers),
        "" if is_held else str(texts + len(value)),
    )


def letters(address: str) -> list[Letter]:
    """What stands on the dead-letter topic, byte for byte, without what was written to it."""
    settings = {"bootstrap.servers": address, "group.id": "look", "enable.partition.eof": True}
    consumer = Consumer({**settings, "auto.offset.reset": "earliest"})
    places = [TopicPartition(LETTERS, number, 0) for number in range(PARTITIONS)]
    consumer.assign(places)
    found: list[Letter] = []
    at_end = 0
    try:
        while at_end < len(places):
            message = consumer.poll(30)
            assert message is not None, "the dead letters do not come"
            if (error := message.error()) is not None:
                assert error.code() == KafkaError._PARTITION_EOF
                at_end += 1
            else:
                found.append(letter_of(message))
    finally:
        consumer.close()
    return found


def letter_of(message: Message) -> Letter:
    """The original of one dead letter."""
    headers = dict(message.headers() or [])
    said = {name: content for name, content in headers.items() if isinstance(content, bytes)}
    original = frozenset(
        (name.removeprefix(KEPT), content)
        for name, content in said.items()
        if name.startswith(KEPT) or not name.startswith(OURS)
    )
    return Letter(
        said["ijaza-topic"].decode(),
        int(said["ijaza-partition"]),
        int(said["ijaza-offset"]),
        message.key() or b"",
        message.value(),
        original,
        said.get("ijaza-size", b"").decode(),
    )
