"""What a link to a graduate's copy says, and the secret that signs it."""

import hmac
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class CopyLink:
    """Whose copy a link opens, and until when (seconds since 1970).

    `number` counts the links that were given to this holder: only the last one counts.
    """

    participant: str
    number: int
    until: int


def link_secret(secret: bytes) -> bytes:
    """32 bytes, of the issuer's own, that sign links to copies and nothing else."""
    return hmac.digest(secret, b"copy-links", sha256)
