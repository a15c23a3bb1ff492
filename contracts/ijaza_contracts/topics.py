"""The topics of Ijaza: who publishes them, what keys them, and how long they are kept."""

from dataclasses import dataclass
from enum import Enum


class Keyed(Enum):
    """What a topic's records are keyed by, and so how it is partitioned."""

    PARTICIPANT = "participant"
    """Partitioned by participant; all such topics have one partition count, for life."""
    EDITION = "edition"
    """One partition, read in full by whoever needs it."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and its promises.

    `broadcast` topics are read in full by every process, without a group; `compacted` ones keep
    the newest record of a key and forget a key at its tombstone.
    """

    name: str
    owner: str
    keyed: Keyed = Keyed.PARTICIPANT
    broadcast: bool = False
    compacted: bool = False
    personal: bool = False


EDITIONS = Topic("enrollment.editions", "enrollment", Keyed.EDITION, broadcast=True)
PEOPLE = Topic("enrollment.people", "enrollment", broadcast=True, compacted=True, personal=True)
ENROLLMENT = Topic("enrollment.events", "enrollment")
SCANS = Topic("attendance.scans", "attendance")
ATTENDANCE = Topic("attendance.events", "attendance")
ASSESSMENT = Topic("assessment.events", "assessment")
CREDENTIAL = Topic("credential.events", "credential")
GRADUATIONS = Topic("graduations", "credential", Keyed.EDITION)

TOPICS = (
    EDITIONS,
    PEOPLE,
    ENROLLMENT,
    SCANS,
    ATTENDANCE,
    ASSESSMENT,
    CREDENTIAL,
    GRADUATIONS,
)


def dead_letters(service: str) -> Topic:
    """The topic where `service` lays what it cannot handle, keyed as the original was."""
    return Topic(f"{service}.dead-letters", service, personal=True)
