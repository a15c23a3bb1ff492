"""From the outcome to the edition's report."""

from collections import Counter

from ijaza_contracts.edition import Edition

from ijaza_local.files.model import EditionFiles
from ijaza_local.play.outcome import Outcome
from ijaza_local.report import Person, render


def report_of(edition: Edition, files: EditionFiles, outcome: Outcome) -> str:
    """report.html of an edition: numbers, and nobody's name."""
    held = {holder.participant: holder.certificate for holder in outcome.holders}
    people = []
    for applicant in files.applicants:
        assessment = outcome.assessments.get(applicant.ref)
        award = assessment.award.id if assessment and assessment.award else ""
        people.append(
            Person(
                attributes=applicant.attributes,
                nominated_by=applicant.nominated_by,
                outcome=outcome.results[applicant.ref].outcome,
                took_part=assessment is not None,
                award=award,
                missing=assessment.missing if assessment else (),
                certificate=held.get(applicant.ref, ""),
            )
        )
    return render(
        edition,
        people,
        files.partners,
        closed_at=outcome.closed_at,
        reviews=Counter(row[0] for row in outcome.rows["review"]),
    )
