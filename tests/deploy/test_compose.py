"""docker-compose.yml: valid, careful, and true, for what it says is started here without Docker."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from ijaza_local.services import NAMES
from jsonschema import Draft202012Validator

from tests.deadline import eventually
from tests.deploy.composed import ROOT, Native, composed, ours, seconds, servers
from tests.servers.kafka import OwnKafka
from tests.servers.process import free_port

SCHEMA = Path(__file__).parent / "schemas" / "compose" / "compose-spec.json"
RUNNING = [name for name in ours() if name != "topics"]


def test_the_file_is_what_compose_reads() -> None:
    """By the Compose Specification's own schema."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))

    assert [error.message for error in Draft202012Validator(schema).iter_errors(composed())] == []


def test_a_mistake_would_be_seen() -> None:
    """The schema refuses a word that Compose does not know."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    wrong = composed()
    wrong["services"]["kafka"]["healthchek"] = {}

    assert list(Draft202012Validator(schema).iter_errors(wrong))


def test_every_service_is_in_it() -> None:
    """And the one-shot that makes the topics."""
    assert set(ours()) == {*NAMES, "topics"}


@pytest.mark.parametrize("name", composed()["services"])
def test_ports_are_open_to_this_machine_alone(name: str) -> None:
    """Nothing inside is encrypted or authenticated."""
    for port in composed()["services"][name].get("ports", ()):
        assert port.startswith("127.0.0.1:")


@pytest.mark.parametrize("name", composed()["services"])
def test_every_image_is_pinned(name: str) -> None:
    """By a whole version: `latest` is another thing on every machine."""
    _, _, tag = composed()["services"][name]["image"].rpartition(":")

    assert len(tag.split(".")) == 3
    assert tag.replace(".", "").isdecimal()


@pytest.mark.parametrize("name", composed()["services"])
def test_nothing_takes_the_whole_machine(name: str) -> None:
    """CPU, memory and logs have limits, and what fails is started again."""
    said = composed()["services"][name]

    assert {"cpus", "memory"} <= set(said["deploy"]["resources"]["limits"])
    assert {"max-size", "max-file"} <= set(said["logging"]["options"])
    assert said["restart"].split(":")[0] in ("unless-stopped", "on-failure")


@pytest.mark.parametrize("name", ours())
def test_ours_can_do_little(name: str) -> None:
    """Nothing of the image can be written, and nothing more be gained."""
    said = ours()[name]

    assert said["read_only"] is True
    assert said["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in said["security_opt"]


@pytest.mark.parametrize("name", RUNNING)
def test_a_service_waits_for_what_it_needs(name: str) -> None:
    """Broker and database answer, and the topics are made, before it starts."""
    assert {on: each["condition"] for on, each in ours()[name]["depends_on"].items()} == {
        "kafka": "service_healthy",
        "mongo": "service_healthy",
        "topics": "service_completed_successfully",
    }


@pytest.mark.parametrize("name", servers())
def test_a_servers_health_check_asks_the_server(name: str) -> None:
    """It speaks the server's own protocol: a port that listens proves nothing."""
    check = servers()[name]["healthcheck"]["test"]

    assert check[0] == "CMD"
    assert check[1].rpartition("/")[2] in ("kafka-topics.sh", "mongosh")


def test_no_topic_is_made_by_accident() -> None:
    """Only `ijaza provision` makes topics."""
    assert servers()["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


@pytest.mark.parametrize("name", RUNNING)
def test_docker_waits_longer_than_the_grace(name: str) -> None:
    """Otherwise a service would be killed while it finishes what it began."""
    said = ours()[name]

    assert seconds(said["stop_grace_period"]) > int(said["environment"]["IJAZA_GRACE"])


@pytest.fixture
def natives(own_kafka: OwnKafka, mongo: str, tmp_path: Path) -> dict[str, Native]:
    """Every service of ours, with real servers in the place of the containers'."""
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    bus, store = f"kafka://{own_kafka().address}", f"{mongo}compose-{tmp_path.name[:30]}"

    def stands_for() -> dict[str, str]:
        return {
            "kafka://kafka:9092": bus,
            "mongodb://mongo:27017/ijaza?replicaSet=ijaza": store,
            "/var/lib/ijaza/keys": str(keys),
            "/etc/ijaza/kafka": str(ROOT / "infra" / "kafka"),
            "0.0.0.0": "127.0.0.1",  # noqa: S104 - what stands in the file, not where it listens
            "8080": str(free_port()),
        }

    return {name: Native(said, stands_for()) for name, said in ours().items()}


@pytest.fixture
def ending() -> Iterator[ExitStack]:
    """Ends what a test started and did not end itself."""
    with ExitStack() as stack:
        yield stack


@pytest.mark.slow
async def test_everything_starts_becomes_healthy_and_ends(
    natives: dict[str, Native], ending: ExitStack, tmp_path: Path
) -> None:
    """With the commands, environments and health checks of the file, in the file's order."""
    topics = natives["topics"].start(tmp_path / "topics.log")
    assert topics.wait(60) == 0, (tmp_path / "topics.log").read_text()
    assert not any(natives[name].healthy() for name in RUNNING)
    processes: dict[str, subprocess.Popen[Any]] = {}
    for name in RUNNING:
        processes[name] = natives[name].start(tmp_path / f"{name}.log")
        ending.callback(processes[name].kill)

    for name in RUNNING:

        async def is_healthy(name: str = name) -> bool:
            said = (tmp_path / f"{name}.log").read_text()
            assert processes[name].poll() is None, f"{name} has ended: {said}"
            return natives[name].healthy()

        await eventually(is_healthy, natives[name].patience)

    told = monotonic()
    for process in processes.values():
        process.send_signal(signal.SIGTERM)
    for name in RUNNING:
        left = natives[name].grace - (monotonic() - told)
        assert processes[name].wait(max(left, 0.1)) == 0, (tmp_path / f"{name}.log").read_text()
