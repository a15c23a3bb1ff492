"""Routes: applications, one applicant, names, and erasure."""

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Response
from ijaza_runtime.web.fields import Body
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from ijaza_enrollment.api.common import (
    Clock,
    CommandId,
    EditionId,
    Instant,
    Office,
    Participant,
    PrivateReason,
    Reader,
    Text,
)
from ijaza_enrollment.api.results import ResultView
from ijaza_enrollment.domain.applicants import Applicant, recorded
from ijaza_enrollment.domain.commands import Application, Apply, ErasePerson, RenamePerson
from ijaza_enrollment.handlers import Enrollment

_APPLICATION: JsonDict = {
    "ref": "A001",
    "name_en": "Salma Fawzy",
    "name_ar": "سلمى فوزي",
    "email": "a001@applicants.example.org",
    "applied_at": "2019-09-02T08:15:00Z",
    "attributes": {
        "organisation": "Ministry of Manpower",
        "organisation_type": "government",
        "country": "EG",
        "seniority": "senior",
        "field_related": "yes",
    },
}


class ApplicationBody(Body):
    """A row of applicants.csv: `attributes` are the columns that have no field here."""

    ref: Annotated[str, Field(min_length=1, max_length=200)]
    name_en: Annotated[str, Field(min_length=1, max_length=200)]
    name_ar: Annotated[str, Field(min_length=1, max_length=200)]
    email: Annotated[str, Field(max_length=320)]
    applied_at: Instant
    nominated_by: Annotated[str, Field(max_length=200)] = ""
    attributes: Annotated[
        dict[Annotated[str, Field(max_length=200)], Text],
        Field(default_factory=dict, max_length=100),
    ]


class Applications(Body):
    """Applications, recorded together or not at all."""

    model_config = ConfigDict(json_schema_extra={"example": {"applications": [_APPLICATION]}})

    applications: Annotated[tuple[ApplicationBody, ...], Field(min_length=1, max_length=500)]


class Name(Body):
    """A person's right name in one script."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "correction": "2020-04-01/7",
                "target": "name_en",
                "value": "Salma Fawzi",
            }
        }
    )

    correction: CommandId
    target: Literal["name_en", "name_ar"]
    value: Annotated[str, Field(min_length=1, max_length=200)]
    at: Instant | None = None
    reason: PrivateReason = ""


class PersonView(BaseModel):
    """Who an applicant is, by the names that stand now."""

    ref: str
    name_en: str
    name_ar: str
    email: str
    attributes: dict[str, str]


class ApplicantView(BaseModel):
    """An applicant. `person` is null once the person was erased."""

    edition: str
    participant: str
    applied_at: datetime
    nominated_by: str
    person: PersonView | None

    @classmethod
    def of(cls, applicant: Applicant) -> Self:
        """The view of an applicant."""
        return cls(
            edition=applicant.edition,
            participant=applicant.participant,
            applied_at=applicant.applied_at,
            nominated_by=applicant.nominated_by,
            person=_person(applicant),
        )


class ApplicantWithResult(ApplicantView):
    """An applicant, and what became of the application; null while it is open."""

    result: ResultView | None = None


class Recorded(BaseModel):
    """The applicants of a request, in its order."""

    applicants: tuple[ApplicantView, ...]


def router(desk: Enrollment, clock: Clock) -> APIRouter:
    """The routes of applicants."""
    routes = APIRouter(tags=["participants"])

    @routes.post(
        "/editions/{edition}/applications",
        summary="Record applications; the same again changes nothing",
    )
    async def apply(edition: EditionId, body: Applications, _: Office) -> Recorded:
        applications = tuple(_application(each) for each in body.applications)
        applicants = await desk.applicants.apply(Apply(edition=edition, applications=applications))
        return Recorded(applicants=tuple(ApplicantView.of(each) for each in applicants))

    @routes.get(
        "/editions/{edition}/participants/{participant}",
        summary="One applicant, and what became of the application",
        dependencies=[Reader],
    )
    async def get(edition: EditionId, participant: Participant) -> ApplicantWithResult:
        applicant = await desk.applicants.get(edition, participant)
        result = await desk.selections.result(edition, participant)
        view = ApplicantWithResult.of(applicant)
        return view.model_copy(update={"result": result and ResultView.of(result)})

    @routes.post(
        "/editions/{edition}/participants/{participant}/name", summary="Correct a person's name"
    )
    async def rename(
        edition: EditionId, participant: Participant, body: Name, actor: Office
    ) -> ApplicantView:
        command = RenamePerson(
            edition=edition,
            participant=participant,
            target=body.target,
            value=body.value,
            at=body.at or clock(),
            actor=actor.id,
            correction=body.correction,
            reason=body.reason,
        )
        (applicant,) = await desk.applicants.rename([command])
        return ApplicantView.of(applicant)

    @routes.delete(
        "/editions/{edition}/participants/{participant}/person",
        summary="Forget who a participant is; what became of the application stays",
        status_code=204,
    )
    async def erase(edition: EditionId, participant: Participant, _: Office) -> Response:
        await desk.applicants.erase(ErasePerson(edition=edition, participant=participant))
        return Response(status_code=204)

    return routes


def _application(body: ApplicationBody) -> Application:
    return Application(
        ref=body.ref,
        name_en=body.name_en,
        name_ar=body.name_ar,
        email=body.email,
        applied_at=body.applied_at,
        nominated_by=body.nominated_by,
        attributes=body.attributes,
    )


def _person(applicant: Applicant) -> PersonView | None:
    application = applicant.application
    if application is None:
        return None
    known = recorded(applicant, application)
    return PersonView(
        ref=application.ref,
        name_en=known.name_en,
        name_ar=known.name_ar,
        email=known.email,
        attributes=known.attributes,
    )
