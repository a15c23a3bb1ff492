"""How ids are derived with a key, so that they tell nothing to whoever lacks it."""

import hmac


def keyed(secret: bytes, purpose: str, *parts: str) -> str:
    """32 hexadecimal digits of HMAC-SHA-256 over a purpose and its parts, unambiguously joined."""
    message = "\x1f".join((purpose, *(f"{len(part)}:{part}" for part in parts)))
    return hmac.digest(secret, message.encode(), "sha256")[:16].hex()


def participant_id(secret: bytes, edition: str, ref: str) -> str:
    """The opaque id of the person known as `ref` in one edition, and in that one alone."""
    return keyed(secret, "participant", edition, ref)
