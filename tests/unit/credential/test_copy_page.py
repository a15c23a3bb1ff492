"""The graduate's copy over HTTP: a link without an account, and what it opens."""

import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import httpx
import msgspec
import pytest
from ijaza_contracts.edition import Issuer, Organisation
from ijaza_contracts.topics import CREDENTIAL, PEOPLE
from ijaza_credential.audit.records import gather
from ijaza_credential.copy.links import CopyLink, link_secret
from ijaza_credential.desk import COLLECTION as DOCUMENTS
from ijaza_credential.desk import decode
from ijaza_credential.main import Desk, assemble
from ijaza_runtime.access import Role
from ijaza_runtime.bus import Record
from ijaza_runtime.links import write

from tests.unit.attendance.office import ACTOR, Office, code, opened
from tests.unit.credential.given import (
    EDITION,
    PARTICIPANT,
    closed,
    everything,
    failed,
    published,
    recorded,
)
from tests.unit.credential.graduates import newest_not_heard_of

PERSON = f"/v1/editions/{EDITION}/participants/{PARTICIPANT}"
LINK = f"{PERSON}/copy-link"
HOST = "certificates.example.org"
FILES = ("certificate.pdf", "credential.json", "credential.jwt")


class Clock:
    """The time, which tests move on."""

    def __init__(self) -> None:
        self.now = datetime(2020, 5, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A while after the closing."""
    return Clock()


@pytest.fixture
async def office(tmp_path: Path, clock: Clock) -> AsyncIterator[Office[Desk]]:
    """Credential with one graduate."""
    async with opened(assemble, tmp_path, clock) as office:
        issuer = Issuer(
            did_host=HOST,
            name={"en": "Programme Office", "ar": "مكتب البرنامج"},
            url="https://example.org",
        )
        organiser = Organisation(id="office", name={"en": "Office"})
        await office.tell(published(issuer=issuer, organisers=[organiser]))
        await office.tell(recorded(), *everything(), closed())
        await office.drain()
        yield office


async def given(office: Office[Desk], **lasts: int) -> str:
    """The path of a link that the office gives."""
    answer = await office.post(Role.OFFICE, LINK, lasts)
    assert answer.status_code == 200, answer.text
    address = urlparse(answer.json()["address"])
    assert (address.scheme, address.netloc) == ("https", HOST)
    return str(address.path)


async def get(office: Office[Desk], path: str, language: str = "en") -> httpx.Response:
    """What anybody is answered."""
    return await office.http.get(path, headers={"Accept-Language": language})


async def renamed(office: Office[Desk]) -> None:
    """The name was misspelt, and is mended: version 2."""
    await office.tell(recorded("Amina Farouq", version=2))
    await office.drain()


async def test_a_link_shows_a_certificate_and_its_files(office: Office[Desk]) -> None:
    """In English and in Arabic, without script."""
    link = await given(office, days=30)

    english, arabic = await get(office, link), await get(office, f"{link}?lang=ar")

    assert "Your certificate is valid" in english.text
    assert "شهادتك صالحة" in arabic.text
    for shown, direction in ((english, "ltr"), (arabic, "rtl")):
        assert shown.status_code == 200
        assert f'dir="{direction}"' in shown.text
        assert "Amina Farouk" in shown.text
        assert "أمينة فاروق" in shown.text
        assert "<script" not in shown.text
        for name in FILES:
            assert f'href="{link}/{name}"' in shown.text


async def test_the_page_tells_nobody_its_address(office: Office[Desk]) -> None:
    """No referrer, no index, no cache, nothing from elsewhere; and no page of another site."""
    link = await given(office)
    for answer in (await get(office, link), await get(office, f"{link}/credential.json")):
        headers = answer.headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        assert headers["cache-control"] == "private, no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert "access-control-allow-origin" not in headers


async def test_the_files_are_those_that_were_issued(office: Office[Desk]) -> None:
    """To the byte; the PDF's name says whose version it is."""
    link = await given(office)
    state = await office.service.desk.commands.read(PARTICIPANT)
    assert state is not None
    issued = state.issued[1]
    (made,) = (await office.service.desk.documents.find([issued.credential_id])).values()

    pdf, credential = [await get(office, f"{link}/{name}") for name in FILES[:2]]

    assert sha256(pdf.content).hexdigest() == made.pdf_sha256
    assert sha256(credential.content).hexdigest() == made.credential_sha256
    assert (pdf.headers["content-type"], credential.headers["content-type"]) == (
        "application/pdf",
        "application/vc",
    )
    name = f'attachment; filename="{issued.serial}-1.pdf"'
    assert pdf.headers["content-disposition"] == name


async def test_the_credential_is_given_as_a_jwt(office: Office[Desk]) -> None:
    """By the key that the DID document lists."""
    link = await given(office)
    did = (await get(office, "/.well-known/did.json")).json()

    sent = await get(office, f"{link}/credential.jwt")

    assert sent.headers["content-type"] == "application/vc+jwt"
    head, payload, _ = sent.text.split(".")
    header, said = (json.loads(urlsafe_b64decode(each + "==")) for each in (head, payload))
    assert header["kid"] in did["assertionMethod"]
    assert said["id"] == (await get(office, f"{link}/credential.json")).json()["id"]


async def test_a_profile_is_told_what_the_certificate_is(office: Office[Desk]) -> None:
    """Its name, who gave it, when, its serial and where it is verified; nobody's name."""
    link = await given(office)
    page = (await get(office, link)).text
    start = page.index("https://www.linkedin.com/profile/add?")
    address = page[start : page.index('"', start)].replace("&amp;", "&")

    said = {name: value for name, (value,) in parse_qs(address.partition("?")[2]).items()}

    state = await office.service.desk.commands.read(PARTICIPANT)
    assert state is not None
    serial = state.issued[1].serial
    assert said == {
        "startTask": "CERTIFICATION_NAME",
        "name": "Certificate – Certificate in Migration Governance",
        "organizationName": "Programme Office",
        "issueYear": "2020",
        "issueMonth": "4",
        "certUrl": f"https://{HOST}/v/{serial}",
        "certId": serial,
    }


async def test_a_link_given_before_shows_the_newest_version(office: Office[Desk]) -> None:
    """The version before is there, as it was issued, and marked."""
    link = await given(office)
    before = await get(office, f"{link}/certificate.pdf")

    await renamed(office)

    page = (await get(office, link)).text
    assert "Amina Farouq" in page
    assert "This is version 2" in page
    assert "replaced on" in page
    newest, old = [await get(office, f"{link}{at}/certificate.pdf") for at in ("", "/1")]
    assert old.content == before.content
    assert newest.content != old.content
    assert old.headers["content-disposition"].endswith('-1-superseded.pdf"')
    assert newest.headers["content-disposition"].endswith('-2.pdf"')
    assert code(await get(office, f"{link}/3/certificate.pdf"), 404) == "no-such-link"


async def test_a_revoked_one_says_so(office: Office[Desk]) -> None:
    """With the office's reason; it is not signed again, and not for a profile."""
    link = await given(office)
    await office.post(Role.OFFICE, f"{PERSON}/revocation", {"reason": "identity-in-doubt"})

    page = await get(office, link)

    assert page.status_code == 200
    assert "Your certificate was revoked" in page.text
    assert "identity-in-doubt" in page.text
    assert "linkedin" not in page.text
    assert "credential.jwt" not in page.text
    sent = await get(office, f"{link}/certificate.pdf")
    assert sent.headers["content-disposition"].endswith('-1-revoked.pdf"')
    assert code(await get(office, f"{link}/credential.jwt"), 409) == "not-valid"


@pytest.mark.parametrize(
    ("language", "said", "files"),
    [
        ("en", "Your certificate is being replaced", "Files of the version that is being replaced"),
        ("ar", "يجري استبدال شهادتك", "ملفات الإصدار الجاري استبداله"),
    ],
)
async def test_one_whose_successor_is_not_heard_of_yet_says_so(
    office: Office[Desk], language: str, said: str, files: str
) -> None:
    """That the next is on its way; the files are marked, and neither JWT nor profile is offered."""
    link = await given(office)
    await renamed(office)

    async with newest_not_heard_of(office, PARTICIPANT):
        page = await get(office, link, language)
        pdf = await get(office, f"{link}/certificate.pdf")
        jwt = await get(office, f"{link}/credential.jwt")

    assert page.status_code == 200
    assert said in page.text
    assert f"<h2>{files}</h2>" in page.text
    assert "linkedin" not in page.text
    assert "credential.jwt" not in page.text
    assert pdf.headers["content-disposition"].endswith('-1-superseded.pdf"')
    assert code(jwt, 409) == "not-valid"
    assert "Amina Farouq" in (await get(office, link)).text


async def test_facts_that_revoke_are_not_told(office: Office[Desk]) -> None:
    """Only that the requirements are no longer met."""
    link = await given(office)
    await office.tell(failed("m1", facts=2))
    await office.drain()

    page = (await get(office, link)).text

    assert "its requirements are no longer met" in page
    assert "test:m1" not in page


async def test_a_new_link_ends_the_one_before(office: Office[Desk]) -> None:
    """And the office ends the last one."""
    first = await given(office)
    second = await given(office)
    assert (await get(office, first)).status_code == 404
    assert (await get(office, second)).status_code == 200

    ended = [await office.post(Role.OFFICE, f"{LINK}/revocation", {}) for _ in range(2)]

    assert [each.json() for each in ended] == [{"ended": True}, {"ended": False}]
    assert (await get(office, second)).status_code == 404
    assert (await get(office, await given(office))).status_code == 200


async def test_a_link_expires(office: Office[Desk], clock: Clock) -> None:
    """When the office said, to the second."""
    link = await given(office, hours=2)

    clock.now += timedelta(hours=2, seconds=-1)
    assert (await get(office, link)).status_code == 200
    clock.now += timedelta(seconds=1)
    assert (await get(office, link)).status_code == 404


@pytest.mark.parametrize("body", [{"hours": 1, "days": 1}, {"days": 367}, {"hours": 0}, {"x": 1}])
async def test_a_link_lasts_for_a_bounded_time(office: Office[Desk], body: dict[str, int]) -> None:
    """Hours or days, a year at the most."""
    assert code(await office.post(Role.OFFICE, LINK, body), 422) == "invalid-request"


async def test_whatever_shows_nothing_looks_alike(office: Office[Desk], clock: Clock) -> None:
    """Forged, of a wrong kind, ended, expired, of somebody erased or unknown: the same answer."""
    secret = link_secret(office.service.desk.secret)
    until = int(clock.now.timestamp()) + 60
    tried = [
        "/c/none",
        await given(office),
        f"/c/{write(CopyLink(PARTICIPANT, 2, until), b's' * 32)}",
        f"/c/{write(CopyLink(PARTICIPANT, 2, until - 120), secret)}",
        f"/c/{write(CopyLink('nobody', 2, until), secret)}",
    ]
    last = await given(office)
    pages = [await get(office, each) for each in tried]
    files = [await get(office, f"{each}/certificate.pdf") for each in tried]
    assert (await get(office, last)).status_code == 200

    await office.bus.publish([Record(PEOPLE.name, PARTICIPANT, None, {})])
    await office.drain()

    pages.append(await get(office, last))
    files.append(await get(office, f"{last}/certificate.pdf"))
    assert {(each.status_code, each.content) for each in pages} == {(404, pages[0].content)}
    assert {(each.status_code, each.json()["code"]) for each in files} == {(404, "no-such-link")}


async def test_guessing_is_slowed_down(office: Office[Desk]) -> None:
    """By page and by file; whoever waits is told how long."""
    answers = [await get(office, f"/c/{number}") for number in range(20)]

    assert {each.status_code for each in answers} == {404, 429}
    assert int(answers[-1].headers["retry-after"]) > 0
    files = [await get(office, "/c/x/certificate.pdf") for _ in range(2)]
    assert code(files[-1], 429) == "too-many-requests"


async def test_names_are_text(office: Office[Desk]) -> None:
    """Nothing in a name is markup."""
    await office.tell(recorded('<script>alert("x")</script>', "</bdi><img src=x>", version=2))
    await office.drain()

    page = (await get(office, await given(office))).text

    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


async def test_a_link_is_on_record(office: Office[Desk]) -> None:
    """Who gave it and until when; never the link itself."""
    link = await given(office, days=1)
    await office.drain()

    log = await gather(office.bus, [CREDENTIAL.name], [PARTICIPANT], lambda _, __, each: each)

    records = [each for each in log[PARTICIPANT] if "CopyLink" in each.headers["ce_type"]]
    (said,) = [json.loads(each.value or b"") for each in records]
    assert (said["actor"], said["expires_at"]) == (ACTOR, "2020-05-02T09:00:00Z")
    assert link.removeprefix("/c/") not in json.dumps(said)


async def test_what_was_altered_in_the_store_is_not_signed(office: Office[Desk]) -> None:
    """A JWT would make it the issuer's word."""
    link = await given(office)
    store = office.parts.store
    (heading,) = await store.headings(DOCUMENTS, most=10)
    document = (await store.load(DOCUMENTS, [heading.key]))[heading.key]
    kept = decode(document.body)
    assert kept.credential is not None
    altered = replace(kept, credential=kept.credential.replace(b"Amina", b"Anita"))
    body = msgspec.json.encode(altered)
    await store.save(DOCUMENTS, [replace(document, version=document.version + 1, body=body)])

    assert code(await get(office, f"{link}/credential.jwt"), 409) == "not-proven"
