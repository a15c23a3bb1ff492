"""Emits the scans of a fleet of kiosks on Kafka. README.md says how to run it."""

import json
import os
import sys
from typing import Any

from cloudevents.core.bindings.kafka import to_binary_event
from cloudevents.core.v1.event import CloudEvent
from confluent_kafka import KafkaError, Message, Producer

TOPIC, TYPE = "attendance.scans", "attendance.ScanRecorded.v1"


def event_of(scan: dict[str, Any], fleet: str) -> CloudEvent:
    """A scan as an event. Sent again it is the same event, with the same id.

    The fleet's user stands before the scan's id: no other fleet has an id that begins so.
    """
    scan = scan | {"scan_id": f"{fleet}/{scan['scan_id']}"}
    return CloudEvent(
        {
            "id": f"{scan['edition']}/{scan['participant']}/{scan['scan_id']}",
            "source": f"/kiosks/{scan['device']}",
            "type": TYPE,
            "specversion": "1.0",
            "datacontenttype": "application/json",
            "partitionkey": scan["participant"],
        },
        scan,
    )


def main() -> None:
    """Send what comes in, a scan a line; `KAFKA_SASL_USERNAME` is `sasl.username`, and so on."""
    given = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in os.environ.items()
        if name.startswith("KAFKA_")
    }
    durable = {"acks": "all", "enable.idempotence": True, "partitioner": "murmur2"}
    producer = Producer({"linger.ms": 20, **given, **durable})
    fleet = os.environ["KAFKA_SASL_USERNAME"]
    lost: list[str] = []

    def settled(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            lost.append(str(error))

    for line in sys.stdin:
        message = to_binary_event(event_of(json.loads(line), fleet))
        producer.produce(
            TOPIC, message.value, message.key, headers={**message.headers}, on_delivery=settled
        )
        producer.poll(0)
    if producer.flush(60) or lost:
        sys.exit(f"not everything is acknowledged, send all of it again: {lost[:1]}")


if __name__ == "__main__":
    main()
