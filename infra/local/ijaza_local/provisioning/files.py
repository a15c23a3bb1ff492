"""Topics on a bus that has neither copies nor permissions: the one in a file."""

from collections import Counter
from collections.abc import Sequence

from ijaza_runtime.bus import Bus

from ijaza_local.provisioning.changes import Change, Kind
from ijaza_local.provisioning.plan import PlannedTopic


async def compare_topics(bus: Bus, planned: Sequence[PlannedTopic]) -> list[Change]:
    """What has to be done so that every planned topic is there, with its partitions."""
    there = Counter(place.topic for place in await bus.ends())
    changes = []
    for topic in planned:
        if topic.name not in there:
            what = f"topic {topic.name}, partitions: {topic.partitions}"
            changes.append(Change(Kind.MAKE, what))
        elif there[topic.name] != topic.partitions:
            what = (
                f"topic {topic.name} has {there[topic.name]} partitions, planned are "
                f"{topic.partitions}: the number is fixed for its life"
            )
            changes.append(Change(Kind.REFUSE, what))
    return changes
