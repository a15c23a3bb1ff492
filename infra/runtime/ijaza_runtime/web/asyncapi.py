"""What a service publishes and reads, as AsyncAPI 3.0: for programs, and as a page for people.

Both are cut from the one document of the contracts. The page is plain HTML with its style in it:
no script, and nothing from another host.
"""

import json
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

from fastapi import APIRouter, Depends, Response
from ijaza_contracts.asyncapi import document

from ijaza_runtime.web.asyncapi_page import STYLE, render
from ijaza_runtime.web.guards import public
from ijaza_runtime.web.integrity import integrity

Json = dict[str, Any]

PAGE_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"style-src '{integrity(STYLE.encode())}'"
)
"""The page's Content-Security-Policy: its own style, and nothing else at all."""


def asyncapi(service: str, topics: Collection[str]) -> APIRouter:
    """`/asyncapi.json` and `/asyncapi` of a service that owns or reads `topics`."""
    router = APIRouter(dependencies=[Depends(public())], include_in_schema=False)

    @cache
    def described() -> Json:
        return events_of(service, topics)

    @cache
    def page() -> str:
        return render(service, described())

    @router.get("/asyncapi.json")
    async def for_programs() -> Response:
        return Response(json.dumps(described(), ensure_ascii=False), media_type="application/json")

    @router.get("/asyncapi")
    async def for_people() -> Response:
        return Response(
            page(), media_type="text/html", headers={"Content-Security-Policy": PAGE_POLICY}
        )

    return router


def events_of(service: str, topics: Collection[str]) -> Json:
    """The AsyncAPI document of one service: what it sends, what it receives, and no more."""
    whole = document()
    channels = {name: each for name, each in whole["channels"].items() if name in topics}
    sent = {
        name: each
        for name, each in whole["operations"].items()
        if _channel(each) in channels and each["tags"] == [{"name": service}]
    }
    own = {_channel(each) for each in sent.values()}
    messages = {
        name: whole["components"]["messages"][name]
        for channel in channels.values()
        for name in channel["messages"]
    }
    schemas = whole["components"]["schemas"]
    used = _used(messages, schemas)
    return {
        **whole,
        "info": whole["info"] | {"title": f"Ijaza {service}: events"},
        "channels": channels,
        "operations": {
            **sent,
            **{
                f"{service}-reads-{name}": _reading(service, name, channel)
                for name, channel in channels.items()
                if name not in own
            },
        },
        "components": {
            "messages": messages,
            "schemas": {name: each for name, each in schemas.items() if name in used},
        },
    }


def _channel(operation: Json) -> str:
    return str(operation["channel"]["$ref"]).removeprefix("#/channels/")


def _reading(service: str, topic: str, channel: Json) -> Json:
    place = f"#/channels/{topic}"
    return {
        "action": "receive",
        "channel": {"$ref": place},
        "summary": f"{service} reads {topic}",
        "tags": [{"name": service}],
        "messages": [{"$ref": f"{place}/messages/{name}"} for name in channel["messages"]],
    }


def _used(value: Any, schemas: Json) -> set[str]:
    """The schemas that a value refers to, and those that these refer to."""
    found: set[str] = set()
    waiting = list(_references(value))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(schemas[name])
    return found


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(reference := value.get("$ref"), str):
            yield reference.rsplit("/", 1)[-1]
        for nested in value.values():
            yield from _references(nested)
    elif isinstance(value, list):
        for nested in value:
            yield from _references(nested)
