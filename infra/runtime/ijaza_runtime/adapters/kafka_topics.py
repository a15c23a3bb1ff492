"""Making the topics that are missing on Kafka, and refusing those that are otherwise."""

import asyncio
from collections.abc import Mapping, Sequence

from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
    for_code,
)

from ijaza_runtime.adapters.kafka_lookout import ANSWER_SECONDS, Lookout
from ijaza_runtime.adapters.log import TopicShape, is_missing
from ijaza_runtime.bus import BusError, TopicPlan

_COPIES = 3
_SHOWN_SECONDS = 15.0
_CENTURY_MS = 100 * 365 * 86_400_000
_DAY_MS = 86_400_000


async def provision(lookout: Lookout, plans: Sequence[TopicPlan]) -> None:
    """Make the topics that are missing. Raises `BusError` if one exists otherwise."""
    known = await _shapes(lookout, [plan.name for plan in plans])
    missing = [plan for plan in plans if is_missing(plan, known)]
    if missing:
        await _create(lookout, missing, await lookout.brokers())
        await _until_shown(lookout, missing)


def settings_of(plan: TopicPlan, copies: int) -> dict[str, str]:
    """The settings of a topic as Kafka names them.

    A record is acknowledged when two have it, wherever three are to. A tombstone outlasts every
    absence of a reader, and what it erases is gone a day or two later.
    """
    settings = {
        "cleanup.policy": "compact" if plan.compacted else "delete",
        "min.insync.replicas": str(min(2, copies) if copies >= _COPIES else 1),
    }
    if plan.largest is not None:
        settings["max.message.bytes"] = str(plan.largest)
    if plan.compacted:
        return settings | {
            "delete.retention.ms": str(_CENTURY_MS),
            "max.compaction.lag.ms": str(_DAY_MS),
        }
    kept = -1 if plan.retention is None else int(plan.retention * 1000)
    return settings | {"retention.ms": str(kept), "retention.bytes": "-1"}


async def _shapes(lookout: Lookout, names: Sequence[str]) -> Mapping[str, TopicShape]:
    counts = await lookout.all_counts()
    there = [name for name in names if name in counts]
    policies = await _policies(lookout, there) if there else {}
    # The broker asked may not have heard yet of a topic that another one knows.
    return {
        name: TopicShape(name, counts[name], "compact" in policies[name])
        for name in there
        if name in policies
    }


async def _policies(lookout: Lookout, names: Sequence[str]) -> Mapping[str, str]:
    resources = [
        ConfigResource(ConfigResourceType.TOPIC, name, {"cleanup.policy": ""}) for name in names
    ]
    responses = await lookout.ask(
        "ask how topics are kept", lambda clients: clients.admin.describe_configs(resources)
    )
    policies = {}
    for response in responses:
        for code, message, _, name, entries in response.resources:
            if for_code(code) is UnknownTopicOrPartitionError:
                continue
            if code:
                raise BusError(f"topic {name}: its settings cannot be read ({message or code}).")
            policies[name] = next(entry[1] for entry in entries if entry[0] == "cleanup.policy")
    return policies


async def _create(lookout: Lookout, plans: Sequence[TopicPlan], brokers: int) -> None:
    topics = []
    for plan in plans:
        copies = min(_COPIES, brokers) if plan.replication is None else plan.replication
        topics.append(
            NewTopic(plan.name, plan.partitions, copies, topic_configs=settings_of(plan, copies))
        )
    response = await lookout.ask(
        "make topics",
        lambda clients: clients.admin.create_topics(topics, timeout_ms=int(ANSWER_SECONDS * 1000)),
    )
    for name, code, message in response.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise BusError(f"topic {name} cannot be made: {error.__name__}: {message}.")


async def _until_shown(lookout: Lookout, plans: Sequence[TopicPlan]) -> None:
    """A topic is there a moment after it was made, and another may have made it otherwise."""
    try:
        async with asyncio.timeout(_SHOWN_SECONDS):
            while True:
                known = await _shapes(lookout, [plan.name for plan in plans])
                if not any(is_missing(plan, known) for plan in plans):
                    return
                await asyncio.sleep(0.05)
    except TimeoutError as error:
        names = ", ".join(plan.name for plan in plans)
        raise BusError(f"topics {names} were made and do not show: look at the brokers.") from error
