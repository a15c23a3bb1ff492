"""The shelves between FastStream's loop and `poll`, without a broker."""

from typing import Any
from unittest.mock import create_autospec

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as KafkaPlace
from ijaza_runtime.adapters.kafka_intake import AHEAD, Intake
from ijaza_runtime.adapters.kafka_parcels import Parcel
from ijaza_runtime.bus import TopicPartition

from tests.kafka.batches import batch

ONE, OTHER = TopicPartition("facts", 0), TopicPartition("facts", 1)


def parcel(place: TopicPartition, *offsets: int) -> Parcel:
    """A parcel of a place with these offsets."""
    return Parcel(*place, offsets[0], offsets[-1] + 1, batch(*offsets))


def offsets(taken: list[Any]) -> list[int]:
    return [record.offset for record in taken]


@pytest.fixture
def intake() -> Intake:
    """An intake of two places, begun at the offset 5."""
    consumer = create_autospec(AIOKafkaConsumer, instance=True)
    intake = Intake(consumer, [KafkaPlace(*ONE), KafkaPlace(*OTHER)])
    intake.begin(ONE, 5)
    intake.begin(OTHER, 5)
    return intake


def test_what_was_fetched_before_a_seek_is_refused(intake: Intake) -> None:
    """Trap: a batch that was on its way while the place was begun anew is laid in behind it.

    The consumer stands where the seek has put it, not behind that batch.
    """
    intake.lay([parcel(ONE, 5, 6, 7)], 8)
    intake.begin(ONE, 5)
    intake.lay([parcel(ONE, 8, 9)], 5)
    intake.begin(OTHER, 20)
    intake.lay([parcel(OTHER, 5, 6)], 20)
    assert (intake.take(ONE, 10), intake.take(OTHER, 10)) == ([], [])


def test_nothing_is_taken_in_until_it_is_said_where_to_begin(intake: Intake) -> None:
    """A place that was left takes nothing, and wants nothing."""
    intake.leave(ONE)
    intake.lay([parcel(ONE, 5)], 6)
    assert intake.take(ONE, 10) == []
    assert intake.peeked().places == [KafkaPlace(*OTHER)]


def test_records_are_taken_in_order_and_once(intake: Intake) -> None:
    """However they were laid in, and however few are taken at a time."""
    intake.lay([parcel(ONE, 5, 6, 7)], 8)
    intake.lay([parcel(ONE, 8, 9)], 10)
    taken = [offsets(intake.take(ONE, 2)) for _ in range(4)]
    assert taken == [[5, 6], [7, 8], [9], []]


def test_offsets_passed_over_are_noted(intake: Intake) -> None:
    """Whether the log was compacted there, or has lost records, is to be asked."""
    intake.lay([parcel(ONE, 5)], 6)
    assert intake[ONE].gap is None
    intake.lay([parcel(ONE, 9)], 10)
    assert intake[ONE].gap == 6


def test_a_full_place_wants_nothing_and_holds_up_nobody(intake: Intake) -> None:
    """The polled partition is read ahead; of others one parcel shows that there is something."""
    intake.take(ONE, 1)
    intake.lay([parcel(ONE, 5, 4 + AHEAD)], 5 + AHEAD)
    assert intake.wanted().places == []
    assert intake.peeked() == ([KafkaPlace(*OTHER)], 1)
    intake.lay([parcel(OTHER, 5)], 6)
    assert intake.peeked().places == []
    intake.take(ONE, 1)
    assert intake.wanted().places == [KafkaPlace(*ONE)]


def test_a_batch_is_taken_from_where_it_was_read_to(intake: Intake) -> None:
    """A broker sends whole batches; the group may have committed an offset amid one."""
    intake.lay([Parcel(*ONE, 5, 8, batch(3, 4, 5, 7))], 8)
    assert offsets(intake.take(ONE, 1)) == [5]
    assert intake[ONE].waiting == 2
    assert offsets(intake.take(ONE, 10)) == [7]
    assert intake[ONE].waiting == 0
