"""Hashes by which a browser knows what a page may hold."""

from base64 import b64encode
from hashlib import sha256


def integrity(content: bytes) -> str:
    """`sha256-…`, as Subresource Integrity and a Content-Security-Policy write it."""
    return f"sha256-{b64encode(sha256(content).digest()).decode()}"
