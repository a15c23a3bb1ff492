"""What staff may say of attendance: what it gives, when it repeats, why it is refused."""

from dataclasses import replace

import pytest
from ijaza_attendance.domain.commands import (
    Command,
    CorrectAttendance,
    ExcuseAbsence,
    ResolveReview,
    decide,
)
from ijaza_attendance.domain.refusals import NotAllowedError
from ijaza_contracts.attendance import AbsenceExcused, AttendanceCorrected, ReviewResolved

from tests.unit.attendance.given import at, folded, programme, scan, selected, session

CORRECT = CorrectAttendance(
    session="s1", minutes=240, actor="staff-7", reason="kiosk-down", at=at("21:00"), correction="c1"
)
EXCUSE = ExcuseAbsence(
    session="s1", actor="staff-7", reason="illness", at=at("21:00"), correction="c1"
)
RESOLVE = ResolveReview(
    kind="missing-out",
    session="s1",
    scan_id="a",
    detail="",
    verdict="accepted",
    actor="staff-7",
    reason="seen",
    at=at("21:00"),
)
COMMANDS = pytest.mark.parametrize(
    "command", [CORRECT, EXCUSE, RESOLVE], ids=["correct", "excuse", "resolve"]
)
OPEN_STAY = (selected(), scan("in", at("16:00"), scan_id="a"))


def test_a_correction_leaves_an_event_that_says_all_of_it() -> None:
    """design.md §3: "Every accepted command leaves an event … that says all of it"."""
    (event,) = decide(CORRECT, folded(), programme())

    assert isinstance(event, AttendanceCorrected)
    assert (event.session, event.minutes, event.correction) == ("s1", 240, "c1")
    assert (event.actor, event.reason, event.at) == ("staff-7", "kiosk-down", at("21:00"))


def test_an_excuse_leaves_an_event_that_says_all_of_it() -> None:
    """design.md §3: "Every accepted command leaves an event … that says all of it"."""
    (event,) = decide(EXCUSE, folded(), programme())

    assert isinstance(event, AbsenceExcused)
    assert (event.session, event.correction) == ("s1", "c1")
    assert (event.actor, event.reason, event.at) == ("staff-7", "illness", at("21:00"))


def test_a_verdict_leaves_an_event_that_says_all_of_it() -> None:
    """design.md §3: "Every accepted command leaves an event … that says all of it"."""
    (event,) = decide(RESOLVE, folded(*OPEN_STAY), programme())

    assert isinstance(event, ReviewResolved)
    assert (event.kind, event.session, event.scan_id, event.detail) == (
        "missing-out",
        "s1",
        "a",
        "",
    )
    assert (event.verdict, event.actor, event.reason) == ("accepted", "staff-7", "seen")


@COMMANDS
def test_the_same_command_again_gives_nothing(command: Command) -> None:
    """Commands are idempotent: a client that heard no answer sends again."""
    state = folded(*OPEN_STAY)
    carried_out = folded(*decide(command, state, programme()), state=state)

    assert decide(command, carried_out, programme()) == []


def test_a_later_correction_is_further_down() -> None:
    """Rule: "of equal ones the one further down" stands: it is the one recorded later."""
    state = folded(*decide(CORRECT, folded(), programme()))

    (event,) = decide(replace(CORRECT, correction="c2", minutes=10), state, programme())

    assert isinstance(event, AttendanceCorrected)
    assert event.ordinal == 2


@COMMANDS
def test_an_unknown_edition_is_refused(command: Command) -> None:
    """Nothing is decided of an edition that nobody published."""
    with pytest.raises(NotAllowedError) as refused:
        decide(command, folded(), None)

    assert (refused.value.kind, refused.value.code) == ("not-known", "edition-not-known")


@pytest.mark.parametrize("command", [CORRECT, EXCUSE], ids=["correct", "excuse"])
def test_a_session_that_the_edition_does_not_have_is_refused(
    command: CorrectAttendance | ExcuseAbsence,
) -> None:
    """The refusal names the sessions that there are."""
    rules = programme([session("s7"), session("s8", day=2)])

    with pytest.raises(NotAllowedError, match="expected one of s7, s8") as refused:
        decide(command, folded(), rules)

    assert (refused.value.kind, refused.value.code) == ("invalid", "session-not-known")


def test_minutes_below_zero_are_refused() -> None:
    """Rule: "value = whole minutes ≥ 0"."""
    with pytest.raises(NotAllowedError) as refused:
        decide(replace(CORRECT, minutes=-1), folded(), programme())

    assert (refused.value.kind, refused.value.code) == ("invalid", "minutes-negative")


@pytest.mark.parametrize(
    "other",
    [replace(CORRECT, minutes=10), replace(CORRECT, session="s2"), replace(EXCUSE, session="s2")],
    ids=["other minutes", "another session", "an excuse for another session"],
)
def test_an_id_that_was_used_for_something_else_is_refused(other: Command) -> None:
    """Else one of two corrections would be lost without a word."""
    rules = programme([session("s1"), session("s2", day=2)])
    state = folded(*decide(CORRECT, folded(), rules), *decide(EXCUSE, folded(), rules))

    with pytest.raises(NotAllowedError) as refused:
        decide(other, state, rules)

    assert (refused.value.kind, refused.value.code) == ("conflicting", "correction-id-used")


def test_a_verdict_on_an_item_that_is_not_listed_is_refused() -> None:
    """Nobody judges what nobody sees."""
    with pytest.raises(NotAllowedError) as refused:
        decide(RESOLVE, folded(selected()), programme())

    assert (refused.value.kind, refused.value.code) == ("not-known", "review-item-not-known")


def test_two_verdicts_of_one_actor_at_one_time_are_refused() -> None:
    """One of them would have to be lost: nobody could say which came last."""
    state = folded(*OPEN_STAY)
    state = folded(*decide(RESOLVE, state, programme()), state=state)

    with pytest.raises(NotAllowedError) as refused:
        decide(replace(RESOLVE, verdict="dismissed"), state, programme())

    assert (refused.value.kind, refused.value.code) == ("conflicting", "verdict-given")
