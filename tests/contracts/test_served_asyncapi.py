"""Every service tells what it publishes and reads, to programs and to people."""

import json
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from ijaza_contracts.topics import SERVICES, TOPICS, dead_letters
from ijaza_local.services import Services, running
from ijaza_runtime.web.asyncapi import asyncapi
from ijaza_runtime.web.asyncapi_page import prose
from jsonschema import Draft7Validator

SPECIFICATION = json.loads(
    (Path(__file__).parent / "asyncapi/asyncapi-3.0.0.schema.json").read_text(encoding="utf-8")
)
READS: dict[str, set[str]] = {
    "enrollment": set(),
    "attendance": {"enrollment.editions", "enrollment.people", "enrollment.events"},
    "assessment": {"enrollment.editions", "enrollment.events"},
    "credential": {
        "enrollment.editions",
        "enrollment.people",
        "enrollment.events",
        "attendance.events",
        "assessment.events",
        "operations.keys",
    },
}


@pytest.fixture(scope="module", params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    """Each service in turn."""
    return str(request.param)


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    """All of them, with nothing in them."""
    async with running(
        bus_url="memory://", store_url="memory://", keys=tmp_path / "keys", partitions=1
    ) as services:
        yield services


@pytest.fixture
async def http(services: Services, service: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a token."""
    (app,) = [each.app() for each in services.all if each.name == service]
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
        yield http


class Page(HTMLParser):
    """The tags of a page, the ids they bear and what they point at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src", "action", "srcset"):
                self.targets.add(value or "")


async def document(http: httpx.AsyncClient) -> dict[str, Any]:
    """What a program reads."""
    answer = await http.get("/asyncapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


def by_action(document: dict[str, Any], action: str) -> set[str]:
    """The topics that are sent to, or received from."""
    return {
        operation["channel"]["$ref"].removeprefix("#/channels/")
        for operation in document["operations"].values()
        if operation["action"] == action
    }


async def test_a_service_tells_what_it_publishes_and_reads(
    http: httpx.AsyncClient, service: str
) -> None:
    """Its own topics, those that it is given, its dead letters, and nobody else's."""
    found = await document(http)

    own = {topic.name for topic in TOPICS if topic.owner == service}
    sends = {*own, dead_letters(service).name}
    assert by_action(found, "send") == sends
    assert by_action(found, "receive") == READS[service] - own
    assert set(found["channels"]) == sends | READS[service]


@pytest.mark.slow
async def test_what_is_served_is_an_asyncapi_document_that_stands_alone(
    http: httpx.AsyncClient,
) -> None:
    """AsyncAPI's schema finds no fault, references lead somewhere, and nothing is left over."""
    found = await document(http)

    faults = [fault.message for fault in Draft7Validator(SPECIFICATION).iter_errors(found)]
    assert faults == []
    references = set(re.findall(r'"#/([^"]+)"', json.dumps(found)))
    for reference in references:
        value: Any = found
        for step in reference.split("/"):
            value = value[step]
    for kind in ("messages", "schemas"):
        for name in found["components"][kind]:
            assert f"components/{kind}/{name}" in references


@pytest.mark.slow
async def test_a_person_reads_the_same(http: httpx.AsyncClient) -> None:
    """Every topic, event, field and example of the document stands on the page."""
    found = await document(http)

    answer = await http.get("/asyncapi")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    assert {f"topic-{name}" for name in found["channels"]} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert {each[1:] for each in page.targets if each[0] == "#"} <= set(page.ids)
    for message in found["components"]["messages"].values():
        assert message["name"] in answer.text
        for example in message.get("examples", ()):
            assert example["headers"]["ce_id"] in answer.text
    for schema in found["components"]["schemas"].values():
        for field in schema.get("properties", {}):
            assert f"<code>{field}</code>" in answer.text


async def test_the_page_runs_nothing_and_asks_nobody(http: httpx.AsyncClient) -> None:
    """No script, no frame, no foreign host; its policy lets only its own style through."""
    answer = await http.get("/asyncapi")

    page = Page(answer.text)
    assert page.tags.isdisjoint({"script", "iframe", "object", "embed", "img", "link", "form"})
    assert not any(name.startswith("on") or name == "style" for name in page.attributes)
    assert all(each.startswith("#") or each == "asyncapi.json" for each in page.targets)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "'self'" not in policy


def test_what_an_event_says_of_itself_is_no_markup() -> None:
    """Backticks make code; anything else stands as it is written."""
    assert prose("<b>&`x<y`") == "&lt;b&gt;&amp;<code>x&lt;y</code>"


async def test_a_topic_that_the_contracts_do_not_have_is_left_out() -> None:
    """The page tells of contracts; a topic without one has nothing to be told."""
    app = FastAPI()
    app.include_router(asyncapi("credential", {"graduations", "toy.marks"}))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
        assert set((await document(http))["channels"]) == {"graduations"}
