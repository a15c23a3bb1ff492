"""The review queue: what to look at in an edition, and many verdicts at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from ijaza_contracts.attendance import ReviewKind
from ijaza_runtime.commands import Commands, Work
from ijaza_runtime.errors import Invalid, Refusal
from ijaza_runtime.references import References
from ijaza_runtime.store import Store
from ijaza_runtime.web import Actor, Role, require
from ijaza_runtime.web.fields import (
    Body,
    EditionPath,
    Instant,
    LabelOrEmpty,
    ParticipantId,
    Reason,
)
from ijaza_runtime.web.known import programme_of
from pydantic import ConfigDict, Field, model_validator

from ijaza_attendance.api.review_shown import (
    Item,
    ReviewPage,
    VerdictOutcome,
    VerdictOutcomes,
    items_of,
)
from ijaza_attendance.domain.commands import ResolveReview
from ijaza_attendance.domain.people import Person
from ijaza_attendance.domain.programme import Programme
from ijaza_attendance.domain.state import State
from ijaza_attendance.handlers import EDITIONS, PEOPLE, deciding
from ijaza_attendance.storage import COLLECTION, decode

MOST = 500
"""Verdicts in one request, and participants whose items are looked for in another."""
AHEAD = timedelta(seconds=120)
"""How far the clock of whoever gives verdicts may be ahead: the latest verdict stands."""

Office = Annotated[Actor, Depends(require(Role.OFFICE))]


class VerdictOn(Body):
    """A verdict on one review item; the first five fields are its key, as listed.

    With `minutes` they are credited for the item's session, with `excuse` it leaves the person's
    sums; not both.
    """

    participant: ParticipantId
    kind: ReviewKind
    session: LabelOrEmpty = ""
    scan_id: LabelOrEmpty = ""
    detail: Annotated[str, Field(max_length=1000)] = ""
    verdict: Literal["accepted", "dismissed"]
    minutes: Annotated[int, Field(ge=0, le=100_000)] | None = None
    excuse: bool = False
    reason: Reason = ""

    @model_validator(mode="after")
    def _one_remedy(self) -> "VerdictOn":
        if self.excuse and self.minutes is not None:
            raise ValueError("minutes and excuse: give one of them, or none")
        return self


class Verdicts(Body):
    """Verdicts that were given at one time. Sent again, the request changes nothing.

    `at` is part of what it is known by, beside who sends it: another verdict of the same person
    on the same item has another time.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "at": "2019-12-16T09:30:00+02:00",
                "verdicts": [
                    {
                        "participant": "5f3c9a61d2e84b07a1c6e0f4b8d97325",
                        "kind": "missing-out",
                        "session": "m1-d1",
                        "scan_id": "kiosk-1-000042",
                        "verdict": "accepted",
                        "minutes": 210,
                        "reason": "seen-leaving",
                    }
                ],
            }
        }
    )

    at: Instant
    verdicts: Annotated[list[VerdictOn], Field(min_length=1, max_length=MOST)]


def router(
    *,
    commands: Commands[State, Programme, Person],
    references: References,
    store: Store,
    clock: Callable[[], datetime],
) -> APIRouter:
    """The routes of the queue; a verdict on one item by itself is among the office's."""
    routes = APIRouter(prefix="/editions/{edition}/review", tags=["review"])

    @routes.get(
        "",
        summary="List review items",
        dependencies=[Depends(require(Role.OFFICE, Role.AUDITOR))],
    )
    async def queue(
        edition: EditionPath,
        kind: Annotated[list[ReviewKind] | None, Query(max_length=10)] = None,
        session: Annotated[str | None, Query(max_length=200)] = None,
        state: Literal["all", "open", "done"] = "all",
        after: Annotated[str, Query(max_length=64)] = "",
        participants: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> ReviewPage:
        """The items of so many participants, by participant, those after the one named.

        `kind` may be given several times; `session` is that of the item, empty for items without
        one; `open` items have no verdict yet, `done` ones have. `next` is what to send as `after`
        for what follows; it is null at the end. A page may be empty and not the last.
        """
        programme = await programme_of(edition, references, EDITIONS)
        documents = await store.page(COLLECTION, scope=edition, after=after, most=participants)

        def wanted(item: Item) -> bool:
            return (
                (not kind or item.kind in kind)
                and (session is None or item.session == session)
                and (state == "all" or (item.verdict is None) == (state == "open"))
            )

        return ReviewPage(
            items=[
                item
                for document in documents
                for item in items_of(
                    decode(document.body), programme, references.get(PEOPLE, document.key)
                )
                if wanted(item)
            ],
            next=documents[-1].key if len(documents) == participants else None,
        )

    @routes.post("/verdicts", summary="Give verdicts on many review items")
    async def resolve(edition: EditionPath, body: Verdicts, actor: Office) -> VerdictOutcomes:
        """Say of each item what a person found, and what follows from it. Each is carried out or
        refused by itself; what counts of the sessions is published anew where it changes.
        """
        await programme_of(edition, references, EDITIONS)
        if body.at > clock() + AHEAD:
            raise Invalid(
                "future-dated",
                f"at is {body.at.isoformat()}, later than now by more than "
                f"{AHEAD.total_seconds():.0f} s: set the clock, and give the time of the verdicts",
            )
        results = await commands.perform_many(
            [
                Work(edition, each.participant, deciding(_command(each, body.at, actor.id)))
                for each in body.verdicts
            ]
        )
        return VerdictOutcomes(
            outcomes=[
                _outcome(each, result if isinstance(result, Refusal) else None)
                for each, result in zip(body.verdicts, results, strict=True)
            ]
        )

    return routes


def _command(given: VerdictOn, at: datetime, actor: str) -> ResolveReview:
    return ResolveReview(
        kind=given.kind,
        session=given.session,
        scan_id=given.scan_id,
        detail=given.detail,
        verdict=given.verdict,
        actor=actor,
        reason=given.reason,
        at=at,
        minutes=given.minutes,
        excuse=given.excuse,
    )


def _outcome(given: VerdictOn, refused: Refusal | None) -> VerdictOutcome:
    return VerdictOutcome(
        participant=given.participant,
        kind=given.kind,
        session=given.session,
        scan_id=given.scan_id,
        detail=given.detail,
        outcome="refused" if refused else "done",
        code=refused.code if refused else "",
        why=refused.detail if refused else "",
    )
