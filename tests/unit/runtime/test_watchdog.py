"""When a partition counts as stuck, and what ends a process that cannot end itself."""

import threading
from time import monotonic

import pytest
from ijaza_runtime.bus import TopicPartition
from ijaza_runtime.watchdog import Standing, Stillness, Watchdog

PLACE = TopicPartition("toy.marks", 1)
OTHER = TopicPartition("toy.marks", 2)


def test_a_partition_that_waits_and_does_not_move_is_stuck() -> None:
    """Five looks of three seconds each, twelve of them without a step: more than ten."""
    stillness = Stillness(10)

    found = [stillness.look("toy", {PLACE: Standing(5, 9)}, 3) for _ in range(5)]

    assert found[:4] == [None] * 4
    assert found[4] == (
        "group toy has committed 5 of 9 records of toy.marks partition 1, and nothing for 12 s"
    )


@pytest.mark.parametrize(
    "then",
    [
        pytest.param({PLACE: Standing(6, 9)}, id="it moves"),
        pytest.param({PLACE: Standing(5, 5)}, id="nothing waits"),
        pytest.param({}, id="it is another's now"),
    ],
)
def test_what_moves_is_not_stuck(then: dict[TopicPartition, Standing]) -> None:
    """A step, an empty partition or a lost one: from then on the time counts anew."""
    stillness = Stillness(10)
    for _ in range(4):
        assert stillness.look("toy", {PLACE: Standing(5, 9)}, 3) is None
    stillness.look("toy", then, 3)

    assert stillness.look("toy", {PLACE: Standing(6, 9)}, 3) is None


def test_a_group_is_judged_by_its_own_partitions() -> None:
    """Another group on the same topic moves, and so does another partition; this one does not."""
    stillness = Stillness(10)
    for committed in range(5):
        assert stillness.look("pages", {PLACE: Standing(committed, 9)}, 3) is None
        places = {PLACE: Standing(0, 9), OTHER: Standing(committed, 9)}
        found = stillness.look("toy", places, 3)

    assert found is not None
    assert "partition 1" in found


class Ended:
    """How a watchdog wanted to end the process."""

    def __init__(self) -> None:
        self.codes: list[int] = []
        self.said: list[str] = []
        self.happened = threading.Event()

    def end(self, code: int) -> None:
        self.codes.append(code)
        self.happened.set()


def watchdog(ended: Ended, patience: float) -> Watchdog:
    """A watchdog that is asked for 70 where the event loop hangs."""
    return Watchdog(patience, stuck_code=70, complain=ended.said.append, end=ended.end)


def test_a_loop_that_does_not_beat_is_ended() -> None:
    """The first beat is that of its making."""
    ended = Ended()
    dog = watchdog(ended, 0.1)
    dog.start()
    assert ended.happened.wait(10)
    dog.stop()

    assert ended.codes[0] == 70
    assert "has not turned" in ended.said[0]


@pytest.mark.slow
def test_a_loop_that_beats_lives() -> None:
    """However long it takes."""
    ended = Ended()
    dog = watchdog(ended, 5)
    dog.start()
    until = monotonic() + 0.5
    while monotonic() < until:
        dog.beat()
    dog.stop()

    assert ended.codes == []


def test_ending_has_a_time_of_its_own() -> None:
    """Whoever is ending may stop beating, but not for longer than it was given."""
    ended = Ended()
    dog = watchdog(ended, 60)
    dog.start()
    dog.give(0.1, 3)
    assert ended.happened.wait(10)
    dog.stop()

    assert ended.codes[0] == 3


@pytest.mark.slow
def test_a_log_that_hangs_does_not_keep_the_process() -> None:
    """What hangs may be whoever reads the log: then nothing is said."""
    ended = Ended()
    never = threading.Event()

    def hang(_: str) -> None:
        never.wait(30)

    dog = Watchdog(0.1, stuck_code=70, complain=hang, end=ended.end)
    dog.start()
    assert ended.happened.wait(10)
    dog.stop()
    never.set()

    assert ended.codes[0] == 70
