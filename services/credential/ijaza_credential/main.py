"""The front door of credential: what it is made of."""

from dataclasses import dataclass

from ijaza_contracts.credential import CertificateIssued
from ijaza_contracts.topics import CREDENTIAL
from ijaza_runtime.commands import Commands
from ijaza_runtime.projector import Projector
from ijaza_runtime.references import References
from ijaza_runtime.secrets import load_or_create_secret
from ijaza_runtime.service import Assembly, Parts, wire

from ijaza_credential.api import files, router
from ijaza_credential.desk import COLLECTION as DOCUMENTS
from ijaza_credential.desk import DEFINITIONS, DocumentDesk
from ijaza_credential.documents.keys import IssuerKey, load_or_create_key
from ijaza_credential.domain.people import Person
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.state import State
from ijaza_credential.handlers import EDITIONS, INPUTS, PEOPLE, credential_fold
from ijaza_credential.site import IssuerSite

NAME = "credential"
SECRET = "serials.key"  # noqa: S105 - the name of a file
SIGNING_KEY = "issuer.pem"
PROJECTION = f"{NAME}.documents"
"""The group of the document desk."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where credential takes commands and questions, and keeps documents."""

    commands: Commands[State, Programme, Person]
    references: References
    documents: DocumentDesk
    key: IssuerKey
    secret: bytes

    def programme(self, edition: str) -> Programme | None:
        """The edition as credential knows it."""
        return self.references.get(EDITIONS, edition)

    def person(self, participant: str) -> Person | None:
        """The person as credential knows them."""
        return self.references.get(PEOPLE, participant)


def assemble(parts: Parts) -> Assembly[Desk]:
    """Put credential together.

    The secret derives serials, credential ids and places in status lists; the key signs.
    """
    secret = load_or_create_secret(parts.keys, SECRET)
    key = load_or_create_key(parts.keys / SIGNING_KEY)
    fold = credential_fold(secret)
    wiring = wire(parts, name=NAME, fold=fold, inputs=INPUTS, tables=[EDITIONS, PEOPLE])
    documents = DocumentDesk(
        store=parts.store,
        outbox=wiring.outbox,
        references=References(parts.bus, [DEFINITIONS, PEOPLE]),
        key=key,
        partitions=parts.partitions,
    )
    return Assembly(
        name=NAME,
        desk=Desk(wiring.commands, wiring.references, documents, key, secret),
        routers=[
            router(
                commands=wiring.commands,
                references=wiring.references,
                store=parts.store,
                clock=parts.clock,
                secret=secret,
            ),
            files(
                commands=wiring.commands,
                references=wiring.references,
                store=parts.store,
                desk=documents,
                site=IssuerSite(
                    store=parts.store,
                    references=wiring.references,
                    desk=documents,
                    key=key,
                ),
            ),
        ],
        description="Eligibility with reasons, certificates, and their life.",
        outbox=wiring.outbox,
        collections=[fold.collection, DOCUMENTS],
        references=wiring.references,
        access=parts.access,
        meter=parts.meter,
        reactor=wiring.reactor,
        projector=Projector(
            service=NAME,
            group=PROJECTION,
            topics=[CREDENTIAL],
            events=[CertificateIssued],
            project=documents.project,
            bus=parts.bus,
            # Pages are made on the event loop, which has to answer for its health meanwhile.
            batch=10,
            step=parts.step,
            meter=parts.meter,
        ),
        chore=documents.forget_erased,
    )
