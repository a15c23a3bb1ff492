"""Proposed changes over HTTP: who reads them, before and after, and who decides."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from ijaza_credential.main import Desk, assemble
from ijaza_runtime.access import Role

from tests.unit.attendance.office import ACTOR, Office, code, opened
from tests.unit.credential.given import attended, failed
from tests.unit.credential.graduates import PATH, answer, graduated, named, of, person, told

PROPOSAL = f"{person('p1')}/proposal"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """Two graduates of an edition that proposes changes."""
    async with opened(assemble, tmp_path) as office:
        await graduated(office, {"p1": "Amina", "p2": "Basma"}, on_change="propose")
        yield office


async def renamed(office: Office[Desk]) -> Any:
    """A corrected name and a corrected hour; the proposal that comes of it."""
    await told(office, named("p1", "Amīna", 2), *of("p1", [attended("m1-d1", 3, facts=2)]))
    return answer(await office.get(Role.AUDITOR, PROPOSAL))


def word(said: Any, **changes: Any) -> dict[str, Any]:
    """An officer's word on what was read."""
    proposal = said["proposal"]
    return {
        "reason": "checked",
        "step": proposal["step"],
        "facts": proposal["facts"],
        "at": "2020-05-04T10:00:00Z",
        **changes,
    }


async def test_a_proposal_shows_before_and_after_side_by_side(office: Office[Desk]) -> None:
    """Names, results, criteria with their numbers, and what would happen, in both languages."""
    said = await renamed(office)

    proposal = said["proposal"]
    assert (said["stage"], proposal["kind"], proposal["because"]) == (
        "valid",
        "supersede",
        ["name", "results"],
    )
    assert proposal["holder_before"]["name_en"] == "Amina"
    assert proposal["holder_after"]["name_en"] == "Amīna"
    before, after = proposal["results_before"][0], proposal["results_after"][0]
    assert (before["attended_seconds"], after["attended_seconds"]) == (57_600, 54_000)
    assert proposal["effect"]["en"].startswith(f"Version 2 of {said['serial']}")
    assert "الإصدار 2" in proposal["effect"]["ar"]
    assert proposal["approvals_needed"] == 1
    criteria = {each["criterion"]: each for each in said["prospects"][0]["criteria"]}
    assert criteria["attendance:m1"]["attended_seconds"] == 54_000


async def test_a_revocation_that_is_proposed_has_nothing_after(office: Office[Desk]) -> None:
    """What is missing is its reason."""
    await told(office, *of("p1", [failed("m1", facts=2)]))

    proposal = answer(await office.get(Role.OFFICE, PROPOSAL))["proposal"]

    assert (proposal["kind"], proposal["because"]) == ("revoke", ["test:m1"])
    assert (proposal["certificate_after"], proposal["results_after"]) == (None, None)


async def test_proposals_are_listed_page_by_page(office: Office[Desk]) -> None:
    """Filtered by what was said upon them and by what they would do."""
    await renamed(office)
    await told(office, *of("p2", [failed("m1", facts=2)]))

    async def listed(**query: Any) -> list[str]:
        page = answer(await office.get(Role.APPROVER, f"{PATH}/proposals", **query))
        return [row["participant"] for row in page["rows"]]

    first = answer(await office.get(Role.APPROVER, f"{PATH}/proposals", limit=1))
    assert (first["rows"][0]["participant"], first["next"]) == ("p1", "p1")
    assert first["rows"][0]["holder"]["name_en"] == "Amīna"
    assert await listed(after=first["next"]) == ["p2"]
    assert await listed(kind="revoke") == ["p2"]
    assert await listed(show="declined") == []


async def test_a_confirmed_proposal_happens(office: Office[Desk]) -> None:
    """The answer is the decision after it."""
    said = await renamed(office)

    after = answer(await office.post(Role.APPROVER, f"{PROPOSAL}/confirmation", word(said)))

    old, new = after["certificates"]
    assert (old["status"], old["because"], old["successor"]) == (
        "superseded",
        ["name", "results"],
        new["credential_id"],
    )
    assert (new["status"], new["began"], new["issued_at"]) == (
        "valid",
        "superseding",
        "2020-05-04T10:00:00Z",
    )
    assert code(await office.get(Role.OFFICE, PROPOSAL), 404) == "nothing-proposed"


async def test_a_declined_proposal_is_listed_as_such(office: Office[Desk]) -> None:
    """By whom, when and why; the certificate stands."""
    said = await renamed(office)

    after = answer(await office.post(Role.APPROVER, f"{PROPOSAL}/refusal", word(said)))

    assert [each["status"] for each in after["certificates"]] == ["valid"]
    declined = after["proposal"]["declined"]
    assert declined == {"actor": ACTOR, "at": "2020-05-04T10:00:00Z", "reason": "checked"}
    page = answer(await office.get(Role.OFFICE, f"{PATH}/proposals"))
    assert page["rows"] == []
    page = answer(await office.get(Role.OFFICE, f"{PATH}/proposals", show="declined"))
    assert [row["participant"] for row in page["rows"]] == ["p1"]


@pytest.mark.parametrize("said", ["confirmation", "refusal"])
async def test_a_word_on_what_is_no_longer_so_is_a_conflict(
    office: Office[Desk], said: str
) -> None:
    """A fact came after the page was read."""
    read = await renamed(office)
    await told(office, named("p1", "Ameena", 3))

    response = await office.post(Role.APPROVER, f"{PROPOSAL}/{said}", word(read))

    assert code(response, 409) == "changed-since"


async def test_a_reason_is_needed_and_is_a_code(office: Office[Desk]) -> None:
    """It is published: it must have no room for a name."""
    said = await renamed(office)

    for body in (word(said, reason="Amina said so"), word(said, reason="")):
        response = await office.post(Role.APPROVER, f"{PROPOSAL}/refusal", body)
        assert code(response, 422) == "invalid-request"


async def test_of_nobody_there_is_no_proposal(office: Office[Desk]) -> None:
    """Not known, and not nothing."""
    response = await office.get(Role.OFFICE, f"{person('nobody')}/proposal")

    assert code(response, 404) == "participant-not-known"
