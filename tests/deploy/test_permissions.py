"""The plan's permissions on a real broker: each user can do its work, and nothing else."""

import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicCollection
from confluent_kafka.admin import AdminClient
from ijaza_local.files import Scan, closing_time, read_edition
from ijaza_local.provisioning.plan import permissions, read_acls, read_topics
from ijaza_local.services import NAMES
from ijaza_runtime.addresses import open_bus
from ijaza_runtime.bus import Bus, BusError, Record, TopicPartition
from ijaza_runtime.connections import KafkaAccess

from tests.deadline import eventually
from tests.deploy.apart import PARTITIONS, apart
from tests.flow.conftest import EXAMPLES
from tests.flow.office import Office
from tests.flow.test_http_edition import clients_of, known_everywhere
from tests.servers.kafka_secured import Secured, as_user

KAFKA = Path(__file__).parents[2] / "infra" / "kafka"
PARTNER = "partner-acme"
FLEET = "fleet-gates"
_HIDDEN = (KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.UNKNOWN_TOPIC_OR_PART)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kafka-secured")]


def password(user: str) -> str:
    """The password of a user of these tests."""
    return f"of-{user}"


@pytest.fixture(scope="module")
def provisioned(kafka_secured: Secured, tmp_path_factory: pytest.TempPathFactory) -> Secured:
    """The secured broker with all topics, permissions and users, a partner and a fleet."""
    folder = tmp_path_factory.mktemp("provisioned")
    done = subprocess.run(
        [
            Path(sys.executable).parent / "ijaza", "provision", "--kafka", KAFKA,
            "--replication", "1", "--partner", "acme", "--fleet", "gates",
        ],
        env={
            "IJAZA_BUS_URL": f"kafka://{kafka_secured.address}",
            "IJAZA_KAFKA_SECURITY": "SASL_PLAINTEXT",
            "IJAZA_KAFKA_USERNAME": kafka_secured.username,
            "IJAZA_KAFKA_PASSWORD": kafka_secured.password,
            "IJAZA_STORE_URL": f"sqlite:///{folder}/stores",
            "IJAZA_PARTITIONS": str(PARTITIONS),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for user in {each.user for each in permissions(read_acls(KAFKA), ["acme"], ["gates"])}:
        kafka_secured.add_user(user, password(user))
    return kafka_secured


def client(server: Secured, user: str) -> dict[str, str]:
    """A client of librdkafka for a user."""
    return {"bootstrap.servers": server.address, **as_user(user, password(user))}


def bus_of(server: Secured, user: str) -> Bus:
    """The bus as a user's process has it."""
    access = KafkaAccess(security="SASL_PLAINTEXT", username=user, password=password(user))
    return open_bus(f"kafka://{server.address}", kafka=access)


@pytest.mark.parametrize("user", [*read_acls(KAFKA).users, PARTNER, FLEET])
def test_a_user_may_do_what_is_planned_and_nothing_more(provisioned: Secured, user: str) -> None:
    """What the broker itself says of every topic: read and write as planned, and nothing made."""
    planned = permissions(read_acls(KAFKA), ["acme"], ["gates"])
    names = list(read_topics(KAFKA).topics)
    admin = AdminClient({**client(provisioned, user)})

    found = {name: granted(admin, name) for name in names}

    assert found == {
        name: {
            each.operation
            for each in planned
            if (each.user, each.resource, each.name) == (user, "TOPIC", name)
        }
        for name in names
    }


def granted(admin: AdminClient, topic: str) -> set[str]:
    """What the broker lets a user do with a topic; nothing where it does not even show it."""
    answers: dict[str, Future[Any]] = admin.describe_topics(
        TopicCollection([topic]), include_authorized_operations=True
    )
    try:
        allowed = set(answers[topic].result(20).authorized_operations)
    except KafkaException as error:
        if error.args[0].code() not in _HIDDEN:
            raise
        return set()
    return {each.name for each in allowed} - {"DESCRIBE"}


def test_a_partner_reads_what_is_public_with_groups_of_its_own(provisioned: Secured) -> None:
    """`graduations` with a group of its name; no other topic, no other group, no writing."""
    assert read(provisioned, PARTNER, "graduations", f"{PARTNER}.register") is None
    assert read(provisioned, PARTNER, "graduations", "credential") == (
        KafkaError.GROUP_AUTHORIZATION_FAILED
    )
    assert read(provisioned, PARTNER, "credential.events", f"{PARTNER}.register") == (
        KafkaError.TOPIC_AUTHORIZATION_FAILED
    )
    assert write(provisioned, PARTNER, "graduations") == KafkaError.TOPIC_AUTHORIZATION_FAILED


def test_a_fleet_emits_scans_and_nothing_else(provisioned: Secured) -> None:
    """It writes on `attendance.scans`; no other topic takes anything of it, and it reads none."""
    taken = {name: write(provisioned, FLEET, name) for name in read_topics(KAFKA).topics}

    assert {name for name, refused in taken.items() if refused is None} == {"attendance.scans"}
    assert set(taken.values()) == {None, KafkaError.TOPIC_AUTHORIZATION_FAILED}
    for group in ("attendance", f"{FLEET}.kiosks"):
        assert read(provisioned, FLEET, "attendance.scans", group) == (
            KafkaError.GROUP_AUTHORIZATION_FAILED
        )


def read(server: Secured, user: str, topic: str, group: str) -> int | None:
    """The code with which reading is refused; None once the group has its partitions."""
    given: list[object] = []
    consumer = Consumer(
        {**client(server, user), "group.id": group, "auto.offset.reset": "earliest"}
    )
    consumer.subscribe([topic], on_assign=lambda _, places: given.extend(places))
    try:
        for _ in range(200):
            message = consumer.poll(0.1)
            if message is not None and (error := message.error()) is not None:
                return int(error.code())
            if given:
                return None
    finally:
        consumer.close()
    pytest.fail(f"{user} neither got {topic} nor was refused")


def write(server: Secured, user: str, topic: str) -> int | None:
    """The code with which a record is refused, or None."""
    codes: list[int | None] = []

    def delivered(error: KafkaError | None, _: object) -> None:
        codes.append(error.code() if error else None)

    producer = Producer(client(server, user))
    producer.produce(topic, b"{}", b"k", on_delivery=delivered)
    producer.flush(20)
    return codes[0]


@pytest.mark.parametrize("name", NAMES)
async def test_a_service_cannot_publish_as_another(provisioned: Secured, name: str) -> None:
    """Through the adapter itself: the topics of others are closed, its own dead letters are not."""
    bus = bus_of(provisioned, f"ijaza-{name}")
    try:
        await bus.publish([Record(f"{name}.dead-letters", "k", b"{}", {})])
        for other in NAMES:
            if other != name:
                with pytest.raises(BusError):
                    await bus.publish([Record(f"{other}.dead-letters", "k", b"{}", {})])
    finally:
        await bus.close()


async def test_an_edition_runs_with_no_more_than_is_planned(
    provisioned: Secured, tmp_path: Path
) -> None:
    """Every service as its own user, from the applications to what graduates; nothing is held."""
    scans: list[Scan] = []
    reading = read_edition(EXAMPLES / "mg-4", on_scan=scans.append)
    assert reading.files is not None
    users = read_acls(KAFKA).users
    buses = {name: bus_of(provisioned, f"ijaza-{name}") for name in NAMES}
    operator = bus_of(provisioned, "ijaza-operator")

    async def handled() -> bool:
        ends = await operator.ends()
        for entry in users.values():
            for group, topics in entry.consume.items():
                committed = await operator.committed(group, topics)
                if any(offset < ends[place] for place, offset in committed.items()):
                    return False
        return True

    async def graduated() -> bool:
        return (await operator.ends())[TopicPartition("graduations", 0)] > 0

    async with (
        apart(buses, tmp_path / "keys") as services,
        clients_of(services) as clients,
    ):
        office = Office(clients, reading.files, scans)
        await office.enrol()
        await eventually(lambda: known_everywhere(clients, office), 60)
        await office.record()
        await office.correct()
        definition = await clients.get("enrollment", office.path)
        edition = reading.files.edition.model_validate(definition["definition"])
        await office.close(closing_time(edition, reading.latest))
        await eventually(graduated, 60)
        await eventually(handled, 60)
        held = [service.stuck(1) for service in services.all]
    await operator.close()

    assert held == [None] * len(NAMES)
