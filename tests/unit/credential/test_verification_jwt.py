"""A certificate as a JWT: handed out to anybody who has the serial, and checked like the rest."""

import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from ijaza_credential.documents.keys import IssuerKey
from ijaza_credential.main import Desk, assemble
from ijaza_credential.verification.words import WORDS
from ijaza_runtime.access import Role
from ijaza_runtime.base64url import encoded

from tests.unit.attendance.office import Office, code, opened
from tests.unit.credential.given import EDITION, PARTICIPANT, day, recorded
from tests.unit.credential.graduates import told
from tests.unit.credential.test_verification import UNKNOWN, erased, graduated
from tests.unit.credential_documents.given import key

JWT = "application/vc+jwt"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
REVOCATION = f"/v1/editions/{EDITION}/participants/{PARTICIPANT}/revocation"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """Credential, which knows nothing yet."""
    async with opened(assemble, tmp_path, clock=lambda: NOW) as office:
        yield office


async def asked(office: Office[Desk], path: str, **headers: str) -> httpx.Response:
    """An answer to somebody who asks for a JWT."""
    return await office.http.get(path, headers={"Accept": JWT, **headers})


async def token(office: Office[Desk], serial: str) -> str:
    """The JWT of a serial's newest certificate."""
    answer = await asked(office, f"/v/{serial}")
    assert answer.status_code == 200, answer.text
    return answer.text


def parts(text: str) -> list[dict[str, Any]]:
    """Header and payload."""
    return [json.loads(urlsafe_b64decode(each + "==")) for each in text.split(".")[:2]]


def written(header: dict[str, Any], payload: dict[str, Any], by: IssuerKey | None) -> bytes:
    """A JWT that says so, signed by a key or by none."""
    signed = ".".join(encoded(json.dumps(each).encode()) for each in (header, payload))
    signature = encoded(by.sign(signed.encode())) if by else ""
    return f"{signed}.{signature}".encode()


async def checked(office: Office[Desk], data: bytes) -> tuple[str, list[str]]:
    """The verdict, and the codes of what failed or is to be noted."""
    answer = await office.http.post(
        "/verify", content=data, headers={"Accept": "application/json", "Content-Type": JWT}
    )
    assert answer.status_code == 200, answer.text
    said = answer.json()
    return said["verdict"], [step["code"] for step in said["steps"] if step["outcome"] != "passed"]


async def test_a_valid_certificate_is_given_as_a_jwt(office: Office[Desk]) -> None:
    """By what is asked for, and as a file: the same text, by a key of did.json."""
    serial = await graduated(office)
    did = (await office.http.get("/.well-known/did.json")).json()

    answers = [
        await asked(office, f"/v/{serial}"),
        await asked(office, f"/v/{serial}/1"),
        await office.http.get(f"/v/{serial}/1/credential.jwt"),
    ]

    assert len({each.text for each in answers}) == 1
    for each in answers:
        assert each.headers["content-type"] == JWT
        assert each.headers["access-control-allow-origin"] == "*"
        assert each.headers["cache-control"] == "private, no-cache"
        assert each.headers["vary"] == "Accept, Accept-Language"
        assert each.headers["etag"] == f'"{sha256(each.content).hexdigest()}"'
        name = f'attachment; filename="{serial}-1.jwt"'
        assert each.headers["content-disposition"] == name
    header, said = parts(answers[0].text)
    assert header["kid"] in did["assertionMethod"]
    assert said["id"] == (await office.http.get(f"/v/{serial}/1/credential.json")).json()["id"]


async def test_it_is_revalidated(office: Office[Desk]) -> None:
    """And HEAD says what GET does."""
    serial = await graduated(office)
    path = f"/v/{serial}/1/credential.jwt"
    etag = (await office.http.get(path)).headers["etag"]

    again = await office.http.get(path, headers={"If-None-Match": etag})
    head = await office.http.head(path)

    assert (again.status_code, again.content) == (304, b"")
    assert (head.status_code, head.headers["etag"], head.content) == (200, etag, b"")


async def test_what_does_not_hold_is_not_signed(office: Office[Desk]) -> None:
    """A version that was replaced, one that was revoked: what the holder's own copy answers."""
    serial = await graduated(office)
    await told(office, recorded("Amina Farouq", version=2, at=day(200)))
    assert code(await asked(office, f"/v/{serial}/1"), 409) == "not-valid"
    assert (await asked(office, f"/v/{serial}/2")).status_code == 200
    await office.post(Role.OFFICE, REVOCATION, {"reason": "in-doubt"})
    await office.drain()

    for path in (f"/v/{serial}", f"/v/{serial}/2/credential.jwt"):
        assert code(await asked(office, path), 409) == "not-valid"


async def test_the_page_offers_what_there_is(office: Office[Desk]) -> None:
    """Its JWT while it is valid, and not after."""
    serial = await graduated(office)
    page = {"Accept": "text/html"}
    before = await office.http.get(f"/v/{serial}", headers=page)
    await office.post(Role.OFFICE, REVOCATION, {"reason": "in-doubt"})
    await office.drain()
    after = await office.http.get(f"/v/{serial}", headers=page)

    assert f'href="/v/{serial}/1/credential.jwt"' in before.text
    assert "credential.jwt" not in after.text


async def test_what_cannot_be_shown_is_answered_alike(office: Office[Desk]) -> None:
    """Unknown, misspelt, erased: like its other files."""
    serial = await graduated(office)
    await erased(office)

    answers = [
        await asked(office, f"/v/{typed}{more}")
        for typed in (serial, UNKNOWN, "no serial")
        for more in ("", "/1", "/1/credential.jwt")
    ]

    assert {(each.status_code, each.content) for each in answers} == {(404, answers[0].content)}


async def test_signing_is_limited(office: Office[Desk]) -> None:
    """Each costs ten looks, and what looks at pages costs is taken from the same."""
    serial = await graduated(office)
    statuses = [(await asked(office, f"/v/{serial}")).status_code for _ in range(32)]

    assert statuses[:30] == [200] * 30
    assert statuses[-1] == 429
    page = await office.http.get(f"/v/{serial}", headers={"Accept": "text/html"})
    assert page.status_code == 429


async def test_guessing_by_jwt_is_refused_as_soon(office: Office[Desk]) -> None:
    """After fifteen misses."""
    answers = [await asked(office, f"/v/{UNKNOWN}/1/credential.jwt") for _ in range(17)]

    assert [each.status_code for each in answers[:15]] == [404] * 15
    assert answers[-1].status_code == 429


async def test_what_was_given_is_genuine(office: Office[Desk]) -> None:
    """As a body, in a form, and with the line's end that an editor adds."""
    serial = await graduated(office)
    text = await token(office, serial)

    assert await checked(office, text.encode()) == ("genuine", [])
    assert await checked(office, f"{text}\r\n".encode()) == ("genuine", [])
    form = {"file": ("credential.jwt", text.encode(), JWT)}
    page = await office.http.post("/verify?lang=ar", files=form)
    assert WORDS["ar"]["verdict-genuine"] in page.text
    assert WORDS["ar"]["file-is-jwt"] in page.text
    assert f'href="/v/{serial}/1?lang=ar"' in page.text


async def test_one_that_ended_says_so(office: Office[Desk]) -> None:
    """From the records, at once."""
    serial = await graduated(office)
    replaced = await token(office, serial)
    await told(office, recorded("Amina Farouq", version=2, at=day(200)))
    newest = await token(office, serial)
    await office.post(Role.OFFICE, REVOCATION, {"reason": "in-doubt"})
    await office.drain()

    assert await checked(office, replaced.encode()) == ("ended", ["status-superseded"])
    assert await checked(office, newest.encode()) == ("ended", ["status-revoked"])


async def test_one_that_is_not_valid_yet_or_no_longer_says_when(office: Office[Desk]) -> None:
    """As the credential inside says it."""
    header, said = parts(await token(office, await graduated(office)))
    ours = office.service.desk.keys.signing()
    at = int(datetime(2030, 1, 1, tzinfo=UTC).timestamp())
    early = {**said, "validFrom": "2030-01-01T00:00:00Z", "nbf": at}
    expired = {**said, "validUntil": "2021-01-01T00:00:00Z"}

    assert await checked(office, written(header, early, ours)) == ("ended", ["validity-early"])
    assert await checked(office, written(header, expired, ours)) == ("ended", ["validity-expired"])


Change = Callable[[dict[str, Any], dict[str, Any]], None]
FORGERIES: dict[str, tuple[Change, bool, str]] = {
    # What is changed in header and payload, whether our own key signs it then, what is found.
    "a name": (lambda _, said: said.update(name="Doctorate"), False, "proof-altered"),
    "no algorithm": (lambda head, _: head.update(alg="none"), True, "proof-none"),
    "another algorithm": (lambda head, _: head.update(alg="HS256"), True, "proof-none"),
    "a key inside": (lambda head, _: head.update(jwk={"kty": "OKP"}), True, "proof-none"),
    "a chain inside": (lambda head, _: head.update(x5c=["MIIB"]), True, "proof-none"),
    "a key's place": (lambda head, _: head.update(jku="https://x.example"), True, "proof-none"),
    "another key's name": (lambda head, _: head.update(kid="did:web:x#y"), True, "proof-key"),
    "another issuer claimed": (lambda _, said: said.update(iss="did:web:x"), True, "claims-differ"),
    "another id claimed": (lambda _, said: said.update(jti="urn:uuid:1"), True, "claims-differ"),
    "another holder claimed": (lambda _, said: said.pop("sub"), True, "claims-differ"),
    "an earlier day claimed": (lambda _, said: said.update(nbf=1), True, "claims-differ"),
}


@pytest.mark.parametrize(("change", "ours", "found"), FORGERIES.values(), ids=FORGERIES)
async def test_a_forgery_is_false(
    office: Office[Desk], change: Change, ours: bool, found: str
) -> None:
    """Whoever signed it: only what the issuer makes is believed."""
    header, said = parts(await token(office, await graduated(office)))
    change(header, said)
    by = office.service.desk.keys.signing() if ours else key("a forger")

    assert await checked(office, written(header, said, by)) == ("false", [found])


async def test_without_a_signature_it_is_false(office: Office[Desk]) -> None:
    """With an algorithm of none, and with the right one."""
    header, said = parts(await token(office, await graduated(office)))

    for unsigned in (written({**header, "alg": "none"}, said, None), written(header, said, None)):
        assert await checked(office, unsigned) == ("false", ["proof-none"])


async def test_another_issuers_is_foreign(office: Office[Desk]) -> None:
    """Though it bears a serial of ours."""
    header, said = parts(await token(office, await graduated(office)))
    said["issuer"] = {**said["issuer"], "id": "did:web:diplomas.example.com"}
    said["iss"] = "did:web:diplomas.example.com"

    foreign = written(header, said, key("another issuer"))

    assert await checked(office, foreign) == ("foreign", ["issuer-foreign"])


async def test_one_that_the_records_do_not_know_is_not_vouched_for(office: Office[Desk]) -> None:
    """A signature alone does not say that it still stands."""
    header, said = parts(await token(office, await graduated(office)))
    said["id"] = said["jti"] = "urn:uuid:7f1d4a52-6a53-5e0c-9d3c-3a5f0f6f2a10"
    other = written(header, said, office.service.desk.keys.signing())

    assert await checked(office, other) == ("unproven", ["status-unknown"])


@pytest.mark.parametrize("data", [b"a.b.c", b"e30.e30.", b"e30.W10.x"])
async def test_what_is_no_credential_is_told(office: Office[Desk], data: bytes) -> None:
    """Though it has the shape of a JWT."""
    assert await checked(office, data) == ("unreadable", ["file-unreadable"])
