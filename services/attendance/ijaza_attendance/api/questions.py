"""What staff may ask: one person's attendance with its proof."""

from fastapi import APIRouter, Depends
from ijaza_runtime.references import References
from ijaza_runtime.store import Store
from ijaza_runtime.web import Role, require
from ijaza_runtime.web.fields import EditionPath, ParticipantPath
from ijaza_runtime.web.known import document_of, programme_of

from ijaza_attendance.api.answers import Attendance, attendance_of
from ijaza_attendance.handlers import EDITIONS, PEOPLE
from ijaza_attendance.storage import COLLECTION, decode


def router(*, references: References, store: Store) -> APIRouter:
    """The routes that change nothing."""
    routes = APIRouter(prefix="/editions/{edition}")

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
