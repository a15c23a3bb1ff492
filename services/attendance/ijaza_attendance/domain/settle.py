"""What there is to publish of a participant, and the state once it is published."""

from collections.abc import Sequence
from dataclasses import replace

from ijaza_contracts.attendance import SessionAttended

from ijaza_attendance.domain.presence import Slot, assign, seconds_inside, stay
from ijaza_attendance.domain.programme import Programme, Sitting
from ijaza_attendance.domain.state import Published, Source, State
from ijaza_attendance.domain.times import instant

NOTHING = (0, "scans")
"""What holds of a slot of which nothing was ever published."""


def settle(
    state: State, programme: Programme, _person: object = None
) -> tuple[State, Sequence[SessionAttended]]:
    """Publish each session whose seconds or source are not what was last published.

    Before ParticipantSelected nothing is published; after a withdrawal it still is. The version
    of what is published never goes down: a state that was settled under a newer revision is left
    as it is.
    """
    if not state.takes_part:
        return state, ()
    events: list[SessionAttended] = []
    published = dict(state.published)
    slots = assign(state, programme)
    for session, sitting in programme.sittings.items():
        slot, before = slots.get(session), published.get(session)
        if slot is None and before is None:
            continue
        seconds, source = effective(state, sitting, slot, programme)
        if (seconds, source) == (NOTHING if before is None else before[2:]):
            continue
        said = Published(programme.revision, slot.facts if slot else 0, seconds, source)
        if before is not None and said[:2] <= before[:2]:
            continue
        published[session] = said
        # Without a fact left, it was the revision that moved the session away from its scans.
        at = slot.latest if slot else programme.published_at
        events.append(_attended(state, session, said, at))
    return (replace(state, published=published), events) if events else (state, ())


def effective(
    state: State, sitting: Sitting, slot: Slot | None, programme: Programme
) -> tuple[int, Source]:
    """The seconds that count for one session: a standing correction's, else the scans'."""
    corrections = state.corrections.get(sitting.session)
    if corrections:
        return max(corrections.values()).minutes * 60, "correction"
    if slot is None or not slot.scans:
        return 0, "scans"
    return seconds_inside(stay(slot.scans, sitting, programme).inside, sitting), "scans"


def _attended(state: State, session: str, said: Published, at: int) -> SessionAttended:
    return SessionAttended(
        edition=state.edition,
        participant=state.participant,
        at=instant(at),
        session=session,
        seconds=said.seconds,
        source=said.source,
        version=(said.revision, said.facts),
    )
