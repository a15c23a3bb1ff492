"""Kafka and MongoDB in containers, where a Docker engine answers.

As a program, `containers.py kafka PORT` or `containers.py mongo PORT`, it runs one container until
it is killed; testcontainers' reaper then removes the container. So a container belongs to a keeper
like any other server. `containers.py ping` ends with status 0 if an engine answers.
"""

import signal
import subprocess
import sys

import docker  # type: ignore[import-untyped]  # carries no types
from pymongo import MongoClient
from testcontainers.core.container import DockerContainer

KAFKA_IMAGE = "apache/kafka:4.4.0"
MONGO_IMAGE = "mongo:8.0"


def engine_answers() -> bool:
    """Whether containers can be run here; known within seconds.

    It asks in a process of its own: docker's client leaves sockets open when nobody answers, for
    which the tests would fail.
    """
    ping = [sys.executable, __file__, "ping"]
    try:
        return subprocess.run(ping, capture_output=True, timeout=10, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def command(name: str, port: int) -> list[str]:
    """What runs the container `kafka` or `mongo`, on a port of this machine."""
    return [sys.executable, __file__, name, str(port)]


def kafka(port: int) -> DockerContainer:
    """One broker, unencrypted, that makes no topic by accident."""
    voters = "1@localhost:9093"
    return (
        DockerContainer(KAFKA_IMAGE)
        .with_bind_ports(port, port)
        .with_envs(
            KAFKA_NODE_ID="1",
            KAFKA_PROCESS_ROLES="broker,controller",
            KAFKA_CONTROLLER_QUORUM_VOTERS=voters,
            KAFKA_CONTROLLER_LISTENER_NAMES="CONTROLLER",
            KAFKA_LISTENERS=f"PLAINTEXT://:{port},CONTROLLER://:9093",
            KAFKA_ADVERTISED_LISTENERS=f"PLAINTEXT://127.0.0.1:{port}",
            KAFKA_LISTENER_SECURITY_PROTOCOL_MAP="PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            KAFKA_AUTO_CREATE_TOPICS_ENABLE="false",
            KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR="1",
            KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR="1",
            KAFKA_TRANSACTION_STATE_LOG_MIN_ISR="1",
            KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS="0",
            KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS="1000",
        )
    )


def mongo(port: int) -> DockerContainer:
    """A replica set of one member."""
    members = ["mongod", "--replSet", "ijaza", "--bind_ip_all", "--port", str(port)]
    return DockerContainer(MONGO_IMAGE).with_bind_ports(port, port).with_command(members)


def make_replica_set(port: int) -> None:
    """Give the member its role; from then on it takes writes."""
    host = f"127.0.0.1:{port}"
    members = {"_id": "ijaza", "members": [{"_id": 0, "host": host}]}
    with MongoClient[dict[str, object]](
        host, directConnection=True, serverSelectionTimeoutMS=60_000
    ) as client:
        client.admin.command("replSetInitiate", members)


def run(name: str, port: int) -> None:
    """Run one container until this process is killed."""
    with {"kafka": kafka, "mongo": mongo}[name](port):
        if name == "mongo":
            make_replica_set(port)
        signal.pause()


if __name__ == "__main__":
    if sys.argv[1] == "ping":
        docker.from_env(timeout=2).ping()
    else:
        run(sys.argv[1], int(sys.argv[2]))
