"""Templates over HTTP, and what certificates are printed with, on a bus and a store in memory."""

import io
from pathlib import Path
from typing import Any

import pytest
from ijaza_credential.desk import decode as decode_documents
from ijaza_credential.documents.extract import attached_credential
from ijaza_credential.main import Desk
from ijaza_credential.rebuild import rebuild
from ijaza_credential.templates import press
from ijaza_credential.templates.pack import read_pack_at
from ijaza_credential.templates.sandbox import TemplateError
from ijaza_credential.templates.shelf import LISTS, PACKS
from ijaza_runtime.access import Role
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.rebuild import Beside, refill
from pypdf import PdfReader

from tests.unit.attendance.office import Office, code
from tests.unit.credential.given import PARTICIPANT, published, recorded
from tests.unit.credential.graduates import PATH, answer, graduated, named, told
from tests.unit.credential_templates.given import EXAMPLE, with_texts

pytestmark = pytest.mark.slow

TEMPLATES = f"{PATH}/templates"
PACK = read_pack_at(EXAMPLE)
NAME = "nile-school-1"


def is_upright(pdf: bytes) -> bool:
    """Whether a page is the example's: ours lie on their side."""
    box = PdfReader(io.BytesIO(pdf)).pages[0].mediabox
    return bool(box.height > box.width)


async def added(office: Office[Desk], archive: bytes = b"") -> Any:
    """The answer to a pack that the office sends."""
    return await office.http.post(
        TEMPLATES,
        headers={**office.bearer(Role.OFFICE), "content-type": "application/zip"},
        content=archive or PACK.archive(),
    )


async def activated(office: Office[Desk], name: str = NAME) -> Any:
    """The office prints with a template from now on."""
    return answer(await office.post(Role.OFFICE, f"{TEMPLATES}/{name}/activation", {}))


async def pdf_of(office: Office[Desk], participant: str) -> bytes:
    """The newest certificate of somebody."""
    state = await office.service.desk.commands.read(participant)
    assert state is not None
    serial = state.issued[state.last_version].serial
    return (await office.get(Role.OFFICE, f"/v1/certificates/{serial}/pdf")).content


async def stored(office: Office[Desk], credential_id: str) -> Any:
    """The stored documents of a certificate."""
    found = await office.parts.store.load("documents", [credential_id])
    return decode_documents(found[credential_id].body)


async def test_a_template_that_holds_is_added_and_nothing_is_printed_with_it(
    office: Office[Desk],
) -> None:
    """Once, however often it is sent; in a form too."""
    await told(office, published())

    first = await added(office)
    form = await office.http.post(
        TEMPLATES, headers=office.bearer(Role.OFFICE), files={"file": ("p.zip", PACK.archive())}
    )

    assert (first.status_code, form.status_code) == (201, 201)
    assert form.json() == first.json()
    own, ours = form.json()["templates"]
    assert (own["name"], own["active"]) == ("built-in", True)
    assert (ours["name"], ours["digest"], ours["active"]) == (NAME, PACK.digest, False)
    assert answer(await office.get(Role.AUDITOR, TEMPLATES)) == first.json()


async def test_what_does_not_hold_is_refused_with_its_faults(office: Office[Desk]) -> None:
    """And nothing of it is kept."""
    await told(office, published())
    reads = with_texts(("  set text(fill: ink)\n", '  read("/etc/passwd")\n'))

    failing = await added(office, reads.archive())
    no_pack = await added(office, b"%PDF-1.7")

    assert code(failing, 422) == "template-fails"
    assert "reads a file that is not in the pack" in failing.json()["detail"]
    assert code(no_pack, 422) == "no-template-pack"
    assert len(answer(await office.get(Role.OFFICE, TEMPLATES))["templates"]) == 1
    assert not await office.parts.store.load(PACKS, [reads.digest])


async def test_a_version_is_never_another_one(office: Office[Desk]) -> None:
    """What was once looked at and approved stays what it is."""
    await told(office, published())
    await added(office)

    other = await added(office, with_texts(('rgb("#7a1f2b")', 'rgb("#1f2b7a")')).archive())

    assert code(other, 409) == "template-exists"


async def test_issued_documents_keep_their_template(office: Office[Desk]) -> None:
    """Each certificate is printed with what was active when it was made, and says which."""
    await told(office, published())
    await added(office)
    await activated(office)
    await graduated(office, {PARTICIPANT: "Mona Hassan"})
    first = await pdf_of(office, PARTICIPANT)
    state = await office.service.desk.commands.read(PARTICIPANT)
    assert state is not None
    first_id = state.issued[1].credential_id

    await activated(office, "built-in")
    await told(office, named(PARTICIPANT, "Mona Hassan Ali", version=2))
    state = await office.service.desk.commands.read(PARTICIPANT)
    assert state is not None

    second = await pdf_of(office, PARTICIPANT)
    assert (is_upright(first), is_upright(second)) == (True, False)
    kept = await stored(office, first_id)
    assert (kept.pdf, kept.template) == (first, PACK.digest)
    assert (await stored(office, state.issued[2].credential_id)).template == ""
    assert attached_credential(first) == kept.credential


async def test_a_rebuild_has_the_packs_and_prints_the_same(
    office: Office[Desk], tmp_path: Path
) -> None:
    """From topics and keys alone: packs, lists, and documents of several templates."""
    await told(office, published())
    await added(office)
    await activated(office)
    await graduated(office, {PARTICIPANT: "Mona Hassan"})
    await activated(office, "built-in")
    await told(office, named(PARTICIPANT, "Mona Hassan Ali", version=2))
    parts, store = office.parts, MemoryStore()
    beside = Beside(bus=parts.bus, store=store, keys=parts.keys, partitions=parts.partitions)

    await refill(parts.bus, rebuild(beside), since=None, progress=beside.progress)

    for collection in ("documents", PACKS, LISTS):
        before = {each.key: each.body for each in await all_of(parts.store, collection)}
        after = {each.key: each.body for each in await all_of(store, collection)}
        assert before
        assert after == before


async def all_of(store: Any, collection: str) -> list[Any]:
    """Every document of a collection."""
    headings = await store.headings(collection, most=100)
    return list((await store.load(collection, [each.key for each in headings])).values())


async def test_where_a_template_fails_ours_takes_its_place(
    office: Office[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for a certificate because of a look; which one it has is told."""
    await told(office, published())
    await added(office)
    await activated(office)

    def fails(*_: object) -> bytes:
        raise TemplateError("it does not fit")

    monkeypatch.setattr(press.Press, "print", fails)
    await graduated(office, {PARTICIPANT: "Mona Hassan"})
    state = await office.service.desk.commands.read(PARTICIPANT)
    assert state is not None

    kept = await stored(office, state.issued[1].credential_id)
    assert (kept.template, is_upright(kept.pdf)) == ("", False)


async def test_a_preview_is_of_nobody_or_of_a_participant_and_no_certificate(
    office: Office[Desk],
) -> None:
    """Before anything is issued; its serial is nobody's, and it carries no credential."""
    await told(office, published(), recorded("Salwa Nour", "سلوى نور"))
    await added(office)
    await graduated(office, {PARTICIPANT: "Salwa Nour"})

    for name in (NAME, "built-in"):
        for query in ({}, {"sample": "long"}, {"participant": PARTICIPANT}):
            sent = await office.get(Role.APPROVER, f"{TEMPLATES}/{name}/preview.pdf", **query)
            assert sent.status_code == 200, sent.text
            assert sent.headers["cache-control"] == "private, no-store"
            assert attached_credential(sent.content) == b'{"sample":"This is no credential."}'


async def test_only_the_office_changes_templates(office: Office[Desk]) -> None:
    """And what is not known is not found."""
    await told(office, published())
    gone = f"{TEMPLATES}/cairo-9"

    assert code(await office.post(Role.APPROVER, f"{gone}/activation", {}), 403) == "role-missing"
    assert code(await office.post(Role.AUDITOR, TEMPLATES, {}), 403) == "role-missing"
    assert code(await office.get(Role.EXAMINER, TEMPLATES), 403) == "role-missing"
    unknown = await office.post(Role.OFFICE, f"{gone}/activation", {})
    assert code(unknown, 404) == "template-not-known"
    nobody = await office.get(
        Role.OFFICE, f"{TEMPLATES}/built-in/preview.pdf", participant="nobody"
    )
    assert code(nobody, 404) == "participant-not-known"
