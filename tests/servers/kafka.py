"""Kafka brokers: each one process, which is controller too."""

import logging
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._metadata import ClusterMetadata

from tests.servers.jars import java, once, prepared
from tests.servers.kafka_settings import (
    COMMON,
    IN_CLEAR,
    QUICK_FAILOVER,
    listening,
    of_node,
    replicated,
)
from tests.servers.process import Server, ServerError, free_port

HEAP = ("-Xms64m", "-Xmx320m")
CLUSTER = "aWphemEtdGVzdC1jbHVzdA"
"""A cluster's id: 16 bytes in URL-safe base64."""

_SILENT = logging.getLogger("tests.servers.refused")
_SILENT.disabled = True  # librdkafka reports every connection that a starting broker refuses


class Broker(Server):
    """One broker, made with an empty data folder; `address` is where clients begin.

    `scram` are the users that it knows from the first, as `kafka.tools.StorageTool` takes them,
    and `client` what a client of librdkafka needs to be let in.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str],
        *,
        address: str,
        scram: Sequence[str] = (),
        client: Mapping[str, str] | None = None,
        owner: int | None = None,
        jvm: Sequence[str] | None = None,
    ) -> None:
        self.address = address
        self.client = {"bootstrap.servers": address, **(client or {})}
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "server.properties"
        file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        users = [part for each in scram for part in ("--add-scram", each)]
        jvm = jvm or _quick_jvm()
        _format([*jvm, "kafka.tools.StorageTool"], ["-c", str(file), "-t", CLUSTER, *users])
        super().__init__([*jvm, "kafka.Kafka", str(file)], folder, self._lists_itself, owner)

    def metadata(self) -> ClusterMetadata | None:
        """Its cluster's brokers and topics, as it tells a client; None without an answer."""
        return metadata(self.client)

    def _lists_itself(self) -> bool:
        found = self.metadata()
        return found is not None and self.address in {
            f"{each.host}:{each.port}" for each in found.brokers.values()
        }


class OwnKafka(Protocol):
    """Starts a broker for one test, by default in a folder of that test."""

    def __call__(
        self, settings: Mapping[str, str] | None = None, folder: Path | None = None
    ) -> Broker: ...


def broker(
    folder: Path,
    settings: Mapping[str, str] | None = None,
    *,
    owner: int | None = None,
    jvm: Sequence[str] | None = None,
) -> Broker:
    """One broker alone, unencrypted and without users; `settings` override those it would have."""
    port, controller = free_port(), free_port()
    return Broker(
        folder,
        COMMON
        | IN_CLEAR
        | replicated(1, 1)
        | of_node(1, {1: controller}, folder)
        | listening(CLIENTS=port, CONTROLLER=controller)
        | dict(settings or {}),
        address=f"127.0.0.1:{port}",
        owner=owner,
        jvm=jvm,
    )


class Trio:
    """Three brokers: every topic has three copies, and a write counts when two have it."""

    def __init__(self, folder: Path) -> None:
        controllers = {number: free_port() for number in (1, 2, 3)}
        self.brokers: dict[int, Broker] = {}
        for number, controller in controllers.items():
            port, home = free_port(), folder / f"broker-{number}"
            self.brokers[number] = Broker(
                home,
                COMMON
                | IN_CLEAR
                | QUICK_FAILOVER
                | replicated(3, 2)
                | of_node(number, controllers, home)
                | listening(CLIENTS=port, CONTROLLER=controller),
                address=f"127.0.0.1:{port}",
            )

    @property
    def address(self) -> str:
        """Where clients begin: all three."""
        return ",".join(each.address for each in self.brokers.values())

    def start(self) -> None:
        """Start or resume whichever does not run, and wait until all answer."""
        for each in self.brokers.values():
            each.resume()
            if not each.running:
                each.launch()
        for each in self.brokers.values():
            each.wait_until_it_answers()

    def kill(self) -> None:
        """End all three at once."""
        for each in self.brokers.values():
            each.kill()

    def leader(self, topic: str, partition: int = 0) -> Broker | None:
        """The running broker that leads a partition; None while there is none."""
        for each in self.brokers.values():
            if each.running and (found := each.metadata()) is not None:
                return self.brokers.get(found.topics[topic].partitions[partition].leader)
        return None

    def in_sync(self) -> bool:
        """Whether all three are there, with everything on each of them."""
        found = next(iter(self.brokers.values())).metadata()
        return (
            found is not None
            and len(found.brokers) == 3
            and all(
                len(partition.isrs) == len(partition.replicas)
                for topic in found.topics.values()
                for partition in topic.partitions.values()
            )
        )


def metadata(client: Mapping[str, str], seconds: float = 1.0) -> ClusterMetadata | None:
    """A cluster's brokers and topics, as it tells this client; None without an answer in time."""
    admin = AdminClient({**client, "log_level": 0}, logger=_SILENT)
    try:
        return admin.list_topics(timeout=seconds)
    except KafkaException:
        return None


def _quick_jvm() -> list[str]:
    """Java with an archive of the classes that a broker loads, which halves the time to start.

    A first broker is started for it once.
    """
    archive = prepared("kafka") / "classes.jsa"
    with once(archive) as missing:
        if missing:
            jvm = java("kafka", *HEAP, f"-XX:ArchiveClassesAtExit={archive}", "-Xlog:cds=off")
            with TemporaryDirectory() as folder:
                first = broker(Path(folder), jvm=jvm)
                first.start()
                first.stop()
    return java("kafka", *HEAP, f"-XX:SharedArchiveFile={archive}")


def _format(tool: Sequence[str], arguments: Sequence[str]) -> None:
    """Make a broker's data folder; `ServerError` if the settings do not fit."""
    done = subprocess.run(
        [*tool, "format", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        raise ServerError(f"the broker's folder cannot be made: {done.stdout}{done.stderr}")
