"""The servers that other tests rest on do what those tests take for granted."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Thread

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.deadline import eventually
from tests.servers.kafka import OwnKafka, Trio, metadata
from tests.servers.kafka_secured import Secured, as_user
from tests.servers.mongo import Mongo, OwnMongo, takes_writes

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SECONDS = 20.0


def make_topic(client: Mapping[str, str], topic: str, replicas: int = 1) -> None:
    """A topic of one partition."""
    admin = AdminClient({**client})
    for made in admin.create_topics([NewTopic(topic, 1, replicas)]).values():
        made.result(SECONDS)


def publish(client: Mapping[str, str], topic: str, values: range) -> None:
    """Publish numbers; all are acknowledged, or `KafkaException` says why not."""
    errors: list[object] = []
    producer = Producer({**client, "acks": "all", "message.timeout.ms": 15_000})
    for value in values:
        producer.produce(
            topic, str(value), on_delivery=lambda error, _: errors.append(error) if error else None
        )
    unsent = producer.flush(SECONDS)
    if unsent or errors:
        raise KafkaException(errors or unsent)


def published(client: Mapping[str, str], topic: str, count: int) -> list[int]:
    """The first `count` numbers that stand on a topic."""
    consumer = Consumer({**client, "group.id": "test", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, 0)])
    found = consumer.consume(count, timeout=SECONDS)
    consumer.close()
    return [int(each.value() or b"") for each in found]


def client_of(address: str) -> dict[str, str]:
    return {"bootstrap.servers": address}


def test_an_unknown_topic_is_not_made(kafka: str) -> None:
    """Who publishes to a topic that nobody made is refused: none appears by accident."""
    with pytest.raises(KafkaException):
        publish(
            client_of(kafka) | {"topic.metadata.propagation.max.ms": "100"},
            "servers-none",
            range(1),
        )
    found = metadata(client_of(kafka), seconds=30.0)
    assert found is not None
    assert "servers-none" not in found.topics


def test_what_a_broker_acknowledged_outlives_it(own_kafka: OwnKafka) -> None:
    """Killed and started again on the same port, it has every record."""
    broker = own_kafka()
    make_topic(broker.client, "facts")
    publish(broker.client, "facts", range(1000))
    first, address = broker.pid, broker.address
    broker.kill()
    assert broker.pid == 0
    broker.start()
    assert (broker.pid != first, broker.address) == (True, address)
    assert published(broker.client, "facts", 1000) == list(range(1000))


def test_a_paused_broker_answers_again_when_resumed(own_kafka: OwnKafka) -> None:
    """Paused it is there and says nothing."""
    broker = own_kafka()
    broker.pause()
    assert broker.running
    assert broker.metadata() is None
    broker.resume()
    broker.wait_until_it_answers()


async def test_another_of_three_brokers_leads(kafka_trio: Trio) -> None:
    """When the leader is killed another takes over, and has what was acknowledged."""
    client = client_of(kafka_trio.address)
    make_topic(client, "facts", replicas=3)
    publish(client, "facts", range(100))
    first = kafka_trio.leader("facts")
    assert first is not None
    first.kill()

    async def another_leads() -> bool:
        return kafka_trio.leader("facts") not in (None, first)

    await eventually(another_leads)
    publish(client, "facts", range(100, 200))
    assert published(client, "facts", 200) == list(range(200))


async def test_a_lost_broker_comes_back(kafka_trio: Trio) -> None:
    """Whatever an earlier test killed runs again, and catches up with the others."""
    kafka_trio.brokers[2].kill()
    kafka_trio.start()

    async def in_sync() -> bool:
        return kafka_trio.in_sync()

    await eventually(in_sync)


def test_a_secured_broker_refuses_the_unknown(kafka_secured: Secured) -> None:
    """Neither without a name nor with a wrong password is anything told."""
    assert metadata(kafka_secured.client(), seconds=30.0) is not None
    assert metadata(client_of(kafka_secured.address)) is None
    assert metadata(client_of(kafka_secured.address) | as_user("admin", "wrong")) is None


def test_a_user_may_do_nothing_unasked(kafka_secured: Secured) -> None:
    """A user that is let in sees and makes no topic that no access list gives it."""
    make_topic(kafka_secured.client(), "servers-facts")
    kafka_secured.add_user("stranger", "secret")
    stranger = client_of(kafka_secured.address) | as_user("stranger", "secret")
    found = metadata(stranger, seconds=30.0)
    assert found is not None
    assert found.topics == {}
    with pytest.raises(KafkaException, match="TOPIC_AUTHORIZATION_FAILED"):
        make_topic(stranger, "mine")


def test_a_secured_broker_is_reached_by_tls(kafka_secured: Secured) -> None:
    """Its certificate is vouched for by its authority, and by nobody else."""
    client = client_of(kafka_secured.tls_address) | as_user("admin", kafka_secured.password)
    client["security.protocol"] = "SASL_SSL"
    vouched = client | {"ssl.ca.location": kafka_secured.ca_file}
    assert metadata(vouched, seconds=30.0) is not None
    assert metadata(client) is None


def test_a_store_keeps_what_it_acknowledged(own_mongo: OwnMongo) -> None:
    """Killed in the midst of writing, it has every write that it acknowledged."""
    server = own_mongo()
    acknowledged = write_until_killed(server)
    server.kill()
    server.start()
    with MongoClient[dict[str, int]](server.address) as client:
        numbers = sorted(each["_id"] for each in client["test"]["facts"].find())
    assert numbers[:acknowledged] == list(range(acknowledged))


def write_until_killed(server: Mongo) -> int:
    """Write one by one; the server is killed on the way. How many writes were acknowledged."""
    acknowledged = 0
    with MongoClient[dict[str, int]](server.address, serverSelectionTimeoutMS=1000) as client:
        try:
            while True:
                client["test"]["facts"].insert_one({"_id": acknowledged})
                acknowledged += 1
                if acknowledged == 100:
                    Thread(target=server.kill).start()
        except PyMongoError:
            return acknowledged


def test_a_paused_store_answers_again_when_resumed(own_mongo: OwnMongo) -> None:
    """Paused it is there and says nothing."""
    server = own_mongo()
    server.pause()
    assert server.running
    with (
        MongoClient[dict[str, int]](server.address, timeoutMS=500) as client,
        pytest.raises(PyMongoError),
    ):
        client.admin.command("ping")
    server.resume()
    assert takes_writes(server.address)


OWNER = """
import sys, time
from pathlib import Path
from tests.servers.mongo import Mongo
server = Mongo(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def orphan(tmp_path: Path) -> int:
    """The process id of a paused server whose owner was killed."""
    command = [sys.executable, "-c", OWNER, str(tmp_path / "mongo")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        os.kill(pid, signal.SIGSTOP)
        owner.kill()
    return pid


async def test_no_server_outlives_its_owner(orphan: int) -> None:
    """A process that is killed leaves no server behind, not even a paused one."""

    async def gone() -> bool:
        try:
            os.kill(orphan, 0)
        except ProcessLookupError:
            return True
        return False

    await eventually(gone)
