"""A graduation over HTTP: who stands where, approving many at once, and the print run."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from ijaza_credential import volumes
from ijaza_credential.api import paging
from ijaza_credential.main import Desk, assemble
from ijaza_runtime.access import Role
from pypdf import PdfReader

from tests.unit.attendance.office import Office, code, opened
from tests.unit.credential.given import (
    PARTICIPATION,
    certificate,
    closed,
    day,
    published,
    selected,
    withdrawn,
)
from tests.unit.credential.graduates import PATH, answer, graduated, named, of, seated, told

GRADUATION = f"{PATH}/graduation"
RULES = (certificate(), PARTICIPATION)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """Credential, which knows nothing yet; it is the eve of the last day of teaching."""
    now = datetime(2019, 12, 25, 12, tzinfo=UTC)
    async with opened(assemble, tmp_path, clock=lambda: now) as office:
        yield office


async def taught(office: Office[Desk], **changes: Any) -> None:
    """One who meets everything, one with a day to come, one who misses a test, one who left."""
    await told(office, published(certificates=RULES, **changes))
    every = seated(1)
    lacking = {
        "eligible": every,
        "nearly": [each for each in seated(2) if getattr(each, "session", "") != "m2-d4"],
        "missed": [each for each in seated(3) if getattr(each, "session", "") not in ABSENT],
        "left": [*seated(4), withdrawn(day(9))],
    }
    for participant, facts in lacking.items():
        await told(office, named(participant, participant), *of(participant, facts))


ABSENT = ("m1-d1", "m1-d2", "m1-d3")


async def listed(office: Office[Desk], **query: Any) -> dict[str, Any]:
    """Candidates by participant."""
    page = answer(await office.get(Role.OFFICE, GRADUATION, **query))
    return {row["participant"]: row for row in page["rows"]}


async def test_who_is_eligible_who_nearly_is_and_who_cannot_be(office: Office[Desk]) -> None:
    """With what is missing, in numbers."""
    await taught(office)

    rows = await listed(office)

    assert {name: row["chance"] for name, row in rows.items()} == {
        "eligible": "eligible",
        "nearly": "nearly",
        "missed": "out-of-reach",
        "left": "out-of-reach",
    }
    (missing,) = rows["nearly"]["missing"]
    assert missing["criterion"] == "attendance:m2"
    assert (missing["needed_seconds"], missing["attended_seconds"]) == (46_800, 43_200)
    assert missing["possible_seconds"] == 57_600
    assert rows["nearly"]["award"] == "participation"
    assert rows["eligible"]["holder"]["name_en"] == "eligible"


async def test_candidates_are_filtered(office: Office[Desk]) -> None:
    """By chance, by what they earn, by stage, and by how little is missing."""
    await taught(office)

    assert set(await listed(office, chance="out-of-reach")) == {"missed", "left"}
    assert set(await listed(office, award="participation")) == {"nearly"}
    assert set(await listed(office, missing_at_most=0)) == {"eligible"}
    assert set(await listed(office, missing_at_most=1, chance="nearly")) == {"nearly"}
    assert await listed(office, stage="valid") == {}


async def test_candidates_are_counted(office: Office[Desk]) -> None:
    """All of them, whatever the pages show."""
    await taught(office, issue="on_approval")
    await told(office, closed())

    counts = answer(await office.get(Role.APPROVER, f"{GRADUATION}/counts"))

    assert counts["candidates"] == 4
    assert counts["chances"] == {"eligible": 1, "nearly": 0, "out-of-reach": 3}
    assert counts["awards"] == {"certificate": 1, "participation": 1}
    assert counts["stages"]["awaiting approval"] == 2


async def test_who_never_had_a_seat_is_no_candidate(office: Office[Desk]) -> None:
    """An approval alone makes a document, and no graduate."""
    await told(office, published(), named("p9", "Nobody"))
    approval = {"approvals": [{"participant": "p9"}]}
    answer(await office.post(Role.APPROVER, f"{PATH}/approvals", approval))

    assert await listed(office) == {}


async def test_a_request_looks_at_no_more_than_some_states(
    office: Office[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page may be empty, and say where to go on."""
    await taught(office)
    monkeypatch.setattr(paging, "LOOKED_AT", 1)

    page = answer(await office.get(Role.OFFICE, GRADUATION, chance="nearly"))

    assert (page["rows"], page["next"]) == ([], "eligible")
    rest = await listed(office, chance="nearly", after="missed")
    assert set(rest) == {"nearly"}


async def approve(office: Office[Desk], body: object) -> Any:
    """Approve as the approver."""
    return answer(await office.post(Role.APPROVER, f"{GRADUATION}/approvals", body))


async def test_some_are_approved_each_with_an_outcome(office: Office[Desk]) -> None:
    """Sent again it changes nothing; what is refused hinders nothing else."""
    await graduated(office, {"p1": "Amina", "p2": "Basma"}, issue="on_approval")
    body = {"participants": ["p1", "nobody", "p2"], "steps": {"p2": 5}}

    first = (await approve(office, body))["answers"]
    again = (await approve(office, {"participants": ["p1"]}))["answers"]

    assert [each["outcome"] for each in first] == ["recorded", "refused", "refused"]
    assert [each["code"] for each in first] == [None, "participant-not-known", "changed-since"]
    assert first[0]["serial"]
    assert [each["outcome"] for each in again] == ["known"]
    assert {name: row["stage"] for name, row in (await listed(office)).items()} == {
        "p1": "valid",
        "p2": "awaiting approval",
    }


async def test_all_who_earn_one_are_approved(
    office: Office[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In pages, of one certificate if it is named; a second time there is nobody left."""
    await taught(office, issue="on_approval")
    await told(office, closed())
    monkeypatch.setattr(import_module("ijaza_credential.api.graduation"), "MOST_APPROVALS", 1)

    first = await approve(office, {"all": True})
    second = await approve(office, {"all": True, "after": first["next"]})
    again = await approve(office, {"all": True})

    assert [each["participant"] for each in first["answers"]] == ["eligible"]
    assert [each["participant"] for each in second["answers"]] == ["nearly"]
    assert (again["answers"], again["next"]) == ([], None)


async def test_all_of_one_certificate_are_approved(office: Office[Desk]) -> None:
    """Those of the second one may be looked at later."""
    await taught(office, issue="on_approval")
    await told(office, closed())

    said = await approve(office, {"all": True, "certificate": "participation"})

    assert [each["participant"] for each in said["answers"]] == ["nearly"]


async def test_two_persons_approve_where_the_edition_asks_for_two(office: Office[Desk]) -> None:
    """One person's word twice is one."""
    await graduated(office, {"p1": "Amina"}, issue="on_approval", approvers=2)

    await approve(office, {"all": True})
    await approve(office, {"all": True})

    (row,) = (await listed(office)).values()
    assert (row["stage"], len(row["approved_by"])) == ("awaiting approval", 1)


async def test_a_batch_never_approves_a_later_change(office: Office[Desk]) -> None:
    """A proposal is read one by one: whoever has a certificate is passed over."""
    await graduated(office, {"p1": "Amina"}, on_change="propose")
    await told(office, named("p1", "Amīna", 2))

    said = await approve(office, {"participants": ["p1"]})

    assert [each["outcome"] for each in said["answers"]] == ["known"]
    page = answer(await office.get(Role.OFFICE, f"{PATH}/proposals"))
    assert page["rows"][0]["proposal"]["approved_by"] == []


@pytest.mark.parametrize("body", [{}, {"all": True, "participants": ["p1"]}])
async def test_either_some_or_all(office: Office[Desk], body: object) -> None:
    """Nobody approves everybody by leaving a list out."""
    response = await office.post(Role.APPROVER, f"{GRADUATION}/approvals", body)

    assert code(response, 422) == "invalid-request"


@pytest.mark.slow
async def test_the_print_run_has_all_pages_in_the_order_of_names(
    office: Office[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Volume by volume; `Link` names the next one."""
    monkeypatch.setattr(volumes, "VOLUME", 2)
    names = {"p1": "Zaynab Ali", "p2": "Amina Omar", "p3": "Basma Said"}
    await graduated(office, names)

    first = await office.get(Role.OFFICE, f"{GRADUATION}/print")
    second = await office.get(Role.OFFICE, f"{GRADUATION}/print", volume=2)

    assert first.headers["link"] == '<?volume=2&by=en>; rel="next"'
    assert "link" not in second.headers
    texts = [
        page.extract_text()
        for response in (first, second)
        for page in PdfReader(io.BytesIO(response.content)).pages
    ]
    found = [next(name for name in names.values() if name in text) for text in texts]
    assert found == sorted(names.values())


async def test_the_print_run_is_for_paper(office: Office[Desk]) -> None:
    """It carries no credential, and no cache keeps it."""
    await graduated(office, {"p1": "Amina"})

    response = await office.get(Role.AUDITOR, f"{GRADUATION}/print")

    assert response.headers["cache-control"] == "private, no-store"
    reader = PdfReader(io.BytesIO(response.content))
    assert not reader.attachments
    assert b"pdfaid" not in response.content


async def test_a_volume_that_there_is_not_is_not_known(office: Office[Desk]) -> None:
    """The answer says how many there are."""
    await graduated(office, {"p1": "Amina"})

    response = await office.get(Role.OFFICE, f"{GRADUATION}/print", volume=2)

    assert code(response, 404) == "no-such-volume"
    assert "1 certificates to print, in 1 volumes" in response.json()["detail"]


async def test_an_open_edition_has_nothing_to_print(office: Office[Desk]) -> None:
    """Nor has one that nobody knows."""
    response = await office.get(Role.OFFICE, f"{GRADUATION}/print")
    assert code(response, 404) == "edition-not-known"

    await told(office, published(), *of("p1", [selected()]))
    assert code(await office.get(Role.OFFICE, f"{GRADUATION}/print"), 404) == "no-such-volume"
