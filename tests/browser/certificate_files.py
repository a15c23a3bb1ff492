"""Files that somebody could have, by what is to be found of each: `VERDICT[-MORE].KIND`."""

import json

from tests.browser.certificates import RENAMED, TAKEN_BACK, VALID, Site
from tests.unit.credential.test_verification_jwt import parts, written
from tests.unit.credential_documents.given import key


def certificate_files(site: Site) -> dict[str, bytes]:
    """Genuine ones, forged ones, and such as are none, by their names."""
    pdf = site.file(VALID, "certificate.pdf")
    credential = site.file(VALID, "credential.json")
    parsed = json.loads(credential)
    foreign = {**parsed, "issuer": {**parsed["issuer"], "id": "did:web:diplomas.example.com"}}
    jwt = site.jwt(VALID)
    header, payload = parts(jwt)
    ours = site.office.service.desk.keys.signing()
    return {
        "genuine.pdf": pdf,
        "genuine.json": credential,
        "genuine-saved-anew.json": json.dumps(parsed).encode(),
        "ended-replaced.pdf": site.file(RENAMED, "certificate.pdf"),
        "ended-revoked.json": site.file(TAKEN_BACK, "credential.json"),
        "wrapped.pdf": pdf + b"\n%",
        "false.json": credential.replace(b"Amina", b"Emina"),
        "false-added.json": json.dumps({**parsed, "note": "x"}).encode(),
        "false-unsigned.json": json.dumps({**parsed, "proof": None}).encode(),
        "foreign.json": json.dumps(foreign).encode(),
        "genuine.jwt": site.file(VALID, "credential.jwt"),
        "genuine-with-a-line-end.jwt": f"{jwt}\r\n".encode(),
        "ended-replaced.jwt": site.jwt(RENAMED).encode(),
        "ended-revoked.jwt": site.jwt(TAKEN_BACK).encode(),
        "false.jwt": written(header, {**payload, "name": "Doctorate"}, key("a forger")),
        "false-unsigned.jwt": written({**header, "alg": "none"}, payload, None),
        "false-without-signature.jwt": written(header, payload, None),
        "false-own-key.jwt": written({**header, "jwk": {"kty": "OKP"}}, payload, ours),
        "false-other-key.jwt": written({**header, "kid": f"{payload['iss']}#x"}, payload, ours),
        "false-claims.jwt": written(header, {**payload, "jti": "urn:uuid:1"}, ours),
        "foreign.jwt": written(header, {**payload, "issuer": foreign["issuer"]}, ours),
        "unreadable.jwt": b"a.b.c",
        "unreadable-deep.json": b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        "unreadable.json": b'{"a": 1, "a": 2}',
        "unreadable.pdf": b"%PDF-1.7\nnothing",
    }
