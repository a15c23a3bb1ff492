"""Topics and permissions on a Kafka cluster: what is there, what differs, what is made.

By confluent-kafka's client: aiokafka's administers no permissions.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # public, though not marked so for type checkers
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)
from ijaza_runtime.bus import BusError
from ijaza_runtime.connections import KafkaAccess

from ijaza_local.provisioning.changes import Change, Kind
from ijaza_local.provisioning.plan import Permission, PlannedTopic

PATIENCE = 20.0
"""Seconds that the cluster is given for an answer."""

_KEPT_OUT = {
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
}


class Cluster:
    """A cluster as its administrator sees it. Every method raises `BusError`."""

    def __init__(self, servers: str, access: KafkaAccess) -> None:
        self._admin = AdminClient(_settings(servers, access))

    def compare_topics(self, planned: Sequence[PlannedTopic]) -> list[Change]:
        """What has to be done so that every planned topic is as planned."""
        metadata = _told(lambda: self._admin.list_topics(timeout=PATIENCE))
        there = [topic for topic in planned if topic.name in metadata.topics]
        config = self._config(topic.name for topic in there)
        changes = [
            Change(Kind.MAKE, f"topic {topic.name}, {_shape(topic.partitions, topic.replicas)}")
            for topic in planned
            if topic not in there
        ]
        for topic in there:
            partitions = metadata.topics[topic.name].partitions
            replicas = len(partitions[0].replicas)
            if len(partitions) != topic.partitions:
                changes.append(
                    Change(
                        Kind.REFUSE,
                        f"topic {topic.name} has {len(partitions)} partitions, planned are "
                        f"{topic.partitions}: the number is fixed for its life",
                    )
                )
            if replicas != topic.replicas:
                changes.append(
                    Change(
                        Kind.BY_HAND,
                        f"topic {topic.name} has {replicas} copies, planned are {topic.replicas}: "
                        "kafka-reassign-partitions.sh changes that",
                    )
                )
            changes += [
                Change(Kind.ALTER, f"topic {topic.name}: {name} from {before} to {value}")
                for name, value in topic.config.items()
                if (before := config[topic.name].get(name)) != value
            ]
        return changes

    def make_topics(self, planned: Sequence[PlannedTopic]) -> None:
        """Make what is missing, and set what is set otherwise; nothing is ever deleted."""
        metadata = _told(lambda: self._admin.list_topics(timeout=PATIENCE))
        missing = [
            NewTopic(
                topic.name,
                num_partitions=topic.partitions,
                replication_factor=topic.replicas,
                config=dict(topic.config),
            )
            for topic in planned
            if topic.name not in metadata.topics
        ]
        if missing:
            _all_done(self._admin.create_topics(missing, operation_timeout=PATIENCE))
        config = self._config(topic.name for topic in planned if topic.name in metadata.topics)
        resources = []
        for topic in planned:
            entries = [
                ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
                for name, value in topic.config.items()
                if topic.name in config and config[topic.name].get(name) != value
            ]
            if entries:
                resources.append(
                    ConfigResource(ResourceType.TOPIC, topic.name, incremental_configs=entries)
                )
        if resources:
            _all_done(self._admin.incremental_alter_configs(resources))

    def compare_permissions(self, planned: Sequence[Permission]) -> list[Change]:
        """What has to be done so that the users planned may do what is planned, and no more."""
        there = self._bindings()
        users = {permission.user for permission in planned}
        wanted = {_binding(permission): permission for permission in planned}
        changes = [
            Change(Kind.MAKE, f"permission: {permission}")
            for binding, permission in wanted.items()
            if binding not in there
        ]
        return changes + [
            Change(Kind.BY_HAND, f"permission beyond the plan: {_shown(binding)}")
            for binding in sorted(there - set(wanted), key=_shown)
            if binding.principal.removeprefix("User:") in users
        ]

    def make_permissions(self, planned: Sequence[Permission]) -> None:
        """Add what is missing; nothing is ever taken away."""
        there = self._bindings()
        missing = [binding for each in planned if (binding := _binding(each)) not in there]
        if missing:
            _all_done(self._admin.create_acls(missing))

    def _config(self, topics: Iterable[str]) -> dict[str, Mapping[str, str | None]]:
        resources = [ConfigResource(ResourceType.TOPIC, name) for name in topics]
        if not resources:
            return {}
        answers = self._admin.describe_configs(resources)
        return {
            resource.name: {name: entry.value for name, entry in _told(answer.result).items()}
            for resource, answer in answers.items()
        }

    def _bindings(self) -> set[AclBinding]:
        anything: Any = None  # what the filter takes, and does not say in its types
        everything = AclBindingFilter(
            ResourceType.ANY,
            anything,
            ResourcePatternType.ANY,
            anything,
            anything,
            AclOperation.ANY,
            AclPermissionType.ANY,
        )
        return set(_told(self._admin.describe_acls(everything).result))


def _settings(servers: str, access: KafkaAccess) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "bootstrap.servers": servers,
        "security.protocol": access.security,
        "log_level": 0,
        "socket.timeout.ms": int(PATIENCE * 1000),
    }
    if access.security.startswith("SASL"):
        settings |= {
            "sasl.mechanism": access.mechanism,
            "sasl.username": access.username,
            "sasl.password": access.password,
        }
    files = {
        "ssl.ca.location": access.ca_file,
        "ssl.certificate.location": access.certificate_file,
        "ssl.key.location": access.key_file,
    }
    return settings | {name: str(path) for name, path in files.items() if path is not None}


def _binding(permission: Permission) -> AclBinding:
    return AclBinding(
        ResourceType[permission.resource],
        permission.name,
        ResourcePatternType.PREFIXED if permission.prefixed else ResourcePatternType.LITERAL,
        f"User:{permission.user}",
        "*",
        AclOperation[permission.operation],
        AclPermissionType.ALLOW,
    )


def _shown(binding: AclBinding) -> str:
    prefixed = "*" if binding.resource_pattern_type is ResourcePatternType.PREFIXED else ""
    return (
        f"{binding.principal} {AclPermissionType(binding.permission_type).name} "
        f"{AclOperation(binding.operation).name} on {ResourceType(binding.restype).name} "
        f"{binding.name}{prefixed}, host {binding.host}"
    )


def _shape(partitions: int, replicas: int) -> str:
    return f"partitions: {partitions}, copies: {replicas}"


def _all_done(answers: Mapping[Any, "Future[Any]"]) -> None:
    for answer in answers.values():
        _told(answer.result)


def _told(ask: Any) -> Any:
    """What Kafka answers; `BusError` with what to do if it refuses or does not."""
    try:
        return ask()
    except KafkaException as error:
        fault: KafkaError = error.args[0]
        if fault.code() == KafkaError.SECURITY_DISABLED:
            raise BusError(
                "this Kafka has no authorizer, and so knows no permissions: configure one, or "
                "say --no-acls where everybody may do everything."
            ) from None
        if fault.code() in _KEPT_OUT:
            raise BusError(
                "this user may not administer Kafka: run provision as an administrator of the "
                "cluster (IJAZA_KAFKA_USERNAME)."
            ) from None
        raise BusError(f"Kafka refuses or does not answer: {fault.str()}.") from None
