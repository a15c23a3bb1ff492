"""Facts into state. Every function is idempotent, and their order changes nothing.

What changes nothing returns the very state it was given, so that nothing is saved for it.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ijaza_contracts.attendance import (
    AbsenceExcused,
    AttendanceCorrected,
    ReviewResolved,
    ScanRecorded,
    SessionAttended,
)
from ijaza_contracts.door import PassIssued, PassRevoked
from ijaza_contracts.enrollment import ParticipantSelected, ParticipantWithdrawn

from ijaza_attendance.domain.state import (
    Content,
    Correction,
    Excuse,
    Origin,
    Pass,
    PassRevocation,
    Published,
    State,
    Verdict,
)
from ijaza_attendance.domain.times import seconds_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def begin(edition: str, participant: str) -> State:
    """Nothing is known yet."""
    return State(edition, participant)


def on_participant_selected(state: State, event: ParticipantSelected) -> State:
    """The person takes part, ever: a later withdrawal does not take that back."""
    if state.takes_part and 0 < state.number <= event.number:
        return state
    return replace(state, takes_part=True, number=event.number)


def on_participant_withdrawn(state: State, event: ParticipantWithdrawn) -> State:
    """The person left for good; attendance until then stays as it was."""
    return state if state.withdrawn else replace(state, withdrawn=True)


def on_scan_recorded(state: State, event: ScanRecorded) -> State:
    """formats.md, *Scans*: "The same content under one participant and scan_id is one scan".

    Of the contents under one id the least stands, of those that a device signed if there are any:
    who says a scan under a device's id does not take the place of what that device says.
    """
    content = Content(
        seconds_of(event.at),
        event.seq,
        event.direction,
        event.device,
        event.session,
        event.undo_of,
    )
    known = state.scans.get(event.scan_id, ())
    origin, before = _origin(event), state.origins.get(event.scan_id)
    if not known or (origin is not None and before is None):
        stands = content
    elif origin is None and before is not None:
        stands = known[0]
    else:
        stands = min(known[0], content)
    contents, origins = known, state.origins
    if content not in known or stands != known[0]:
        others = sorted({*known, content} - {stands})
        contents = (stands, *others)
    if origin is not None and stands == content:
        if before is not None and known[0] == content:
            origin = min(origin, before)
        if origin != before:
            origins = {**origins, event.scan_id: origin}
    if contents is known and origins is state.origins:
        return state
    return replace(state, scans={**state.scans, event.scan_id: contents}, origins=origins)


def _origin(event: ScanRecorded) -> Origin | None:
    if event.device_at is None:
        return None
    device_at = (event.device_at - _EPOCH) // timedelta(milliseconds=1)
    return Origin(device_at, event.offset_ms or 0, event.method, event.server_verdict)


def on_attendance_corrected(state: State, event: AttendanceCorrected) -> State:
    """A correction is kept beside the others of its session; the greatest stands."""
    correction = Correction(
        seconds_of(event.at), event.ordinal, event.minutes, event.actor, event.reason
    )
    of_session = state.corrections.get(event.session, {})
    known = of_session.get(event.correction)
    if known is not None and known >= correction:
        return state
    changed = {**of_session, event.correction: correction}
    return replace(state, corrections={**state.corrections, event.session: changed})


def on_absence_excused(state: State, event: AbsenceExcused) -> State:
    """An excuse is kept; one is enough to excuse the session."""
    excuse = Excuse(seconds_of(event.at), event.actor, event.reason)
    of_session = state.excuses.get(event.session, {})
    known = of_session.get(event.correction)
    if known is not None and known >= excuse:
        return state
    changed = {**of_session, event.correction: excuse}
    return replace(state, excuses={**state.excuses, event.session: changed})


def on_review_resolved(state: State, event: ReviewResolved) -> State:
    """Every verdict is kept, in the order of their times."""
    verdict = Verdict(
        seconds_of(event.at),
        event.kind,
        event.session,
        event.scan_id,
        event.detail,
        event.verdict,
        event.actor,
        event.reason,
    )
    if verdict in state.verdicts:
        return state
    return replace(state, verdicts=tuple(sorted((*state.verdicts, verdict))))


def on_pass_issued(state: State, event: PassIssued) -> State:
    """Every pass is kept; which of them stands is told by their ordinals."""
    given = Pass(
        event.ordinal,
        event.key_id,
        seconds_of(event.at),
        seconds_of(event.expires_at),
        event.actor,
    )
    known = state.passes.get(event.serial)
    if known is not None and known <= given:
        return state
    return replace(state, passes={**state.passes, event.serial: given})


def on_pass_revoked(state: State, event: PassRevoked) -> State:
    """The first revocation of a pass stands; it may come before the pass itself."""
    revoked = PassRevocation(seconds_of(event.at), event.actor, event.reason)
    known = state.passes_revoked.get(event.serial)
    if known is not None and known <= revoked:
        return state
    return replace(state, passes_revoked={**state.passes_revoked, event.serial: revoked})


def on_session_attended(state: State, event: SessionAttended) -> State:
    """Of what was published of a slot, the highest version stands."""
    said = Published(*event.version, event.seconds, event.source)
    known = state.published.get(event.session)
    if known is not None and known >= said:
        return state
    return replace(state, published={**state.published, event.session: said})
