"""An officer has a valid certificate issued anew: the same, in its next version."""

from datetime import datetime

import pytest
from ijaza_contracts.credential import (
    CertificateIssued,
    CertificateSuperseded,
    GraduationSuperseded,
)
from ijaza_contracts.envelope import Event
from ijaza_credential.domain.commands import Approve, Decline, Reinstate, Revoke, Seen
from ijaza_credential.domain.decision import explain
from ijaza_credential.domain.gate import proposal
from ijaza_credential.domain.life import Began, began
from ijaza_credential.domain.refusals import NotAllowedError
from ijaza_credential.domain.reissue import Reissue
from ijaza_credential.domain.state import changed

from tests.unit.credential.given import (
    CLOSED_AT,
    Life,
    after_closing,
    certificate,
    everything,
    failed,
    graduate,
    passed,
    published,
    recorded,
    types,
)

RULES = (certificate(hours=None),)


def anew(at: datetime | None = None, *, actor: str = "officer", version: int = 0) -> Reissue:
    """An officer has it issued anew."""
    return Reissue(actor=actor, reason="key-stolen", at=at or after_closing(5), version=version)


def proposing() -> Life:
    """A graduate of an edition where changes after closing are proposed."""
    return graduate(on_change="propose", certificates=RULES)


def waits(life: Life) -> bool:
    """Whether a change is proposed and waits."""
    assert life.programme is not None
    found = proposal(life.state, life.programme, life.person)
    return found is not None and found.waits


def decline(life: Life, at: int = 3) -> None:
    """Somebody declines what is proposed."""
    assert life.programme is not None
    found = proposal(life.state, life.programme, life.person)
    assert found is not None
    seen = Seen(found.change.step, found.facts)
    life.order(Decline(actor="a", reason="not-proven", at=after_closing(at), seen=seen))


def refused(life: Life, command: Reissue) -> str:
    """The code by which an order is refused."""
    with pytest.raises(NotAllowedError) as refusal:
        life.order(command)
    return refusal.value.code


def test_the_next_version_states_what_the_last_one_does() -> None:
    """Under the same serial, after the last one, with who ordered it and why."""
    life = graduate()
    first = life.state.issued[1]

    events = life.order(anew())

    assert types(events) == [
        "CertificateIssued",
        "ParticipantGraduated",
        "CertificateSuperseded",
        "GraduationSuperseded",
    ]
    issued, _, superseded, graduation = events
    assert isinstance(issued, CertificateIssued)
    assert isinstance(superseded, CertificateSuperseded)
    assert isinstance(graduation, GraduationSuperseded)
    assert (issued.serial, issued.version, issued.predecessor) == (
        first.serial,
        2,
        first.credential_id,
    )
    assert superseded.successor == issued.credential_id != first.credential_id
    for each in (issued, superseded):
        assert (each.actor, each.because, each.at) == ("officer", "key-stolen", after_closing(5))
        assert each.approved_by == ()
    assert life.state.stated[2] == life.state.stated[1]
    assert [life.state.status(each) for each in (1, 2)] == ["superseded", "valid"]
    assert began(life.state, 2) is Began.REISSUED


def test_the_same_order_again_changes_nothing() -> None:
    """Also after the facts changed it since; another time is another order."""
    life = graduate()
    life.order(anew())
    assert life.order(anew()) == []

    life.hear(recorded("Amina Farouq", version=2, at=after_closing(6)))
    assert life.order(anew()) == []
    assert life.order(anew(version=2)) == []
    assert life.state.last_version == 3

    assert types(life.order(anew(after_closing(7))))[0] == "CertificateIssued"


def test_an_order_of_before_the_last_change_is_one_too() -> None:
    """It is dated by what it follows, and is known again by that."""
    life = graduate()
    early = anew(CLOSED_AT.replace(year=2000))

    (issued, *_) = life.order(early)

    assert isinstance(issued, CertificateIssued)
    assert issued.at == CLOSED_AT
    assert life.order(early) == []
    assert life.order(anew(early.at, actor="another")) != []


def test_what_somebody_was_not_looking_at_is_not_issued_anew() -> None:
    """Two who order the same at once make one version."""
    life = graduate()
    life.order(anew(version=1))

    assert life.order(anew(after_closing(6), actor="another", version=1)) == []


def test_it_waits_for_nobody_where_changes_are_proposed() -> None:
    """An order, as revocation is; and nothing waits after it."""
    life = proposing()

    life.order(anew())

    assert life.state.status(2) == "valid"
    assert not waits(life)


CHANGES = {
    "name": recorded("Amina Farouq", version=2, at=after_closing(2)),
    "results": passed("m1", "95", facts=2, at=after_closing(2)),
    "revocation": failed("m1", facts=2, at=after_closing(2)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_waits_has_to_be_decided_first(change: str) -> None:
    """Neither it passes with the order, nor is it passed over."""
    life = proposing()
    life.hear(CHANGES[change])

    assert refused(life, anew()) == "change-waits"
    assert life.state.last_version == 1


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_declined_does_not_pass_with_it_and_stays_declined(change: str) -> None:
    """The new version states what the last one did; nobody is asked again for the same facts."""
    life = proposing()
    before = life.state.stated[1]
    life.hear(CHANGES[change])
    decline(life)

    life.order(anew())

    assert life.state.stated == {1: before, 2: before}
    assert life.state.status(2) == "valid"
    assert not waits(life)
    with pytest.raises(NotAllowedError, match="was declined"):
        life.order(Approve(actor="a", at=after_closing(6)))
    life.hear(recorded("Amina F.", version=3, at=after_closing(7)))
    assert waits(life)


def test_the_edition_it_speaks_of_is_that_of_its_revision() -> None:
    """New rules, declined, stand on no certificate: nor does the order bring them there."""
    life = proposing()
    stricter = (certificate(hours=17),)
    life.hear(published(2, after_closing(2), certificates=stricter, on_change="propose"))
    life.hear(recorded("Amina Farouq", version=2, at=after_closing(2)))
    decline(life)

    life.order(anew())

    new = life.state.issued[2]
    assert (new.revision, new.person_version) == (1, 1)


def test_an_approval_given_before_it_lets_no_later_change_pass() -> None:
    """Each order is a step of its own."""
    life = proposing()
    life.order(Approve(actor="a", at=after_closing(1)))
    life.order(anew())
    life.order(Approve(actor="b", at=after_closing(6)))

    life.hear(CHANGES["name"])

    assert waits(life)


def test_only_what_is_valid_is_issued_anew() -> None:
    """Each refusal names the certificate and says why."""
    nothing = Life()
    nothing.hear(published(), recorded(), *everything())
    by_facts = graduate()
    by_facts.hear(failed("m1", facts=2, at=after_closing(1)))
    by_officer = graduate()
    by_officer.order(Revoke(actor="officer", reason="doubt", at=after_closing(1)))
    erased = graduate()
    erased.erase()

    assert refused(nothing, anew()) == "no-certificate"
    assert refused(by_facts, anew()) == "not-valid"
    assert refused(by_officer, anew()) == "revoked-by-officer"
    assert refused(erased, anew()) == "nobody-to-name"


def test_what_nobody_knows_any_more_is_not_made_up() -> None:
    """A store that was rebuilt without its journal, and a change that was declined before."""
    life = proposing()
    life.hear(CHANGES["name"])
    decline(life)
    life.state = changed(life.state, stated={})

    assert refused(life, anew()) == "statement-not-known"


def test_what_it_states_is_found_again_by_its_id() -> None:
    """Where only the version before is known by the journal, after a rebuild."""
    life = proposing()
    life.hear(CHANGES["name"])
    decline(life)
    life.order(anew())
    stated = life.state.stated
    life.state = changed(life.state, stated={1: stated[1]})

    assert life.settle() == []
    assert life.state.stated == stated


def test_an_officers_other_orders_go_on_as_before() -> None:
    """It is revoked and reinstated; a reissue is no reinstatement that was heard already."""
    life = graduate()
    life.order(anew())
    with pytest.raises(NotAllowedError) as refusal:
        life.order(Reinstate(actor="officer", at=after_closing(6)))
    assert refusal.value.code == "not-revoked-by-officer"

    life.order(Revoke(actor="officer", reason="doubt", at=after_closing(7)))
    life.order(Reinstate(actor="officer", at=after_closing(8)))

    assert [began(life.state, each) for each in (2, 3)] == [Began.REISSUED, Began.REINSTATED]


def test_the_same_life_heard_in_another_order_is_the_same_state() -> None:
    """All of it follows from the events."""
    life = graduate()
    life.order(anew())
    again = Life(programme=life.programme, person=life.person)
    told: list[Event] = [*life.heard, *life.events, *life.journal]

    for event in reversed(told):
        again.fold(event)

    assert again.settle() == []
    assert again.state == life.state
    assert life.programme is not None
    assert "Holds" in explain(life.state, life.programme, after_closing(9)).summary.en
