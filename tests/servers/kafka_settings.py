"""What the brokers of the tests are told in `server.properties`."""

from collections.abc import Mapping
from pathlib import Path

COMMON = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "log.cleaner.dedupe.buffer.size": "4194304",
    "broker.heartbeat.interval.ms": "300",
    "broker.session.timeout.ms": "3000",
}
"""Small and quick to start; a topic exists only if somebody made it. A broker that was killed can
come back when its old session has ended."""

QUICK_FAILOVER = {
    "replica.lag.time.max.ms": "3000",
    "controller.quorum.fetch.timeout.ms": "1500",
}
"""So that copies on a broker that is gone stop counting within seconds."""

IN_CLEAR = {
    "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "CLIENTS",
}
"""Everybody may do everything, unencrypted."""


def of_node(number: int, controllers: Mapping[int, int], folder: Path) -> dict[str, str]:
    """A broker's place in its cluster, given the port of every node's controller."""
    voters = ",".join(f"{node}@127.0.0.1:{port}" for node, port in controllers.items())
    return {
        "node.id": str(number),
        "controller.quorum.voters": voters,
        "log.dirs": str(folder / "data"),
    }


def listening(**ports: int) -> dict[str, str]:
    """Where it listens, by the listener's name: the controller, and what clients are told."""
    at = {name: f"{name}://127.0.0.1:{port}" for name, port in ports.items()}
    told = ",".join(address for name, address in at.items() if name != "CONTROLLER")
    return {"listeners": ",".join(at.values()), "advertised.listeners": told}


def replicated(replicas: int, in_sync: int) -> dict[str, str]:
    """How many brokers have a copy of each topic, and how many must before a write counts."""
    internal = ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")
    return {
        "default.replication.factor": str(replicas),
        "min.insync.replicas": str(in_sync),
        "transaction.state.log.min.isr": str(in_sync),
        "share.coordinator.state.topic.min.isr": str(in_sync),
        **{f"{topic}.replication.factor": str(replicas) for topic in internal},
    }
