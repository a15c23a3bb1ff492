"""What a single complete run of an edition must leave behind."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

from .attempts import Attempts, over_limit, plain_decimal, result_of
from .corrections import final_modules, standing
from .presence import Presence, assign, scheduled_seconds, seconds_inside, stay
from .reading import Certificate, Edition, Module, Row, Session, read_edition, read_rows
from .selection import Selection, select


@dataclass(frozen=True, slots=True)
class ModuleSums:
    """One person's exact seconds in one module; `test` is None where the module has none."""

    module: str
    scheduled: int
    attended: int
    test: Attempts | None


def expected(edition_dir: Path) -> dict[str, list[Row]]:
    """The rows of the OUT files after one run of a valid edition, and who holds what.

    Keys: selection, attendance, tests, eligibility, review (all columns of formats.md, prose
    left empty) and certificates (participant, certificate).
    """
    edition = read_edition(edition_dir)
    rows = read_rows(edition_dir)
    selection = select(edition, rows["applicants"], rows["decisions"], rows["corrections"])
    corrections = standing(edition, rows["corrections"])
    modules = final_modules(edition, corrections)
    presence = assign(edition, modules, rows["scans"], selection.ever)
    sums = {
        ref: [
            _sums(edition, ref, module, presence, rows["results"], corrections)
            for module in modules
        ]
        for ref in selection.at_the_end
    }
    awards = {ref: _award(edition, sums[ref]) for ref in sums}
    first = edition.certificates[0]
    return {
        "selection": _selection_rows(selection),
        "attendance": [_attendance_row(ref, first, one) for ref in sums for one in sums[ref]],
        "tests": [
            _test_row(ref, one.module, one.test)
            for ref in sums
            for one in sums[ref]
            if one.test is not None
        ],
        "eligibility": [_eligibility_row(ref, first, sums[ref], awards[ref]) for ref in sums],
        "review": _reviews(edition, modules, presence)
        + over_limit(modules, rows["results"], selection.ever),
        "certificates": _certificates(edition, awards, rows["approvals"]),
    }


def needed_seconds(certificate: Certificate, scheduled: int) -> Fraction:
    """The exact seconds that a certificate asks for in a module of so many scheduled seconds."""
    return max(certificate.min_percent / 100 * scheduled, certificate.min_hours * 3600)


def _sums(
    edition: Edition,
    participant: str,
    module: Module,
    presence: Presence,
    results: list[Row],
    corrections: dict[tuple[str, str, str], Row],
) -> ModuleSums:
    counted = [
        session
        for session in module.sessions
        if ("cancel-session", "", session.id) not in corrections
        and ("excuse", participant, session.id) not in corrections
    ]
    return ModuleSums(
        module=module.id,
        scheduled=sum(scheduled_seconds(session) for session in counted),
        attended=sum(
            _attended(edition, participant, session, presence, corrections) for session in counted
        ),
        test=result_of(module, participant, results, corrections) if module.test else None,
    )


def _attended(
    edition: Edition,
    participant: str,
    session: Session,
    presence: Presence,
    corrections: dict[tuple[str, str, str], Row],
) -> int:
    credited = corrections.get(("attendance", participant, session.id))
    if credited is not None:
        return int(credited["value"]) * 60
    scans = presence.scans.get((participant, session.id), [])
    return seconds_inside(session, stay(edition, participant, session, scans)[0])


def _missing(certificate: Certificate, sums: list[ModuleSums]) -> list[str]:
    missing: list[str] = []
    for one in sums:
        if one.attended < needed_seconds(certificate, one.scheduled):
            missing.append(f"attendance:{one.module}")
        if certificate.all_tests and one.test is not None and not one.test.passed:
            missing.append(f"test:{one.module}")
    return missing


def _award(edition: Edition, sums: list[ModuleSums]) -> str:
    for certificate in edition.certificates:
        if not _missing(certificate, sums):
            return certificate.id
    return ""


def _reviews(edition: Edition, modules: tuple[Module, ...], presence: Presence) -> list[Row]:
    sessions = {session.id: session for module in modules for session in module.sessions}
    reviews = list(presence.reviews)
    for (participant, session), scans in presence.scans.items():
        reviews += stay(edition, participant, sessions[session], scans)[1]
    return reviews


def _certificates(edition: Edition, awards: dict[str, str], approvals: list[Row]) -> list[Row]:
    actors: dict[str, set[str]] = {}
    for row in approvals:
        actors.setdefault(row["participant"], set()).add(row["actor"])
    return [
        {"participant": ref, "certificate": award}
        for ref, award in awards.items()
        if award and (edition.issue == "automatic" or len(actors.get(ref, ())) >= edition.approvers)
    ]


def _selection_rows(selection: Selection) -> list[Row]:
    return [
        {
            "participant": ref,
            "outcome": selection.outcome[ref],
            "rank": str(selection.rank.get(ref, "")),
            "reason": "",
        }
        for ref in sorted(selection.outcome)
    ]


def _attendance_row(participant: str, first: Certificate, one: ModuleSums) -> Row:
    needed = needed_seconds(first, one.scheduled)
    return {
        "participant": participant,
        "module": one.module,
        "scheduled_minutes": str(floor(Fraction(one.scheduled, 60))),
        "required_minutes": str(ceil(needed / 60)),
        "attended_minutes": str(floor(Fraction(one.attended, 60))),
        "met": _yes(one.attended >= needed),
    }


def _test_row(participant: str, module: str, test: Attempts) -> Row:
    return {
        "participant": participant,
        "module": module,
        "attempts": str(test.attempts),
        "best_score": plain_decimal(test.best),
        "passed": _yes(test.passed),
    }


def _eligibility_row(
    participant: str, first: Certificate, sums: list[ModuleSums], award: str
) -> Row:
    missing = _missing(first, sums)
    return {
        "participant": participant,
        "eligible": _yes(not missing),
        "award": award,
        "missing": ";".join(missing),
    }


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
