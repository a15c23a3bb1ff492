"""The three JSON-LD contexts that Ijaza's documents name, as pinned copies."""

import json
from functools import cache
from importlib import resources
from typing import Any

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_3_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"

FILES = {
    CREDENTIALS_V2: "credentials-v2.json",
    OPEN_BADGES_3: "ob-v3p0-context-3.0.3.json",
    OPEN_BADGES_3_EXTENSIONS: "ob-v3p0-extensions.json",
}

CREDENTIAL_CONTEXTS = (CREDENTIALS_V2, OPEN_BADGES_3, OPEN_BADGES_3_EXTENSIONS)
STATUS_LIST_CONTEXTS = (CREDENTIALS_V2,)


class UnknownContextError(ValueError):
    """A document names a JSON-LD context of which no pinned copy is kept."""


@cache
def load_context(url: str) -> dict[str, Any]:
    """Return the definitions behind a context's address, from the pinned copy.

    Raises:
        UnknownContextError: the address is none of the pinned ones. Nothing is ever fetched: a
            context from a network could change what a signature means.
    """
    if url not in FILES:
        raise UnknownContextError(
            f"unknown JSON-LD context {url!r}: expected one of {', '.join(FILES)}"
        )
    text = resources.files(__name__).joinpath(FILES[url]).read_text(encoding="utf-8")
    definitions: dict[str, Any] = json.loads(text)["@context"]
    return definitions
