"""From the bytes of a file that somebody sent to the credential in it, and what that says."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ijaza_credential.documents.jwt import Jwt, is_jwt, read_jwt
from ijaza_credential.documents.strict_json import read_object
from ijaza_credential.documents.summary import CredentialSummary, read_credential
from ijaza_credential.verification.pdf_readers import PdfReaders

Kind = Literal["pdf", "json", "jwt"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that can be read. `jwt` is set if it is one, and has its signature then."""

    kind: Kind
    credential: Mapping[str, Any]
    summary: CredentialSummary
    jwt: Jwt | None = None


async def read(data: bytes, readers: PdfReaders) -> Sent:
    """Read a file.

    Raises `ExtractionError` for a PDF without a credential, `ReadingStoppedError` for one that
    takes too long, and `StrictJsonError` or `UnreadableCredentialError` for whatever else is no
    certificate's file.
    """
    if data.startswith(b"%PDF-"):
        attached = await readers.credential_in(data)
        return await asyncio.to_thread(_of_json, "pdf", attached)
    if is_jwt(data):
        return await asyncio.to_thread(_of_jwt, data)
    return await asyncio.to_thread(_of_json, "json", data)


def _of_json(kind: Kind, data: bytes) -> Sent:
    credential = read_object(data)
    return Sent(kind, credential, read_credential(credential))


def _of_jwt(data: bytes) -> Sent:
    jwt = read_jwt(data)
    return Sent("jwt", jwt.credential, read_credential(jwt.credential), jwt)
