"""Links to a pass for its participant, who has no account: who has the link sees that one pass.

A link names the pass, not the person: once the pass is replaced or revoked, its links show no
other. It is a JWS that only this installation can make and read (HS256), and it expires.
"""

import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

ALGORITHM = "HS256"
LONGEST = 512

_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,200}\.[A-Za-z0-9_-]{1,300}\.[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Link:
    """Whose pass a link shows, and until when (seconds since 1970)."""

    edition: str
    participant: str
    serial: str
    until: int


def write(link: Link, secret: bytes) -> str:
    """The code of a link, for an address."""
    payload = json.dumps(asdict(link), separators=(",", ":"))
    return jws.serialize_compact(
        {"alg": ALGORITHM}, payload, OctKey.import_key(secret), [ALGORITHM]
    )


def read(code: str, secret: bytes, now: int) -> Link | None:
    """What a code leads to; None if it is not ours, was altered, or has expired."""
    if len(code) > LONGEST or not _SHAPE.fullmatch(code):
        return None
    try:
        verified = jws.deserialize_compact(code, OctKey.import_key(secret), [ALGORITHM])
        said: dict[str, Any] = json.loads(verified.payload)
        link = Link(**said)
    except (JoseError, ValueError, TypeError):
        return None
    return link if now < link.until else None
