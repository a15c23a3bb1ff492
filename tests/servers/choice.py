"""Which Kafka and which MongoDB the tests use.

In this order: an address given in the environment (`IJAZA_TEST_KAFKA` as `host:port`,
`IJAZA_TEST_MONGO` as `mongodb://host:port/`), a container where a Docker engine answers, and a
server of `infra/dev`. Tests that stop or kill a server have one of their own, always of the last
kind.
"""

import os
from collections.abc import Callable
from pathlib import Path

from tests.servers import containers, kafka, mongo
from tests.servers.process import Server, free_port
from tests.servers.shared import Facts

PULL_SECONDS = 300.0
"""A container's image may have to be fetched first."""


def start_kafka(folder: Path, owner: int) -> Facts:
    """One plain broker for a whole run of the tests."""
    if given := os.environ.get("IJAZA_TEST_KAFKA"):
        return {"address": given}
    if containers.engine_answers():
        port = free_port()
        address = f"127.0.0.1:{port}"

        def answers() -> bool:
            return kafka.metadata({"bootstrap.servers": address}) is not None

        _start_container("kafka", port, folder, answers, owner)
        return {"address": address}
    broker = kafka.broker(folder, owner=owner)
    broker.start()
    return {"address": broker.address}


def start_mongo(folder: Path, owner: int) -> Facts:
    """One server that speaks MongoDB's protocol for a whole run of the tests."""
    if given := os.environ.get("IJAZA_TEST_MONGO"):
        return {"address": given}
    if containers.engine_answers():
        port = free_port()
        address = f"mongodb://127.0.0.1:{port}/"
        _start_container("mongo", port, folder, lambda: mongo.takes_writes(address), owner)
        return {"address": address}
    server = mongo.Mongo(folder, owner=owner)
    server.start()
    return {"address": server.address}


def _start_container(
    name: str, port: int, folder: Path, answers: Callable[[], bool], owner: int
) -> None:
    folder.mkdir()
    Server(containers.command(name, port), folder, answers, owner).start(PULL_SECONDS)
