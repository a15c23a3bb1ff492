"""The files of certificates and of their issuer over HTTP, on a bus and a store in memory."""

from hashlib import sha256

from ijaza_contracts.edition import Issuer, Organisation
from ijaza_contracts.enrollment import EditionPublished
from ijaza_contracts.topics import PEOPLE
from ijaza_credential.main import Desk
from ijaza_runtime.access import Role
from ijaza_runtime.bus import Record

from tests.unit.attendance.office import Office, code
from tests.unit.credential.given import (
    EDITION,
    PARTICIPANT,
    closed,
    day,
    edition,
    everything,
    published,
    recorded,
)
from tests.unit.credential.graduates import told

DID = "/.well-known/did.json"
REGISTER = f"/v1/editions/{EDITION}/register"
STATUS = f"/editions/{EDITION}/status/1"
OFFICE = Organisation(id="office", name={"en": "Office"})


async def graduated(office: Office[Desk]) -> str:
    """Somebody has a certificate; its serial."""
    await told(office, published(organisers=[OFFICE]), recorded(), *everything())
    await told(office, closed())
    state = await office.service.desk.commands.read(PARTICIPANT)
    assert state is not None
    return state.issued[state.last_version].serial


async def test_a_certificate_is_sent_with_its_name_and_its_hash(office: Office[Desk]) -> None:
    """However the serial was typed; whoever has the file already is not sent it again."""
    serial = await graduated(office)

    sent = await office.get(Role.AUDITOR, f"/v1/certificates/{serial.lower()}/pdf")

    assert sent.content.startswith(b"%PDF-")
    assert sent.headers["content-type"] == "application/pdf"
    assert sent.headers["content-disposition"] == f'attachment; filename="{serial}.pdf"'
    assert sent.headers["cache-control"] == "no-store"
    assert sent.headers["etag"] == f'"{sha256(sent.content).hexdigest()}"'
    again = await office.http.get(
        f"/v1/certificates/{serial}/pdf",
        headers={**office.bearer(Role.AUDITOR), "If-None-Match": f"W/{sent.headers['etag']}"},
    )
    assert (again.status_code, again.content) == (304, b"")


async def test_the_files_of_somebody_erased_are_gone(office: Office[Desk]) -> None:
    """404 for the files; the register still has their hashes."""
    serial = await graduated(office)
    before = await office.get(Role.AUDITOR, REGISTER)

    await office.bus.publish([Record(PEOPLE.name, PARTICIPANT, None, {})])
    await office.drain()

    for kind in ("pdf", "credential"):
        answer = await office.get(Role.OFFICE, f"/v1/certificates/{serial}/{kind}")
        assert code(answer, 404) == "documents-erased"
    assert (await office.get(Role.AUDITOR, REGISTER)).content == before.content


async def test_a_serial_nobody_has_is_not_known(office: Office[Desk]) -> None:
    """404, as for its status."""
    await graduated(office)
    answer = await office.get(Role.OFFICE, "/v1/certificates/0000-0000-0000/credential")
    assert code(answer, 404) == "serial-not-known"


async def test_anybody_may_have_what_proves(office: Office[Desk]) -> None:
    """On a page of any site, for a short time from a cache, at the address credentials name."""
    serial = await graduated(office)
    credential = await office.get(Role.OFFICE, f"/v1/certificates/{serial}/credential")
    named = credential.json()["credentialStatus"]["statusListCredential"]

    assert named == f"https://certificates.example.org{STATUS}"
    for address in (DID, STATUS, f"/v1{STATUS}"):
        answer = await office.http.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cache-control"] == "public, max-age=60"
    assert (await office.http.get(STATUS)).headers["content-type"] == "application/vc"


async def published_now(office: Office[Desk]) -> dict[str, bytes]:
    """Register and status list as they are served."""
    answers = {each: await office.get(Role.AUDITOR, each) for each in (REGISTER, STATUS)}
    return {address: answer.content for address, answer in answers.items()}


async def test_the_register_is_for_staff(office: Office[Desk]) -> None:
    """It lists every serial, and a serial's page names its holder."""
    await graduated(office)

    assert code(await office.http.get(REGISTER), 401) == "not-authenticated"
    assert code(await office.get(Role.EXAMINER, REGISTER), 403) == "role-missing"


async def test_a_revocation_is_published_at_once(office: Office[Desk]) -> None:
    """What was made before is not served any longer."""
    await graduated(office)
    before = await published_now(office)

    revoked = await office.post(
        Role.OFFICE,
        f"/v1/editions/{EDITION}/participants/{PARTICIPANT}/revocation",
        {"reason": "in-doubt"},
    )

    assert revoked.status_code == 200, revoked.text
    after = await published_now(office)
    assert not {address for address, content in after.items() if content == before[address]}
    entries = (await office.get(Role.AUDITOR, REGISTER)).json()["entries"]
    assert [entry["status"] for entry in entries] == ["revoked"]


async def test_before_anything_is_issued_there_is_nothing(office: Office[Desk]) -> None:
    """Of an open edition nothing is published; a closed one has a register without entries."""
    assert code(await office.http.get(DID), 404) == "issuer-not-known"
    assert code(await office.get(Role.AUDITOR, REGISTER), 404) == "nothing-published"
    await told(office, published())
    assert code(await office.get(Role.AUDITOR, REGISTER), 404) == "nothing-published"
    await told(office, closed())
    assert (await office.get(Role.AUDITOR, REGISTER)).json()["entries"] == []
    assert code(await office.http.get(STATUS), 404) == "status-list-not-known"


async def test_of_several_hosts_the_request_says_which(office: Office[Desk]) -> None:
    """The header Host chooses among the hosts that editions name."""
    issuer = Issuer(did_host="other.example.org:8443", name={"en": "Office"})
    definition = edition(id="mg-5", issuer=issuer)
    other = EditionPublished(edition="mg-5", at=day(-30), revision=1, definition=definition)
    await told(office, published())
    assert (await office.http.get(DID)).json()["id"] == "did:web:certificates.example.org"

    await told(office, other)

    assert code(await office.http.get(DID), 404) == "issuer-not-known"
    for host, did in (
        ("Certificates.example.org", "did:web:certificates.example.org"),
        ("other.example.org:8443", "did:web:other.example.org%3A8443"),
    ):
        answer = await office.http.get(DID, headers={"Host": host})
        assert answer.json()["id"] == did
