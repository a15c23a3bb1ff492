"""Who owns which partition of a group: leases, ranges and generations, as pure functions.

The whole group is one value. Adapters read it, replace it in one transaction by what a function
here returns, and so agree; the clock is theirs.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from ijaza_runtime.bus import BusError


class Moment(NamedTuple):
    """When something happens: seconds of a clock that all processes share since one boot."""

    boot: str
    seconds: float


class Lease(msgspec.Struct, frozen=True):
    """How long a member counts as alive: `ttl` seconds after it was last `renewed`."""

    renewed: float
    ttl: float

    def runs(self, now: float) -> bool:
        """Whether it runs; one renewed in the future is of a clock that has begun again."""
        return self.renewed <= now < self.renewed + self.ttl


class Holding(msgspec.Struct, frozen=True):
    """Who owns a partition number; the generation rises whenever somebody takes it."""

    owner: str | None = None
    generation: int = 0


class Group(msgspec.Struct, frozen=True):
    """A group as stored. `epoch` rises whenever a member or a holding changes."""

    boot: str
    holdings: tuple[Holding, ...]
    members: dict[str, Lease] = {}
    epoch: int = 0


def empty(partitions: int) -> Group:
    """A group without members over so many partition numbers."""
    return Group("", (Holding(),) * partitions)


def refuse_other_count(name: str, group: Group, partitions: int) -> None:
    """Raise `BusError` if the group was founded with another partition count."""
    if len(group.holdings) != partitions:
        raise BusError(
            f"group {name} reads topics of {len(group.holdings)} partitions, and these have "
            f"{partitions}: a group keeps one count for life. Use another group."
        )


def shares(partitions: int, members: Iterable[str]) -> dict[str, range]:
    """Kafka's range assignment: adjacent numbers in the order of names, the first get one more."""
    names = sorted(members)
    each, more = divmod(partitions, len(names))
    starts = [each * i + min(i, more) for i in range(len(names) + 1)]
    return {
        name: range(start, end) for name, start, end in zip(names, starts, starts[1:], strict=False)
    }


def seated(group: Group, member: str, had: Mapping[int, int], moment: Moment, ttl: float) -> Group:
    """The group once `member`, which believes to hold `had`, has joined or renewed its lease.

    It gives up what is no longer in its share and takes of its share what nobody holds. What it
    had and has lost since, it does not take at once, so that it learns of the loss.
    """
    present = _swept(group, moment)
    members = {**present.members, member: Lease(moment.seconds, ttl)}
    share = shares(len(group.holdings), members)[member]
    lost = {p for p, gen in had.items() if present.holdings[p] != Holding(member, gen)}

    def deal(partition: int, holding: Holding) -> Holding:
        if holding.owner == member and partition not in share:
            return Holding(None, holding.generation)
        if holding.owner is None and partition in share and partition not in lost:
            return Holding(member, holding.generation + 1)
        return holding

    holdings = tuple(deal(p, holding) for p, holding in enumerate(present.holdings))
    return _counted(group, Group(moment.boot, holdings, members))


def renewed(group: Group, member: str, moment: Moment) -> Group | None:
    """The group with the lease of `member` renewed; None if that has run out."""
    lease = _swept(group, moment).members.get(member)
    if lease is None:
        return None
    return msgspec.structs.replace(
        group, members={**group.members, member: Lease(moment.seconds, lease.ttl)}
    )


def left(group: Group, member: str) -> Group:
    """The group without `member`, whose partitions are free at once."""
    members = {name: lease for name, lease in group.members.items() if name != member}
    return _counted(group, _of_members(group, members))


def named(member: str, token: str) -> str:
    """The name in a group of a process that calls itself `member`; `token` tells it from others."""
    return f"{member}#{token}"


def without_namesakes(group: Group, name: str) -> Group:
    """The group without the members who call themselves as the bearer of `name` does."""
    for other in [each for each in group.members if _member(each) == _member(name)]:
        group = left(group, other)
    return group


def held(group: Group, member: str) -> dict[int, int]:
    """The partitions that `member` holds, each with the generation of its holding."""
    return {p: h.generation for p, h in enumerate(group.holdings) if h.owner == member}


def lost(
    group: Group, member: str, generations: Mapping[int, int], moment: Moment
) -> frozenset[int]:
    """Those of the partitions that `member` does not hold any more in these generations."""
    present = held(_swept(group, moment), member)
    return frozenset(p for p, gen in generations.items() if present.get(p) != gen)


def _member(name: str) -> str:
    member, _, _ = name.rpartition("#")
    return member


def _swept(group: Group, moment: Moment) -> Group:
    """The group without the members whose leases have run out, or are of an earlier boot."""
    members = {
        name: lease
        for name, lease in group.members.items()
        if group.boot == moment.boot and lease.runs(moment.seconds)
    }
    return _of_members(group, members)


def _of_members(group: Group, members: dict[str, Lease]) -> Group:
    holdings = tuple(
        holding if holding.owner in members else Holding(None, holding.generation)
        for holding in group.holdings
    )
    return msgspec.structs.replace(group, members=members, holdings=holdings)


def _counted(before: Group, after: Group) -> Group:
    same = before.holdings == after.holdings and before.members.keys() == after.members.keys()
    return msgspec.structs.replace(after, epoch=before.epoch + (not same))
