"""Changes that wait for somebody's word: confirmed, declined, and proposed again."""

from typing import Any

import pytest
from ijaza_contracts.credential import ChangeDeclined
from ijaza_contracts.envelope import Event
from ijaza_credential.domain.commands import Approve, Decline, Seen
from ijaza_credential.domain.gate import Proposal, proposal
from ijaza_credential.domain.refusals import NotAllowedError

from tests.unit.credential.given import (
    Life,
    after_closing,
    annulled,
    attended,
    certificate,
    closed,
    everything,
    excused,
    failed,
    graduate,
    module,
    passed,
    published,
    recorded,
    types,
    withdrawn,
)

RULES = (certificate(hours=None),)
LATE = after_closing(2)
CORRECTIONS: dict[str, tuple[Event, str, str]] = {
    "attendance": (attended("m1-d1", 3, facts=2, at=LATE), "supersede", "results"),
    "excuse": (excused("m1-d4", at=LATE), "supersede", "results"),
    "score": (passed("m1", "95", facts=2, at=LATE), "supersede", "results"),
    "score below the mark": (failed("m1", "40", facts=2, at=LATE), "revoke", "test:m1"),
    "annulment": (annulled("m1", at=LATE), "revoke", "test:m1"),
    "cancelled session": (
        published(
            2,
            at=LATE,
            certificates=RULES,
            on_change="propose",
            modules=(module("m1", 1, cancelled=["m1-d4"]), module("m2", 8)),
        ),
        "supersede",
        "results",
    ),
    "new rules": (
        published(2, at=LATE, certificates=(certificate(hours=17),), on_change="propose"),
        "revoke",
        "attendance:m1,attendance:m2",
    ),
    "withdrawal": (withdrawn(LATE), "revoke", "taking-part"),
    "name": (recorded("Amina Farouq", version=2, at=LATE), "supersede", "name"),
}


def proposing(**changes: Any) -> Life:
    """A graduate of an edition where changes after closing are proposed."""
    return graduate(on_change="propose", certificates=RULES, **changes)


def waiting(life: Life) -> Proposal:
    """What is proposed, which there is."""
    assert life.programme is not None
    found = proposal(life.state, life.programme, life.person)
    assert found is not None
    return found


def seen(life: Life) -> Seen:
    """What an officer reads before they decide."""
    found = waiting(life)
    return Seen(found.change.step, found.facts)


def decline(life: Life, at: int = 3) -> list[Event]:
    """An officer declines what is proposed."""
    command = Decline(actor="officer", reason="not-proven", at=after_closing(at), seen=seen(life))
    return life.order(command)


@pytest.mark.parametrize("kind", CORRECTIONS)
def test_each_kind_of_correction_is_proposed_and_then_happens(kind: str) -> None:
    """Not before it is confirmed, and at the time of that."""
    event, change, because = CORRECTIONS[kind]
    life = proposing()

    life.hear(event)
    found = waiting(life)
    assert (found.change.kind, found.change.because, found.waits) == (change, because, True)
    assert life.state.status(1) == "valid"

    life.order(Approve(actor="a", at=after_closing(3), seen=seen(life)))
    assert life.state.ended[1].at == after_closing(3)
    assert life.state.status(1) == ("revoked" if change == "revoke" else "superseded")


@pytest.mark.parametrize("kind", CORRECTIONS)
def test_each_kind_of_correction_happens_at_once_where_the_edition_says_so(kind: str) -> None:
    """edition.yaml: "on_change: at_once"."""
    event, change, _ = CORRECTIONS[kind]
    life = graduate(certificates=RULES)
    if "definition" in type(event).model_fields:
        definition = event.definition.model_copy(update={"on_change": "at_once"})  # type: ignore[attr-defined]  # of the revisions above
        event = event.model_copy(update={"definition": definition})

    life.hear(event)

    assert life.state.status(1) == ("revoked" if change == "revoke" else "superseded")


@pytest.mark.parametrize("kind", CORRECTIONS)
def test_what_is_declined_stays_as_it_was(kind: str) -> None:
    """With an event that says who declined what, when, why, and upon which facts."""
    life = proposing()
    life.hear(CORRECTIONS[kind][0])
    facts = waiting(life).facts

    (event,) = decline(life)

    assert isinstance(event, ChangeDeclined)
    assert (event.version, event.change) == (2, CORRECTIONS[kind][1])
    assert (event.actor, event.because, event.facts) == ("officer", "not-proven", facts)
    assert event.at == after_closing(3)
    assert not waiting(life).waits
    assert life.settle() == []
    assert life.state.status(1) == "valid"


def test_what_is_declined_cannot_be_approved() -> None:
    """Before the facts change nobody can let it happen after all."""
    life = proposing()
    life.hear(CORRECTIONS["name"][0])
    decline(life)

    with pytest.raises(NotAllowedError) as refused:
        life.order(Approve(actor="a", at=after_closing(4)))

    assert refused.value.code == "declined"


def test_it_is_proposed_again_when_the_facts_change() -> None:
    """Whatever the new fact is, and in a step of its own."""
    life = proposing()
    life.hear(CORRECTIONS["name"][0])
    decline(life)

    life.hear(attended("m1-d1", 3, facts=2, at=after_closing(4)))

    found = waiting(life)
    assert found.waits
    assert (found.change.because, found.change.step) == ("name,results", 3)


def test_a_fact_that_goes_and_comes_again_is_another_one() -> None:
    """What was declined is gone with it; the same correction made anew is decided on anew."""
    life = proposing()
    life.hear(failed("m1", "40", facts=2, at=after_closing(2)))
    decline(life)
    life.hear(passed("m1", facts=3, at=after_closing(4)))
    assert life.programme is not None
    assert proposal(life.state, life.programme, life.person) is None

    life.hear(failed("m1", "40", facts=4, at=after_closing(5)))

    assert waiting(life).waits


def test_approvals_of_what_was_declined_count_for_nothing_else() -> None:
    """One of two had approved it; of what is proposed later that one has seen nothing."""
    life = proposing(approvers=2)
    life.hear(CORRECTIONS["name"][0])
    life.order(Approve(actor="a", at=after_closing(3)))
    decline(life)
    life.hear(recorded("Amena Farouq", version=3, at=after_closing(4)))

    life.order(Approve(actor="b", at=after_closing(5)))

    assert life.state.status(1) == "valid"
    assert list(waiting(life).approvals) == ["b"]


def test_declining_twice_is_declining_once() -> None:
    """Commands are idempotent."""
    life = proposing()
    life.hear(CORRECTIONS["name"][0])
    read = seen(life)
    decline(life)

    again = Decline(actor="officer", reason="not-proven", at=after_closing(3), seen=read)

    assert life.order(again) == []


@pytest.mark.parametrize("word", [Approve, Decline])
@pytest.mark.parametrize("changed", [Seen(3), Seen(2, "0" * 32)], ids=["step", "facts"])
def test_a_word_on_something_else_than_what_waits_is_refused(word: Any, changed: Seen) -> None:
    """Somebody decides on what they see; what came meanwhile they have to read first."""
    life = proposing()
    life.hear(CORRECTIONS["name"][0])

    with pytest.raises(NotAllowedError) as refused:
        life.order(word(actor="a", reason="", at=after_closing(3), seen=changed))

    assert refused.value.code == "changed-since"


@pytest.mark.parametrize("word", [Approve, Decline])
def test_where_nothing_waits_there_is_nothing_to_say(word: Any) -> None:
    """The valid certificate says what holds."""
    life = proposing()

    with pytest.raises(NotAllowedError) as refused:
        life.order(word(actor="a", reason="", at=after_closing(3), seen=Seen(2)))

    assert refused.value.code == "nothing-waits"


def test_the_first_certificate_can_be_declined_as_well() -> None:
    """It awaits approval, and then no longer; another fact brings it back."""
    life = graduate(issue="on_approval")
    assert waiting(life).change.kind == "issue"

    decline(life)
    assert life.state.issued == {}
    assert not waiting(life).waits

    life.hear(passed("m1", "95", facts=2, at=after_closing(4)))
    assert types(life.order(Approve(actor="a", at=after_closing(5))))[1] == "CertificateIssued"


def test_a_confirmation_sent_again_changes_nothing() -> None:
    """Even when what it confirmed has happened, and something else waits by then."""
    life = proposing()
    life.hear(CORRECTIONS["name"][0])
    command = Approve(actor="a", at=after_closing(3), seen=seen(life))
    life.order(command)
    life.hear(attended("m1-d1", 3, facts=2, at=after_closing(4)))

    again = Approve(actor="a", at=after_closing(5), seen=command.seen)

    assert life.order(again) == []
    assert waiting(life).waits


def test_a_rebuilt_state_knows_what_was_declined() -> None:
    """It is a fold of the event: nothing is proposed again by a replay."""
    live = proposing()
    live.hear(CORRECTIONS["name"][0])
    decline(live)

    life = Life(programme=live.programme, person=live.person)
    life.hear(*reversed([*live.heard, *live.events, *live.journal]))

    assert life.state == live.state
    assert not waiting(life).waits
    assert life.events == []


def test_before_the_closing_nothing_is_proposed() -> None:
    """Facts arrive in any order: what a certificate would say is not known before."""
    life = Life()
    life.hear(published(issue="on_approval"), recorded(), *everything())
    assert life.programme is not None

    assert proposal(life.state, life.programme, life.person) is None
    life.hear(closed())
    assert waiting(life).change.kind == "issue"
