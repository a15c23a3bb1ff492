"""Base64url without padding, as JOSE and Multikeys write bytes (RFC 7515, appendix C)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode


def encoded(raw: bytes) -> str:
    """Bytes as text."""
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def decoded(text: str) -> bytes:
    """The bytes of a text; of those that have several spellings any is read.

    Raises `ValueError` for what has no whole number of bytes, or is no ASCII.
    """
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
