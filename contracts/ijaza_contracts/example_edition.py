"""The small edition of which the examples of events tell."""

from datetime import UTC, date, datetime
from decimal import Decimal

from ijaza_contracts import edition
from ijaza_contracts.enrollment import SessionChange


def utc(text: str) -> datetime:
    """A moment of the examples."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


DEFINITION = edition.Edition(
    id="mg-4",
    title={"en": "Certificate in Migration Governance", "ar": "شهادة حوكمة الهجرة"},
    subtitle={"en": "Fourth edition 2019–2020", "ar": "الدورة الرابعة 2019–2020"},
    timezone="Africa/Cairo",
    languages=("ar", "en"),
    issuer=edition.Issuer(
        did_host="certificates.example.org",
        name={"en": "Programme office", "ar": "مكتب البرنامج"},
        url="https://certificates.example.org",
        email="office@certificates.example.org",
    ),
    organisers=(
        edition.Organisation(id="iom-egypt", name={"en": "IOM Egypt"}),
        edition.Organisation(id="cmrs-auc", name={"en": "CMRS, AUC"}),
    ),
    funders=(edition.Organisation(id="iom", name={"en": "IOM"}),),
    instructors=(
        edition.Organisation(
            id="iom-specialists", name={"en": "IOM thematic specialists"}, organiser="iom-egypt"
        ),
    ),
    place=edition.Place(
        name={"en": "Downtown campus", "ar": "حرم وسط البلد"},
        city={"en": "Cairo", "ar": "القاهرة"},
        country="EG",
    ),
    themes=("Democratic Governance",),
    sdgs=(16, 17),
    selection=edition.Selection(
        capacity=30,
        require={"organisation_type": ("government", "ngo")},
        prefer=(edition.Preference(column="seniority", order=(("senior", "mid"), ("junior",))),),
        at_most=(edition.SeatLimit(per="organisation", seats=3),),
        promote_until=utc("2019-12-15T14:00"),
    ),
    attendance=edition.AttendanceRule(record="in-out", missing_out="review"),
    modules=(
        edition.Module(
            id="m1",
            title={"en": "Introduction to Migration", "ar": "مدخل إلى الهجرة"},
            sessions=(
                edition.Session(
                    id="m1-d1",
                    start=utc("2019-12-15T14:00"),
                    end=utc("2019-12-15T18:00"),
                    breaks=(
                        edition.Interval(
                            start=utc("2019-12-15T16:00"), end=utc("2019-12-15T16:15")
                        ),
                    ),
                ),
                edition.Session(
                    id="m1-d2",
                    start=utc("2019-12-16T14:00"),
                    end=utc("2019-12-16T18:00"),
                    cancelled=True,
                ),
            ),
            test=edition.Test(pass_mark=Decimal(60), max_score=Decimal(100), attempts=2),
            resources=(
                edition.Resource(
                    title={"en": "Basic terms of migration", "ar": "المصطلحات الأساسية للهجرة"},
                    language="ar",
                    kind="handout",
                    url="https://library.example.org/mg-4/basic-terms",
                ),
            ),
        ),
    ),
    certificates=(
        edition.Certificate(
            id="certificate",
            kind="completion",
            title={"en": "Certificate of Completion", "ar": "شهادة إتمام"},
            requires=edition.Requirements(
                attendance=edition.AttendanceRequirement(
                    min_percent=Decimal(80), min_hours=Decimal("3.5")
                ),
                tests="all_passed",
            ),
        ),
    ),
    ceremony=date(2020, 4, 16),
    events=(
        edition.Happening(
            title={"en": "Orientation"},
            start=utc("2019-12-14T10:00"),
            end=utc("2019-12-14T12:00"),
            place={"en": "Downtown campus"},
        ),
    ),
    glossary=(
        edition.GlossaryTerm(
            term={"en": "Refugee", "ar": "لاجئ"},
            definition={"en": "A person who meets the criteria of the 1951 Convention"},
        ),
    ),
)

_EARLY = edition.Session(id="m1-d3", start=utc("2019-12-17T14:00"), end=utc("2019-12-17T15:30"))
_LATE = edition.Session(id="m1-d4", start=utc("2019-12-17T15:30"), end=utc("2019-12-17T17:00"))

MERGED = (
    SessionChange(module="m1", before=_EARLY, after=_EARLY.model_copy(update={"end": _LATE.end})),
    SessionChange(
        module="m1",
        before=_LATE,
        after=_LATE.model_copy(update={"cancelled": True, "merged_into": "m1-d3"}),
    ),
)
"""Two sessions that became one over the time of both."""
