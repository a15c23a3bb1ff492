"""Every event there is, by its type and by its topic."""

from ijaza_contracts import (
    assessment,
    attendance,
    audit,
    credential,
    door,
    enrollment,
    issuer,
    journal,
    operations,
    templates,
)
from ijaza_contracts.envelope import CloudEvent
from ijaza_contracts.topics import Topic

EVENTS: tuple[type[CloudEvent], ...] = (
    enrollment.EditionPublished,
    enrollment.SessionsChanged,
    enrollment.EditionClosed,
    enrollment.PersonRecorded,
    enrollment.ApplicationSubmitted,
    enrollment.ParticipantSelected,
    enrollment.ParticipantWaitlisted,
    enrollment.ParticipantDeclined,
    enrollment.ParticipantWithdrawn,
    journal.DocumentJournaled,
    attendance.ScanRecorded,
    attendance.SessionAttended,
    attendance.AttendanceCorrected,
    attendance.AbsenceExcused,
    attendance.ReviewResolved,
    door.PassIssued,
    door.PassRevoked,
    door.DeviceInvited,
    door.DeviceEnrolled,
    door.DeviceRevoked,
    door.PassKeyAdded,
    door.PassKeyRetired,
    door.RoomLinkGiven,
    door.RoomLinkRevoked,
    door.ScanAttempted,
    door.BatchTaken,
    assessment.TestPassed,
    assessment.TestFailed,
    assessment.TestAnnulled,
    credential.EligibilityReached,
    credential.EligibilityLost,
    credential.CertificateApproved,
    credential.ChangeDeclined,
    credential.CertificateIssued,
    credential.CertificateSuperseded,
    credential.CertificateRevoked,
    credential.CertificateReinstated,
    credential.CopyLinkGiven,
    credential.CopyLinkRevoked,
    credential.DocumentsMade,
    audit.HistorySealed,
    journal.CertificatesStated,
    issuer.SigningKeyAnnounced,
    issuer.SigningKeyRetired,
    templates.TemplatePacked,
    templates.TemplatesChanged,
    credential.ParticipantGraduated,
    credential.GraduationSuperseded,
    credential.GraduationRevoked,
    operations.DeadLetterRetryBegun,
    operations.DeadLetterRetried,
    operations.DeadLetterDropped,
    operations.DeadLetterRead,
)

BY_TYPE: dict[str, type[CloudEvent]] = {event.TYPE: event for event in EVENTS}


def of_topic(topic: Topic) -> tuple[type[CloudEvent], ...]:
    """The events that stand on a topic."""
    return tuple(event for event in EVENTS if event.TOPIC is topic)
