"""What people and the office say: decisions after the selection, withdrawals, corrections."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from ijaza_contracts.edition import Edition, Session

from ijaza_local.files import Applicant, Approval, Correction, Decision, Result

from .cohort import first_start
from .door import Gap
from .times import at_the_office

ACCEPTING, DECLINING, WITHDRAWING = 0.9, 0.02, 0.015
LEAVING_BY_CORRECTION = 0.004
RENAMED = 0.003
CREDITED, EXCUSED = 0.75, 0.02
RESCORED, ANNULLED = 0.003, 0.0008
APPROVED = 0.95
REASONS = ("Signature sheet: no scan on leaving", "On the paper list of the day")
WHY_THEY_LEAVE = ("Moved abroad", "Called up for a mission", "Illness", "")


def decisions(edition: Edition, selected: Sequence[str], chance: Random) -> list[Decision]:
    """Most accept, a few decline before the first session, a few withdraw in the course of it."""
    first, last = first_start(edition), last_end(edition)
    found = []
    for ref in selected:
        draw = chance.random()
        answered = first - timedelta(minutes=chance.randint(8 * 1440, 21 * 1440))
        if draw < ACCEPTING:
            found.append(Decision(ref, "accept", answered, "applicant", ""))
        elif draw < ACCEPTING + DECLINING:
            found.append(Decision(ref, "decline", answered, "applicant", "No leave from duty"))
        elif draw < ACCEPTING + DECLINING + WITHDRAWING:
            left = _between(chance, first, last)
            found.append(Decision(ref, "withdraw", left, "office-1", chance.choice(WHY_THEY_LEAVE)))
    return sorted(found, key=lambda row: (row.at, row.participant))


def withdrawals(edition: Edition, selected: Sequence[str], chance: Random) -> list[Correction]:
    """A few who leave are entered as corrections."""
    first, last = first_start(edition), last_end(edition)
    return [
        Correction("withdraw", ref, "", "", "office-1", chance.choice(WHY_THEY_LEAVE), at)
        for ref in selected
        if chance.random() < LEAVING_BY_CORRECTION
        for at in (_between(chance, first, last),)
    ]


def of_attendance(gaps: Iterable[Gap], zone: ZoneInfo, chance: Random) -> Iterator[Correction]:
    """Credits for missing scans, and excuses for absences."""
    for gap in gaps:
        at = at_the_office(gap.session.end, 4, zone, chance)
        if gap.was_there and chance.random() < CREDITED:
            credit = max(0, _taught_minutes(gap.session) - chance.choice((0, 0, 0, 5, 20)))
            cells = (gap.ref, gap.session.id, str(credit))
            yield Correction("attendance", *cells, "office-2", chance.choice(REASONS), at)
        elif not gap.was_there and chance.random() < EXCUSED:
            yield Correction("excuse", gap.ref, gap.session.id, "", "office-1", "Sick note", at)


def of_results(results: Iterable[Result], edition: Edition, chance: Random) -> Iterator[Correction]:
    """Papers marked again, and a few annulled."""
    highest = {one.id: one.test.max_score for one in edition.modules if one.test}
    zone = ZoneInfo(edition.timezone)
    for row in results:
        target, draw = f"{row.module}/{row.attempt}", chance.random()
        at = at_the_office(row.taken_at, 5, zone, chance)
        if draw < ANNULLED:
            reason = "Paper handed in under another name"
            yield Correction("annul", row.participant, target, "", "examiner-1", reason, at)
        elif draw < ANNULLED + RESCORED:
            better = min(row.score + chance.randint(1, 5), highest[row.module])
            cells = (row.participant, target, f"{better:f}")
            yield Correction("score", *cells, "examiner-2", "Marked again", at)


def renames(people: Iterable[Applicant], at: datetime, chance: Random) -> Iterator[Correction]:
    """Names as the passport spells them."""
    for person in people:
        if chance.random() < RENAMED:
            name = person.name_en.replace("El-", "Al-").replace("ou", "u")
            reason = "Spelling of the passport"
            yield Correction("rename", person.ref, "name_en", name, "office-2", reason, at)


def approvals(
    refs: Iterable[str], approvers: int, after: datetime, chance: Random
) -> Iterator[Approval]:
    """Approvals by so many actors for most people, whatever they reached."""
    for ref in refs:
        if chance.random() < APPROVED:
            for number in range(1, approvers + 1):
                at = after + timedelta(minutes=chance.randint(0, 5 * 1440))
                yield Approval(ref, f"approver-{number}", at)


def last_end(edition: Edition) -> datetime:
    """When the last session ends."""
    return max(session.end for module in edition.modules for session in module.sessions)


def _taught_minutes(session: Session) -> int:
    taught = session.end - session.start
    taught -= sum((one.end - one.start for one in session.breaks), timedelta())
    return taught // timedelta(minutes=1)


def _between(chance: Random, first: datetime, last: datetime) -> datetime:
    return first + timedelta(minutes=chance.randint(0, (last - first) // timedelta(minutes=1)))
