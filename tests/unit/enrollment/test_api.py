"""Enrollment over HTTP: one edition from its publication to a promotion, and what is refused."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from ijaza_enrollment.api import router
from ijaza_runtime.access import AccessKeys, Role
from ijaza_runtime.web import build_app

from tests.unit.enrollment.given import EDITION, day, edition, rule, session, world

NOW = datetime(2019, 11, 1, 10, 0, tzinfo=UTC)
ACCESS = AccessKeys(Ed25519PrivateKey.generate())
JSON = dict[str, Any]


class Clock:
    """A clock that a test sets."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The clock of the app."""
    return Clock()


@pytest.fixture
async def app(clock: Clock) -> FastAPI:
    """Enrollment's app over a store in memory."""
    place = await world()
    return build_app(
        service="enrollment",
        title="Enrollment",
        description="",
        routers=[router(place.desk, clock=clock)],
        access=ACCESS,
        clock=lambda: NOW,
    )


@pytest.fixture
async def office(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the programme office."""
    async with client(app, Role.OFFICE) as each:
        yield each


def client(app: FastAPI, *roles: Role) -> httpx.AsyncClient:
    token = ACCESS.issue("staff-7", roles, timedelta(hours=1), NOW)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://enrollment",
        headers={"Authorization": f"Bearer {token}"},
    )


def application(ref: str, applied: float = 0, **attributes: str) -> JSON:
    return {
        "ref": ref,
        "name_en": f"Name of {ref}",
        "name_ar": f"اسم {ref}",
        "email": "",
        "applied_at": day(applied).isoformat(),
        "attributes": attributes,
    }


async def published(office: httpx.AsyncClient, capacity: int = 1) -> JSON:
    definition = edition(rule(capacity), sessions=[session("d1", day(100))])
    answer = await office.post(
        "/v1/editions", json={"definition": definition.model_dump(mode="json")}
    )
    assert answer.status_code == 200
    body: JSON = answer.json()
    return body


async def applied(office: httpx.AsyncClient, *applications: JSON) -> list[str]:
    """Record applications; the participants' ids."""
    answer = await office.post(
        f"/v1/editions/{EDITION}/applications", json={"applications": applications}
    )
    assert answer.status_code == 200
    return [one["participant"] for one in answer.json()["applicants"]]


async def test_an_edition_runs_by_http_alone(office: httpx.AsyncClient) -> None:
    """Given two applicants for one seat, when the first leaves, then the other has the seat."""
    assert (await published(office))["revision"] == 1
    first, second = await applied(office, application("A", 1), application("B", 2))

    selection = await office.post(f"/v1/editions/{EDITION}/selection", json={})
    leaving = {"departure": "d1", "participant": first, "kind": "decline", "reason": "moved"}
    departed = await office.post(
        f"/v1/editions/{EDITION}/departures", json={"departures": [leaving]}
    )
    results = await office.get(f"/v1/editions/{EDITION}/selection?most=1")
    rest = await office.get(f"/v1/editions/{EDITION}/selection?after=1")

    assert selection.json() == {
        "edition": EDITION,
        "at": "2019-11-01T10:00:00Z",
        "roster": False,
        "applicants": 2,
        "departures": 0,
    }
    assert [one["participant"] for one in departed.json()["promoted"]] == [second]
    assert results.json()["next"] == 1
    assert results.json()["results"] == [
        {
            "participant": first,
            "outcome": "withdrawn",
            "rank": 1,
            "number": 1,
            "reason": "decline",
            "note": "moved",
        }
    ]
    assert (rest.json()["results"][0]["outcome"], rest.json()["next"]) == ("selected", None)
    accepted = await office.post(f"/v1/editions/{EDITION}/participants/{second}/acceptance")
    assert (accepted.status_code, accepted.json()["number"]) == (200, 2)


async def test_a_request_that_is_sent_again_later_changes_nothing(
    clock: Clock, office: httpx.AsyncClient
) -> None:
    """Given requests that carry no time, when they come again, then they are the same commands."""
    await published(office)
    (first,) = await applied(office, application("A"))
    await office.post(f"/v1/editions/{EDITION}/selection", json={})
    leaving = {"departure": "d", "participant": first, "kind": "decline"}
    requests: list[tuple[str, JSON]] = [
        ("departures", {"departures": [leaving]}),
        ("sessions", {"changes": [{"kind": "cancel", "correction": "c", "session": "d1"}]}),
        (
            f"participants/{first}/name",
            {"correction": "n", "target": "name_en", "value": "Salma"},
        ),
        ("close", {}),
    ]
    reads = ["", "/selection", f"/participants/{first}"]
    for path, body in requests:
        assert (await office.post(f"/v1/editions/{EDITION}/{path}", json=body)).is_success
    once = [(await office.get(f"/v1/editions/{EDITION}{path}")).json() for path in reads]

    clock.now += timedelta(minutes=30)
    for path, body in requests:
        assert (await office.post(f"/v1/editions/{EDITION}/{path}", json=body)).is_success

    assert [(await office.get(f"/v1/editions/{EDITION}{path}")).json() for path in reads] == once


async def test_sessions_are_corrected_in_one_revision(office: httpx.AsyncClient) -> None:
    """Given an edition, when a session is moved and one added, then both are in revision 2."""
    await published(office)
    changes = [
        {
            "kind": "move",
            "correction": "1",
            "session": "d1",
            "start": "2019-12-20T16:00:00+02:00",
            "end": "2019-12-20T20:00:00+02:00",
        },
        {
            "kind": "add",
            "correction": "2",
            "module": "m1",
            "session": {
                "id": "d2",
                "start": "2019-12-21T14:00:00Z",
                "end": "2019-12-21T18:00:00Z",
            },
        },
    ]

    answer = await office.post(f"/v1/editions/{EDITION}/sessions", json={"changes": changes})
    read = await office.get(f"/v1/editions/{EDITION}")

    assert answer.status_code == 200
    assert read.json() == answer.json()
    assert read.json()["revision"] == 2
    sessions = read.json()["definition"]["modules"][0]["sessions"]
    assert [one["start"] for one in sessions] == ["2019-12-20T14:00:00Z", "2019-12-21T14:00:00Z"]


async def test_an_officer_changes_one_session_after_the_other(
    clock: Clock, office: httpx.AsyncClient
) -> None:
    """Given two sessions, when a third is added, the first moved, the second merged into it, and
    the third cancelled, then each answer is the next revision of the edition.
    """
    await published(office)
    times = {"start": "2019-12-21T14:00:00Z", "end": "2019-12-21T18:00:00Z"}
    later = {"start": "2019-12-20T14:00:00Z", "end": "2019-12-20T18:00:00.750Z"}
    next_day = {"start": "2019-12-22T14:00:00Z", "end": "2019-12-22T18:00:00Z"}
    whole = times | {"breaks": [{"start": "2019-12-21T15:00:00Z", "end": "2019-12-21T15:10:00Z"}]}
    orders: list[tuple[str, JSON]] = [
        ("d2/addition", {"module": "m1", "times": times}),
        ("d3/addition", {"module": "m1", "times": next_day}),
        ("d1/schedule", later),
        ("d1/merger", {"sessions": ["d2"], "times": whole}),
        ("d3/cancellation", {}),
    ]

    for number, (address, order) in enumerate(orders, 1):
        clock.now = NOW + timedelta(minutes=number)
        common = {"correction": f"c{number}", "revision": number, "reason": "strike"}
        answer = await office.post(
            f"/v1/editions/{EDITION}/sessions/{address}", json=common | order
        )
        assert (answer.status_code, answer.json()["revision"]) == (200, number + 1), answer.text

    assert answer.json() == (await office.get(f"/v1/editions/{EDITION}")).json()
    assert answer.json()["revised_at"] == "2019-11-01T10:05:00Z"
    assert answer.json()["definition"]["modules"][0]["sessions"] == [
        {"id": "d1", "cancelled": False, "merged_into": "", **whole},
        {"id": "d2", "cancelled": True, "merged_into": "d1", "breaks": [], **times},
        {"id": "d3", "cancelled": True, "merged_into": "", "breaks": [], **next_day},
    ]


async def test_an_officer_who_looked_too_early_is_told_the_revision(
    office: httpx.AsyncClient,
) -> None:
    """Given a session that was moved, when a change comes for the revision before, then the
    answer names the one that stands now; the move itself, sent again, is answered as before.
    """
    await published(office)
    address = f"/v1/editions/{EDITION}/sessions/d1"
    times = {"start": "2019-12-20T14:00:00Z", "end": "2019-12-20T18:00:00Z"}
    move = {"correction": "c1", "revision": 1, "reason": "strike", **times}

    moved = await office.post(f"{address}/schedule", json=move)
    again = await office.post(f"{address}/schedule", json=move)
    late = await office.post(f"{address}/schedule", json=move | {"correction": "c2"})

    assert again.json() == moved.json()
    assert (late.status_code, late.json()["code"], late.json()["revision"]) == (
        409,
        "revision-differs",
        2,
    )
    assert "d1 is held from 2019-12-20T14:00:00Z" in late.json()["detail"]


async def test_a_revision_belongs_to_its_edition(office: httpx.AsyncClient) -> None:
    """Given an edition, when it is revised, then the address and the definition must agree."""
    await published(office)
    wider = {"definition": edition(rule(2)).model_dump(mode="json")}

    revised = await office.post(f"/v1/editions/{EDITION}/revisions", json=wider)
    unknown = await office.post("/v1/editions/mg-5/revisions", json=wider)
    other = {"definition": edition(name="mg-5").model_dump(mode="json")}
    differing = await office.post(f"/v1/editions/{EDITION}/revisions", json=other)

    assert revised.json()["revision"] == 2
    assert (unknown.status_code, unknown.json()["code"]) == (404, "edition-not-known")
    assert (differing.status_code, differing.json()["code"]) == (422, "edition-differs")


async def test_a_person_is_seen_until_erased(office: httpx.AsyncClient) -> None:
    """Given a renamed applicant, when the person is erased, then only the result is left."""
    await published(office)
    (first,) = await applied(office, application("A", country="EG"))
    address = f"/v1/editions/{EDITION}/participants/{first}"
    name = {"correction": "n1", "target": "name_en", "value": "Salma Fawzi"}
    await office.post(f"{address}/name", json=name)
    open_call = (await office.get(address)).json()
    await office.post(f"/v1/editions/{EDITION}/selection", json={})

    erased = await office.delete(f"{address}/person")
    after = (await office.get(address)).json()

    assert open_call["result"] is None
    assert open_call["person"] == {
        "ref": "A",
        "name_en": "Salma Fawzi",
        "name_ar": "اسم A",
        "email": "",
        "attributes": {"country": "EG"},
    }
    assert erased.status_code == 204
    assert after["person"] is None
    assert after["result"]["outcome"] == "selected"


async def test_nobody_to_select_is_said(office: httpx.AsyncClient) -> None:
    """Given no application, when the selection is asked for, then the answer says what to do."""
    await published(office)

    answer = await office.post(f"/v1/editions/{EDITION}/selection", json={})

    assert (answer.status_code, answer.json()["code"]) == (409, "nobody-applied")


READS = ["", "/selection", "/participants/p1"]
WRITES = [
    "/revisions",
    "/sessions",
    "/sessions/d1/schedule",
    "/sessions/d1/cancellation",
    "/sessions/d1/addition",
    "/sessions/d1/merger",
    "/close",
    "/applications",
    "/selection",
    "/departures",
    "/participants/p1/name",
    "/participants/p1/acceptance",
]


async def test_an_auditor_reads_and_changes_nothing(app: FastAPI) -> None:
    """Given the role of an auditor, when any route is called, then only reading gets through."""
    async with client(app, Role.AUDITOR) as auditor:
        reads = [(await auditor.get(f"/v1/editions/mg-9{path}")).status_code for path in READS]
        writes = [
            (await auditor.post(f"/v1/editions/mg-9{path}", json={})).status_code for path in WRITES
        ]
        erasure = await auditor.delete("/v1/editions/mg-9/participants/p1/person")
        publication = await auditor.post("/v1/editions", json={})

    assert 403 not in reads
    assert {*writes, erasure.status_code, publication.status_code} == {403}


@pytest.mark.parametrize("role", [Role.DOOR, Role.EXAMINER, Role.APPROVER, Role.PARTNER])
async def test_others_see_nothing(app: FastAPI, role: Role) -> None:
    """Given another role, when something is read, then it is refused: names are for the office."""
    async with client(app, role) as other:
        answers = [await other.get(f"/v1/editions/{EDITION}{path}") for path in READS]

    assert {answer.status_code for answer in answers} == {403}


BAD: dict[str, tuple[str, JSON]] = {
    "time without offset": ("selection", {"at": "2019-11-01T10:00:00"}),
    "time out of reach": ("close", {"at": "0001-01-01T00:00:00+14:00"}),
    "change of a session without a reason": (
        "sessions/d1/cancellation",
        {"correction": "c1", "revision": 1, "reason": ""},
    ),
    "unknown field": ("close", {"when": "2019-11-01T10:00:00Z"}),
    "no departure": ("departures", {"departures": []}),
    "no application": ("applications", {"applications": []}),
    "too many applications": ("applications", {"applications": [application("A")] * 501}),
    "application without a time": (
        "applications",
        {"applications": [{**application("A"), "applied_at": None}]},
    ),
    "unknown kind of change": (
        "sessions",
        {"changes": [{"kind": "merge", "correction": "1", "session": "d1"}]},
    ),
}


@pytest.mark.parametrize(("path", "body"), BAD.values(), ids=BAD.keys())
async def test_a_malformed_request_is_refused(
    office: httpx.AsyncClient, path: str, body: JSON
) -> None:
    """Given an edition, when a request has not the form asked for, then the answer is 422."""
    await published(office)

    answer = await office.post(f"/v1/editions/{EDITION}/{path}", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
