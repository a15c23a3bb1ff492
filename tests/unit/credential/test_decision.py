"""design.md §4: "A decision lists each criterion as met, not yet met, or no longer reachable, with
its numbers, the rule it comes from, the edition's revision, and the ids of the events that are its
evidence. The same function tells a participant what is left to do."
"""

from datetime import datetime
from typing import Any

import pytest
from ijaza_contracts.envelope import Event
from ijaza_credential.domain.decision import Decision, Finding, Standing, explain

from tests.unit.credential.given import (
    HOUR,
    NAMING,
    PARTICIPATION,
    Life,
    annulled,
    attended,
    attended_module,
    certificate,
    closed,
    day,
    everything,
    excused,
    failed,
    graduate,
    module,
    passed,
    published,
    selected,
    types,
    withdrawn,
)

ONE_MODULE = (module("m1", 1),)


def explained(*facts: Event, now: datetime, **changes: Any) -> Decision:
    """What is said at a time, of these facts in the edition with changes."""
    life = Life()
    life.hear(published(**changes), *facts)
    assert life.programme is not None
    return explain(life.state, life.programme, now)


def finding(decision: Decision, name: str, prospect: int = 0) -> Finding:
    """One criterion of a certificate, the first one if none is said."""
    findings = decision.prospects[prospect].findings
    return next(each for each in findings if each.criterion.name == name)


def test_what_is_met_leaves_nothing_to_do() -> None:
    """Every criterion has its rule, and the certificate is earned."""
    decision = explained(*everything(), now=day(20))

    (prospect,) = decision.prospects
    assert prospect.standing is Standing.MET
    assert {each.left.en for each in prospect.findings} == {""}
    assert decision.summary.en == "Earns “Certificate”. It is issued when the edition is closed."
    assert decision.summary.ar == "استوفى شروط «شهادة certificate». تصدر الشهادة عند إغلاق الدورة."


def test_what_can_still_be_attended_is_not_yet_met() -> None:
    """Two days are over, two are to come: 5 h of them are needed."""
    facts = [selected(), *attended_module("m1", 4, 4)]

    attendance = finding(explained(*facts, now=day(2, 21), modules=ONE_MODULE), "attendance:m1")

    assert attendance.standing is Standing.NOT_YET
    assert attendance.possible == 16 * HOUR
    assert attendance.left.en == "Attend 5 h more; still to come: 8 h."
    assert attendance.left.ar == "يلزم حضور 5 س أخرى، والمتبقي 8 س."


def test_what_is_missed_is_no_longer_reachable() -> None:
    """Of three days one was missed: 12 h at the most are not 13."""
    facts = [selected(), *attended_module("m1", 4, 4, 0)]

    attendance = finding(explained(*facts, now=day(3, 21), modules=ONE_MODULE), "attendance:m1")

    assert attendance.standing is Standing.OUT_OF_REACH
    assert attendance.possible == 12 * HOUR
    assert attendance.left.en == "Cannot be met any more: 5 h are missing, still to come: 4 h."


def test_a_session_that_has_not_ended_can_still_be_attended() -> None:
    """Who is inside has no `out`, and so no seconds yet."""
    facts = [selected(), *attended_module("m1", 4, 4, 4)]

    during = finding(explained(*facts, now=day(4, 19), modules=ONE_MODULE), "attendance:m1")
    after = finding(explained(*facts, now=day(4, 20), modules=ONE_MODULE), "attendance:m1")

    assert (during.standing, after.standing) == (Standing.NOT_YET, Standing.OUT_OF_REACH)


def test_a_bound_above_what_is_scheduled_is_said_from_the_start() -> None:
    """P1: "Cancel one day of a four-day module and 13 hours cannot be reached: the software must
    say so."
    """
    modules = (module("m1", 1, cancelled=["m1-d4"]),)

    attendance = finding(explained(selected(), now=day(0), modules=modules), "attendance:m1")

    assert attendance.standing is Standing.OUT_OF_REACH
    assert attendance.left.en == "Cannot be met: 13 h are asked for, only 12 h are scheduled."
    assert attendance.left.ar == "لا يمكن استيفاؤه: المطلوب 13 س والمقرر 12 س فقط."


def test_the_rule_is_said_with_its_bounds_and_what_they_come_to() -> None:
    """The words are those of P1, the numbers this person's."""
    decision = explained(selected(), now=day(0), modules=ONE_MODULE)

    assert finding(decision, "attendance:m1").rule.en == (
        "Attends at least 80 % and at least 13 h of “Module m1”: 13 h of 16 h scheduled."
    )
    assert finding(decision, "test:m1").rule.en == (
        "Passes the test of “Module m1”: 60 of 100, attempts allowed: 2."
    )


def test_minutes_to_reach_are_rounded_up_and_attended_ones_down() -> None:
    """Who does what is said has done enough."""
    rules = (certificate(percent=80, hours=None),)
    facts = [selected(), attended("m1-d1", seconds=3_599)]

    attendance = finding(
        explained(*facts, now=day(2), modules=ONE_MODULE, certificates=rules), "attendance:m1"
    )

    assert attendance.left.en == "Attend 11 h 49 more; still to come: 12 h."


def test_attempts_that_are_left_make_a_test_reachable() -> None:
    """A failed and an annulled attempt are both used up."""
    once = explained(selected(), failed("m1"), now=day(20), modules=ONE_MODULE)
    twice = explained(
        selected(), failed("m1"), annulled("m1", attempt=2), now=day(20), modules=ONE_MODULE
    )

    assert finding(once, "test:m1").left.en == "Pass the test; attempts left: 1."
    assert finding(twice, "test:m1").left.en == "Cannot be met any more: no attempt is left."
    assert finding(twice, "test:m1").standing is Standing.OUT_OF_REACH


def test_nothing_is_reachable_once_the_edition_is_closed() -> None:
    """Closing is an event: that alone ends what can be done."""
    life = Life()
    life.hear(published(modules=ONE_MODULE), selected(), closed())
    assert life.programme is not None

    decision = explain(life.state, life.programme, day(0))

    assert {each.standing for each in decision.prospects[0].findings[1:]} == {Standing.OUT_OF_REACH}
    assert decision.summary.en == "No certificate can be reached any more."


def test_who_left_can_reach_nothing() -> None:
    """A departure is for good."""
    decision = explained(*everything(), withdrawn(), now=day(6))

    assert finding(decision, "taking-part").standing is Standing.OUT_OF_REACH
    assert decision.prospects[0].standing is Standing.OUT_OF_REACH


def test_who_has_no_seat_yet_may_get_one() -> None:
    """A waiting list may move."""
    decision = explained(attended("m1-d1"), now=day(2))

    assert finding(decision, "taking-part").standing is Standing.NOT_YET
    assert finding(decision, "taking-part").left.en == (
        "Needs a seat, which the programme office gives."
    )


def test_every_certificate_of_the_edition_is_explained() -> None:
    """Who misses the first may still get the second."""
    rules = (certificate(), PARTICIPATION)

    decision = explained(
        *everything(m1=(4, 4, 0, 0)), now=day(20), modules=ONE_MODULE, certificates=rules
    )

    assert [each.standing for each in decision.prospects] == [Standing.OUT_OF_REACH, Standing.MET]
    assert (decision.award, decision.eligible) == ("participation", False)


def test_evidence_names_the_very_events_that_were_folded() -> None:
    """Ids are computed again from slot and version, and are those that were published."""
    selection, seconds, excuse = selected(), attended("m1-d1", 4, facts=3), excused("m1-d2")
    first, second = failed("m1"), passed("m1", attempt=2)
    facts = (selection, seconds, excuse, first, second)

    decision = explained(*facts, now=day(20), modules=ONE_MODULE)

    assert finding(decision, "taking-part").evidence == (selection.id,)
    assert finding(decision, "attendance:m1").evidence == (seconds.id, excuse.id)
    assert finding(decision, "test:m1").evidence == (first.id, second.id)
    assert decision.rules == (published().id,)


@pytest.mark.parametrize(
    "attempt", [annulled("m1"), failed("m1", because="over_limit")], ids=["annulled", "over limit"]
)
def test_evidence_names_attempts_that_do_not_count(attempt: Event) -> None:
    """Why something does not count is evidence too."""
    decision = explained(selected(), attempt, now=day(20), modules=ONE_MODULE)

    assert finding(decision, "test:m1").evidence == (attempt.id,)


def test_the_evidence_of_a_cancelled_session_is_the_revision() -> None:
    """Enrollment alone owns sessions: it cancels one by a revision."""
    revision = published(modules=(module("m1", 1, cancelled=["m1-d4"]),))
    life = Life()
    life.hear(revision, selected())
    assert life.programme is not None

    decision = explain(life.state, life.programme, day(0))

    assert finding(decision, "attendance:m1").evidence == (revision.id,)


def test_a_holder_is_told_the_serial() -> None:
    """Once there is a certificate, that is what is said first."""
    life = graduate()
    assert life.programme is not None

    decision = explain(life.state, life.programme, day(200))

    assert decision.summary.en == f"Holds “Certificate”, serial {NAMING.serial()}."
    assert decision.rules == (published().id, closed().id)


def test_an_award_that_waits_for_approval_says_how_far_it_has_come() -> None:
    """So a participant, or the office, knows whose turn it is."""
    life = graduate(issue="on_approval", approvers=2)
    assert life.programme is not None

    decision = explain(life.state, life.programme, day(200))

    assert types(life.events) == ["EligibilityReached"]
    assert decision.summary.en == "Earns “Certificate”. It waits for approval: 0 of 2."
