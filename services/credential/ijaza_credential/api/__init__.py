"""HTTP to command and question: what staff ask of certificates, and what anybody may verify."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter
from ijaza_runtime.commands import Commands
from ijaza_runtime.references import References
from ijaza_runtime.store import Store

from ijaza_credential.api.certificate_files import certificate_files
from ijaza_credential.api.copy_links import copy_links
from ijaza_credential.api.copy_page import copy_page_routes
from ijaza_credential.api.graduation import graduation
from ijaza_credential.api.graduation_print import graduation_print
from ijaza_credential.api.issuer_files import issuer_files
from ijaza_credential.api.jwts import Jwts
from ijaza_credential.api.orders import orders
from ijaza_credential.api.proposals import proposals
from ijaza_credential.api.questions import questions
from ijaza_credential.api.reading import Reader
from ijaza_credential.api.reissues import reissues
from ijaza_credential.api.templates import templates
from ijaza_credential.api.verification import verification
from ijaza_credential.api.verification_files import verification_files
from ijaza_credential.copy.links import link_secret
from ijaza_credential.copy.opening import Copies
from ijaza_credential.desk import DocumentDesk
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.state import State
from ijaza_credential.reissuing import Reissuing
from ijaza_credential.signing import IssuerKeys
from ijaza_credential.site import IssuerSite
from ijaza_credential.templates.preview import Previews
from ijaza_credential.templates.shelf import Shelf
from ijaza_credential.verification.finding import Finder
from ijaza_credential.verification.judging import Judge
from ijaza_credential.verification.pdf_readers import PdfReaders


def router(
    *,
    commands: Commands[State, Programme, Person],
    references: References,
    store: Store,
    secret: bytes,
    clock: Callable[[], datetime],
) -> APIRouter:
    """The API of credential.

    `secret` is the issuer's; `clock` is asked where a request does not give the time.
    """
    reader = Reader(commands, references, store)
    api = APIRouter(prefix="/v1", tags=["credential"])
    api.include_router(questions(reader, clock))
    api.include_router(orders(reader, secret, clock))
    api.include_router(proposals(reader, secret, clock))
    api.include_router(graduation(reader, secret, clock))
    return api


def files(
    *,
    commands: Commands[State, Programme, Person],
    references: References,
    store: Store,
    desk: DocumentDesk,
    shelf: Shelf,
    site: IssuerSite,
    keys: IssuerKeys,
    reissuing: Reissuing,
    readers: PdfReaders,
    secret: bytes,
    clock: Callable[[], datetime],
) -> APIRouter:
    """The files of certificates for staff, and all by which anybody verifies them."""
    reader = Reader(commands, references, store)
    finder = Finder(store=store, references=references, desk=desk)
    api = APIRouter()
    api.include_router(certificate_files(reader, desk), prefix="/v1", tags=["files"])
    api.include_router(graduation_print(reader), prefix="/v1", tags=["files"])
    api.include_router(reissues(reader, reissuing, clock), prefix="/v1", tags=["credential"])
    previews = Previews(store, references, desk, shelf)
    look = templates(reader, shelf, previews, clock)
    api.include_router(look, prefix="/v1", tags=["templates"])
    api.include_router(issuer_files(site), tags=["files"])
    judge = Judge(finder, site, readers, clock)
    jwts = Jwts(site, keys.signing)
    api.include_router(verification(finder=finder, judge=judge, jwts=jwts))
    api.include_router(verification_files())
    api.include_router(copy_links(reader, desk, secret, clock), prefix="/v1", tags=["copy"])
    copies = Copies(
        store=store, references=references, desk=desk, secret=link_secret(secret), clock=clock
    )
    api.include_router(copy_page_routes(copies, jwts))
    return api
