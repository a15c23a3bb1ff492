"""The shelves between FastStream's loop and `poll`, without a broker."""

from unittest.mock import create_autospec

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka import TopicPartition as KafkaPlace
from ijaza_runtime.adapters.kafka_intake import AHEAD, PEEKED, Intake, runs_of
from ijaza_runtime.bus import TopicPartition

ONE, OTHER = TopicPartition("facts", 0), TopicPartition("facts", 1)


def records(place: TopicPartition, *offsets: int) -> list[ConsumerRecord]:
    """Records of a place with these offsets."""
    return [ConsumerRecord(*place, at, 0, 0, b"k", b"v", None, 1, 1, ()) for at in offsets]


def offsets(taken: list[ConsumerRecord]) -> list[int]:
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
    intake.lay(records(ONE, 5, 6, 7), 8)
    intake.begin(ONE, 5)
    intake.lay(records(ONE, 8, 9), 5)
    intake.begin(OTHER, 20)
    intake.lay(records(OTHER, 5, 6), 20)
    assert (intake.take(ONE, 10), intake.take(OTHER, 10)) == ([], [])


def test_nothing_is_taken_in_until_it_is_said_where_to_begin(intake: Intake) -> None:
    """A place that was left takes nothing, and wants nothing."""
    intake.leave(ONE)
    intake.lay(records(ONE, 5), 6)
    assert intake.take(ONE, 10) == []
    assert intake.peeked().places == [KafkaPlace(*OTHER)]


def test_records_are_taken_in_order_and_once(intake: Intake) -> None:
    """However they were laid in, and however few are taken at a time."""
    intake.lay(records(ONE, 5, 6, 7), 8)
    intake.lay(records(ONE, 8, 9), 10)
    taken = [offsets(intake.take(ONE, 2)) for _ in range(4)]
    assert taken == [[5, 6], [7, 8], [9], []]


def test_offsets_passed_over_are_noted(intake: Intake) -> None:
    """Whether the log was compacted there, or has lost records, is to be asked."""
    intake.lay(records(ONE, 5), 6)
    assert intake[ONE].gap is None
    intake.lay(records(ONE, 9), 10)
    assert intake[ONE].gap == 6


def test_a_full_place_wants_nothing_and_holds_up_nobody(intake: Intake) -> None:
    """The polled partition is read ahead; of others a few records show that there are some."""
    intake.take(ONE, 1)
    intake.lay(records(ONE, *range(5, 5 + AHEAD)), 5 + AHEAD)
    assert intake.wanted().places == []
    assert intake.peeked() == ([KafkaPlace(*OTHER)], PEEKED)
    intake.lay(records(OTHER, 5), 6)
    assert intake.peeked().places == []
    intake.take(ONE, 1)
    assert intake.wanted().places == [KafkaPlace(*ONE)]


def test_records_are_parted_by_place() -> None:
    """FastStream hands over one tuple, in which those of a place stand together."""
    batch = (*records(OTHER, 1, 2, 3), *records(ONE, 7), *records(TopicPartition("x", 0), 2, 4))
    assert [offsets(run) for run in runs_of(batch)] == [[1, 2, 3], [7], [2, 4]]
    assert list(runs_of(())) == []
