"""A participant's state as a stored document, and what the fold refuses."""

import pytest
from ijaza_assessment.domain.commands import Command, decide
from ijaza_assessment.handlers import deciding
from ijaza_assessment.storage import decode, encode
from ijaza_runtime.documents import NewerSchemaError
from ijaza_runtime.errors import Invalid

from tests.unit.assessment.given import (
    annul,
    carried_out,
    folded,
    programme,
    result,
    score,
)


def test_a_state_is_read_as_it_was_written() -> None:
    """Every field, whatever it holds."""
    commands: list[Command] = [result("72.50"), result("100", attempt=2), score("61"), annul()]
    state, _ = carried_out(programme(), *commands)

    assert decode(encode(state)) == state


def test_equal_states_are_equal_bytes() -> None:
    """A rebuilt store is equal to the old one, whatever the order and the writing of scores."""
    one, _ = carried_out(programme(), result("60"), result("70", module="m2"))
    other, _ = carried_out(programme(), result("70", module="m2"), result("60.00"))

    assert encode(one) == encode(other)


def test_a_document_of_a_newer_version_is_refused() -> None:
    """It may hold what this version would lose."""
    body = encode(folded()).replace(b'"schema":1', b'"schema":2')

    with pytest.raises(NewerSchemaError, match="schema 2"):
        decode(body)


def test_what_the_rules_do_not_allow_is_a_refusal_to_the_runtime() -> None:
    """The domain knows no HTTP; the table of refusals does."""
    with pytest.raises(Invalid, match="expected 0 to 100"):
        deciding(result("101"))(folded(), programme(), None)


def test_a_command_is_carried_out_as_the_domain_decides() -> None:
    """The runtime gets the domain's events."""
    command = result("70")

    events = deciding(command)(folded(), programme(), None)

    assert events == decide(command, folded(), programme())
