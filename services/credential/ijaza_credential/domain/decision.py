"""Why a participant gets a certificate or not, and what is left to do.

design.md §4: "A decision lists each criterion as met, not yet met, or no longer reachable, with
its numbers, the rule it comes from, the edition's revision, and the ids of the events that are
its evidence. The same function tells a participant what is left to do."
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from ijaza_credential.domain import wording
from ijaza_credential.domain.evidence import evidence, rules_events
from ijaza_credential.domain.gate import approving, asks_approval, declined
from ijaza_credential.domain.life import Stage, stage_of
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Certificate, Module, Programme
from ijaza_credential.domain.rules import (
    Assessment,
    Attendance,
    Criterion,
    TakingPart,
    TestToPass,
    assess,
    criteria,
)
from ijaza_credential.domain.state import State
from ijaza_credential.domain.wording import Wording


class Standing(StrEnum):
    """Where a criterion, or a certificate, stands."""

    MET = "met"
    NOT_YET = "not yet met"
    OUT_OF_REACH = "no longer reachable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One criterion: where it stands, its rule, what is left to do, and its evidence.

    `left` is empty if it is met. `possible` is, for attendance, the seconds that can have been
    attended in the end at the most. `evidence` are ids of events.
    """

    criterion: Criterion
    standing: Standing
    rule: Wording
    left: Wording
    possible: int | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prospect:
    """One certificate of the edition, and how far this participant is from it."""

    certificate: Certificate
    standing: Standing
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What holds for one participant at `now`, by one revision of the rules.

    `award` is the id of the certificate that is earned, or empty; `eligible` whether it is the
    first. `rules` are the ids of the events that the rules come from.
    """

    edition: str
    participant: str
    revision: int
    now: datetime
    closed_at: datetime | None
    award: str
    eligible: bool
    prospects: tuple[Prospect, ...]
    summary: Wording
    rules: tuple[str, ...]


def explain(
    state: State, programme: Programme, now: datetime, person: Person | None = None
) -> Decision:
    """Explain what holds at `now`. Nothing is reachable once the edition is closed.

    What can still be reached is computed here alone, when somebody asks: it depends on the clock,
    and is never published.
    """
    assessment = assess(state, programme)
    prospects = tuple(
        _prospect(certificate, state, programme, assessment, now)
        for certificate in programme.certificates
    )
    return Decision(
        edition=state.edition,
        participant=state.participant,
        revision=programme.revision,
        now=now,
        closed_at=programme.closed_at,
        award=assessment.award.id if assessment.award else "",
        eligible=assessment.eligible,
        prospects=prospects,
        summary=_summary(state, programme, person, assessment, prospects),
        rules=rules_events(programme),
    )


def possible_seconds(state: State, module: Module, programme: Programme, now: datetime) -> int:
    """The seconds of a module that can have been attended in the end, at the most.

    A session that has not ended at `now` can still be attended whole: who is inside has no `out`.
    """
    open_still = programme.closed_at is None
    total = 0
    for sitting in module.sittings:
        if sitting.cancelled or sitting.session in state.excused:
            continue
        fact = state.attended.get(sitting.session)
        attended = fact.seconds if fact else 0
        to_come = open_still and sitting.end > now
        total += max(attended, sitting.seconds) if to_come else attended
    return total


def standing(criterion: Criterion, state: State, programme: Programme, now: datetime) -> Standing:
    """Where a criterion stands at `now`."""
    closed = programme.closed_at is not None
    match criterion:
        case _ if criterion.met:
            return Standing.MET
        case TakingPart():
            reachable = not criterion.withdrawn and not closed
        case Attendance():
            possible = possible_seconds(state, criterion.module, programme, now)
            reachable = possible >= criterion.needed
        case TestToPass():
            reachable = criterion.sums.left > 0 and not closed
        case _:
            assert_never(criterion)
    return Standing.NOT_YET if reachable else Standing.OUT_OF_REACH


def worst(standings: Iterable[Standing]) -> Standing:
    """Where a certificate stands that asks for criteria which stand so."""
    found = set(standings)
    order = (Standing.OUT_OF_REACH, Standing.NOT_YET, Standing.MET)
    return next(each for each in order if each in found)


def finding(criterion: Criterion, state: State, programme: Programme, now: datetime) -> Finding:
    """What there is to say of a criterion at `now`."""
    closed = programme.closed_at is not None
    possible = None
    match criterion:
        case TakingPart():
            rule, left = wording.TAKING_PART, wording.seat_left(criterion, closed=closed)
        case Attendance():
            possible = possible_seconds(state, criterion.module, programme, now)
            rule = wording.attendance_rule(criterion)
            left = wording.attendance_left(criterion, possible)
        case TestToPass():
            rule, left = wording.test_rule(criterion), wording.test_left(criterion, closed=closed)
        case _:
            assert_never(criterion)
    return Finding(
        criterion=criterion,
        standing=standing(criterion, state, programme, now),
        rule=rule,
        left=wording.NOTHING if criterion.met else left,
        possible=possible,
        evidence=evidence(criterion, state, programme),
    )


def _prospect(
    certificate: Certificate,
    state: State,
    programme: Programme,
    assessment: Assessment,
    now: datetime,
) -> Prospect:
    findings = tuple(
        finding(criterion, state, programme, now)
        for criterion in criteria(certificate, state, assessment.modules)
    )
    return Prospect(certificate, worst(each.standing for each in findings), findings)


def _summary(
    state: State,
    programme: Programme,
    person: Person | None,
    assessment: Assessment,
    prospects: tuple[Prospect, ...],
) -> Wording:
    version = state.last_version
    ended = state.ended.get(version)
    if version and ended is None:
        last = state.issued[version]
        return wording.held(_title(programme, last.certificate), last.serial)
    if stage_of(state) is Stage.REVOKED_BY_OFFICER:
        return wording.BY_OFFICE
    if assessment.award is not None:
        return wording.then(
            wording.earned(Wording.of(assessment.award.title)),
            _waits_for(state, programme, person),
        )
    if any(each.standing is Standing.NOT_YET for each in prospects):
        return wording.NOT_YET
    return wording.OUT_OF_REACH


def _waits_for(state: State, programme: Programme, person: Person | None) -> Wording:
    """What stands between an award and its certificate."""
    if programme.closed_at is None:
        return wording.AT_CLOSING
    if person is not None and declined(state, programme, person):
        return wording.DECLINED
    if asks_approval(state, programme) and not approving(state, programme):
        return wording.approvals(len(state.approvals.get(state.step, {})), programme.approvers)
    return wording.NO_PROFILE


def _title(programme: Programme, certificate: str) -> Wording:
    titles = (each.title for each in programme.certificates if each.id == certificate)
    return Wording.of(next(titles, {"en": certificate}))
