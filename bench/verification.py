"""How long a certificate's page takes while many look at theirs.

`python -m bench.verification [--graduates 300] [--rate 200] [--seconds 15]`

The service is the real process (`python -m ijaza_credential`) on the embedded bus and store, which
goes on with its own work; visitors are another process with 20 connections, each from addresses of
its own as a trusted proxy tells them. They ask at the rate given whatever the answers take, and an
answer's time counts from the moment at which its request was due. Beside it, in the same run: an
empty route of the same web framework, and what the pages load.
"""

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ijaza_contracts.envelope import Event
from ijaza_credential.documents.serial import serial
from ijaza_credential.main import SECRET
from ijaza_runtime.addresses import open_bus
from ijaza_runtime.outbox import records_of
from ijaza_runtime.secrets import load_or_create_secret

from bench.answering import wait_for
from bench.calibration import calibrate
from bench.scans import Watched
from tests.process.house import House
from tests.servers.process import free_port
from tests.unit.credential.given import EDITION, closed, everything, published, recorded

HEADER = f"{'':34} {'asked/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'worst':>8} {'CPU %':>6} {'MiB':>6}"
PATIENCE = 300.0
"""Seconds that making the certificates may take."""


@dataclass(frozen=True)
class Kind:
    """What visitors ask for, path by path in turn, and with which header `Accept`."""

    name: str
    paths: list[str]
    accept: str


def graduates(count: int) -> Iterator[Event]:
    """Everything that credential has to hear of that many graduates."""
    yield published()
    for number in range(1, count + 1):
        changes: dict[str, Any] = {"participant": f"p{number}"}
        yield recorded(f"Graduate {number}").model_copy(update=changes)
        selected, *facts = everything()
        yield selected.model_copy(update={**changes, "number": number})
        yield from (fact.model_copy(update=changes) for fact in facts)
    yield closed()


def asked(port: int, kind: Kind, rate: float, seconds: float) -> dict[str, Any]:
    """Have visitors ask, and tell how long the answers took."""
    given = {
        "port": port, "paths": kind.paths, "accept": kind.accept, "rate": rate, "seconds": seconds,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "bench.verification_client"],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def shown(name: str, found: dict[str, Any], cpu: float, memory: float) -> None:
    """Print one run."""
    refused = f"  answered {found['statuses']}" if set(found["statuses"]) != {"200"} else ""
    print(
        f"{name:34} {found['asked'] / found['wall']:8,.0f} {1e3 * found['middle']:8.1f} "
        f"{1e3 * found['late']:8.1f} {1e3 * found['worst']:8.1f} "
        f"{100 * cpu / found['wall']:6.0f} {memory:6.0f}{refused}",
        flush=True,
    )


def measured(pid: int, port: int, kind: Kind, rate: float, seconds: float) -> None:
    """One run against a process."""
    watched = Watched(pid)
    found = asked(port, kind, rate, seconds)
    shown(kind.name, found, watched.used(), watched.memory())


def bare(rate: float, seconds: float) -> None:
    """The same requests to an empty route of the web framework."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.scans_bare", str(port)])
    try:
        wait_for(f"http://127.0.0.1:{port}/", PATIENCE)
        measured(process.pid, port, Kind("bare route", ["/"], "*/*"), rate, seconds)
    finally:
        process.terminate()
        process.wait()


def kinds(serials: list[str]) -> list[Kind]:
    """What is measured: the page first, for as long as was asked; the rest for a third of it."""
    pages = [f"/v/{each}?lang={language}" for each in serials for language in ("ar", "en")]
    unknown = [f"/v/0000-0000-{number:04}" for number in range(1000)]
    return [
        Kind("pages of certificates", pages, "text/html"),
        Kind("pages, one in ten unknown", [*pages[:90], *unknown[:10]], "text/html"),
        Kind("credentials", [f"/v/{each}" for each in serials], "application/vc"),
        Kind("PDFs", [f"/v/{each}" for each in serials], "application/pdf"),
        Kind("status list", [f"/editions/{EDITION}/status/1"], "application/vc"),
    ]


async def laid(house: House, count: int) -> None:
    """Provision the bus, and publish all that is to be heard."""
    await house.provision()
    bus = open_bus(f"sqlite:///{house.bus}")
    await bus.publish(records_of(list(graduates(count))))
    await bus.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Answers of the verification pages")
    parser.add_argument("--graduates", type=int, default=300)
    parser.add_argument("--rate", type=float, default=200, help="requests a second")
    parser.add_argument("--seconds", type=float, default=15)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        house = House(Path(folder) / "house")
        house.folder.mkdir()
        asyncio.run(laid(house, given.graduates))
        port = free_port()
        settings: dict[str, Any] = {"log_level": "WARNING", "trusted_proxies": "127.0.0.1"}
        with house.started("credential", port=port, **settings) as running:
            secret = load_or_create_secret(house.keys, SECRET)
            names = [f"p{number}" for number in range(1, given.graduates + 1)]
            serials = [serial(secret, EDITION, name) for name in names]
            for each in serials:
                wait_for(f"http://127.0.0.1:{port}/v/{each}/1/certificate.pdf", PATIENCE)
            print(HEADER)
            print(f"{'calibration':34} {calibrate():8.2f} s")
            bare(given.rate, given.seconds / 3)
            for number, kind in enumerate(kinds(serials)):
                seconds = given.seconds if number == 0 else given.seconds / 3
                measured(running.process.pid, port, kind, given.rate, seconds)


if __name__ == "__main__":
    main()
