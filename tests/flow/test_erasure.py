"""Erasing a person: name and documents go, the certificate's number, hash and status stay."""

import csv
import shutil
from pathlib import Path

from ijaza_enrollment.domain.commands import ErasePerson
from ijaza_local.play.state import opened, services_of
from ijaza_local.services import drain


async def test_an_erased_person_leaves_a_number_and_a_hash(
    governance: Path, keys: Path, tmp_path: Path
) -> None:
    """After the erasure no store or log holds the name; the register still tells of the serial."""
    out = Path(shutil.copytree(governance, tmp_path / "out"))
    with (out / "certificates.csv").open(newline="", encoding="utf-8") as file:
        row = next(csv.DictReader(file))
    with opened(out) as ledger:
        async with services_of(out, ledger, keys) as services:
            enrollment, credential = services.enrollment.desk, services.credential.desk
            participant = enrollment.applicants.id_of("mg-4", row["participant"])
            person = await enrollment.applicants.get("mg-4", participant)
            assert person.application is not None
            name = person.application.name_en.encode()

            await enrollment.applicants.erase(ErasePerson(edition="mg-4", participant=participant))
            await drain(services.all)

            documents = (await credential.documents.find([row["credential_id"]])).popitem()[1]
            assert (documents.pdf, documents.credential) == (None, None)
            assert len(documents.pdf_sha256) == 64
            state = await credential.commands.read(participant)
            assert state is not None
            assert state.status(state.last_version) == "valid"
            assert not state.stated
            assert credential.person(participant) is None
    for path in (out / ".ijaza").rglob("*.db*"):
        if path.name.startswith("run.db"):
            continue  # the office's own rows: its files still name the person
        assert name not in path.read_bytes(), path.name
