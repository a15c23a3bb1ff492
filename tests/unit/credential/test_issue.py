"""Who gets a certificate, when, and under which ids."""

import uuid
from datetime import datetime, timedelta
from typing import Literal

import pytest
from ijaza_contracts.credential import CertificateIssued, EligibilityReached, ParticipantGraduated
from ijaza_contracts.envelope import Event
from ijaza_credential.domain.commands import Approve

from tests.unit.credential.given import (
    CLOSED_AT,
    EDITION,
    NAMING,
    PARTICIPANT,
    Life,
    after_closing,
    attended,
    closed,
    day,
    everything,
    graduate,
    passed,
    published,
    recorded,
    types,
)


def issued(events: list[Event]) -> CertificateIssued:
    """The one certificate among these events."""
    (event,) = [each for each in events if isinstance(each, CertificateIssued)]
    return event


def test_everybody_with_an_award_gets_that_certificate_at_closing() -> None:
    """formats.md, *Issue*: "With `automatic`, everybody with an award gets that certificate at
    closing."
    """
    life = Life()
    life.hear(published(), recorded(), *everything())

    certificate, graduation = life.hear(closed())

    assert isinstance(certificate, CertificateIssued)
    assert (certificate.certificate, certificate.kind) == ("certificate", "completion")
    assert (certificate.version, certificate.predecessor) == (1, None)
    assert certificate.at == CLOSED_AT
    assert isinstance(graduation, ParticipantGraduated)


def test_ids_are_derived_and_depend_on_no_order_of_issue() -> None:
    """formats.md: "ids, serials and status indexes are derived, keyed with the issuer's secret"."""
    certificate = issued(graduate().events)

    assert certificate.serial == NAMING.serial()
    assert (certificate.status_list, certificate.status_index) == NAMING.status_place(1, 7)
    assert uuid.UUID(certificate.credential_id).version == 5
    assert certificate == issued(graduate().events)


def test_the_public_topic_leads_to_no_certificate_and_to_nobody() -> None:
    """design.md §3: "nothing that leads to a certificate or a person": no id, and no second."""
    life = graduate(issue="on_approval")
    events = life.order(Approve(actor="a", at=after_closing(1) + timedelta(seconds=77)))

    (graduation,) = [each for each in events if isinstance(each, ParticipantGraduated)]

    certificate = issued(events)
    body = graduation.body().decode()
    for secret in (PARTICIPANT, certificate.serial, certificate.credential_id):
        assert secret not in body
    assert graduation.at.time().isoformat() == "00:00:00"
    assert graduation.key == EDITION


def test_the_day_of_a_graduation_is_that_of_the_editions_timezone() -> None:
    """Half past eleven at night in UTC is the next day in Cairo."""
    life = Life()
    life.hear(published(), recorded(), *everything())
    late = CLOSED_AT.replace(hour=23, minute=30)

    _, graduation = life.hear(closed(late))

    assert isinstance(graduation, ParticipantGraduated)
    assert graduation.date == late.date() + timedelta(days=1)


def test_who_is_eligible_but_has_no_profile_yet_waits() -> None:
    """design.md §3, in these words; the date is the closing's all the same."""
    life = Life()
    assert types(life.hear(published(), *everything(), closed())) == ["EligibilityReached"]

    events = life.hear(recorded())

    assert issued(events).at == CLOSED_AT


def test_a_fact_after_closing_dates_the_certificate_that_it_causes() -> None:
    """formats.md: "every date in a document is that of the recorded event that caused it"."""
    life = Life()
    life.hear(published(), recorded(), *everything()[:-1], closed())

    events = life.hear(passed("m2", at=after_closing(3)))

    assert issued(events).at == after_closing(3)


def test_a_late_fact_from_before_the_closing_does_not_date_it_before() -> None:
    """Certificates are issued from the closing on."""
    life = Life()
    life.hear(published(), recorded(), *everything()[:-1], closed())

    assert issued(life.hear(passed("m2"))).at == CLOSED_AT


def test_on_approval_nothing_is_issued_without_one() -> None:
    """formats.md, *Issue*: "With `on_approval` those whom approvals.csv names"."""
    life = graduate(issue="on_approval")

    assert types(life.events) == ["EligibilityReached"]


@pytest.mark.parametrize(
    ("approved", "dated"), [(day(90), CLOSED_AT), (after_closing(2), after_closing(2))]
)
def test_an_approvals_issue_date_is_the_later_of_its_at_and_the_closing(
    approved: datetime, dated: datetime
) -> None:
    """formats.md, in these words."""
    life = graduate(issue="on_approval")

    events = life.order(Approve(actor="a", at=approved))

    assert issued(events).at == dated


def test_an_approval_before_the_closing_waits_for_it() -> None:
    """design.md §4: "certificates are issued at closing (or at approval after it)"."""
    life = Life()
    life.hear(published(issue="on_approval"), recorded(), *everything())
    assert types(life.order(Approve(actor="a", at=day(90)))) == ["CertificateApproved"]

    assert issued(life.hear(closed())).at == CLOSED_AT


def test_two_approvers_are_two_different_people() -> None:
    """formats.md, *Issue*: "by `approvers` different actors"."""
    life = graduate(issue="on_approval", approvers=2)
    assert types(life.order(Approve(actor="a", at=after_closing(1)))) == ["CertificateApproved"]
    assert life.order(Approve(actor="a", at=after_closing(2))) == []

    events = life.order(Approve(actor="b", at=after_closing(3)))

    assert issued(events).at == after_closing(3)


@pytest.mark.parametrize(("approvers", "days"), [(1, 1), (2, 3)])
def test_as_many_approvals_as_are_asked_for_date_the_certificate(
    approvers: Literal[1, 2], days: int
) -> None:
    """In whatever order they were given; those beyond have no effect."""
    life = Life()
    life.hear(published(issue="on_approval", approvers=approvers), recorded(), *everything())
    for actor, later in (("a", 3), ("b", 1), ("c", 5)):
        life.order(Approve(actor=actor, at=after_closing(later)))

    assert issued(life.hear(closed())).at == after_closing(days)


def test_an_approval_counts_once_the_award_is_earned() -> None:
    """Approval and award may come in either order; the date is that of the later one."""
    life = Life()
    life.hear(published(issue="on_approval"), recorded(), *everything()[:-1], closed())
    life.order(Approve(actor="a", at=after_closing(1)))

    events = life.hear(passed("m2", at=after_closing(2)))

    assert types(events)[:2] == ["EligibilityReached", "CertificateIssued"]
    assert issued(events).at == after_closing(2)


def test_deciding_again_decides_nothing() -> None:
    """A second settling of the same state gives no event and the same state."""
    life = graduate()
    before = life.state

    assert life.settle() == []
    assert life.state == before


def test_before_the_closing_eligibility_is_all_there_is() -> None:
    """design.md §4: "for facts arrive in any order"."""
    life = Life()

    life.hear(published(), recorded(), *everything(), attended("m1-d1", 0, facts=2))
    life.hear(attended("m1-d1", 4, facts=3))

    assert [type(each) for each in life.events] == [EligibilityReached]
