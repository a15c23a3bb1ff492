"""The swift reading of a contract takes nothing that the contract would not, nor otherwise.

And several facts folded together are what they are folded one after another.
"""

import json
from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ijaza_contracts import assessment
from ijaza_contracts.attendance import SessionAttended
from ijaza_contracts.credential import CertificateIssued
from ijaza_contracts.enrollment import EditionPublished
from ijaza_contracts.envelope import CloudEvent, Event, Undecodable
from ijaza_contracts.examples import EXAMPLES
from ijaza_credential.domain.fold import begin
from ijaza_credential.handlers import HANDLERS, TOGETHER
from ijaza_credential.storage import decode, encode
from ijaza_runtime.swift import swift_reader

MODELS = tuple(TOGETHER)
READERS = {model: swift_reader(model) for model in MODELS}

_TIMES = (
    "2019-12-15T18:03:44Z",
    "2019-12-15t18:03:44z",
    "2019-12-15 18:03:44+02:00",
    "2019-12-15T18:03:44.999999Z",
    "2019-12-15T18:03:44.9999999Z",
    "2019-12-15T18:03:60Z",
    "2019-12-15T18:03:44-00:00",
    "2019-12-15T18:03:44+0200",
    "2019-12-15T18:03:44",
    "2019-12-15T18:03Z",
    "2019-02-29T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+05:00",
    "9999-12-31T23:59:59-05:00",
)
_SCORES = ("61.5", "61.50", "061", "NaN", "1e3", " 1", "1_0", "-1", "٣", "0." + "1" * 30, "5\n")
_NUMBERS = (0, -1, 1, 2**53 + 1, 2**64, 10**30, 1.0, 1.5, 1e30, True, "1", "-0", None)
values = st.one_of(
    st.sampled_from(_TIMES),
    st.sampled_from(_NUMBERS),
    st.sampled_from(_SCORES),
    st.text(max_size=70),
    st.integers().map(lambda length: "x" * (length % 210)),
    st.lists(st.sampled_from(_NUMBERS), max_size=3),
    st.just({}),
)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[type[Event], bytes]:
    """The body of an event, with some of its fields taken away, changed or added, or its bytes."""
    model = draw(st.sampled_from(MODELS))
    body = json.loads(EXAMPLES[model.TYPE].body())
    names = [*model.model_fields, "unknown"]
    for name in draw(st.lists(st.sampled_from(names), max_size=3)):
        body[name] = draw(values)
    for name in draw(st.lists(st.sampled_from(names), max_size=1)):
        body.pop(name, None)
    text = bytearray(json.dumps(body, ensure_ascii=draw(st.booleans())).encode(errors="replace"))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text)))
        text[at : at + draw(st.integers(0, 2))] = draw(
            st.binary(max_size=2)
            | st.sampled_from([b"\\u0000", b"\\ud800", b" ", b"\n", b'"', b"."])
        )
    return model, bytes(text)


def read(model: type[Event], body: bytes) -> Event | None:
    """What the contract itself makes of a body."""
    try:
        return model.from_body(body)
    except Undecodable:
        return None


def alike(fact: Any, event: object) -> bool:
    """Equal, where a decimal is text."""
    return bool((Decimal(fact) if isinstance(event, Decimal) else fact) == event)


def told(**fields: Any) -> tuple[type[Event], bytes]:
    """The body of an event that says something else."""
    body = json.loads(EXAMPLES[SessionAttended.TYPE].body()) | fields
    return SessionAttended, json.dumps(body).encode()


@settings(deadline=None)
@given(bodies())
@example((SessionAttended, b""))
@example(told(at="2019-12-15T18:03:44.9999999Z"))
@example((SessionAttended, told(at="2019-12-15T18:03:44@")[1].replace(b"@", b"\\u002e9999999Z")))
@example(told(edition="mg-4\n"))
@example(told(session="x" * 201))
@example((SessionAttended, told(unknown="?")[1].replace(b"?", b"\xff")))
def test_what_is_read_swiftly_the_contract_reads_alike(read_of: tuple[type[Event], bytes]) -> None:
    """Every field is equal, times to their offset; but for an edition's pattern, see `swift`."""
    model, body = read_of
    fact = READERS[model](body)
    if fact is None:
        return
    event = read(model, body)
    if event is None:
        trusted = json.loads(body) | {"edition": "mg-4"}
        event = read(model, json.dumps(trusted).encode())
        assert event is not None, "only the edition may be refused"
        event = event.model_copy(update={"edition": fact.edition})

    for name in model.model_fields:
        assert alike(getattr(fact, name), getattr(event, name))
    assert fact.at.utcoffset() == event.at.utcoffset()


@pytest.mark.parametrize("model", MODELS)
def test_what_is_published_is_read_swiftly(model: type[Event]) -> None:
    """The common case is the swift one, with and without what has a default."""
    fact = READERS[model](EXAMPLES[model.TYPE].body())

    assert fact is not None
    assert all(alike(getattr(fact, name), value) for name, value in EXAMPLES[model.TYPE])


@pytest.mark.parametrize("model", [CertificateIssued, EditionPublished])
def test_a_type_of_other_fields_has_no_swift_reading(model: type[Event]) -> None:
    """What is not known to be read alike is not read."""
    with pytest.raises(TypeError, match="has no swift reading"):
        swift_reader(model)


sessions = st.builds(
    lambda session, seconds, version, at: EXAMPLES[SessionAttended.TYPE].model_copy(
        update={"session": session, "seconds": seconds, "version": version, "at": at}
    ),
    st.sampled_from(["m1-d1", "m1-d2", "m2-d1", "m10-d1"]),
    st.integers(0, 3),
    st.tuples(st.integers(-1, 2), st.integers(-1, 2)),
    st.datetimes(timezones=st.timezones()),
)


def attempts(kind: type[assessment.AttemptEvent]) -> st.SearchStrategy[CloudEvent]:
    return st.builds(
        lambda module, attempt, score, version, at: EXAMPLES[kind.TYPE].model_copy(
            update={
                "module": module,
                "attempt": attempt,
                "score": score,
                "version": version,
                "at": at,
            }
        ),
        st.sampled_from(["m1", "m2", "m10"]),
        st.integers(1, 3),
        st.decimals(0, 100, places=1),
        st.tuples(st.integers(-1, 2), st.integers(-1, 2)),
        st.datetimes(timezones=st.timezones()),
    )


of_one_type = st.sampled_from(
    [sessions, attempts(assessment.TestPassed), attempts(assessment.TestFailed)]
).flatmap(lambda facts: st.lists(facts, min_size=1, max_size=8))


@pytest.mark.slow
@settings(deadline=None)
@given(of_one_type, st.lists(sessions, max_size=4))
def test_together_is_one_after_another(facts: Sequence[Any], before: Sequence[Any]) -> None:
    """To the very bytes that are stored, and what changes nothing returns the very state."""
    kind = type(facts[0])
    facts = [kind.from_body(fact.body()) for fact in facts]
    state = begin("mg-4", "p1")
    for fact in before:
        state = HANDLERS[SessionAttended](state, fact)
    one_by_one = state
    for fact in facts:
        one_by_one = HANDLERS[kind](one_by_one, fact)

    together = TOGETHER[kind](state, facts)
    swift = [READERS[kind](fact.body()) or fact for fact in facts]
    read = TOGETHER[kind](state, swift)

    assert encode(together) == encode(read) == encode(one_by_one)
    assert (together is state) is (one_by_one is state)
    assert TOGETHER[kind](together, facts) is together


def test_a_state_is_a_value_however_it_was_made() -> None:
    """Folded or read from the store, equal states are equal, hash alike and cannot be written."""
    folded = HANDLERS[SessionAttended](begin("mg-4", "p1"), EXAMPLES[SessionAttended.TYPE])
    stored = decode(encode(folded))

    assert folded == stored
    assert encode(stored) == encode(folded)
    assert [each.name for each in fields(folded)] == list(vars(folded))
    with pytest.raises(AttributeError):
        folded.latest = stored.latest
