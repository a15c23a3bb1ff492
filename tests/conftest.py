"""The servers that any test can ask for by a fixture.

`kafka` and `mongo` are shared by the whole run, so what a test makes there bears a name that no
other test uses. A test that stops a server asks for one of its own. Where a server cannot be had
the test is left out, and fails in continuous integration.
"""

import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
import structlog

from tests.servers.choice import start_kafka, start_mongo
from tests.servers.kafka import Broker, OwnKafka, Trio, broker
from tests.servers.kafka_secured import Secured, secured_broker
from tests.servers.mongo import Mongo, OwnMongo
from tests.servers.process import NotAvailable
from tests.servers.shared import Facts, SharedServers
from tests.thirdparty.conftest import not_available


def pytest_configure() -> None:
    """Take Ctrl-C, and log exceptions as plain tracebacks.

    A shell lets what it starts in the background ignore Ctrl-C, and so would the processes that
    tests interrupt. structlog's own default, used where nothing configured it, draws every local
    variable: seconds for a single exception under a web framework.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    *before, _ = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*before, plain])


@contextmanager
def _or_left_out() -> Iterator[None]:
    try:
        yield
    except NotAvailable as error:
        not_available(str(error))


@pytest.fixture(scope="session")
def shared_servers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> SharedServers:
    """What starts a server once for all workers of a run."""
    return SharedServers(request.config, tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def kafka(shared_servers: SharedServers) -> str:
    """`host:port` of a plain broker."""
    with _or_left_out():
        return shared_servers.get("kafka", start_kafka)["address"]


@pytest.fixture(scope="session")
def mongo(shared_servers: SharedServers) -> str:
    """`mongodb://host:port/` of a server, to which the name of a database is added."""
    with _or_left_out():
        return shared_servers.get("mongo", start_mongo)["address"]


@pytest.fixture(scope="session")
def kafka_secured(shared_servers: SharedServers) -> Secured:
    """A broker with users, access lists and TLS, and its admin."""

    def start(folder: Path, owner: int) -> Facts:
        secured, reached = secured_broker(folder, owner=owner)
        secured.start()
        return asdict(reached)

    with _or_left_out():
        return Secured(**shared_servers.get("kafka-secured", start))


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[OwnKafka]:
    """Starts brokers for one test: `own_kafka(settings={…}, folder=…)`, both optional."""
    with ExitStack() as ending:

        def start(settings: Mapping[str, str] | None = None, folder: Path | None = None) -> Broker:
            with _or_left_out():
                own = broker(folder or tmp_path / "kafka", settings)
            ending.callback(own.kill)
            own.start()
            return own

        yield start


@pytest.fixture
def own_mongo(tmp_path: Path) -> Iterator[OwnMongo]:
    """Starts servers that speak MongoDB's protocol for one test: `own_mongo(folder=…)`."""
    with ExitStack() as ending:

        def start(folder: Path | None = None) -> Mongo:
            with _or_left_out():
                own = Mongo(folder or tmp_path / "mongo")
            ending.callback(own.kill)
            own.start()
            return own

        yield start


@pytest.fixture(scope="module")
def _trio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trio]:
    with _or_left_out():
        trio = Trio(tmp_path_factory.mktemp("trio"))
    yield trio
    trio.kill()


@pytest.fixture
def kafka_trio(_trio: Trio) -> Trio:
    """Three brokers, all of which run when a test begins; it may stop any of them."""
    _trio.start()
    return _trio
