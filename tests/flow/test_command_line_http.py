"""`ijaza serve` and `ijaza token`: the HTTP APIs from the command line."""

import signal
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from ijaza_local.cli.operating import RoleName
from ijaza_runtime.access import AccessKeys, Role

from tests.deadline import eventually
from tests.flow.commandline import Call, started


def test_a_token_holds_the_roles(keys: Path, ijaza: Call) -> None:
    """It is printed alone, for `$(ijaza token …)`, and the services accept it."""
    answer = ijaza("token", "staff-1", "--role", "door", "--role", "office")
    actor = AccessKeys.load_or_create(keys).verify(answer.out.strip(), datetime.now(UTC))

    assert (answer.code, answer.err) == (0, "")
    assert (actor.id, actor.roles) == ("staff-1", frozenset({Role.DOOR, Role.OFFICE}))


def test_the_roles_of_tokens_are_those_of_the_services() -> None:
    """The command line names them apart, so that its help is quick."""
    assert {role.value for role in RoleName} == {role.value for role in Role}


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_serve_answers_until_a_signal(
    number: signal.Signals, keys: Path, tmp_path: Path
) -> None:
    """The addresses that it prints answer; a signal ends it with 0, and no noise."""
    process = started("serve", "--port", "0", keys=keys, environment=stores(tmp_path))
    assert process.stdout is not None
    # All of them here: `communicate` does not see what `readline` has read ahead.
    addresses = [process.stdout.readline().strip() for _ in range(4)]

    async def answers() -> bool:
        async with httpx.AsyncClient() as client:
            return (await client.get(addresses[0])).is_success

    await eventually(answers)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (0, "")
    assert all(each.endswith("/openapi.json") for each in addresses)


def test_serve_where_somebody_listens(
    tmp_path: Path, ijaza: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 3, and no store is made."""
    for name, value in stores(tmp_path).items():
        monkeypatch.setenv(name, value)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = ijaza("serve", "--port", taken.getsockname()[1])

    assert (answer.code, answer.out) == (3, "")
    assert "another program listens there; give another --port" in answer.err
    assert list(tmp_path.iterdir()) == []


def stores(folder: Path) -> Mapping[str, str]:
    """Settings for a bus and stores in a folder."""
    return {
        "IJAZA_BUS_URL": f"sqlite:///{folder}/bus.db",
        "IJAZA_STORE_URL": f"sqlite:///{folder}/stores",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IJAZA_PARTITIONS", "many"),
        ("IJAZA_LOG_LEVEL", "LOUD"),
        ("IJAZA_BUS_URL", "ftp://host"),
        ("IJAZA_FLEET_RATE", "plenty"),
    ],
)
def test_a_setting_that_does_not_fit(
    name: str, value: str, ijaza: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 3, and what was given is not repeated: an address can carry a password."""
    monkeypatch.setenv(name, value)
    answer = ijaza("serve", "--port", 0)

    assert (answer.code, answer.out) == (3, "")
    assert answer.err.startswith("cannot go on: ")
    assert value not in answer.err
