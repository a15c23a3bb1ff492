"""What anybody sees of a certificate: pages, forms of it, and nothing by guessing."""

import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx
import pytest
from ijaza_contracts.edition import Organisation
from ijaza_contracts.topics import PEOPLE
from ijaza_credential.main import Desk
from ijaza_runtime.access import Role
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.bus import Record

from tests.unit.attendance.office import Office, code
from tests.unit.credential.given import (
    EDITION,
    PARTICIPANT,
    closed,
    everything,
    failed,
    published,
    recorded,
)
from tests.unit.credential.graduates import newest_not_heard_of, told

UNKNOWN = "4TG9-0ZC2-M7QW"
OFFICE = Organisation(id="office", name={"en": "Office"})
VC = "application/vc"


async def graduated(office: Office[Desk], name_en: str = "Amina Farouk", **changes: Any) -> str:
    """Somebody has a certificate; its serial."""
    terms = {"organisers": [OFFICE], **changes}
    await told(office, published(**terms), recorded(name_en), *everything())
    await told(office, closed())
    state = await office.service.desk.commands.read(PARTICIPANT)
    assert state is not None
    return state.issued[state.last_version].serial


async def erased(office: Office[Desk]) -> None:
    """The holder is erased."""
    await office.bus.publish([Record(PEOPLE.name, PARTICIPANT, None, {})])
    await office.drain()


async def page(office: Office[Desk], path: str, **headers: str) -> httpx.Response:
    """A page as a browser asks for it."""
    asked = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "en"}
    return await office.http.get(path, headers={**asked, **headers})


def words(response: httpx.Response) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


async def test_a_valid_certificate_says_for_whom_what_when_and_by_whom(
    office: Office[Desk],
) -> None:
    """In one page that needs no script."""
    serial = await graduated(office)

    answer = await page(office, f"/v/{serial.lower().replace('-', '')}")

    assert answer.status_code == 200
    said = words(answer)
    for each in (
        "Valid", "Amina Farouk", "أمينة فاروق", "Certificate in Migration Governance",
        "Completion", "17 April 2020", "Office", serial, "1 of 1",
    ):  # fmt: skip
        assert each in said


async def test_the_page_speaks_the_readers_language(office: Office[Desk]) -> None:
    """What the browser prefers, unless a language was chosen; Arabic from right to left."""
    serial = await graduated(office)

    preferred = await page(office, f"/v/{serial}", **{"Accept-Language": "ar-EG,ar;q=0.9,en;q=0.5"})
    chosen = await page(office, f"/v/{serial}?lang=en", **{"Accept-Language": "ar"})
    neither = await page(office, f"/v/{serial}", **{"Accept-Language": "fr"})

    assert '<html lang="ar" dir="rtl">' in preferred.text
    assert "صالحة" in preferred.text
    assert "١٧ أبريل ٢٠٢٠" in preferred.text
    assert '<html lang="en" dir="ltr">' in chosen.text
    assert '<html lang="en" dir="ltr">' in neither.text


async def test_one_that_was_replaced_leads_to_what_replaced_it(office: Office[Desk]) -> None:
    """Each version keeps its address, and the serial's is that of the newest."""
    serial = await graduated(office)
    await told(office, recorded("Amina Farouq", version=2))

    newest, first = await page(office, f"/v/{serial}"), await page(office, f"/v/{serial}/1")

    assert "Amina Farouq" in words(newest)
    assert "2 of 2" in words(newest)
    assert words(first).index("Replaced") < words(first).index("Amina Farouk")
    assert f'href="/v/{serial}/2?lang=en"' in first.text


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "The new version is on its way"), ("ar", "سيصدر الإصدار الجديد بعد لحظات")],
)
async def test_one_whose_successor_is_not_heard_of_yet_leads_nowhere(
    office: Office[Desk], language: str, said: str
) -> None:
    """There is no other page yet; a moment later there is."""
    serial = await graduated(office)
    await told(office, recorded("Amina Farouq", version=2))

    async with newest_not_heard_of(office, PARTICIPANT):
        answer = await page(office, f"/v/{serial}?lang={language}")

    assert answer.status_code == 200
    assert said in words(answer)
    assert f'href="/v/{serial}/' not in answer.text.partition("<dl>")[0]
    assert "Amina Farouq" in words(await page(office, f"/v/{serial}"))


@pytest.mark.parametrize(
    ("by_office", "said"),
    [(True, "Reason given by the office: in-doubt"), (False, "requirements are no longer met")],
)
async def test_a_revoked_one_says_since_when_and_why(
    office: Office[Desk], by_office: bool, said: str
) -> None:
    """The office's code is published; the codes of facts would tell results, and are not."""
    serial = await graduated(office)
    if by_office:
        path = f"/v1/editions/{EDITION}/participants/{PARTICIPANT}/revocation"
        body = {"reason": "in-doubt", "at": "2020-05-02T10:00:00Z"}
        await office.post(Role.OFFICE, path, body)
        await office.drain()
    else:
        await told(office, failed("m1", facts=2))

    text = words(await page(office, f"/v/{serial}"))

    assert "Revoked" in text
    assert said in text
    assert ("2 May 2020" if by_office else "17 April 2020") in text
    assert "test:m1" not in text


async def test_the_same_address_gives_page_credential_and_pdf(office: Office[Desk]) -> None:
    """By what is asked for, each with its type; caches keep none of it."""
    serial = await graduated(office)
    types = {}
    for accept in (
        "text/html", "*/*", "", VC, "application/vc+ld+json", "application/ld+json",
        "application/json", "application/pdf", "image/png",
        "application/pdf;q=0.5, application/vc", "text/html;q=0, application/pdf",
        "application/pdf;q=0",
    ):  # fmt: skip
        answer = await office.http.get(f"/v/{serial}", headers={"Accept": accept})
        assert answer.status_code == 200, accept
        assert answer.headers["vary"] == "Accept, Accept-Language"
        assert answer.headers["cache-control"] == "private, no-cache"
        types[accept] = answer.headers["content-type"].partition(";")[0]
    html = "text/html"
    assert types == {
        "text/html": html, "*/*": html, "": html, "image/png": html, VC: VC,
        "application/vc+ld+json": "application/vc+ld+json",
        "application/ld+json": "application/ld+json",
        "application/json": "application/json",
        "application/pdf": "application/pdf",
        "application/pdf;q=0.5, application/vc": VC, "application/pdf;q=0": html,
        "text/html;q=0, application/pdf": "application/pdf",
    }  # fmt: skip


async def test_programs_of_any_site_may_read_files_and_revalidate_them(
    office: Office[Desk],
) -> None:
    """CORS for what machines read, an ETag that is the file's hash; a page is no other site's."""
    serial = await graduated(office)
    answers = [
        await office.http.get(f"/v/{serial}", headers={"Accept": VC}),
        await office.http.get(f"/v/{serial}/1/credential.json"),
        await office.http.get(f"/v/{serial}/1/certificate.pdf"),
    ]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["etag"] == f'"{sha256(answer.content).hexdigest()}"'
    assert answers[0].content == answers[1].content
    html = await page(office, f"/v/{serial}")
    again = await page(office, f"/v/{serial}", **{"If-None-Match": html.headers["etag"]})

    assert "access-control-allow-origin" not in html.headers
    assert (again.status_code, again.content) == (304, b"")


async def test_a_page_changes_with_what_it_tells(office: Office[Desk]) -> None:
    """What was rendered before a revocation is not shown after it."""
    serial = await graduated(office)
    before = await page(office, f"/v/{serial}")
    await told(office, failed("m1", facts=2))

    after = await page(office, f"/v/{serial}", **{"If-None-Match": before.headers["etag"]})

    assert after.status_code == 200
    assert "Revoked" in words(after)


async def test_the_status_names_nobody_and_has_the_hashes(office: Office[Desk]) -> None:
    """So that a file can be checked where it lies."""
    serial = await graduated(office)
    pdf = await office.http.get(f"/v/{serial}/1/certificate.pdf")

    answer = await office.http.get(f"/v1/certificates/{serial}")

    (version,) = answer.json()["versions"]
    assert version["pdf_sha256"] == sha256(pdf.content).hexdigest()
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Amina" not in answer.text


HOSTILE = "\"><script src=//x.example></script><img src=x onerror=alert(1)>{{7*7}}' onload=x"


async def test_script_in_a_name_is_a_text(office: Office[Desk]) -> None:
    """It is escaped, and the policy would run nothing of it anyway."""
    serial = await graduated(office, HOSTILE)

    answer = await page(office, f"/v/{serial}")

    assert "&lt;script src=//x.example&gt;" in answer.text
    assert "<img" not in answer.text
    assert re.findall(r"<script[^>]*>", answer.text) == [
        '<script type="module" src="/verify/static/certificate.js">'
    ]
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


async def refusals(office: Office[Desk], serial: str, who: str) -> dict[str, httpx.Response]:
    """What somebody is answered who asks for a serial that names nothing, by path."""
    paths = [
        "/v/{}", "/v/{}?lang=ar", "/v/{}/1", "/v/{}/1/certificate.pdf", "/v/{}/1/credential.json",
        "/v1/certificates/{}",
    ]  # fmt: skip
    transport = httpx.ASGITransport(office.service.app(), client=(who, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
        asked = {"Accept": "text/html", "Accept-Language": "en"}
        return {path: await http.get(path.format(serial), headers=asked) for path in paths}


@pytest.mark.slow
@pytest.mark.parametrize("typed", ["no-serial", "4TG9-0ZC2-M7Q", "p1", EDITION])
async def test_what_cannot_be_shown_is_answered_alike(office: Office[Desk], typed: str) -> None:
    """Never given, no serial at all, or of somebody who was erased: the same bytes."""
    serial = await graduated(office)
    assert (await page(office, f"/v/{serial}")).status_code == 200
    await erased(office)

    of_erased = await refusals(office, serial, "192.0.2.1")
    of_unknown = await refusals(office, UNKNOWN, "192.0.2.2")
    of_malformed = await refusals(office, typed, "192.0.2.3")

    for path, answer in of_erased.items():
        for other in (of_unknown[path], of_malformed[path]):
            assert (answer.status_code, other.status_code) == (404, 404)
            assert answer.content == other.content
            drop = {"x-request-id"}
            assert {k: v for k, v in answer.headers.items() if k not in drop} == {
                k: v for k, v in other.headers.items() if k not in drop
            }
    assert "Amina" not in "".join(each.text for each in of_erased.values())


@pytest.mark.parametrize("version", ["0", "2", "-1", "01x", "9" * 20, "١"])
async def test_a_version_that_there_is_not_is_not_known(office: Office[Desk], version: str) -> None:
    """Whoever has the serial learns that there is no other version, by the same page."""
    serial = await graduated(office)

    answer = await page(office, f"/v/{serial}/{version}")

    assert answer.status_code == 404
    assert answer.content == (await page(office, f"/v/{UNKNOWN}")).content


@dataclass
class Looks:
    """How often the store was looked into."""

    labels: list[str] = field(default_factory=list)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    """Counts the looks by label."""
    counted, find = Looks(), MemoryStore.find

    async def counting(self: MemoryStore, collection: str, label: str) -> Any:
        counted.labels.append(label)
        return await find(self, collection, label)

    monkeypatch.setattr(MemoryStore, "find", counting)
    return counted


async def test_what_cannot_be_shown_costs_the_same(office: Office[Desk], looks: Looks) -> None:
    """One look into the store each, so that the time it takes tells nothing either."""
    serial = await graduated(office)
    await erased(office)
    counts = []
    for typed in (serial, UNKNOWN, "no serial", "x" * 200):
        looks.labels.clear()
        await page(office, f"/v/{typed}")
        counts.append(len(looks.labels))

    assert counts == [1, 1, 1, 1]


async def test_guessing_is_refused_soon(office: Office[Desk]) -> None:
    """After fifteen misses there is a wait, whatever is asked for then: also for what there is."""
    serial = await graduated(office)
    answers = [await page(office, f"/v/{UNKNOWN}") for _ in range(17)]
    statuses = [each.status_code for each in answers]

    assert statuses[:15] == [404] * 15
    assert statuses[-1] == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert "Too many requests" in words(answers[-1])
    assert (await page(office, f"/v/{serial}")).status_code == 429
    status = await office.http.get(f"/v1/certificates/{serial}")
    assert code(status, 429) == "too-many-requests"


async def test_looking_at_certificates_is_not_guessing(office: Office[Desk]) -> None:
    """A hall of guests behind one address can look at what they have."""
    serial = await graduated(office)

    answers = [await page(office, f"/v/{serial}") for _ in range(200)]

    assert {each.status_code for each in answers} == {200}


async def test_a_misspelt_address_is_no_error_of_the_service(office: Office[Desk]) -> None:
    """Whatever is typed."""
    for typed in ("%00", "%F0%9F%98%80", "..%2F..%2Fetc%2Fpasswd", "' OR 1=1 --", "{{7*7}}"):
        answer = await page(office, f"/v/{typed}")
        assert answer.status_code == 404, typed


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("certificate.js", "text/javascript"),
        ("words.json", "application/json"),
        ("verify.css", "text/css"),
        ("contexts/credentials-v2.json", "application/json"),
        ("vendor/noble-ed25519.js", "text/javascript"),
    ],
)
async def test_what_a_page_loads_is_served(office: Office[Desk], name: str, kind: str) -> None:
    """Revalidated by its ETag."""
    answer = await office.http.get(f"/verify/static/{name}")
    etag = {"If-None-Match": answer.headers["etag"]}

    assert answer.headers["content-type"].partition(";")[0] == kind
    assert (await office.http.get(f"/verify/static/{name}", headers=etag)).status_code == 304


@pytest.mark.parametrize("name", ["../pages.py", "vendor", "vendor/README.md", "nothing.js"])
async def test_nothing_else_is_served(office: Office[Desk], name: str) -> None:
    """Neither folders nor other files of the package."""
    assert (await office.http.get(f"/verify/static/{name}")).status_code == 404
