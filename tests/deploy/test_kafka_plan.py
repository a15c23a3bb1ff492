"""infra/kafka says what the code says: no topic, reader or writer more, and none less."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ijaza_attendance.signatures import HEADER
from ijaza_contracts import asyncapi
from ijaza_contracts.topics import SCANS, SERVICES, TOPICS, dead_letters
from ijaza_local.files import Scan, closing_time, read_edition
from ijaza_local.provisioning.plan import UserEntry, planned_topics, read_acls, read_topics
from ijaza_local.services import NAMES, drain
from ijaza_runtime.adapters.memory_bus import MemoryBus, MemoryLog
from ijaza_runtime.base64url import encoded
from ijaza_runtime.service import plans

from tests.deploy.apart import PARTITIONS, apart
from tests.deploy.recording import Notes, RecordingBus
from tests.flow.conftest import EXAMPLES
from tests.flow.office import Clients, Office, connected
from tests.unit.attendance.doors import signed

KAFKA = Path(__file__).parents[2] / "infra" / "kafka"


def planned() -> dict[str, Mapping[str, str]]:
    """Every planned topic's settings."""
    found = planned_topics(read_topics(KAFKA), partitions=PARTITIONS, replication=None)
    return {topic.name: topic.config for topic in found}


def users() -> dict[str, UserEntry]:
    """What each service's user may do, by the service."""
    return {
        user.removeprefix("ijaza-"): entry
        for user, entry in read_acls(KAFKA).users.items()
        if user != "ijaza-operator"
    }


async def whole_edition(keys: Path) -> dict[str, Notes]:
    """What each service asked of its bus, from an edition's publication to its certificates."""
    scans: list[Scan] = []
    reading = read_edition(EXAMPLES / "mg-4", on_scan=scans.append)
    assert reading.files is not None
    log = MemoryLog()
    buses = {name: RecordingBus(MemoryBus(log)) for name in NAMES}
    await MemoryBus(log).provision(plans(NAMES, PARTITIONS))
    async with apart(buses, keys) as services, connected(services) as clients:
        office = Office(clients, reading.files, scans)
        await drain(services.all)
        await office.enrol()
        await drain(services.all)
        door = {"label": "Main door", "editions": [{"edition": reading.files.edition.id}]}
        invited = await clients.post("attendance", "/v1/devices", door)
        await send_attempt(clients, invited, reading.files.edition.id)
        await office.record()
        await drain(services.all)
        await office.correct()
        await drain(services.all)
        definition = await clients.get("enrollment", office.path)
        edition = reading.files.edition.model_validate(definition["definition"])
        await office.close(closing_time(edition, reading.latest))
        await drain(services.all)
        return {name: bus.notes for name, bus in buses.items()}


async def send_attempt(clients: Clients, invited: Mapping[str, str], edition: str) -> None:
    """Enrol a device, which sends that it turned somebody away."""
    device, key = invited["device"], Ed25519PrivateKey.generate()
    public_key = encoded(key.public_key().public_bytes_raw())
    enrolment = {"code": invited["code"], "public_key": public_key}
    enrolled = await clients.post("attendance", "/v1/kiosk/enrolment", enrolment)
    attempt = {
        "scan_id": f"{device}-00000001",
        "direction": "in",
        "device_at": "2019-12-15T14:00:00.000Z",
        "seq": 1,
        "method": "camera",
        "verdict": "unreadable",
    }
    batch = {"device": device, "batch": 1, "edition": edition, "offset_ms": 0, "scans": [attempt]}
    body = json.dumps(batch | {"made_at": "2019-12-15T14:00:10.000Z"}).encode()
    headers = {
        "Authorization": f"Bearer {enrolled['token']}",
        "Content-Type": "application/json",
        HEADER: signed(body, device, key),
    }
    door = clients.by_service["attendance"]
    answer = await door.post("/v1/kiosk/batches", content=body, headers=headers)
    assert answer.is_success, answer.text


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Notes]:
    """The notes of one whole edition, for all tests of this module."""
    return asyncio.run(whole_edition(tmp_path_factory.mktemp("keys")))


def test_every_topic_of_the_code_is_planned_and_no_other() -> None:
    """A topic that the file lacks would be missing on Kafka: nothing else makes it."""
    found = planned_topics(read_topics(KAFKA), partitions=PARTITIONS, replication=None)

    assert {each.plan for each in found} == set(plans(NAMES, PARTITIONS))


def test_facts_are_kept_for_ever() -> None:
    """No topic of the contracts forgets by time or size; only dead letters do."""
    for topic in TOPICS:
        config = planned()[topic.name]
        if topic.compacted:
            assert config["cleanup.policy"] == "compact"
        else:
            assert (config["retention.ms"], config["retention.bytes"]) == ("-1", "-1")


def test_an_erasure_is_learnt_after_any_outage() -> None:
    """Tombstones stay for a year; what they erase is gone from the disks within eight days."""
    day = 24 * 60 * 60 * 1000
    for topic in TOPICS:
        if topic.compacted:
            config = planned()[topic.name]
            assert int(config["delete.retention.ms"]) >= 365 * day
            assert int(config["segment.ms"]) + int(config["max.compaction.lag.ms"]) <= 8 * day


def test_the_asyncapi_document_promises_what_is_planned() -> None:
    """What others read of a topic's retention is what Kafka is told."""
    for channel in asyncapi.document()["channels"].values():
        config = planned()[channel["address"]]
        promised = channel["bindings"]["kafka"]["topicConfiguration"]
        assert promised["cleanup.policy"] == [config["cleanup.policy"]]
        assert str(promised.get("retention.ms")) == str(config.get("retention.ms"))


@pytest.mark.parametrize("replication", [1, 2, 3])
def test_one_broker_can_be_away(replication: int) -> None:
    """A write needs two copies of three; with fewer copies, one: else a restart stops all."""
    found = planned_topics(read_topics(KAFKA), partitions=1, replication=replication)

    assert {each.config["min.insync.replicas"] for each in found} == {
        "2" if replication == 3 else "1"
    }


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_read_what_it_reads_and_no_more(
    service: str, notes: dict[str, Notes]
) -> None:
    """Groups with their topics, and what is read in full: as the running service asks for it."""
    allowed = users()[service]

    assert {group: set(topics) for group, topics in allowed.consume.items()} == notes[
        service
    ].consumed
    assert set(allowed.follow) == notes[service].followed
    assert not allowed.describe


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_write_what_it_writes_and_no_more(
    service: str, notes: dict[str, Notes]
) -> None:
    """What a whole edition leads to, and dead letters, which are written when something is odd."""
    written = notes[service].written | {dead_letters(service).name}

    assert set(users()[service].write) == written
    assert written == {topic.name for topic in TOPICS if topic.owner == service} | {
        dead_letters(service).name
    }


def test_only_the_owner_and_operators_write() -> None:
    """No service publishes on another's topic."""
    for topic in (*TOPICS, *map(dead_letters, SERVICES)):
        writers = {name for name, entry in users().items() if topic.name in entry.write}
        assert writers == {topic.owner} & set(SERVICES)


def test_partners_read_what_is_public_alone() -> None:
    """One topic, and nothing that leads to a person."""
    assert set(read_acls(KAFKA).partners.read) == {topic.name for topic in TOPICS if topic.public}


def test_fleets_write_scans_alone() -> None:
    """What they emit is ScanRecorded, and they read nothing."""
    assert list(read_acls(KAFKA).fleets.write) == [SCANS.name]


def test_operators_write_where_a_dead_letter_may_go_back() -> None:
    """Retries go to topics that are not compacted; the record of it to the audit topic."""
    operator = read_acls(KAFKA).users["ijaza-operator"]

    assert set(operator.write) == {topic.name for topic in TOPICS if not topic.compacted}
    assert operator.reads == set(planned())
    assert set(operator.describe) == {
        group for entry in users().values() for group in entry.consume
    }
