"""The files of certificates: each credential signed here, each page printed by the printers."""

import asyncio
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from typing import NamedTuple

from ijaza_credential.documents.credential import build_credential, serialise_credential
from ijaza_credential.documents.keys import IssuerKey
from ijaza_credential.documents.pdf import Page
from ijaza_credential.documents.proof import sign
from ijaza_credential.documents.subject import CertificateFacts
from ijaza_credential.printers import Printers
from ijaza_credential.templates.pack import Pack
from ijaza_credential.templates.press import Press


class Files(NamedTuple):
    """Both files of a certificate."""

    pdf: bytes
    credential: bytes

    @property
    def hashes(self) -> tuple[str, str]:
        """Their SHA-256, as `DocumentsMade` tells them."""
        return sha256(self.pdf).hexdigest(), sha256(self.credential).hexdigest()


class Wanted(NamedTuple):
    """What a certificate is to say, by whom it is to be signed, and by which pack to be printed.

    Without a pack it is printed by our own template.
    """

    facts: CertificateFacts
    key: IssuerKey
    pack: Pack | None = None

    @property
    def template(self) -> str:
        """How `DocumentsMade` names what it is printed by."""
        return self.pack.digest if self.pack else ""


async def make(
    wanted: Sequence[Wanted], printers: Printers, press: Press
) -> list[Files | Exception]:
    """The files of certificates, in their order; in place of what cannot be made, why.

    While pages are printed the next credentials are signed; the event loop turns between two.
    """
    credentials: list[bytes] = []
    pages: list[asyncio.Future[bytes]] = []
    try:
        for facts, key, pack in wanted:
            credential = serialise_credential(sign(build_credential(facts), key, facts.issued_at))
            credentials.append(credential)
            if pack is None:
                pages.append(printers.print(Page(facts, credential)))
            else:
                pages.append(printers.beside(partial(press.print, pack, facts, credential)))
            await asyncio.sleep(0)
        printed = await asyncio.gather(*pages, return_exceptions=True)
    except BaseException:
        for page in pages:
            page.cancel()
        raise
    made: list[Files | Exception] = []
    for pdf, credential in zip(printed, credentials, strict=True):
        if isinstance(pdf, bytes):
            made.append(Files(pdf, credential))
        elif isinstance(pdf, Exception):
            made.append(pdf)
        else:
            raise pdf
    return made
