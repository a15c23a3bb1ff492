"""The life of a certificate: which act is allowed at which stage, and what a stage is called."""

import pytest
from ijaza_contracts.credential import (
    CertificateChange,
    CertificateIssued,
    CertificateReinstated,
    CertificateRevoked,
)
from ijaza_credential.domain.commands import Approve, Reinstate, Revoke
from ijaza_credential.domain.gate import stage_now
from ijaza_credential.domain.life import LIFE, Act, Began, Illegal, Stage, began, moved, successor
from ijaza_credential.domain.refusals import NotAllowedError

from tests.unit.credential.given import (
    PARTICIPATION,
    Life,
    after_closing,
    certificate,
    closed,
    everything,
    failed,
    graduate,
    passed,
    published,
    recorded,
    types,
)

LAWFUL = {
    (Stage.NONE, Act.ISSUE): Stage.VALID,
    (Stage.AWAITING_APPROVAL, Act.ISSUE): Stage.VALID,
    (Stage.VALID, Act.SUPERSEDE): Stage.VALID,
    (Stage.VALID, Act.REVOKE): Stage.REVOKED,
    (Stage.VALID, Act.OFFICER_REVOKES): Stage.REVOKED_BY_OFFICER,
    (Stage.VALID, Act.OFFICER_REISSUES): Stage.VALID,
    (Stage.REVOKED, Act.REINSTATE): Stage.VALID,
    (Stage.REVOKED_BY_OFFICER, Act.OFFICER_REINSTATES): Stage.VALID,
    (Stage.REVOKED_BY_OFFICER, Act.OFFICER_REVOKES): Stage.REVOKED_BY_OFFICER,
}


def stage(life: Life) -> Stage:
    """Where the certificate is."""
    assert life.programme is not None
    return stage_now(life.state, life.programme, life.person)


def revoked_by_officer() -> Life:
    """A certificate that an officer has revoked."""
    life = graduate()
    life.order(Revoke(actor="officer", reason="doubt", at=after_closing(1)))
    return life


def test_every_act_is_allowed_or_refused_at_every_stage() -> None:
    """No cell of the table is empty, and what is not listed here is refused with a reason."""
    for at, acts in LIFE.items():
        assert set(acts) == set(Act)
        for act, follows in acts.items():
            if (at, act) in LAWFUL:
                assert follows is LAWFUL[at, act]
            else:
                assert isinstance(follows, Illegal), (at, act)
                assert follows.code
                assert len(follows.why) > 30
    assert set(LIFE) == set(Stage)


def test_a_refused_act_names_the_certificate_and_says_why() -> None:
    """For who ordered it."""
    life = revoked_by_officer()

    with pytest.raises(NotAllowedError) as refused:
        moved(life.state, Act.REINSTATE)

    assert refused.value.code == "revoked-by-officer"
    assert life.state.issued[1].serial in refused.value.detail


def test_a_certificate_goes_through_its_stages() -> None:
    """None, awaiting approval, valid, revoked by the facts, valid again."""
    life = Life()
    life.hear(published(issue="on_approval"), recorded(), *everything())
    assert stage(life) is Stage.NONE

    life.hear(closed())
    assert stage(life) is Stage.AWAITING_APPROVAL

    life.order(Approve(actor="a", at=after_closing(1)))
    assert stage(life) is Stage.VALID

    life.hear(failed("m1", facts=2, at=after_closing(2)))
    assert stage(life) is Stage.REVOKED

    life.hear(passed("m1", facts=3, at=after_closing(3)))
    assert stage(life) is Stage.VALID


def test_nobody_awaits_approval_where_certificates_are_issued_automatically() -> None:
    """Without a profile it waits for that, and not for a word."""
    life = Life()
    life.hear(published(), *everything(), closed())

    assert stage(life) is Stage.NONE


def test_a_version_says_how_it_began_and_what_follows_it() -> None:
    """Issued, superseding, reinstated: a line without a gap."""
    life = graduate()
    life.hear(recorded("Amina Farouq", version=2, at=after_closing(1)))
    life.order(Revoke(actor="officer", reason="doubt", at=after_closing(2)))
    life.order(Reinstate(actor="officer", reason="cleared", at=after_closing(3)))

    state = life.state
    assert [began(state, version) for version in (1, 2, 3)] == [
        Began.ISSUED,
        Began.SUPERSEDING,
        Began.REINSTATED,
    ]
    ids = [state.issued[version].credential_id for version in (1, 2, 3)]
    assert [successor(state, version) for version in (1, 2, 3)] == [*ids[1:], ""]
    assert len({each.serial for each in state.issued.values()}) == 1


def test_every_change_says_when_why_and_by_whose_word() -> None:
    """Two who approve, an officer who orders, or nobody where the facts did it."""
    life = graduate(issue="on_approval", approvers=2)
    life.order(Approve(actor="dean", at=after_closing(1)))
    life.order(Approve(actor="head", at=after_closing(2)))
    life.hear(failed("m1", facts=2, at=after_closing(3)))
    life.hear(passed("m1", facts=3, at=after_closing(4)))
    life.order(Revoke(actor="officer", reason="doubt", at=after_closing(5)))
    life.order(Reinstate(actor="officer", reason="cleared", at=after_closing(6)))

    said = [
        (type(each).__name__, each.actor, each.because, each.approved_by, each.at)
        for each in life.events
        if isinstance(each, CertificateChange)
    ]
    assert said == [
        ("CertificateIssued", "", "award", ("dean", "head"), after_closing(2)),
        ("CertificateRevoked", "", "test:m1", (), after_closing(3)),
        ("CertificateIssued", "", "award", (), after_closing(4)),
        ("CertificateReinstated", "", "award", (), after_closing(4)),
        ("CertificateRevoked", "officer", "doubt", (), after_closing(5)),
        ("CertificateIssued", "officer", "cleared", (), after_closing(6)),
        ("CertificateReinstated", "officer", "cleared", (), after_closing(6)),
    ]


def test_who_reaches_the_first_certificate_later_is_upgraded() -> None:
    """formats.md: "a person gets the first whose requirements are met, one at a time"."""
    rules = (certificate(), PARTICIPATION)
    life = Life()
    life.hear(published(certificates=rules), recorded(), *everything(), failed("m1", facts=2))
    first = life.hear(closed())
    assert isinstance(first[0], CertificateIssued)
    assert first[0].kind == "participation"

    events = life.hear(passed("m1", "75", attempt=2, at=after_closing(2)))

    assert types(events)[:2] == ["EligibilityReached", "CertificateIssued"]
    assert isinstance(events[1], CertificateIssued)
    assert (events[1].kind, events[1].version) == ("completion", 2)
    assert life.state.status(1) == "superseded"
    assert life.state.ended[1].because == "award,results"


def test_a_certificate_that_somebody_holds_is_never_issued_twice() -> None:
    """An officer's word and the facts' are each heard once."""
    life = revoked_by_officer()

    life.hear(failed("m1", facts=2, at=after_closing(2)))
    life.hear(passed("m1", facts=3, at=after_closing(3)))

    assert list(life.state.issued) == [1]
    assert not [each for each in life.events if isinstance(each, CertificateReinstated)]
    assert len([each for each in life.events if isinstance(each, CertificateRevoked)]) == 1
