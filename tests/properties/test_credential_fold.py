"""design.md §4: "any order across topics, any duplication, any replay gives the same state", and
after closing "nothing that was issued is ever deleted".

A participant's life is a list of facts, cut into batches; after each batch credential decides.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ijaza_contracts.credential import CertificateApproved, CertificateEvent, GraduationEvent
from ijaza_contracts.enrollment import EditionPublished
from ijaza_contracts.envelope import Event
from ijaza_credential.domain.change import states
from ijaza_credential.domain.commands import (
    Approve,
    Command,
    Reinstate,
    Revoke,
)
from ijaza_credential.domain.gate import proposal
from ijaza_credential.domain.refusals import NotAllowedError
from ijaza_credential.domain.reissue import Reissue
from ijaza_credential.domain.rules import assess
from ijaza_credential.domain.state import State
from ijaza_credential.storage import encode

from tests.unit.credential.given import (
    CLOSED_AT,
    EDITION,
    PARTICIPANT,
    PARTICIPATION,
    Life,
    annulled,
    attended,
    certificate,
    closed,
    day,
    everything,
    excused,
    failed,
    module,
    passed,
    published,
    recorded,
    selected,
    withdrawn,
)

Step = Event | Command | Literal["erase"]

SESSIONS = ("m1-d1", "m1-d4", "m2-d1", "m2-d4")
MODULES = ("m1", "m2")
RULES = (certificate(percent=80, hours=12), PARTICIPATION)

moments = st.integers(0, 90).map(lambda days: day(1 + days))
later_moments = st.integers(0, 40).map(lambda days: CLOSED_AT + timedelta(days=days))


def facts(at: st.SearchStrategy[Any]) -> st.SearchStrategy[Event]:
    """One fact about the participant, at such a time."""
    version = st.integers(1, 4)
    attempt = {"attempt": st.integers(1, 3), "facts": version, "at": at}
    return st.one_of(
        st.builds(
            attended,
            st.sampled_from(SESSIONS),
            seconds=st.integers(0, 5 * 3600),
            facts=version,
            at=at,
        ),
        st.builds(excused, st.sampled_from(SESSIONS), at=at),
        st.builds(passed, st.sampled_from(MODULES), st.sampled_from(["60", "80", "95"]), **attempt),
        st.builds(
            failed,
            st.sampled_from(MODULES),
            st.sampled_from(["40", "59.5", "90"]),
            because=st.sampled_from(["below_pass_mark", "over_limit"]),
            **attempt,
        ),
        st.builds(annulled, st.sampled_from(MODULES), **attempt),
        st.builds(withdrawn, at),
        st.builds(
            recorded,
            st.sampled_from(["Amina Farouk", "Amina Farouq", "A. Farouk"]),
            version=st.integers(2, 5),
            at=at,
        ),
    )


def approvals(at: st.SearchStrategy[Any]) -> st.SearchStrategy[Event]:
    """An approval of the first certificate, as it stands on credential's own topic."""
    return st.builds(
        CertificateApproved,
        edition=st.just(EDITION),
        participant=st.just(PARTICIPANT),
        at=at,
        version=st.just(1),
        actor=st.sampled_from("abc"),
    )


@st.composite
def revisions(draw: st.DrawFn, at: Any = None) -> list[EditionPublished]:
    """The edition's revisions: sessions are cancelled, and the rules of issue are drawn once."""
    issue = draw(st.sampled_from(["automatic", "on_approval"]))
    on_change = draw(st.sampled_from(["at_once", "propose"]))
    approvers = draw(st.sampled_from([1, 2]))
    return [
        published(
            revision,
            at=at or day(-30 + revision),
            issue=issue,
            on_change=on_change,
            approvers=approvers,
            certificates=RULES,
            modules=(
                module("m1", 1, cancelled=draw(st.sampled_from([[], ["m1-d2"]]))),
                module("m2", 8, cancelled=draw(st.sampled_from([[], ["m2-d4"]]))),
            ),
        )
        for revision in range(1, draw(st.integers(1, 3)) + 1)
    ]


def lived(events: Sequence[Event], cuts: Sequence[int] = ()) -> Life:
    """A life in batches that end at these places, then the closing."""
    life = Life()
    bounds = [0, *sorted(cut % (len(events) + 1) for cut in cuts), len(events)]
    for start, end in pairwise(bounds):
        life.hear(*events[start:end])
    life.hear(closed())
    return life


def but_for_turns(state: State) -> State:
    """How often eligibility was won and lost depends on the order of facts; the rest does not."""
    return replace(state, turn=state.turn._replace(number=0, at=CLOSED_AT))


def certificate_ids(life: Life) -> set[str]:
    """The ids of what was published of certificates."""
    return {each.id for each in life.events if isinstance(each, CertificateEvent | GraduationEvent)}


@pytest.mark.slow
@given(
    editions=revisions(),
    early=st.lists(facts(moments), max_size=12),
    approved=st.lists(approvals(moments), max_size=3),
    cuts=st.lists(st.integers(0, 60), max_size=5),
    data=st.data(),
)
def test_any_order_duplication_and_batches_before_the_closing_give_the_same(
    editions: list[EditionPublished],
    early: list[Event],
    approved: list[Event],
    cuts: list[int],
    data: st.DataObject,
) -> None:
    """Given all facts by the closing, then state, certificates and ids are the same."""
    all_facts: list[Event] = [*editions, recorded(), *everything(), *early, *approved]
    repeated = data.draw(st.lists(st.sampled_from(all_facts), max_size=5))
    shuffled = data.draw(st.permutations([*all_facts, *repeated]))

    once, again = lived(all_facts), lived(shuffled, cuts)

    assert encode(but_for_turns(again.state)) == encode(but_for_turns(once.state))
    assert certificate_ids(again) == certificate_ids(once)


def orders() -> st.SearchStrategy[Step]:
    """What staff order after the closing."""
    return st.one_of(
        st.builds(Approve, actor=st.sampled_from("abc"), at=later_moments),
        st.builds(Revoke, actor=st.just("officer"), reason=st.just("doubt"), at=later_moments),
        st.builds(Reinstate, actor=st.just("officer"), at=later_moments),
        st.builds(Reissue, actor=st.just("officer"), reason=st.just("lost"), at=later_moments),
    )


later_steps = st.lists(
    st.one_of(facts(later_moments), facts(later_moments), orders(), st.just("erase")), max_size=12
)


def take(life: Life, step: Step) -> None:
    """Let one thing happen; what is not allowed does not."""
    if step == "erase":
        life.erase()
    elif isinstance(step, Event):
        life.hear(step)
    else:
        try:
            life.order(step)
        except NotAllowedError:
            return


def check_line(before: State, life: Life) -> None:
    """Certificates form a line, in which nothing that was is changed."""
    state = life.state
    issued = [state.issued[version] for version in sorted(state.issued)]
    assert list(state.issued) == list(range(1, len(issued) + 1))
    assert [each.predecessor for each in issued] == [
        "",
        *(each.credential_id for each in issued[:-1]),
    ][: len(issued)]
    assert [each.at for each in issued] == sorted(each.at for each in issued)
    valid = [version for version in state.issued if state.status(version) == "valid"]
    assert valid in ([], [state.last_version])
    assert before.issued.items() <= state.issued.items()
    assert before.ended.items() <= state.ended.items()


def check_entitlement(life: Life) -> None:
    """Who has earned a certificate holds exactly it, unless somebody's word is waited for."""
    assert life.programme is not None
    state, assessment = life.state, assess(life.state, life.programme)
    last, ended = state.issued.get(state.last_version), state.ended.get(state.last_version)
    if life.person is None or proposal(state, life.programme, life.person) is not None:
        return
    if ended is not None and ended.actor:
        return
    if assessment.award is None:
        assert last is None or ended is not None
        return
    assert last is not None
    assert ended is None
    assert last.certificate == assessment.award.id
    assert state.stated[state.last_version] == states(life.person, assessment.modules)


@given(editions=revisions(), steps=later_steps, data=st.data())
def test_after_the_closing_certificates_form_a_line_and_follow_what_holds(
    editions: list[EditionPublished], steps: list[Step], data: st.DataObject
) -> None:
    """At most one is valid, exactly one of who is entitled; versions are 1…n; nothing is lost."""
    life = lived([editions[0], recorded(), *everything()])
    for each in editions[1:]:
        place = data.draw(st.integers(0, len(steps)))
        steps = [*steps[:place], each, *steps[place:]]

    for step in steps:
        before = life.state
        take(life, step)
        check_line(before, life)
        check_entitlement(life)
        assert life.settle() == []

    ids = [each.id for each in life.events]
    assert len(ids) == len(set(ids)), "nothing is published twice"


@given(editions=revisions(), steps=later_steps, data=st.data())
def test_a_rebuild_emits_nothing_and_gives_the_same_state(
    editions: list[EditionPublished], steps: list[Step], data: st.DataObject
) -> None:
    """Given all inputs and own events in any order, then the state is that of the live one.

    What a certificate states of its holder is on no topic: of the valid one it is found again, if
    it still holds; of those before it, it is lost with the store.
    """
    heard: list[Event] = [*editions, recorded(), *everything(), closed()]
    live = lived(heard[:-1])
    for step in steps:
        take(live, step)
        if isinstance(step, Event):
            heard.append(step)
    rebuilt = Life(programme=live.programme)
    own_and_inputs = [*heard, *live.events]

    for event in data.draw(st.permutations(own_and_inputs)):
        if not isinstance(event, EditionPublished):
            rebuilt.fold(event)
    rebuilt.person = live.person
    events = rebuilt.settle()

    assert events == []
    assert replace(rebuilt.state, stated={}) == replace(live.state, stated={})
    assert live.programme is not None
    waits = [proposal(each.state, live.programme, live.person) for each in (live, rebuilt)]
    assert (waits[0] is None) == (waits[1] is None)
    last = live.state.last_version
    if waits[0] is None and live.state.issued and live.state.status(last) == "valid":
        assert rebuilt.state.stated.get(last) == live.state.stated.get(last)


def test_a_selection_is_needed_for_the_properties_above_to_say_anything() -> None:
    """The life that they start from ends with a certificate."""
    life = lived([published(certificates=RULES), recorded(), *everything(), selected()])

    assert list(life.state.issued) == [1]
