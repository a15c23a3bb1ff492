"""`ijaza provision`: the topics, permissions and indexes that the services need, and no more."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer
from ijaza_runtime.addresses import open_bus
from ijaza_runtime.settings import RuntimeSettings

from ijaza_local.cli.console import Exit, complain, say
from ijaza_local.cli.failing import settings
from ijaza_local.provisioning import files
from ijaza_local.provisioning.changes import Change, Kind
from ijaza_local.provisioning.plan import (
    Permission,
    PlannedTopic,
    permissions,
    planned_topics,
    read_acls,
    read_topics,
)
from ijaza_local.provisioning.stores import compare_stores, provision_stores

_KAFKA = "kafka://"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asks for; the addresses stand in the settings."""

    folder: Path
    check: bool
    topics: bool
    acls: bool
    replication: int | None
    partners: Sequence[str]
    fleets: Sequence[str]


def provision(asked: Asked) -> None:
    """Make what is missing, or say what differs."""
    configured = settings()
    bus = _bus_plan(asked, configured) if asked.topics else _BusPlan((), ())
    differing = []
    if asked.topics and configured.bus_url.startswith(_KAFKA):
        differing += _on_kafka(configured, bus, check=asked.check)
    elif asked.topics:
        differing += asyncio.run(_in_files(configured, bus, check=asked.check))
    differing += asyncio.run(_stores(configured, check=asked.check))
    _tell(differing, bus, check=asked.check)


@dataclass(frozen=True, slots=True)
class _BusPlan:
    """What is to be on the bus; permissions are Kafka's alone."""

    topics: Sequence[PlannedTopic]
    permissions: Sequence[Permission]

    def __str__(self) -> str:
        return f"{len(self.topics)} topics and {len(self.permissions)} permissions are planned"


def _bus_plan(asked: Asked, configured: RuntimeSettings) -> _BusPlan:
    topics = planned_topics(
        read_topics(asked.folder),
        partitions=configured.partitions,
        replication=asked.replication,
    )
    if not (asked.acls and configured.bus_url.startswith(_KAFKA)):
        return _BusPlan(topics, ())
    planned = permissions(read_acls(asked.folder), asked.partners, asked.fleets)
    return _BusPlan(topics, planned)


def _on_kafka(configured: RuntimeSettings, plan: _BusPlan, *, check: bool) -> list[Change]:
    # Imported where it is asked for: Kafka's client takes a while to load.
    from ijaza_local.provisioning.cluster import Cluster

    cluster = Cluster(configured.bus_url.removeprefix(_KAFKA).rstrip("/"), configured.kafka)
    changes = cluster.compare_topics(plan.topics)
    if plan.permissions:
        changes += cluster.compare_permissions(plan.permissions)
    if not check:
        _refuse(changes)
        cluster.make_topics(plan.topics)
        if plan.permissions:
            cluster.make_permissions(plan.permissions)
    return changes


async def _in_files(configured: RuntimeSettings, plan: _BusPlan, *, check: bool) -> list[Change]:
    bus = open_bus(configured.bus_url)
    try:
        changes = await files.compare_topics(bus, plan.topics)
        if not check:
            _refuse(changes)
            await bus.provision([topic.plan for topic in plan.topics])
        return changes
    finally:
        await bus.close()


async def _stores(configured: RuntimeSettings, *, check: bool) -> list[Change]:
    changes = await compare_stores(configured.store_url, configured.mongo)
    if changes and not check:
        await provision_stores(configured.store_url, configured.mongo)
    return changes


def _refuse(changes: Sequence[Change]) -> None:
    """End the command, before anything is made, if something that stands contradicts the plan."""
    refused = [change for change in changes if change.kind is Kind.REFUSE]
    if refused:
        for change in refused:
            complain(("refused: ", "red"), change.what)
        complain("Nothing was made. Set IJAZA_PARTITIONS to the number that is there.")
        raise typer.Exit(Exit.NO)


def _tell(changes: Sequence[Change], plan: _BusPlan, *, check: bool) -> None:
    for change in changes:
        say("differs: " if check else f"{change.kind.value}: ", change.what)
    kinds = Counter(change.kind for change in changes)
    if not changes:
        say(f"{plan}; everything is there.")
    elif check:
        say(f"{plan}; {len(changes)} differences.")
    else:
        say(f"{plan}; {kinds[Kind.MAKE]} made, {kinds[Kind.ALTER]} changed.")
    if changes and (check or kinds[Kind.BY_HAND]):
        raise typer.Exit(Exit.NO)
