"""design.md §4: "What changes later is re-decided: the certificate is superseded or revoked,
reinstatement is a new credential under the same serial …, each linked to its predecessor; nothing
that was issued is ever deleted."
"""

from datetime import datetime
from typing import Any

import pytest
from ijaza_contracts.credential import (
    CertificateIssued,
    CertificateReinstated,
    CertificateRevoked,
    CertificateSuperseded,
    GraduationRevoked,
    GraduationSuperseded,
    ParticipantGraduated,
)
from ijaza_contracts.envelope import Event
from ijaza_credential.domain.commands import Approve
from ijaza_credential.domain.gate import proposal
from ijaza_credential.domain.state import Stated

from tests.unit.credential.given import (
    PARTICIPATION,
    Life,
    after_closing,
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

SUPERSEDED = [
    "CertificateIssued",
    "ParticipantGraduated",
    "CertificateSuperseded",
    "GraduationSuperseded",
]


def stated(life: Life, version: int) -> Stated:
    """What a certificate says of its holder."""
    return life.state.stated[version]


def renamed(at: datetime, version: int = 2) -> Event:
    """The English name was wrong."""
    return recorded("Amina Farouq", version=version, at=at)


def test_a_corrected_name_supersedes_the_certificate() -> None:
    """A new credential says the new name; both are linked, on the public topic as well."""
    life = graduate()

    new, graduated, old, graduation = life.hear(renamed(after_closing(2)))

    assert isinstance(new, CertificateIssued)
    assert isinstance(graduated, ParticipantGraduated)
    assert isinstance(old, CertificateSuperseded)
    assert isinstance(graduation, GraduationSuperseded)
    assert (new.version, new.predecessor, new.person_version) == (2, old.credential_id, 2)
    assert (old.version, old.successor, old.because) == (1, new.credential_id, "name")
    assert graduation.successor == graduated.graduation
    assert new.serial == old.serial
    assert new.at == old.at == after_closing(2)
    assert stated(life, 2).name_en == "Amina Farouq"


def test_the_certificate_before_says_what_it_always_said() -> None:
    """Its documents are made of what was stated then."""
    life = graduate()

    life.hear(renamed(after_closing(2)))

    assert stated(life, 1).name_en == "Amina Farouk"
    assert life.state.status(1) == "superseded"


@pytest.mark.parametrize(
    "event",
    [
        recorded(version=2, at=after_closing(1), email="amina@example.org"),
        recorded(" Amina  Farouk ", version=2, at=after_closing(1)),
        attended("m1-d1", seconds=4 * 3600 + 59, facts=2, at=after_closing(1)),
        passed("m1", "80.0", facts=2, at=after_closing(1)),
        failed("m1", "12", attempt=2, at=after_closing(1)),
        failed("m1", "95", attempt=3, because="over_limit", at=after_closing(1)),
    ],
    ids=["e-mail", "blanks in the name", "seconds", "zeros", "a lower score", "over the limit"],
)
def test_what_changes_nothing_that_is_printed_supersedes_nothing(event: Event) -> None:
    """A holder keeps the document that still says what holds."""
    life = graduate()

    assert life.hear(event) == []


@pytest.mark.parametrize(
    ("event", "because"),
    [
        (attended("m1-d1", 3, facts=2, at=after_closing(1)), "results"),
        (attended("m1-d1", seconds=4 * 3600 - 61, facts=2, at=after_closing(1)), "results"),
        (passed("m1", "85", facts=2, at=after_closing(1)), "results"),
        (passed("m1", "95", attempt=2, at=after_closing(1)), "results"),
    ],
    ids=["hours", "minutes", "score", "a better attempt"],
)
def test_a_corrected_result_that_is_printed_supersedes(event: Event, because: str) -> None:
    """The credential states hours, percentages and the best score of each module."""
    life = graduate()

    events = life.hear(event)

    assert types(events) == SUPERSEDED
    assert isinstance(events[2], CertificateSuperseded)
    assert events[2].because == because
    assert events[2].at == after_closing(1)


def test_seconds_that_change_a_percentage_alone_supersede() -> None:
    """The credential states percentages to the hundredth: here 86.80 and 86.84 of 100."""
    life = Life()
    life.hear(published(), recorded(), *everything(m1=(4, 4, 4, 0)))
    life.hear(attended("m1-d4", seconds=50_000 - 12 * 3600, facts=2), closed())

    events = life.hear(attended("m1-d4", seconds=50_020 - 12 * 3600, facts=3))

    assert types(events) == SUPERSEDED


def test_a_revision_that_changes_results_supersedes_at_its_time() -> None:
    """A session cancelled afterwards changes what was scheduled, and so what is stated."""
    rules = (certificate(hours=None),)
    life = graduate(certificates=rules)
    shorter = (module("m1", 1, cancelled=["m1-d4"]), module("m2", 8))

    events = life.hear(published(2, at=after_closing(4), modules=shorter, certificates=rules))

    assert types(events) == SUPERSEDED
    assert events[0].at == after_closing(4)


def test_a_revision_that_changes_words_alone_supersedes_nothing() -> None:
    """What a certificate says of the edition is as its revision had it, and stands."""
    life = graduate()

    assert life.hear(published(2, at=after_closing(4), title={"en": "Another title"})) == []


def test_a_lost_award_revokes_the_certificate() -> None:
    """The facts no longer earn it: it is revoked at their time, with what is missing."""
    life = graduate()

    _, revoked, graduation = life.hear(failed("m1", "40", facts=2, at=after_closing(3)))

    assert isinstance(revoked, CertificateRevoked)
    assert isinstance(graduation, GraduationRevoked)
    assert (revoked.version, revoked.actor, revoked.because) == (1, "", "test:m1")
    assert revoked.at == after_closing(3)
    assert life.state.status(1) == "revoked"


def test_who_withdraws_after_closing_is_revoked() -> None:
    """Taking part at the end is a requirement like the others."""
    life = graduate()

    events = life.hear(withdrawn(after_closing(1)))

    assert types(events) == ["EligibilityLost", "CertificateRevoked", "GraduationRevoked"]


def test_reinstatement_is_a_new_credential_under_the_same_serial() -> None:
    """design.md §4: "(a revocation bit is never cleared)", "each linked to its predecessor"."""
    life = graduate()
    life.hear(failed("m1", "40", facts=2, at=after_closing(3)))

    _, new, graduated, reinstated = life.hear(passed("m1", facts=3, at=after_closing(5)))

    assert isinstance(new, CertificateIssued)
    assert isinstance(graduated, ParticipantGraduated)
    assert isinstance(reinstated, CertificateReinstated)
    assert new.predecessor == reinstated.predecessor == life.state.issued[1].credential_id
    assert (new.version, new.serial, new.at) == (2, life.state.issued[1].serial, after_closing(5))
    assert [life.state.status(version) for version in (1, 2)] == ["revoked", "valid"]


def test_the_second_certificate_takes_the_place_of_the_first_when_only_it_is_earned() -> None:
    """formats.md: "a person gets the first whose requirements are met, one at a time"."""
    rules = (certificate(), PARTICIPATION)
    life = graduate(certificates=rules)

    events = life.hear(failed("m1", "40", facts=2, at=after_closing(1)))

    assert types(events) == ["EligibilityReached", *SUPERSEDED]
    assert isinstance(events[1], CertificateIssued)
    assert (events[1].certificate, events[1].kind) == ("participation", "participation")


def test_a_change_is_never_dated_before_what_it_follows() -> None:
    """Corrections may be told in another order than that of their times."""
    life = graduate()
    life.hear(renamed(after_closing(9)))

    events = life.hear(attended("m1-d1", 3, facts=2, at=after_closing(1)))

    assert types(events) == SUPERSEDED
    assert events[0].at == after_closing(9)


def test_an_erased_persons_certificate_keeps_its_status() -> None:
    """design.md §3: "hash, serial and status stay; folds and verification still work"."""
    life = graduate()
    assert life.erase() == []

    events = life.hear(failed("m1", "40", facts=2, at=after_closing(3)))

    assert types(events) == ["EligibilityLost"]
    assert life.state.status(1) == "valid"


def test_an_erased_persons_names_leave_every_version() -> None:
    """design.md §3: "every service drops its copy"."""
    life = graduate()
    life.hear(renamed(after_closing(2)))

    life.erase()

    assert life.state.stated == {}


def proposing(**changes: Any) -> Life:
    """A graduate of an edition where changes after closing are proposed."""
    return graduate(on_change="propose", **changes)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (renamed(after_closing(2)), "supersede"),
        (failed("m1", "40", facts=2, at=after_closing(2)), "revoke"),
    ],
)
def test_with_propose_nothing_happens_before_it_is_approved(event: Event, kind: str) -> None:
    """edition.yaml: "on_change: … propose: what a fact that changes after closing does"."""
    life = proposing()

    events = life.hear(event)

    assert "CertificateIssued" not in types(events)
    assert life.state.status(1) == "valid"
    assert life.programme is not None
    waits = proposal(life.state, life.programme, life.person)
    assert waits is not None
    assert waits.change.kind == kind


def test_an_approved_proposal_is_carried_out_at_the_approvals_time() -> None:
    """The two-person rule holds for changes as well."""
    life = proposing(approvers=2)
    life.hear(renamed(after_closing(2)))
    assert types(life.order(Approve(actor="a", at=after_closing(3)))) == ["CertificateApproved"]

    events = life.order(Approve(actor="b", at=after_closing(4)))

    assert types(events) == ["CertificateApproved", *SUPERSEDED]
    assert events[1].at == after_closing(4)
    assert life.programme is not None
    assert proposal(life.state, life.programme, life.person) is None


def test_a_proposal_that_the_facts_withdraw_is_gone() -> None:
    """It is computed anew each time, never stored."""
    life = proposing()
    life.hear(failed("m1", "40", facts=2, at=after_closing(2)))

    life.hear(passed("m1", facts=3, at=after_closing(3)))

    assert life.programme is not None
    assert proposal(life.state, life.programme, life.person) is None


def test_the_approval_of_a_revocation_does_not_approve_the_reinstatement() -> None:
    """Each change is a step of its own, and asks for approvals of its own."""
    life = proposing()
    life.hear(failed("m1", "40", facts=2, at=after_closing(2)))
    life.order(Approve(actor="a", at=after_closing(3)))
    assert life.state.status(1) == "revoked"

    life.hear(passed("m1", facts=3, at=after_closing(4)))
    assert life.state.last_version == 1

    events = life.order(Approve(actor="a", at=after_closing(5)))
    assert "CertificateReinstated" in types(events)


def test_an_excuse_that_changes_percentages_supersedes() -> None:
    """What is scheduled for a person is what percentages are of."""
    rules = (certificate(hours=None),)
    life = graduate(certificates=rules)

    events = life.hear(excused("m1-d4", at=after_closing(1)))

    assert types(events) == SUPERSEDED
