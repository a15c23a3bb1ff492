"""What attendance listens to, and the function that folds each event: the one table of it."""

from collections.abc import Sequence
from typing import Any

from ijaza_contracts.attendance import (
    AbsenceExcused,
    AttendanceCorrected,
    ReviewResolved,
    ScanRecorded,
    SessionAttended,
)
from ijaza_contracts.door import (
    DeviceEnrolled,
    DeviceInvited,
    DeviceRevoked,
    PassIssued,
    PassKeyAdded,
    PassKeyRetired,
    PassRevoked,
    RoomLinkGiven,
    RoomLinkRevoked,
)
from ijaza_contracts.enrollment import (
    EditionPublished,
    ParticipantSelected,
    ParticipantWithdrawn,
    PersonRecorded,
)
from ijaza_contracts.envelope import Event
from ijaza_contracts.topics import DEVICES as DEVICES_TOPIC
from ijaza_contracts.topics import EDITIONS as EDITIONS_TOPIC
from ijaza_contracts.topics import ENROLLMENT, SCANS
from ijaza_contracts.topics import PEOPLE as PEOPLE_TOPIC
from ijaza_runtime.commands import Decide
from ijaza_runtime.errors import refusal
from ijaza_runtime.fold import Evolve, Fold, Table

from ijaza_attendance.domain import devices, fold, room_links
from ijaza_attendance.domain.commands import Command, decide
from ijaza_attendance.domain.people import Person, on_person_recorded
from ijaza_attendance.domain.programme import Programme, on_edition_published
from ijaza_attendance.domain.refusals import NotAllowedError
from ijaza_attendance.domain.settle import settle
from ijaza_attendance.domain.state import State
from ijaza_attendance.storage import COLLECTION, decode, encode, labels

HANDLERS: dict[type[Event], Evolve] = {
    ParticipantSelected: fold.on_participant_selected,
    ParticipantWithdrawn: fold.on_participant_withdrawn,
    ScanRecorded: fold.on_scan_recorded,
    AttendanceCorrected: fold.on_attendance_corrected,
    AbsenceExcused: fold.on_absence_excused,
    ReviewResolved: fold.on_review_resolved,
    SessionAttended: fold.on_session_attended,
    PassIssued: fold.on_pass_issued,
    PassRevoked: fold.on_pass_revoked,
}

INPUTS = (ENROLLMENT, SCANS)
"""Scans are attendance's own topic, but kiosks' facts: they are folded when they come back."""

EDITIONS: Table[Programme] = Table(EDITIONS_TOPIC, {EditionPublished: on_edition_published})

PEOPLE: Table[Person] = Table(PEOPLE_TOPIC, {PersonRecorded: on_person_recorded})
"""Display names, for the office. No decision rests on them, so the fold does not name them."""

DEVICES: Table[Any] = Table(
    DEVICES_TOPIC,
    {
        DeviceInvited: devices.on_device_invited,
        DeviceEnrolled: devices.on_device_enrolled,
        DeviceRevoked: devices.on_device_revoked,
        PassKeyAdded: devices.on_pass_key_added,
        PassKeyRetired: devices.on_pass_key_retired,
        RoomLinkGiven: room_links.on_room_link_given,
        RoomLinkRevoked: room_links.on_room_link_revoked,
    },
)
"""Devices by their ids, keys of passes by theirs, links by their rooms: `registry` tells which."""

FOLD: Fold[State, Programme, Person] = Fold(
    collection=COLLECTION,
    handlers=HANDLERS,
    begin=fold.begin,
    settle=settle,
    encode=encode,
    decode=decode,
    labels=labels,
    editions=EDITIONS,
)


def deciding(command: Command) -> Decide[State, Programme, Person]:
    """How the runtime carries out a command; what the rules do not allow becomes a `Refusal`."""

    def decided(
        state: State, programme: Programme | None, _person: Person | None
    ) -> Sequence[Event]:
        try:
            return decide(command, state, programme)
        except NotAllowedError as error:
            raise refusal(error.kind, error.code, error.detail) from None

    return decided
