"""What a backup takes: the topics, the stores' collections, and how far groups have come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ijaza_contracts.topics import AUDIT, SCANS, TOPICS, dead_letters
from ijaza_runtime.bus import Bus, BusError, TopicPartition

from ijaza_local.services import NAMES, running

LETTERS = tuple(dead_letters(name).name for name in NAMES)
TOPIC_NAMES = (*(topic.name for topic in TOPICS), *LETTERS)
COMPACTED = frozenset(topic.name for topic in TOPICS if topic.compacted)
ALONE = frozenset((SCANS.name, AUDIT.name, *LETTERS))
"""Topics whose records come from no outbox: none of them belongs to a write of a document."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The collections of each service, and the topics of each group."""

    collections: Mapping[str, Sequence[str]]
    groups: Mapping[str, Sequence[str]]


async def scope() -> Scope:
    """Collections and groups, as the services say them when they are put together on nothing."""
    with TemporaryDirectory() as keys:
        async with running(
            bus_url="memory://", store_url="memory://", keys=Path(keys), partitions=1
        ) as services:
            return Scope(
                {service.name: tuple(service.collections) for service in services.all},
                {
                    worker.group: tuple(worker.topics)
                    for service in services.all
                    for worker in service.workers
                },
            )


async def ends(bus: Bus) -> dict[TopicPartition, int]:
    """Where the partitions of our topics end. Raises `BusError` if a topic is not there."""
    found = {place: end for place, end in (await bus.ends()).items() if place.topic in TOPIC_NAMES}
    missing = set(TOPIC_NAMES) - {place.topic for place in found}
    if missing:
        raise BusError(
            f"no topic {', '.join(sorted(missing))} on this bus: check IJAZA_BUS_URL, or run "
            "`ijaza provision`."
        )
    return found
