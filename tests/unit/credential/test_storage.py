"""A state as a document."""

import json

import pytest
from ijaza_credential.domain.commands import Approve
from ijaza_credential.domain.state import State
from ijaza_credential.storage import SCHEMA, decode, encode, labels
from ijaza_runtime.documents import NewerSchemaError

from tests.unit.credential.given import (
    EDITION,
    NAMING,
    PARTICIPANT,
    Life,
    after_closing,
    attended,
    certificate,
    everything,
    excused,
    failed,
    graduate,
    passed,
    published,
    recorded,
)


def full() -> State:
    """A state with something in every place."""
    life = graduate(issue="on_approval", certificates=(certificate(hours=None),))
    life.order(Approve(actor="a", at=after_closing(1)))
    life.hear(excused("m2-d1"), failed("m1", facts=2), recorded("Other", version=2))
    life.hear(passed("m1", facts=3))
    return life.state


def test_a_state_comes_back_as_it_was() -> None:
    """Nothing is lost on the way."""
    state = full()

    assert decode(encode(state)) == state


def test_equal_states_are_equal_bytes_whatever_the_order_of_facts() -> None:
    """design.md §4: "a rebuilt store is equal to the old one"."""
    one, other = Life(), Life()
    facts = [*everything(), attended("m1-d1", 2, facts=2)]

    one.hear(published(), *facts)
    other.hear(published(), *reversed(facts))

    assert encode(one.state) == encode(other.state)


def test_a_document_says_its_schema() -> None:
    """design.md §3: "Stored documents carry a schema version too"."""
    assert json.loads(encode(State(EDITION, PARTICIPANT)))["schema"] == SCHEMA


def test_a_document_of_a_newer_version_is_refused() -> None:
    """It is not read by halves."""
    body = json.dumps({"schema": SCHEMA + 1, "state": {}}).encode()

    with pytest.raises(NewerSchemaError, match=f"schema {SCHEMA + 1}: this version reads {SCHEMA}"):
        decode(body)


def test_serial_and_credential_ids_find_a_participant() -> None:
    """Somebody verifies a certificate by what is printed on it."""
    state = full()

    assert labels(state) == (
        NAMING.serial(),
        state.issued[1].credential_id,
        state.issued[2].credential_id,
    )


def test_who_has_no_certificate_is_found_by_key_alone() -> None:
    """A serial leads nowhere before there is something to verify."""
    assert labels(State(EDITION, PARTICIPANT)) == ()
