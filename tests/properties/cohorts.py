"""Cohorts of applicants, drawn so that rules are met, broken and made use of often."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st
from ijaza_contracts.edition import Selection
from ijaza_enrollment.domain.commands import Application
from ijaza_enrollment.domain.entries import Candidate, Departure

from tests.unit.enrollment.given import application, candidate, day, leaves, rule

COLUMNS = {"organisation": ["x", "y", "z", ""], "seniority": ["senior", "mid", "junior"]}


@dataclass(frozen=True)
class Cohort:
    """Applicants of an edition, and who leaves, by ref; None: a roster."""

    asked: Selection | None
    applicants: tuple[Candidate, ...]
    departures: tuple[Departure, ...]


@st.composite
def rules(draw: st.DrawFn) -> Selection:
    """Rules over few columns with few values, so that they are met and broken often."""
    return rule(
        draw(st.integers(0, 6)),
        require=draw(st.sampled_from([{}, {"seniority": ["senior", "mid"]}])),
        prefer=draw(
            st.sampled_from(
                [
                    {},
                    {"seniority": [["mid", "senior"]]},
                    {"organisation": [["y"], ["x", ""]], "seniority": [["junior"]]},
                ]
            )
        ),
        at_most=draw(
            st.dictionaries(st.sampled_from(sorted(COLUMNS)), st.integers(0, 3), max_size=2)
        ),
        until=day(70),
    )


@st.composite
def cohorts(draw: st.DrawFn, most: int = 14) -> Cohort:
    """A cohort of at most `most` applicants; some leave, some of them twice, some too late."""
    refs = draw(st.lists(st.text("aBz09ب", min_size=1, max_size=3), unique=True, max_size=most))
    applicants = [
        candidate(
            ref,
            draw(st.integers(0, 2)),
            **{column: draw(st.sampled_from(values)) for column, values in COLUMNS.items()},
        )
        for ref in refs
    ]
    leaving = draw(st.lists(st.sampled_from(refs), max_size=12)) if refs else []
    departures = [
        leaves(
            ref,
            draw(st.sampled_from([65, 66, 70, 75])),
            kind=draw(st.sampled_from(["decline", "withdraw"])),
            command=str(place),
        )
        for place, ref in enumerate(leaving)
    ]
    return Cohort(draw(st.none() | rules()), tuple(applicants), tuple(departures))


def applications(cohort: Cohort) -> list[Application]:
    """The cohort's rows of applicants.csv."""
    return [
        replace(application(one.ref), applied_at=one.applied_at, attributes=one.columns)
        for one in cohort.applicants
    ]
