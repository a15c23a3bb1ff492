"""Records of the log as an audit sees them: where they stand, and a hash of all that they say."""

import json
import re
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from hashlib import sha256
from typing import NamedTuple, TypeVar

from ijaza_contracts.audit import HistorySealed
from ijaza_contracts.credential import (
    CertificateChange,
    CertificateIssued,
    CertificateRevoked,
    CertificateSuperseded,
)
from ijaza_contracts.envelope import Undecodable
from ijaza_contracts.topics import ASSESSMENT, ATTENDANCE, CREDENTIAL, EDITIONS, ENROLLMENT, SCANS
from ijaza_runtime.bus import Bus, Delivered

PAGE = 5_000
"""Records read at once."""

SEALED: Mapping[str, str] = {
    EDITIONS.name: "E",
    ENROLLMENT.name: "N",
    ATTENDANCE.name: "A",
    ASSESSMENT.name: "T",
    CREDENTIAL.name: "C",
}
"""The topics that seals are over, in their order, with their letters; none holds personal data."""

ORDER: Mapping[str, int] = {
    name: place
    for place, name in enumerate((EDITIONS.name, ENROLLMENT.name, SCANS.name, *tuple(SEALED)[2:]))
}
"""Topics in the order in which what stands on them is shown, where times are equal."""

_CHANGES: Mapping[str, type[CertificateChange]] = {
    event.TYPE: event for event in (CertificateIssued, CertificateSuperseded, CertificateRevoked)
}
_ID = re.compile(r"[0-9a-f]{32}")
T = TypeVar("T")


class Recorded(NamedTuple):
    """A record as it stands: `digest` is the SHA-256 of topic, type, id, key and body."""

    topic: str
    partition: int
    offset: int
    key: str
    kind: str
    id: str
    digest: str
    body: bytes

    @property
    def place(self) -> tuple[str, int, int]:
        """Where it stands."""
        return (self.topic, self.partition, self.offset)


class Mark(NamedTuple):
    """What of a record a seal is made from."""

    letter: str
    partition: int
    offset: int
    id: str
    digest: str

    @property
    def leaf(self) -> str:
        """As a seal lists it: the digest's first 64 bits say which record was altered."""
        return f"{self.letter}:{self.id}:{self.digest[:16]}"

    @property
    def whole(self) -> str:
        """As the chain has it."""
        return f"{self.letter}:{self.id}:{self.digest}"


class Found(NamedTuple):
    """Whose certificate it is."""

    edition: str
    participant: str
    serial: str


def recorded(topic: str, partition: int, record: Delivered) -> Recorded:
    """A record with its digest. One without an id of the usual form gets one of what it bears."""
    body = record.value or b""
    kind, said = record.headers.get("ce_type", ""), record.headers.get("ce_id", "")
    name = said if _ID.fullmatch(said) else sha256(said.encode()).hexdigest()[:32]
    digest = sha256()
    for part in (topic.encode(), kind.encode(), said.encode(), record.key.encode(), body):
        # With its length before it, no part can be taken for the end of another and a new one.
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return Recorded(
        topic, partition, record.offset, record.key, kind, name, digest.hexdigest(), body
    )


def changed_edition(kind: str, body: bytes | None) -> str:
    """The edition in which a certificate was changed by a record; empty if it tells of no change.

    What fits no contract changed nothing: nobody could fold it.
    """
    if kind not in _CHANGES:
        return ""
    try:
        return _CHANGES[kind].from_body(body or b"").edition
    except Undecodable:
        return ""


def seal_in(kind: str, body: bytes) -> HistorySealed | None:
    """The seal that a record is; None if it is none, or was altered so that nobody can read it."""
    if kind != HistorySealed.TYPE:
        return None
    try:
        return HistorySealed.from_body(body)
    except Undecodable:
        return None


def mark_of(full: Recorded) -> Mark:
    """The mark of a record on a topic that is sealed."""
    return Mark(SEALED[full.topic], full.partition, full.offset, full.id, full.digest)


async def gather(
    bus: Bus,
    topics: Collection[str],
    keys: Collection[str],
    make: Callable[[str, int, Delivered], T],
) -> dict[str, list[T]]:
    """What `make` makes of the records under some keys, in one pass over the log."""
    found: dict[str, list[T]] = {}
    follower = await bus.follower(list(topics))
    try:
        while slices := await follower.read(PAGE):
            for topic, partition, records in slices:
                for record in records:
                    if record.key in keys:
                        found.setdefault(record.key, []).append(make(topic, partition, record))
    finally:
        await follower.close()
    return found


async def issued(bus: Bus) -> AsyncIterator[tuple[Found, str]]:
    """Every certificate that the log tells of, with the id of its credential."""
    follower = await bus.follower([CREDENTIAL.name])
    try:
        while slices := await follower.read(PAGE):
            for _, _, records in slices:
                for record in records:
                    if record.headers.get("ce_type") == CertificateIssued.TYPE:
                        said = _said(record.value)
                        yield (
                            Found(said.get("edition", ""), record.key, said.get("serial", "")),
                            said.get("credential_id", ""),
                        )
    finally:
        await follower.close()


async def find(bus: Bus, wanted: str) -> Found | None:
    """Whose certificate has this serial or credential id; None if the log knows of none."""
    found = None
    async for each, credential_id in issued(bus):
        if wanted in (each.serial, credential_id):
            found = found or each
    return found


def _said(body: bytes | None) -> dict[str, str]:
    """The texts of a body, as far as it can be read: it may have been altered."""
    try:
        said = json.loads(body or b"{}")
    except ValueError:
        return {}
    if not isinstance(said, dict):
        return {}
    return {name: value for name, value in said.items() if isinstance(value, str)}
