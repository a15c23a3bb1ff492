"""From the records of a poll to events, and to what is no event."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ijaza_contracts.envelope import Event, Undecodable, decode

from ijaza_runtime.bus import Delivered, Slice


class Arrival(NamedTuple):
    """An event and the record that carried it, with the place where that stands."""

    event: Event
    topic: str
    partition: int
    record: Delivered


class Oddity(NamedTuple):
    """A record that is no event of its contract, and why."""

    topic: str
    partition: int
    record: Delivered
    fault: Undecodable


def arrivals(
    slices: Sequence[Slice], known: Mapping[str, type[Event]]
) -> tuple[list[Arrival], list[Oddity]]:
    """The events of known types, in their order, and the records that are none.

    A record keyed by another than its participant is none: it lies in a partition whose owner
    does not hold that participant.
    """
    arrived: list[Arrival] = []
    odd: list[Oddity] = []
    for topic, partition, records in slices:
        for record in records:
            try:
                event = decode(record.headers, record.value or b"", known)
                if event is not None and event.key != record.key:
                    raise Undecodable("the record is keyed by another than its participant")
            except Undecodable as fault:
                odd.append(Oddity(topic, partition, record, fault))
                continue
            if event is not None:
                arrived.append(Arrival(event, topic, partition, record))
    return arrived, odd
