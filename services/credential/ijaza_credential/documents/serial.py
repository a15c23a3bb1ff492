"""Serial numbers of certificates: 12 Crockford base32 characters, grouped, one per participant."""

import hashlib
import hmac
import re
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12

_CONFUSED = str.maketrans({"O": "0", "I": "1", "L": "1"})
_IGNORED = re.compile(r"[\s\-\u2010-\u2015\u200e\u200f]+")


class SerialError(ValueError):
    """A text is not a serial number."""


def serial(secret: bytes, edition: str, participant: str) -> str:
    """Return the serial of a participant of an edition, such as `4TG9-0ZC2-M7QW`.

    It is derived with the issuer's secret (design.md §4), so it depends on no order of issue,
    and nobody without the secret can tell whose it is or guess another's. 60 bits: among 100,000
    participants the odds that two share one are below one in 200 million.
    """
    message = "\0".join(("serial", edition, participant)).encode("utf-8")
    number = int.from_bytes(hmac.digest(secret, message, hashlib.sha256)[:8]) >> 4
    characters = [ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(LENGTH))]
    return _grouped("".join(characters))


def parse_serial(text: str) -> str:
    """Return a serial in its one form from how a person typed it.

    Lower case, missing or other hyphens, blanks, Arabic-Indic digits, and the letters O, I and L
    for 0 and 1 (Crockford's rule) are accepted.

    Raises:
        SerialError: the text has another length or other characters.
    """
    plain = _IGNORED.sub("", text[:200]).upper()
    plain = "".join(_ascii_digit(character) for character in plain).translate(_CONFUSED)
    if len(plain) != LENGTH or not set(plain) <= set(ALPHABET):
        raise SerialError(
            f"{text[:40]!r} is no serial: expected 12 characters such as 4TG9-0ZC2-M7QW"
        )
    return _grouped(plain)


def _ascii_digit(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _grouped(plain: str) -> str:
    return "-".join(plain[start : start + 4] for start in range(0, LENGTH, 4))
