"""A file that somebody sends to be checked: each fault is told, and nothing is kept."""

import io
import json
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ijaza_contracts.topics import PEOPLE
from ijaza_credential.documents.credential import serialise_credential
from ijaza_credential.documents.proof import sign
from ijaza_credential.main import Desk, assemble
from ijaza_credential.verification.words import WORDS
from ijaza_runtime.access import Role
from ijaza_runtime.bus import Record
from ijaza_runtime.web.app import LARGEST_BODY
from pypdf import PdfReader, PdfWriter

from tests.unit.attendance.office import Office, opened
from tests.unit.credential.given import EDITION, PARTICIPANT, day, recorded
from tests.unit.credential.graduates import told
from tests.unit.credential.test_verification import graduated
from tests.unit.credential_documents.given import key

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """Credential with one graduate."""
    async with opened(assemble, tmp_path, clock=lambda: NOW) as office:
        await graduated(office)
        yield office


async def files(office: Office[Desk]) -> tuple[bytes, dict[str, Any]]:
    """The PDF and the credential of the graduate's newest certificate."""
    state = await office.service.desk.commands.read(PARTICIPANT)
    assert state is not None
    credential_id = state.issued[state.last_version].credential_id
    found = (await office.service.desk.documents.find([credential_id]))[credential_id]
    assert found.pdf is not None
    assert found.credential is not None
    return found.pdf, json.loads(found.credential)


async def checked(office: Office[Desk], data: bytes) -> Any:
    """The verdict, and the codes of what failed or is to be noted."""
    answer = await office.http.post(
        "/verify", files={"file": ("file", data)}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 200, answer.text
    said = answer.json()
    return said["verdict"], [step["code"] for step in said["steps"] if step["outcome"] != "passed"]


def signed_by_us(office: Office[Desk], credential: dict[str, Any], **changes: Any) -> bytes:
    """A credential with changes, signed anew by the issuer's own key."""
    unsigned = {name: value for name, value in {**credential, **changes}.items() if name != "proof"}
    signing = office.service.desk.keys.signing()
    return serialise_credential(sign(unsigned, signing, NOW))


def wrapped(credential: bytes) -> bytes:
    """A PDF of somebody else's making with a credential attached."""
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_attachment("credential.json", credential)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


async def test_what_was_issued_is_genuine(office: Office[Desk]) -> None:
    """PDF and JSON, byte for byte."""
    pdf, credential = await files(office)

    assert await checked(office, pdf) == ("genuine", [])
    assert await checked(office, serialise_credential(credential)) == ("genuine", [])


async def test_a_credential_saved_anew_proves_as_much(office: Office[Desk]) -> None:
    """Wallets write it in another form: only its values are signed, and they are all covered."""
    _, credential = await files(office)

    assert await checked(office, json.dumps(credential).encode()) == ("genuine", ["bytes-json"])


async def test_an_altered_one_is_not_genuine(office: Office[Desk]) -> None:
    """A name that was changed, and a member that was added."""
    _, credential = await files(office)
    renamed = json.dumps(credential).replace("Amina", "Emina").encode()
    added = json.dumps({**credential, "note": "with honours"}).encode()

    assert await checked(office, renamed) == ("false", ["proof-altered"])
    assert await checked(office, added) == ("false", ["proof-uncovered"])


async def test_a_signature_by_another_key_is_none_of_ours(office: Office[Desk]) -> None:
    """Though the credential names this issuer, and bears a serial of it."""
    _, credential = await files(office)
    unsigned = {name: value for name, value in credential.items() if name != "proof"}
    forged = serialise_credential(sign(unsigned, key("a forger"), NOW))

    assert await checked(office, forged) == ("false", ["proof-key"])
    assert await checked(office, serialise_credential(unsigned)) == ("false", ["proof-none"])


async def test_another_issuers_credential_with_our_serial_is_foreign(office: Office[Desk]) -> None:
    """However well it is signed; it is told who issued it."""
    _, credential = await files(office)
    unsigned = {name: value for name, value in credential.items() if name != "proof"}
    unsigned["issuer"] = {**unsigned["issuer"], "id": "did:web:diplomas.example.com"}
    foreign = serialise_credential(sign(unsigned, key("another issuer"), NOW))

    assert await checked(office, foreign) == ("foreign", ["issuer-foreign"])
    assert await checked(office, wrapped(foreign)) == ("foreign", ["issuer-foreign"])
    page = await office.http.post("/verify", files={"file": ("file", foreign)})
    assert "did:web:diplomas.example.com" in page.text


async def test_a_genuine_credential_in_another_pdf_is_told(office: Office[Desk]) -> None:
    """The credential holds, and the page around it is not believed."""
    pdf, credential = await files(office)
    attached = serialise_credential(credential)

    assert await checked(office, wrapped(attached)) == ("wrapped", ["bytes-pdf"])
    assert await checked(office, pdf + b"\n%") == ("wrapped", ["bytes-pdf"])


async def test_one_that_expired_or_is_not_valid_yet_says_when(office: Office[Desk]) -> None:
    """Both are genuine."""
    _, credential = await files(office)
    expired = signed_by_us(office, credential, validUntil="2021-01-01T00:00:00Z")
    early = signed_by_us(office, credential, validFrom="2030-01-01T00:00:00Z")

    assert await checked(office, expired) == ("ended", ["validity-expired", "bytes-json"])
    assert await checked(office, early) == ("ended", ["validity-early", "bytes-json"])


async def test_one_that_was_revoked_or_replaced_says_so(office: Office[Desk]) -> None:
    """From the records, at once."""
    replaced, _ = await files(office)
    await told(office, recorded("Amina Farouq", version=2, at=day(200)))
    newest, _ = await files(office)
    assert await checked(office, newest) == ("genuine", [])
    path = f"/v1/editions/{EDITION}/participants/{PARTICIPANT}/revocation"
    await office.post(Role.OFFICE, path, {"reason": "in-doubt"})
    await office.drain()

    assert await checked(office, replaced) == ("ended", ["status-superseded"])
    assert await checked(office, newest) == ("ended", ["status-revoked"])


async def test_the_file_of_somebody_erased_can_still_be_checked(office: Office[Desk]) -> None:
    """Whoever has it is told that it stands, and led to no page."""
    pdf, _ = await files(office)
    await office.bus.publish([Record(PEOPLE.name, PARTICIPANT, None, {})])
    await office.drain()

    answer = await office.http.post(
        "/verify", files={"file": ("f", pdf)}, headers={"Accept": "application/json"}
    )

    assert (answer.json()["verdict"], answer.json()["page"]) == ("genuine", None)


async def test_one_that_the_records_do_not_know_is_not_vouched_for(office: Office[Desk]) -> None:
    """A signature alone does not say that it still stands."""
    _, credential = await files(office)
    other = signed_by_us(office, credential, id="urn:uuid:7f1d4a52-6a53-5e0c-9d3c-3a5f0f6f2a10")

    verdict, codes = await checked(office, other)

    assert (verdict, codes) == ("unproven", ["status-unknown", "bytes-unchecked"])


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "file-none"),
        (b"hello", "file-unreadable"),
        (b'{"a": 1, "a": 2}', "file-unreadable"),
        (b"%PDF-1.7\nnothing", "file-bare-pdf"),
    ],
)
async def test_what_is_no_certificate_is_told(
    office: Office[Desk], data: bytes, fault: str
) -> None:
    """And no more than that."""
    assert await checked(office, data) == ("unreadable", [fault])


async def test_a_pdf_without_a_credential_is_told(office: Office[Desk]) -> None:
    """As programs that save a PDF anew leave it."""
    pdf, _ = await files(office)
    writer = PdfWriter()
    writer.append_pages_from_reader(PdfReader(io.BytesIO(pdf)))
    saved = io.BytesIO()
    writer.write(saved)

    assert await checked(office, saved.getvalue()) == ("unreadable", ["file-bare-pdf"])


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_people_are_told_in_their_language(office: Office[Desk], language: str) -> None:
    """By the page, which names nobody of a file whose signature does not fit."""
    pdf, credential = await files(office)
    forged = json.dumps(credential).replace("Amina", "Emina").encode()

    good = await office.http.post(f"/verify?lang={language}", files={"file": ("f", pdf)})
    bad = await office.http.post(f"/verify?lang={language}", files={"file": ("f", forged)})

    assert WORDS[language]["verdict-genuine"] in good.text
    assert "Amina Farouk" in good.text
    assert WORDS[language]["verdict-false"] in bad.text
    assert "Emina" not in bad.text


async def test_a_file_is_neither_kept_nor_logged(
    office: Office[Desk], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """However large it is: no temporary file is opened for it."""
    opened_files = []
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *_, **__: opened_files.append(1))
    pdf, _ = await files(office)
    capsys.readouterr()

    await checked(office, pdf + b" " * (LARGEST_BODY - len(pdf) - 1000))

    written = capsys.readouterr()
    assert opened_files == []
    assert "Amina" not in written.out + written.err


async def test_a_body_that_is_too_large_is_refused(office: Office[Desk]) -> None:
    """Before it is looked at."""
    answer = await office.http.post("/verify", files={"file": ("f", b" " * LARGEST_BODY)})

    assert answer.status_code == 413


async def test_a_form_that_cannot_be_read_has_no_file(office: Office[Desk]) -> None:
    """Without a boundary, with another field, cut off."""
    kind = {"Content-Type": "multipart/form-data", "Accept": "application/json"}
    for sent in (
        {"content": b"x", "headers": kind},
        {"data": {"other": "x"}, "headers": {"Accept": "application/json"}},
        {"files": {"other": ("f", b"x")}, "headers": {"Accept": "application/json"}},
    ):
        answer = await office.http.post("/verify", **sent)
        assert answer.status_code == 200
        assert answer.json()["verdict"] == "unreadable"


async def test_checking_is_limited(office: Office[Desk]) -> None:
    """A file costs ten looks at pages."""
    statuses = [(await office.http.post("/verify", content=b"x")).status_code for _ in range(31)]

    assert statuses[:30] == [200] * 30
    assert statuses[30] == 429


def test_both_languages_say_everything() -> None:
    """The same words, with the same places to fill."""
    places = [
        {
            name: sorted(part.split("}")[0] for part in text.split("{")[1:])
            for name, text in w.items()
        }
        for w in WORDS.values()
    ]
    assert places[0] == places[1]
