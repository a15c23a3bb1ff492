"""Credentials signed as JWTs for whoever asks, on the graduate's copy and in public."""

import asyncio
import json
from collections.abc import Callable

from ijaza_runtime.errors import Conflicting
from ijaza_runtime.observe import log

from ijaza_credential.documents.jwt import as_jwt
from ijaza_credential.documents.keys import IssuerKey
from ijaza_credential.documents.proof import ProofError, issuer_of
from ijaza_credential.domain.state import State
from ijaza_credential.site import IssuerSite


class Jwts:
    """Signs what holds, and nothing else; `key` is asked for what signs now."""

    def __init__(self, site: IssuerSite, key: Callable[[], IssuerKey]) -> None:
        self._site = site
        self._key = key

    async def signed(self, state: State, version: int, credential: bytes) -> bytes:
        """The JWT of a certificate, whose credential was issued so.

        Raises `Conflicting` if the issuer's keys no longer prove it.
        """
        issued = json.loads(credential)
        did_document = await self._site.did_document_of(issuer_of(issued))
        try:
            if did_document is None:
                raise ProofError("its issuer is none of this site any more")
            token = await asyncio.to_thread(as_jwt, issued, json.loads(did_document), self._key())
        except ProofError:
            log.exception("credential not proven", edition=state.edition, version=version)
            raise Conflicting(
                "not-proven",
                "the issuer's keys no longer prove this certificate: ask the programme office for "
                "a new one",
            ) from None
        return token.encode("ascii")


def check_valid(state: State, version: int) -> None:
    """Raises `Conflicting` for a certificate that is not signed another time."""
    if state.status(version) != "valid":
        raise Conflicting(
            "not-valid", "this certificate is not valid now, and is not signed another time"
        )
