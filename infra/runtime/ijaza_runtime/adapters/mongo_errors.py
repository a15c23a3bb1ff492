"""What an error of MongoDB means, in words that repeat no document and no secret."""

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    DocumentTooLarge,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from ijaza_runtime.adapters.mongo_address import MongoAddress, without_secrets
from ijaza_runtime.store import StoreError

UNKNOWN = (
    "whether they were written is unknown. Each is whole or not there, and will be tried again"
)

_MEANINGS = {
    13: "this user may not do that; give it the role readWrite on the database",
    18: "name or password are not accepted; correct them in IJAZA_STORE_URL",
    64: "the write is not yet as durable as IJAZA_MONGO_WRITE_CONCERN asks, within "
    "IJAZA_MONGO_WRITE_TIMEOUT. It will be tried again; look for members that are down or behind",
    79: "the servers do not know this IJAZA_MONGO_WRITE_CONCERN; give majority, or a number",
    85: "an index of this name stands there with other options; drop it and provision again",
    86: "an index of this name stands there with other fields; drop it and provision again",
    100: "fewer members hold data than IJAZA_MONGO_WRITE_CONCERN asks; add some, or ask for fewer",
    14031: "the disk is full; free space, and it will be tried again",
}


@contextmanager
def explained(address: MongoAddress) -> Iterator[None]:
    """Raise `StoreError` for an error of PyMongo.

    Its own text is left out: those of refused writes hold whole documents.
    """
    try:
        yield
    except PyMongoError as error:
        raise StoreError(f"{address.shown}: {meaning(error, address)}.") from None


def meaning(error: PyMongoError, address: MongoAddress) -> str:
    """What has happened, and what to do."""
    if isinstance(error, ServerSelectionTimeoutError | ConnectionFailure):
        said = without_secrets(_first(str(error)), address.url).rstrip(".")
        return f"MongoDB does not answer ({said}). It will be tried again; see that it runs"
    if isinstance(error, BulkWriteError):
        return _of_codes(_codes(error))
    if isinstance(error, DocumentTooLarge):
        return "a document is larger than MongoDB takes"
    if isinstance(error, OperationFailure):
        return _of_codes([(error.code, (error.details or {}).get("codeName", ""))])
    if isinstance(error, ConfigurationError):
        return without_secrets(_first(str(error)), address.url).rstrip(".")
    return f"the driver failed ({type(error).__name__})"


def _codes(error: BulkWriteError) -> list[tuple[int | None, str]]:
    found = [
        *error.details.get("writeConcernErrors", ()),
        *(e for e in error.details.get("writeErrors", ()) if e.get("code") != DUPLICATE_KEY),
    ]
    return [(each.get("code"), each.get("codeName", "")) for each in found]


DUPLICATE_KEY = 11000


def _of_codes(codes: list[tuple[int | None, str]]) -> str:
    code, name = codes[0] if codes else (None, "")
    if code in _MEANINGS:
        return _MEANINGS[code]
    return f"MongoDB refused (error {code} {name}".rstrip() + "); its log says more"


def _first(text: str) -> str:
    """What was the matter, without the driver's picture of the whole cluster."""
    return text.partition(", Timeout:")[0].partition(", full error:")[0]
