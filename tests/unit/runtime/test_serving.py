"""Whose word counts on where a request came from."""

import httpx
import pytest
from fastapi import FastAPI, Request
from ijaza_runtime.serving import configured

PROXY = "10.0.0.7"


async def seen(proxies: list[str], sender: str, forwarded: str) -> str:
    """The address that an application has for a request."""
    app = FastAPI()

    @app.get("/")
    async def host(request: Request) -> str:
        assert request.client is not None
        return request.client.host

    config = configured(app, proxies)
    config.load()
    transport = httpx.ASGITransport(config.loaded_app, client=(sender, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
        answer = await http.get("/", headers={"X-Forwarded-For": forwarded})
    return str(answer.json())


@pytest.mark.parametrize(
    ("proxies", "sender", "forwarded", "expected"),
    [
        ([PROXY], PROXY, "203.0.113.9", "203.0.113.9"),
        (["10.0.0.0/16"], PROXY, "203.0.113.9", "203.0.113.9"),
        ([PROXY], PROXY, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ([PROXY], "10.0.0.8", "203.0.113.9", "10.0.0.8"),
        ([], "127.0.0.1", "203.0.113.9", "127.0.0.1"),
    ],
    ids=["a proxy", "of a network", "what was said before it", "somebody else", "nobody named"],
)
async def test_only_a_trusted_proxy_says_where_a_request_came_from(
    proxies: list[str], sender: str, forwarded: str, expected: str
) -> None:
    """Limits count by that address: whoever could choose it freely would have no limit."""
    assert await seen(proxies, sender, forwarded) == expected
