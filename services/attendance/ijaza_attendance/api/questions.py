"""What staff may ask: review items of an edition, and one person's attendance with its proof."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from ijaza_runtime.references import References
from ijaza_runtime.store import Store
from ijaza_runtime.web import Role, require
from ijaza_runtime.web.fields import EditionPath, ParticipantPath
from ijaza_runtime.web.known import document_of, programme_of

from ijaza_attendance.api.answers import Attendance, ReviewPage, attendance_of, listed
from ijaza_attendance.handlers import EDITIONS, PEOPLE
from ijaza_attendance.storage import COLLECTION, decode


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
        "/participants/{participant}/attendance",
        summary="One person's attendance",
        tags=["attendance"],
        dependencies=[Depends(require(Role.OFFICE))],
    )
    async def attendance(edition: EditionPath, participant: ParticipantPath) -> Attendance:
        """Seconds of every session with the facts behind them, and the sums of the modules."""
        programme = await programme_of(edition, references, EDITIONS)
        document = await document_of(participant, edition, store, COLLECTION)
        state = decode(document.body)
        return attendance_of(state, programme, references.get(PEOPLE, participant))

    return routes
