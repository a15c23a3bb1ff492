"""What approvers and officers order."""

from datetime import datetime

import pytest
from ijaza_contracts.credential import (
    CertificateApproved,
    CertificateReinstated,
    CertificateRevoked,
)
from ijaza_credential.domain.commands import (
    Approve,
    Reinstate,
    Revoke,
)
from ijaza_credential.domain.refusals import NotAllowedError
from ijaza_credential.handlers import deciding
from ijaza_runtime.errors import Conflicting, NotKnown

from tests.unit.credential.given import (
    CLOSED_AT,
    SECRET,
    Life,
    after_closing,
    attended,
    closed,
    everything,
    failed,
    graduate,
    published,
    recorded,
    types,
)


def approve(actor: str = "a", at: datetime = CLOSED_AT) -> Approve:
    """Somebody approves."""
    return Approve(actor=actor, at=at)


def revoke(at: datetime | None = None) -> Revoke:
    """An officer revokes."""
    return Revoke(actor="officer", reason="identity-in-doubt", at=at or after_closing(1))


def reinstate(at: datetime | None = None) -> Reinstate:
    """An officer reinstates."""
    return Reinstate(actor="officer", at=at or after_closing(2))


def test_the_same_approval_again_changes_nothing() -> None:
    """Commands are idempotent, also after what they let pass."""
    life = graduate(issue="on_approval")
    life.order(approve())

    assert life.order(approve()) == []


def test_an_approval_sent_again_does_not_approve_what_is_proposed_since() -> None:
    """It is the same command; another approval has another time."""
    life = graduate(issue="on_approval", on_change="propose")
    life.order(approve("a", CLOSED_AT))
    life.hear(recorded("Another Name", version=2, at=after_closing(2)))

    assert life.order(approve("a", CLOSED_AT)) == []
    assert "CertificateSuperseded" in types(life.order(approve("a", after_closing(3))))


def test_an_approval_too_many_is_kept_and_has_no_effect() -> None:
    """It must not let the next change pass, of which nobody knows yet."""
    life = graduate(issue="on_approval", on_change="propose")
    life.order(approve("a"))

    (event,) = life.order(approve("b", after_closing(1)))
    life.hear(recorded("Another Name", version=2, at=after_closing(2)))

    assert isinstance(event, CertificateApproved)
    assert event.version == 1
    assert life.state.last_version == 1


def test_of_two_times_of_one_actor_the_first_stands() -> None:
    """Replayed in any order, an actor's approval has one time."""
    life = graduate(issue="on_approval", approvers=2)
    life.order(approve("a", after_closing(2)))
    again = CertificateApproved(
        edition=life.state.edition,
        participant=life.state.participant,
        at=after_closing(1),
        version=1,
        actor="a",
    )

    life.hear(again)

    assert life.state.approvals[1] == {"a": after_closing(1)}


def test_who_is_not_known_cannot_be_approved() -> None:
    """A mistyped id must not make a participant."""
    life = Life()
    life.hear(published(issue="on_approval"))

    with pytest.raises(NotAllowedError, match="nobody of edition mg-4 has the id p1"):
        life.order(approve())


def test_an_applicant_without_a_seat_can_be_approved_and_gets_nothing() -> None:
    """approvals.csv may name any applicant; a certificate takes an award as well."""
    life = Life()
    life.hear(published(issue="on_approval"), recorded(), closed())

    assert types(life.order(approve())) == ["CertificateApproved"]


def test_an_unknown_edition_is_refused() -> None:
    """Its rules may yet come."""
    life = Life()
    life.hear(*everything())

    with pytest.raises(NotAllowedError, match="edition mg-4 is not known"):
        life.order(approve())


def test_what_an_officer_revokes_stays_revoked() -> None:
    """Whatever the facts say, until it is reinstated."""
    life = graduate()

    revoked, _ = life.order(revoke())
    later = life.hear(attended("m1-d1", 3, facts=2, at=after_closing(3)))

    assert isinstance(revoked, CertificateRevoked)
    assert (revoked.actor, revoked.because) == ("officer", "identity-in-doubt")
    assert later == []
    assert life.state.status(1) == "revoked"


def test_an_officer_reinstates_with_a_new_credential() -> None:
    """The new one follows the revoked one, and says who ordered it."""
    life = graduate()
    life.order(revoke())

    events = life.order(reinstate())

    (event,) = [each for each in events if isinstance(each, CertificateReinstated)]
    assert (event.version, event.actor) == (2, "officer")
    assert event.predecessor == life.state.issued[1].credential_id
    assert life.state.stated[2] == life.state.stated[1]


@pytest.mark.parametrize("command", [revoke(), reinstate()], ids=["revoke", "reinstate"])
def test_the_same_order_again_changes_nothing(command: Revoke | Reinstate) -> None:
    """Commands are idempotent."""
    life = graduate()
    life.order(revoke())
    if isinstance(command, Reinstate):
        life.order(command)

    assert life.order(command) == []


def test_what_is_not_earned_is_not_reinstated() -> None:
    """The refusal names what is missing."""
    life = graduate()
    life.order(revoke())
    life.hear(failed("m1", "40", facts=2, at=after_closing(1)))

    with pytest.raises(NotAllowedError, match="missing: test:m1"):
        life.order(reinstate())


def test_an_erased_persons_certificate_is_not_reinstated() -> None:
    """Nobody knows any more what it would say."""
    life = graduate()
    life.order(revoke())
    life.erase()

    with pytest.raises(NotAllowedError, match="missing: the holder's profile"):
        life.order(reinstate())


def test_an_erased_persons_certificate_can_be_revoked_by_an_officer() -> None:
    """Its status stays, until somebody answers for changing it."""
    life = graduate()
    life.erase()

    assert types(life.order(revoke())) == ["CertificateRevoked", "GraduationRevoked"]


def test_where_there_is_no_certificate_nothing_is_revoked() -> None:
    """The refusal says so."""
    life = Life()
    life.hear(published(), recorded(), *everything())

    with pytest.raises(NotAllowedError, match="there is no certificate"):
        life.order(revoke())


def test_what_the_facts_revoked_is_neither_revoked_nor_reinstated_by_an_officer() -> None:
    """The facts decide, and bring it back themselves."""
    life = graduate()
    life.hear(failed("m1", "40", facts=2, at=after_closing(1)))

    with pytest.raises(NotAllowedError, match="only a valid one"):
        life.order(revoke())
    with pytest.raises(NotAllowedError, match="what the facts revoke"):
        life.order(reinstate())


def test_a_refusal_has_its_status_for_http() -> None:
    """Not known is 404, not allowed 409."""
    life = graduate()

    with pytest.raises(NotKnown):
        deciding(approve(), SECRET)(life.state, None, life.person)
    with pytest.raises(Conflicting):
        deciding(reinstate(), SECRET)(life.state, life.programme, life.person)
