"""The reports of the example editions tell the numbers that the rules give."""

from pathlib import Path

import pytest
from ijaza_local.files.reading import read_edition
from ijaza_local.report import Person, render

from tests.oracle.oracle import expected
from tests.unit.report.given import CLOSED_AT, Page

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize(
    "name", sorted(path.parent.name for path in EXAMPLES.glob("*/edition.yaml"))
)
def test_an_example_in_its_report(name: str) -> None:
    """From the files, by the oracle, to the way from application to certificate."""
    files = read_edition(EXAMPLES / name).files
    assert files is not None
    rows = expected(EXAMPLES / name)
    eligibility = {row["participant"]: row for row in rows["eligibility"]}
    outcomes = {row["participant"]: row["outcome"] for row in rows["selection"]}
    held = {row["participant"]: row["certificate"] for row in rows["certificates"]}
    people = [
        Person(
            attributes=applicant.attributes,
            nominated_by=applicant.nominated_by,
            outcome=outcomes[applicant.ref],
            took_part=applicant.ref in eligibility,
            award=eligibility.get(applicant.ref, {}).get("award", ""),
            missing=tuple(
                filter(None, eligibility.get(applicant.ref, {}).get("missing", "").split(";"))
            ),
            certificate=held.get(applicant.ref, ""),
        )
        for applicant in files.applicants
    ]

    html = render(files.edition, people, files.partners, closed_at=CLOSED_AT, reviews={})

    report = Page(html)
    steps = {"applied": files.applicants, "took_part": eligibility, "certificates": held}
    assert {step: report.row("way", step).numbers[0] for step in steps} == {
        step: str(len(counted)) for step, counted in steps.items()
    }
    for applicant in files.applicants:
        assert applicant.name_en not in html
        assert applicant.name_ar not in html
        assert applicant.email not in html
