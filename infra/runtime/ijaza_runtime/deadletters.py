"""What cannot be handled is laid aside whole, with the reason and the place where it stood."""

from ijaza_runtime.bus import Delivered, Record
from ijaza_runtime.observe import log


def dead_letter(
    destination: str, topic: str, partition: int, record: Delivered, fault: Exception
) -> Record:
    """The record for the dead-letter topic: original key, bytes and headers, and four more."""
    log.error("dead letter", topic=topic, partition=partition, offset=record.offset, why=str(fault))
    headers = {
        **record.headers,
        "ijaza-topic": topic,
        "ijaza-partition": str(partition),
        "ijaza-offset": str(record.offset),
        "ijaza-error": str(fault),
    }
    return Record(destination, record.key, record.value, headers)
