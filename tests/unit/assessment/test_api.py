"""Assessment over HTTP, on a bus and a store in memory."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from ijaza_assessment.main import Desk, assemble
from ijaza_runtime.access import Role

from tests.unit.assessment.given import EDITION, PARTICIPANT, edition, selected
from tests.unit.attendance.office import Office, code, opened

PERSON = f"/v1/editions/{EDITION}/participants/{PARTICIPANT}"
RESULT = {"module": "m1", "attempt": 1, "score": "72.50", "taken_at": "2019-12-18T22:00:00+02:00"}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """An edition with tests in m1 and m2: pass mark 60 of 100, two attempts."""
    async with opened(assemble, tmp_path) as office:
        await office.tell(edition())
        yield office


async def results(office: Office[Desk]) -> Any:
    return (await office.get(Role.EXAMINER, f"{PERSON}/results")).json()


async def test_a_result_is_shown_with_what_it_came_to(office: Office[Desk]) -> None:
    """Exact numbers, times in UTC, and the module's result."""
    await office.post(Role.EXAMINER, f"{PERSON}/results", RESULT)

    answer = await results(office)

    (attempt,) = answer["attempts"]
    assert (attempt["score"], attempt["outcome"], attempt["version"]) == ("72.5", "passed", [1, 1])
    assert attempt["taken_at"] == "2019-12-18T20:00:00Z"
    assert answer["modules"][0] == {
        "module": "m1",
        "attempts": 1,
        "best_score": "72.5",
        "passed": True,
    }


async def test_the_same_result_again_changes_nothing(office: Office[Desk]) -> None:
    """An examiner's form that heard no answer sends again."""
    once = await office.post(Role.EXAMINER, f"{PERSON}/results", RESULT)
    again = await office.post(Role.EXAMINER, f"{PERSON}/results", RESULT | {"score": 72.5})

    assert (once.json()["events"], again.json()["events"]) == (1, 0)


async def test_another_result_of_the_attempt_is_refused(office: Office[Desk]) -> None:
    """The rules of the domain reach the caller as a problem."""
    await office.post(Role.EXAMINER, f"{PERSON}/results", RESULT)

    response = await office.post(Role.EXAMINER, f"{PERSON}/results", RESULT | {"score": "80"})

    assert code(response, 409) == "result-recorded"


async def test_of_a_batch_each_result_stands_by_itself(office: Office[Desk]) -> None:
    """One that is refused hinders no other, of the same person or of another."""
    mine = RESULT | {"participant": PARTICIPANT}
    batch = [
        mine,
        mine | {"module": "m3"},
        mine | {"attempt": 2},
        mine | {"participant": "p2", "score": "100.5"},
        mine | {"participant": "p3"},
    ]

    response = await office.post(
        Role.EXAMINER, f"/v1/editions/{EDITION}/results", {"results": batch}
    )

    outcomes = response.json()["outcomes"]
    assert [each["outcome"] for each in outcomes] == [
        "recorded",
        "refused",
        "recorded",
        "refused",
        "recorded",
    ]
    assert [each["code"] for each in outcomes if each["code"]] == [
        "test-not-known",
        "score-out-of-range",
    ]
    assert len((await results(office))["attempts"]) == 2


async def test_a_correction_shows_who_made_it(office: Office[Desk]) -> None:
    """The score that stands beside the one recorded."""
    await office.post(Role.EXAMINER, f"{PERSON}/results", RESULT)
    body = {"correction": "c1", "module": "m1", "attempt": 1, "score": "40", "reason": "miscount"}

    await office.post(Role.OFFICE, f"{PERSON}/score-corrections", body)

    (attempt,) = (await results(office))["attempts"]
    assert (attempt["score"], attempt["recorded_score"]) == ("40", "72.5")
    assert attempt["outcome"] == "below_pass_mark"
    assert attempt["corrections"] == [
        {
            "correction": "c1",
            "score": "40",
            "actor": "staff-7",
            "reason": "miscount",
            "at": "2019-12-27T09:00:00Z",
        }
    ]


async def test_an_annulled_attempt_counts_no_more(office: Office[Desk]) -> None:
    """It stays in the number of attempts."""
    await office.post(Role.EXAMINER, f"{PERSON}/results", RESULT)
    body = {"correction": "a1", "module": "m1", "attempt": 1, "reason": "impersonation"}

    await office.post(Role.OFFICE, f"{PERSON}/annulments", body)

    answer = await results(office)
    assert answer["attempts"][0]["annulments"][0]["actor"] == "staff-7"
    assert answer["modules"][0] == {
        "module": "m1",
        "attempts": 1,
        "best_score": None,
        "passed": False,
    }


async def test_an_attempt_above_the_number_allowed_is_listed_for_review(
    office: Office[Desk],
) -> None:
    """By participant, in pages."""
    for participant in ("p1", "p2"):
        await office.tell(selected().model_copy(update={"participant": participant}))
    await office.drain()
    await office.post(Role.EXAMINER, f"{PERSON}/results", RESULT | {"attempt": 3})

    path = f"/v1/editions/{EDITION}/review"
    first = (await office.get(Role.AUDITOR, path, participants=1)).json()
    rest = (await office.get(Role.AUDITOR, path, participants=2, after=first["next"])).json()

    assert first["items"] == [
        {
            "participant": PARTICIPANT,
            "kind": "attempt-over-limit",
            "session": "",
            "scan_id": "",
            "detail": "m1/3",
        }
    ]
    assert rest == {"items": [], "next": None}


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrong",
    [{"score": "-1"}, {"score": "NaN"}, {"score": "1e-30"}, {"attempt": 0}, {"taken_at": "today"}],
)
async def test_a_result_without_the_form_of_one_is_refused(
    office: Office[Desk], wrong: dict[str, Any]
) -> None:
    """A fault of the sender's is told at once."""
    response = await office.post(Role.EXAMINER, f"{PERSON}/results", RESULT | wrong)

    assert code(response, 422) == "invalid-request"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/editions/mg-5/participants/p1/results", "edition-not-known"),
        (f"/v1/editions/{EDITION}/participants/p9/results", "participant-not-known"),
    ],
)
async def test_what_nothing_is_known_of_is_not_found(
    office: Office[Desk], path: str, expected: str
) -> None:
    """The answer says which of the two it was."""
    assert code(await office.get(Role.OFFICE, path), 404) == expected


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        (Role.OFFICE, "POST", f"{PERSON}/results"),
        (Role.OFFICE, "POST", f"/v1/editions/{EDITION}/results"),
        (Role.EXAMINER, "POST", f"{PERSON}/score-corrections"),
        (Role.EXAMINER, "POST", f"{PERSON}/annulments"),
        (Role.DOOR, "GET", f"{PERSON}/results"),
        (Role.EXAMINER, "GET", f"/v1/editions/{EDITION}/review"),
    ],
)
async def test_every_route_serves_its_roles_alone(
    office: Office[Desk], role: Role, method: str, path: str
) -> None:
    """Examiners record, the office corrects, auditors read the review."""
    response: httpx.Response = await office.http.request(
        method, path, json={}, headers=office.bearer(role)
    )

    assert response.status_code == 403
