"""Counts the graduates of each edition, from Ijaza's public topic. README.md says how to run it."""

import os
import sqlite3
import sys
from typing import Any

from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from confluent_kafka import Consumer, KafkaException

SAYS = {
    "graduations.ParticipantGraduated.v1": "graduated",
    "graduations.GraduationSuperseded.v1": "ended",
    "graduations.GraduationRevoked.v1": "ended",
}
COUNT = """SELECT edition, count(*) FROM said AS this WHERE word = 'graduated' AND NOT EXISTS (
    SELECT 1 FROM said WHERE graduation = this.graduation AND word = 'ended')
    GROUP BY edition ORDER BY edition"""


def opened(path: str) -> sqlite3.Connection:
    """What was learnt so far: each fact once, however often and in whichever order it comes."""
    store = sqlite3.connect(path)
    columns = "edition, graduation, word, UNIQUE (graduation, word)"
    store.execute(f"CREATE TABLE IF NOT EXISTS said ({columns})")
    return store


def learn(store: sqlite3.Connection, event: BaseCloudEvent) -> None:
    """Take a fact down; an event of a type that is not known is passed over."""
    if word := SAYS.get(event.get_type()):
        data: Any = event.get_data()
        row = (data["edition"], data["graduation"], word)
        store.execute("INSERT OR IGNORE INTO said VALUES (?, ?, ?)", row)


def main(path: str) -> None:
    """Read for ever. `KAFKA_SASL_USERNAME` in the environment is `sasl.username`, and so on."""
    given = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in os.environ.items()
        if name.startswith("KAFKA_")
    }
    consumer = Consumer({**given, "enable.auto.commit": False, "auto.offset.reset": "earliest"})
    consumer.subscribe(["graduations"])
    store = opened(path)
    while True:
        for message in (messages := consumer.consume(500, timeout=1)):
            if error := message.error():
                raise KafkaException(error)
            headers: dict[str, Any] = dict(message.headers() or [])
            value = message.value() or b""
            learn(store, from_binary_event(KafkaMessage(headers, message.key(), value)))
        if messages:
            store.commit()  # first what was learnt, then how far it was read
            consumer.commit(asynchronous=False)
            print(dict(store.execute(COUNT).fetchall()), flush=True)  # noqa: T201 - its answer


if __name__ == "__main__":
    main(sys.argv[1])
