"""design.md §3, the public topic: "an id made for this topic alone, status, date; nothing that
leads to a certificate or a person". And a partner who folds it counts right.
"""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import time
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from hypothesis import given
from hypothesis import strategies as st
from ijaza_contracts.credential import GraduationEvent
from ijaza_contracts.enrollment import EditionPublished
from ijaza_contracts.envelope import Event
from ijaza_runtime.outbox import record_of

from examples.partner.consumer import COUNT, learn, opened
from tests.properties.test_credential_fold import RULES, Step, later_steps, lived, revisions, take
from tests.unit.credential.given import EDITION, Life, everything, published, recorded

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
SAID_BY_ALL = {"1.0", "application/json", "/ijaza/credential", EDITION}
KINDS = {"completion", "participation", "attendance"}
STATUSES = {"valid", "superseded", "revoked"}
A_DAY = re.compile(r"\d{4}-\d\d-\d\d(T00:00:00Z)?")


def values(value: Any) -> Iterator[str]:
    """Every text and number in some JSON."""
    if isinstance(value, dict):
        for nested in value.values():
            yield from values(nested)
    elif isinstance(value, list):
        for nested in value:
            yield from values(nested)
    elif value is not None:
        yield str(value)


def said_in(event: Event) -> set[str]:
    """Everything that the record of an event says: key, headers and body."""
    key, value, headers = record_of(event, TRACE)[1:]
    assert value is not None
    return {key, *headers.values(), *values(json.loads(value))}


def after(editions: Sequence[EditionPublished], steps: Sequence[Step], data: st.DataObject) -> Life:
    """A life with a certificate, after these steps and the edition's later revisions."""
    life = lived([editions[0], recorded(), *everything()])
    for each in editions[1:]:
        place = data.draw(st.integers(0, len(steps)))
        steps = [*steps[:place], each, *steps[place:]]
    for step in steps:
        take(life, step)
    return life


def split(life: Life) -> tuple[list[GraduationEvent], list[Event]]:
    """What stands on the public topic, and everything else that was heard or decided."""
    public = [each for each in life.events if isinstance(each, GraduationEvent)]
    others = [each for each in life.events if not isinstance(each, GraduationEvent)]
    return public, [*others, *life.heard]


@pytest.mark.slow
@given(editions=revisions(), steps=later_steps, data=st.data())
def test_a_public_record_shares_nothing_with_any_other_topic(
    editions: list[EditionPublished], steps: list[Step], data: st.DataObject
) -> None:
    """But the edition, the kind, days, and what every record of credential says: no id, no time
    of day, no trace, and no number, whatever becomes of the certificate.
    """
    public, others = split(after(editions, steps, data))

    elsewhere = {each for event in others for each in said_in(event)}
    for event in public:
        own = {each for each in said_in(event) if not A_DAY.fullmatch(each)}
        assert own & elsewhere <= SAID_BY_ALL | KINDS
        assert event.at.timetz().replace(tzinfo=None) == time()
        ids = own - SAID_BY_ALL - KINDS - STATUSES - {event.TYPE}
        assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)


@pytest.mark.slow
@given(editions=revisions(), steps=later_steps, data=st.data())
def test_who_counts_from_the_public_topic_counts_who_holds_a_certificate(
    editions: list[EditionPublished], steps: list[Step], data: st.DataObject
) -> None:
    """In any order and with any repetition, and of those who hold none, nobody is counted.

    So after supersession, revocation, reinstatement and erasure too: the partner's own code folds.
    """
    life = after(editions, steps, data)
    public, _ = split(life)
    again = data.draw(st.lists(st.sampled_from(public), max_size=5)) if public else []
    store = opened(":memory:")

    for event in data.draw(st.permutations([*public, *again])):
        headers = {name: value.encode() for name, value in event.headers().items()}
        learn(store, from_binary_event(KafkaMessage(headers, event.key, event.body())))

    state = life.state
    holds = bool(state.issued) and state.status(state.last_version) == "valid"
    assert dict(store.execute(COUNT).fetchall()) == ({EDITION: 1} if holds else {})
    store.close()


@given(editions=revisions(), steps=later_steps, data=st.data())
def test_every_certificate_has_its_graduation_and_ends_with_it(
    editions: list[EditionPublished], steps: list[Step], data: st.DataObject
) -> None:
    """Issued, superseded and revoked, in the same words; a successor is a graduation of its own."""
    life = after(editions, steps, data)
    public, _ = split(life)

    stands: dict[str, str] = {}
    successors = []
    for event in public:
        said = event.model_dump(mode="json")
        stands[event.graduation] = said["status"]
        successors.append(said.get("successor"))
    assert list(stands.values()) == [life.state.status(each) for each in sorted(life.state.issued)]
    assert set(filter(None, successors)) <= set(stands)


def test_the_properties_above_say_something() -> None:
    """The life that they start from has a graduation."""
    public, others = split(lived([published(certificates=RULES), recorded(), *everything()]))

    assert len(public) == 1
    assert others
