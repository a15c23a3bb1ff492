"""What staff may ask: review items of an edition, and one person's results with their proof."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from ijaza_runtime.references import References
from ijaza_runtime.store import Store
from ijaza_runtime.web import Role, require
from ijaza_runtime.web.fields import EditionPath, ParticipantPath
from ijaza_runtime.web.known import document_of, programme_of

from ijaza_assessment.api.answers import Results, ReviewPage, listed, results_of
from ijaza_assessment.handlers import EDITIONS
from ijaza_assessment.storage import COLLECTION, decode


def router(*, references: References, store: Store) -> APIRouter:
    """The routes that change nothing."""
    routes = APIRouter(prefix="/editions/{edition}")

    @routes.get(
        "/review",
        summary="List review items",
        tags=["review"],
        dependencies=[Depends(require(Role.OFFICE, Role.AUDITOR))],
    )
    async def review_page(
        edition: EditionPath,
        after: Annotated[str, Query(max_length=64)] = "",
        participants: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> ReviewPage:
        """The items of so many participants, by participant, those after the one named.

        `next` is what to send as `after` for what follows; it is null at the end. A page may be
        empty and not the last.
        """
        programme = await programme_of(edition, references, EDITIONS)
        documents = await store.page(COLLECTION, scope=edition, after=after, most=participants)
        return ReviewPage(
            items=[
                item for document in documents for item in listed(decode(document.body), programme)
            ],
            next=documents[-1].key if len(documents) == participants else None,
        )

    @routes.get(
        "/participants/{participant}/results",
        summary="One person's results",
        tags=["results"],
        dependencies=[Depends(require(Role.OFFICE, Role.EXAMINER))],
    )
    async def results(edition: EditionPath, participant: ParticipantPath) -> Results:
        """Every attempt with the facts behind it, and what counts of each module's test."""
        programme = await programme_of(edition, references, EDITIONS)
        document = await document_of(participant, edition, store, COLLECTION)
        return results_of(decode(document.body), programme)

    return routes
