"""How review items are shown to staff, and what became of verdicts on them."""

from datetime import datetime
from typing import Literal

from ijaza_contracts.attendance import ReviewKind
from pydantic import BaseModel

from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.review import verdict_on, worklist
from ijaza_attendance.domain.state import State, Verdict
from ijaza_attendance.domain.times import instant


class VerdictShown(BaseModel):
    """What somebody said of a review item."""

    verdict: Literal["accepted", "dismissed"]
    actor: str
    reason: str
    at: datetime


class Item(BaseModel):
    """A review item: its key, whom it is about, and the latest verdict; none if it is open.

    `number` is the one on the badge, 0 while it is not known; names are empty where they are not.
    """

    participant: str
    kind: ReviewKind
    session: str
    scan_id: str
    detail: str
    number: int
    name_en: str
    name_ar: str
    verdict: VerdictShown | None


class ReviewPage(BaseModel):
    """Review items of some participants; `next` leads on, null at the end."""

    items: list[Item]
    next: str | None


class VerdictOutcome(BaseModel):
    """What became of one verdict; of a refused one nothing is kept, and `why` says what to do."""

    participant: str
    kind: ReviewKind
    session: str
    scan_id: str
    detail: str
    outcome: Literal["done", "refused"]
    code: str = ""
    why: str = ""


class VerdictOutcomes(BaseModel):
    """One outcome for each verdict, in the order of the request."""

    outcomes: list[VerdictOutcome]


def items_of(state: State, programme: Programme, person: Person | None) -> list[Item]:
    """The review items of one participant."""
    return [
        Item(
            participant=state.participant,
            kind=item.kind,
            session=item.session,
            scan_id=item.scan_id,
            detail=item.detail,
            number=state.number,
            name_en=person.name_en if person else "",
            name_ar=person.name_ar if person else "",
            verdict=_shown(verdict_on(item, state)),
        )
        for item in worklist(state, programme)
    ]


def _shown(said: Verdict | None) -> VerdictShown | None:
    if said is None:
        return None
    return VerdictShown(
        verdict=said.verdict, actor=said.actor, reason=said.reason, at=instant(said.at)
    )
