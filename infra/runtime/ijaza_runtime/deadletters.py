"""What cannot be handled is laid aside whole, with the reason and the place where it stood.

A dead letter is the original record and headers of our own, all of which begin with `ijaza-`. A
header of the original that begins so too is kept under another name, so that none is lost and
the original can be made again exactly. What is too large to be laid aside whole is laid aside
without its bytes: it stands on its own topic still.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ijaza_contracts.topics import dead_letters

from ijaza_runtime.bus import Delivered, Record
from ijaza_runtime.observe import log

LARGEST = 8 * 1024 * 1024
"""Bytes of a letter that holds its original whole. Under compression a record of any size comes
through what a topic takes, and could not be laid aside as it is."""
_PER_HEADER = 10
"""Bytes in which Kafka says how long a header's name and content are."""
_OURS = "ijaza-"
_KEPT = "ijaza-original-"
RETRY_OF = "ijaza-retry-of"
"""The header by which a record that was published again names the dead letter that it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A dead letter as it stands. `key`, `value` and `headers` are the original's.

    `topic`, `partition` and `offset` say where the original stood, `group` who could not handle
    it, `error` why; what the letter does not say is empty. `size` is the bytes of an original that
    was too large to be held, and empty if the letter is whole. `laid_at` is None if it says no
    time.
    """

    id: str
    service: str
    key: str
    value: bytes | None
    headers: Mapping[str, str]
    topic: str
    partition: str
    offset: str
    error: str
    group: str
    size: str
    laid_at: datetime | None

    @property
    def place(self) -> str:
        """Where the original stood: `topic[partition]@offset`."""
        return f"{self.topic}[{self.partition}]@{self.offset}"

    @property
    def event(self) -> str:
        """The `ce_id` of the original, or empty."""
        return self.headers.get("ce_id", "")

    @property
    def kind(self) -> str:
        """The `ce_type` of the original, or empty."""
        return self.headers.get("ce_type", "")

    @property
    def predecessor(self) -> str:
        """The letter whose retry failed and became this one, or empty."""
        return self.headers.get(RETRY_OF, "")

    def again(self) -> Record:
        """The original, to be published again: same key, bytes and headers, and what it was."""
        return Record(self.topic, self.key, self.value, {**self.headers, RETRY_OF: self.id})


def dead_letter(
    destination: str,
    topic: str,
    partition: int,
    record: Delivered,
    fault: Exception,
    group: str = "",
) -> Record:
    """The record for the dead-letter topic `destination`.

    `group` is the consumer group that could not handle it: the service's own unless it is said.
    Above `LARGEST` the letter has no value, and neither key nor headers if these are so large.
    """
    log.error("dead letter", topic=topic, partition=partition, offset=record.offset, why=str(fault))
    place = {
        "ijaza-topic": topic,
        "ijaza-partition": str(partition),
        "ijaza-offset": str(record.offset),
        "ijaza-error": str(fault),
        "ijaza-group": group or destination.removesuffix(dead_letters("").name),
        "ijaza-time": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    headers = {_outer(name): value for name, value in record.headers.items()}
    whole = Record(destination, record.key, record.value, headers | place)
    if _fits(whole):
        return whole
    place["ijaza-size"] = str(_size(record))
    bare = Record(destination, record.key, None, headers | place)
    return bare if _fits(bare) else Record(destination, "", None, place)


def letter_of(service: str, partition: int, record: Delivered) -> Letter:
    """What stands on the dead-letter topic of a service, read."""
    said = ("topic", "error", "group", "size")
    ours = {name: record.headers.get(_OURS + name, "") for name in said}
    return Letter(
        id=f"{service}-{partition}-{record.offset}",
        service=service,
        key=record.key,
        value=record.value,
        headers={
            name.removeprefix(_KEPT): value
            for name, value in record.headers.items()
            if name.startswith(_KEPT) or not name.startswith(_OURS)
        },
        partition=record.headers.get("ijaza-partition", ""),
        offset=record.headers.get("ijaza-offset", ""),
        laid_at=_time(record.headers.get("ijaza-time", "")),
        **ours,
    )


def _fits(letter: Record) -> bool:
    return _size(letter) + _PER_HEADER * len(letter.headers) <= LARGEST


def _size(record: Record | Delivered) -> int:
    """The bytes of its key, headers and value."""
    headers = record.headers.items()
    texts = _bytes(record.key) + sum(_bytes(name) + _bytes(value) for name, value in headers)
    return texts + len(record.value or b"")


def _bytes(text: str) -> int:
    """A surrogate stands for one byte that is no text."""
    return len(text.encode("utf-8", "replace"))


def _outer(name: str) -> str:
    return _KEPT + name if name.startswith(_OURS) else name


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
