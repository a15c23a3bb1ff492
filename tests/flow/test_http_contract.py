"""The four HTTP APIs keep what their OpenAPI documents promise, whatever they are sent."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ijaza_runtime.web import Role
from ijaza_runtime.web.app import LARGEST_BODY
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.flow.http_house import House, Operation, http_house

SERVICES = ("enrollment", "attendance", "assessment", "credential")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
REQUESTS = 10
"""Generated for each operation."""
PROBLEM = "application/problem+json"
ENDLESS = ("/v1/editions/{edition}/sessions/{session}/room/events",)
"""Streams: their answers do not end, so their own tests read them."""

UNREADABLE = {
    "nothing": b"",
    "half of an object": b'{"a": ',
    "no object": b"[]",
    "null": b"null",
    "no UTF-8": b'{"reason": "\xff"}',
    "half of a surrogate pair": b'{"reason": "\\ud800", "\\ud800": 1}',
    "a field that there is not": b'{"att": "2020-04-18T09:00:00Z"}',
    "a number beyond all": b'{"seq": ' + b"9" * 5000 + b"}",
    "no number": b'{"seq": NaN, "at": Infinity}',
    "too deep": b'{"a":' + b"[" * 100_000,
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The four APIs."""
    with http_house(tmp_path_factory.mktemp("house")) as house:
        yield house


def last_what_ends(operation: APIOperation[Any, Any, Any, Any]) -> bool:
    """What closes or erases comes after what needs things open and known."""
    return operation.path.endswith(("/close", "/person"))


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_whatever_is_sent_the_answer_is_a_documented_one(house: House, service: str) -> None:
    """Requests in the documented form and in others, about known things and unknown ones."""
    headers = house.bearer(*Role)
    # Certificates come when an edition is over; nearly all else has to be said before.
    known = house.taught if service == "credential" else house.open
    schema = schemathesis.openapi.from_asgi("/openapi.json", house.apps[service])
    read = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    assert len(read) == sum(each.service == service for each in house.operations())
    for operation in sorted(read, key=last_what_ends):
        if operation.path in ENDLESS:
            continue

        @settings(
            max_examples=REQUESTS,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=requests_to(operation, known))
        def conforms(case: Case[Any]) -> None:
            case.validate_response(case.call(headers=headers), checks=CHECKS, headers=headers)

        conforms()


def requests_to(operation: APIOperation[Any, Any, Any, Any], known: Mapping[str, Any]) -> Any:
    """Requests in the documented form and in others; addresses name what is known, or not."""
    names = {parameter.name for parameter in operation.path_parameters}
    address = {name: known[name] for name in names & set(known)}
    kinds = [operation.as_strategy(mode) for mode in GenerationMode]
    if address:
        kinds += [operation.as_strategy(mode, path_parameters=address) for mode in GenerationMode]
    return st.one_of(kinds)


def sent(house: House, operation: Operation, content: Any) -> tuple[int, str, str]:
    """Status, media type and code of the answer to a body; the address names what is known."""
    headers = {**house.bearer_for(operation), "Content-Type": "application/json"}
    response = house.request(operation, house.taught, content=content, headers=headers)
    media_type = response.headers["content-type"]
    code = response.json().get("code", "")
    return response.status_code, media_type, code


def with_bodies(house: House) -> list[Operation]:
    """The operations that take a body."""
    return [operation for operation in house.operations() if "requestBody" in operation.said]


@pytest.mark.slow
def test_a_body_beyond_the_limit_is_refused(house: House) -> None:
    """413 as a problem, whether its size was announced or it comes in chunks."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_BODY // 65536 + 1):
            yield b" " * 65536

    for operation in with_bodies(house):
        refused = (413, PROBLEM, "body-too-large")
        assert sent(house, operation, b" " * (LARGEST_BODY + 1)) == refused, operation
        assert sent(house, operation, chunks()) == refused, operation


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_body_that_cannot_be_read_is_refused(house: House, name: str) -> None:
    """400 or 422 as a problem, never an error of the service."""
    for operation in with_bodies(house):
        status, media_type, _ = sent(house, operation, UNREADABLE[name])
        assert (status in (400, 422), media_type) == (True, PROBLEM), (str(operation), status)


@pytest.mark.parametrize("service", SERVICES)
def test_head_says_what_get_says(house: House, service: str) -> None:
    """The same status and form, and nothing of the body; of a stream too, which then ends."""
    asked = [each for each in house.operations() if each.service == service]
    # Each as somebody new: what one caller asks counts for the next question.
    for number, operation in enumerate(each for each in asked if each.method == "get"):
        headers, who = house.bearer_for(operation), f"198.51.100.{number}"
        head = house.request(
            replace(operation, method="head"), house.taught, who=who, headers=headers
        )
        assert head.content == b"", operation
        if operation.path in ENDLESS:
            assert head.status_code < 500, operation
            continue
        got = house.request(operation, house.taught, who=who, headers=headers)
        assert head.status_code == got.status_code, operation
        for name in ("content-type", "cache-control", "vary", "access-control-allow-origin"):
            assert head.headers.get(name) == got.headers.get(name), (str(operation), name)


def test_every_operation_is_described(house: House) -> None:
    """A summary for all, a tag, and the problem as the answer to whatever goes wrong."""
    for operation in house.operations():
        assert operation.said.get("summary"), operation
        assert PROBLEM in operation.said["responses"]["default"]["content"], operation


def test_every_body_has_an_example_that_is_understood(house: House) -> None:
    """What the example says may be refused by the rules, but its form is right."""
    of_json = [
        each
        for each in with_bodies(house)
        if "application/json" in each.said["requestBody"]["content"]
    ]
    for operation in of_json:
        example = example_of(house, operation)
        status, _, code = sent(house, operation, json.dumps(example))
        assert (status < 500, code != "invalid-request") == (True, True), (str(operation), code)


def example_of(house: House, operation: Operation) -> Any:
    """The example of an operation's body."""
    schema = operation.said["requestBody"]["content"]["application/json"]["schema"]
    named: Mapping[str, Any] = house.apps[operation.service].openapi()["components"]["schemas"]
    schema = named[schema["$ref"].rpartition("/")[2]]
    assert "example" in schema, f"{operation}: its body has no example"
    return schema["example"]
