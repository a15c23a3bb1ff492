"""A credential as a JWT: another envelope around what was issued, for those who ask for that form.

Header and type are those of W3C "Securing Verifiable Credentials using JOSE and COSE"; the
payload is the credential itself, with the registered claims that Open Badges 3.0 requires of its
JWT proof beside it. Where the two differ: `typ` is `vc+jwt`, as the W3C has it, where Open Badges
would allow `JWT` alone; `nbf` is there, which Open Badges requires and the W3C advises against.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ijaza_runtime.base64url import encoded

from .did import json_web_key_address
from .keys import IssuerKey
from .proof import issuer_of, verify

MEDIA_TYPE = "application/vc+jwt"


def as_jwt(credential: Mapping[str, Any], did_document: Mapping[str, Any], key: IssuerKey) -> str:
    """Return an issued credential as a compact JWS of the same issuer.

    It is signed only if the credential's own proof holds: so nothing is made an issuer's word
    that was not before. The same credential and key give the same text.

    Args:
        credential: as it was issued, with its proof.
        did_document: the issuer's.
        key: the one that the issuer signs with now.

    Raises:
        ProofError: the credential is not by this issuer, or was altered.
    """
    verify(credential, did_document)
    issuer = issuer_of(credential)
    header = {"alg": "EdDSA", "kid": json_web_key_address(issuer, key.multibase), "typ": "vc+jwt"}
    claims = {
        **{name: value for name, value in credential.items() if name != "proof"},
        "iss": issuer,
        "sub": credential["credentialSubject"]["id"],
        "jti": credential["id"],
        "nbf": int(datetime.fromisoformat(credential["validFrom"]).timestamp()),
    }
    signed = f"{_part(header)}.{_part(claims)}"
    return f"{signed}.{encoded(key.sign(signed.encode('ascii')))}"


def _part(said: Mapping[str, Any]) -> str:
    return encoded(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8"))
