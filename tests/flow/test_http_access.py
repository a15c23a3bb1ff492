"""Who may do what by HTTP: one table of all operations, and nothing beside it."""

from collections.abc import Iterator, Set
from dataclasses import replace

import pytest
from ijaza_runtime.web import Role

from tests.flow.http_house import House, Operation, http_house

EDITION = "/v1/editions/{edition}"
SESSION = f"{EDITION}/sessions/{{session}}"
PERSON = f"{EDITION}/participants/{{participant}}"
CERTIFICATE = "/v1/certificates/{serial}"

EVERYBODY: Set[Role] = frozenset()
"""Without a token."""
OFFICE = {Role.OFFICE}
READERS = {Role.OFFICE, Role.AUDITOR}
APPROVERS = {Role.APPROVER}
EXAMINERS = {Role.EXAMINER}

WHO_MAY: dict[str, Set[Role]] = {
    "enrollment POST /v1/editions": OFFICE,
    f"enrollment GET {EDITION}": READERS,
    f"enrollment POST {EDITION}/revisions": OFFICE,
    f"enrollment POST {EDITION}/sessions": OFFICE,
    f"enrollment POST {SESSION}/schedule": OFFICE,
    f"enrollment POST {SESSION}/cancellation": OFFICE,
    f"enrollment POST {SESSION}/addition": OFFICE,
    f"enrollment POST {SESSION}/merger": OFFICE,
    f"enrollment POST {EDITION}/close": OFFICE,
    f"enrollment POST {EDITION}/applications": OFFICE,
    f"enrollment POST {EDITION}/selection": OFFICE,
    f"enrollment GET {EDITION}/selection": READERS,
    f"enrollment POST {EDITION}/departures": OFFICE,
    f"enrollment GET {PERSON}": READERS,
    f"enrollment POST {PERSON}/name": OFFICE,
    f"enrollment DELETE {PERSON}/person": OFFICE,
    f"enrollment POST {PERSON}/acceptance": OFFICE,
    "attendance POST /v1/scans": {Role.DOOR},
    f"attendance POST {PERSON}/corrections": OFFICE,
    f"attendance POST {PERSON}/excuses": OFFICE,
    f"attendance POST {PERSON}/verdicts": OFFICE,
    f"attendance GET {PERSON}/attendance": OFFICE,
    f"attendance GET {EDITION}/review": READERS,
    f"attendance POST {EDITION}/review/verdicts": OFFICE,
    f"attendance GET {SESSION}/room": READERS,
    f"attendance GET {SESSION}/room/events": READERS,
    f"attendance POST {SESSION}/room-link": OFFICE,
    f"attendance POST {SESSION}/room-link/revocation": OFFICE,
    "attendance GET /room/{code}": EVERYBODY,
    "attendance GET /room/{code}/events": EVERYBODY,
    f"attendance GET {EDITION}/sessions/{{session}}/sheet.pdf": READERS,
    f"attendance GET {EDITION}/sessions/{{session}}/sheet.csv": READERS,
    f"attendance GET {EDITION}/modules/{{module}}/sheet.pdf": READERS,
    f"attendance GET {EDITION}/modules/{{module}}/sheet.csv": READERS,
    f"attendance GET {PERSON}/attendance.pdf": READERS,
    f"attendance GET {PERSON}/attendance.csv": READERS,
    f"attendance POST {EDITION}/passes": OFFICE,
    f"attendance GET {EDITION}/badges": OFFICE,
    f"attendance POST {PERSON}/passes": OFFICE,
    f"attendance GET {PERSON}/passes": READERS,
    f"attendance POST {PERSON}/passes/{{pass_serial}}/revocation": OFFICE,
    f"attendance GET {PERSON}/pass.png": OFFICE,
    f"attendance GET {PERSON}/pass.svg": OFFICE,
    f"attendance POST {PERSON}/pass-link": OFFICE,
    "attendance GET /p/{code}": EVERYBODY,
    "attendance POST /v1/pass-keys": OFFICE,
    "attendance GET /v1/pass-keys": READERS,
    "attendance POST /v1/pass-keys/{key_id}/retirement": OFFICE,
    "attendance POST /v1/devices": OFFICE,
    "attendance GET /v1/devices": READERS,
    "attendance POST /v1/devices/{device}/revocation": OFFICE,
    "attendance POST /v1/kiosk/enrolment": EVERYBODY,
    "attendance POST /v1/kiosk/token": EVERYBODY,
    "attendance GET /v1/kiosk/time": EVERYBODY,
    "attendance GET /v1/kiosk/bundle": {Role.DOOR},
    "attendance POST /v1/kiosk/batches": {Role.DOOR},
    f"assessment POST {PERSON}/results": EXAMINERS,
    f"assessment POST {EDITION}/results": EXAMINERS,
    f"assessment GET {PERSON}/results": {Role.OFFICE, Role.EXAMINER},
    f"assessment POST {PERSON}/score-corrections": OFFICE,
    f"assessment POST {PERSON}/annulments": OFFICE,
    f"assessment GET {EDITION}/review": READERS,
    f"credential GET {PERSON}/decision": READERS | APPROVERS,
    f"credential GET {EDITION}/eligibility": READERS | APPROVERS,
    f"credential POST {EDITION}/approvals": APPROVERS,
    f"credential GET {EDITION}/proposals": READERS | APPROVERS,
    f"credential GET {PERSON}/proposal": READERS | APPROVERS,
    f"credential POST {PERSON}/proposal/confirmation": APPROVERS,
    f"credential POST {PERSON}/proposal/refusal": APPROVERS,
    f"credential GET {EDITION}/graduation": READERS | APPROVERS,
    f"credential GET {EDITION}/graduation/counts": READERS | APPROVERS,
    f"credential POST {EDITION}/graduation/approvals": APPROVERS,
    f"credential GET {EDITION}/graduation/print": READERS,
    f"credential GET {EDITION}/templates": READERS | APPROVERS,
    f"credential POST {EDITION}/templates": OFFICE,
    f"credential GET {EDITION}/templates/{{template}}/preview.pdf": READERS | APPROVERS,
    f"credential POST {EDITION}/templates/{{template}}/activation": OFFICE,
    f"credential POST {PERSON}/revocation": OFFICE,
    f"credential POST {PERSON}/reinstatement": OFFICE,
    f"credential POST {PERSON}/reissue": OFFICE,
    f"credential POST {EDITION}/reissues": OFFICE,
    f"credential GET {CERTIFICATE}": EVERYBODY,
    f"credential GET {CERTIFICATE}/audit": READERS,
    f"credential GET {CERTIFICATE}/pdf": READERS,
    f"credential GET {CERTIFICATE}/credential": READERS,
    f"credential GET {EDITION}/register": READERS,
    f"credential GET {EDITION}/status/{{number}}": EVERYBODY,
    "credential GET /.well-known/did.json": EVERYBODY,
    f"credential POST {PERSON}/copy-link": OFFICE,
    f"credential POST {PERSON}/copy-link/revocation": OFFICE,
    "credential GET /c/{code}": EVERYBODY,
    "credential GET /c/{code}/certificate.pdf": EVERYBODY,
    "credential GET /c/{code}/credential.json": EVERYBODY,
    "credential GET /c/{code}/credential.jwt": EVERYBODY,
    "credential GET /c/{code}/{version}/certificate.pdf": EVERYBODY,
    "credential GET /c/{code}/{version}/credential.json": EVERYBODY,
    "credential GET /v/{serial}": EVERYBODY,
    "credential GET /v/{serial}/{version}": EVERYBODY,
    "credential GET /v/{serial}/{version}/certificate.pdf": EVERYBODY,
    "credential GET /v/{serial}/{version}/credential.json": EVERYBODY,
    "credential GET /v/{serial}/{version}/credential.jwt": EVERYBODY,
    "credential GET /verify": EVERYBODY,
    "credential POST /verify": EVERYBODY,
    "enrollment GET /health/live": EVERYBODY,
    "attendance GET /health/live": EVERYBODY,
    "assessment GET /health/live": EVERYBODY,
    "credential GET /health/live": EVERYBODY,
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The four APIs."""
    with http_house(tmp_path_factory.mktemp("house")) as house:
        yield house


UNKNOWN = {
    "edition": "no-such",
    "participant": "nobody",
    "serial": "0000-0000-0000",
    "version": 1,
    "number": 1,
    "pass_serial": "0000000000",
    "device": "door-0",
    "session": "m9-d9",
    "module": "m9",
    "key_id": "k0",
    "code": "none",
    "template": "none-1",
}


def answered(house: House, operation: Operation, headers: dict[str, str]) -> tuple[int, str, str]:
    """Status, media type and code of the answer to a request that names nothing known."""
    response = house.request(operation, UNKNOWN, headers=headers)
    kind = response.headers["content-type"]
    code = response.json()["code"] if kind == "application/problem+json" else ""
    return response.status_code, kind, code


def test_the_table_names_every_operation(house: House) -> None:
    """Whoever adds a route says here whom it serves."""
    assert {str(operation) for operation in house.operations()} == set(WHO_MAY)


def test_without_a_token_only_what_is_public_answers(house: House) -> None:
    """401 as a problem for all else, also with a token of another installation."""
    refused = (401, "application/problem+json", "not-authenticated")
    for headers in ({}, {"Authorization": "Bearer e30.e30.c2ln"}, {"Authorization": "Basic x"}):
        let_in = {
            str(operation)
            for operation in house.operations()
            if answered(house, operation, headers) != refused
        }
        assert let_in == {name for name, roles in WHO_MAY.items() if not roles}


@pytest.mark.parametrize("role", Role)
def test_a_role_lets_in_where_the_table_says(house: House, role: Role) -> None:
    """403 as a problem wherever the table does not name the role, no refusal where it does."""
    refused = (403, "application/problem+json", "role-missing")
    headers = house.bearer(role)
    let_in = {
        str(operation)
        for operation in house.operations()
        if answered(house, operation, headers) != refused
    }
    assert let_in == {name for name, roles in WHO_MAY.items() if not roles or role in roles}


@pytest.mark.parametrize("role", [None, *Role])
def test_head_is_answered_as_get_is(house: House, role: Role | None) -> None:
    """Wherever there is GET, and for the same callers."""
    headers = {} if role is None else house.bearer(role)
    # Each as somebody new: what one caller asks counts for the next question.
    for number, operation in enumerate(house.operations()):
        if operation.method != "get":
            continue
        got, head = (
            house.request(
                replace(operation, method=method),
                UNKNOWN,
                who=f"198.51.100.{number}",
                headers=headers,
            )
            for method in ("get", "head")
        )
        assert (head.status_code, head.content) == (got.status_code, b""), operation
