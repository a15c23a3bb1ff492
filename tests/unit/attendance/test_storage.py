"""A participant's state as a stored document, and what the fold refuses."""

import pytest
from ijaza_attendance.domain.commands import CorrectAttendance, decide
from ijaza_attendance.handlers import deciding
from ijaza_attendance.storage import decode, encode
from ijaza_runtime.documents import NewerSchemaError
from ijaza_runtime.errors import Invalid

from tests.unit.attendance.given import (
    at,
    corrected,
    excused,
    folded,
    programme,
    scan,
    settled,
    withdrawn,
)

CORRECT = CorrectAttendance(
    session="s1", minutes=240, actor="staff-7", reason="", at=at("21:00"), correction="c1"
)
EVENTS = (
    scan("in", at("16:00"), scan_id="a"),
    scan("in", at("16:00"), scan_id="a", seq=10**20),
    scan("out", at("17:00"), scan_id="b"),
    corrected(10, at("21:00")),
    excused("s1"),
    withdrawn(),
)


def test_a_state_is_read_as_it_was_written() -> None:
    """Every field, whatever it holds."""
    state, _ = settled(programme(), *EVENTS)

    assert decode(encode(state)) == state


def test_equal_states_are_equal_bytes() -> None:
    """A rebuilt store is equal to the old one, whatever the order of arrival."""
    one, _ = settled(programme(), *EVENTS)
    other, _ = settled(programme(), *reversed(EVENTS))

    assert encode(one) == encode(other)


def test_a_document_of_a_newer_version_is_refused() -> None:
    """It may hold what this version would lose."""
    body = encode(folded()).replace(b'"schema":2', b'"schema":3')

    with pytest.raises(NewerSchemaError, match="schema 3"):
        decode(body)


def test_what_the_rules_do_not_allow_is_a_refusal_to_the_runtime() -> None:
    """The domain knows no HTTP; the table of refusals does."""
    with pytest.raises(Invalid, match="is not in edition"):
        deciding(CORRECT)(folded(), programme([]), None)


def test_a_command_is_carried_out_as_the_domain_decides() -> None:
    """The runtime gets the domain's events."""
    assert deciding(CORRECT)(folded(), programme(), None) == decide(CORRECT, folded(), programme())
