"""Links for those who have no account: who has the link sees what it names, and nothing else.

A link is a JWS that only this installation can make and read (HS256), and it expires. Links of
each kind are signed with a secret of their own.
"""

import json
import re
from dataclasses import Field, asdict
from typing import Any, ClassVar, Protocol, TypeVar

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

ALGORITHM = "HS256"
LONGEST = 2000

_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,200}\.[A-Za-z0-9_-]{1,1700}\.[A-Za-z0-9_-]{43}")


class Expiring(Protocol):
    """A dataclass of texts and numbers that says until when its link leads there."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def until(self) -> int:
        """Seconds since 1970."""


L = TypeVar("L", bound=Expiring)


def write(link: Expiring, secret: bytes) -> str:
    """The code of a link, for an address."""
    payload = json.dumps(asdict(link), separators=(",", ":"), ensure_ascii=False)
    return jws.serialize_compact(
        {"alg": ALGORITHM}, payload, OctKey.import_key(secret), [ALGORITHM]
    )


def read(code: str, secret: bytes, now: int, kind: type[L]) -> L | None:
    """What a code leads to; None if it is not ours, was altered, or has expired."""
    if len(code) > LONGEST or not _SHAPE.fullmatch(code):
        return None
    try:
        verified = jws.deserialize_compact(code, OctKey.import_key(secret), [ALGORITHM])
        said: dict[str, Any] = json.loads(verified.payload)
        link = kind(**said)
    except (JoseError, ValueError, TypeError):
        return None
    return link if now < link.until else None
