"""Addresses of MongoDB: checked early, and never repeated with what is secret in them."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

from ijaza_runtime.store import StoreError

_FORM = "mongodb://[NAME:PASSWORD@]HOST:PORT[,HOST:PORT…]/DATABASE[?OPTIONS]"
_SECRET_OPTIONS = frozenset({"tlscertificatekeyfilepassword", "authmechanismproperties"})
_NO_DATABASE = re.compile(r'[/\\. "$\0]')


@dataclass(frozen=True, slots=True)
class MongoAddress:
    """Where documents are kept. `shown` is the address without what may be secret.

    `options` are the names of those that the address gives, in small letters.
    """

    url: str = field(repr=False)
    database: str
    options: frozenset[str]
    shown: str


def parse_address(url: str) -> MongoAddress:
    """What a `mongodb://` or `mongodb+srv://` address says. Connects to nothing.

    Raises `StoreError` if it names no database, or the driver could not use it.
    """
    scheme, _, rest = url.partition("://")
    # The hosts follow the last @, also where a password holds what should have been escaped.
    hosts = re.split(r"[/?]", rest.rpartition("@")[2], maxsplit=1)[0]
    shown = f"{scheme}://{hosts}"
    try:
        parts = urlsplit(url)
        if scheme == "mongodb":  # the other form would ask the name service now
            parse_uri(url)
    except (PyMongoError, ValueError) as error:
        raise StoreError(
            f"{shown} is no address of MongoDB: {without_secrets(str(error), url)} "
            f"Give {_FORM}, with %-escapes in name and password."
        ) from None  # the error's own text may hold the password
    database = unquote(parts.path.removeprefix("/"))
    if not database or _NO_DATABASE.search(database):
        raise StoreError(
            f"{shown} names no database in which to keep documents. Put one behind the hosts, "
            "as in mongodb://HOST:PORT/ijaza."
        )
    options = frozenset(name.lower() for name, _ in parse_qsl(parts.query))
    return MongoAddress(url, database, options, f"{shown}/{database}")


def without_secrets(text: str, url: str) -> str:
    """A message of the driver, or a remark in its place if it repeats a secret of the address."""
    if any(secret in text for secret in _secrets(url)):
        return "(what the driver says of it repeats a password)"
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _secrets(url: str) -> set[str]:
    """What may be secret in an address, also in one that is malformed."""
    _, _, rest = url.partition("://")
    user = rest.rpartition("@")[0]
    _, _, query = rest.partition("?")
    found = [*re.split("[:@/]", user)[1:], user.partition(":")[2]]
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name.lower() in _SECRET_OPTIONS:
            found.append(value)
    return {form for text in found if text for form in (text, unquote(text), unquote_plus(text))}
