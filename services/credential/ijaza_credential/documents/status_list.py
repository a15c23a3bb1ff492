"""Revocation: W3C Bitstring Status Lists, and which bit of which list is a certificate's.

A certificate's list is (its version, the block of 131,072 participant numbers it falls in), its
bit the number's place in that list's keyed shuffle (design.md §4). So the place of every
certificate is known beforehand, without counting, and says nothing about who came when.
"""

import base64
import hashlib
import hmac
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ijaza_runtime.base64url import encoded

from .contexts import STATUS_LIST_CONTEXTS
from .did import did_of
from .keys import IssuerKey
from .proof import sign
from .subject import utc_timestamp

LIST_BITS = 131_072
"""Bits of a list, and numbers in a block: the least that the specification allows."""

MAX_DECODED_BYTES = 1 << 20

_LEFT_BITS, _RIGHT_BITS = 8, 9
_ROUNDS = 10


class StatusListError(ValueError):
    """A status list cannot be read."""


@dataclass(frozen=True, slots=True)
class StatusList:
    """A list of bits; a bit that is set says that the credential with this index is revoked."""

    bits: bytes

    @classmethod
    def of(cls, revoked: Iterable[int]) -> "StatusList":
        """Return a list of 131,072 bits in which the given indexes are set.

        Raises:
            IndexError: an index is outside 0…131071.
        """
        bits = bytearray(LIST_BITS // 8)
        for index in revoked:
            if not 0 <= index < LIST_BITS:
                raise IndexError(f"status index {index} is outside 0…{LIST_BITS - 1}")
            bits[index // 8] |= 0x80 >> index % 8
        return cls(bytes(bits))

    @classmethod
    def decode(cls, encoded: str) -> "StatusList":
        """Read a list as `encodedList` carries it: `u`, then base64url of the gzipped bits.

        Raises:
            StatusListError: the text is something else, or unpacks to more than 1 MiB.
        """
        if not encoded.startswith("u"):
            raise StatusListError("encodedList: expected multibase base64url (u…)")
        try:
            packed = base64.b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4), b"-_", True)
            unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
            bits = unpacker.decompress(packed, MAX_DECODED_BYTES + 1)
        except (ValueError, zlib.error) as error:
            raise StatusListError(f"encodedList: cannot be unpacked: {error}") from error
        if not unpacker.eof or unpacker.unused_data or len(bits) > MAX_DECODED_BYTES:
            raise StatusListError("encodedList: expected one whole gzip stream of at most 1 MiB")
        if len(bits) * 8 < LIST_BITS:
            raise StatusListError(f"encodedList: expected at least {LIST_BITS} bits")
        return cls(bits)

    def encode(self) -> str:
        """Return the list as `encodedList` carries it; the same bits give the same text."""
        return "u" + encoded(_gzip(self.bits))

    def is_set(self, index: int) -> bool:
        """Tell whether a bit is set; bit 0 is the most significant of the first byte.

        Raises:
            IndexError: the list has no such bit.
        """
        if not 0 <= index < len(self.bits) * 8:
            raise IndexError(f"the status list has no bit {index}")
        return bool(self.bits[index // 8] & (0x80 >> index % 8))

    def merged(self, other: "StatusList") -> "StatusList":
        """Return the list in which every bit is set that is set in either."""
        longer, shorter = sorted((self.bits, other.bits), key=len, reverse=True)
        number = int.from_bytes(longer) | int.from_bytes(shorter) << 8 * (
            len(longer) - len(shorter)
        )
        return StatusList(number.to_bytes(len(longer)))


def status_list_url(did_host: str, edition: str, number: int) -> str:
    """Return where a status list is served, which is also its credential's id."""
    return f"https://{did_host}/editions/{edition}/status/{number}"


def build_status_list_credential(
    statuses: StatusList,
    *,
    did_host: str,
    edition: str,
    number: int,
    updated: datetime,
    key: IssuerKey,
) -> dict[str, Any]:
    """Return the signed BitstringStatusListCredential of a list.

    `updated` is the time of the latest event that the list reflects; it dates list and proof.
    `credential.serialise_credential` gives the bytes of its file.
    """
    url = status_list_url(did_host, edition, number)
    document = {
        "@context": list(STATUS_LIST_CONTEXTS),
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did_of(did_host),
        "validFrom": utc_timestamp(updated),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": statuses.encode(),
        },
    }
    return sign(document, key, updated)


def read_status_list(credential: Mapping[str, Any]) -> StatusList:
    """Return the bits of a status list credential; its proof is the caller's to check.

    Raises:
        StatusListError: it is not a revocation list in the form that Ijaza publishes.
    """
    subject = credential.get("credentialSubject")
    if not isinstance(subject, Mapping) or subject.get("type") != "BitstringStatusList":
        raise StatusListError("credentialSubject: expected a BitstringStatusList")
    if subject.get("statusPurpose") != "revocation":
        raise StatusListError("credentialSubject.statusPurpose: expected revocation")
    encoded = subject.get("encodedList")
    if not isinstance(encoded, str):
        raise StatusListError("credentialSubject.encodedList: expected a text")
    return StatusList.decode(encoded)


def block_and_place(number: int) -> tuple[int, int]:
    """Return a participant number's (1, 2, …) block and its place (0…131071) in it.

    Raises:
        ValueError: the number is below 1.
    """
    if number < 1:
        raise ValueError(f"participant numbers start at 1, not {number}")
    return divmod(number - 1, LIST_BITS)


def status_list_number(version: int, block: int) -> int:
    """Return the number (1, 2, …) of the list of a certificate version (1, …) and a block (0, …).

    Cantor's pairing: every pair has a number of its own, and small pairs have small numbers,
    so there is nothing to count and nothing to look up.

    Raises:
        ValueError: the version is below 1 or the block below 0.
    """
    if version < 1 or block < 0:
        raise ValueError(f"no status list for certificate version {version}, block {block}")
    diagonal = version - 1 + block
    return diagonal * (diagonal + 1) // 2 + block + 1


def status_index(secret: bytes, edition: str, version: int, block: int, place: int) -> int:
    """Return the bit of the certificate at a place of a block, in that list's keyed shuffle.

    A status list is public. Were the place itself the index, an index would tell the holder's
    rank in the selection, and the indexes of two versions would tie them to one person. A table
    shuffled with a seeded generator would do, but costs 131,072 steps for every list touched. A
    Feistel network computes one place alone and is a bijection whatever its round function is,
    so no two certificates ever share a bit. The 17 bits are split into 8 and 9, each side
    being masked in turn with a keyed BLAKE2b of the other; ten rounds, as NIST's FF1 has for its
    small domains.

    Raises:
        ValueError: the place is outside 0…131071.
    """
    if not 0 <= place < LIST_BITS:
        raise ValueError(f"place {place} is outside 0…{LIST_BITS - 1}")
    message = "\0".join(("status", edition, str(version), str(block))).encode("utf-8")
    key = hmac.digest(secret, message, hashlib.sha256)
    left, right = place >> _RIGHT_BITS, place & ((1 << _RIGHT_BITS) - 1)
    for number in range(_ROUNDS):
        if number % 2:
            right ^= _mask(key, number, left, _RIGHT_BITS)
        else:
            left ^= _mask(key, number, right, _LEFT_BITS)
    return left << _RIGHT_BITS | right


def _mask(key: bytes, number: int, half: int, bits: int) -> int:
    message = bytes((number,)) + half.to_bytes(2)
    digest = hashlib.blake2b(message, key=key, digest_size=2).digest()
    return int.from_bytes(digest) & ((1 << bits) - 1)


def _gzip(data: bytes) -> bytes:
    """Pack data under a header without time or system, which `gzip` would fill in."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(data) + packer.flush()
    trailer = zlib.crc32(data).to_bytes(4, "little") + len(data).to_bytes(4, "little")
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff" + body + trailer
