"""Who owns which partition: the rules of a group, over whatever its members do."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from ijaza_runtime.adapters.groups import (
    Group,
    Moment,
    empty,
    held,
    left,
    lost,
    renewed,
    seated,
    shares,
)

TTL = 10.0
MEMBERS = st.sampled_from(["a", "b", "c"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("sit"), MEMBERS),
        st.tuples(st.just("renew"), MEMBERS),
        st.tuples(st.just("leave"), MEMBERS),
        st.tuples(st.just("pass"), st.sampled_from([1.0, 4.0, 9.9, 10.0])),
        st.tuples(st.just("reboot"), st.just("")),
    ),
    max_size=40,
)


@dataclass
class World:
    """A group, its clock, and what each member believes to hold."""

    group: Group
    boot: int = 0
    seconds: float = 0.0
    beliefs: dict[str, dict[int, int]] = field(default_factory=dict)

    @property
    def moment(self) -> Moment:
        return Moment(str(self.boot), self.seconds)

    def step(self, action: str, what: str | float) -> None:
        match action, what:
            case "sit", str(name):
                had = self.beliefs.get(name, {})
                self.group = seated(self.group, name, had, self.moment, TTL)
                self.beliefs[name] = held(self.group, name)
            case "renew", str(name):
                self.group = renewed(self.group, name, self.moment) or self.group
            case "leave", str(name):
                self.group = left(self.group, name)
                self.beliefs.pop(name, None)
            case "pass", float(seconds):
                self.seconds += seconds
            case "reboot", _:
                self.boot, self.seconds, self.beliefs = self.boot + 1, 0.0, {}

    def may_commit(self, name: str) -> set[tuple[int, int]]:
        had = self.beliefs.get(name, {})
        gone = lost(self.group, name, had, self.moment)
        return {(number, generation) for number, generation in had.items() if number not in gone}


@given(partitions=st.integers(1, 7), steps=STEPS)
def test_a_partition_is_never_committed_by_two(
    partitions: int, steps: list[tuple[str, str | float]]
) -> None:
    """At no time do two members pass for the owner of a partition; generations never fall."""
    world = World(empty(partitions))
    for action, what in steps:
        before = world.group
        world.step(action, what)
        owned = [number for name in "abc" for number, _ in world.may_commit(name)]
        assert len(owned) == len(set(owned))
        for old, new in zip(before.holdings, world.group.holdings, strict=True):
            assert new.generation >= old.generation
            if new.owner not in (None, old.owner):
                assert new.generation > old.generation


@given(partitions=st.integers(1, 7), steps=STEPS)
def test_a_member_notices_whatever_it_lost(
    partitions: int, steps: list[tuple[str, str | float]]
) -> None:
    """A partition is in two answers that follow each other only if it was held in between."""
    world = World(empty(partitions))
    for action, what in steps:
        before = dict(world.beliefs.get(str(what), {}))
        world.step(action, what)
        if action == "sit":
            after = world.beliefs[str(what)]
            assert all(after[number] == before[number] for number in before.keys() & after.keys())


@given(partitions=st.integers(1, 7), steps=STEPS)
def test_a_quiet_group_deals_out_everything(
    partitions: int, steps: list[tuple[str, str | float]]
) -> None:
    """Once the members that stay have asked in turn, each has its share, and nothing changes."""
    world = World(empty(partitions))
    for action, what in steps:
        world.step(action, what)
    world.seconds += TTL
    for name in "abc" * 4:
        world.step("sit", name)
    expected = {name: set(share) for name, share in shares(partitions, "abc").items()}
    assert {name: set(belief) for name, belief in world.beliefs.items()} == expected
    epoch = world.group.epoch
    for name in "abc":
        world.step("sit", name)
    assert world.group.epoch == epoch


@given(st.integers(1, 40), st.sets(st.text(min_size=1, max_size=3), min_size=1, max_size=9))
def test_shares_are_adjacent_and_even(partitions: int, members: set[str]) -> None:
    """In the order of names each gets the next numbers, and nobody two more than another."""
    dealt = shares(partitions, members)
    assert [number for name in sorted(members) for number in dealt[name]] == list(range(partitions))
    sizes = [len(share) for share in dealt.values()]
    assert max(sizes) - min(sizes) <= 1
