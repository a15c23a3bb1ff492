"""The topics of Ijaza: who publishes them, what keys them, and how long they are kept."""

from dataclasses import dataclass
from enum import Enum

LARGEST_RECORD = 9 * 1024 * 1024
"""Bytes of a record, with its key and headers, that a topic takes where Kafka's mebibyte is too
little."""


class Keyed(Enum):
    """What a topic's records are keyed by, and so how it is partitioned."""

    PARTICIPANT = "participant"
    """Partitioned by participant; all such topics have one partition count, for life."""
    EDITION = "edition"
    """One partition, read in full by whoever needs it."""
    DOOR = "door"
    """One partition, keyed by the id of a device, of a key of passes, or of a room."""
    ISSUER = "issuer"
    """One partition, keyed by the id of one of the issuer's keys."""
    LETTER = "letter"
    """One partition, keyed by the id of a dead letter."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and its promises.

    `broadcast` topics are read in full by every process, without a group; `compacted` ones keep
    the newest record of a key and forget a key at its tombstone. A `public` one is read by
    partners: what stands on it leads to nothing that stands elsewhere. A `private` one is read and
    written by its owner alone: what the owner must remember, and no shared event may say.
    `kept_days` is how long records stay, where they are not kept for ever or compacted. `largest`
    is the bytes that a record may have, None for what a bus takes by itself.
    """

    name: str
    owner: str
    keyed: Keyed = Keyed.PARTICIPANT
    broadcast: bool = False
    compacted: bool = False
    personal: bool = False
    public: bool = False
    private: bool = False
    kept_days: int | None = None
    largest: int | None = None


EDITIONS = Topic("enrollment.editions", "enrollment", Keyed.EDITION, broadcast=True)
PEOPLE = Topic("enrollment.people", "enrollment", broadcast=True, compacted=True, personal=True)
ENROLLMENT = Topic("enrollment.events", "enrollment")
ENROLLMENT_JOURNAL = Topic(
    "enrollment.journal",
    "enrollment",
    compacted=True,
    personal=True,
    private=True,
    largest=LARGEST_RECORD,
)
SCANS = Topic("attendance.scans", "attendance")
ATTENDANCE = Topic("attendance.events", "attendance")
DEVICES = Topic("attendance.devices", "attendance", Keyed.DOOR, broadcast=True)
ATTEMPTS = Topic("attendance.attempts", "attendance", Keyed.DOOR)
ASSESSMENT = Topic("assessment.events", "assessment")
CREDENTIAL = Topic("credential.events", "credential")
CREDENTIAL_JOURNAL = Topic(
    "credential.journal",
    "credential",
    compacted=True,
    personal=True,
    private=True,
    largest=LARGEST_RECORD,
)
GRADUATIONS = Topic("graduations", "credential", Keyed.EDITION, public=True)
SIGNING_KEYS = Topic("operations.keys", "operations", Keyed.ISSUER, broadcast=True)
AUDIT = Topic("operations.audit", "operations", Keyed.LETTER)

TOPICS = (
    EDITIONS,
    PEOPLE,
    ENROLLMENT,
    ENROLLMENT_JOURNAL,
    SCANS,
    ATTENDANCE,
    DEVICES,
    ATTEMPTS,
    ASSESSMENT,
    CREDENTIAL,
    CREDENTIAL_JOURNAL,
    GRADUATIONS,
    SIGNING_KEYS,
    AUDIT,
)

SERVICES = tuple(dict.fromkeys(topic.owner for topic in TOPICS if topic.owner != AUDIT.owner))
"""The services, each with dead letters of its own; `operations` is what staff do by hand."""


def dead_letters(service: str) -> Topic:
    """The topic where `service` lays what it cannot handle, keyed as the original was."""
    return Topic(
        f"{service}.dead-letters", service, personal=True, kept_days=180, largest=LARGEST_RECORD
    )
