"""Who gets a pass, which one stands, and what a store makes of it."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ijaza_attendance.domain.commands import decide
from ijaza_attendance.domain.passes import IssuePass, Occasion, RevokePass, standing, state_of
from ijaza_attendance.domain.refusals import NotAllowedError
from ijaza_attendance.domain.state import State
from ijaza_attendance.domain.times import seconds_of
from ijaza_attendance.storage import decode, encode
from ijaza_contracts.door import PassIssued, PassRevoked

from tests.unit.attendance.given import (
    EDITION,
    PARTICIPANT,
    at,
    folded,
    programme,
    selected,
    session,
    withdrawn,
)

RULES = programme([session("s1"), session("s2", day=2)])
BEFORE = at("09:00")
LATER = at("10:00")


def serial_of(ordinal: int) -> str:
    return f"PASS{ordinal}"


def issue(
    occasion: Occasion = "batch",
    *,
    key_id: str = "k1",
    keys: tuple[str, ...] = ("k1",),
    time: datetime = BEFORE,
    expires_at: datetime | None = None,
    replaces: str = "",
    serials: Callable[[int], str] = serial_of,
) -> IssuePass:
    return IssuePass(
        occasion=occasion,
        key_id=key_id,
        keys=keys,
        serial_of=serials,
        actor="staff-7",
        at=time,
        expires_at=expires_at,
        replaces=replaces,
    )


def given_pass(command: IssuePass | None = None, state: State | None = None) -> State:
    """The state of somebody selected after a command."""
    state = folded(selected()) if state is None else state
    return folded(*decide(command or issue(), state, RULES), state=state)


def revoked(state: State, serial: str = "PASS1") -> State:
    command = RevokePass(serial=serial, actor="staff-7", reason="lost", at=LATER)
    return folded(*decide(command, state, RULES), state=state)


def how(serial: str, state: State, keys: tuple[str, ...] = ("k1",), time: datetime = LATER) -> str:
    return state_of(serial, state, keys, seconds_of(time))


def refusal(command: IssuePass | RevokePass, state: State) -> str:
    with pytest.raises(NotAllowedError) as caught:
        decide(command, state, RULES)
    return caught.value.code


def test_who_takes_part_gets_a_pass() -> None:
    """Valid until a month after the last session, unless the office says until when."""
    state = given_pass()

    assert how("PASS1", state) == "valid"
    assert state.passes["PASS1"].expires_at == seconds_of(at("20:00", 2) + timedelta(days=30))
    until = at("12:00", 3)
    asked = given_pass(issue(expires_at=until))
    assert asked.passes["PASS1"].expires_at == seconds_of(until)


def test_doing_it_again_gives_the_same_pass() -> None:
    """No event, and so no second serial, for whoever has a valid one."""
    state = given_pass()

    assert decide(issue(), state, RULES) == []
    assert decide(issue("anew"), state, RULES) == []


def test_who_does_not_take_part_gets_none() -> None:
    """Neither somebody who was never selected nor somebody who left."""
    assert refusal(issue(), folded()) == "not-taking-part"
    assert refusal(issue(), folded(selected(), withdrawn())) == "withdrawn"


def test_who_withdrew_has_no_valid_pass() -> None:
    """Whatever the pass itself says."""
    assert how("PASS1", folded(withdrawn(), state=given_pass())) == "withdrawn"


def test_another_pass_replaces_the_one_named() -> None:
    """Sent again, with the serial that is no longer the newest, it changes nothing."""
    state = given_pass(issue("anew", replaces="PASS1"), given_pass())

    assert (how("PASS1", state), how("PASS2", state)) == ("replaced", "valid")
    assert decide(issue("anew", replaces="PASS1"), state, RULES) == []


def test_what_was_never_given_cannot_be_replaced_or_revoked() -> None:
    """A serial that was mistyped is told."""
    assert refusal(issue("anew", replaces="PASS9"), given_pass()) == "pass-not-known"
    command = RevokePass(serial="PASS9", actor="staff-7", reason="", at=LATER)
    assert refusal(command, given_pass()) == "pass-not-known"


def test_a_revoked_pass_is_revoked_for_good() -> None:
    """Once; and a batch gives that person no other, for somebody meant it."""
    state = revoked(given_pass())

    assert how("PASS1", state) == "revoked"
    assert revoked(state) is state
    assert decide(issue("batch"), state, RULES) == []
    assert how("PASS2", given_pass(issue("anew"), state)) == "valid"


def test_an_expired_pass_makes_way() -> None:
    """A batch after the date gives a new one."""
    state = given_pass(issue(expires_at=LATER))

    assert how("PASS1", state, time=LATER) == "expired"
    later = issue(time=LATER, expires_at=LATER + timedelta(days=1))
    assert how("PASS2", given_pass(later, state)) == "valid"


def test_a_pass_of_a_retired_key_makes_way() -> None:
    """It proves nothing any more; the next is signed with a key that does."""
    state = given_pass()

    assert how("PASS1", state, keys=("k2",)) == "wrong-key"
    following = given_pass(issue(key_id="k2", keys=("k2",)), state)
    assert standing(following) == ("PASS2", following.passes["PASS2"])
    assert following.passes["PASS2"].key_id == "k2"


def test_a_pass_is_not_issued_expired() -> None:
    """After the edition's end somebody has to say until when."""
    assert refusal(issue(expires_at=BEFORE), folded(selected())) == "pass-expires-before-issue"
    assert refusal(issue(time=at("09:00", 60)), folded(selected())) == "pass-expires-before-issue"


FACTS = (
    selected(),
    PassIssued(
        edition=EDITION, participant=PARTICIPANT, at=BEFORE, serial="PASS1", ordinal=1,
        key_id="k1", expires_at=LATER, actor="staff-7",
    ),
    PassIssued(
        edition=EDITION, participant=PARTICIPANT, at=LATER, serial="PASS2", ordinal=2,
        key_id="k2", expires_at=at("10:00", 9), actor="staff-8",
    ),
    PassRevoked(
        edition=EDITION, participant=PARTICIPANT, at=LATER, serial="PASS1", actor="staff-7"
    ),
    PassRevoked(
        edition=EDITION, participant=PARTICIPANT, at=BEFORE, serial="PASS1", actor="staff-8"
    ),
    withdrawn(),
)  # fmt: skip


@given(st.permutations([*FACTS, *FACTS]))
def test_any_order_and_repetition_gives_the_same_state(order: list[object]) -> None:
    """A replay rebuilds passes as they were, and equal states are equal bytes."""
    state = folded(*order)  # type: ignore[arg-type]  # permutations of events are events

    assert encode(state) == encode(folded(*FACTS))
    assert state.passes_revoked["PASS1"].actor == "staff-8"
    assert decode(encode(state)) == state


def test_a_document_from_before_passes_is_read() -> None:
    """It has none; everything else is as it was."""
    state = folded(selected())
    whole = json.loads(encode(state))
    older = {
        name: value
        for name, value in whole["state"].items()
        if name not in ("number", "passes", "passes_revoked")
    }
    body = json.dumps({"schema": 1, "state": older}).encode()

    read = decode(body)

    assert (read.takes_part, read.number, read.passes) == (True, 0, {})
    assert folded(selected(), state=read) == state
