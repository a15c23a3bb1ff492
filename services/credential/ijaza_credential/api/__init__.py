"""HTTP to command and question: what staff ask of certificates, and what anybody may verify."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter
from ijaza_runtime.commands import Commands
from ijaza_runtime.references import References
from ijaza_runtime.store import Store

from ijaza_credential.api.certificate_files import certificate_files
from ijaza_credential.api.issuer_files import issuer_files
from ijaza_credential.api.orders import orders
from ijaza_credential.api.questions import questions
from ijaza_credential.api.reading import Reader
from ijaza_credential.desk import DocumentDesk
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.state import State
from ijaza_credential.site import IssuerSite


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
    return api


def files(
    *,
    commands: Commands[State, Programme, Person],
    references: References,
    store: Store,
    desk: DocumentDesk,
    site: IssuerSite,
) -> APIRouter:
    """The files of certificates for staff, and those by which anybody verifies them."""
    reader = Reader(commands, references, store)
    api = APIRouter(tags=["files"])
    api.include_router(certificate_files(reader, desk), prefix="/v1")
    api.include_router(issuer_files(site))
    return api
