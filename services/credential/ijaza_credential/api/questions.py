"""The routes that change nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from ijaza_credential.api.decision_views import DecisionView
from ijaza_credential.api.eligibility_views import EligibilityPage, eligibility_row
from ijaza_credential.api.paging import MOST_ROWS
from ijaza_credential.api.reading import Reader
from ijaza_credential.api.staff import READERS
from ijaza_credential.domain.rules import assess


def questions(reader: Reader, clock: Callable[[], datetime]) -> APIRouter:
    """Decisions and eligibility for staff."""
    api = APIRouter()

    @api.get(
        "/editions/{edition}/participants/{participant}/decision",
        dependencies=READERS,
        summary="Why a participant gets a certificate or not, and what is left to do",
    )
    async def decision(
        edition: str,
        participant: str,
        at: Annotated[
            AwareDatetime | None, Query(description="As of when; left out, as of now.")
        ] = None,
    ) -> DecisionView:
        return await reader.decision(edition, participant, at or clock())

    @api.get(
        "/editions/{edition}/eligibility",
        dependencies=READERS,
        summary="Who has earned what, page by page",
    )
    async def eligibility(
        edition: str,
        after: Annotated[str, Query(max_length=64)] = "",
        limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 100,
    ) -> EligibilityPage:
        programme = await reader.programme(edition)
        page = await reader.commands.page(edition, after, limit)
        return EligibilityPage(
            edition=edition,
            revision=programme.revision,
            rows=tuple(eligibility_row(state, assess(state, programme)) for _, state in page),
            next=page[-1][0] if len(page) == limit else None,
        )

    return api
