"""An edition by the HTTP APIs alone, from its definition to the certificates and their proof."""

import asyncio
import csv
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from ijaza_credential.documents.verify import gather_evidence, verify_file
from ijaza_local.files import Scan, closing_time, read_edition
from ijaza_local.services import Services, running

from tests.deadline import eventually
from tests.flow.conftest import EXAMPLES
from tests.flow.office import Clients, Office, connected

KINDS = ("pdf", "credential")
"""The files of a certificate: columns of certificates.csv, and ends of addresses."""


@asynccontextmanager
async def clients_of(services: Services) -> AsyncIterator[Clients]:
    """Run the services' loops, and open a client to each."""
    stopping = asyncio.Event()
    loops = [asyncio.create_task(service.run(stopping)) for service in services.all]
    try:
        async with connected(services) as clients:
            yield clients
    finally:
        stopping.set()
        await asyncio.gather(*loops)


def rows_of(out: Path, name: str) -> list[dict[str, str]]:
    """The rows of one of OUT's files."""
    with (out / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
async def test_an_edition_by_http_alone(governance: Path, keys: Path, tmp_path: Path) -> None:
    """Sent by HTTP, the example gives what its files give, to the byte, and all of it verifies."""
    scans: list[Scan] = []
    reading = read_edition(EXAMPLES / "mg-4", on_scan=scans.append)
    assert reading.files is not None
    async with (
        running(
            bus_url=f"sqlite:///{tmp_path}/bus.db",
            store_url=f"sqlite:///{tmp_path}/stores",
            keys=keys,
            partitions=4,
        ) as services,
        clients_of(services) as clients,
    ):
        office = Office(clients, reading.files, scans)
        await office.enrol()
        await eventually(lambda: known_everywhere(clients, office))
        await office.record()
        await office.correct()
        wanted = {
            (office.ids[row["participant"]], row["award"])
            for row in rows_of(governance, "eligibility")
        }
        await eventually(lambda: awards_are(clients, office, wanted))
        definition = await clients.get("enrollment", office.path)
        edition = reading.files.edition.model_validate(definition["definition"])
        await office.close(closing_time(edition, reading.latest))
        issued = rows_of(governance, "certificates")
        for row in issued:
            await eventually(partial(documents_are_made, clients, row["serial"]))
            # Asked once it is there: who asks for what is not there is soon refused.
            assert await certificate_is_valid(clients, row["serial"])
        served = await files_served(clients, office, issued)
    assert served == files_written(governance, issued)
    evidence = gather_evidence(
        served["issuer/did.json"],
        served["issuer/register.json"],
        [content for name, content in served.items() if name.startswith("status/")],
    )
    at = datetime.now(UTC)
    verdicts = [verify_file(served[row[kind]], evidence, at) for row in issued for kind in KINDS]
    assert [verdict.reasons for verdict in verdicts if not verdict.accepted] == []
    assert [verdict.notes for verdict in verdicts if verdict.notes] == []


async def known_everywhere(clients: Clients, office: Office) -> bool:
    """Whether the other services know the edition."""
    answers = [
        await clients.by_service[name].get(f"{office.path}/review")
        for name in ("attendance", "assessment")
    ]
    return all(answer.is_success for answer in answers)


async def awards_are(clients: Clients, office: Office, wanted: set[tuple[str, str]]) -> bool:
    """Whether credential has come to these awards."""
    page = await clients.get("credential", f"{office.path}/eligibility", limit=100)
    have = {(row["participant"], row["award"] or "") for row in page["rows"]}
    return wanted <= have


async def certificate_is_valid(clients: Clients, serial: str) -> bool:
    """Whether anybody is told that a certificate is valid."""
    response = await clients.by_service["credential"].get(f"/v1/certificates/{serial}")
    return response.is_success and response.json()["status"] == "valid"


async def documents_are_made(clients: Clients, serial: str) -> bool:
    """Whether the files of a certificate can be had."""
    response = await clients.by_service["credential"].get(f"/v1/certificates/{serial}/pdf")
    return response.is_success


async def files_served(
    clients: Clients, office: Office, issued: Sequence[dict[str, str]]
) -> dict[str, bytes]:
    """What credential serves of the edition, by the names that OUT gives to these files."""
    credential = clients.by_service["credential"]
    addresses = {
        row[kind]: f"/v1/certificates/{row['serial']}/{kind}" for row in issued for kind in KINDS
    }
    addresses["issuer/did.json"] = "/.well-known/did.json"
    addresses["issuer/register.json"] = f"{office.path}/register"
    addresses["status/1.json"] = f"{office.path}/status/1"
    served = {}
    for name, address in addresses.items():
        response = await credential.get(address)
        assert response.is_success, f"{address}: {response.text}"
        served[name] = response.content
    return served


def files_written(out: Path, issued: Sequence[dict[str, str]]) -> dict[str, bytes]:
    """The same files as OUT has them."""
    names = [row[kind] for row in issued for kind in KINDS]
    names += [str(path.relative_to(out)) for path in out.glob("status/*.json")]
    return {
        name: (out / name).read_bytes()
        for name in (*names, "issuer/did.json", "issuer/register.json")
    }
